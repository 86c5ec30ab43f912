//! Values that a version's plan and its validation take both, made from what they say: bounds and
//! their neighbours, strings out of patterns, the members that are named, a branch of each choice.
//!
//! Nothing here trusts itself: whatever is made is put to both before it is used.

use super::candidates::anything;
use super::engine::Engine;
use super::hints::Hints;
use super::json::Json;
use super::language::{Expression, Strings, of_length, strings};
use super::program::Choice;
use tantamount_core::plan::{Absent, Record, Rule};
use tantamount_core::validate::Types;

/// How deep values nest.
pub(super) const DEPTH: u32 = 10;
/// How many values of one kind (objects, arrays, others) are kept.
pub(super) const KEPT: usize = 24;
/// How many of one kind are tried.
const TRIED: usize = 160;
/// The longest string and array that is made.
const LONGEST: u64 = 4096;
const MOST_ELEMENTS: u64 = 64;

/// What a value is made for: what the plan says, where it says something, and the schemas.
pub(super) type Rules<'r> = (Option<Rule>, &'r [u32]);

/// Values that keep a rule and each of the schemas, the smallest first.
pub(super) fn values(engine: &Engine<'_>, rules: Rules<'_>, depth: u32) -> Vec<Json> {
    if depth > DEPTH {
        return Vec::new();
    }
    let key = format!("{depth} {rules:?}");
    engine.made(key, || {
        let validation = engine.validation();
        let mut found: Vec<Json> = Vec::new();
        for number in 0..validation.choices(rules.1) {
            let closed = validation.closure(rules.1, Choice::Branch(number));
            found.extend(candidates(engine, (rules.0, &closed), depth));
        }
        ordered(&mut found);
        found.retain(|value| is_taken(engine, rules, value));
        let mut kept = [0_usize; 3];
        found.retain(|value| {
            let kind = match value {
                Json::Object(_) => 0,
                Json::Array(_) => 1,
                _ => 2,
            };
            kept.get_mut(kind).is_some_and(|kept| {
                *kept += 1;
                *kept <= KEPT
            })
        });
        found
    })
}

fn is_taken(engine: &Engine<'_>, rules: Rules<'_>, value: &Json) -> bool {
    rules.0.is_none_or(|rule| engine.takes(rule, value))
        && engine.validation().allows(rules.1, value)
}

pub(super) fn ordered(values: &mut Vec<Json>) {
    values.sort_by_cached_key(|value| (value.size(), value.to_string()));
    values.dedup();
}

/// Values by what schemas say of them, which are closed already; some may be refused.
pub(super) fn candidates(engine: &Engine<'_>, rules: Rules<'_>, depth: u32) -> Vec<Json> {
    let hints = Hints::new(engine.validation(), rules.1);
    let mut found: Vec<Json> = hints.values.iter().filter_map(|text| Json::parse(text)).collect();
    match rules.0 {
        Some(Rule::Record(_)) | Some(Rule::Array(_)) => {}
        Some(rule) if rule != Rule::Opaque => {
            found.extend(super::candidates::scalars(engine, rule));
        }
        _ => found.extend(anything()),
    }
    if hints.takes(Types::NUMBER) {
        found.extend(hints.numbers());
    }
    if hints.takes(Types::STRING) {
        found.extend(texts(&hints));
    }
    let may_be = |wanted: bool| wanted || matches!(rules.0, None | Some(Rule::Opaque));
    if hints.takes(Types::ARRAY) && may_be(matches!(rules.0, Some(Rule::Array(_)))) {
        found.extend(arrays(engine, rules, &hints, depth));
    }
    if hints.takes(Types::OBJECT) && may_be(matches!(rules.0, Some(Rule::Record(_)))) {
        found.extend(objects(engine, rules, &hints, depth));
    }
    found
}

fn texts(hints: &Hints) -> Vec<Json> {
    let mut found: Vec<String> = hints.examples.clone();
    let mut matching = |more: Option<Expression>, wanted: usize| {
        let all: Vec<Expression> = hints.patterns.iter().flatten().cloned().chain(more).collect();
        if !all.is_empty()
            && let Strings::Found(some) = strings(&all, wanted)
        {
            found.extend(some);
        }
    };
    matching(None, 6);
    let near = hints.lengths.iter().flat_map(|one| [one.saturating_sub(1), *one, one + 1]);
    let lengths: Vec<u64> = near.filter(|one| *one <= LONGEST).collect();
    if !hints.patterns.is_empty() {
        for length in &lengths {
            matching(of_length(*length, Some(*length)), 3);
        }
    } else {
        for length in &lengths {
            let length = usize::try_from(*length).unwrap_or(0);
            found.extend(["k", "l", "é"].map(|one| one.repeat(length)));
        }
    }
    found.into_iter().map(Json::String).collect()
}

fn arrays(engine: &Engine<'_>, rules: Rules<'_>, hints: &Hints, depth: u32) -> Vec<Json> {
    let validation = engine.validation();
    let array = match rules.0 {
        Some(Rule::Array(index)) => engine.plan.array(index),
        _ => None,
    };
    let items = array.map(|array| array.items);
    let pool = |at: usize| values(engine, (items, &validation.element(rules.1, at)), depth + 1);
    let first = pool(0);
    let contained: Vec<Json> = hints
        .contained
        .iter()
        .flat_map(|schema| {
            let mut both = validation.element(rules.1, 0);
            both.push(*schema);
            values(engine, (items, &both), depth + 1).into_iter().take(2)
        })
        .collect();
    let mut counts: Vec<u64> = vec![0, 1, 2];
    counts.extend(array.map(|array| u64::from(array.min_items)));
    counts.extend(hints.items.iter().flat_map(|one| [one.saturating_sub(1), *one, one + 1]));
    counts.retain(|count| *count <= MOST_ELEMENTS);
    counts.sort_unstable();
    counts.dedup();
    let mut found = Vec::new();
    for count in counts {
        let count = usize::try_from(count).unwrap_or(0);
        for start in 0..2 {
            let elements = (0..count).map(|at| {
                let own = if at == 0 { first.clone() } else { pool(at) };
                let pick = own.len().checked_sub(1).map(|last| (at + start).min(last));
                pick.and_then(|pick| own.get(pick).cloned())
            });
            let Some(elements) = elements.collect::<Option<Vec<Json>>>() else { continue };
            for (at, one) in contained.iter().enumerate() {
                let mut with = elements.clone();
                let places = with.iter_mut().take(at + 1);
                places.for_each(|place| *place = one.clone());
                found.push(Json::Array(with));
            }
            found.push(Json::Array(elements));
        }
        found.extend(first.first().map(|one| Json::Array(vec![one.clone(); count])));
    }
    for one in first.iter().take(12) {
        found.push(Json::Array(vec![one.clone()]));
    }
    found
}

fn objects(engine: &Engine<'_>, rules: Rules<'_>, hints: &Hints, depth: u32) -> Vec<Json> {
    let record = match rules.0 {
        Some(Rule::Record(index)) => engine.plan.record(index),
        _ => None,
    };
    let branches = record.map_or(1, |record| record.branches.len());
    let shapes = (0..branches).map(|branch| Shape { engine, rules, hints, depth, record, branch });
    shapes.flat_map(|shape| shape.objects()).take(TRIED).collect()
}

/// One kind of object that a record may be.
struct Shape<'s, 'e> {
    engine: &'s Engine<'e>,
    rules: Rules<'s>,
    hints: &'s Hints,
    depth: u32,
    record: Option<&'s Record>,
    branch: usize,
}

impl Shape<'_, '_> {
    /// What the plan takes under a name, whether it must be there, and the tag where it is that.
    fn member(&self, name: &str) -> (Option<Rule>, bool, Option<Json>) {
        let Some(record) = self.record else { return (None, false, None) };
        let Some(branch) = record.branches.get(self.branch) else { return (None, false, None) };
        match record.slots.iter().position(|slot| slot.name == name) {
            Some(slot) if record.tag.map(usize::from) == Some(slot) => {
                (None, true, Some(Json::string(branch.tag.to_string())))
            }
            Some(slot) => match branch.members.get(slot).and_then(Option::as_ref) {
                Some(member) => (Some(member.rule), member.absent == Absent::Required, None),
                None => (None, false, None),
            },
            None => (branch.others.map(|others| others.rule), false, None),
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.hints.names.clone();
        names.extend(self.hints.required.iter().cloned());
        names.extend(
            self.record
                .into_iter()
                .flat_map(|record| record.slots.iter().map(|slot| slot.name.to_string())),
        );
        names.push("other".to_owned());
        for schema in &self.hints.named {
            let made = values(self.engine, (None, &[*schema]), self.depth + 1);
            names.extend(made.into_iter().take(2).filter_map(|name| match name {
                Json::String(name) => Some(name),
                _ => None,
            }));
        }
        names.sort();
        names.dedup();
        names
    }

    fn values(&self, name: &str) -> Vec<Json> {
        let (rule, _, tag) = self.member(name);
        if let Some(tag) = tag {
            return vec![tag];
        }
        let schemas = self.engine.validation().member(self.rules.1, name);
        values(self.engine, (rule, &schemas), self.depth + 1)
    }

    fn objects(&self) -> Vec<Json> {
        let names = self.names();
        let mut least = Json::Object(Vec::new());
        for name in &names {
            if self.hints.required.contains(name) || self.member(name).1 {
                let Some(value) = self.values(name).into_iter().next() else { return Vec::new() };
                least.set(name, value);
            }
        }
        let mut found = vec![least.clone()];
        let mut full = least.clone();
        for name in &names {
            let values = self.values(name);
            for value in values.iter().take(8) {
                let mut with = least.clone();
                with.set(name, value.clone());
                self.with_dependents(&mut with, name);
                found.push(with);
            }
            let is_known = name != "other" || self.hints.names.contains(name);
            let value = values.iter().find(|value| **value != Json::Null).or(values.first());
            if let Some(value) = value.filter(|_| is_known && full.get(name).is_none()) {
                full.set(name, value.clone());
            }
        }
        found.push(full);
        for count in &self.hints.members {
            for count in [count.saturating_sub(1), *count, count + 1] {
                found.extend(self.with_members(&least, &names, count));
            }
        }
        found
    }

    fn with_dependents(&self, object: &mut Json, name: &str) {
        for other in self.hints.dependent.get(name).into_iter().flatten() {
            if object.get(other).is_none()
                && let Some(value) = self.values(other).into_iter().next()
            {
                object.set(other, value);
            }
        }
    }

    /// The object with so many members.
    fn with_members(&self, least: &Json, names: &[String], count: u64) -> Option<Json> {
        let count = usize::try_from(count).ok().filter(|_| count <= MOST_ELEMENTS)?;
        let mut object = least.clone();
        let more = (0..count).map(|number| format!("a{number}"));
        for name in names.iter().cloned().chain(more) {
            let Json::Object(members) = &object else { return None };
            if members.len() >= count {
                break;
            }
            if object.get(&name).is_none()
                && let Some(value) = self.values(&name).into_iter().next()
            {
                object.set(&name, value);
            }
        }
        Some(object)
    }
}
