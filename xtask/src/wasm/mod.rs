//! `cargo xtask wasm`: the WebAssembly module and its JavaScript bindings.

mod build;
mod debian;
mod toolchain;

use std::path::PathBuf;

use crate::arguments::WasmOptions;
use crate::error::Error;
use crate::workspace::Workspace;

pub(crate) use toolchain::Situation;

/// The target triple that the module is built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The module's and the bindings' file name, without extension.
pub(crate) const MODULE_NAME: &str = "tantamount";

/// Builds the module and writes the bindings.
pub(crate) fn run(workspace: &Workspace, options: &WasmOptions) -> Result<(), Error> {
    build(workspace, options).map(|_| ())
}

/// Builds the module, writes the bindings, and hands back the folder of those for Node.
pub(crate) fn build(workspace: &Workspace, options: &WasmOptions) -> Result<PathBuf, Error> {
    let toolchain = toolchain::choose(options.toolchain)?;
    println!("building for {TARGET} with {}", toolchain.describe());
    let module = build::module(workspace, &toolchain)?;
    build::bindings(workspace, &module)
}
