//! What can go wrong in runledger's tables.

use crate::database_error::Fate;
use crate::failure::Failure;

/// Why something could not be done in runledger's tables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The tables are not runledger's; nothing was written.
    #[error("the tables of runledger are not there")]
    NotRunledger,
    /// The request cannot be kept in runledger's tables; nothing was written.
    #[error("runledger cannot keep the request: {0}")]
    Refused(Refusal),
    /// The run is being cancelled; nothing was written. Roll back, and try again.
    #[error("the run is being cancelled: roll back, and try again")]
    Cancelling,
    /// What can go wrong with any ledger.
    #[error(transparent)]
    Ledger(#[from] crate::Error),
}

/// Why runledger's tables cannot keep a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// runledger would fail each retry: it reads stored requests through `serde_json`.
    #[error("its reader refuses values nested deeper than 127, counted from the request's root")]
    TooDeep,
    /// runledger would fail each retry: it reads numbers as doubles.
    #[error("its reader refuses numbers beyond the range of a double")]
    NumberOutOfRange,
    /// The tables are of an older version, which would take the request for another one.
    #[error("its tables are older than `{member}`: leave it out, or migrate them")]
    UnknownMember {
        /// The member of the step.
        member: &'static str,
    },
    /// There is no enabled definition of a job type; runledger takes defaults from it.
    #[error("the job type `{job_type}` has no enabled definition: define it in `job_definitions`")]
    NoDefinition {
        /// The job type.
        job_type: String,
    },
    /// A step waits for nothing but the success of a step that failed: the engine would cancel it.
    #[error(
        "the step `{step_key}` waits for the success of a step that has ended without: leave it out"
    )]
    Unsatisfiable {
        /// The key of the step.
        step_key: String,
    },
}

impl Error {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotRunledger => "not_runledger",
            Error::Refused(Refusal::TooDeep) => "too_deep",
            Error::Refused(Refusal::NumberOutOfRange) => "number_out_of_range",
            Error::Refused(Refusal::UnknownMember { .. }) => "unknown_member",
            Error::Refused(Refusal::NoDefinition { .. }) => "no_definition",
            Error::Refused(Refusal::Unsatisfiable { .. }) => "unsatisfiable",
            Error::Cancelling => "cancelling",
            Error::Ledger(error) => error.code(),
        }
    }

    /// Whether the same call may succeed when it is made again, in a new transaction.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::Cancelling => true,
            Error::Ledger(error) => error.is_retryable(),
            Error::NotRunledger | Error::Refused(_) => false,
        }
    }
}

impl Failure for Error {
    fn error(&self) -> Option<&crate::Error> {
        match self {
            Error::Ledger(error) => Some(error),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        Error::code(self)
    }

    fn is_transient(&self) -> bool {
        match self {
            Error::Cancelling => true,
            Error::Ledger(error) => error.is_transient(),
            Error::NotRunledger | Error::Refused(_) => false,
        }
    }

    fn is_retryable(&self) -> bool {
        Error::is_retryable(self)
    }

    fn with_fate(self, fate: Fate) -> Error {
        match self {
            Error::Ledger(error) => Error::Ledger(error.with_fate(fate)),
            other => other,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal)
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        Error::Ledger(source.into())
    }
}
