//! The order of the keys of a set, where the two are not plainly of one kind.

use crate::json::compare_numbers;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The value of a key member.
pub(super) enum Key<'k> {
    Boolean(bool),
    /// In canonical spelling.
    Number(Cow<'k, [u8]>),
    Text(&'k str),
}

impl Key<'_> {
    /// Booleans come before numbers, which are ordered by value, and these before strings, which
    /// are ordered by UTF-8 bytes: the branches of a union may have keys of different kinds.
    pub(super) fn compare(&self, other: &Key<'_>) -> Ordering {
        let rank = |key: &Key<'_>| match key {
            Key::Boolean(_) => 0,
            Key::Number(_) => 1,
            Key::Text(_) => 2,
        };
        match (self, other) {
            (Key::Boolean(left), Key::Boolean(right)) => left.cmp(right),
            (Key::Number(left), Key::Number(right)) => compare_numbers(left, right),
            (Key::Text(left), Key::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }
}
