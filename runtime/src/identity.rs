//! Identities that the client makes.

use crate::relation::Lead;
use std::fmt;
use std::str::FromStr;
use tantamount_core::Digest;
use uuid::{Builder, Uuid};

/// How many of an id's low bits count the elements of a batch. They are part of the 62 random bits
/// at an id's end, so counting never reaches its version or variant; 2^24 elements do not fit into
/// the 32 MiB of a request, and 50 random bits are left beside the time.
const COUNTED_BITS: u32 = 24;

/// The id of what requests are appended to (a run, an account): a UUID, best of version 7, which
/// orders them by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParentId(Uuid);

/// Where requests are appended to nothing: the ledger alone tells them apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoParent;

impl ParentId {
    /// A new one.
    #[must_use]
    pub fn new() -> ParentId {
        ParentId(Uuid::now_v7())
    }

    /// The one that belongs to a name, always the same: a UUID of version 8 (RFC 9562) out of the
    /// name's SHA-256.
    #[must_use]
    pub fn named(name: &str) -> ParentId {
        let digest = Digest::of(format!("tantamount run {name}").as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.as_bytes()).for_each(|(byte, from)| *byte = *from);
        ParentId(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// As a UUID.
    #[must_use]
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl Default for ParentId {
    fn default() -> Self {
        ParentId::new()
    }
}

impl From<Uuid> for ParentId {
    fn from(id: Uuid) -> Self {
        ParentId(id)
    }
}

impl From<ParentId> for Uuid {
    fn from(parent: ParentId) -> Self {
        parent.0
    }
}

impl FromStr for ParentId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(ParentId)
    }
}

impl fmt::Display for ParentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The ids of a batch's elements: the first one, and those counted up from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ids(Uuid);

impl Ids {
    /// New ones.
    pub(crate) fn new() -> Ids {
        let random = Uuid::now_v7().as_u128();
        Ids(Uuid::from_u128(random >> COUNTED_BITS << COUNTED_BITS))
    }

    /// Those that begin with a stored one.
    pub(crate) fn from_first(first: Uuid) -> Ids {
        Ids(first)
    }

    /// The first.
    pub(crate) fn first(self) -> Uuid {
        self.0
    }

    /// The last there can be.
    pub(crate) fn last(self) -> Uuid {
        Uuid::from_u128(self.0.as_u128() | ((1 << COUNTED_BITS) - 1))
    }

    /// Those behind the first, which is the request's own.
    pub(crate) fn after_first(self) -> Ids {
        Ids(self.at(1))
    }

    /// That of the element at a position in the canonical order.
    pub(crate) fn at(self, position: usize) -> Uuid {
        Uuid::from_u128(self.0.as_u128().wrapping_add(position as u128))
    }
}

impl Lead {
    /// The ids of the elements of a request, out of all its ids.
    pub(crate) fn counted(self, ids: Ids) -> Ids {
        match self {
            Lead::Entry => ids.after_first(),
            Lead::Parent | Lead::Key => ids,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_keeps_version_and_variant() {
        for _ in 0..1000 {
            let ids = Ids::new();
            let last = ids.at((1 << COUNTED_BITS) - 1);
            assert_eq!(ids.last(), last);
            for id in [ids.first(), ids.at(1), last] {
                assert_eq!(id.get_version_num(), 7);
                assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
                assert_eq!(id.get_timestamp(), ids.first().get_timestamp());
            }
        }
    }

    #[test]
    fn a_name_has_one_id() {
        assert_eq!(ParentId::named("onboarding"), ParentId::named("onboarding"));
        assert_ne!(ParentId::named("onboarding"), ParentId::named("offboarding"));
        assert_eq!(ParentId::named("onboarding").as_uuid().get_version_num(), 8);
    }
}
