//! `cargo xtask wasm`: the WebAssembly module.

mod build;
mod debian;
mod toolchain;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::arguments::WasmOptions;
use crate::error::Error;
use crate::workspace::Workspace;

pub(crate) use toolchain::{Situation, Toolchain};

/// The target triple that the module is built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Builds the module.
pub(crate) fn run(workspace: &Workspace, options: &WasmOptions) -> Result<(), Error> {
    let (module, _) = build(workspace, options)?;
    let size_bytes = fs::metadata(&module).map_err(Error::file("read", &module))?.len();
    println!("{}: {size_bytes} bytes of WebAssembly", module.display());
    Ok(())
}

/// Builds the module, and hands back its path with the toolchain that built it.
pub(crate) fn build(
    workspace: &Workspace,
    options: &WasmOptions,
) -> Result<(PathBuf, Toolchain), Error> {
    let toolchain = choose(options)?;
    Ok((build::module(workspace, &toolchain)?, toolchain))
}

/// Has a program that calls Cargo build a generated crate's module with the toolchain that can be had.
pub(crate) fn prepare_generated(
    workspace: &Workspace,
    options: &WasmOptions,
    command: &mut Command,
) -> Result<(), Error> {
    build::prepare(workspace, &choose(options)?, command);
    Ok(())
}

fn choose(options: &WasmOptions) -> Result<Toolchain, Error> {
    let toolchain = toolchain::choose(options.toolchain)?;
    println!("building for {TARGET} with {}", toolchain.describe());
    Ok(toolchain)
}
