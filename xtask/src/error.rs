//! Everything that can go wrong in the build tool.

use std::path::PathBuf;

/// Why a command of the build tool did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The workspace's root folder is not where the build tool was compiled or started.
    #[error("no workspace at `{0}`: start the build tool as `cargo xtask`")]
    NoWorkspace(PathBuf),
    /// A file or folder could not be read, written or removed.
    #[error("could not {action} `{path}`: {source}")]
    File { action: &'static str, path: PathBuf, source: std::io::Error },
    /// A program could not be started.
    #[error("could not start `{command}`: {source}")]
    Start { command: String, source: std::io::Error },
    /// A program ended with a failure.
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: String },
    /// The code generator refused its input.
    #[error("the code generator: {0}")]
    Generator(String),
    /// A generated path points out of the workspace.
    #[error("the code generator named `{0}`, which is not a path inside the workspace")]
    OutsideWorkspace(PathBuf),
    /// Generated files are not what the schema yields.
    #[error("{0} generated file(s) are not up to date: run `cargo xtask generate`")]
    Stale(usize),
    /// Something that has to be installed is not there.
    #[error("{what}; {remedy}")]
    Missing { what: String, remedy: String },
    /// The command line asked for something that is not to be had.
    #[error("{0}")]
    Refused(String),
    /// Stages of the gate failed.
    #[error("{0} stage(s) failed")]
    Stages(usize),
}

impl Error {
    /// A closure for `map_err` that says what was being done to which file.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// What is missing, and how to get it.
    pub(crate) fn missing(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), remedy: remedy.into() }
    }
}
