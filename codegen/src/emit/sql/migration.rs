//! The tables.

use super::expressions::{literal, numeric};
use super::layout;
use crate::model::storage::{
    Check, Column, Kind, Lead, Parent, ReferenceColumn, RootReference, Storage, Table as Elements,
    constraint_name, evolution::check_name,
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
    let mut statements: Vec<String> = Vec::new();
    let creates = storage.parent.iter().map(|found| parent(storage, found));
    let creates = creates.chain([ledger(storage)]);
    let tables = storage.tables.iter().enumerate();
    let creates = creates.chain(tables.map(|(index, table)| elements(storage, index, table)));
    statements.extend(creates.map(|create| created(&create)));
    let references = storage.root_references.iter();
    let references = references.filter_map(|reference| root_reference(storage, reference));
    statements.extend(references.map(|reference| reference.sql));
    joined(statements.into_iter())
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

/// A foreign key of its own: the statement that adds it to a table that is there.
pub(super) struct Naming {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) sql: String,
}

impl Naming {
    fn new(table: &str, column: &str, key: &ForeignKeyCreateStatement) -> Naming {
        Naming {
            table: table.to_owned(),
            name: constraint_name([table, column, "fkey"]),
            sql: key.to_string(PostgresQueryBuilder),
        }
    }
}

/// The ledger names elements of tables that are created after it; `None` where the name has no
/// column.
pub(super) fn root_reference(storage: &Storage, reference: &RootReference) -> Option<Naming> {
    let ledger = &storage.ledger;
    let lead = storage.lead();
    let column = ledger.columns.get(reference.column?)?;
    let target = storage.tables.get(reference.target)?;
    let key = target.text_key()?;
    let lead = || lead.iter().map(Lead::column);
    let from: Vec<&str> = lead().chain([column.name.as_str()]).collect();
    let to: Vec<&str> = lead().chain([key.name.as_str()]).collect();
    let key = foreign_key(&ledger.table, &from, &target.name, &to);
    Some(Naming::new(&ledger.table, &column.name, &key))
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
    // The first column, which leads many keys, goes without saying.
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

/// Some character is without Unicode's White_Space property. The characters are listed: what a
/// server's `\s` matches depends on its locale and version.
fn not_blank(name: &str) -> Expr {
    const PATTERN: &str = "[^\\u0009-\\u000D\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]";
    Expr::col(name.to_owned()).binary(BinOper::Custom("~"), Expr::val(PATTERN))
}

fn check(table: &mut TableCreateStatement, name: &str, column: &str, what: &str, keeps: Expr) {
    table.check((constraint_name([name, column, what]), keeps));
}

fn parent(storage: &Storage, parent: &Parent) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(parent.table.clone())
        .col(definition(&parent.id, Kind::Uuid, false))
        .col(definition(&parent.name, Kind::Text, true));
    for member in &storage.scope {
        table.col(definition(&member.name, member.kind, true));
    }
    table.col(definition(&parent.status, Kind::Text, false)).col(created_at());
    table.primary_key(&mut primary_key(&parent.table, &[&parent.id]));
    let statuses: Vec<String> = parent.open.iter().chain(&parent.terminal).cloned().collect();
    check(&mut table, &parent.table, &parent.status, "check", one_of(&parent.status, &statuses));
    table
}

fn ledger(storage: &Storage) -> TableCreateStatement {
    let ledger = &storage.ledger;
    let name = &ledger.table;
    let mut table = Table::create();
    table.table(name.clone());
    if let Some(parent) = &storage.parent {
        table.col(definition(&parent.id, Kind::Uuid, false));
    }
    table
        .col(definition(&ledger.key, Kind::Text, false))
        .col(definition("request", Kind::Json, false))
        .col(definition(&ledger.digest, Kind::Text, true))
        .col(definition("canonical_version", Kind::Integer, true))
        .col(definition("schema_version", Kind::Text, true))
        .col(definition("metadata", Kind::Json, true))
        .col(definition(&ledger.first, Kind::Uuid, !ledger.has_id));
    if storage.parent.is_none() {
        for member in &storage.scope {
            table.col(definition(&member.name, member.kind, true));
        }
    }
    for column in &ledger.columns {
        table.col(definition(&column.name, column.kind, column.nullable));
    }
    if let Some(status) = &ledger.status {
        table.col(definition(&status.column, Kind::Text, false));
    }
    table.col(created_at());
    table.primary_key(&mut primary_key(name, &storage.ledger_key()));
    if ledger.has_id {
        let lead = storage.lead();
        let lead: Vec<&str> = lead.iter().map(Lead::column).collect();
        table.index(&mut unique(name, &lead));
    }
    if let Some(parent) = &storage.parent {
        table.foreign_key(&mut foreign_key(name, &[&parent.id], &parent.table, &[&parent.id]));
    }
    for keeps in &ledger.key_checks {
        if let Some(condition) = condition(&ledger.key, Kind::Text, None, keeps) {
            table.check((check_name(name, &ledger.key, keeps), condition));
        }
    }
    let digest = || Expr::col(ledger.digest.clone());
    let written = digest().like("sha256:%").and(Expr::expr(Func::char_length(digest())).eq(71));
    check(&mut table, name, &ledger.digest, "check", written);
    let versioned = Expr::expr(digest().is_null()).eq(Expr::col("canonical_version").is_null());
    check(&mut table, name, "canonical_version", "check", versioned);
    for column in &ledger.columns {
        checks(&mut table, name, None, column);
    }
    if let Some(status) = &ledger.status {
        let keeps = one_of(&status.column, &status.values);
        check(&mut table, name, &status.column, "check", keeps);
    }
    table
}

fn elements(storage: &Storage, index: usize, elements: &Elements) -> TableCreateStatement {
    let lead = storage.lead();
    let lead = || lead.iter().map(Lead::column);
    let name = elements.name.as_str();
    let mut table = Table::create();
    table.table(name.to_owned());
    for column in storage.lead() {
        table.col(definition(column.column(), column.kind(), false));
    }
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
    let keys: Vec<&str> = lead().chain(elements.key().map(|column| column.name.as_str())).collect();
    if let Some(id) = &elements.id {
        let ids: Vec<&str> = lead().chain([id.as_str()]).collect();
        table.primary_key(&mut primary_key(name, &ids));
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

/// To the elements that hold the array, or to the ledger or the parent; and to the elements that
/// are named.
fn foreign_keys(
    storage: &Storage,
    index: usize,
    elements: &Elements,
) -> Vec<ForeignKeyCreateStatement> {
    let lead = storage.lead();
    let lead = || lead.iter().map(Lead::column);
    let name = elements.name.as_str();
    let above = elements.parent.and_then(|parent| storage.tables.get(parent));
    let mut keys = vec![match (above, &storage.parent) {
        (Some(above), _) => {
            let columns = lead().chain(above.key().map(|column| column.name.as_str()));
            let columns: Vec<&str> = columns.collect();
            foreign_key(name, &columns, &above.name, &columns)
        }
        (None, Some(parent)) if !storage.is_owned() => {
            foreign_key(name, &[&parent.id], &parent.table, &[&parent.id])
        }
        (None, _) => {
            let columns: Vec<&str> = lead().collect();
            foreign_key(name, &columns, &storage.ledger.table, &columns)
        }
    }];
    let named = |reference: &&ReferenceColumn| reference.table == index && reference.enforced;
    let named = storage.references.iter().filter(named);
    keys.extend(named.filter_map(|reference| reference_key(storage, reference)));
    keys
}

fn reference_key(
    storage: &Storage,
    reference: &ReferenceColumn,
) -> Option<ForeignKeyCreateStatement> {
    let lead = storage.lead();
    let lead = || lead.iter().map(Lead::column);
    let table = storage.tables.get(reference.table)?;
    let column = table.columns.get(reference.column)?;
    let target = storage.tables.get(reference.target)?;
    let key = target.columns.get(reference.target_column)?;
    let from: Vec<&str> = lead().chain([column.name.as_str()]).collect();
    let to: Vec<&str> = lead().chain([key.name.as_str()]).collect();
    Some(foreign_key(&table.name, &from, &target.name, &to))
}

/// The statement that holds a column of a table that is there to the elements that it names.
pub(super) fn reference(storage: &Storage, index: usize) -> Option<Naming> {
    let reference = storage.references.get(index)?;
    let table = storage.tables.get(reference.table)?;
    let column = table.columns.get(reference.column)?;
    Some(Naming::new(&table.name, &column.name, &reference_key(storage, reference)?))
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
        // Of a value that is no text there is no text to measure.
        Check::MaxBytes(_) | Check::NotBlank if kind != Kind::Text => None,
        Check::MaxBytes(most) => Some(max_bytes(column, *most)),
        Check::NotBlank => Some(not_blank(column)),
        // NaN is greater than all other numbers.
        Check::Finite => {
            Some(value().gt(numeric("-Infinity")).and(value().lt(numeric("Infinity"))))
        }
        Check::Object => Some(json_type(value()).eq(Expr::val("object"))),
        Check::Array(least, most) => Some(array(value(), *least, *most)),
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
        Check::Constant(arms) => {
            let tag = tag?;
            let mut case = CaseStatement::new();
            for (branch, constant) in arms {
                let here = Expr::col(tag.to_owned()).eq(Expr::val(branch.clone()));
                case = case.case(here, value().eq(literal(constant)));
            }
            Some(case.into())
        }
    }
}

fn json_type(value: Expr) -> Expr {
    Func::cust("JSONB_TYPEOF").arg(value).into()
}

/// Whether a value is a JSON array of so many elements. `CASE` asks for the length of arrays only.
fn array(value: Expr, least: u32, most: Option<u32>) -> Expr {
    let is_array = json_type(value.clone()).eq(Expr::val("array"));
    let length = || -> Expr { Func::cust("JSONB_ARRAY_LENGTH").arg(value.clone()).into() };
    let low = (least > 0).then(|| length().gte(Expr::val(least)));
    let high = most.map(|most| length().lte(Expr::val(most)));
    match low.into_iter().chain(high).reduce(Expr::and) {
        None => is_array,
        // Of a column that is null the check is null, which holds.
        Some(keeps) => CaseStatement::new()
            .case(value.clone().is_null(), Expr::val(true))
            .case(is_array, keeps)
            .finally(Expr::val(false))
            .into(),
    }
}
