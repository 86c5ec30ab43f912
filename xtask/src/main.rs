//! The build tool, run as `cargo xtask COMMAND`:
//!
//! - `generate` writes every generated file, and with `--check` says which ones are stale;
//! - `wasm` builds the WebAssembly module, `npm` the package around it;
//! - `matrix` tries the package in bundlers and runtimes;
//! - `platforms` has the native library, PostgreSQL, Node and Chromium judge the same requests;
//! - `differential` holds the exact JSON engine against real PostgreSQL servers;
//! - `faults` runs the experiments in which servers and connections fail;
//! - `conformance` generates, compiles and runs every group of a JSON Schema test suite;
//! - `test` is the whole gate, the same here and in CI;
//! - `bench` runs peers and ours side by side.
//!
//! It installs nothing unless it says so first, and it never skips anything in CI.

mod arguments;
mod bench;
mod conformance;
mod differential;
mod error;
mod faults;
mod generate;
mod npm;
mod process;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Workspace::find().and_then(|workspace| match &arguments.command {
        Command::Generate(options) => generate::run(&workspace, options),
        Command::Wasm(options) => wasm::run(&workspace, options),
        Command::Npm(options) => npm::run(&workspace, options),
        Command::Matrix(options) => npm::matrix(&workspace, options),
        Command::Platforms(options) => npm::platforms(&workspace, options),
        Command::Test(options) => test::run(&workspace, options),
        Command::Differential(options) => differential::run(&workspace, options),
        Command::Faults(options) => faults::run(&workspace, options),
        Command::Conformance(options) => conformance::run(&workspace, options),
        Command::Bench(options) => bench::run(&workspace, options),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
