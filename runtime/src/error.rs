//! What can go wrong.

use crate::identity::RunId;
use std::fmt;

/// The most keys of a batch that an error lists.
const LISTED_KEYS: usize = 100;

/// Why something could not be done. Messages hold no payloads, keys or credentials; keys stand in
/// the fields.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such run.
    #[error("there is no run {run}")]
    RunNotFound {
        /// The run.
        run: RunId,
    },
    /// The run is another scope's; nothing is told of it, and nothing was written.
    #[error("run {run} belongs to another scope")]
    ScopeMismatch {
        /// The run.
        run: RunId,
    },
    /// The run has no EXTERNAL step of the window's key.
    #[error("run {run} has no append window of this key")]
    WindowNotFound {
        /// The run.
        run: RunId,
        /// The key of the window.
        window: String,
    },
    /// The window does not wait for a batch.
    #[error("the append window of run {run} does not wait for a batch")]
    WindowNotOpen {
        /// The run.
        run: RunId,
        /// The key of the window.
        window: String,
    },
    /// The run has come to its end.
    #[error("run {run} has ended")]
    RunTerminal {
        /// The run.
        run: RunId,
    },
    /// The run has steps of these keys already.
    #[error("run {run} has steps with {} of the batch's keys already", keys.count())]
    StepKeyTaken {
        /// The run.
        run: RunId,
        /// The keys.
        keys: Keys,
    },
    /// Dependencies name steps that neither the batch nor the run has.
    #[error("dependencies name {} steps that neither the batch nor run {run} has", keys.count())]
    UnknownDependency {
        /// The run.
        run: RunId,
        /// The keys of the missing steps.
        keys: Keys,
    },
    /// The text cannot be a key: it is empty or holds U+0000.
    #[error("a key is not empty and holds no U+0000")]
    InvalidKey,
    /// A run cannot end in this status.
    #[error("`{status}` is no status in which a run has ended")]
    UnknownStatus {
        /// The status.
        status: String,
    },
    /// A stored row cannot be read, so nothing can be said about the request.
    #[error("the row that run {run} has under this key cannot be read: {reason}")]
    StoredRowUnreadable {
        /// The run.
        run: RunId,
        /// Why.
        reason: Unreadable,
    },
    /// The tables are not there.
    #[error("the tables are not there: run `tantamount migrate`")]
    NotMigrated {
        /// What the database said.
        source: sqlx::Error,
    },
    /// A migration that ran once is not what it is now.
    #[error("migration {version} was applied with other contents")]
    MigrationChanged {
        /// Its number.
        version: i32,
    },
    /// The database was migrated by a newer version of this crate.
    #[error("migration {version} was applied, which this version does not know")]
    MigrationUnknown {
        /// Its number.
        version: i32,
    },
    /// The database's encoding changes what JSON texts mean.
    #[error("the database's encoding is {found}, it must be UTF8")]
    Encoding {
        /// Its encoding.
        found: String,
    },
    /// The caller's transaction cannot go on: another one got in its way. Roll it back and run it
    /// again.
    #[error("roll the transaction back and run it again: another one got in its way")]
    RetryTransaction {
        /// What the database said; `None` where it said nothing and the ledger's row changed
        /// between two looks.
        source: Option<sqlx::Error>,
    },
    /// The database could not do it.
    #[error("the database could not do it{}", Sqlstate(source))]
    Database {
        /// What it said.
        source: sqlx::Error,
    },
}

/// Why a stored row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// Its request is not one of this schema.
    Request,
    /// Its digest is none.
    Digest,
    /// Its canonical form is of a version that this crate does not know.
    CanonicalVersion(i32),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Request => f.write_str("its request is not one of this schema"),
            Unreadable::Digest => f.write_str("its digest is malformed"),
            Unreadable::CanonicalVersion(version) => {
                write!(f, "version {version} of the canonical form is not known here")
            }
        }
    }
}

/// Keys of a batch, the first of them listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    listed: Vec<String>,
    count: usize,
}

impl Keys {
    pub(crate) fn new(mut keys: Vec<String>) -> Keys {
        let count = keys.len();
        keys.truncate(LISTED_KEYS);
        Keys { listed: keys, count }
    }

    /// The first of them, at most 100.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.listed
    }

    /// How many there are, those not listed included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

/// ` (SQLSTATE 40001)`, or nothing.
struct Sqlstate<'e>(&'e sqlx::Error);

impl fmt::Display for Sqlstate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match sqlstate(self.0) {
            Some(state) => write!(f, " (SQLSTATE {state})"),
            None => Ok(()),
        }
    }
}

fn sqlstate(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Another transaction was first, and the statement may be run again: serialization failure,
/// deadlock, and a unique violation, where the run has got a row since the statement began to look.
const RACED: [&str; 3] = ["40001", "40P01", "23505"];

impl Error {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::RunNotFound { .. } => "run_not_found",
            Error::ScopeMismatch { .. } => "scope_mismatch",
            Error::WindowNotFound { .. } => "window_not_found",
            Error::WindowNotOpen { .. } => "window_not_open",
            Error::RunTerminal { .. } => "run_terminal",
            Error::StepKeyTaken { .. } => "step_key_taken",
            Error::UnknownDependency { .. } => "unknown_dependency",
            Error::InvalidKey => "invalid_key",
            Error::UnknownStatus { .. } => "unknown_status",
            Error::StoredRowUnreadable { .. } => "stored_row_unreadable",
            Error::NotMigrated { .. } => "not_migrated",
            Error::MigrationChanged { .. } => "migration_changed",
            Error::MigrationUnknown { .. } => "migration_unknown",
            Error::Encoding { .. } => "encoding",
            Error::RetryTransaction { .. } => "retry_transaction",
            Error::Database { .. } => "database",
        }
    }

    /// The database's code for what went wrong, where it gave one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<String> {
        match self {
            Error::NotMigrated { source } | Error::Database { source } => sqlstate(source),
            Error::RetryTransaction { source } => source.as_ref().and_then(sqlstate),
            _ => None,
        }
    }

    /// Whether the same call may succeed when it is made again, after
    /// [`Error::RetryTransaction`] in a new transaction. An append may be repeated in any case:
    /// if it was applied after all, it is answered as a replay.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::RetryTransaction { .. } => true,
            Error::Database { source } => match sqlstate(source) {
                Some(state) => {
                    self.is_raced()
                        || ["08", "53", "57"].iter().any(|class| state.starts_with(class))
                }
                None => matches!(
                    source,
                    sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
                ),
            },
            _ => false,
        }
    }

    /// Whether another transaction was in the way of this one.
    pub(crate) fn is_raced(&self) -> bool {
        match self {
            Error::RetryTransaction { .. } => true,
            Error::Database { source } => raced(source),
            _ => false,
        }
    }

    /// The error as it is within a transaction of the caller's, which cannot be repeated here.
    pub(crate) fn in_transaction(self) -> Error {
        match self {
            Error::Database { source } if raced(&source) => {
                Error::RetryTransaction { source: Some(source) }
            }
            other => other,
        }
    }
}

fn raced(source: &sqlx::Error) -> bool {
    sqlstate(source).is_some_and(|state| RACED.contains(&state.as_str()))
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        match sqlstate(&source).as_deref() {
            // An undefined table, column or schema.
            Some("42P01" | "42703" | "3F000") => Error::NotMigrated { source },
            _ => Error::Database { source },
        }
    }
}
