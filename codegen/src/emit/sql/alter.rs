//! From the tables of one version to those of the next: the statements.
//!
//! They come as files, each for a transaction of its own, so that no lock is held while rows are
//! read: `add` takes the columns and the checks that new rows keep (`NOT VALID`), `fill` gives old
//! rows what an absent member means, `check` takes the checks that they keep only then, and
//! `validate` reads the old rows while others write. Each statement does one thing to one table,
//! which is all that a distributed server takes.

use super::migration::{self, Naming};
use crate::model::storage::evolution::{Alteration, Filling, Step};
use crate::model::storage::{Kind, Literal, Storage};
use sea_query::{Alias, BinOper, Expr, ExprTrait as _, Func, PostgresQueryBuilder, Query, Table};

/// The files of a migration, without those that would be empty: their names and their texts.
pub(crate) fn files(alterations: &[Alteration], new: Option<&Storage>) -> Vec<(String, String)> {
    let mut files: [(&str, Vec<String>); 4] = [
        ("add", Vec::new()),
        ("fill", Vec::new()),
        ("check", Vec::new()),
        ("validate", Vec::new()),
    ];
    for step in alterations.iter().flat_map(|alteration| &alteration.steps) {
        let [(_, add), (_, fill), (_, check), (_, validate)] = &mut files;
        match step {
            Step::CreateAll => add.extend(new.map(|new| {
                let text = migration::emit(new);
                text.trim_end().trim_end_matches(';').to_owned()
            })),
            Step::CreateTable(index) => {
                add.extend(new.and_then(|new| migration::table(new, *index)));
            }
            Step::AddColumn { table, column, kind, default } => {
                let mut definition = migration::definition(column, *kind, default.is_none());
                if let Some(default) = default {
                    definition.default(literal(default));
                }
                let mut statement = Table::alter();
                statement.table(Alias::new(table)).add_column(&mut definition);
                add.push(statement.to_string(PostgresQueryBuilder));
            }
            Step::DropNotNull { table, column } => add.push(format!(
                "ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL",
                identifier(table),
                identifier(column)
            )),
            Step::Retype { table, column, kind } => add.push(format!(
                "ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} USING CAST({column} AS {kind})",
                table = identifier(table),
                column = identifier(column),
                kind = kind.sql()
            )),
            Step::Fill { table, column, rows, value } => {
                fill.push(filled(table, column, rows.as_ref(), value));
            }
            Step::Reference(index) => {
                let found = new.and_then(|new| migration::reference(new, *index));
                named(found, check, validate);
            }
            Step::RootReference(index) => {
                let found = new.and_then(|new| {
                    migration::root_reference(new, new.root_references.get(*index)?)
                });
                named(found, check, validate);
            }
            Step::DropConstraint { table, name } => add.push(format!(
                "ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}",
                identifier(table),
                identifier(name)
            )),
            Step::AddCheck {
                table,
                name,
                check: keeps,
                column,
                kind,
                tag,
                is_valid,
                is_after_fill,
            } => {
                let condition = migration::condition(column, *kind, tag.as_deref(), keeps);
                let Some(condition) = condition else { continue };
                let target = if *is_after_fill { check } else { add };
                target.push(format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({}) NOT VALID",
                    identifier(table),
                    identifier(name),
                    expression(condition)
                ));
                if *is_valid {
                    validate.push(format!(
                        "ALTER TABLE {} VALIDATE CONSTRAINT {}",
                        identifier(table),
                        identifier(name)
                    ));
                }
            }
        }
    }
    let files = files.into_iter().filter(|(_, statements)| !statements.is_empty());
    files
        .map(|(name, statements)| (name.to_owned(), migration::joined(statements.into_iter())))
        .collect()
}

/// A foreign key, which old rows are held to while others write.
fn named(key: Option<Naming>, check: &mut Vec<String>, validate: &mut Vec<String>) {
    let Some(Naming { table, name, sql }) = key else { return };
    check.push(format!("{sql} NOT VALID"));
    validate.push(format!(
        "ALTER TABLE {} VALIDATE CONSTRAINT {}",
        identifier(&table),
        identifier(&name)
    ));
}

/// What old rows of a branch get.
fn filled(table: &str, column: &str, rows: Option<&(String, String)>, value: &Filling) -> String {
    let own = |name: &str| Expr::col((table.to_owned(), name.to_owned()));
    let mut update = Query::update();
    if let Filling::Requested { member, kind } = value {
        let operator = BinOper::Custom(if *kind == Kind::Json { "->" } else { "->>" });
        let said = || own("request").binary(operator, Expr::val(member.clone()));
        let typed = match kind {
            Kind::Text | Kind::Json => said(),
            _ => Func::cast_as(said(), kind.sql()).into(),
        };
        // Where the column has a default, it stands in rows whose request says otherwise.
        update.table(Alias::new(table)).value(Alias::new(column), typed);
        let null = own("request").binary(BinOper::Custom("->>"), Expr::val(member.clone()));
        update.and_where(null.is_not_null());
        return update.to_string(PostgresQueryBuilder);
    }
    update.table(Alias::new(table)).and_where(own(column).is_null());
    if let Some((tag, branch)) = rows {
        update.and_where(own(tag).eq(Expr::val(branch.clone())));
    }
    match value {
        Filling::Literal(value) => {
            update.value(Alias::new(column), literal(value));
        }
        Filling::Inherited { from, on, column: scope } => {
            let theirs = |name: &str| Expr::col((from.clone(), name.to_owned()));
            update.value(Alias::new(column), theirs(scope)).from(Alias::new(from));
            for id in on {
                update.and_where(theirs(id).eq(own(id)));
            }
            update.and_where(theirs(scope).is_not_null());
        }
        Filling::Requested { .. } => {}
    }
    update.to_string(PostgresQueryBuilder)
}

fn literal(value: &Literal) -> Expr {
    match value {
        Literal::Null => Expr::custom_keyword("NULL"),
        Literal::Text(text) | Literal::Json(text) => Expr::val(text.clone()),
        Literal::Integer(value) => Expr::val(*value),
        Literal::Numeric(digits) => super::expressions::numeric(digits),
        Literal::Boolean(value) => Expr::val(*value),
    }
}

/// A condition by itself.
fn expression(condition: Expr) -> String {
    let select = Query::select().expr(condition).to_string(PostgresQueryBuilder);
    select.strip_prefix("SELECT ").unwrap_or(&select).to_owned()
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
