//! `cargo xtask npm`: the package `@tantamount/append-request`, below `target/npm`.

mod bench;
mod budget;
mod matrix;
mod node;
mod tools;

use std::path::PathBuf;
use std::process::Command;

use crate::arguments::WasmOptions;
use crate::error::Error;
use crate::process;
use crate::wasm;
use crate::workspace::Workspace;

pub(crate) use bench::run as bench;
pub(crate) use matrix::run as matrix;
pub(crate) use node::require as require_node;

/// The folder of the package's sources.
pub(crate) fn sources(workspace: &Workspace) -> PathBuf {
    workspace.root().join("wasm").join("npm")
}

/// The folder of all that is built and installed here.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("npm")
}

/// The package as it is published.
pub(crate) fn package(workspace: &Workspace) -> PathBuf {
    folder(workspace).join("append-request")
}

/// Builds the module and the package, and holds its size to the budget.
pub(crate) fn run(workspace: &Workspace, options: &WasmOptions) -> Result<(), Error> {
    require_node()?;
    let tools = tools::install(workspace, "tools")?;
    let (module, toolchain) = wasm::build(workspace, options)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(sources(workspace).join("build.mjs"))
        .arg("--module")
        .arg(module)
        .arg("--output")
        .arg(package(workspace))
        .arg("--tools")
        .arg(tools);
    process::run(&mut command)?;
    println!("{}", package(workspace).display());
    budget::check(workspace, &toolchain)
}

/// Runs what checks the package with the tools that built it: its types, how they are found, what
/// is packed.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Error> {
    let tools = tools::install(workspace, "tools")?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(sources(workspace).join("check.mjs"))
        .arg("--package")
        .arg(package(workspace))
        .arg("--tools")
        .arg(tools);
    process::run(&mut command)
}
