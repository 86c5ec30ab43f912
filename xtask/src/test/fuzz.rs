//! A short, seeded run of each cargo-fuzz target.
//!
//! `cargo test` already replays the seeds, the regressions and many generated requests. This
//! stage shows that the coverage-guided targets build and find nothing within some seconds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stages::Outcome;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The line of a manifest that makes its package one of cargo-fuzz's.
const MARK: &str = "cargo-fuzz = true";

/// The seed of libFuzzer's choices, so that two runs of one build try the same.
const SEED: u32 = 1;

/// The longest input tried, in bytes: far more than a request of a few steps needs.
const LONGEST_INPUT_BYTES: u32 = 16_384;

/// Runs every target for some seconds.
pub(super) fn run(workspace: &Workspace, seconds: u32) -> Result<Outcome, Error> {
    let package = package(workspace.root())?;
    let Some(program) = program(workspace)? else {
        return Ok(Outcome::Skipped(
            "cargo-fuzz is not installed: get it with `cargo install cargo-fuzz --locked`".into(),
        ));
    };
    let targets =
        process::capture(cargo_fuzz(workspace, &program, "list").arg("--fuzz-dir").arg(&package))?;
    if targets.is_empty() {
        return Err(Error::missing(
            format!("`{}` names no fuzz target", package.display()),
            "add one with `cargo fuzz add`",
        ));
    }
    for target in targets.lines() {
        println!("fuzzing {target} for {seconds} s");
        run_target(workspace, &program, &package, target, seconds)?;
    }
    Ok(Outcome::Passed)
}

fn run_target(
    workspace: &Workspace,
    program: &Path,
    package: &Path,
    target: &str,
    seconds: u32,
) -> Result<(), Error> {
    // libFuzzer writes what it finds interesting to the first folder, and only reads the others.
    let corpus = workspace.target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&corpus).map_err(Error::file("create", &corpus))?;
    let artifacts = workspace.target().join("fuzz-artifacts").join(target);
    fs::create_dir_all(&artifacts).map_err(Error::file("create", &artifacts))?;
    let mut command = cargo_fuzz(workspace, program, "run");
    // There is no unsafe code for a sanitizer to watch, and without one more inputs are tried.
    command.args(["--sanitizer", "none", "--fuzz-dir"]).arg(package);
    command.arg("--target-dir").arg(workspace.target().join("fuzz"));
    // Optimized as a whole, as releases are, each target would take two minutes more to link.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off");
    // The targets stand behind a feature, so that an ordinary build needs no libFuzzer.
    command.args(["--features", "libfuzzer"]);
    command.arg(target).arg(corpus);
    for folder in ["seeds", "regressions"] {
        let folder = workspace.root().join("fuzz").join(folder);
        if folder.is_dir() {
            command.arg(folder);
        }
    }
    command
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-seed={SEED}"))
        .arg(format!("-max_len={LONGEST_INPUT_BYTES}"))
        .args(["-verbosity=0", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", artifacts.display()));
    process::run(&mut command)
}

/// One of cargo-fuzz's own commands. Its instrumentation needs compiler options that are
/// unstable, hence the variable, with which no nightly toolchain is needed.
fn cargo_fuzz(workspace: &Workspace, program: &Path, subcommand: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root()).env("RUSTC_BOOTSTRAP", "1").args(["fuzz", subcommand]);
    command
}

/// The package that holds the fuzz targets: `fuzz` itself, or a folder in it.
fn package(root: &Path) -> Result<PathBuf, Error> {
    let fuzz = root.join("fuzz");
    let mut folders = vec![fuzz.clone()];
    for entry in fs::read_dir(&fuzz).map_err(Error::file("list", &fuzz))? {
        folders.push(entry.map_err(Error::file("list", &fuzz))?.path());
    }
    folders.sort();
    folders
        .into_iter()
        .find(|folder| {
            fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains(MARK))
        })
        .ok_or_else(|| {
            Error::missing(
                format!("no package in `{}` is one of cargo-fuzz's", fuzz.display()),
                format!("its manifest says `{MARK}` in `[package.metadata]`"),
            )
        })
}

/// Where cargo-fuzz is; in CI it is built when it is not there.
fn program(workspace: &Workspace) -> Result<Option<PathBuf>, Error> {
    let tools = workspace.target().join("tools");
    let cached =
        tools.join("bin").join("cargo-fuzz").with_extension(std::env::consts::EXE_EXTENSION);
    if let Some(program) = process::find_program("cargo-fuzz") {
        return Ok(Some(program));
    }
    if !cached.is_file() && workspace.in_ci() {
        println!("installing cargo-fuzz to {}", tools.display());
        let mut command = process::cargo();
        command.args(["install", "cargo-fuzz", "--locked", "--root"]).arg(&tools);
        // A folder that outlives this run, so that a second installation has little to build.
        command.arg("--target-dir").arg(workspace.target().join("tools-build"));
        process::run(&mut command)?;
    }
    Ok(cached.is_file().then_some(cached))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzz_package_is_the_one_that_says_so() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("fuzz").join("targets");
        fs::create_dir_all(&inner).unwrap();
        fs::write(root.path().join("fuzz/Cargo.toml"), "[package]\n").unwrap();
        assert!(package(root.path()).is_err());
        fs::write(inner.join("Cargo.toml"), "[package.metadata]\ncargo-fuzz = true\n").unwrap();
        assert_eq!(package(root.path()).unwrap(), inner);
    }
}
