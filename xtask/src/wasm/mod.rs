//! `cargo xtask wasm`: the WebAssembly module.

mod build;
mod debian;
mod toolchain;

use std::path::PathBuf;

use crate::arguments::WasmOptions;
use crate::error::Error;
use crate::workspace::Workspace;

pub(crate) use toolchain::{Situation, Toolchain};

/// The target triple that the module is built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The module's file name, without extension.
pub(crate) const MODULE_NAME: &str = "tantamount";

/// Builds the module.
pub(crate) fn run(workspace: &Workspace, options: &WasmOptions) -> Result<(), Error> {
    build(workspace, options).map(|_| ())
}

/// Builds the module, and hands back its path with the toolchain that built it.
pub(crate) fn build(
    workspace: &Workspace,
    options: &WasmOptions,
) -> Result<(PathBuf, Toolchain), Error> {
    let toolchain = toolchain::choose(options.toolchain)?;
    println!("building for {TARGET} with {}", toolchain.describe());
    let module = build::module(workspace, &toolchain)?;
    Ok((build::bindings(workspace, &module)?, toolchain))
}
