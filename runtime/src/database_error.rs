//! What the database, or the way to it, said: what became of the request, and what to do about it,
//! without the values that PostgreSQL puts into its messages.

use sqlx::Error as Source;
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use std::fmt;
use std::time::Duration;

/// What became of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing of it is written, and nothing will be by this call.
    NotApplied,
    /// All of it is written; it is the answer that is missing.
    Applied,
    /// Either of the two. The same call again, whenever it gets through, tells which.
    Unknown,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::NotApplied => "not applied",
            Fate::Applied => "applied",
            Fate::Unknown => "unknown",
        })
    }
}

/// Whether to try again, and after what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call, not before this time has passed. It is safe in any case: what was applied is
    /// answered as a replay.
    After(Duration),
    /// The caller's whole transaction, from its beginning, once it is rolled back and this time has
    /// passed.
    Transaction(Duration),
    /// The same call, once something has been done; until then it fails alike.
    Once(Condition),
    /// Not at all: the same call is refused whenever it is made.
    Never,
}

/// What has to be done before a call can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The parent has to be opened: [`Ledger::open`](crate::Ledger::open).
    ParentOpened,
    /// The window has to be opened: [`Scoped::open_window`](crate::Scoped::open_window).
    WindowOpened,
    /// What the request refers to has to be there: another request brings it.
    ReferenceWritten,
    /// The tables have to be brought up to date: [`Ledger::migrate`](crate::Ledger::migrate).
    Migrated,
    /// The program has to be brought up to date: the database was written by a newer one.
    Updated,
    /// Whoever runs the database has to mend it: a disk that is full, a server that only reads,
    /// privileges, an address or a password.
    Mended,
}

/// What went wrong between this crate and the database.
///
/// Neither its message nor its `Debug` holds values of a request, keys or credentials, which
/// PostgreSQL puts into its messages and details; [`DatabaseError::unredacted`] does. It is no
/// [`source`](std::error::Error::source) either, since whoever prints an error prints that too.
pub struct DatabaseError {
    cause: Cause,
    fate: Fate,
    unredacted: Option<Box<Source>>,
}

/// Where it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The server refused a statement, and whatever that did is undone.
    Refused,
    /// The server ended the session.
    Ended,
    /// The connection broke.
    Lost,
    /// There was no answer in the time that the policy allows.
    Silent,
    /// There was no connection in the time that the pool allows.
    NoConnection,
    /// The pool is closed, or its address, certificates or settings are wrong.
    Unreachable,
    /// A value cannot be sent.
    Unsendable,
    /// The answer is not what the statement asks for.
    Misunderstood,
}

impl DatabaseError {
    pub(crate) fn new(source: Source) -> DatabaseError {
        let cause = match &source {
            Source::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
                Some(error) if is_final(error) => Cause::Ended,
                _ => Cause::Refused,
            },
            Source::Io(_) | Source::Protocol(_) | Source::WorkerCrashed => Cause::Lost,
            Source::PoolTimedOut => Cause::NoConnection,
            Source::PoolClosed | Source::Tls(_) | Source::Configuration(_) => Cause::Unreachable,
            Source::Encode(_) | Source::InvalidArgument(_) => Cause::Unsendable,
            _ => Cause::Misunderstood,
        };
        let fate = match cause {
            Cause::Ended | Cause::Lost | Cause::Silent | Cause::Misunderstood => Fate::Unknown,
            Cause::Refused if is_in_doubt(code(&source)) => Fate::Unknown,
            _ => Fate::NotApplied,
        };
        DatabaseError { cause, fate, unredacted: Some(Box::new(source)) }
    }

    /// No answer within the time that is allowed for one.
    pub(crate) fn silent() -> DatabaseError {
        DatabaseError { cause: Cause::Silent, fate: Fate::Unknown, unredacted: None }
    }

    /// The error with what is known otherwise of the request.
    #[must_use]
    pub(crate) fn with_fate(self, fate: Fate) -> DatabaseError {
        DatabaseError { fate, ..self }
    }

    /// What became of the request.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// The SQLSTATE, where the server gave one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.unredacted.as_deref().and_then(code)
    }

    /// The table that the server named, if it did.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        self.unredacted.as_deref()?.as_database_error()?.table()
    }

    /// The constraint that the server named, if it did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.unredacted.as_deref()?.as_database_error()?.constraint()
    }

    /// All that is known, for whoever may see it: the server's message and detail may hold values
    /// of the request or of stored rows. `None` where there was no answer.
    #[must_use]
    pub fn unredacted(&self) -> Option<&sqlx::Error> {
        self.unredacted.as_deref()
    }

    /// Whether to try again, and after what.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self.cause {
            Cause::Refused => self.sqlstate().map_or(Retry::Never, after_refusal),
            Cause::Ended => match self.sqlstate().map(after_refusal) {
                // Such as a password, or a database that is not there.
                Some(Retry::Once(Condition::Mended)) if self.fate == Fate::NotApplied => {
                    Retry::Once(Condition::Mended)
                }
                _ => Retry::After(RECOVERY),
            },
            Cause::Lost | Cause::Silent | Cause::NoConnection => Retry::After(RECOVERY),
            Cause::Unreachable => Retry::Once(Condition::Mended),
            Cause::Unsendable | Cause::Misunderstood => Retry::Never,
        }
    }

    /// Whether it is worth while to try again without being asked: others were in the way, the
    /// connection is gone, or the server starts, stops or recovers.
    pub(crate) fn is_transient(&self) -> bool {
        match self.cause {
            Cause::Refused => self.sqlstate().is_some_and(|state| {
                RACED.contains(&state) || TOO_EARLY.contains(&state) || is_in_doubt(Some(state))
            }),
            Cause::Ended => matches!(self.retry(), Retry::After(_)),
            Cause::Lost | Cause::Silent => true,
            Cause::NoConnection | Cause::Unreachable | Cause::Unsendable | Cause::Misunderstood => {
                false
            }
        }
    }

    /// Whether there was no connection to be had.
    pub(crate) fn is_no_connection(&self) -> bool {
        self.cause == Cause::NoConnection
    }

    /// Whether the connection is of no more use, or leads to a server that is not the right one any
    /// more: one that only reads, as after a failover.
    pub(crate) fn spoils_connection(&self) -> bool {
        match self.cause {
            Cause::Refused => self.sqlstate() == Some(READ_ONLY),
            Cause::Ended | Cause::Lost | Cause::Silent | Cause::Misunderstood => true,
            Cause::NoConnection | Cause::Unreachable | Cause::Unsendable => false,
        }
    }
}

/// How long a statement takes that others are in the way of, roughly.
const RACE: Duration = Duration::from_millis(50);
/// How long a lock or a resource is awaited that others have.
const RESOURCE: Duration = Duration::from_millis(500);
/// How long a server takes to come back, at the least.
const RECOVERY: Duration = Duration::from_secs(1);

/// Another transaction was first, and the statement may be run again: serialization failure,
/// deadlock, and a unique violation, where the parent has got a row since the statement began to
/// look.
const RACED: [&str; 3] = ["40001", "40P01", "23505"];
/// The server takes no connection yet, or no more of them for now.
const TOO_EARLY: [&str; 2] = ["57P03", "53300"];
/// The server only reads, and took no statement that writes.
pub(crate) const READ_ONLY: &str = "25006";

/// The states that say themselves that the transaction may have been committed, and the loss of a
/// connection behind the one that was asked, as a proxy or a coordinator tells of it.
fn is_in_doubt(state: Option<&str>) -> bool {
    state.is_some_and(|state| state == "40003" || state.starts_with("08"))
}

/// Whether the server ends the session with this error. It may have committed before.
fn is_final(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

/// By PostgreSQL's appendix "Error Codes".
fn after_refusal(state: &str) -> Retry {
    let class = state.get(..2).unwrap_or_default();
    match (class, state) {
        _ if RACED.contains(&state) => Retry::After(RACE),
        ("42", "42P01" | "42703") | ("3F", _) => Retry::Once(Condition::Migrated),
        // A lock that is not available, an object in use, a cancelled or timed out statement.
        (_, "55P03" | "55006" | "57014") => Retry::After(RESOURCE),
        // The transaction failed before, or the session was idle in it for too long.
        ("25", "25P02" | "25P03" | "25P04") => Retry::After(RACE),
        (_, "53100" | "53400" | "57P04" | READ_ONLY | "42501") => Retry::Once(Condition::Mended),
        ("53" | "57" | "08" | "40", _) => Retry::After(RECOVERY),
        // Credentials, databases that are not there, what the system or the data is broken by.
        ("28" | "3D" | "58" | "F0" | "XX", _) => Retry::Once(Condition::Mended),
        _ => Retry::Never,
    }
}

fn code(source: &Source) -> Option<&str> {
    match source.as_database_error()?.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => Some(error.code()),
        None => None,
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.cause {
            Cause::Refused => "the database could not do it",
            Cause::Ended => "the database ended the connection",
            Cause::Lost => "the connection to the database was lost",
            Cause::Silent => "the database did not answer in time",
            Cause::NoConnection => "there was no connection to the database in time",
            Cause::Unreachable => "the database cannot be reached by these settings",
            Cause::Unsendable => "a value cannot be sent to the database",
            Cause::Misunderstood => "the database's answer is not what was asked for",
        })?;
        match (self.sqlstate(), self.unredacted()) {
            (Some(state), _) => {
                write!(f, " (SQLSTATE {state}")?;
                if let Some(name) = condition_name(state) {
                    write!(f, ", {name}")?;
                }
                if let Some(constraint) = self.constraint() {
                    write!(f, ", constraint `{constraint}`")?;
                }
                f.write_str(")")?;
            }
            (None, Some(Source::Io(error))) => write!(f, " ({})", error.kind())?,
            _ => {}
        }
        match self.fate {
            Fate::NotApplied => Ok(()),
            Fate::Applied => f.write_str("; the request is applied"),
            Fate::Unknown => f.write_str("; the request may have been applied"),
        }
    }
}

impl fmt::Debug for DatabaseError {
    /// Says no more than the message does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("DatabaseError");
        all.field("cause", &self.cause).field("fate", &self.fate);
        all.field("sqlstate", &self.sqlstate()).field("table", &self.table());
        all.field("constraint", &self.constraint()).finish_non_exhaustive()
    }
}

impl std::error::Error for DatabaseError {}

/// PostgreSQL's own name of a state that an operator may have to do with.
fn condition_name(state: &str) -> Option<&'static str> {
    Some(match state {
        "23505" => "unique_violation",
        "23514" => "check_violation",
        "25006" => "read_only_sql_transaction",
        "25P02" => "in_failed_sql_transaction",
        "25P03" => "idle_in_transaction_session_timeout",
        "25P04" => "transaction_timeout",
        "28000" => "invalid_authorization_specification",
        "28P01" => "invalid_password",
        "3D000" => "invalid_catalog_name",
        "40001" => "serialization_failure",
        "40P01" => "deadlock_detected",
        "42501" => "insufficient_privilege",
        "42703" => "undefined_column",
        "42P01" => "undefined_table",
        "53100" => "disk_full",
        "53200" => "out_of_memory",
        "53300" => "too_many_connections",
        "55P03" => "lock_not_available",
        "57014" => "query_canceled",
        "57P01" => "admin_shutdown",
        "57P02" => "crash_shutdown",
        "57P03" => "cannot_connect_now",
        "57P04" => "database_dropped",
        "58030" => "io_error",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_says_whether_to_try_again_and_after_what() {
        for (state, expected) in [
            ("40001", Retry::After(RACE)),
            ("40P01", Retry::After(RACE)),
            ("23505", Retry::After(RACE)),
            ("55P03", Retry::After(RESOURCE)),
            ("57014", Retry::After(RESOURCE)),
            ("53300", Retry::After(RECOVERY)),
            ("57P01", Retry::After(RECOVERY)),
            ("08006", Retry::After(RECOVERY)),
            ("42P01", Retry::Once(Condition::Migrated)),
            ("3F000", Retry::Once(Condition::Migrated)),
            ("53100", Retry::Once(Condition::Mended)),
            ("25006", Retry::Once(Condition::Mended)),
            ("42501", Retry::Once(Condition::Mended)),
            ("28P01", Retry::Once(Condition::Mended)),
            ("58030", Retry::Once(Condition::Mended)),
            ("23514", Retry::Never),
            ("22P02", Retry::Never),
            ("54000", Retry::Never),
            ("", Retry::Never),
            ("é", Retry::Never),
        ] {
            assert_eq!(after_refusal(state), expected, "{state}");
        }
    }

    #[test]
    fn what_breaks_on_the_way_leaves_the_fate_open_and_what_never_left_does_not() {
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for (source, fate, transient) in [
            (Source::Io(lost), Fate::Unknown, true),
            (Source::Protocol("secret".to_owned()), Fate::Unknown, true),
            (Source::WorkerCrashed, Fate::Unknown, true),
            (Source::RowNotFound, Fate::Unknown, false),
            (Source::PoolTimedOut, Fate::NotApplied, false),
            (Source::PoolClosed, Fate::NotApplied, false),
            (Source::Encode("secret".into()), Fate::NotApplied, false),
            (Source::Configuration("secret".into()), Fate::NotApplied, false),
        ] {
            let error = DatabaseError::new(source);
            assert_eq!((error.fate(), error.is_transient()), (fate, transient), "{error}");
            let shown = format!("{error} {error:?} {error:#?}");
            assert!(!shown.contains("secret"), "{shown}");
            assert!(std::error::Error::source(&error).is_none());
        }
        assert!(DatabaseError::silent().is_transient());
    }
}
