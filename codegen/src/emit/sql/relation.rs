//! What the runtime binds a request's values by, as one `static`.

use super::append::outside_targets;
use super::expressions::text_key;
use crate::compatibility::JournalVersion;
use crate::model::storage::{Column, Kind, Source, Storage, Table};
use std::fmt::Write as _;

/// The file that declares the generated modules.
pub(super) const MODULE: &str = "//! How the append request is stored.\n\n\
     #[cfg(feature = \"sea-query\")]\npub mod identifiers;\npub mod relation;\npub mod statements;\n";

pub(super) fn emit(storage: &Storage, migrations: &[JournalVersion], types: &str) -> String {
    let window_types = if storage.window.is_some() { ", Window, WindowStatements" } else { "" };
    let mut out = format!(
        "//! Which member goes into which parameter of the statements.\n\n\
         use super::statements;\n\
         use tantamount_runtime::relation::{{\n    Column, ElementStatements, Kind, Migration, Outside, Relation, Runs, \
         Source, Statements,\n    Storage, Table{window_types},\n}};\n\n",
    );
    let _ = write!(
        out,
        "impl Storage for {types}::{root} {{\n    type Key = {types}::{key};\n\n    \
         fn relation() -> &'static Relation {{\n        &RELATION\n    }}\n\n    \
         fn key_text(key: &Self::Key) -> &str {{\n        key.as_str()\n    }}\n}}\n\n",
        root = storage.root,
        key = storage.ledger.key_type,
    );
    let _ = write!(
        out,
        "/// How `{}` is stored.\npub static RELATION: Relation = Relation {{\n",
        storage.schema_id
    );
    let scope: Vec<String> =
        storage.scope.iter().map(|member| format!("{:?}", member.name)).collect();
    let _ = writeln!(out, "    scope: &[{}],", scope.join(", "));
    let _ = write!(
        out,
        "    runs: Runs {{\n        open: &{:?},\n        terminal: &{:?},\n    }},\n",
        storage.runs.open, storage.runs.terminal
    );
    out.push_str(
        "    statements: Statements {\n        lookup: statements::LOOKUP,\n        \
         append: statements::APPEND,\n        entry: statements::ENTRY,\n        \
         history: statements::HISTORY,\n        create_run: statements::CREATE_RUN,\n        \
         lock_run: statements::LOCK_RUN,\n        read_run: statements::READ_RUN,\n        \
         finish_run: statements::FINISH_RUN,\n    },\n",
    );
    window(&mut out, storage);
    elements(&mut out, storage);
    out.push_str("    tables: &[\n");
    for table in &storage.tables {
        emit_table(&mut out, table);
    }
    out.push_str("    ],\n    outside: &[\n");
    for target in outside_targets(storage) {
        let references = storage.references.iter();
        let references = references
            .filter(|reference| {
                reference.target == target && reference.outside && reference.enforced
            })
            .map(|reference| format!("({}, {})", reference.table, reference.column));
        let references: Vec<String> = references.collect();
        let _ = writeln!(
            out,
            "        Outside {{ table: {target}, references: &[{}] }},",
            references.join(", ")
        );
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

fn window(out: &mut String, storage: &Storage) {
    let Some(window) = &storage.window else {
        out.push_str("    window: None,\n");
        return;
    };
    let _ = write!(
        out,
        "    window: Some(Window {{\n        slot: {},\n        waiting: {:?},\n        closed: {:?},\n        \
         statements: WindowStatements {{\n            open: statements::OPEN_WINDOW,\n            \
         read: statements::READ_WINDOW,\n            set: statements::SET_WINDOW,\n        }},\n    }}),\n",
        window.slot, window.waiting, window.closed
    );
}

fn elements(out: &mut String, storage: &Storage) {
    let main = |table: &Table| table.id.is_some() && text_key(table).is_some();
    let Some(index) = storage.tables.iter().position(main) else {
        out.push_str("    elements: None,\n");
        return;
    };
    let _ = write!(
        out,
        "    elements: Some(ElementStatements {{\n        table: {index},\n        \
         by_id: statements::ELEMENTS_BY_ID,\n        by_key: statements::ELEMENTS_BY_KEY,\n    }}),\n"
    );
}

fn emit_table(out: &mut String, table: &Table) {
    let _ = write!(
        out,
        "        Table {{\n            name: {:?},\n            parent: {:?},\n            slot: {},\n            \
         id: {},\n            key_columns: {},\n            columns: &[\n",
        table.name,
        table.parent,
        table.slot,
        table.id.is_some(),
        table.key_columns
    );
    for column in &table.columns {
        emit_column(out, column);
    }
    out.push_str("            ],\n        },\n");
}

fn emit_column(out: &mut String, column: &Column) {
    let source = match column.source {
        Source::Slot(slot) | Source::Tag(slot) => format!("Source::Slot({slot})"),
        Source::Parent(column) => format!("Source::Parent({column})"),
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
        "                Column {{\n                    name: {:?},\n                    source: {source},\n                    \
         kind: Kind::{kind},\n                }},\n",
        column.name,
    );
}
