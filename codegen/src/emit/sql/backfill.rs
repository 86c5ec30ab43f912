//! The statements that bring rows of older systems and versions up to date.

use super::expressions::{column, parameter, unnest};
use super::retention::{limited, paged};
use super::statements::Statement;
use crate::model::storage::Storage;
use sea_query::{
    BinOper, CaseStatement, CommonTableExpression, Cond, Expr, ExprTrait as _, Func, JoinType,
    PostgresQueryBuilder, Query, SelectStatement, WithClause,
};

/// The version of the canonical form, and the schema's.
const VERSIONS: [&str; 2] =
    ["the version of the canonical form: `integer`", "the schema's version: `integer`"];
/// The name of what is sent.
const SENT: &str = "_sent";

/// All of them.
pub(super) fn all(storage: &Storage) -> Vec<Statement> {
    vec![pending(storage), pending_page(storage), renew(storage)]
}

/// The condition on rows of the ledger that they are not of today. Of a version that is no number
/// nothing is known, and rows of a later one are left to those who know it.
fn is_pending(storage: &Storage) -> Cond {
    let ledger = &storage.ledger;
    let version = || column(&ledger.table, "schema_version");
    let is_number = version().binary(BinOper::Custom("~"), Expr::val("^[0-9]{1,9}$"));
    let is_older = Func::cast_as(version(), "integer").lt(parameter(2, "integer"));
    // Nothing but a case keeps the cast from texts that are no number.
    let is_older: Expr =
        CaseStatement::new().case(is_number, is_older).finally(Expr::val(false)).into();
    Cond::any()
        .add(column(&ledger.table, &ledger.digest).is_null())
        .add(column(&ledger.table, "canonical_version").lt(parameter(1, "integer")))
        .add(version().is_null())
        .add(is_older)
}

fn pending(storage: &Storage) -> Statement {
    let sql = Query::select()
        .expr_as(Func::count(Expr::val(1)), "count")
        .from(storage.ledger.table.clone())
        .cond_where(is_pending(storage))
        .to_string(PostgresQueryBuilder);
    let parameters = VERSIONS.map(str::to_owned).to_vec();
    Statement::new("PENDING", "Counts the ledger's rows that are not of today.", parameters, sql)
}

/// Reads a page of the rows that are not of today, in the order of the primary key, with their
/// scope.
fn pending_page(storage: &Storage) -> Statement {
    let ledger = &storage.ledger;
    let mut parameters = VERSIONS.map(str::to_owned).to_vec();
    let pending = Query::select().cond_where(is_pending(storage)).take();
    let mut select = paged(storage, pending, &mut parameters);
    let scoped = storage.parent.as_ref().map_or(&ledger.table, |parent| &parent.table);
    for (index, member) in storage.scope.iter().enumerate() {
        let json = Func::cust("TO_JSONB").arg(column(scoped, &member.name));
        select.expr_as(Func::cast_as(json, "text"), format!("scope_{index}"));
    }
    if let Some(parent) = &storage.parent {
        let own = column(&parent.table, &parent.id).eq(column(&ledger.table, &parent.id));
        select.join(JoinType::InnerJoin, parent.table.clone(), own);
    }
    let sql = limited(&select, parameters.len());
    let purpose = "Reads a page of the ledger's rows that are not of today, in the order of the \
                   primary key, with the members of their scope as JSON.";
    Statement::new("PENDING_PAGE", purpose, parameters, sql)
}

/// Writes rows that are still as they were read, so that two backfills at once do not undo each
/// other.
fn renew(storage: &Storage) -> Statement {
    let ledger = &storage.ledger;
    let table = &ledger.table;
    let mut sent = vec![
        ("key", "text[]", "keys"),
        ("request", "text[]", "canonical requests"),
        ("digest", "text[]", "their digests"),
        ("old_digest", "text[]", "the digests that were read"),
        ("old_canonical_version", "integer[]", "the versions of the canonical form that were read"),
        ("old_schema_version", "text[]", "the schema's versions that were read"),
    ];
    let parent = storage.parent.as_ref().map(|parent| format!("the {}s' ids", parent.noun));
    if let Some(ids) = &parent {
        sent.insert(0, ("parent", "uuid[]", ids));
    }
    let arrays = sent.iter().enumerate().map(|(index, (_, kind, _))| (3 + index, *kind));
    let mut rows = Query::select();
    rows.expr(Expr::custom_keyword("*")).from_function(unnest(arrays), "_arrays");
    let mut expression = CommonTableExpression::new();
    expression
        .table_name(SENT)
        .columns(sent.iter().map(|(name, _, _)| *name))
        .query::<SelectStatement>(rows);
    let as_read = |name: &str, old: &str| {
        column(table, name).binary(BinOper::Custom("IS NOT DISTINCT FROM"), column(SENT, old))
    };
    let mut update = Query::update();
    update
        .table(table.clone())
        .value("request", Func::cast_as(column(SENT, "request"), "jsonb"))
        .value(ledger.digest.clone(), column(SENT, "digest"))
        .value("canonical_version", parameter(1, "integer"))
        .value("schema_version", parameter(2, "text"))
        .from(SENT)
        .and_where(column(table, &ledger.key).eq(column(SENT, "key")))
        .and_where(as_read(&ledger.digest, "old_digest"))
        .and_where(as_read("canonical_version", "old_canonical_version"))
        .and_where(as_read("schema_version", "old_schema_version"));
    if let Some(parent) = &storage.parent {
        update.and_where(column(table, &parent.id).eq(column(SENT, "parent")));
    }
    let sql = update.with(WithClause::new().cte(expression).to_owned());
    let versions = [VERSIONS[0], "the schema's version: `text`"].map(str::to_owned);
    let arrays = sent.iter().map(|(_, kind, what)| format!("{what}: `{kind}`"));
    let parameters = versions.into_iter().chain(arrays).collect();
    let purpose = "Brings rows of the ledger up to date that are still as they were read.";
    Statement::new("RENEW", purpose, parameters, sql.to_string(PostgresQueryBuilder))
}
