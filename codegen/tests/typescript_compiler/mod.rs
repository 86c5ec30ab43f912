//! TypeScript's compiler, of npm, for the tests that it checks the output of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The release of the npm package `typescript`.
const RELEASE: &str = "5.9.3";

/// The compiler, below a folder of its own, fetched when it is not there.
pub fn compiler(root: &Path) -> PathBuf {
    let package = root.join("node_modules").join("typescript");
    let compiler = package.join("lib").join("tsc.js");
    let found = fs::read_to_string(package.join("package.json")).unwrap_or_default();
    if found.contains(&format!("\"version\": \"{RELEASE}\"")) && compiler.is_file() {
        return compiler;
    }
    fs::create_dir_all(root).unwrap();
    fs::write(root.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n").unwrap();
    run(Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(root)
        .arg(format!("typescript@{RELEASE}")));
    compiler
}

/// Runs a command, which has to succeed.
pub fn run(command: &mut Command) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{stdout}{stderr}");
}
