//! `cargo xtask bench npm`: the package beside the JavaScript stack, in Node and in Chromium.

use std::process::Command;

use super::{matrix, package, require_node, sources, tools};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// Installs the contenders, and writes every figure to `target/bench/npm.json`.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<(), Error> {
    println!("Node {}", require_node()?);
    if !package(workspace).is_dir() {
        return Err(Error::missing("the package is not built", "run `cargo xtask npm`"));
    }
    let chromium = matrix::chromium()?;
    let installed = tools::install(workspace, "bench")?;
    let output = workspace.target().join("bench").join("npm.json");
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(sources(workspace).join("bench").join("bench.mjs"))
        .arg("--package")
        .arg(package(workspace))
        .arg("--installed")
        .arg(installed)
        .arg("--output")
        .arg(&output)
        .arg("--chromium")
        .arg(chromium)
        .args(options);
    process::run(&mut command)?;
    println!("{}", output.display());
    Ok(())
}
