//! `cargo xtask npm`: the package `@tantamount/append-request`, or that of any schema, below `target/npm`.

mod bench;
mod budget;
mod generated;
mod matrix;
mod native;
mod node;
mod platforms;
mod stranger;
mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::NpmOptions;
use crate::error::Error;
use crate::process;
use crate::wasm;
use crate::workspace::Workspace;

pub(crate) use bench::run as bench;
pub(crate) use generated::{CASES, examples};
pub(crate) use matrix::run as matrix;
pub(crate) use node::require as require_node;
pub(crate) use platforms::{PAIRS, corpora, run as platforms};

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

/// Builds the module and the package, and holds its size to the budget; or the package of a schema.
pub(crate) fn run(workspace: &Workspace, options: &NpmOptions) -> Result<(), Error> {
    require_node()?;
    if let Some(schema) = &options.schema {
        return generated::run(workspace, schema, options);
    }
    let (module, toolchain) = wasm::build(workspace, &options.wasm)?;
    let sizes = folder(workspace).join("sizes.json");
    build(workspace, &sources(workspace), &package(workspace), |command| {
        command.arg("--module").arg(module).arg("--sizes").arg(sizes);
        Ok(())
    })?;
    budget::check(workspace, &toolchain)
}

/// Has `build.mjs` in the folder `npm` make a package.
fn build(
    workspace: &Workspace,
    npm: &Path,
    output: &Path,
    finish: impl FnOnce(&mut Command) -> Result<(), Error>,
) -> Result<(), Error> {
    let tools = tools::install(workspace, "tools")?;
    let mut command = Command::new("node");
    command.current_dir(workspace.root()).arg(npm.join("build.mjs"));
    command.arg("--output").arg(output).arg("--tools").arg(tools);
    finish(&mut command)?;
    process::run(&mut command)
}

/// Runs what checks the package with the tools that built it: its types, how they are found, what
/// is packed.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Error> {
    check_in(workspace, &sources(workspace), &package(workspace))
}

/// Has `check.mjs` in the folder `npm` check a package.
fn check_in(workspace: &Workspace, npm: &Path, package: &Path) -> Result<(), Error> {
    let tools = tools::install(workspace, "tools")?;
    let mut command = Command::new("node");
    command.current_dir(workspace.root()).arg(npm.join("check.mjs"));
    command.arg("--package").arg(package).arg("--tools").arg(tools);
    process::run(&mut command)
}
