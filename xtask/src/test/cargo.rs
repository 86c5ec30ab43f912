//! The stages that Cargo runs by itself.

use super::stages::Outcome;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

pub(super) fn format(workspace: &Workspace) -> Result<Outcome, Error> {
    component("fmt", "rustfmt")?;
    run(workspace, &["fmt", "--all", "--check"], None)
}

pub(super) fn lints(workspace: &Workspace) -> Result<Outcome, Error> {
    component("clippy", "clippy")?;
    let arguments =
        ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    run(workspace, &arguments, None)
}

pub(super) fn tests(workspace: &Workspace) -> Result<Outcome, Error> {
    run(workspace, &["test", "--locked", "--workspace", "--no-fail-fast"], None)
}

pub(super) fn documentation(workspace: &Workspace) -> Result<Outcome, Error> {
    let arguments = ["doc", "--locked", "--workspace", "--no-deps"];
    run(workspace, &arguments, Some(("RUSTDOCFLAGS", "--deny warnings")))
}

fn run(
    workspace: &Workspace,
    arguments: &[&str],
    variable: Option<(&str, &str)>,
) -> Result<Outcome, Error> {
    let mut command = process::cargo();
    command.current_dir(workspace.root()).args(arguments).envs(variable);
    process::run(&mut command).map(|()| Outcome::Passed)
}

/// Says how to get a part of the Rust toolchain that is not there.
fn component(subcommand: &str, component: &str) -> Result<(), Error> {
    process::capture(process::cargo().args([subcommand, "--version"])).map(|_| ()).map_err(|_| {
        Error::missing(
            format!("`cargo {subcommand}` is not installed"),
            format!("install it with `rustup component add {component}`"),
        )
    })
}
