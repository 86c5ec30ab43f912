//! Names that must differ.

use super::annotations::Place;
use super::{Lead, Storage, StorageError, Table};
use std::collections::BTreeSet;

/// The columns of every ledger besides those that the schema names.
const LEDGER_COLUMNS: [&str; 5] =
    ["request", "canonical_version", "schema_version", "metadata", "created_at"];

/// Every table has a name of its own, and so has every column of a table.
pub(super) fn distinct(storage: &Storage, annotation: &Place<'_>) -> Result<(), StorageError> {
    let mut names = BTreeSet::from(["tantamount_migrations"]);
    let (parent, ledger) = (storage.parent.as_ref(), &storage.ledger);
    let fixed = parent.map(|parent| &parent.table).into_iter().chain([&ledger.table]);
    for name in fixed.chain(storage.tables.iter().map(|table| &table.name)) {
        if !names.insert(name) {
            return Err(annotation.error(format!("two tables would be named `{name}`")));
        }
        if name.starts_with('_') {
            let message = format!("`{name}`: names that begin with `_` are the statements' own");
            return Err(annotation.error(message));
        }
    }
    let scope = || storage.scope.iter().map(|column| column.name.as_str());
    if let Some(parent) = parent {
        let fixed = ["created_at", &parent.id, &parent.name, &parent.status];
        different(&parent.table, fixed.into_iter().chain(scope()), annotation)?;
    }
    let columns = ledger.columns.iter().map(|column| column.name.as_str());
    let own = [ledger.key.as_str(), &ledger.digest, &ledger.first].into_iter();
    let own = own.chain(parent.map(|parent| parent.id.as_str()));
    let own = own.chain(ledger.status.as_ref().map(|status| status.column.as_str()));
    let scope = scope().filter(|_| parent.is_none());
    different(
        &ledger.table,
        LEDGER_COLUMNS.into_iter().chain(own).chain(columns).chain(scope),
        annotation,
    )
}

fn different<'n>(
    table: &str,
    columns: impl Iterator<Item = &'n str>,
    annotation: &Place<'_>,
) -> Result<(), StorageError> {
    let mut names = BTreeSet::new();
    for name in columns {
        if !names.insert(name) {
            return Err(
                annotation.error(format!("two columns of `{table}` would be named `{name}`"))
            );
        }
    }
    Ok(())
}

/// Every column of a table of elements has a name of its own.
pub(super) fn distinct_columns(
    storage: &Storage,
    table: &Table,
    annotation: &Place<'_>,
) -> Result<(), StorageError> {
    let lead = storage.lead();
    let lead = lead.iter().map(Lead::column);
    let id = table.id.as_deref().into_iter();
    let status = table.status.as_ref().map(|status| status.column.as_str());
    let columns = table.columns.iter().map(|column| column.name.as_str());
    let mut names = BTreeSet::from(["created_at"]);
    for name in lead.chain(id).chain(status).chain(columns) {
        if !names.insert(name) {
            return Err(annotation.error(format!(
                "two columns would be named `{name}`: rename a member's by `x-storage: {{\"column\": …}}`"
            )));
        }
    }
    Ok(())
}
