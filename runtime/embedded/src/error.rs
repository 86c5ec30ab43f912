//! Why no server could be had, and how to mend it.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why no server could be started, joined or stopped.
///
/// Every message says what to do about it. Messages may have several lines.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// This system is not a Unix.
    #[error(
        "a PostgreSQL server is started only on Unix systems; start one yourself and name it \
         with --database-url or DATABASE_URL"
    )]
    Unsupported,

    /// There is no home directory to put the data in.
    #[error(
        "there is no place for the data: none of TANTAMOUNT_HOME, XDG_DATA_HOME and HOME is set; \
         set TANTAMOUNT_HOME to a folder"
    )]
    NoPlace,

    /// A file or folder could not be read or written.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    File {
        /// What was to be done, as in "cannot … the file".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        cause: io::Error,
    },

    /// The folder belongs to someone else, or others may write in it.
    #[error(
        "the folder `{}` {complaint}, so what lies in it cannot be trusted; {remedy}",
        path.display()
    )]
    Untrusted {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        complaint: String,
        /// What to do about it.
        remedy: &'static str,
    },

    /// The server's user cannot get to the folder.
    #[error(
        "the server runs as the user `{user}` (PostgreSQL refuses root), who cannot enter `{}`; \
         set TANTAMOUNT_HOME to a folder that this user can reach, such as \
         `/var/lib/tantamount`, or let it pass with `chmod o+x {}`",
        folder.display(), obstacle.display()
    )]
    Unreachable {
        /// The user that the server is run as.
        user: String,
        /// The folder that the server needs.
        folder: PathBuf,
        /// The folder on the way that lets no other user pass.
        obstacle: PathBuf,
    },

    /// The server cannot be run as the user that was asked for.
    #[error("the server cannot be run as the user `{user}`: {reason}")]
    User {
        /// The user's name.
        user: String,
        /// Why not, and what to do.
        reason: String,
    },

    /// No programs to run a server with.
    #[error(
        "no PostgreSQL server is running for us, and its programs ({wanted}) were not found; \
         install them (Debian, Ubuntu: `apt install postgresql`; Fedora: `dnf install \
         postgresql-server`; macOS: `brew install postgresql@17`), or set \
         TANTAMOUNT_POSTGRES_BINARIES to the folder that holds `postgres`, or name a running \
         server with --database-url or DATABASE_URL; tried:{}",
        lines(tried)
    )]
    NoPrograms {
        /// The versions that would have done.
        wanted: String,
        /// Every place that was tried, and what was wrong with it.
        tried: Vec<String>,
    },

    /// The data was written by a major version of PostgreSQL that is not to be had.
    #[error(
        "the data in `{}` is PostgreSQL {major}'s, and no other version can read it; install \
         PostgreSQL {major} (Debian, Ubuntu: `apt install postgresql-{major}`) or set \
         TANTAMOUNT_POSTGRES_BINARIES to the folder that holds its `postgres`; to begin with an \
         empty database instead, set TANTAMOUNT_HOME to a new folder (nothing is deleted); \
         tried:{}",
        data.display(), lines(tried)
    )]
    OtherMajor {
        /// PostgreSQL's data folder.
        data: PathBuf,
        /// The major version that wrote it.
        major: u32,
        /// Every place that was tried, and what was wrong with it.
        tried: Vec<String>,
    },

    /// There is data, but its password is gone.
    #[error(
        "there is data in `{}`, but the file with its password, `{}`, is not there; put it back, \
         or set TANTAMOUNT_HOME to a new folder to begin with an empty database",
        data.display(), password.display()
    )]
    NoPassword {
        /// PostgreSQL's data folder.
        data: PathBuf,
        /// Where the password was expected.
        password: PathBuf,
    },

    /// A program of PostgreSQL's failed.
    #[error(
        "`{program}` failed while it was to {purpose}; put right what it names and try again. It \
         said:{}",
        lines(output)
    )]
    Program {
        /// The program's name.
        program: &'static str,
        /// What it was to do.
        purpose: &'static str,
        /// The last lines of its output and of the server's log.
        output: Vec<String>,
    },

    /// A server holds the data folder but does not answer.
    #[error(
        "a PostgreSQL server (process {process}) holds `{}` but has not answered for {seconds} \
         seconds; look at its log, `{}`, and stop it with `kill -INT {process}` if it is stuck",
        data.display(), log.display()
    )]
    Silent {
        /// The server's process.
        process: u32,
        /// How long it was waited for, in seconds.
        seconds: u64,
        /// PostgreSQL's data folder.
        data: PathBuf,
        /// The server's log.
        log: PathBuf,
    },

    /// A path cannot be written in a URL.
    #[error("the path `{}` is not valid UTF-8; set TANTAMOUNT_HOME to one that is", path.display())]
    PathNotText {
        /// The path, shown as well as it can be.
        path: PathBuf,
    },
}

#[cfg(unix)]
impl Error {
    /// For `map_err`: what was to be done with which file.
    pub(crate) fn file(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::File { action, path, cause }
    }
}

/// Each on an indented line of its own.
fn lines(all: &[String]) -> String {
    all.iter().map(|line| format!("\n  {line}")).collect()
}
