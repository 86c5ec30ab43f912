//! A crate of generated code that is compiled and run, and is no member of the workspace.

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A crate that is being written, in a folder of its own below `target/conformance`.
pub(super) struct Generated {
    folder: PathBuf,
    name: &'static str,
}

impl Generated {
    /// An empty folder for the crate `tantamount-conformance-…`.
    pub(super) fn new(workspace: &Workspace, name: &'static str) -> Result<Self, Error> {
        let folder = workspace.root().join("target").join("conformance").join(name);
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
        }
        Ok(Self { folder, name })
    }

    /// Where its files stand.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of it, the folders above it with it.
    pub(super) fn write(&self, path: impl AsRef<Path>, text: &str) -> Result<(), Error> {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
        }
        fs::write(&path, text).map_err(Error::file("write", &path))
    }

    /// Compiles it, with more lines of its manifest, and hands back what it prints, run with these
    /// arguments. It shares the workspace's target folder and versions.
    pub(super) fn run(
        &self,
        workspace: &Workspace,
        manifest: &str,
        arguments: &[&Path],
    ) -> Result<String, Error> {
        let name = format!("tantamount-conformance-{}", self.name);
        let core = workspace.root().join("schema").join("core").display().to_string();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             publish = false\n\n[workspace]\n\n{manifest}\n[dependencies.tantamount-core]\n\
             path = {core:?}\nfeatures = [\"validate\"]\n"
        );
        self.write("Cargo.toml", &manifest)?;
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
