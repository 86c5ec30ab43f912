//! Every statement that the runtime runs.

use super::append::{append, open_window, select_from};
use super::expressions::{
    KEY, PARENT, column, described, equals, led, ledger_row, numbered, parameter, same_scope,
    scope_parameter, timestamp,
};
use super::layout;
use crate::model::storage::{Kind, Lead, Parent, Storage, Table, Window};
use sea_query::{
    BinOper, CaseStatement, Cond, Expr, ExprTrait as _, Func, JoinType, LockType, OnConflict,
    Order, PostgresQueryBuilder, Query, SelectStatement,
};
use std::fmt::Write as _;

/// A statement.
pub(super) struct Statement {
    pub(super) name: String,
    /// What it does, in a line.
    pub(super) purpose: String,
    /// What its parameters are, in order.
    pub(super) parameters: Vec<String>,
    pub(super) sql: String,
}

impl Statement {
    pub(super) fn new(
        name: &str,
        purpose: &str,
        parameters: Vec<String>,
        sql: String,
    ) -> Statement {
        Statement { name: name.to_owned(), purpose: purpose.to_owned(), parameters, sql }
    }
}

/// All of them.
pub(super) fn all(storage: &Storage) -> Vec<Statement> {
    let (append, append_parameters) = append(storage);
    let mut statements = vec![
        Statement::new(
            "LOOKUP",
            &match &storage.parent {
                Some(parent) => format!(
                    "Asks the ledger what it knows of a key; no row where the {} is not there.",
                    parent.noun
                ),
                None => "Asks the ledger what it knows of a key; no row where that is nothing."
                    .to_owned(),
            },
            with_scope(storage, &[LEDGER_KEY]),
            lookup(storage, numbered(storage, KEY) + 1).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "APPEND",
            "Checks what the schema says, under a lock on the parent where there is one, and \
             writes the ledger's row and all elements, or nothing.",
            append_parameters,
            append,
        ),
        Statement::new(
            "ENTRY",
            "Reads a ledger row of a scope in full.",
            with_scope(storage, &[LEDGER_KEY]),
            entry(storage).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "HISTORY",
            "Lists the ledger's rows of a scope, of one parent where there is one, the oldest first.",
            with_scope(storage, &[]),
            history(storage).to_string(PostgresQueryBuilder),
        ),
    ];
    statements.extend(storage.parent.iter().flat_map(|parent| parent_statements(storage, parent)));
    statements.extend(element_statements(storage));
    let tables = (0..storage.tables.len()).filter_map(|index| rows(storage, index));
    statements.extend(tables);
    statements.extend(window_statements(storage));
    statements
}

/// The statements about a parent.
fn parent_statements(storage: &Storage, parent: &Parent) -> Vec<Statement> {
    let noun = &parent.noun;
    vec![
        Statement::new(
            "CREATE_PARENT",
            &format!("Creates a {noun}, unless it is there."),
            with_scope(storage, &["a name for people, or null: `text`"]),
            create_parent(storage, parent),
        ),
        Statement::new(
            "LOCK_PARENT",
            &format!("Locks a {noun} of a scope and tells its status."),
            with_scope(storage, &[]),
            lock_parent(storage, parent).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "READ_PARENT",
            &format!("Reads a {noun} of a scope."),
            with_scope(storage, &[]),
            read_parent(storage, parent).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "CLOSE_PARENT",
            &format!("Sets the status of a {noun}."),
            described(storage, &["the status: `text`"]),
            close_parent(parent),
        ),
    ]
}

const LEDGER_KEY: &str = "the key: `text`";

fn with_scope(storage: &Storage, parameters: &[&str]) -> Vec<String> {
    let scope = storage.scope.iter();
    let scope = scope.map(|member| format!("the scope's `{}` as JSON: `text`", member.name));
    described(storage, parameters).into_iter().chain(scope).collect()
}

/// The statements as Rust constants.
pub(super) fn emit(statements: &[Statement]) -> String {
    let mut out = String::from("//! Every statement that the runtime runs.\n");
    for statement in statements {
        let _ = write!(out, "\n/// {}\n///\n", layout::comment(&statement.purpose));
        for (index, parameter) in statement.parameters.iter().enumerate() {
            let _ = writeln!(out, "/// - `${}` {}", index + 1, layout::comment(parameter));
        }
        let sql = layout::literal(&format!("\n{}\n", layout::lines(&statement.sql)));
        let _ = writeln!(out, "pub const {}: &str = {sql};", statement.name);
    }
    out
}

/// What the ledger knows of a key; the scope's parameters are those from `scope` on.
pub(super) fn lookup(storage: &Storage, scope: usize) -> SelectStatement {
    let ledger = &storage.ledger;
    let mut select = Query::select();
    let scoped = storage.parent.as_ref().map_or(&ledger.table, |parent| &parent.table);
    select
        .expr_as(same_scope(storage, scoped, scope), "same_scope")
        .expr_as(column(&ledger.table, &ledger.key).is_not_null(), "found")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, &ledger.first), "first");
    let Some(parent) = &storage.parent else {
        return select.from(ledger.table.clone()).and_where(ledger_row(storage)).take();
    };
    let key = equals(&ledger.table, &ledger.key, KEY, "text");
    let on = column(&ledger.table, &parent.id).eq(column(&parent.table, &parent.id)).and(key);
    select
        .from(parent.table.clone())
        .join(JoinType::LeftJoin, ledger.table.clone(), on)
        .and_where(equals(&parent.table, &parent.id, PARENT, "uuid"))
        .take()
}

fn entry(storage: &Storage) -> SelectStatement {
    let ledger = &storage.ledger;
    Query::select()
        .expr_as(text(&ledger.table, "request"), "request")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, "schema_version"), "schema_version")
        .expr_as(text(&ledger.table, "metadata"), "metadata")
        .expr_as(column(&ledger.table, &ledger.first), "first")
        .expr_as(timestamp(&ledger.table, "created_at"), "created_at")
        .from(ledger.table.clone())
        .and_where(ledger_row(storage))
        .cond_where(is_seen(storage, numbered(storage, KEY) + 1))
        .take()
}

/// The condition that a ledger row is the scope's, whose parameters are those from `scope` on. It
/// stands in the statement that reads: what is asked for first may have become another's since.
fn is_seen(storage: &Storage, scope: usize) -> Cond {
    let ledger = &storage.ledger.table;
    Cond::all().add_option((!storage.scope.is_empty()).then(|| {
        match &storage.parent {
            Some(parent) => Expr::exists(
                Query::select()
                    .expr(Expr::val(1))
                    .from(parent.table.clone())
                    .and_where(column(&parent.table, &parent.id).eq(column(ledger, &parent.id)))
                    .and_where(same_scope(storage, &parent.table, scope))
                    .take(),
            ),
            None => same_scope(storage, ledger, scope),
        }
    }))
}

/// The condition that a parent is there and the scope's, whose parameters are the second and those
/// after it.
fn is_own(storage: &Storage, parent: &Parent) -> Cond {
    let own = (!storage.scope.is_empty()).then(|| same_scope(storage, &parent.table, 2));
    Cond::all().add(equals(&parent.table, &parent.id, PARENT, "uuid")).add_option(own)
}

fn text(table: &str, name: &str) -> Expr {
    Func::cast_as(column(table, name), "text").into()
}

fn history(storage: &Storage) -> SelectStatement {
    let ledger = &storage.ledger;
    let mut select = Query::select();
    select
        .expr_as(column(&ledger.table, &ledger.key), "key")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, "schema_version"), "schema_version")
        .expr_as(timestamp(&ledger.table, "created_at"), "created_at")
        .expr_as(elements(storage), "elements")
        .from(ledger.table.clone());
    if let Some(parent) = &storage.parent {
        select.and_where(equals(&ledger.table, &parent.id, PARENT, "uuid"));
    }
    select
        .cond_where(is_seen(storage, numbered(storage, 2)))
        .order_by((ledger.table.clone(), "created_at"), Order::Asc)
        .order_by((ledger.table.clone(), ledger.key.clone()), Order::Asc);
    select.take()
}

/// How many elements a stored request has, where it can be told.
fn elements(storage: &Storage) -> Expr {
    let Some((_, table)) = storage.main_table() else { return Expr::null().cast_as("integer") };
    let array = member(column(&storage.ledger.table, "request"), &table.member);
    let is_array: Expr = Func::cust("JSONB_TYPEOF").arg(array.clone()).into();
    let length: Expr = Func::cust("JSONB_ARRAY_LENGTH").arg(array).into();
    CaseStatement::new().case(is_array.eq(Expr::val("array")), length).into()
}

fn member(object: Expr, name: &str) -> Expr {
    object.binary(BinOper::Custom("->"), Expr::val(name.to_owned()))
}

fn create_parent(storage: &Storage, parent: &Parent) -> String {
    let mut columns = vec![parent.id.clone(), parent.name.clone(), parent.status.clone()];
    let mut select = Query::select();
    select.expr(parameter(PARENT, "uuid")).expr(parameter(2, "text"));
    select.expr(parent.open.first().map_or_else(Expr::null, |open| Expr::val(open.clone())));
    for (index, member) in storage.scope.iter().enumerate() {
        columns.push(member.name.clone());
        select.expr(scope_parameter(3 + index, member));
    }
    let mut insert = Query::insert();
    insert.into_table(parent.table.clone()).columns(columns);
    select_from(&mut insert, select);
    insert.on_conflict(OnConflict::column(parent.id.clone()).do_nothing().to_owned());
    insert.to_string(PostgresQueryBuilder)
}

fn lock_parent(storage: &Storage, parent: &Parent) -> SelectStatement {
    Query::select()
        .expr_as(column(&parent.table, &parent.status), "status")
        .from(parent.table.clone())
        .cond_where(is_own(storage, parent))
        .lock(LockType::NoKeyUpdate)
        .take()
}

fn read_parent(storage: &Storage, parent: &Parent) -> SelectStatement {
    let mut select = Query::select();
    select
        .expr_as(column(&parent.table, &parent.name), "name")
        .expr_as(column(&parent.table, &parent.status), "status")
        .expr_as(timestamp(&parent.table, "created_at"), "created_at");
    for (index, member) in storage.scope.iter().enumerate() {
        select.expr_as(text(&parent.table, &member.name), format!("scope_{index}"));
    }
    select.from(parent.table.clone()).cond_where(is_own(storage, parent));
    select
}

fn close_parent(parent: &Parent) -> String {
    Query::update()
        .table(parent.table.clone())
        .value(parent.status.clone(), parameter(2, "text"))
        .and_where(equals(&parent.table, &parent.id, PARENT, "uuid"))
        .to_string(PostgresQueryBuilder)
}

/// How the ids of a ledger row's elements are found.
fn element_statements(storage: &Storage) -> Vec<Statement> {
    let Some((table, id, key)) = storage
        .main_table()
        .and_then(|(_, table)| Some((table, table.id.as_ref()?, table.text_key()?)))
    else {
        return Vec::new();
    };
    let ledger = &storage.ledger;
    let first = first_parameter(storage);
    let by_range = Query::select()
        .expr_as(column(&table.name, &key.name), "key")
        .expr_as(column(&table.name, id), "id")
        .from(table.name.clone())
        .and_where(led(storage, &table.name, first))
        .and_where(column(&table.name, id).gte(parameter(first, "uuid")))
        .and_where(column(&table.name, id).lte(parameter(first + 1, "uuid")))
        .order_by((table.name.clone(), id.clone()), Order::Asc)
        .take();
    let mut statements = vec![Statement::new(
        "ELEMENTS_BY_ID",
        "The elements that a ledger row wrote, by its range of ids.",
        range_parameters(storage),
        by_range.to_string(PostgresQueryBuilder),
    )];
    if ledger.has_id {
        return statements;
    }
    let path =
        format!("$.{}[*].{}", json_path_name(&table.member), json_path_name(&table.key_member));
    let path = Func::cast_as(Expr::val(path), "jsonpath");
    let keys: Expr =
        Func::cust("JSONB_PATH_QUERY").arg(column(&ledger.table, "request")).arg(path).into();
    let keys = Query::select()
        .expr_as(keys.binary(BinOper::Custom("#>>"), Expr::val("{}")), "key")
        .from(ledger.table.clone())
        .and_where(ledger_row(storage))
        .take();
    let on = led(storage, &table.name, 0)
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
    statements.push(Statement::new(
        "ELEMENTS_BY_KEY",
        "The elements that a ledger row without an id names, by their keys.",
        described(storage, &[LEDGER_KEY]),
        by_keys.to_string(PostgresQueryBuilder),
    ));
    statements
}

/// Statements about the rows of one request take the parent's id, the key where it leads the
/// tables' keys, the first id of the request and the last one there can be.
fn first_parameter(storage: &Storage) -> usize {
    let led_by_key = storage.lead().iter().any(|lead| matches!(lead, Lead::Key(_)));
    numbered(storage, KEY) + usize::from(led_by_key)
}

fn range_parameters(storage: &Storage) -> Vec<String> {
    let led_by_key = storage.lead().iter().any(|lead| matches!(lead, Lead::Key(_)));
    let key: &[&str] = if led_by_key { &[LEDGER_KEY] } else { &[] };
    let range = ["the first id: `uuid`", "the last possible id: `uuid`"];
    described(storage, &[key, &range].concat())
}

/// The name of the statement that reads the rows of a table.
pub(super) fn rows_name(table: usize) -> String {
    format!("ROWS_{table}")
}

/// Reads the rows of a table that one request wrote, where that can be told.
fn rows(storage: &Storage, index: usize) -> Option<Statement> {
    let table = storage.tables.get(index).filter(|_| storage.tells_request(index))?;
    let mut select = Query::select();
    for (number, member) in table.columns.iter().enumerate() {
        select.expr_as(text(&table.name, &member.name), format!("c{number}"));
    }
    select.from(table.name.clone());
    let first = first_parameter(storage);
    let mut parameters = range_parameters(storage);
    let outermost = storage.outermost(index)?;
    select.and_where(led(storage, &table.name, first));
    if storage.is_owned() {
        // The request's id, or the ledger's key, says it all.
        parameters.truncate(if storage.ledger.has_id { first } else { first - 1 });
    } else {
        let id = outermost.id.as_ref()?;
        if table.parent.is_some() {
            let lead = storage.lead();
            let keys = lead.iter().map(Lead::column);
            let keys = keys.chain(outermost.key().map(|column| column.name.as_str()));
            let on = keys
                .map(|name| column(&outermost.name, name).eq(column(&table.name, name)))
                .reduce(Expr::and)?;
            select.join(JoinType::InnerJoin, outermost.name.clone(), on);
        }
        select
            .and_where(column(&outermost.name, id).gte(parameter(first, "uuid")))
            .and_where(column(&outermost.name, id).lte(parameter(first + 1, "uuid")));
    }
    for key in table.key() {
        select.order_by((table.name.clone(), key.name.clone()), Order::Asc);
    }
    Some(Statement::new(
        &rows_name(index),
        &format!("Reads the rows of `{}` that one request wrote, each column as text.", table.name),
        parameters,
        select.to_string(PostgresQueryBuilder),
    ))
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
        Statement::new(
            "OPEN_WINDOW",
            "Creates a window that waits, unless there is an element of this key.",
            with_scope(storage, &["the window's id: `uuid`", WINDOW_KEY]),
            open_window(storage, window, table).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "READ_WINDOW",
            "Tells the status of an element that can be a window.",
            described(storage, &[WINDOW_KEY]),
            read_window(storage, window, table).to_string(PostgresQueryBuilder),
        ),
        Statement::new(
            "SET_WINDOW",
            "Sets the status of an element that can be a window.",
            described(storage, &[WINDOW_KEY, "the status: `text`"]),
            set_window(storage, window, table),
        ),
    ]
}

const WINDOW_KEY: &str = "the key of the window: `text`";

fn read_window(storage: &Storage, window: &Window, table: &Table) -> SelectStatement {
    let (tag, value) = &window.tag;
    Query::select()
        .expr_as(column(&table.name, &window.status), "status")
        .from(table.name.clone())
        .and_where(led(storage, &table.name, 0))
        .and_where(equals(&table.name, &window.key, 2, Kind::Text.sql()))
        .and_where(column(&table.name, tag).eq(Expr::val(value.clone())))
        .take()
}

fn set_window(storage: &Storage, window: &Window, table: &Table) -> String {
    let (tag, value) = &window.tag;
    Query::update()
        .table(table.name.clone())
        .value(window.status.clone(), parameter(3, "text"))
        .and_where(led(storage, &table.name, 0))
        .and_where(equals(&table.name, &window.key, 2, Kind::Text.sql()))
        .and_where(column(&table.name, tag).eq(Expr::val(value.clone())))
        .to_string(PostgresQueryBuilder)
}
