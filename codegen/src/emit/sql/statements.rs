//! Every statement that the runtime runs.

use super::append::{KEY, append, open_window, select_from};
use super::expressions::{
    RUN, column, equals, parameter, same_scope, scope_parameter, text_key, timestamp,
};
use super::layout;
use crate::model::storage::{Kind, Storage, Table, Window};
use sea_query::{
    BinOper, CaseStatement, Expr, ExprTrait as _, Func, JoinType, LockType, OnConflict, Order,
    PostgresQueryBuilder, Query, SelectStatement,
};
use std::fmt::Write as _;

/// A statement.
pub(super) struct Statement {
    pub(super) name: &'static str,
    /// What it does, in a line.
    pub(super) purpose: &'static str,
    /// What its parameters are, in order.
    pub(super) parameters: Vec<String>,
    pub(super) sql: String,
}

/// All of them.
pub(super) fn all(storage: &Storage) -> Vec<Statement> {
    let (append, append_parameters) = append(storage);
    let mut statements = vec![
        Statement {
            name: "LOOKUP",
            purpose: "Asks the ledger what it knows of a key; no row where the run is not there.",
            parameters: with_scope(storage, &[RUN_ID, MUTATION_KEY]),
            sql: lookup(storage).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "APPEND",
            purpose: "Locks the run, checks what the contract says, and writes the ledger's row and \
                      all elements, or nothing.",
            parameters: append_parameters,
            sql: append,
        },
        Statement {
            name: "ENTRY",
            purpose: "Reads a ledger row in full.",
            parameters: owned(&[RUN_ID, MUTATION_KEY]),
            sql: entry(storage).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "HISTORY",
            purpose: "Lists the ledger rows of a run, the oldest first.",
            parameters: owned(&[RUN_ID]),
            sql: history(storage).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "CREATE_RUN",
            purpose: "Creates a run, unless it is there.",
            parameters: with_scope(storage, &[RUN_ID, "a name for people, or null: `text`"]),
            sql: create_run(storage),
        },
        Statement {
            name: "LOCK_RUN",
            purpose: "Locks a run and tells its status, and whether the scope is its own.",
            parameters: with_scope(storage, &[RUN_ID]),
            sql: lock_run(storage).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "READ_RUN",
            purpose: "Reads a run.",
            parameters: owned(&[RUN_ID]),
            sql: read_run(storage).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "FINISH_RUN",
            purpose: "Sets the status of a run.",
            parameters: owned(&[RUN_ID, "the status: `text`"]),
            sql: finish_run(storage),
        },
    ];
    statements.extend(element_statements(storage));
    statements.extend(window_statements(storage));
    statements
}

const RUN_ID: &str = "the run's id: `uuid`";
const MUTATION_KEY: &str = "the mutation key: `text`";

fn owned(parameters: &[&str]) -> Vec<String> {
    parameters.iter().map(|&parameter| parameter.to_owned()).collect()
}

fn with_scope(storage: &Storage, parameters: &[&str]) -> Vec<String> {
    let scope = storage.scope.iter();
    let scope = scope.map(|member| format!("the scope's `{}` as JSON: `text`", member.name));
    owned(parameters).into_iter().chain(scope).collect()
}

/// The statements as Rust constants.
pub(super) fn emit(statements: &[Statement]) -> String {
    let mut out = String::from("//! Every statement that the runtime runs.\n");
    for statement in statements {
        let _ = write!(out, "\n/// {}\n///\n", statement.purpose);
        for (index, parameter) in statement.parameters.iter().enumerate() {
            let _ = writeln!(out, "/// - `${}` {parameter}", index + 1);
        }
        let sql = layout::lines(&statement.sql);
        let quotes = layout::hashes(&sql);
        let _ =
            writeln!(out, "pub const {}: &str = r{quotes}\"\n{sql}\n\"{quotes};", statement.name);
    }
    out
}

fn lookup(storage: &Storage) -> SelectStatement {
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    let on = column(&ledger.table, &runs.id).eq(column(&runs.table, &runs.id)).and(equals(
        &ledger.table,
        &ledger.key,
        KEY,
        "text",
    ));
    Query::select()
        .expr_as(same_scope(storage, &runs.table, 3), "same_scope")
        .expr_as(column(&ledger.table, &ledger.key).is_not_null(), "found")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, &ledger.first), "first")
        .from(runs.table.clone())
        .join(JoinType::LeftJoin, ledger.table.clone(), on)
        .and_where(equals(&runs.table, &runs.id, RUN, "uuid"))
        .take()
}

fn entry(storage: &Storage) -> SelectStatement {
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    Query::select()
        .expr_as(text(&ledger.table, "request"), "request")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, "schema_version"), "schema_version")
        .expr_as(text(&ledger.table, "metadata"), "metadata")
        .expr_as(column(&ledger.table, &ledger.first), "first")
        .expr_as(timestamp(&ledger.table, "created_at"), "created_at")
        .from(ledger.table.clone())
        .and_where(equals(&ledger.table, &runs.id, RUN, "uuid"))
        .and_where(equals(&ledger.table, &ledger.key, KEY, "text"))
        .take()
}

fn text(table: &str, name: &str) -> Expr {
    Func::cast_as(column(table, name), "text").into()
}

fn history(storage: &Storage) -> SelectStatement {
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    let mut select = Query::select();
    select
        .expr_as(column(&ledger.table, &ledger.key), "key")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, "schema_version"), "schema_version")
        .expr_as(timestamp(&ledger.table, "created_at"), "created_at")
        .expr_as(elements(storage), "elements")
        .from(ledger.table.clone())
        .and_where(equals(&ledger.table, &runs.id, RUN, "uuid"))
        .order_by((ledger.table.clone(), "created_at"), Order::Asc)
        .order_by((ledger.table.clone(), ledger.key.clone()), Order::Asc);
    select.take()
}

/// The name of the member of the root that holds the elements with ids. It is told from the path
/// of the table, which has one slot.
fn main_table(storage: &Storage) -> Option<&Table> {
    storage.tables.iter().find(|table| table.id.is_some() && text_key(table).is_some())
}

/// How many elements a stored request has, where it can be told.
fn elements(storage: &Storage) -> Expr {
    let Some(table) = main_table(storage) else { return Expr::null().cast_as("integer") };
    let array = member(column(&storage.ledger.table, "request"), &table.member);
    let is_array: Expr = Func::cust("JSONB_TYPEOF").arg(array.clone()).into();
    let length: Expr = Func::cust("JSONB_ARRAY_LENGTH").arg(array).into();
    CaseStatement::new().case(is_array.eq(Expr::val("array")), length).into()
}

fn member(object: Expr, name: &str) -> Expr {
    object.binary(BinOper::Custom("->"), Expr::val(name.to_owned()))
}

fn create_run(storage: &Storage) -> String {
    let runs = &storage.runs;
    let mut columns = vec![runs.id.clone(), runs.name.clone(), runs.status.clone()];
    let mut select = Query::select();
    select.expr(parameter(RUN, "uuid")).expr(parameter(2, "text"));
    select.expr(runs.open.first().map_or_else(Expr::null, |open| Expr::val(open.clone())));
    for (index, member) in storage.scope.iter().enumerate() {
        columns.push(member.name.clone());
        select.expr(scope_parameter(3 + index, member));
    }
    let mut insert = Query::insert();
    insert.into_table(runs.table.clone()).columns(columns);
    select_from(&mut insert, select);
    insert.on_conflict(OnConflict::column(runs.id.clone()).do_nothing().to_owned());
    insert.to_string(PostgresQueryBuilder)
}

fn lock_run(storage: &Storage) -> SelectStatement {
    let runs = &storage.runs;
    Query::select()
        .expr_as(same_scope(storage, &runs.table, 2), "same_scope")
        .expr_as(column(&runs.table, &runs.status), "status")
        .from(runs.table.clone())
        .and_where(equals(&runs.table, &runs.id, RUN, "uuid"))
        .lock(LockType::NoKeyUpdate)
        .take()
}

fn read_run(storage: &Storage) -> SelectStatement {
    let runs = &storage.runs;
    let mut select = Query::select();
    select
        .expr_as(column(&runs.table, &runs.name), "name")
        .expr_as(column(&runs.table, &runs.status), "status")
        .expr_as(timestamp(&runs.table, "created_at"), "created_at");
    for (index, member) in storage.scope.iter().enumerate() {
        select.expr_as(text(&runs.table, &member.name), format!("scope_{index}"));
    }
    select.from(runs.table.clone()).and_where(equals(&runs.table, &runs.id, RUN, "uuid"));
    select
}

fn finish_run(storage: &Storage) -> String {
    let runs = &storage.runs;
    Query::update()
        .table(runs.table.clone())
        .value(runs.status.clone(), parameter(2, "text"))
        .and_where(equals(&runs.table, &runs.id, RUN, "uuid"))
        .to_string(PostgresQueryBuilder)
}

/// How the ids of a ledger row's elements are found.
fn element_statements(storage: &Storage) -> Vec<Statement> {
    let Some((table, id, key)) =
        main_table(storage).and_then(|table| Some((table, table.id.as_ref()?, text_key(table)?)))
    else {
        return Vec::new();
    };
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    let by_range = Query::select()
        .expr_as(column(&table.name, &key.name), "key")
        .expr_as(column(&table.name, id), "id")
        .from(table.name.clone())
        .and_where(equals(&table.name, &runs.id, RUN, "uuid"))
        .and_where(column(&table.name, id).gte(parameter(2, "uuid")))
        .and_where(column(&table.name, id).lte(parameter(3, "uuid")))
        .order_by((table.name.clone(), id.clone()), Order::Asc)
        .take();
    let path =
        format!("$.{}[*].{}", json_path_name(&table.member), json_path_name(&table.key_member));
    let path = Func::cast_as(Expr::val(path), "jsonpath");
    let keys: Expr =
        Func::cust("JSONB_PATH_QUERY").arg(column(&ledger.table, "request")).arg(path).into();
    let keys = Query::select()
        .expr_as(keys.binary(BinOper::Custom("#>>"), Expr::val("{}")), "key")
        .from(ledger.table.clone())
        .and_where(equals(&ledger.table, &runs.id, RUN, "uuid"))
        .and_where(equals(&ledger.table, &ledger.key, KEY, "text"))
        .take();
    let on = equals(&table.name, &runs.id, RUN, "uuid")
        .and(column(&table.name, &key.name).eq(column("_stored", "key")));
    let by_keys = Query::select()
        .expr_as(column("_stored", "key"), "key")
        .expr_as(column(&table.name, id), "id")
        .from_subquery(keys, "_stored")
        .join(JoinType::LeftJoin, table.name.clone(), on)
        .order_by_expr(
            column("_stored", "key")
                .binary(BinOper::Custom("COLLATE"), Expr::custom_keyword("\"C\"")),
            Order::Asc,
        )
        .take();
    vec![
        Statement {
            name: "ELEMENTS_BY_ID",
            purpose: "The elements that a ledger row wrote, by its range of ids.",
            parameters: owned(&[RUN_ID, "the first id: `uuid`", "the last possible id: `uuid`"]),
            sql: by_range.to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "ELEMENTS_BY_KEY",
            purpose: "The elements that a ledger row without an id names, by their keys.",
            parameters: owned(&[RUN_ID, MUTATION_KEY]),
            sql: by_keys.to_string(PostgresQueryBuilder),
        },
    ]
}

/// A name in an SQL/JSON path.
fn json_path_name(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn window_statements(storage: &Storage) -> Vec<Statement> {
    let Some((window, table)) = storage
        .window
        .as_ref()
        .and_then(|window| Some((window, storage.tables.get(window.table)?)))
    else {
        return Vec::new();
    };
    vec![
        Statement {
            name: "OPEN_WINDOW",
            purpose: "Creates a window that waits, unless there is an element of this key.",
            parameters: with_scope(storage, &[RUN_ID, "the window's id: `uuid`", WINDOW_KEY]),
            sql: open_window(storage, window, table).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "READ_WINDOW",
            purpose: "Tells the status of an element that can be a window.",
            parameters: owned(&[RUN_ID, WINDOW_KEY]),
            sql: read_window(storage, window, table).to_string(PostgresQueryBuilder),
        },
        Statement {
            name: "SET_WINDOW",
            purpose: "Sets the status of an element that can be a window.",
            parameters: owned(&[RUN_ID, WINDOW_KEY, "the status: `text`"]),
            sql: set_window(storage, window, table),
        },
    ]
}

const WINDOW_KEY: &str = "the key of the window: `text`";

fn read_window(storage: &Storage, window: &Window, table: &Table) -> SelectStatement {
    let (tag, value) = &window.tag;
    Query::select()
        .expr_as(column(&table.name, &window.status), "status")
        .from(table.name.clone())
        .and_where(equals(&table.name, &storage.runs.id, RUN, "uuid"))
        .and_where(equals(&table.name, &window.key, 2, Kind::Text.sql()))
        .and_where(column(&table.name, tag).eq(Expr::val(value.clone())))
        .take()
}

fn set_window(storage: &Storage, window: &Window, table: &Table) -> String {
    let (tag, value) = &window.tag;
    Query::update()
        .table(table.name.clone())
        .value(window.status.clone(), parameter(3, "text"))
        .and_where(equals(&table.name, &storage.runs.id, RUN, "uuid"))
        .and_where(equals(&table.name, &window.key, 2, Kind::Text.sql()))
        .and_where(column(&table.name, tag).eq(Expr::val(value.clone())))
        .to_string(PostgresQueryBuilder)
}
