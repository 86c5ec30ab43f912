//! What became of a request in runledger's tables.

use tantamount_core::Differences;
use uuid::Uuid;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was written now.
    Applied(Steps),
    /// It was written before under the same key, by whomever; nothing was changed.
    Replayed(Steps),
    /// Another request was written before under the same key; nothing was changed.
    Conflict(Differences),
}

impl Outcome {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Outcome::Applied(_) => "applied",
            Outcome::Replayed(_) => "replayed",
            Outcome::Conflict(_) => "conflict",
        }
    }
}

/// The steps of a request that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    pub(super) ids: Vec<(String, Uuid)>,
    pub(super) missing: Vec<String>,
    pub(super) is_lossy: bool,
}

impl Steps {
    /// Keys and ids, by the keys' UTF-8 bytes.
    #[must_use]
    pub fn ids(&self) -> &[(String, Uuid)] {
        &self.ids
    }

    /// Keys of steps that the stored request names and the run no longer has.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Whether runledger reads other numbers than the request has, so that it may judge otherwise.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.is_lossy
    }
}
