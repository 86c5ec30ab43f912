//! What can go wrong.

use crate::database_error::{Condition, DatabaseError, Fate, Retry};
use crate::identity::ParentId;
use crate::relation::{ParentKey as _, Storage};
use std::fmt;
use std::time::Duration;

/// The most keys of a request that an error lists.
const LISTED_KEYS: usize = 100;

/// What is left of a transaction's reason where the database gave none: two looks at the ledger that
/// do not agree.
const CHANGED: Duration = Duration::from_millis(50);

/// Why something could not be done.
///
/// [`Error::fate`] tells what became of the request, [`Error::retry`] whether to try again and after
/// what. Messages and `Debug` hold no payloads, keys or credentials: keys stand in the fields, and
/// what the database said in [`DatabaseError::unredacted`].
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What the request is appended to is not there.
    #[error("there is no {parent}")]
    ParentNotFound {
        /// What is not there.
        parent: Named,
    },
    /// What the request is appended to is another scope's, or, where there is no such thing, the
    /// key is; nothing is told of it, and nothing was written.
    #[error("{} belongs to another scope", parent.or_key())]
    ScopeMismatch {
        /// What belongs to another scope.
        parent: Named,
    },
    /// The parent has no element of the window's key that could be a window.
    #[error("{parent} has no {noun} of this key")]
    WindowNotFound {
        /// The parent.
        parent: Named,
        /// What people call a window.
        noun: &'static str,
        /// The key of the window.
        window: String,
    },
    /// The window does not wait for a request.
    #[error("the {noun} of {parent} does not wait for a request")]
    WindowNotOpen {
        /// The parent.
        parent: Named,
        /// What people call a window.
        noun: &'static str,
        /// The key of the window.
        window: String,
    },
    /// The parent has come to its end.
    #[error("{parent} has ended")]
    ParentClosed {
        /// The parent.
        parent: Named,
    },
    /// The parent has elements of these keys already.
    #[error("{parent} has a {noun} under {} of the request already", keys.counted())]
    KeyTaken {
        /// The parent.
        parent: Named,
        /// What people call an element.
        noun: &'static str,
        /// The keys.
        keys: Keys,
    },
    /// References name elements that neither the request nor the parent has.
    #[error("the request names {} that no {noun} of it or of {parent} has", keys.counted())]
    UnknownReference {
        /// The parent.
        parent: Named,
        /// What people call an element.
        noun: &'static str,
        /// The keys that nothing has.
        keys: Keys,
    },
    /// The text cannot be a key: it is empty or holds U+0000.
    #[error("a key is not empty and holds no U+0000")]
    InvalidKey,
    /// The text cannot be a parent's name: it holds U+0000.
    #[error("a name holds no U+0000: leave it out")]
    InvalidName,
    /// A parent cannot end in this status.
    #[error("`{status}` is no status in which a {noun} has ended")]
    UnknownStatus {
        /// What people call a parent.
        noun: &'static str,
        /// The status.
        status: String,
    },
    /// A stored row cannot be read, so nothing can be said about the request.
    #[error("the row that {parent} has under this key cannot be read: {reason}")]
    StoredRowUnreadable {
        /// Whose row it is.
        parent: Named,
        /// Why.
        reason: Unreadable,
    },
    /// The tables are not there.
    #[error("the tables are not there, or older than this version: migrate first")]
    NotMigrated {
        /// What the database said.
        source: DatabaseError,
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
    /// The tables cannot be distributed over several servers.
    #[error("the tables cannot be distributed: {reason}")]
    NotDistributable {
        /// Why.
        reason: &'static str,
    },
    /// The caller's transaction cannot go on: another one got in its way, or the connection is gone.
    /// Roll it back and run it again from its beginning. An append that was committed after all is
    /// answered as a replay then.
    #[error("roll the transaction back and run it again{}", Reason(source.as_ref()))]
    RetryTransaction {
        /// What the database said; `None` where it said nothing and the ledger's row changed
        /// between two looks.
        source: Option<DatabaseError>,
    },
    /// The database could not do it, or could not be asked.
    #[error(transparent)]
    Database {
        /// What it said.
        source: DatabaseError,
    },
}

/// What requests are appended to, as a message names it: `run 0190…`; `the ledger` where there is
/// no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What people call it.
    pub noun: &'static str,
    /// Its id.
    pub id: Option<ParentId>,
}

impl Named {
    pub(crate) fn of<R: Storage>(parent: R::Parent) -> Named {
        let noun = R::relation().parent.as_ref().map_or("ledger", |parent| parent.noun);
        Named { noun, id: parent.id() }
    }
}

impl Named {
    /// What has a scope: the parent, or the key itself.
    fn or_key(self) -> String {
        if self.id.is_some() { self.to_string() } else { "the key".to_owned() }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "{} {id}", self.noun),
            None => write!(f, "the {}", self.noun),
        }
    }
}

/// Why a stored row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// Its request is not one of this schema.
    Request,
    /// Its digest is none.
    Digest,
    /// A row of an element is not one of this schema.
    Element,
    /// It has no id from which those of its elements are counted, so they cannot be told.
    NoId,
    /// Its canonical form is of a version that this crate does not know.
    CanonicalVersion(i32),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Request => f.write_str("its request is not one of this schema"),
            Unreadable::Element => f.write_str("a row of an element is not one of this schema"),
            Unreadable::NoId => f.write_str("it has no id, so its elements cannot be told"),
            Unreadable::Digest => f.write_str("its digest is malformed"),
            Unreadable::CanonicalVersion(version) => {
                write!(f, "version {version} of the canonical form is not known here")
            }
        }
    }
}

/// Keys of a request, the first of them listed.
#[derive(Clone, PartialEq, Eq)]
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

    /// `1 key`, `2 keys`
    fn counted(&self) -> String {
        match self.count {
            1 => "1 key".to_owned(),
            count => format!("{count} keys"),
        }
    }

    /// How many there are, those not listed included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}

/// `: the database …`
struct Reason<'e>(Option<&'e DatabaseError>);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(source) => write!(f, ": {source}"),
            None => f.write_str(": another one got in its way"),
        }
    }
}

impl fmt::Debug for Error {
    /// The code and the message; neither keys nor what the database said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl fmt::Debug for Keys {
    /// How many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.counted())
    }
}

impl Error {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::ParentNotFound { .. } => "parent_not_found",
            Error::ScopeMismatch { .. } => "scope_mismatch",
            Error::WindowNotFound { .. } => "window_not_found",
            Error::WindowNotOpen { .. } => "window_not_open",
            Error::ParentClosed { .. } => "parent_closed",
            Error::KeyTaken { .. } => "key_taken",
            Error::UnknownReference { .. } => "unknown_reference",
            Error::InvalidKey => "invalid_key",
            Error::InvalidName => "invalid_name",
            Error::UnknownStatus { .. } => "unknown_status",
            Error::StoredRowUnreadable { .. } => "stored_row_unreadable",
            Error::NotMigrated { .. } => "not_migrated",
            Error::MigrationChanged { .. } => "migration_changed",
            Error::MigrationUnknown { .. } => "migration_unknown",
            Error::Encoding { .. } => "encoding",
            Error::NotDistributable { .. } => "not_distributable",
            Error::RetryTransaction { .. } => "retry_transaction",
            Error::Database { .. } => "database",
        }
    }

    /// The database's code for what went wrong, where it gave one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.database()?.sqlstate()
    }

    /// What the database said, where it was the database that said something.
    #[must_use]
    pub fn database(&self) -> Option<&DatabaseError> {
        match self {
            Error::NotMigrated { source } | Error::Database { source } => Some(source),
            Error::RetryTransaction { source } => source.as_ref(),
            _ => None,
        }
    }

    /// What became of the request, or of whatever else was to be done.
    ///
    /// Within a transaction of the caller's nothing is applied before that is committed, so it is
    /// [`Fate::NotApplied`] there, once the caller has rolled back.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Error::NotMigrated { source } | Error::Database { source } => source.fate(),
            Error::RetryTransaction { source } => {
                source.as_ref().map_or(Fate::NotApplied, DatabaseError::fate)
            }
            // What stands there cannot be read, so it may be this request.
            Error::StoredRowUnreadable { .. } => Fate::Unknown,
            _ => Fate::NotApplied,
        }
    }

    /// Whether to try again, and after what.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Error::Database { source } => source.retry(),
            Error::RetryTransaction { source } => {
                Retry::Transaction(match source.as_ref().map(DatabaseError::retry) {
                    Some(Retry::After(time)) => time,
                    _ => CHANGED,
                })
            }
            Error::ParentNotFound { .. } => Retry::Once(Condition::ParentOpened),
            Error::WindowNotFound { .. } | Error::WindowNotOpen { .. } => {
                Retry::Once(Condition::WindowOpened)
            }
            Error::UnknownReference { .. } => Retry::Once(Condition::ReferenceWritten),
            Error::NotMigrated { .. } => Retry::Once(Condition::Migrated),
            Error::MigrationUnknown { .. } => Retry::Once(Condition::Updated),
            Error::StoredRowUnreadable { reason: Unreadable::CanonicalVersion(_), .. } => {
                Retry::Once(Condition::Updated)
            }
            Error::StoredRowUnreadable { .. }
            | Error::MigrationChanged { .. }
            | Error::NotDistributable { .. }
            | Error::Encoding { .. } => Retry::Once(Condition::Mended),
            Error::ScopeMismatch { .. }
            | Error::ParentClosed { .. }
            | Error::KeyTaken { .. }
            | Error::InvalidKey
            | Error::InvalidName
            | Error::UnknownStatus { .. } => Retry::Never,
        }
    }

    /// Whether the same call may succeed when it is made again for nothing but time having passed;
    /// after [`Error::RetryTransaction`] in a new transaction. An append may be repeated in any
    /// case: if it was applied after all, it is answered as a replay.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.retry(), Retry::After(_) | Retry::Transaction(_))
    }

    /// What a failed statement of the caller's own transaction means, or a failed `BEGIN`:
    /// [`Error::RetryTransaction`] where running it again can help. Without a `COMMIT` nothing of it
    /// is applied.
    #[must_use]
    pub fn before_commit(source: sqlx::Error) -> Error {
        Error::from(source).in_transaction(Some(Fate::NotApplied))
    }

    /// What a failed `COMMIT` of the caller's own transaction means: [`Error::RetryTransaction`]
    /// where running it again can help. Where the server's answer is missing the fate is
    /// [`Fate::Unknown`], and running the transaction again resolves it: an append that was
    /// committed is answered as a replay, so the caller knows that the rest was committed too.
    #[must_use]
    pub fn at_commit(source: sqlx::Error) -> Error {
        Error::from(source).in_transaction(None)
    }

    /// The error as it is within a transaction of the caller's, which cannot be repeated here. All
    /// that it did is undone, whatever the fate of a statement alone would be.
    pub(crate) fn in_transaction(self, fate: Option<Fate>) -> Error {
        match self {
            Error::Database { source } => {
                let known = source.fate();
                let source = source.with_fate(fate.unwrap_or(known));
                match source.retry() {
                    Retry::After(_) => Error::RetryTransaction { source: Some(source) },
                    _ => Error::Database { source },
                }
            }
            other => other,
        }
    }

    /// The error with what is known otherwise of the request, where the database is at fault.
    pub(crate) fn with_fate(self, fate: Fate) -> Error {
        match self {
            Error::Database { source } => Error::Database { source: source.with_fate(fate) },
            other => other,
        }
    }

    /// Whether it is worth while to try again without being asked.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Error::RetryTransaction { .. } => true,
            Error::Database { source } => source.is_transient(),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        let source = DatabaseError::new(source);
        match source.retry() {
            // An undefined table, column or schema.
            Retry::Once(Condition::Migrated) => Error::NotMigrated { source },
            _ => Error::Database { source },
        }
    }
}
