//! What Rust refuses in a column, the tables refuse as well.

use super::database::{Database, with_database};
use super::{Case, append, fresh, runner};
use proptest::strategy::{Strategy as _, ValueTree as _};
use sqlx::AssertSqlSafe;
use tantamount_core::plan::{Form, Plan, Record, Rule};
use tantamount_core::strategy::{PlanScope, same_pair};
use tantamount_runtime::Outcome;
use tantamount_runtime::relation::{Column, Source, Table};

/// A value that a column must refuse, as SQL, and the states that say so.
struct Violation {
    what: &'static str,
    sql: String,
    states: &'static [&'static str],
}

const CHECK: &[&str] = &["23514"];
const NOT_NULL: &[&str] = &["23502"];
/// The type itself may refuse what is out of its range.
const RANGE: &[&str] = &["23514", "22003"];

/// Every column of every table refuses every kind of value that the plan refuses there.
pub fn are_refused<R: Case>(cases: u32) {
    with_database(async |database: &Database<R>| {
        let scope = R::scope(&PlanScope::none());
        let parent = fresh(database, &scope).await;
        let mut tried = 0;
        // Requests until one has rows in all tables, of every branch, and can be applied.
        let mut runner = runner(1);
        for _ in 0..cases.max(200) * 4 {
            let pair = same_pair(R::plan()).new_tree(&mut runner).expect("a sample").current();
            database.clear().await;
            let parent = if R::relation().parent.is_some() {
                R::parent(&database.ledger, &scope).await
            } else {
                parent
            };
            let outcome = append(&database.ledger, parent, &pair.first, &scope).await;
            if !matches!(outcome, Ok(Outcome::Applied(_)))
                || database.counts().await.contains(&0)
                || !has_every_branch(database).await
            {
                continue;
            }
            tried = violate(database).await;
            break;
        }
        assert!(tried > 0, "no sample has rows in all tables, or no column has a rule");
    });
}

/// Whether every table of a union has rows of every branch.
async fn has_every_branch<R: Case>(database: &Database<R>) -> bool {
    for table in R::relation().tables {
        let record = record(R::plan(), R::relation().tables, table);
        let tag = table
            .columns
            .iter()
            .find(|column| record.tag.is_some_and(|tag| column.source == Source::Slot(tag)));
        let Some(tag) = tag else { continue };
        let statement =
            format!("SELECT COUNT(DISTINCT \"{}\") AS count FROM \"{}\"", tag.name, table.name);
        let branches = super::count(&database.pool, statement).await;
        if branches < record.branches.len() as i64 {
            return false;
        }
    }
    true
}

async fn violate<R: Case>(database: &Database<R>) -> usize {
    let plan = R::plan();
    let Rule::Record(root) = plan.root else { panic!("the root is no record") };
    let root = &plan.records[usize::from(root)];
    let mut tried = 0;
    let ledger = database.ledger_table().await;
    for column in R::relation().columns {
        tried += refuse(database, &ledger, plan, root, column).await;
    }
    for table in R::relation().tables {
        let record = record(plan, R::relation().tables, table);
        let name = format!("\"{}\"", table.name.replace('"', "\"\""));
        for column in table.columns {
            tried += refuse(database, &name, plan, record, column).await;
        }
    }
    tried
}

/// The elements of a table.
fn record<'p>(plan: &'p Plan, tables: &[Table], table: &Table) -> &'p Record {
    let above = match table.parent {
        Some(parent) => record(plan, tables, &tables[parent]),
        None => {
            let Rule::Record(root) = plan.root else { panic!("the root is no record") };
            &plan.records[usize::from(root)]
        }
    };
    let rules = above
        .branches
        .iter()
        .filter_map(|branch| Some(branch.members[usize::from(table.slot)].as_ref()?.rule));
    let mut elements = rules.filter_map(|rule| match rule {
        Rule::Array(array) => Some(plan.arrays[usize::from(array)].items),
        _ => None,
    });
    match elements.next() {
        Some(Rule::Record(index)) => &plan.records[usize::from(index)],
        other => panic!("{}: {other:?}", table.name),
    }
}

/// Tries everything that a column must refuse, and counts it.
async fn refuse<R: Case>(
    database: &Database<R>,
    table: &str,
    plan: &Plan,
    record: &Record,
    column: &Column,
) -> usize {
    let mut tried = 0;
    for violation in violations(plan, record, column) {
        let Violation { what, sql, states } = violation;
        let name = column.name.replace('"', "\"\"");
        let statement = format!("UPDATE {table} SET \"{name}\" = {sql}");
        let result = sqlx::query(AssertSqlSafe(statement.clone())).execute(&database.pool).await;
        let state = result.as_ref().err().and_then(|error| error.as_database_error()?.code());
        let refused = state.as_deref().is_some_and(|state| states.contains(&state));
        assert!(refused, "{what}: `{statement}` gave {result:?}");
        tried += 1;
    }
    tried
}

fn violations(plan: &Plan, record: &Record, column: &Column) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |what, sql: String, states| found.push(Violation { what, sql, states });
    let slot = match column.source {
        Source::Slot(slot) => slot,
        Source::Position => {
            add("a position before the first", "-1".to_owned(), CHECK);
            add("no position", "NULL".to_owned(), NOT_NULL);
            return found;
        }
        Source::Parent(_) => return found,
    };
    let members: Vec<_> = record
        .branches
        .iter()
        .filter_map(|branch| branch.members[usize::from(slot)].as_ref())
        .collect();
    let required = members.len() == record.branches.len()
        && members.iter().all(|member| {
            member.absent == tantamount_core::plan::Absent::Required
                && (!member.nullable || member.rule == Rule::Opaque)
        });
    if required {
        add("nothing", "NULL".to_owned(), NOT_NULL);
    } else if record.tag.is_some() && members.iter().any(|member| member.rule == Rule::Null) {
        // One branch has no value here: another one's value is refused in its rows, and so is none
        // in the rows of a branch that must have one.
        let must = members.iter().any(|member| {
            member.absent == tantamount_core::plan::Absent::Required && member.rule != Rule::Null
        });
        if must {
            add("nothing where a branch needs a value", "NULL".to_owned(), CHECK);
        }
    }
    let rule = members.iter().map(|member| member.rule).find(|rule| *rule != Rule::Null);
    let some_value = match rule {
        Some(Rule::Text(index)) => match plan.texts[usize::from(index)].form {
            Form::Plain => Some("'x'".to_owned()),
            _ => None,
        },
        Some(Rule::Choice(index)) => {
            let value = &plan.choices[usize::from(index)].values[0];
            Some(format!("'{}'", value.replace('\'', "''")))
        }
        Some(Rule::Integer(index)) => Some(plan.integers[usize::from(index)].maximum.to_string()),
        Some(Rule::Boolean) => Some("true".to_owned()),
        _ => None,
    };
    if let Some(value) = some_value
        && members.iter().any(|member| member.rule == Rule::Null)
    {
        add("a value where a branch has none", value, CHECK);
    }
    match rule {
        Some(Rule::Text(index)) if plan.texts[usize::from(index)].form == Form::DateTime => {
            for (what, text) in [
                ("no time", "tomorrow"),
                ("a time without its offset", "2026-11-23T08:00:00"),
                ("a time that is not in UTC", "2026-11-23T08:00:00+01:00"),
                ("a 13th month", "2026-13-01T08:00:00Z"),
                ("a leap second", "2026-11-23T08:00:60Z"),
                ("zeros at a fraction's end", "2026-11-23T08:00:00.10Z"),
            ] {
                add(what, format!("'{text}'"), CHECK);
            }
        }
        Some(Rule::Text(index)) if plan.texts[usize::from(index)].form == Form::Decimal => {
            for text in ["NaN", "Infinity", "-Infinity"] {
                add("no number", format!("'{text}'"), CHECK);
            }
        }
        Some(Rule::Text(index)) => {
            let text = &plan.texts[usize::from(index)];
            if let Some(most) = text.max_bytes {
                add(
                    "too many bytes",
                    format!("REPEAT('é', {}) || 'x'", most / 2 + most % 2),
                    CHECK,
                );
            }
            if text.not_blank {
                let blank = "' ' || CHR(9) || CHR(133) || CHR(8199) || CHR(12288)";
                add("white space", blank.to_owned(), CHECK);
                add("an empty string", "''".to_owned(), CHECK);
            }
        }
        Some(Rule::Choice(_)) => add("no choice", "'no such choice'".to_owned(), CHECK),
        Some(Rule::Integer(index)) => {
            let integer = &plan.integers[usize::from(index)];
            if integer.minimum > i64::MIN {
                add("too small", (i128::from(integer.minimum) - 1).to_string(), RANGE);
            }
            if integer.maximum < i64::MAX {
                add("too large", (i128::from(integer.maximum) + 1).to_string(), RANGE);
            }
        }
        Some(Rule::Array(index)) => {
            let array = &plan.arrays[usize::from(index)];
            add("an object instead of an array", "'{}'".to_owned(), CHECK);
            add("null instead of an array", "'null'".to_owned(), CHECK);
            if array.min_items > 0 {
                add("too few", "'[]'".to_owned(), CHECK);
            }
            if let Some(most) = array.max_items {
                let many = vec!["1"; most as usize + 1].join(",");
                add("too many", format!("'[{many}]'"), CHECK);
            }
        }
        Some(Rule::Record(_)) => add("a string instead of an object", "'\"\"'".to_owned(), CHECK),
        _ => {}
    }
    found
}
