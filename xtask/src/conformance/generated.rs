//! A crate of generated code that is compiled and run, and is no member of the workspace.

use super::suite::walk;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Dependencies as in the workspace, so that they are compiled once.
const PROFILE: &str = "[profile.dev]\ndebug = \"line-tables-only\"\n";

/// Features that generated code names, and no crate here has need of: a section of a manifest.
pub(super) const FEATURES: &str =
    "[features]\nserde = []\nschemars = []\nproptest = []\narbitrary = []\n";

/// A crate that is being written, in a folder of its own below `target/conformance`.
///
/// A file that is already what it should be is not touched, so that Cargo compiles what has changed.
pub(super) struct Generated {
    folder: PathBuf,
    name: &'static str,
    /// The line of a manifest by which a crate of it depends on what generated code stands on.
    pub(super) core: String,
    written: RefCell<BTreeSet<PathBuf>>,
}

impl Generated {
    /// The folder for the crate `tantamount-conformance-…`.
    pub(super) fn new(workspace: &Workspace, name: &'static str) -> Self {
        let folder = workspace.root().join("target").join("conformance").join(name);
        let path = workspace.root().join("schema").join("core").display().to_string();
        let core = format!("tantamount-core = {{ path = {path:?}, features = [\"validate\"] }}\n");
        Self { folder, name, core, written: RefCell::default() }
    }

    /// Where its files stand.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of it, the folders above it with it.
    pub(super) fn write(&self, path: impl AsRef<Path>, text: &str) -> Result<(), Error> {
        let path = self.folder.join(path);
        if !fs::read_to_string(&path).is_ok_and(|found| found == text) {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
            }
            fs::write(&path, text).map_err(Error::file("write", &path))?;
        }
        self.written.borrow_mut().insert(path);
        Ok(())
    }

    /// Removes what an earlier run has left and this one has not written.
    fn remove_others(&self) -> Result<(), Error> {
        let written = self.written.borrow();
        for (_, path) in walk(&self.folder)? {
            if !written.contains(&path) && !path.ends_with("Cargo.lock") {
                fs::remove_file(&path).map_err(Error::file("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Compiles it, with more lines of its manifest, which end in its dependencies, and hands back what it prints, run with these
    /// arguments. It shares the workspace's target folder and versions.
    pub(super) fn run(
        &self,
        workspace: &Workspace,
        manifest: &str,
        arguments: &[&Path],
    ) -> Result<String, Error> {
        let name = format!("tantamount-conformance-{}", self.name);
        let core = &self.core;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             publish = false\n\n[workspace]\n\n{PROFILE}\n\
             [profile.dev.package.{name}]\ndebug = false\n\n{FEATURES}\n{manifest}{core}"
        );
        self.write("Cargo.toml", &manifest)?;
        self.remove_others()?;
        let lock = workspace.root().join("Cargo.lock");
        fs::copy(&lock, self.folder.join("Cargo.lock")).map_err(Error::file("copy", &lock))?;
        let mut build = process::cargo();
        build.current_dir(&self.folder).args(["build", "--quiet", "--target-dir"]);
        process::run(build.arg(workspace.target()))?;
        let program = workspace.target().join("debug").join(name);
        let mut command = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
        // Why it panics where it should not is for people to read.
        command.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
        let shown = process::shown(&command);
        let output = command.output();
        let output = output.map_err(|source| Error::Start { command: shown.clone(), source })?;
        if !output.status.success() {
            return Err(Error::Failed { command: shown, status: output.status.to_string() });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
