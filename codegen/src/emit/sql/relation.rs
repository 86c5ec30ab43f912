//! What the runtime binds a request's values by, as one `static`.

use super::append::outside_targets;
use super::identifiers::pascal_case;
use super::layout;
use super::statements::rows_name;
use crate::compatibility::JournalVersion;
use crate::model::storage::{Column, Kind, Lead, Source, Storage, Table};
use std::fmt::Write as _;

/// The file that declares the generated modules.
pub(super) fn module(storage: &Storage) -> String {
    format!(
        "//! How `{}` is stored.\n\n\
         #[cfg(feature = \"sea-query\")]\npub mod identifiers;\npub mod operations;\npub mod relation;\npub mod statements;\n",
        storage.schema_id
    )
}

/// What the file is made from, beside the tables.
pub(super) struct Names<'n> {
    /// The path of the generated types.
    pub(super) types: &'n str,
    /// For each table the Rust name of its elements, where they have one of their own.
    pub(super) elements: Vec<Option<String>>,
    /// For each outside target of the append statement the references to it, indices into the
    /// plan's.
    pub(super) outside: Vec<Vec<usize>>,
}

pub(super) fn emit(storage: &Storage, migrations: &[JournalVersion], names: &Names<'_>) -> String {
    let types = names.types;
    let mut out = String::from(
        "//! Which member goes into which parameter of the statements.\n\n\
         use super::{operations, statements};\nuse tantamount_runtime::relation::{\n",
    );
    let mut imports = vec!["Lead", "Migration", "Relation", "Statements", "Storage"];
    let columns = storage.tables.iter().flat_map(|table| &table.columns);
    if columns.chain(&storage.ledger.columns).next().is_some() {
        imports.extend(["Column", "Kind", "Source"]);
    }
    for (used, name) in [
        (!storage.tables.is_empty(), "Table"),
        (storage.main_table().is_some(), "ElementStatements"),
        (!names.outside.is_empty(), "Outside"),
        (storage.parent.is_some(), "Parent"),
        (storage.parent.is_some(), "ParentStatements"),
        (storage.window.is_some(), "Window"),
        (storage.window.is_some(), "WindowStatements"),
    ] {
        imports.extend(used.then_some(name));
    }
    imports.sort_unstable();
    for import in imports {
        let _ = writeln!(out, "    {import},");
    }
    out.push_str("};\n\n");
    aliases(&mut out, storage, types);
    let parent = if storage.parent.is_some() { "ParentId" } else { "NoParent" };
    let _ = write!(
        out,
        "impl Storage for {types}::{root} {{\n    type Key = {types}::{key};\n    \
         type Parent = tantamount_runtime::{parent};\n\n    \
         fn relation() -> &'static Relation {{\n        &RELATION\n    }}\n\n    \
         fn key_text(key: &Self::Key) -> &str {{\n        key.as_str()\n    }}\n}}\n\n",
        root = storage.root,
        key = storage.ledger.key_type,
    );
    for (index, name) in names.elements.iter().enumerate() {
        let Some(name) = name.as_ref().filter(|_| storage.tells_request(index)) else { continue };
        let _ = write!(
            out,
            "impl tantamount_runtime::relation::Row<{types}::{root}> for {types}::{name} {{\n    \
             const TABLE: usize = {index};\n}}\n\n",
            root = storage.root,
        );
    }
    let _ = write!(
        out,
        "/// How `{}` is stored.\npub static RELATION: Relation = Relation {{\n",
        storage.schema_id
    );
    let scope: Vec<String> =
        storage.scope.iter().map(|member| format!("{:?}", member.name)).collect();
    let _ = writeln!(out, "    scope: &[{}],", scope.join(", "));
    let lead = storage.lead();
    let lead = match lead.last() {
        Some(Lead::Key(_)) => "Key",
        Some(Lead::Entry(_)) => "Entry",
        Some(Lead::Parent(_)) | None => "Parent",
    };
    let _ = writeln!(out, "    lead: Lead::{lead},");
    parent_description(&mut out, storage);
    out.push_str(
        "    statements: Statements {\n        lookup: statements::LOOKUP,\n        \
         append: statements::APPEND,\n        entry: statements::ENTRY,\n        \
         history: statements::HISTORY,\n    },\n",
    );
    window(&mut out, storage);
    elements(&mut out, storage);
    out.push_str("    operations: &operations::OPERATIONS,\n    columns: &[\n");
    for column in &storage.ledger.columns {
        emit_column(&mut out, column, "        ");
    }
    out.push_str("    ],\n    tables: &[\n");
    for (index, table) in storage.tables.iter().enumerate() {
        emit_table(&mut out, storage, index, table);
    }
    out.push_str("    ],\n    outside: &[\n");
    for (target, references) in outside_targets(storage).into_iter().zip(&names.outside) {
        let _ =
            writeln!(out, "        Outside {{ table: {target}, references: &{references:?} }},",);
    }
    match migrations {
        [only] => {
            out.push_str("    ],\n    migrations: &[Migration {\n");
            migration(&mut out, only, "        ");
            out.push_str("    }],\n};\n");
        }
        all => {
            out.push_str("    ],\n    migrations: &[\n");
            for one in all {
                out.push_str("        Migration {\n");
                migration(&mut out, one, "            ");
                out.push_str("        },\n");
            }
            out.push_str("    ],\n};\n");
        }
    }
    out
}

fn migration(out: &mut String, migration: &JournalVersion, indent: &str) {
    let (number, name, file) = (migration.number, &migration.name, migration.file_name());
    let _ = write!(
        out,
        "{indent}version: {number},\n{indent}name: {name:?},\n{indent}sql: \
         include_str!(\"../../migrations/{file}\"),\n"
    );
}

/// Names for the parent that the schema's people know: `RunId`, `NewRun`, `Run`.
fn aliases(out: &mut String, storage: &Storage, types: &str) {
    let Some(parent) = storage.parent.as_ref().filter(|parent| parent.noun != "parent") else {
        return;
    };
    let Some(name) = pascal_case(&parent.noun) else { return };
    let noun = layout::comment(&parent.noun);
    let _ = write!(
        out,
        "/// The id of a {noun}.\npub type {name}Id = tantamount_runtime::ParentId;\n\
         /// A {noun} to open.\npub type New{name}<'n> = \
         tantamount_runtime::NewParent<'n, {types}::{root}>;\n\
         /// A {noun}, as it stands in the database.\npub type {name} = tantamount_runtime::Parent;\n\n",
        root = storage.root,
    );
}

fn parent_description(out: &mut String, storage: &Storage) {
    let Some(parent) = &storage.parent else {
        out.push_str("    parent: None,\n");
        return;
    };
    let _ = write!(
        out,
        "    parent: Some(Parent {{\n        noun: {:?},\n        open: &{:?},\n        terminal: &{:?},\n        \
         statements: ParentStatements {{\n            create: statements::CREATE_PARENT,\n            \
         lock: statements::LOCK_PARENT,\n            read: statements::READ_PARENT,\n            \
         close: statements::CLOSE_PARENT,\n        }},\n    }}),\n",
        parent.noun, parent.open, parent.terminal
    );
}

fn window(out: &mut String, storage: &Storage) {
    let Some(window) = &storage.window else {
        out.push_str("    window: None,\n");
        return;
    };
    let _ = write!(
        out,
        "    window: Some(Window {{\n        noun: {:?},\n        slot: {},\n        waiting: {:?},\n        closed: {:?},\n        \
         statements: WindowStatements {{\n            open: statements::OPEN_WINDOW,\n            \
         read: statements::READ_WINDOW,\n            set: statements::SET_WINDOW,\n        }},\n    }}),\n",
        window.noun, window.slot, window.waiting, window.closed
    );
}

fn elements(out: &mut String, storage: &Storage) {
    let Some((index, _)) = storage.main_table() else {
        out.push_str("    elements: None,\n");
        return;
    };
    let by_key = match storage.ledger.has_id {
        true => "None",
        false => "Some(statements::ELEMENTS_BY_KEY)",
    };
    let _ = write!(
        out,
        "    elements: Some(ElementStatements {{\n        table: {index},\n        \
         by_id: statements::ELEMENTS_BY_ID,\n        by_key: {by_key},\n    }}),\n"
    );
}

fn emit_table(out: &mut String, storage: &Storage, index: usize, table: &Table) {
    let rows = match storage.tells_request(index) {
        true => format!("Some(statements::{})", rows_name(index)),
        false => "None".to_owned(),
    };
    let _ = write!(
        out,
        "        Table {{\n            name: {:?},\n            noun: {:?},\n            parent: {:?},\n            slot: {},\n            \
         id: {},\n            key_columns: {},\n            rows: {rows},\n            columns: &[\n",
        table.name,
        table.noun,
        table.parent,
        table.slot,
        table.id.is_some(),
        table.key_columns
    );
    for column in &table.columns {
        emit_column(out, column, "                ");
    }
    out.push_str("            ],\n        },\n");
}

fn emit_column(out: &mut String, column: &Column, indent: &str) {
    let source = match column.source {
        Source::Slot(slot) | Source::Tag(slot) => format!("Source::Slot({slot})"),
        Source::Parent(column) => format!("Source::Parent({column})"),
        Source::Position => "Source::Position".to_owned(),
    };
    let kind = match column.kind {
        Kind::Text => "Text",
        Kind::Uuid => "Uuid",
        Kind::Integer => "Integer",
        Kind::BigInteger => "BigInteger",
        Kind::Numeric => "Numeric",
        Kind::Boolean => "Boolean",
        Kind::Json => "Json",
    };
    let _ = write!(
        out,
        "{indent}Column {{\n{indent}    name: {:?},\n{indent}    source: {source},\n{indent}    \
         kind: Kind::{kind},\n{indent}}},\n",
        column.name,
    );
}
