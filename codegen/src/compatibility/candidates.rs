//! Values that reach a place of a request: the least ones, and small variations.
//!
//! Nothing here trusts itself: a scalar is taken from a pool by asking the engine, and every
//! request is put to both versions before it shows anything.

use super::engine::Engine;
use super::json::Json;
use super::place::Step;
use tantamount_core::plan::{Absent, Order, Record, Rule};

/// A plan may be recursive.
const DEPTH: u32 = 64;

/// What stands at the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// The least that may stand there.
    Least,
    /// Nothing.
    Absent,
    /// This.
    Value(Json),
}

/// The least request of a version that has a leaf at a place.
pub(super) fn request(engine: &Engine<'_>, steps: &[Step], leaf: &Leaf) -> Option<Json> {
    embed(engine, engine.plan.root, steps, leaf, 0)
}

fn embed(engine: &Engine<'_>, rule: Rule, steps: &[Step], leaf: &Leaf, depth: u32) -> Option<Json> {
    let Some((first, rest)) = steps.split_first() else {
        return match leaf {
            Leaf::Value(value) => Some(value.clone()),
            Leaf::Least | Leaf::Absent => least(engine, rule, depth),
        };
    };
    match (first, rule) {
        (Step::Branch(tag), Rule::Record(index)) => {
            let record = engine.plan.record(index)?;
            let branch = record.branches.iter().position(|branch| branch.tag == *tag)?;
            match rest.split_first() {
                Some((Step::Member(name), rest)) => {
                    in_record(engine, record, branch, name, rest, leaf, depth)
                }
                _ => object(engine, record, branch, depth),
            }
        }
        (Step::Member(name), Rule::Record(index)) => {
            let record = engine.plan.record(index)?;
            let slot = slot(record, name);
            let has = |branch: &usize| {
                slot.is_some_and(|slot| {
                    let members = record.branches.get(*branch).map(|branch| &branch.members);
                    members.and_then(|members| members.get(slot)).is_some_and(Option::is_some)
                })
            };
            let branch = (0..record.branches.len()).find(has).unwrap_or(0);
            in_record(engine, record, branch, name, rest, leaf, depth)
        }
        (Step::Element, Rule::Array(index)) => {
            let array = engine.plan.array(index)?;
            let mut elements = vec![embed(engine, array.items, rest, leaf, depth + 1)?];
            for number in 1..array.min_items.min(64) as usize {
                elements.push(element(engine, array.items, &array.order, number, depth + 1)?);
            }
            Some(Json::Array(elements))
        }
        _ => None,
    }
}

fn in_record(
    engine: &Engine<'_>,
    record: &Record,
    branch: usize,
    name: &str,
    rest: &[Step],
    leaf: &Leaf,
    depth: u32,
) -> Option<Json> {
    let mut value = object(engine, record, branch, depth)?;
    let found = slot(record, name);
    let member = found
        .and_then(|slot| record.branches.get(branch)?.members.get(slot)?.as_ref())
        .map(|member| member.rule);
    // A name that no slot has is one of the others.
    let others = record.branches.get(branch).and_then(|branch| branch.others.as_ref());
    let member = match found {
        None => others.map(|others| others.rule),
        Some(_) => member,
    };
    match (rest.is_empty(), leaf, member) {
        (true, Leaf::Absent, _) => {
            if let Json::Object(members) = &mut value {
                members.retain(|(other, _)| other != name);
            }
        }
        (true, Leaf::Value(leaf), _) => value.set(name, leaf.clone()),
        (_, _, Some(rule)) => value.set(name, embed(engine, rule, rest, leaf, depth + 1)?),
        // A member that this version does not know.
        (true, Leaf::Least, None) => {}
        (false, _, None) => return None,
    }
    Some(value)
}

fn slot(record: &Record, name: &str) -> Option<usize> {
    record.slots.iter().position(|slot| slot.name == name)
}

/// The least value of a rule.
pub(super) fn least(engine: &Engine<'_>, rule: Rule, depth: u32) -> Option<Json> {
    if depth > DEPTH {
        return None;
    }
    match rule {
        Rule::Record(index) => object(engine, engine.plan.record(index)?, 0, depth),
        Rule::Array(index) => {
            let array = engine.plan.array(index)?;
            let count = array.min_items.min(64) as usize;
            let elements: Option<Vec<Json>> = (0..count)
                .map(|number| element(engine, array.items, &array.order, number, depth + 1))
                .collect();
            elements.map(Json::Array)
        }
        _ => scalars(engine, rule).into_iter().next(),
    }
}

/// The least object of a branch.
pub(super) fn object(
    engine: &Engine<'_>,
    record: &Record,
    branch: usize,
    depth: u32,
) -> Option<Json> {
    if depth > DEPTH {
        return None;
    }
    let shape = record.branches.get(branch)?;
    let mut members = Vec::new();
    for (index, (slot, member)) in record.slots.iter().zip(shape.members.iter()).enumerate() {
        if record.tag.map(usize::from) == Some(index) {
            members.push((slot.name.to_string(), Json::string(shape.tag.to_string())));
        } else if let Some(member) = member
            && member.absent == Absent::Required
        {
            members.push((slot.name.to_string(), least(engine, member.rule, depth + 1)?));
        }
    }
    Some(Json::Object(members))
}

/// The least element, made another one than those before it where keys tell them apart.
pub(super) fn element(
    engine: &Engine<'_>,
    items: Rule,
    order: &Order,
    number: usize,
    depth: u32,
) -> Option<Json> {
    let mut value = least(engine, items, depth)?;
    if let (Order::Set(keys), Rule::Record(index)) = (order, items) {
        let record = engine.plan.record(index)?;
        for key in keys.iter() {
            let rule = rule_of(record, usize::from(*key))?;
            let name = &record.slots.get(usize::from(*key))?.name;
            let text = || Json::string(format!("a{number}"));
            let values = scalars(engine, rule);
            let other = values.get(number).cloned();
            value.set(name, other.or_else(|| engine.takes(rule, &text()).then(text))?);
        }
    }
    Some(value)
}

/// What a slot takes in the first branch that has it.
fn rule_of(record: &Record, slot: usize) -> Option<Rule> {
    record
        .branches
        .iter()
        .find_map(|branch| branch.members.get(slot)?.as_ref())
        .map(|member| member.rule)
}

/// Scalars that a rule takes, the least first.
pub(super) fn scalars(engine: &Engine<'_>, rule: Rule) -> Vec<Json> {
    engine.pool(rule, || found_scalars(engine, rule))
}

fn found_scalars(engine: &Engine<'_>, rule: Rule) -> Vec<Json> {
    let mut pool = Vec::new();
    match rule {
        Rule::Integer(index) => {
            let bounds = engine.plan.integers.get(usize::from(index));
            pool.extend((0..4).map(Json::number));
            if let Some(bounds) = bounds {
                let (least, most) = (bounds.minimum, bounds.maximum);
                pool.extend((0..4).filter_map(|step| least.checked_add(step)).map(Json::number));
                pool.push(Json::number(most));
            }
        }
        Rule::Choice(index) => {
            let values = engine.plan.choices.get(usize::from(index)).map(|choice| &choice.values);
            pool.extend(
                values.into_iter().flat_map(|values| values.iter()).map(|v| Json::string(&**v)),
            );
        }
        Rule::Boolean => pool.extend([Json::Boolean(false), Json::Boolean(true)]),
        Rule::Null => pool.push(Json::Null),
        _ => pool.extend(anything()),
    }
    pool.retain(|value| engine.takes(rule, value));
    pool
}

/// Values of every kind, in spellings on which readers and writers disagree.
pub(super) fn anything() -> Vec<Json> {
    let texts = [
        "a",
        "b",
        "c",
        "d",
        "B",
        "",
        " ",
        "018f3a52-0000-7000-8000-00000000000a",
        "018F3A52-0000-7000-8000-00000000000A",
        "018f3a52-0000-7000-8000-00000000000b",
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.10+01:00",
        "1999-01-02T03:04:05Z",
        "2024-01-02",
        "1",
        "1.0",
        "2",
        "-1",
        "\u{ff5e}",
        "😀",
    ];
    let numbers = ["0", "1", "1.0", "1.5", "-1", "2", "10", "9007199254740993", "1e400"];
    let texts = texts.into_iter().map(Json::string);
    let numbers = numbers.into_iter().map(|number| Json::Number(number.to_owned()));
    [Json::Object(Vec::new())]
        .into_iter()
        .chain(texts)
        .chain(numbers)
        .chain([Json::Null, Json::Boolean(false), Json::Boolean(true), Json::Array(Vec::new())])
        .collect()
}

/// What may stand at a place whose rule is `rules.0` in the old version and `rules.1` in the new.
pub(super) fn leaves(
    old: &Engine<'_>,
    new: &Engine<'_>,
    rules: (Option<Rule>, Option<Rule>),
) -> Vec<Leaf> {
    let mut values = vec![Leaf::Least, Leaf::Absent];
    for (engine, rule) in [(old, rules.0), (new, rules.1)] {
        let Some(rule) = rule else { continue };
        let found = match rule {
            Rule::Record(index) => objects(engine, index),
            Rule::Array(_) => arrays(old, new, rules),
            Rule::Text(index) => {
                let most = engine.plan.texts.get(usize::from(index)).and_then(|t| t.max_bytes);
                let long = most.filter(|most| *most <= 65_536).map(|most| most as usize);
                let long =
                    long.into_iter().flat_map(|most| ["k".repeat(most), "k".repeat(most + 1)]);
                scalars(engine, rule).into_iter().chain(long.map(Json::String)).collect()
            }
            _ => scalars(engine, rule),
        };
        values.extend(found.into_iter().map(Leaf::Value));
    }
    values.push(Leaf::Value(Json::Null));
    let mut unique: Vec<Leaf> = Vec::new();
    for value in values {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}

fn objects(engine: &Engine<'_>, index: u16) -> Vec<Json> {
    let Some(record) = engine.plan.record(index) else { return Vec::new() };
    (0..record.branches.len()).filter_map(|branch| object(engine, record, branch, 0)).collect()
}

/// Small arrays: none, one, two in both orders, one twice.
fn arrays(old: &Engine<'_>, new: &Engine<'_>, rules: (Option<Rule>, Option<Rule>)) -> Vec<Json> {
    let mut arrays = vec![Json::Array(Vec::new())];
    let mut pairs = Vec::new();
    for (engine, rule) in [(old, rules.0), (new, rules.1)] {
        let Some(Rule::Array(index)) = rule else { continue };
        let Some(array) = engine.plan.array(index) else { continue };
        match array.items {
            Rule::Record(record) => pairs.extend(object_pairs(old, new, rules, engine, record)),
            items => {
                let values = scalars(engine, items);
                let pair = (values.first().cloned(), values.get(1).cloned());
                pairs.extend(pair.0.zip(pair.1));
            }
        }
    }
    for (one, other) in pairs {
        arrays.push(Json::Array(vec![one.clone()]));
        arrays.push(Json::Array(vec![one.clone(), other.clone()]));
        arrays.push(Json::Array(vec![other, one.clone()]));
        arrays.push(Json::Array(vec![one.clone(), one]));
    }
    arrays
}

/// Pairs of objects that the keys of either version order differently, or take for one.
fn object_pairs(
    old: &Engine<'_>,
    new: &Engine<'_>,
    rules: (Option<Rule>, Option<Rule>),
    engine: &Engine<'_>,
    record: u16,
) -> Vec<(Json, Json)> {
    let Some(found) = engine.plan.record(record) else { return Vec::new() };
    let Some(base) = object(engine, found, 0, 0) else { return Vec::new() };
    let keys = |engine: &Engine<'_>, rule: Option<Rule>| -> Vec<String> {
        let Some(Rule::Array(index)) = rule else { return Vec::new() };
        let Some(array) = engine.plan.array(index) else { return Vec::new() };
        let (Order::Set(keys), Rule::Record(record)) = (&array.order, array.items) else {
            return Vec::new();
        };
        let slots = engine.plan.record(record).map(|record| &record.slots);
        let name = |key: &u16| Some(slots?.get(usize::from(*key))?.name.to_string());
        keys.iter().filter_map(name).collect()
    };
    let mut names: Vec<String> = keys(old, rules.0);
    names.extend(keys(new, rules.1));
    names.dedup();
    // Of other members the first scalars will do, for arrays that have no keys.
    let scalar = |slot: usize| {
        rule_of(found, slot).is_some_and(|rule| !matches!(rule, Rule::Array(_) | Rule::Record(_)))
            && found.tag.map(usize::from) != Some(slot)
    };
    let others = found.slots.iter().enumerate().filter(|(slot, _)| scalar(*slot));
    for (_, other) in others.take(3) {
        if !names.iter().any(|name| other.name == *name) {
            names.push(other.name.to_string());
        }
    }
    let values: Vec<(String, Json, Json)> = names
        .into_iter()
        .filter_map(|name| {
            let values = scalars(engine, rule_of(found, slot(found, &name)?)?);
            let mut values = values.into_iter().filter(|value| *value != Json::Null);
            let low = values.next()?;
            Some((name, low, values.next()?))
        })
        .collect();
    let mut pairs = Vec::new();
    for (index, (name, low, high)) in values.iter().enumerate() {
        let (mut one, mut two) = (base.clone(), base.clone());
        one.set(name, low.clone());
        two.set(name, high.clone());
        pairs.push((one.clone(), two.clone()));
        for (other, low, high) in values.iter().skip(index + 1) {
            let (mut one, mut two) = (one.clone(), two.clone());
            one.set(other, high.clone());
            two.set(other, low.clone());
            pairs.push((one, two));
        }
    }
    pairs
}

/// Sets what stands at a place of a request; false where nothing leads there.
pub(super) fn replace(value: &mut Json, steps: &[Step], leaf: &Leaf) -> bool {
    let mut steps = steps.iter().filter(|step| !matches!(step, Step::Branch(_)));
    let Some(first) = steps.next() else {
        return match leaf {
            Leaf::Value(leaf) => {
                *value = leaf.clone();
                true
            }
            Leaf::Least | Leaf::Absent => false,
        };
    };
    let rest: Vec<Step> = steps.cloned().collect();
    match (first, value) {
        (Step::Element, Json::Array(elements)) => {
            elements.iter_mut().any(|element| replace(element, &rest, leaf))
        }
        (Step::Member(name), value @ Json::Object(_)) if rest.is_empty() => {
            match leaf {
                Leaf::Value(leaf) => value.set(name, leaf.clone()),
                Leaf::Absent => {
                    if let Json::Object(members) = value {
                        members.retain(|(other, _)| other != name);
                    }
                }
                Leaf::Least => {}
            }
            true
        }
        (Step::Member(name), Json::Object(members)) => members
            .iter_mut()
            .find(|(other, _)| other == name)
            .is_some_and(|(_, value)| replace(value, &rest, leaf)),
        _ => false,
    }
}

/// Requests for a reference at a place: to nothing, to itself, and two that name each other.
pub(super) fn circles(engine: &Engine<'_>, steps: &[Step]) -> Vec<Json> {
    let mut all = Vec::new();
    let Some(Step::Member(set)) = steps.first() else { return all };
    let Rule::Record(root) = engine.plan.root else { return all };
    let Some(record) = engine.plan.record(root) else { return all };
    let key = engine.plan.references.iter().find_map(|reference| {
        let name = &record.slots.get(usize::from(reference.set))?.name;
        let Rule::Array(array) = rule_of(record, usize::from(reference.set))? else { return None };
        let Rule::Record(element) = engine.plan.array(array)?.items else { return None };
        let element = engine.plan.record(element)?;
        (name == set).then(|| element.slots.get(usize::from(reference.key)))?
    });
    let Some(key) = key.map(|slot| slot.name.to_string()) else { return all };
    let named = |name: &str, of: &str| {
        let mut found = request(engine, steps, &Leaf::Value(Json::string(name)))?;
        if let Json::Object(members) = &mut found
            && let Some((_, Json::Array(elements))) = members.iter_mut().find(|(n, _)| n == set)
            && let Some(element) = elements.first_mut()
        {
            element.set(&key, Json::string(of));
        }
        Some(found)
    };
    let (Some(first), Some(second)) = (named("b", "a"), named("a", "b")) else { return all };
    all.push(first.clone());
    if let (Json::Object(mut members), Some(Json::Array(more))) = (first, second.get(set)) {
        if let Some((_, Json::Array(elements))) = members.iter_mut().find(|(n, _)| n == set) {
            elements.extend(more.first().cloned());
        }
        all.push(Json::Object(members));
    }
    all
}
