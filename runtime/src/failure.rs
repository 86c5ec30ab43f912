//! What trying again, and telling of it, have to know of an error: the ledger's own, and those that
//! wrap it.

use crate::database_error::{DatabaseError, Fate};
use crate::error::Error;

/// An error that says what became of the work.
pub(crate) trait Failure: From<Error> {
    /// The ledger's error, where it is one.
    fn error(&self) -> Option<&Error>;

    /// A stable name.
    fn code(&self) -> &'static str;

    /// Whether it is worth while to try again without being asked.
    fn is_transient(&self) -> bool;

    /// Whether the same call may succeed for nothing but time having passed.
    fn is_retryable(&self) -> bool;

    /// The error with what is known otherwise of the work, where the database is at fault.
    fn with_fate(self, fate: Fate) -> Self;

    /// What became of the work; an error that is none of the ledger's is a refusal.
    fn fate(&self) -> Fate {
        self.error().map_or(Fate::NotApplied, Error::fate)
    }

    /// The database's code for what went wrong, where it gave one.
    fn sqlstate(&self) -> Option<&str> {
        self.error().and_then(Error::sqlstate)
    }

    /// What the database said, where it was the database that said something.
    fn database(&self) -> Option<&DatabaseError> {
        self.error().and_then(Error::database)
    }
}

impl Failure for Error {
    fn error(&self) -> Option<&Error> {
        Some(self)
    }

    fn code(&self) -> &'static str {
        Error::code(self)
    }

    fn is_transient(&self) -> bool {
        Error::is_transient(self)
    }

    fn is_retryable(&self) -> bool {
        Error::is_retryable(self)
    }

    fn with_fate(self, fate: Fate) -> Error {
        Error::with_fate(self, fate)
    }
}
