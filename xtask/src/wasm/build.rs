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

/// The schema that the module is for.
const SCHEMA: &str = "schema/append-request.schema.json";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "wasm";

/// Builds this repository's module and hands back its path.
pub(super) fn module(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf, Error> {
    let arguments = ["--profile", PROFILE, "--locked", "--package", PACKAGE];
    let schema = tantamount_codegen::Schema::open(&workspace.root().join(SCHEMA))
        .map_err(|error| Error::Generator(error.to_string()))?;
    // What the schema's plan has no use for is left out, a tenth of the bytes.
    let unused = schema.plan().unused_parts();
    let unused: String =
        unused.iter().map(|part| format!(" --cfg=tantamount_without=\"{part}\"")).collect();
    let job = Job { folder: workspace.root(), target: "wasm-build", arguments: &arguments };
    let folder = job.compile(workspace, toolchain, &unused)?;
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
    // Other flags, so another folder: each of them would build the standard library anew.
    let job = Job { folder, target: "wasm-build-generated", arguments: &["--release"] };
    Ok(job.compile(workspace, toolchain, "")?.join("release").join(file))
}

/// A run of Cargo.
struct Job<'a> {
    /// Where it runs.
    folder: &'a Path,
    /// The folder below `target/` that it builds in.
    target: &'a str,
    arguments: &'a [&'a str],
}

impl Job<'_> {
    /// Hands back the folder of what was built, with one folder for each profile.
    fn compile(
        &self,
        workspace: &Workspace,
        toolchain: &Toolchain,
        flags: &str,
    ) -> Result<PathBuf, Error> {
        let target = workspace.target().join(self.target);
        // Every engine of the matrix has registers of 128 bits.
        let mut flags = format!("-Ctarget-feature=+simd128{flags}");
        let mut command = match toolchain {
            Toolchain::Installed { .. } => {
                let mut command = process::cargo();
                process::without_rust_variables(&mut command, &["RUSTC", "RUSTUP_TOOLCHAIN"]);
                command.arg("build");
                command
            }
            Toolchain::Debian(toolchain) => {
                // A panic is a trap, without the message that nobody would see, nor the place in
                // these sources.
                flags.push_str(" -Zunstable-options -Cpanic=immediate-abort");
                flags.push_str(" -Zlocation-detail=none -Zfmt-debug=none");
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
            .env("RUSTFLAGS", flags)
            .current_dir(self.folder)
            .args(self.arguments)
            .args(["--target", TARGET])
            .arg("--target-dir")
            .arg(&target);
        process::run(&mut command)?;
        Ok(target.join(TARGET))
    }
}
