//! Compiling a module.

use std::path::PathBuf;
use std::process::Command;

use super::toolchain::Toolchain;
use super::{TARGET, debian};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The crate that is built.
const PACKAGE: &str = "tantamount-wasm";

/// What rustc is told of the last crate, which takes the others up: an array of strings, in JSON. `build.mjs` tells
/// it the same of generated crates.
const FLAGS: &str = "wasm/npm/rustc.json";

/// The file that rustc writes for it.
const MODULE_FILE: &str = "tantamount_wasm.wasm";

/// The schema that the module is for.
const SCHEMA: &str = "schema/append-request.schema.json";

/// What only a standard library built from source allows: a panic is a trap, without the message that nobody
/// would see, nor the place in these sources.
const SMALL: &str =
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "wasm";

/// Builds this repository's module and hands back its path.
pub(super) fn module(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf, Error> {
    let arguments = ["--profile", PROFILE, "--locked", "--package", PACKAGE, "--lib"];
    let schema = tantamount_codegen::Schema::open(&workspace.root().join(SCHEMA))
        .map_err(|error| Error::Generator(error.to_string()))?;
    // What the schema's plan has no use for is left out, a tenth of the bytes.
    let unused = schema.plan().unused_parts();
    let unused: String =
        unused.iter().map(|part| format!(" --cfg=tantamount_without=\"{part}\"")).collect();
    let folder = compile(workspace, toolchain, &unused, &arguments)?;
    Ok(folder.join(PROFILE).join(MODULE_FILE))
}

/// The folder below `target/` that generated crates are built in: with other flags than this repository's module.
const GENERATED: &str = "wasm-build-generated";

/// Has a program that calls Cargo, as strangers do, build with a toolchain: all that it is told stands in its
/// environment.
pub(super) fn prepare(workspace: &Workspace, toolchain: &Toolchain, command: &mut Command) {
    match toolchain {
        Toolchain::Installed { .. } => {
            process::without_rust_variables(command, &["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"]);
        }
        Toolchain::Debian(toolchain) => {
            process::without_rust_variables(command, &[]);
            command
                .env("CARGO", debian::CARGO)
                .env("RUSTC", debian::RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_UNSTABLE_BUILD_STD", "std panic_abort")
                .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &toolchain.linker)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", SMALL);
        }
    }
    command.env("CARGO_TARGET_DIR", workspace.target().join(GENERATED));
}

/// Runs Cargo, and hands back the folder of what was built, with one folder for each profile.
fn compile(
    workspace: &Workspace,
    toolchain: &Toolchain,
    flags: &str,
    arguments: &[&str],
) -> Result<PathBuf, Error> {
    let target = workspace.target().join("wasm-build");
    let file = workspace.root().join(FLAGS);
    let last = std::fs::read(&file).map_err(Error::file("read", &file))?;
    let last: Vec<String> = serde_json::from_slice(&last)
        .map_err(|error| Error::Refused(format!("`{FLAGS}` is no list of flags: {error}")))?;
    // Every engine of the matrix has registers of 128 bits.
    let mut flags = format!("-Ctarget-feature=+simd128{flags}");
    let mut command = match toolchain {
        Toolchain::Installed { .. } => {
            let mut command = process::cargo();
            process::without_rust_variables(&mut command, &["RUSTC", "RUSTUP_TOOLCHAIN"]);
            command.arg("rustc");
            command
        }
        Toolchain::Debian(toolchain) => {
            flags.push(' ');
            flags.push_str(SMALL);
            let mut command = Command::new(debian::CARGO);
            process::without_rust_variables(&mut command, &[]);
            command
                .env("RUSTC", debian::RUSTC)
                // Cargo builds a standard library from source only when it may use unstable
                // options; the module itself uses none.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &toolchain.linker)
                .args(["rustc", "-Zbuild-std=std,panic_abort"])
                .arg("-Zbuild-std-features=optimize_for_size");
            command
        }
    };
    command
        .env("RUSTFLAGS", flags)
        .current_dir(workspace.root())
        .args(arguments)
        .args(["--target", TARGET])
        .arg("--target-dir")
        .arg(&target)
        // The tests want a Rust library too; where Cargo makes both at once, it leaves link-time optimization out.
        .args(["--crate-type", "cdylib", "--"])
        .args(last);
    process::run(&mut command)?;
    Ok(target.join(TARGET))
}
