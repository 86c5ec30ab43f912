//! What keeps a schema's tables in operation: policies that keep tenants apart, privileges,
//! distribution over several servers, and the statements that examine, prune and renew.
//!
//! ```text
//! src/generated/row_security.sql   policies; applied by `tantamount secure --row-security`
//! src/generated/application.sql    the privileges of whoever appends
//! src/generated/maintenance.sql    the privileges of whoever examines and prunes
//! src/generated/citus.sql          distribution by parent; `tantamount migrate --engine citus`
//! src/generated/operations.rs      all of them, and the statements, for the runtime
//! ```
//!
//! They are no migrations: a database has them where its owner wants them, and they may be applied
//! again at any time.

use super::backfill;
use super::layout;
use super::retention;
use super::statements::Statement;
use crate::model::storage::{Kind, Lead, Storage, constraint_name};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The setting that says whose rows a session may see: a JSON object with the scope's members.
const SETTING: &str = "tantamount.scope";
/// The policy of each table.
const POLICY: &str = "tantamount_scope";

/// The files, without headers.
pub(super) struct Files {
    pub(super) sql: Vec<(PathBuf, String)>,
    pub(super) rust: String,
}

pub(super) fn emit(storage: &Storage) -> Files {
    let mut sql = Vec::new();
    let mut file = |name: &str, text: Option<String>| {
        let text = text?;
        sql.push((PathBuf::from(format!("src/generated/{name}")), text));
        Some(format!("include_str!({name:?})"))
    };
    let row_security = optional(file("row_security.sql", row_security(storage)));
    let application = file("application.sql", Some(application(storage))).unwrap_or_default();
    let maintenance = file("maintenance.sql", Some(maintenance(storage))).unwrap_or_default();
    let distribution = optional(file("citus.sql", distribution(storage)));
    let statements: Vec<Statement> =
        retention::all(storage).into_iter().chain(backfill::all(storage)).collect();
    let tables: Vec<String> =
        table_names(storage).into_iter().map(|name| format!("        {name:?},\n")).collect();
    let mut rust = format!(
        "//! What keeps the tables in operation.\n\n\
         use tantamount_runtime::operations::Operations;\n\n\
         /// Policies, privileges, distribution, and the statements that examine, prune and renew.\n\
         pub static OPERATIONS: Operations = Operations {{\n    \
         tables: &[\n{}    ],\n    row_security: {row_security},\n    application: {application},\n    \
         maintenance: {maintenance},\n    distribution: {distribution},\n    has_status: {},\n    page: PAGE,\n    \
         prunable: PRUNABLE,\n    claim: CLAIM,\n    count: COUNT,\n    delete: DELETE,\n    pending: PENDING,\n    pending_page: PENDING_PAGE,\n    \
         renew: RENEW,\n}};\n",
        tables.concat(),
        retention::status(storage).is_some(),
    );
    for Statement { name, purpose, parameters, sql } in &statements {
        let _ = write!(rust, "\n/// {}\n///\n", layout::comment(purpose));
        for (index, parameter) in parameters.iter().enumerate() {
            let _ = writeln!(rust, "/// - `${}` {}", index + 1, layout::comment(parameter));
        }
        let sql = layout::literal(&format!("\n{}\n", layout::lines(sql)));
        let _ = writeln!(rust, "pub const {name}: &str = {sql};");
    }
    Files { sql, rust }
}

fn optional(file: Option<String>) -> String {
    file.map_or_else(|| "None".to_owned(), |file| format!("Some({file})"))
}

/// All tables: what they refer to comes first.
pub(super) fn table_names(storage: &Storage) -> Vec<&str> {
    let parent = storage.parent.iter().map(|parent| parent.table.as_str());
    let tables = storage.tables.iter().map(|table| table.name.as_str());
    parent.chain([storage.ledger.table.as_str()]).chain(tables).collect()
}

/// A name in double quotes.
pub(super) fn named(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string, whatever `standard_conforming_strings` says.
fn text(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// Policies that show and take the rows of the session's scope alone; `None` where the schema has
/// no scope. The setting is read in subqueries, so that it is read once per statement and not once
/// per row. Without it nothing is shown: there is no default scope.
fn row_security(storage: &Storage) -> Option<String> {
    if storage.scope.is_empty() {
        return None;
    }
    let scoped = storage.parent.as_ref().map_or(&storage.ledger.table, |parent| &parent.table);
    let own = own_scope(storage, scoped);
    let mut out = format!(
        "-- Keeps tenants apart. Each statement sees and writes rows of one scope, which the session names:\n\
         --     SET LOCAL {SETTING} = '{{{}}}'\n\
         -- Where nothing is named, nothing is seen. Owners are held to it too; superusers and roles with\n\
         -- BYPASSRLS are not.\n\n",
        storage
            .scope
            .iter()
            .map(|member| format!("{:?}: …", member.name))
            .collect::<Vec<_>>()
            .join(", ")
    );
    for name in table_names(storage) {
        let (using, check) = if name == scoped {
            (own.clone(), own.clone())
        } else {
            led_policy(storage, scoped, name, &own)
        };
        if let Some(function) = check_function(storage, scoped, name) {
            out.push_str(&function);
        }
        let (table, policy) = (named(name), named(POLICY));
        let _ = write!(
            out,
            "DROP POLICY IF EXISTS {policy} ON {table};\n\n\
             CREATE POLICY {policy} ON {table}\n    USING ({using})\n    WITH CHECK ({check});\n\n\
             ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n\n"
        );
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    Some(out)
}

/// Whether a row that has the scope's columns is of the session's scope.
fn own_scope(storage: &Storage, scoped: &str) -> String {
    let setting = format!("CAST(NULLIF(CURRENT_SETTING({}, TRUE), '') AS jsonb)", text(SETTING));
    let members = storage.scope.iter().map(|member| {
        let column = format!("{}.{}", named(scoped), named(&member.name));
        let name = text(&member.name);
        let value = match member.kind {
            Kind::Text => format!("{setting} ->> {name}"),
            kind => format!("CAST({setting} ->> {name} AS {})", kind.sql()),
        };
        format!("{column} IS NOT DISTINCT FROM (SELECT {value}) AND (SELECT {setting} ? {name})")
    });
    members.collect::<Vec<_>>().join(" AND ")
}

/// What the rows of a table have in common with the row that has the scope.
fn links(storage: &Storage) -> Vec<(String, Kind)> {
    match &storage.parent {
        Some(parent) => vec![(parent.id.clone(), Kind::Uuid)],
        None => {
            let lead = storage.lead();
            lead.iter().map(|lead| (lead.column().to_owned(), lead.kind())).collect()
        }
    }
}

/// Rows that belong to a row with a scope are seen where that is. Where the statement that writes
/// them writes that row too, a subquery would not see it; a function does, as what is volatile sees
/// what the statement has done so far.
fn led_policy(storage: &Storage, scoped: &str, name: &str, own: &str) -> (String, String) {
    let links = links(storage);
    let same: Vec<String> = links
        .iter()
        .map(|(column, _)| {
            format!(
                "{0}.{column} = {1}.{column}",
                named(scoped),
                named(name),
                column = named(column)
            )
        })
        .collect();
    let using =
        format!("EXISTS (SELECT 1 FROM {} WHERE {} AND {own})", named(scoped), same.join(" AND "));
    let check = if storage.parent.is_some() {
        using.clone()
    } else {
        let arguments: Vec<String> =
            links.iter().map(|(column, _)| format!("{}.{}", named(name), named(column))).collect();
        format!("{}({})", named(&function_name(storage)), arguments.join(", "))
    };
    (using, check)
}

fn function_name(storage: &Storage) -> String {
    constraint_name([storage.ledger.table.as_str(), "scope", "holds"])
}

/// The function of [`led_policy`], before the first table that needs it. Its body is bound to the
/// table when it is made, so no other table of the same name can stand in.
fn check_function(storage: &Storage, scoped: &str, name: &str) -> Option<String> {
    let is_first = storage.tables.first().is_some_and(|table| table.name == name);
    if storage.parent.is_some() || !is_first {
        return None;
    }
    let links = links(storage);
    let function = named(&function_name(storage));
    let kinds: Vec<&str> = links.iter().map(|(_, kind)| kind.sql()).collect();
    let same: Vec<String> = links
        .iter()
        .enumerate()
        .map(|(index, (column, _))| format!("{}.{} = ${}", named(scoped), named(column), index + 1))
        .collect();
    Some(format!(
        "CREATE OR REPLACE FUNCTION {function}({}) RETURNS boolean LANGUAGE sql VOLATILE\n    \
         BEGIN ATOMIC SELECT EXISTS (SELECT 1 FROM {} WHERE {}); END;\n\n",
        kinds.join(", "),
        named(scoped),
        same.join(" AND "),
    ))
}

/// Privileges on tables for a role; psql takes its name by `-v application=NAME`.
fn granted(storage: &Storage, role: &str, privileges: &str) -> String {
    let tables: Vec<String> = table_names(storage).into_iter().map(named).collect();
    format!("GRANT {privileges} ON {} TO :\"{role}\";\n", tables.join(", "))
}

/// Whoever appends reads and inserts, and sets the status of parents and windows. A lock on a row
/// needs the right to update some column of it.
fn application(storage: &Storage) -> String {
    let mut out = String::from(
        "-- The privileges of the role that appends, which owns nothing. In psql: -v application=NAME\n\n",
    );
    out.push_str(&granted(storage, "application", "SELECT, INSERT"));
    let update = |table: &str, column: &str| {
        format!("GRANT UPDATE ({}) ON {} TO :\"application\";\n", named(column), named(table))
    };
    if let Some(parent) = &storage.parent {
        out.push_str(&update(&parent.table, &parent.status));
    }
    let window = storage.window.as_ref();
    let table = window.and_then(|window| storage.tables.get(window.table));
    if let (Some(window), Some(table)) = (window, table) {
        out.push_str(&update(&table.name, &window.status));
    }
    out
}

/// Whoever prunes deletes, and locks what is deleted by an update that changes nothing.
fn maintenance(storage: &Storage) -> String {
    let mut out = String::from(
        "-- The privileges of the role that examines and prunes. In psql: -v maintenance=NAME\n\n",
    );
    out.push_str(&granted(storage, "maintenance", "SELECT, DELETE"));
    let (table, column) = retention::claimed(storage);
    let _ =
        writeln!(out, "GRANT UPDATE ({}) ON {} TO :\"maintenance\";", named(column), named(table));
    out
}

/// Distributes all tables by what leads their keys, so that a request and all that it touches stand
/// on one server; `None` where nothing leads all of them.
fn distribution(storage: &Storage) -> Option<String> {
    let column = match storage.lead().first()? {
        Lead::Parent(column) | Lead::Key(column) => (*column).to_owned(),
        // Keys of the ledger and ids of requests would each have to be unique over all servers.
        Lead::Entry(_) => return None,
    };
    let names = table_names(storage);
    let first = named(names.first()?);
    let mut out =
        String::from("-- For Citus: a request and all that it touches stand on one server.\n\n");
    for (index, name) in names.iter().enumerate() {
        let table = text(&named(name));
        let beside = match index {
            0 => String::new(),
            _ => format!(", colocate_with => {}", text(&first)),
        };
        let _ = write!(
            out,
            "SELECT create_distributed_table({table}, {}{beside})\n    \
             WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST({table} AS regclass));\n\n",
            text(&column),
        );
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    Some(out)
}
