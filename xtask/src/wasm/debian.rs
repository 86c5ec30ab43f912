//! The fallback: Debian's Rust compiler for web browsers' builds, and its library's source.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;

/// The packages: compiler, Cargo, and the source of the standard library.
pub(super) const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Where Debian puts the compiler, whatever else is on `PATH`.
pub(super) const RUSTC: &str = "/usr/bin/rustc";

/// Where Debian puts Cargo.
pub(super) const CARGO: &str = "/usr/bin/cargo";

/// Debian's compiler, ready to build for the target.
pub(crate) struct Toolchain {
    /// The linker: Debian's compiler has none for WebAssembly.
    pub(crate) linker: PathBuf,
}

/// Whether the packages are there.
pub(super) fn is_installed() -> bool {
    Path::new(CARGO).is_file() && library_source().is_some_and(|source| source.is_file())
}

/// Finds Debian's toolchain, and installs it where that is allowed.
pub(super) fn prepare() -> Result<Toolchain, Error> {
    if !is_installed() {
        if !process::may_install_packages() {
            return Err(Error::missing(
                format!("no compiler for {} is installed", super::TARGET),
                format!(
                    "either run `rustup target add {}`, or on Debian, as root: `apt-get install {}`",
                    super::TARGET,
                    PACKAGES.join(" ")
                ),
            ));
        }
        process::install_packages(&PACKAGES)?;
        if !is_installed() {
            return Err(Error::missing(
                format!("Debian's packages {} hold no library source", PACKAGES.join(", ")),
                format!("install the target with `rustup target add {}`", super::TARGET),
            ));
        }
    }
    let linker = linker().ok_or_else(|| {
        Error::missing(
            "no linker for WebAssembly: neither the Rust toolchain's `rust-lld` nor `wasm-ld`",
            "on Debian, install one with `apt-get install lld`",
        )
    })?;
    Ok(Toolchain { linker })
}

/// The manifest of the standard library's source, where Debian's compiler looks for it.
fn library_source() -> Option<PathBuf> {
    let mut command = Command::new(RUSTC);
    process::without_rust_variables(&mut command, &[]);
    let root = process::capture(command.args(["--print", "sysroot"])).ok()?;
    Some(Path::new(&root).join("lib/rustlib/src/rust/library/std/Cargo.toml"))
}

/// The linker of the Rust toolchain in use, or any other for WebAssembly.
fn linker() -> Option<PathBuf> {
    let bundled = || {
        let root = process::capture(process::rustc().args(["--print", "sysroot"])).ok()?;
        let host = process::capture(process::rustc().args(["--print", "host-tuple"])).ok()?;
        let linker = Path::new(&root).join("lib/rustlib").join(host).join("bin/rust-lld");
        linker.is_file().then_some(linker)
    };
    bundled()
        .or_else(|| process::find_program("rust-lld"))
        .or_else(|| process::find_program("wasm-ld"))
}
