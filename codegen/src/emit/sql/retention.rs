//! The statements that examine what is stored, and prune what is old.

use super::expressions::{column, parameter, scalar};
use super::operations::table_names;
use super::statements::Statement;
use crate::model::storage::{Kind, Storage};
use sea_query::{
    CommonTableExpression, Cond, Expr, ExprTrait as _, Func, Order, PostgresQueryBuilder, Query,
    SelectStatement, WithClause,
};

/// All of them.
pub(super) fn all(storage: &Storage) -> Vec<Statement> {
    let units = || vec![units(storage)];
    vec![
        page(storage),
        prunable(storage),
        claim(storage),
        Statement::new(
            "COUNT",
            "Counts the rows of each table that pruning would delete.",
            units(),
            count(storage),
        ),
        Statement::new(
            "DELETE",
            "Deletes from all tables, and counts the rows. Foreign keys are checked when it ends, so \
             they may go both ways.",
            units(),
            delete(storage),
        ),
    ]
}

fn count(storage: &Storage) -> String {
    let mut select = Query::select();
    for (index, table) in table_names(storage).into_iter().enumerate() {
        let rows = Query::select()
            .expr(Func::count(Expr::val(1)))
            .from(table.to_owned())
            .and_where(by_unit(storage, table))
            .take();
        select.expr_as(scalar(rows), format!("count_{index}"));
    }
    select.to_string(PostgresQueryBuilder)
}

fn delete(storage: &Storage) -> String {
    let mut select = Query::select();
    let mut with = WithClause::new();
    for (index, table) in table_names(storage).into_iter().enumerate() {
        let name = format!("_deleted_{index}");
        let delete = Query::delete()
            .from_table(table.to_owned())
            .and_where(by_unit(storage, table))
            .returning(Query::returning().expr(Expr::val(1)))
            .take();
        let mut expression = CommonTableExpression::new();
        with.cte(expression.table_name(name.clone()).query(delete).to_owned());
        let rows = Query::select().expr(Func::count(Expr::val(1))).from(name).take();
        select.expr_as(scalar(rows), format!("count_{index}"));
    }
    select.with(with).to_string(PostgresQueryBuilder)
}

/// The table and the column by whose update what is pruned is locked.
pub(super) fn claimed(storage: &Storage) -> (&str, &str) {
    match &storage.parent {
        Some(parent) => (&parent.table, &parent.status),
        None => (&storage.ledger.table, &storage.ledger.key),
    }
}

/// What is pruned as a whole: a parent, or a request; the column that all its rows have, and its
/// type.
fn unit(storage: &Storage) -> (String, Kind) {
    let lead = storage.lead();
    lead.first().map_or_else(
        || (storage.ledger.key.clone(), Kind::Text),
        |lead| (lead.column().to_owned(), lead.kind()),
    )
}

fn units(storage: &Storage) -> String {
    let (name, kind) = unit(storage);
    format!("values of `{name}`: `{}`", kind.sent_as())
}

/// `unit = ANY($1)`
fn by_unit(storage: &Storage, table: &str) -> Expr {
    let (name, kind) = unit(storage);
    column(table, &name).eq(Func::cust("ANY").arg(parameter(1, kind.sent_as())))
}

/// Reads a page of the ledger, in the order of its primary key.
fn page(storage: &Storage) -> Statement {
    let ledger = &storage.ledger;
    let mut parameters = Vec::new();
    let mut select = paged(storage, Query::select(), &mut parameters);
    select.expr_as(column(&ledger.table, &ledger.first), "first");
    let sql = limited(&select, parameters.len());
    let purpose = "Reads a page of the ledger, in the order of its primary key.";
    Statement::new("PAGE", purpose, parameters, sql)
}

/// The rows of the ledger, in the order of its primary key, that stand behind a place in it and
/// meet the conditions of a select. What that place is, and how many rows there are to be, are
/// parameters behind those that the conditions have.
pub(super) fn paged(
    storage: &Storage,
    mut select: SelectStatement,
    parameters: &mut Vec<String>,
) -> SelectStatement {
    let ledger = &storage.ledger;
    let behind = parameters.len() + 1;
    let key = || column(&ledger.table, &ledger.key);
    match &storage.parent {
        Some(parent) => {
            parameters.push(format!("the {}'s id to begin behind: `uuid`", parent.noun));
            let id = || column(&ledger.table, &parent.id);
            let place = [parameter(behind, "uuid"), parameter(behind + 1, "text")];
            select
                .expr_as(id(), "parent")
                .and_where(Expr::tuple([id(), key()]).gt(Expr::tuple(place)))
                .order_by_expr(id(), Order::Asc);
        }
        None => {
            select.and_where(key().gt(parameter(behind, "text")));
        }
    }
    parameters.push("the key to begin behind: `text`".to_owned());
    parameters.push("how many rows: `bigint`".to_owned());
    select
        .expr_as(key(), "key")
        .expr_as(Func::cast_as(column(&ledger.table, "request"), "text"), "request")
        .expr_as(column(&ledger.table, &ledger.digest), "digest")
        .expr_as(column(&ledger.table, "canonical_version"), "canonical_version")
        .expr_as(column(&ledger.table, "schema_version"), "schema_version")
        .from(ledger.table.clone())
        .order_by_expr(key(), Order::Asc);
    select
}

/// With as many rows as the parameter says.
pub(super) fn limited(select: &SelectStatement, number: usize) -> String {
    format!("{} LIMIT CAST(${number} AS bigint)", select.to_string(PostgresQueryBuilder))
}

/// The statuses by which what is pruned is chosen: the column, in the table of what is claimed.
pub(super) fn status(storage: &Storage) -> Option<&str> {
    match &storage.parent {
        Some(parent) => Some(&parent.status),
        None => storage.ledger.status.as_ref().map(|status| status.column.as_str()),
    }
}

/// Whether a row is older than the age, and of the statuses where there are any.
fn is_old(storage: &Storage) -> Cond {
    let (table, _) = claimed(storage);
    let age = parameter(2, "bigint").mul(Expr::cust("INTERVAL '1 second'"));
    let cutoff = || Expr::from(Func::cust("NOW")).sub(age.clone());
    let mut old = Cond::all().add(column(table, "created_at").lt(cutoff()));
    if let Some(status) = status(storage) {
        let listed = Func::cust("ANY").arg(parameter(3, "text[]"));
        old = old.add(column(table, status).eq(listed));
    }
    if let Some(parent) = &storage.parent {
        // What was appended to lately is not old, whenever it was opened.
        let ledger = &storage.ledger.table;
        let appended = Query::select()
            .expr(Expr::val(1))
            .from(ledger.clone())
            .and_where(column(ledger, &parent.id).eq(column(table, &parent.id)))
            .and_where(column(ledger, "created_at").gte(cutoff()))
            .take();
        old = old.add(Expr::exists(appended).not());
    }
    old
}

const AGE: &str = "the age in seconds: `bigint`";

fn parameters(storage: &Storage, first: String) -> Vec<String> {
    let statuses = status(storage).map(|_| "the statuses: `text[]`".to_owned());
    [first, AGE.to_owned()].into_iter().chain(statuses).collect()
}

/// Finds what is old enough, without a lock.
fn prunable(storage: &Storage) -> Statement {
    let (table, _) = claimed(storage);
    let (name, kind) = unit(storage);
    let first = format!("the `{name}` to begin behind: `{}`", kind.sql());
    let mut parameters = parameters(storage, first);
    parameters.push("how many: `bigint`".to_owned());
    let select = Query::select()
        .expr_as(column(table, &name), "unit")
        .from(table.to_owned())
        .and_where(column(table, &name).gt(parameter(1, kind.sql())))
        .cond_where(is_old(storage))
        .order_by((table.to_owned(), name), Order::Asc)
        .take();
    let sql = limited(&select, parameters.len());
    Statement::new("PRUNABLE", "Finds what is old enough to be pruned.", parameters, sql)
}

/// Locks what is old enough still. A lock by an update works where rows stand on several servers.
fn claim(storage: &Storage) -> Statement {
    let (table, changed) = claimed(storage);
    let (name, _) = unit(storage);
    let sql = Query::update()
        .table(table.to_owned())
        .value(changed.to_owned(), column(table, changed))
        .and_where(by_unit(storage, table))
        .cond_where(is_old(storage))
        .returning(Query::returning().expr(column(table, &name)))
        .to_string(PostgresQueryBuilder);
    let purpose = "Locks what is old enough still, of what was found.";
    Statement::new("CLAIM", purpose, parameters(storage, units(storage)), sql)
}
