//! `cargo xtask matrix`: the package in bundlers and runtimes, really executed.

use std::path::PathBuf;
use std::process::Command;

use super::{package, require_node, sources, tools};
use crate::arguments::MatrixOptions;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The rows of the gate.
const CORE: [&str; 21] = [
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
    "chromium-values",
    "node-default-values",
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
    // The rows of other browsers are named after them; nothing is installed for rows that do not run.
    let is_wanted = |name: &str| {
        !options.core
            && (options.only.is_empty() || options.only.iter().any(|row| row.starts_with(name)))
    };
    if is_wanted("firefox") {
        let programs = ["firefox-esr", "firefox"];
        command.arg("--firefox").arg(browser("Firefox", &programs, &["firefox-esr"])?);
    }
    if is_wanted("webkit") {
        // Its small browser has a window, and wants a screen for it.
        let packages = ["webkit2gtk-driver", "xvfb"];
        browser("Xvfb", &["Xvfb"], &packages)?;
        command.arg("--webkit").arg(browser(
            "WebKit's WebDriver",
            &["WebKitWebDriver"],
            &packages,
        )?);
    }
    let core = CORE.iter().copied().filter(|_| options.core);
    for row in core.chain(options.only.iter().map(String::as_str)) {
        command.args(["--only", row]);
    }
    process::run(&mut command)
}

/// Chromium, installed from Debian's packages where that is allowed.
pub(crate) fn chromium() -> Result<PathBuf, Error> {
    browser("Chromium", &["chromium", "chromium-browser", "google-chrome"], &["chromium"])
}

/// The first of these programs that there is; the packages that hold it are installed where that is allowed.
fn browser(name: &str, programs: &[&str], packages: &[&str]) -> Result<PathBuf, Error> {
    let find = || programs.iter().copied().find_map(process::find_program);
    if let Some(program) = find() {
        return Ok(program);
    }
    let missing = || {
        let what = format!("{name} is not installed");
        Error::missing(what, format!("install `{}`", packages.join("` and `")))
    };
    if !process::may_install_packages() {
        return Err(missing());
    }
    process::install_packages(packages)?;
    find().ok_or_else(missing)
}
