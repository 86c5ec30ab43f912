//! `cargo xtask matrix`: the package in bundlers and runtimes, really executed.

use std::path::PathBuf;
use std::process::Command;

use super::{package, require_node, sources, tools};
use crate::arguments::MatrixOptions;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The rows of the gate.
const CORE: [&str; 19] = [
    "example-first",
    "example-form",
    "example-fetch",
    "example-hook",
    "example-service-worker",
    "example-file",
    "node-esm",
    "node-cjs",
    "node-file",
    "chromium",
    "chromium-worker",
    "chromium-csp-blocked",
    "esbuild",
    "esbuild-node",
    "webpack",
    "webpack-node",
    "vite-build",
    "vite-dev",
    "workerd",
];

/// Installs what the rows need, and runs them.
pub(crate) fn run(workspace: &Workspace, options: &MatrixOptions) -> Result<(), Error> {
    require_node()?;
    if !package(workspace).is_dir() {
        return Err(Error::missing("the package is not built", "run `cargo xtask npm`"));
    }
    let chromium = chromium()?;
    let installed = tools::install(workspace, "matrix")?;
    if !options.core {
        tools::install(workspace, "matrix/oldest")?;
    }
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(sources(workspace).join("matrix").join("matrix.mjs"))
        .arg("--package")
        .arg(package(workspace))
        .arg("--installed")
        .arg(installed)
        .arg("--chromium")
        .arg(chromium);
    let core = CORE.iter().copied().filter(|_| options.core);
    for row in core.chain(options.only.iter().map(String::as_str)) {
        command.args(["--only", row]);
    }
    process::run(&mut command)
}

/// The browser, installed from Debian's packages where that is allowed.
pub(crate) fn chromium() -> Result<PathBuf, Error> {
    let find = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(process::find_program)
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    let missing = || Error::missing("Chromium is not installed", "install `chromium`");
    if !process::may_install_packages() {
        return Err(missing());
    }
    process::install_packages(&["chromium"])?;
    find().ok_or_else(missing)
}
