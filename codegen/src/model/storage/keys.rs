//! What an index can hold.

use super::annotations::{Annotations, Place};
use super::{Check, Column, Kind, Source, Storage, StorageError, Table};

/// The most bytes of a key: a row of a B-tree index in PostgreSQL has at most 2704 bytes, some of
/// which describe it.
const MOST_BYTES: u64 = 2600;
/// What a value costs beside its own bytes.
const OVERHEAD_BYTES: u64 = 8;

/// Every key fits into its index, whatever is sent: otherwise the database would refuse what Rust
/// accepts.
pub(super) fn fit(
    storage: &Storage,
    annotations: &Annotations<'_>,
    annotation: &Place<'_>,
) -> Result<(), StorageError> {
    let lead: u64 = storage
        .lead()
        .iter()
        .map(|lead| match lead.kind() {
            Kind::Text => ledger_key_bytes(storage).unwrap_or(0),
            kind => kind_bytes(kind),
        })
        .sum();
    let parent = u64::from(storage.parent.is_some()) * kind_bytes(Kind::Uuid);
    match ledger_key_bytes(storage) {
        Some(bytes) if bytes + parent <= MOST_BYTES => {}
        _ => return Err(annotation.error(too_long(&storage.ledger.key, MOST_BYTES - parent))),
    }
    for (index, table) in storage.tables.iter().enumerate() {
        let place = place(annotations, storage, index);
        let error = |message: String| match &place {
            Some(place) => place.error(message),
            None => annotation.error(message),
        };
        let mut left = MOST_BYTES.saturating_sub(lead);
        for (position, column) in table.key().enumerate() {
            let bytes = bytes(storage, index, position, column);
            match bytes.and_then(|bytes| left.checked_sub(bytes)) {
                Some(rest) => left = rest,
                None if has_length(column) => return Err(error(too_long(&column.name, left))),
                None => {
                    return Err(error(format!(
                        "`{}` is part of a key, and may have more digits than an index can hold: \
                         name another key",
                        column.name
                    )));
                }
            }
        }
    }
    Ok(())
}

/// Whether the length of a value can be limited.
fn has_length(column: &Column) -> bool {
    column.kind == Kind::Text && !column.checks.contains(&Check::DateTime)
}

fn too_long(column: &str, left: u64) -> String {
    let most = left.saturating_sub(OVERHEAD_BYTES);
    format!(
        "`{column}` is part of a key, and may be longer than an index can hold: give it \
         `x-canonical: {{\"max-bytes\": …}}` of at most {most}"
    )
}

/// The place of the array whose elements have a table.
fn place<'s>(annotations: &Annotations<'s>, storage: &Storage, index: usize) -> Option<Place<'s>> {
    let table = storage.tables.get(index)?;
    let holders = match table.parent {
        None => annotations.root(),
        Some(parent) => {
            let above = storage.tables.get(parent)?;
            let array = array(annotations, storage, above);
            annotations.items(&array)
        }
    };
    annotations.annotation(&annotations.member(&holders, &table.member)).ok()?
}

fn array<'s>(annotations: &Annotations<'s>, storage: &Storage, table: &Table) -> Vec<Place<'s>> {
    let holders = match table.parent.and_then(|parent| storage.tables.get(parent)) {
        None => annotations.root(),
        Some(above) => annotations.items(&array(annotations, storage, above)),
    };
    annotations.member(&holders, &table.member)
}

/// The most bytes of the ledger's key; `None` where it has no limit.
fn ledger_key_bytes(storage: &Storage) -> Option<u64> {
    storage.ledger.key_checks.iter().find_map(max_bytes)
}

/// The most bytes of a value of a key; `None` where it has no limit.
fn bytes(storage: &Storage, table: usize, position: usize, column: &Column) -> Option<u64> {
    if !matches!(column.kind, Kind::Text | Kind::Numeric) {
        return Some(kind_bytes(column.kind));
    }
    if let Some(bytes) = column.checks.iter().find_map(max_bytes) {
        return Some(bytes);
    }
    let above = match column.source {
        // A value of the key of the element that holds this one.
        Source::Parent(above) => storage.tables.get(table)?.parent.map(|parent| (parent, above)),
        // The key of another element, by a foreign key.
        _ => storage
            .references
            .iter()
            .find(|reference| reference.table == table && reference.column == position)
            .filter(|reference| reference.enforced)
            .map(|reference| (reference.target, reference.target_column)),
    };
    let (above, position) = above?;
    bytes(storage, above, position, storage.tables.get(above)?.columns.get(position)?)
}

fn max_bytes(check: &Check) -> Option<u64> {
    match check {
        Check::MaxBytes(most) => Some(u64::from(*most) + OVERHEAD_BYTES),
        // A whole number of no more digits than its bounds.
        Check::Range(Some(low), Some(high)) => {
            let digits = low.value.len().max(high.value.len());
            Some(u64::try_from(digits).ok()? + OVERHEAD_BYTES)
        }
        // 2026-11-23T08:57:04.123456789Z, and more digits than that.
        Check::DateTime => None,
        Check::OneOf(values) => {
            let longest = values.iter().map(String::len).max().unwrap_or(0);
            Some(u64::try_from(longest).ok()? + OVERHEAD_BYTES)
        }
        _ => None,
    }
}

/// What a value of a type without a length takes.
fn kind_bytes(kind: Kind) -> u64 {
    match kind {
        Kind::Uuid => 16 + OVERHEAD_BYTES,
        _ => 8 + OVERHEAD_BYTES,
    }
}
