//! Server binaries for the tests that start a PostgreSQL of their own.

use std::fs;
use std::path::{Path, PathBuf};

use super::stages::Outcome;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// Where distributions put one folder a major version, each with a `bin` folder.
const VERSIONED_FOLDERS: [&str; 3] =
    ["/usr/lib/postgresql", "/Library/PostgreSQL", "/opt/homebrew/opt"];

/// Tells which server there is; in CI, installs one where there is none.
pub(super) fn ensure(workspace: &Workspace) -> Result<Outcome, Error> {
    if let Some(server) = find() {
        println!("found {}", server.display());
        return Ok(Outcome::Passed);
    }
    if workspace.in_ci() && process::may_install_packages() {
        process::install_packages(&["postgresql"])?;
        if let Some(server) = find() {
            println!("installed {}", server.display());
            return Ok(Outcome::Passed);
        }
    }
    Ok(Outcome::Skipped(
        "no PostgreSQL server is installed: the tests have to download one \
         (on Debian, `apt-get install postgresql` saves that)"
            .to_owned(),
    ))
}

fn find() -> Option<PathBuf> {
    process::find_program("postgres")
        .or_else(|| VERSIONED_FOLDERS.iter().find_map(|folder| newest_below(Path::new(folder))))
}

/// The server of the highest version in a folder with one folder a version.
fn newest_below(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .map(|folder| (version(&folder), folder.join("bin/postgres")))
        .filter(|(_, server)| server.is_file())
        .max()
        .map(|(_, server)| server)
}

/// The number in a folder's name, as in `15` or `postgresql@15`.
fn version(folder: &Path) -> u32 {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.trim_start_matches(|character: char| !character.is_ascii_digit()).parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_server_wins() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "18"] {
            fs::create_dir_all(root.path().join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            fs::write(root.path().join(version).join("bin/postgres"), "").unwrap();
        }
        assert_eq!(newest_below(root.path()), Some(root.path().join("15/bin/postgres")));
        assert_eq!(newest_below(&root.path().join("nowhere")), None);
    }
}
