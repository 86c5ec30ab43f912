//! Pieces of SQL that many statements share.

use crate::model::storage::{Kind, Lead, Literal, ScopeColumn, Storage, Table};
use sea_query::{BinOper, Expr, ExprTrait as _, Func, FunctionCall, Query, SelectStatement};

/// The parent's id, as a parameter of a statement of a schema with a parent.
pub(super) const PARENT: usize = 1;
/// The ledger's key, as a parameter; one less where there is no parent.
pub(super) const KEY: usize = 2;

/// The number of a parameter: the first one is the parent's id, where there is a parent.
pub(super) fn numbered(storage: &Storage, number: usize) -> usize {
    if storage.parent.is_some() { number } else { number - 1 }
}

/// What a statement's first parameters are, as documentation.
pub(super) fn described(storage: &Storage, after: &[&str]) -> Vec<String> {
    let parent = storage.parent.as_ref().map(|parent| format!("the {}'s id: `uuid`", parent.noun));
    parent.into_iter().chain(after.iter().map(|&what| what.to_owned())).collect()
}

/// The conditions by which a ledger row is found: by parent and key.
pub(super) fn ledger_row(storage: &Storage) -> Expr {
    let ledger = &storage.ledger;
    let key = equals(&ledger.table, &ledger.key, numbered(storage, KEY), "text");
    match &storage.parent {
        Some(parent) => equals(&ledger.table, &parent.id, PARENT, "uuid").and(key),
        None => key,
    }
}

/// The conditions by which rows of a table are found: `parent` is a parameter of every statement,
/// and so is `entry`, the request's id, or the ledger's key where that stands for it.
pub(super) fn led(storage: &Storage, table: &str, entry: usize) -> Expr {
    let conditions = storage.lead().into_iter().map(|lead| match lead {
        Lead::Parent(column) => equals(table, column, PARENT, "uuid"),
        Lead::Entry(column) => equals(table, column, entry, "uuid"),
        Lead::Key(column) => equals(table, column, numbered(storage, KEY), "text"),
    });
    conditions.reduce(Expr::and).unwrap_or_else(|| Expr::val(true))
}

/// A parameter in its type.
pub(super) fn parameter(number: usize, kind: &'static str) -> Expr {
    Func::cast_as(Expr::custom_keyword(format!("${number}")), kind).into()
}

/// A member of the scope: the parameter is its canonical JSON, `null` for none.
pub(super) fn scope_parameter(number: usize, column: &ScopeColumn) -> Expr {
    let json = parameter(number, "jsonb").binary(BinOper::Custom("#>>"), Expr::val("{}"));
    if column.kind == Kind::Text { json } else { Func::cast_as(json, column.kind.sql()).into() }
}

/// Whether a row has the scope of the parameters from `first` on.
pub(super) fn same_scope(storage: &Storage, table: &str, first: usize) -> Expr {
    let same = storage.scope.iter().enumerate().map(|(index, column)| {
        let name = (table.to_owned(), column.name.clone());
        let operator = BinOper::Custom("IS NOT DISTINCT FROM");
        Expr::col(name).binary(operator, scope_parameter(first + index, column))
    });
    same.reduce(|all, one| all.and(one)).unwrap_or_else(|| Expr::val(true))
}

/// A column of a table.
pub(super) fn column(table: &str, name: &str) -> Expr {
    Expr::col((table.to_owned(), name.to_owned()))
}

/// A condition: a column of a table is what a parameter says.
pub(super) fn equals(table: &str, name: &str, number: usize, kind: &'static str) -> Expr {
    column(table, name).eq(parameter(number, kind))
}

/// `EXISTS (SELECT 1 FROM name)`
pub(super) fn any(name: &str) -> Expr {
    Expr::exists(Query::select().expr(Expr::val(1)).from(name.to_owned()).take())
}

/// Whether a table of the parent has a row with this value in a column. `OFFSET 0` keeps the
/// planner from turning it into a join, which would read the whole parent: it stays one look into
/// the index per value, however large the parent is.
pub(super) fn present(storage: &Storage, table: &Table, name: &str, value: Expr) -> Expr {
    let mut select = Query::select();
    select
        .expr(Expr::val(1))
        .from(table.name.clone())
        .and_where(led(storage, &table.name, 0))
        .and_where(column(&table.name, name).eq(value))
        .offset(0);
    Expr::exists(select)
}

/// `UNNEST((SELECT $n::type[]), …)` of parameters.
///
/// Behind a `SELECT` the planner does not see how long an array is. If it did, a plan for the values
/// at hand would look cheaper than one for any values whenever arrays are short, and the server would
/// plan the statement anew at each execution, which takes longer than running it.
pub(super) fn unnest(parameters: impl IntoIterator<Item = (usize, &'static str)>) -> FunctionCall {
    let arrays = parameters
        .into_iter()
        .map(|(number, kind)| scalar(Query::select().expr(parameter(number, kind)).take()));
    Func::cust("UNNEST").args(arrays)
}

/// A point in time as RFC 3339 in UTC with microseconds.
pub(super) fn timestamp(table: &str, name: &str) -> Expr {
    let utc = Func::cust("TIMEZONE").arg(Expr::val("UTC")).arg(column(table, name));
    let format = r#"YYYY-MM-DD"T"HH24:MI:SS.US"Z""#;
    Func::cust("TO_CHAR").arg(utc).arg(Expr::val(format)).into()
}

/// An exact number.
pub(super) fn numeric(digits: &str) -> Expr {
    Func::cast_as(Expr::val(digits.to_owned()), "numeric").into()
}

/// A value of the schema.
pub(super) fn literal(literal: &Literal) -> Expr {
    match literal {
        Literal::Null => Expr::null(),
        Literal::Text(text) => Expr::val(text.clone()),
        Literal::Integer(value) => Expr::val(*value),
        Literal::Numeric(digits) => numeric(digits),
        Literal::Boolean(value) => Expr::val(*value),
        Literal::Json(text) => Func::cast_as(Expr::val(text.clone()), "jsonb").into(),
    }
}

/// A subquery as a value.
pub(super) fn scalar(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}
