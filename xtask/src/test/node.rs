//! The Node tests of the WebAssembly module.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::stages::Outcome;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The oldest Node with every feature that the tests use.
const OLDEST_MAJOR_VERSION: u32 = 20;

/// What the test files' names end in.
const TEST_SUFFIX: &str = ".test.mjs";

/// Runs every test file in `wasm/tests`.
pub(super) fn run(workspace: &Workspace) -> Result<Outcome, Error> {
    let remedy = || format!("install Node {OLDEST_MAJOR_VERSION} or newer");
    let version = process::capture(Command::new("node").arg("--version"))
        .map_err(|_| Error::missing("Node is not installed", remedy()))?;
    println!("Node {version}");
    if major(&version) < OLDEST_MAJOR_VERSION {
        return Err(Error::missing(format!("Node {version} is too old"), remedy()));
    }
    let bindings = workspace.wasm_output().join("node");
    if !bindings.is_dir() {
        return Err(Error::missing("the bindings are not built", "run `cargo xtask wasm`"));
    }
    // Naming the files works with every version of Node; naming their folder does not.
    let files = test_files(workspace)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .env("TANTAMOUNT_BINDINGS", bindings)
        .args(["--test", "--test-reporter=spec"])
        .args(files);
    process::run(&mut command).map(|()| Outcome::Passed)
}

fn test_files(workspace: &Workspace) -> Result<Vec<PathBuf>, Error> {
    let folder = workspace.root().join("wasm").join("tests");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Error::file("list", &folder))? {
        let path = entry.map_err(Error::file("list", &folder))?.path();
        if path.to_string_lossy().ends_with(TEST_SUFFIX) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::missing(
            format!("`{}` holds no test", folder.display()),
            format!("its files end in `{TEST_SUFFIX}`"),
        ));
    }
    Ok(files)
}

/// The major version in `v20.20.2`.
fn major(version: &str) -> u32 {
    version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2"), 20);
        assert_eq!(major("nightly"), 0);
    }
}
