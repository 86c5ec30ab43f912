//! Which compiler builds WebAssembly on this machine.
//!
//! There are two situations. Where the Rust toolchain has the target's standard library
//! (`rustup target add wasm32-unknown-unknown`), the same Cargo builds for it. Where it does not
//! and nothing can be downloaded, Debian's `-web` packages help: they hold a compiler and its
//! library's source, from which Cargo builds the standard library for the target.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;

use super::{TARGET, debian};
use crate::error::Error;
use crate::process;

/// How long `rustup target add` may take.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// Where the target's standard library comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Situation {
    /// The Rust toolchain in use has the target installed.
    Installed,
    /// Debian's compiler builds the standard library from its source.
    Debian,
}

/// A compiler that can build for the target.
pub(crate) enum Toolchain {
    /// The Rust toolchain in use; the folder holds the target's standard library.
    Installed { library: PathBuf },
    /// Debian's compiler, with the linker to use.
    Debian(debian::Toolchain),
}

impl Toolchain {
    /// The toolchain in a few words.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Installed { library } => {
                format!("the installed target ({})", library.display())
            }
            Self::Debian(toolchain) => format!(
                "Debian's Rust, its standard library built from source, linked by {}",
                toolchain.linker.display()
            ),
        }
    }
}

/// The toolchain of the situation asked for, or the first that can be had.
pub(crate) fn choose(situation: Option<Situation>) -> Result<Toolchain, Error> {
    match situation {
        Some(Situation::Installed) => installed().ok_or_else(|| {
            Error::missing(
                format!("the Rust toolchain has no standard library for {TARGET}"),
                format!("install it with `rustup target add {TARGET}`"),
            )
        }),
        Some(Situation::Debian) => debian::prepare().map(Toolchain::Debian),
        None => first_to_be_had(),
    }
}

fn first_to_be_had() -> Result<Toolchain, Error> {
    if let Some(toolchain) = installed() {
        return Ok(toolchain);
    }
    println!("the Rust toolchain has no standard library for {TARGET}");
    // Debian's packages come first: they are verified by the system's package manager and change
    // nothing in the user's Rust toolchain. Where they cannot be had, rustup is asked.
    let error = match debian::prepare() {
        Ok(toolchain) => return Ok(Toolchain::Debian(toolchain)),
        Err(error) => error,
    };
    println!("Debian's packages {} cannot be had", debian::PACKAGES.join(", "));
    match add_target().then(installed).flatten() {
        Some(toolchain) => Ok(toolchain),
        None => Err(error),
    }
}

/// Asks rustup for the target.
fn add_target() -> bool {
    println!("trying `rustup target add {TARGET}`, for at most {} s", RUSTUP_LIMIT.as_secs());
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    process::succeeds_within(&mut command, RUSTUP_LIMIT)
}

/// The Rust toolchain in use, when it has the target's standard library.
fn installed() -> Option<Toolchain> {
    let mut command = process::rustc();
    command.args(["--print", "target-libdir", "--target", TARGET]);
    let library = PathBuf::from(process::capture(&mut command).ok()?);
    holds_core_library(&library).then_some(Toolchain::Installed { library })
}

/// Whether a folder holds a compiled `core`: rustc names the folder whether it exists or not,
/// and a half-removed target may leave it empty.
fn holds_core_library(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libcore-") && name.ends_with(".rlib")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn a_target_is_installed_when_its_core_library_is_there() {
        let folder = folder_with(&["libstd-0a1b.rlib", "libcore-0a1b.rlib"]);
        assert!(holds_core_library(folder.path()));
    }

    #[test]
    fn a_target_is_not_installed_without_its_core_library() {
        for files in [&[][..], &["libstd-0a1b.rlib"], &["libcore-0a1b.rmeta"], &["self-contained"]]
        {
            assert!(!holds_core_library(folder_with(files).path()), "{files:?}");
        }
        assert!(!holds_core_library(Path::new("no/such/folder")));
    }
}
