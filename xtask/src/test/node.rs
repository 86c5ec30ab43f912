//! The Node tests of the npm package, and the packages of the examples.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::stages::Outcome;
use crate::error::Error;
use crate::npm;
use crate::process;
use crate::workspace::Workspace;

/// What the test files' names end in.
const TEST_SUFFIX: &str = ".test.mjs";

/// Runs every test file in `wasm/tests` and the fuzz corpora, then what checks the package itself, then has the packages of the
/// examples built, checked and tried.
pub(super) fn run(workspace: &Workspace) -> Result<Outcome, Error> {
    println!("Node {}", npm::require_node()?);
    let package = npm::package(workspace);
    if !package.is_dir() {
        return Err(Error::missing("the package is not built", "run `cargo xtask npm`"));
    }
    // Naming the files works with every version of Node; naming their folder does not.
    let files = test_files(workspace)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .env("TANTAMOUNT_PACKAGE", package)
        .args(["--test", "--test-reporter=spec"])
        .args(files);
    process::run(&mut command)?;
    npm::corpora(workspace)?;
    npm::check(workspace)?;
    npm::examples(workspace).map(|()| Outcome::Passed)
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
