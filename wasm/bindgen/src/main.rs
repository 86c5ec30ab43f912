//! Writes the JavaScript bindings of a WebAssembly module that was built with wasm-bindgen.
//!
//! This is what the `wasm-bindgen` command line tool does, as a workspace member: the lock file
//! then holds one version of wasm-bindgen for the module and for its bindings (the two must be
//! equal, and Cargo refuses to resolve two of them), and nobody installs a tool by hand. It
//! stands alone because it takes over a minute to build; `cargo xtask wasm` is what calls it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use wasm_bindgen_cli_support::Bindgen;

/// Write JavaScript bindings for a WebAssembly module.
#[derive(Parser)]
#[command(name = "tantamount-bindgen", version)]
struct Arguments {
    /// The module as rustc wrote it, unstripped.
    #[arg(long, value_name = "FILE")]
    module: PathBuf,
    /// The name of the files written, without extension.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The folder to write them to; made when it is missing.
    #[arg(long, value_name = "FOLDER")]
    output: PathBuf,
}

/// Why no bindings were written.
#[derive(Debug, thiserror::Error)]
#[error("no bindings for `{module}`: {message}")]
struct Failure {
    module: String,
    message: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match write_bindings(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tantamount-bindgen: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn write_bindings(arguments: &Arguments) -> Result<(), Failure> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&arguments.module).out_name(&arguments.name).typescript(false);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(&arguments.output)).map_err(|error| {
        Failure { module: arguments.module.display().to_string(), message: format!("{error:#}") }
    })
}
