//! Requests with something at a place that shows what a change there does.

use super::candidates::Leaf;
use super::engine::Engine;
use super::hints::Hints;
use super::json::Json;
use super::language::{Expression, Strings, between, of_length};
use super::made::{DEPTH, KEPT, Rules, candidates, ordered, values};
use super::place::Step;
use super::program::Choice;
use tantamount_core::plan::{Record, Rule};

/// How many leaves are tried at a place.
const LEAVES: usize = 160;

/// What may stand at a place of either version so that something shows: what is decided on there.
pub(super) fn leaves(
    old: (&Engine<'_>, Option<Rule>),
    new: (&Engine<'_>, Option<Rule>),
    steps: &[Step],
) -> Vec<Leaf> {
    let old = (old.0, old.1.or_else(|| rule_at(old.0, steps)));
    let new = (new.0, new.1.or_else(|| rule_at(new.0, steps)));
    let reached = |engine: &Engine<'_>| engine.validation().reached(steps);
    let schemas = (reached(old.0), reached(new.0));
    let mut found = told_apart(old.0, &schemas.0, new.0, &schemas.1);
    for ((engine, rule), schemas) in [(old, &schemas.0), (new, &schemas.1)] {
        found.extend(candidates(engine, (rule, schemas), DEPTH - 3));
        // Each by itself: what is forbidden, what is asked for.
        for schema in schemas {
            let made = values(engine, (None, &[*schema]), DEPTH - 3).into_iter();
            found.extend(made.filter(|value| is_of(old.1, value)).take(12));
        }
    }
    // Objects with what makes them one that the old version takes.
    let certain = old.0.validation().certain(steps);
    let whole = values(old.0, (old.1, &certain), 0).into_iter();
    let whole: Vec<Json> = whole.filter(|value| matches!(value, Json::Object(_))).collect();
    // The least, and the one with the most members.
    let whole: Vec<Json> = match whole.as_slice() {
        [least, .., most] => vec![least.clone(), most.clone()],
        few => few.to_vec(),
    };
    let mut joined = Vec::new();
    if !whole.is_empty() {
        // Members that either version names, with what the old one takes under the name.
        let closed = old.0.validation().closure(&certain, Choice::Certain);
        for name in names(&[(old.0, &schemas.0), (new.0, &schemas.1)]) {
            let rule = record_of(old.0, old.1).and_then(|one| member_rule(one, None, &name));
            let inner = old.0.validation().member(&closed, &name);
            for value in values(old.0, (rule, &inner), DEPTH - 3).into_iter().take(12) {
                for object in &whole {
                    let mut object = object.clone();
                    object.set(&name, value.clone());
                    joined.push(object);
                }
            }
        }
    }
    for part in &found {
        let Json::Object(members) = part else { continue };
        for object in &whole {
            let mut object = object.clone();
            members.iter().for_each(|(name, value)| object.set(name, value.clone()));
            joined.push(object);
        }
    }
    found.extend(joined);
    found.extend(whole);
    found.retain(|value| is_of(old.1, value));
    ordered(&mut found);
    found.truncate(LEAVES);
    found.into_iter().map(Leaf::Value).collect()
}

/// Whether a value is of the kind that a rule wants, where it wants one.
fn is_of(rule: Option<Rule>, value: &Json) -> bool {
    match rule {
        Some(Rule::Record(_)) => matches!(value, Json::Object(_)),
        Some(Rule::Array(_)) => matches!(value, Json::Array(_)),
        None | Some(Rule::Opaque) => true,
        _ => !matches!(value, Json::Object(_) | Json::Array(_)),
    }
}

/// What the plan takes at a place.
fn rule_at(engine: &Engine<'_>, steps: &[Step]) -> Option<Rule> {
    let mut rule = engine.plan.root;
    let mut tag = None;
    for step in steps {
        match step {
            Step::Branch(name) => {
                tag = Some(name.as_str());
                continue;
            }
            Step::Member(name) => {
                rule = member_rule(record_of(engine, Some(rule))?, tag, name)?;
            }
            Step::Element => match rule {
                Rule::Array(index) => rule = engine.plan.array(index)?.items,
                _ => return None,
            },
        }
        tag = None;
    }
    Some(rule)
}

/// Names of members that either version says something about, and some that none does.
fn names(versions: &[(&Engine<'_>, &Vec<u32>)]) -> Vec<String> {
    let mut names: Vec<String> = ["other", "A", "0", "_"].map(str::to_owned).into();
    for (engine, schemas) in versions {
        let hints = Hints::new(engine.validation(), schemas);
        for schema in &hints.named {
            let closed = engine.validation().closure(&[*schema], Choice::Certain);
            let named = Hints::new(engine.validation(), &closed);
            for pattern in &named.patterns {
                if let Strings::Found(some) = between(&[], pattern, 1) {
                    names.extend(some);
                }
            }
            let near = named.lengths.iter().flat_map(|one| [one.saturating_sub(1), one + 1]);
            let near = near.filter_map(|one| usize::try_from(one).ok()).filter(|one| *one < 100);
            names.extend(near.map(|one| "k".repeat(one)));
        }
        names.extend(hints.names);
    }
    names.sort();
    names.dedup();
    names
}

fn record_of<'e>(engine: &'e Engine<'_>, rule: Option<Rule>) -> Option<&'e Record> {
    match rule {
        Some(Rule::Record(index)) => engine.plan.record(index),
        _ => None,
    }
}

/// Strings that the patterns of one version take and one of the other refuses.
fn told_apart(old: &Engine<'_>, was: &[u32], new: &Engine<'_>, is: &[u32]) -> Vec<Json> {
    let hints = |engine: &Engine<'_>, schemas: &[u32]| Hints::new(engine.validation(), schemas);
    let (was, is) = (hints(old, was), hints(new, is));
    let mut found = Vec::new();
    for (inside, outside) in [(&was, &is), (&is, &was)] {
        for pattern in &outside.patterns {
            let mut limits = vec![None];
            let near = inside.lengths.iter().chain(&outside.lengths);
            limits.extend(near.map(|length| of_length(*length, Some(*length))));
            for limit in limits {
                let all = inside.patterns.iter().flatten().cloned().chain(limit);
                let all: Vec<Expression> = all.collect();
                if let Strings::Found(some) = between(&all, pattern, 3) {
                    found.extend(some.into_iter().map(Json::String));
                }
            }
        }
    }
    found
}

/// Requests with a leaf at a place, all around it as the plan and the validation have it.
pub(super) fn requests(engine: &Engine<'_>, steps: &[Step], leaf: &Leaf) -> Vec<Json> {
    let root = [engine.validation().program().root];
    embedded(engine, (Some(engine.plan.root), &root), None, steps, leaf, 0)
}

fn embedded(
    engine: &Engine<'_>,
    rules: Rules<'_>,
    tag: Option<&str>,
    steps: &[Step],
    leaf: &Leaf,
    depth: u32,
) -> Vec<Json> {
    let validation = engine.validation();
    let Some((first, rest)) = steps.split_first() else {
        return match leaf {
            Leaf::Value(value) => vec![value.clone()],
            Leaf::Least | Leaf::Absent => {
                values(engine, rules, depth).into_iter().take(2).collect()
            }
        };
    };
    let mut found = Vec::new();
    let choices = validation.choices(rules.1).min(6);
    match first {
        Step::Branch(tag) => return embedded(engine, rules, Some(tag), rest, leaf, depth),
        Step::Member(name) => {
            let record = match rules.0 {
                Some(Rule::Record(index)) => engine.plan.record(index),
                _ => None,
            };
            let rule = record.and_then(|record| member_rule(record, tag, name));
            let has_tag = |object: &Json| match (record.and_then(|r| Some((r, r.tag?))), tag) {
                (Some((record, slot)), Some(tag)) => {
                    let name = record.slots.get(usize::from(slot)).map(|slot| &slot.name);
                    name.is_some_and(|name| object.get(name) == Some(&Json::string(tag)))
                }
                _ => true,
            };
            let wholes = values(engine, rules, depth).into_iter();
            let wholes: Vec<Json> = wholes
                .filter(|value| matches!(value, Json::Object(_)) && has_tag(value))
                .take(8)
                .collect();
            for number in 0..choices {
                let closed = validation.closure(rules.1, Choice::Branch(number));
                let inner = (rule, &*validation.member(&closed, name));
                let inner = match (rest.is_empty(), leaf) {
                    (true, Leaf::Absent) => vec![None],
                    _ => embedded(engine, inner, None, rest, leaf, depth + 1)
                        .into_iter()
                        .map(Some)
                        .collect(),
                };
                for (whole, value) in wholes.iter().flat_map(|w| inner.iter().map(move |v| (w, v)))
                {
                    let mut object = whole.clone();
                    match (value, &mut object) {
                        (Some(value), object) => object.set(name, value.clone()),
                        (None, Json::Object(members)) => members.retain(|(other, _)| other != name),
                        _ => {}
                    }
                    found.push(object);
                }
            }
        }
        Step::Element => {
            let items = match rules.0 {
                Some(Rule::Array(index)) => engine.plan.array(index).map(|array| array.items),
                _ => None,
            };
            let wholes = values(engine, rules, depth).into_iter();
            let wholes: Vec<Vec<Json>> = wholes
                .filter_map(|value| match value {
                    Json::Array(elements) if !elements.is_empty() => Some(elements),
                    _ => None,
                })
                .take(2)
                .collect();
            for number in 0..choices {
                let closed = validation.closure(rules.1, Choice::Branch(number));
                let inner = validation.element(&closed, 0);
                for value in embedded(engine, (items, &inner), None, rest, leaf, depth + 1) {
                    found.push(Json::Array(vec![value.clone()]));
                    for whole in &wholes {
                        let rest = whole.iter().skip(1).cloned();
                        found.push(Json::Array([value.clone()].into_iter().chain(rest).collect()));
                    }
                }
            }
        }
    }
    ordered(&mut found);
    found.truncate(KEPT);
    found
}

fn member_rule(record: &Record, tag: Option<&str>, name: &str) -> Option<Rule> {
    let slot = record.slots.iter().position(|slot| slot.name == name);
    let branches = record.branches.iter().filter(|branch| tag.is_none_or(|tag| branch.tag == *tag));
    branches.into_iter().find_map(|branch| match slot {
        Some(slot) => branch.members.get(slot)?.as_ref().map(|member| member.rule),
        None => branch.others.map(|others| others.rule),
    })
}
