//! The third question: what became of the tables, joined with what became of the schema.

use super::engine::NamedScope;
use super::found::{Expected, Found};
use super::judgement::{Broken, Change, Migration, Question, Verdict, Witness};
use super::place::{self, Place};
use super::witness::Court;
use crate::emit::sql;
use crate::model::storage::evolution::{Alteration, Obstacle, Step, evolution};
use crate::model::storage::{Check, Source, Storage};
use crate::model::{Model, Type};
use crate::read::Node;
use crate::schema::Schema;
use std::cmp::Ordering;
use tantamount_core::interpreted::Interpreted;
use tantamount_core::json::Decimal;
use tantamount_core::plan::Bound;
use tantamount_core::{DateTime, NoScope, View};

/// Where a schema's values live; nothing where it does not say, or says it wrongly.
pub(super) fn design(schema: &Schema) -> Option<Storage> {
    let mut storage = sql::released_storage(schema).ok().flatten()?;
    if let Some(statements) = schema.released_as() {
        storage.created_by(statements);
    }
    Some(storage)
}

/// What it takes for the tables to follow.
pub(super) fn alterations(old: &Schema, new: &Schema) -> Vec<Alteration> {
    let mut all = Vec::new();
    // What the old version did, too, is let through: its tables are there.
    let is_wrong = || sql::storage(old).is_ok() || sql::released_storage(new).is_err();
    if let Some(error) = sql::storage(new).err().filter(|_| is_wrong()) {
        let error = error.to_string();
        let reason = error.lines().next().unwrap_or_default().to_owned();
        let obstacle = Some(Obstacle { reason, check: None });
        let what = "the tables cannot be made".to_owned();
        all.push(Alteration { place: Vec::new(), what, obstacle, steps: Vec::new() });
    }
    all.extend(evolution(design(old).as_ref(), design(new).as_ref()));
    for alteration in &mut all {
        let creates = alteration.steps.iter().any(|step| matches!(step, Step::CreateTable(_)));
        // Elements of which the old version knew are in the requests, and in no table.
        if creates && alteration.obstacle.is_none() && node(old, &alteration.place).is_some() {
            let reason = "the elements of old requests have no rows in it: they stand in \
                          the ledger's requests alone, to be brought along from there";
            alteration.obstacle = Some(Obstacle { reason: reason.to_owned(), check: None });
        }
    }
    all
}

/// The members on the way, without the elements between.
fn names(place: &Place) -> Vec<&str> {
    place
        .steps()
        .iter()
        .filter_map(|step| match step {
            place::Step::Member(name) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

/// Adds what changed in the tables alone.
pub(super) fn name_places(
    old: &Schema,
    new: &Schema,
    alterations: &[Alteration],
    found: &mut Vec<Found>,
) {
    for alteration in alterations {
        if !found.iter().any(|found| is_of(found, alteration)) {
            let nodes = (node(old, &alteration.place), node(new, &alteration.place));
            let mut place = Place::default();
            for name in &alteration.place {
                if !place.steps().is_empty() {
                    place = place.with(place::Step::Element);
                }
                place = place.member(name);
            }
            let both = (nodes.0.as_ref(), nodes.1.as_ref());
            let what = "where it is stored".to_owned();
            let one = Found::new(&place, both, what, Expected::Kept, Expected::Kept);
            found.push(Found { is_storage_alone: true, ..one });
        }
    }
}

fn is_of(found: &Found, alteration: &Alteration) -> bool {
    if alteration.place.is_empty() {
        return found.is_storage_alone && found.places.iter().any(|p| p.steps().is_empty());
    }
    found.places.iter().any(|place| {
        let names = names(place);
        // A branch that came or went changes the columns of its members.
        let is_branch = matches!(place.steps().last(), Some(place::Step::Branch(_)));
        names == alteration.place
            || (is_branch && alteration.place.starts_with(&owned(&names)))
            || (found.old.is_none() && names.len() < alteration.place.len() && {
                !names.is_empty() && alteration.place.starts_with(&owned(&names))
            })
    })
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The schema of a place; the root's `x-storage` for the fixed tables.
fn node(schema: &Schema, place: &[String]) -> Option<Node> {
    if place.is_empty() {
        let root = schema.source().root();
        return root.get("x-storage").or(Some(root)).cloned();
    }
    let model = schema.model();
    let mut record = model.root()?;
    let mut node = None;
    for (index, name) in place.iter().enumerate() {
        let found = record.branches.iter().find_map(|branch| branch.member(name));
        let Some(member) = found else {
            let tag = record.tag.as_ref().filter(|tag| tag.name == *name);
            return tag.map(|_| record.node.clone());
        };
        node = Some(member.node.clone());
        if index + 1 < place.len() {
            record = elements(model, member.ty)?;
        }
    }
    node
}

/// Which of the changes an alteration belongs to: of several at one place the one that refuses
/// requests, for that is what rows could break.
pub(super) fn holder(found: &[Found], alteration: &Alteration) -> Option<usize> {
    let holders = found.iter().enumerate().filter(|(_, found)| is_of(found, alteration));
    holders.min_by_key(|(_, found)| found.acceptance == Expected::Kept).map(|(index, _)| index)
}

fn elements(model: &Model, ty: Type) -> Option<&crate::model::Record> {
    let Type::Array(array) = ty else { return None };
    let Type::Record(index) = model.arrays.get(array)?.items else { return None };
    model.records.get(index)
}

/// Says of each change what it takes, and gives the whole migration.
pub(super) fn judge(
    court: &Court<'_>,
    alterations: &[Alteration],
    found: &[Found],
    changes: &mut [Change],
) -> Vec<Migration> {
    let storage = design(court.old.schema);
    for alteration in alterations {
        let Some(change) = holder(found, alteration).and_then(|index| changes.get_mut(index))
        else {
            continue;
        };
        let next = match &alteration.obstacle {
            None => Verdict::Kept(Some(alteration.what.clone())),
            Some(obstacle) => {
                let shown = obstacle.check.as_ref().zip(storage.as_ref());
                let witness = shown.and_then(|((table, column, check), storage)| {
                    stored(court, storage, (*table, *column), check, change)
                });
                let consequence = format!("{}: {}", alteration.what, obstacle.reason);
                Verdict::Broken(Broken { consequence, witness })
            }
        };
        let place = change.verdict_mut(Question::Storage);
        *place = match (place.clone(), next) {
            (Verdict::Kept(Some(one)), Verdict::Kept(Some(other))) => {
                Verdict::Kept(Some(format!("{one}; {other}")))
            }
            (Verdict::Broken(mut one), Verdict::Broken(other)) => {
                one.consequence = format!("{}; {}", one.consequence, other.consequence);
                one.witness = one.witness.or(other.witness);
                Verdict::Broken(one)
            }
            (broken @ Verdict::Broken(_), _) => broken,
            (_, next) => next,
        };
    }
    let files = sql::alterations(alterations, design(court.new.schema).as_ref());
    files.into_iter().map(|(name, sql)| Migration { name, sql }).collect()
}

/// A row that the old version stores and the new check refuses: from the request that shows that
/// the change refuses it, or from one of the samples.
fn stored(
    court: &Court<'_>,
    storage: &Storage,
    (table, column): (Option<usize>, usize),
    check: &Check,
    change: &Change,
) -> Option<Witness> {
    let (path, columns) = match table {
        Some(table) => storage.tables.get(table).map(|table| (&table.path[..], &table.columns))?,
        None => (&[][..], &storage.ledger.columns),
    };
    let column = columns.get(column)?;
    let slot = match column.source {
        Source::Slot(slot) | Source::Tag(slot) => slot,
        Source::Parent(_) | Source::Position => return None,
    };
    let shown = match &change.acceptance {
        Verdict::Broken(Broken { witness: Some(Witness::Refused { request, .. }), .. }) => {
            Some(request.clone())
        }
        _ => None,
    };
    let samples = court.samples.iter().map(ToString::to_string);
    for text in shown.into_iter().chain(samples) {
        if court.old.read(&text, &NamedScope::default()).canonical().is_none() {
            continue;
        }
        let plan = &court.old.plan;
        let Ok(request) = Interpreted::read(plan, plan.root, text.as_bytes()) else { continue };
        let mut holders = vec![request.root()];
        for step in path {
            holders = holders.iter().flat_map(|holder| holder.member(*step).elements()).collect();
        }
        let broken = holders.iter().find_map(|holder: &View<'_>| {
            let value = holder.member(slot).column_text(&NoScope)?;
            (!keeps(check, &value)).then(|| value.into_owned())
        });
        if let Some(value) = broken {
            let value = format!("{} = {}", column.name, super::json::quoted(&value));
            let demand = match check {
                Check::OneOf(values) => format!("one of {}", values.join(", ")),
                Check::Between(low, high) => format!("from {low} to {high}"),
                Check::Range(..)
                | Check::Whole
                | Check::DateTime
                | Check::NotBlank
                | Check::Finite
                | Check::Object
                | Check::Constant(_)
                | Check::Array(..) => crate::describe::check_words(check),
                Check::MaxBytes(most) => format!("at most {most} bytes"),
                Check::Presence(_) => "a value or none, by branch".to_owned(),
            };
            return Some(Witness::Stored { request: text, value, demand });
        }
    }
    None
}

/// Whether the value of a column keeps a check.
fn keeps(check: &Check, value: &str) -> bool {
    match check {
        Check::OneOf(values) => values.iter().any(|other| other == value),
        Check::Between(low, high) => {
            value.parse::<i64>().is_ok_and(|value| *low <= value && value <= *high)
        }
        Check::Range(low, high) => {
            let Some(number) = Decimal::parse(value.as_bytes()) else { return false };
            let is_beyond = |bound: &Bound, side: Ordering| {
                Decimal::parse(bound.value.as_bytes()).is_none_or(|bound_at| {
                    match number.compare(&bound_at) {
                        Ordering::Equal => bound.is_exclusive,
                        order => order == side,
                    }
                })
            };
            !low.as_ref().is_some_and(|bound| is_beyond(bound, Ordering::Less))
                && !high.as_ref().is_some_and(|bound| is_beyond(bound, Ordering::Greater))
        }
        Check::Whole => Decimal::parse(value.as_bytes()).is_some_and(|number| number.is_whole()),
        Check::DateTime => value.parse::<DateTime>().is_ok_and(|time| time.to_string() == value),
        Check::MaxBytes(most) => value.len() <= *most as usize,
        Check::NotBlank => value.chars().any(|character| !character.is_whitespace()),
        // What is no text and no number is not shown by its text.
        Check::Presence(_)
        | Check::Constant(_)
        | Check::Finite
        | Check::Object
        | Check::Array(..) => true,
    }
}
