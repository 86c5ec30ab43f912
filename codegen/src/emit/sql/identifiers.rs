//! The names of tables and columns as sea-query identifiers, for queries of one's own.

use crate::model::storage::{Lead, Storage};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub(super) fn emit(storage: &Storage) -> String {
    let mut out = String::from(
        "//! The names of tables and columns, for queries of one's own through sea-query.\n\n\
         use sea_query::Iden;\n",
    );
    let scope = || storage.scope.iter().map(|member| member.name.as_str());
    if let Some(parent) = &storage.parent {
        let mut columns = vec![parent.id.as_str(), &parent.name];
        columns.extend(scope());
        columns.extend([parent.status.as_str(), "created_at"]);
        table(&mut out, &parent.table, &columns);
    }
    let ledger = &storage.ledger;
    let mut columns = storage.ledger_key();
    columns.extend(["request", &ledger.digest, "canonical_version", "schema_version", "metadata"]);
    columns.push(&ledger.first);
    columns.extend(scope().filter(|_| storage.parent.is_none()));
    columns.extend(ledger.columns.iter().map(|column| column.name.as_str()));
    columns.extend(ledger.status.as_ref().map(|status| status.column.as_str()));
    columns.push("created_at");
    table(&mut out, &ledger.table, &columns);
    for elements in &storage.tables {
        let lead = storage.lead();
        let mut columns: Vec<&str> = lead.iter().map(Lead::column).collect();
        columns.extend(elements.id.as_deref());
        columns.extend(elements.columns.iter().map(|column| column.name.as_str()));
        if let Some(status) = &elements.status {
            columns.extend([status.column.as_str(), "created_at"]);
        }
        table(&mut out, &elements.name, &columns);
    }
    out
}

fn table(out: &mut String, name: &str, columns: &[&str]) {
    let mut used = BTreeSet::from(["Table".to_owned()]);
    let title = pascal_case(name).unwrap_or_else(|| "Elements".to_owned());
    let _ = write!(
        out,
        "\n/// The table {shown} and its columns.\n#[derive(Clone, Copy, Debug, Iden)]\n\
         #[iden = {name:?}]\npub enum {title} {{\n    /// The table.\n    Table,\n",
        shown = shown(name),
    );
    for (index, column) in columns.iter().enumerate() {
        let variant = pascal_case(column).filter(|variant| !used.contains(variant));
        let variant = variant.unwrap_or_else(|| format!("Column{index}"));
        let _ = write!(
            out,
            "    /// The column {}.\n    #[iden = {column:?}]\n    {variant},\n",
            shown(column),
        );
        used.insert(variant);
    }
    out.push_str("}\n");
}

/// A name in a comment.
fn shown(name: &str) -> String {
    format!("`{}`", name.escape_debug().to_string().replace('`', "'"))
}

/// A name in Rust's spelling of types, where it can be one.
pub(super) fn pascal_case(name: &str) -> Option<String> {
    let mut out = String::new();
    for word in name.split(['_', '-', ' ']) {
        let mut characters = word.chars();
        out.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(characters.as_str());
    }
    let plain = out.chars().all(|character| character.is_ascii_alphanumeric());
    let first = out.starts_with(|first: char| first.is_ascii_uppercase());
    (plain && first && out != "Self").then_some(out)
}
