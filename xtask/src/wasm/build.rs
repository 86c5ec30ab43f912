//! Compiling the module, and letting wasm-bindgen take out what describes its exports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::toolchain::Toolchain;
use super::{MODULE_NAME, TARGET, debian};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The crate that is built.
const PACKAGE: &str = "tantamount-wasm";

/// The file that rustc writes for it.
const MODULE_FILE: &str = "tantamount_wasm.wasm";

/// The schema that the module is for.
const SCHEMA: &str = "schema/append-request.schema.json";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "wasm";

/// Builds the module and hands back its path.
pub(super) fn module(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf, Error> {
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
                .args(["build", "-Zbuild-std=std,panic_abort"])
                .arg("-Zbuild-std-features=optimize_for_size");
            command
        }
    };
    command
        .env("RUSTFLAGS", flags(workspace, toolchain)?)
        .current_dir(workspace.root())
        .args(["--profile", PROFILE, "--locked", "--package", PACKAGE, "--target", TARGET])
        .arg("--target-dir")
        .arg(&folder);
    process::run(&mut command)?;
    Ok(folder.join(TARGET).join(PROFILE).join(MODULE_FILE))
}

/// What the compiler is told: to use 128-bit registers, which every engine of the matrix has, and to leave out
/// what the schema's plan has no use for. The last takes a tenth of the bytes.
fn flags(workspace: &Workspace, toolchain: &Toolchain) -> Result<String, Error> {
    let schema = tantamount_codegen::Schema::open(&workspace.root().join(SCHEMA))
        .map_err(|error| Error::Generator(error.to_string()))?;
    let mut flags = "-Ctarget-feature=+simd128".to_owned();
    for part in schema.plan().unused_parts() {
        flags.push_str(&format!(" --cfg=tantamount_without=\"{part}\""));
    }
    if let Toolchain::Debian(_) = toolchain {
        // A panic is a trap, without the message that nobody would see, nor the place in these sources.
        flags.push_str(" -Zunstable-options -Cpanic=immediate-abort");
        flags.push_str(" -Zlocation-detail=none -Zfmt-debug=none");
    }
    Ok(flags)
}

/// Runs wasm-bindgen, and hands back the module that it leaves. Its JavaScript is not needed: all
/// that crosses the border are numbers.
pub(super) fn bindings(workspace: &Workspace, module: &Path) -> Result<PathBuf, Error> {
    let folder = workspace.wasm_output();
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
    }
    let mut command = process::cargo();
    command
        .current_dir(workspace.root())
        .args(["run", "--quiet", "--locked", "--package", "tantamount-bindgen", "--"])
        .args(["--name", MODULE_NAME])
        .arg("--module")
        .arg(module)
        .arg("--output")
        .arg(&folder);
    process::run(&mut command)?;
    let written = folder.join(format!("{MODULE_NAME}_bg.wasm"));
    let size_bytes = fs::metadata(&written).map_err(Error::file("read", &written))?.len();
    println!("{}: {size_bytes} bytes of WebAssembly", written.display());
    Ok(written)
}
