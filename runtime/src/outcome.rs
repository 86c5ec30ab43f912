//! What became of a request.

use crate::elements::Elements;
use crate::identity::ParentId;
use tantamount_core::{Differences, Digest};
use uuid::Uuid;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was written now.
    Applied(Receipt),
    /// It was written before, under the same key; nothing was changed.
    Replayed(Receipt),
    /// Another request was written before under the same key; nothing was changed.
    Conflict(Conflict),
    /// It would be written: the answer of a check.
    WouldApply,
}

impl Outcome {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Outcome::Applied(_) => "applied",
            Outcome::Replayed(_) => "replayed",
            Outcome::Conflict(_) => "conflict",
            Outcome::WouldApply => "would_apply",
        }
    }

    /// The receipt of a request that was written, now or before.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Outcome::Applied(receipt) | Outcome::Replayed(receipt) => Some(receipt),
            Outcome::Conflict(_) | Outcome::WouldApply => None,
        }
    }
}

/// What a request that was written left behind: the same now and at every replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub(crate) parent: Option<ParentId>,
    pub(crate) key: String,
    pub(crate) digest: Digest,
    pub(crate) id: Option<Uuid>,
    pub(crate) elements: Elements,
    pub(crate) missing: Vec<String>,
}

impl Receipt {
    /// What it was appended to, where there is such a thing.
    #[must_use]
    pub fn parent(&self) -> Option<ParentId> {
        self.parent
    }

    /// The key that it was appended under.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The request's digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The request's own id, where the schema gives it one.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// The keys and ids of the elements that have ids, in canonical order: by the keys' UTF-8
    /// bytes. They are listed at the first call, out of the request's canonical bytes, which the
    /// receipt keeps.
    #[must_use]
    pub fn elements(&self) -> &[(String, Uuid)] {
        self.elements.as_slice()
    }

    /// Keys of elements that an older row (one without ids of its own) names and the parent no
    /// longer has.
    #[must_use]
    pub fn missing_elements(&self) -> &[String] {
        &self.missing
    }
}

/// Why a request is not the one that was written under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub(crate) differences: Differences,
    pub(crate) stored_digest: Option<Digest>,
    pub(crate) requested_digest: Digest,
    pub(crate) stored_schema_version: Option<String>,
    pub(crate) unlisted: Option<Unlisted>,
}

impl Conflict {
    /// What differs, from what is stored to what is asked for. They may be empty or not all there
    /// are; then [`Conflict::unlisted`] says why.
    #[must_use]
    pub fn differences(&self) -> &Differences {
        &self.differences
    }

    /// The digest of the stored request; rows of an older system have none.
    #[must_use]
    pub fn stored_digest(&self) -> Option<Digest> {
        self.stored_digest
    }

    /// The digest of the request that was refused.
    #[must_use]
    pub fn requested_digest(&self) -> Digest {
        self.requested_digest
    }

    /// The schema's version under which the stored request was written.
    #[must_use]
    pub fn stored_schema_version(&self) -> Option<&str> {
        self.stored_schema_version.as_deref()
    }

    /// Why the differences are not all listed, if they are not.
    #[must_use]
    pub fn unlisted(&self) -> Option<Unlisted> {
        self.unlisted
    }
}

/// Why the differences of a conflict are not all listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unlisted {
    /// The stored request was written under another version of the schema: it may have members
    /// that this version does not know.
    OtherSchemaVersion,
    /// The stored request cannot be read by this version of the schema; its digest tells that it
    /// is another one.
    Unreadable,
}

impl std::fmt::Display for Unlisted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unlisted::OtherSchemaVersion => {
                "the stored request was written under another version of the schema, so it may \
                 differ in members that this version does not know"
            }
            Unlisted::Unreadable => {
                "the stored request cannot be read by this version of the schema; its digest is \
                 another one"
            }
        })
    }
}
