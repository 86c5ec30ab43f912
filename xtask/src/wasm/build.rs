//! Compiling a module.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::toolchain::Toolchain;
use super::{TARGET, debian};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The crate that is built.
const PACKAGE: &str = "tantamount-wasm";

/// The file that rustc writes for it.
const MODULE_FILE: &str = "tantamount_wasm.wasm";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "wasm";

/// Builds this repository's module and hands back its path.
pub(super) fn module(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf, Error> {
    let arguments = ["--profile", PROFILE, "--locked", "--package", PACKAGE];
    let folder = compile(workspace, toolchain, workspace.root(), &arguments)?;
    Ok(folder.join(PROFILE).join(MODULE_FILE))
}

/// Builds the module of a generated crate, which is no member of the workspace, and hands back its path.
/// `file` is what rustc calls it.
pub(super) fn generated(
    workspace: &Workspace,
    toolchain: &Toolchain,
    folder: &Path,
    file: &str,
) -> Result<PathBuf, Error> {
    Ok(compile(workspace, toolchain, folder, &["--release"])?.join("release").join(file))
}

/// Runs Cargo in a folder, and hands back the folder of what it built, one folder for each profile.
fn compile(
    workspace: &Workspace,
    toolchain: &Toolchain,
    crate_folder: &Path,
    arguments: &[&str],
) -> Result<PathBuf, Error> {
    let folder = workspace.target().join("wasm-build");
    let mut command = match toolchain {
        Toolchain::Installed { .. } => {
            let mut command = process::cargo();
            process::without_rust_variables(&mut command, &["RUSTC", "RUSTUP_TOOLCHAIN"]);
            command.arg("build");
            command
        }
        Toolchain::Debian(toolchain) => {
            let mut command = Command::new(debian::CARGO);
            process::without_rust_variables(&mut command, &[]);
            command
                .env("RUSTC", debian::RUSTC)
                // Cargo builds a standard library from source only when it may use unstable
                // options; the module itself uses none.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &toolchain.linker)
                // A panic is a trap, without the message that nobody would see.
                // SHA-256 as loops, which takes a seventh of the bytes.
                .env(
                    "RUSTFLAGS",
                    "-Zunstable-options -Cpanic=immediate-abort \
                     --cfg=sha2_backend=\"soft\" --cfg=sha2_backend_soft=\"compact\"",
                )
                .args(["build", "-Zbuild-std=std,panic_abort"])
                .arg("-Zbuild-std-features=optimize_for_size");
            command
        }
    };
    command
        .current_dir(crate_folder)
        .args(arguments)
        .args(["--target", TARGET])
        .arg("--target-dir")
        .arg(&folder);
    process::run(&mut command)?;
    Ok(folder.join(TARGET))
}
