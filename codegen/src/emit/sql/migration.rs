//! The tables.

use super::expressions::numeric;
use super::layout;
use crate::model::storage::{
    Check, Column, Kind, ReferenceColumn, Storage, Table as Elements, constraint_name,
    evolution::check_name,
};
use sea_query::{
    BinOper, CaseStatement, ColumnDef, Expr, ExprTrait as _, ForeignKey, ForeignKeyCreateStatement,
    Func, Index, IndexCreateStatement, PostgresQueryBuilder, Table, TableCreateStatement,
};

/// A point in time in UTC, its fraction without trailing zeros. That the day exists is not said:
/// what writes the column has checked it.
const DATE_TIME: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\
                         T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]*[1-9])?Z$";

/// The statements that create the tables, parents before children.
pub(crate) fn emit(storage: &Storage) -> String {
    let mut statements = vec![runs(storage), ledger(storage)];
    statements.extend(
        storage.tables.iter().enumerate().map(|(index, table)| elements(storage, index, table)),
    );
    joined(statements.iter().map(created))
}

/// The statement that creates the table of an array's elements.
pub(super) fn table(storage: &Storage, index: usize) -> Option<String> {
    let table = storage.tables.get(index)?;
    Some(created(&elements(storage, index, table)))
}

fn created(statement: &TableCreateStatement) -> String {
    layout::lines(&statement.to_string(PostgresQueryBuilder))
}

/// The text of a file of statements.
pub(super) fn joined(statements: impl Iterator<Item = String>) -> String {
    let mut out = statements.collect::<Vec<_>>().join(";\n\n");
    out.push_str(";\n");
    out
}

/// A column of a type, null or not.
pub(super) fn definition(name: &str, kind: Kind, nullable: bool) -> ColumnDef {
    let mut column = ColumnDef::new(name.to_owned());
    match kind {
        Kind::Text => column.text(),
        Kind::Uuid => column.uuid(),
        Kind::Integer => column.integer(),
        Kind::BigInteger => column.big_integer(),
        Kind::Numeric => column.custom("numeric"),
        Kind::Boolean => column.boolean(),
        Kind::Json => column.json_binary(),
    };
    if nullable {
        column.null()
    } else {
        column.not_null()
    };
    column
}

fn created_at() -> ColumnDef {
    let now = Func::cust("NOW");
    ColumnDef::new("created_at").timestamp_with_time_zone().not_null().default(now).to_owned()
}

/// A primary key or a unique constraint.
fn key(table: &str, columns: &[&str], suffix: &str) -> IndexCreateStatement {
    let mut index = Index::create();
    // The run's id, which leads every key, goes without saying.
    let named = columns.iter().skip(1).copied();
    let named = if suffix == "pkey" { Vec::new() } else { named.collect() };
    index.name(constraint_name([table].into_iter().chain(named).chain([suffix])));
    for column in columns {
        index.col((*column).to_owned());
    }
    index
}

fn primary_key(table: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = key(table, columns, "pkey");
    index.primary();
    index
}

fn unique(table: &str, columns: &[&str]) -> IndexCreateStatement {
    let mut index = key(table, columns, "key");
    index.unique();
    index
}

fn foreign_key(
    table: &str,
    columns: &[&str],
    to: &str,
    to_columns: &[&str],
) -> ForeignKeyCreateStatement {
    let last = columns.last().copied().unwrap_or_default();
    let mut foreign_key = ForeignKey::create();
    foreign_key.name(constraint_name([table, last, "fkey"])).from_tbl(table.to_owned());
    foreign_key.to_tbl(to.to_owned());
    for column in columns {
        foreign_key.from_col((*column).to_owned());
    }
    for column in to_columns {
        foreign_key.to_col((*column).to_owned());
    }
    foreign_key
}

fn one_of(name: &str, values: &[String]) -> Expr {
    Expr::col(name.to_owned()).is_in(values.iter().map(|value| Expr::val(value.clone())))
}

fn max_bytes(name: &str, most: u32) -> Expr {
    Expr::expr(Func::cust("OCTET_LENGTH").arg(Expr::col(name.to_owned()))).lte(Expr::val(most))
}

fn check(table: &mut TableCreateStatement, name: &str, column: &str, what: &str, keeps: Expr) {
    table.check((constraint_name([name, column, what]), keeps));
}

fn runs(storage: &Storage) -> TableCreateStatement {
    let runs = &storage.runs;
    let mut table = Table::create();
    table.table(runs.table.clone()).col(definition(&runs.id, Kind::Uuid, false)).col(definition(
        &runs.name,
        Kind::Text,
        true,
    ));
    for member in &storage.scope {
        table.col(definition(&member.name, member.kind, true));
    }
    table.col(definition(&runs.status, Kind::Text, false)).col(created_at());
    table.primary_key(&mut primary_key(&runs.table, &[&runs.id]));
    let statuses: Vec<String> = runs.open.iter().chain(&runs.terminal).cloned().collect();
    check(&mut table, &runs.table, &runs.status, "check", one_of(&runs.status, &statuses));
    table
}

fn ledger(storage: &Storage) -> TableCreateStatement {
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    let name = &ledger.table;
    let mut table = Table::create();
    table
        .table(name.clone())
        .col(definition(&runs.id, Kind::Uuid, false))
        .col(definition(&ledger.key, Kind::Text, false))
        .col(definition("request", Kind::Json, false))
        .col(definition(&ledger.digest, Kind::Text, true))
        .col(definition("canonical_version", Kind::Integer, true))
        .col(definition("schema_version", Kind::Text, true))
        .col(definition("metadata", Kind::Json, true))
        .col(definition(&ledger.first, Kind::Uuid, true))
        .col(created_at());
    table.primary_key(&mut primary_key(name, &[&runs.id, &ledger.key]));
    table.foreign_key(&mut foreign_key(name, &[&runs.id], &runs.table, &[&runs.id]));
    if let Some(most) = ledger.key_max_bytes {
        check(&mut table, name, &ledger.key, "check", max_bytes(&ledger.key, most));
    }
    let digest = || Expr::col(ledger.digest.clone());
    let written = digest().like("sha256:%").and(Expr::expr(Func::char_length(digest())).eq(71));
    check(&mut table, name, &ledger.digest, "check", written);
    let versioned = Expr::expr(digest().is_null()).eq(Expr::col("canonical_version").is_null());
    check(&mut table, name, "canonical_version", "check", versioned);
    table
}

fn elements(storage: &Storage, index: usize, elements: &Elements) -> TableCreateStatement {
    let run = storage.runs.id.as_str();
    let name = elements.name.as_str();
    let mut table = Table::create();
    table.table(name.to_owned()).col(definition(run, Kind::Uuid, false));
    if let Some(id) = &elements.id {
        table.col(definition(id, Kind::Uuid, false));
    }
    for column in &elements.columns {
        table.col(definition(&column.name, column.kind, column.nullable));
    }
    if let Some(status) = &elements.status {
        table.col(definition(&status.column, Kind::Text, false));
        table.col(created_at());
    }
    let keys: Vec<&str> =
        [run].into_iter().chain(elements.key().map(|column| column.name.as_str())).collect();
    if let Some(id) = &elements.id {
        table.primary_key(&mut primary_key(name, &[run, id]));
        table.index(&mut unique(name, &keys));
    } else {
        table.primary_key(&mut primary_key(name, &keys));
    }
    for mut foreign_key in foreign_keys(storage, index, elements) {
        table.foreign_key(&mut foreign_key);
    }
    let tag = elements.tag.and_then(|tag| elements.columns.get(tag));
    for column in &elements.columns {
        checks(&mut table, name, tag, column);
    }
    if let Some(status) = &elements.status {
        let keeps = one_of(&status.column, &status.values);
        check(&mut table, name, &status.column, "check", keeps);
    }
    table
}

/// To the elements that hold the array, or to the run; and to the elements that are named.
fn foreign_keys(
    storage: &Storage,
    index: usize,
    elements: &Elements,
) -> Vec<ForeignKeyCreateStatement> {
    let run = storage.runs.id.as_str();
    let name = elements.name.as_str();
    let parent = elements.parent.and_then(|parent| storage.tables.get(parent));
    let mut keys = vec![match parent {
        None => foreign_key(name, &[run], &storage.runs.table, &[run]),
        Some(parent) => {
            let columns: Vec<&str> =
                [run].into_iter().chain(parent.key().map(|column| column.name.as_str())).collect();
            foreign_key(name, &columns, &parent.name, &columns)
        }
    }];
    let named = |reference: &&ReferenceColumn| reference.table == index && reference.enforced;
    for reference in storage.references.iter().filter(named) {
        let Some(column) = elements.columns.get(reference.column) else { continue };
        let Some(target) = storage.tables.get(reference.target) else { continue };
        let Some(key) = target.columns.get(reference.target_column) else { continue };
        keys.push(foreign_key(name, &[run, &column.name], &target.name, &[run, &key.name]));
    }
    keys
}

fn checks(table: &mut TableCreateStatement, name: &str, tag: Option<&Column>, column: &Column) {
    let tag = tag.map(|tag| tag.name.as_str());
    for keeps in &column.checks {
        if let Some(condition) = condition(&column.name, column.kind, tag, keeps) {
            table.check((check_name(name, &column.name, keeps), condition));
        }
    }
}

/// What a check demands of a column; `None` where its type demands it already.
pub(super) fn condition(
    column: &str,
    kind: Kind,
    tag: Option<&str>,
    keeps: &Check,
) -> Option<Expr> {
    let value = || Expr::col(column.to_owned());
    match keeps {
        Check::OneOf(values) => Some(one_of(column, values)),
        Check::MaxBytes(most) => Some(max_bytes(column, *most)),
        Check::Between(low, high) => {
            let (least, most) = if kind == Kind::Integer {
                (i64::from(i32::MIN), i64::from(i32::MAX))
            } else {
                (i64::MIN, i64::MAX)
            };
            let low = (*low > least).then(|| value().gte(Expr::val(*low)));
            let high = (*high < most).then(|| value().lte(Expr::val(*high)));
            low.into_iter().chain(high).reduce(Expr::and)
        }
        Check::Range(low, high) => {
            let low = low.as_ref().map(|bound| match bound.is_exclusive {
                true => value().gt(numeric(&bound.value)),
                false => value().gte(numeric(&bound.value)),
            });
            let high = high.as_ref().map(|bound| match bound.is_exclusive {
                true => value().lt(numeric(&bound.value)),
                false => value().lte(numeric(&bound.value)),
            });
            low.into_iter().chain(high).reduce(Expr::and)
        }
        Check::Whole => Some(value().eq(Expr::expr(Func::cust("TRUNC").arg(value())))),
        Check::DateTime => {
            let matches = BinOper::Custom("~");
            Some(value().binary(matches, Expr::val(DATE_TIME)))
        }
        Check::Presence(arms) => {
            let tag = tag?;
            let mut case = CaseStatement::new();
            for (branch, must) in arms {
                let here = Expr::col(tag.to_owned()).eq(Expr::val(branch.clone()));
                let keeps = if *must { value().is_not_null() } else { value().is_null() };
                case = case.case(here, keeps);
            }
            Some(case.into())
        }
    }
}
