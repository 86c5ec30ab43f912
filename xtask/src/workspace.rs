//! Where the workspace's folders are.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The workspace that the build tool works on.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    in_ci: bool,
}

impl Workspace {
    /// The workspace of the running `cargo xtask`, or the one that the tool was compiled in.
    pub(crate) fn find() -> Result<Self, Error> {
        let manifest_folder = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_folder.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        if !root.join("xtask").join("Cargo.toml").is_file() {
            return Err(Error::NoWorkspace(root));
        }
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target, in_ci: is_set("CI") })
    }

    /// A workspace that no test may write to.
    #[cfg(test)]
    pub(crate) fn for_tests(in_ci: bool) -> Self {
        Self { root: PathBuf::from("root"), target: PathBuf::from("target"), in_ci }
    }

    /// The folder that holds the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder, which also holds everything that the build tool caches.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Whether this is a run in CI, where nothing may be skipped.
    pub(crate) const fn in_ci(&self) -> bool {
        self.in_ci
    }
}

/// Whether an environment variable says yes.
fn is_set(name: &str) -> bool {
    env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
