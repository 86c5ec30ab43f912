//! What is wrong with a schema, as data, and what else may stop the generator.

mod fault;
mod render;
mod report;

pub use fault::{Errors, Fault};
pub use render::Look;

pub(crate) use render::{shown, shown_lines};
pub(crate) use report::{Report, line_and_column};

use std::fmt;
use std::path::PathBuf;

/// What stops the generator.
///
/// Its `Debug` is for people too: it is what a build script shows that returns it from `main`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The schema is wrong.
    #[error("{0}")]
    Schema(#[from] Errors),
    /// A released version is not what it was.
    #[error("`{}`: {message}", path.display())]
    Released {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The file of waivers is wrong.
    #[error("{0}")]
    Waivers(#[from] crate::compatibility::WaiversError),
    /// A file could not be read or written.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        cause: std::io::Error,
    },
    /// The generator wrote something that is no Rust: a fault of the generator's.
    #[error("the generator wrote a file `{file}` that is no Rust: {cause}")]
    Output {
        /// The file.
        file: &'static str,
        /// What the parser says.
        cause: String,
    },
    /// What was asked for cannot be had.
    #[error("{message}\n  help: {help}")]
    Request {
        /// What is wrong with it.
        message: String,
        /// What to ask for instead.
        help: String,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Schema(errors) => {
                write!(f, "the schema is refused\n{}", errors.render(Look::Ascii))
            }
            other => fmt::Display::fmt(other, f),
        }
    }
}

impl Error {
    /// A closure for `map_err` that says what was being done to which file.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |cause| Error::File { action, path, cause }
    }
}
