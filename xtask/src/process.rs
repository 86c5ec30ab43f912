//! Starting other programs.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How often a program with a time limit is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Variables that stay when a program is given an environment without Rust's own: where crates
/// are cached and how they are reached.
const KEPT_PREFIXES: [&str; 6] =
    ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_"];

/// The Cargo that runs this build tool.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The Rust compiler that Cargo uses here.
pub(crate) fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Removes what an outer `cargo run` and the caller's shell say about the toolchain, the flags
/// and the target, so that an inner build depends on its own command line alone. `kept` names
/// variables that stay all the same.
pub(crate) fn without_rust_variables(command: &mut Command, kept: &[&str]) {
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let is_rust = name.starts_with("CARGO")
            || name.starts_with("RUSTC")
            || name.starts_with("RUSTDOC")
            || name.starts_with("RUSTFLAGS")
            || name == "RUSTUP_TOOLCHAIN"
            || name == "LD_LIBRARY_PATH"
            || name == "DYLD_FALLBACK_LIBRARY_PATH";
        let stays =
            kept.contains(&name) || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if is_rust && !stays {
            command.env_remove(name);
        }
    }
}

/// Runs a program with this process's output, and fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|source| Error::Start { command: shown(command), source })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Failed { command: shown(command), status: status.to_string() })
    }
}

/// Runs a program and hands back what it printed, trimmed.
pub(crate) fn capture(command: &mut Command) -> Result<String, Error> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|source| Error::Start { command: shown(command), source })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let status = match said.trim().lines().last() {
            Some(line) => format!("{}: {line}", output.status),
            None => output.status.to_string(),
        };
        Err(Error::Failed { command: shown(command), status })
    }
}

/// Runs a program for at most `limit`; past that it is ended and counts as failed.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).spawn() else { return false };
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => {
                // It has ended or is beyond help: either way there is nobody to tell.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// The full path of a program on `PATH`.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|candidate| candidate.is_file())
}

/// Whether this process may install Debian packages: it is root, and `apt-get` is there.
pub(crate) fn may_install_packages() -> bool {
    find_program("apt-get").is_some()
        && capture(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Installs Debian packages, saying so first. The package index is fetched once more if the
/// first attempt does not find them.
pub(crate) fn install_packages(packages: &[&str]) -> Result<(), Error> {
    eprintln!("installing Debian packages: {}", packages.join(" "));
    let install = || {
        let mut command = Command::new("apt-get");
        command
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            // A package's own server is not started: in a container that may fail, and
            // nothing here uses it.
            .env("RUNLEVEL", "1");
        command
    };
    if run(&mut install()).is_ok() {
        return Ok(());
    }
    run(Command::new("apt-get").arg("update"))?;
    run(&mut install())
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_else(|| command.get_program())
        .to_string_lossy();
    std::iter::once(program)
        .chain(command.get_args().map(OsStr::to_string_lossy))
        .collect::<Vec<_>>()
        .join(" ")
}
