//! Strings, numbers, choices, arrays, and values that became something else.

use super::Walk;
use crate::compatibility::found::{Expected, Found};
use crate::compatibility::json::Json;
use crate::compatibility::place::{Place, Step};
use crate::model::{Bound, Form, Model, Order, Text, Type};
use crate::read::Node;
use std::cmp::Ordering;
use tantamount_core::json::Decimal;

use Expected::{Broken, Kept, Open};

/// The longest string that a witness may need.
const LONGEST: u32 = 1 << 20;

type Nodes<'n> = (&'n Node, &'n Node);

impl Walk<'_> {
    fn bound(
        &mut self,
        place: &Place,
        nodes: Nodes<'_>,
        types: (Type, Type),
        what: String,
        acceptance: Expected,
        leaves: Vec<Json>,
    ) {
        let found = Found::new(place, (Some(nodes.0), Some(nodes.1)), what, acceptance, Kept);
        self.add(found.of(Some(types.0), Some(types.1)).shown_by(leaves));
    }

    pub(super) fn integers(&mut self, place: &Place, one: usize, other: usize, nodes: Nodes<'_>) {
        let (model_old, model_new) = (self.old, self.new);
        let (Some(old), Some(new)) = (model_old.integers.get(one), model_new.integers.get(other))
        else {
            return;
        };
        let nodes = named(nodes, (&old.name, &old.node), (&new.name, &new.node));
        let types = (Type::Integer(one), Type::Integer(other));
        if old.minimum != new.minimum {
            let what = format!("least value {} → {}", old.minimum, new.minimum);
            let acceptance = if new.minimum > old.minimum { Broken } else { Kept };
            let leaves = around(old.minimum.min(new.minimum));
            self.bound(place, nodes, types, what, acceptance, leaves);
        }
        if old.maximum != new.maximum {
            let what = format!("greatest value {} → {}", old.maximum, new.maximum);
            let acceptance = if new.maximum < old.maximum { Broken } else { Kept };
            let leaves = around(old.maximum.max(new.maximum));
            self.bound(place, nodes, types, what, acceptance, leaves);
        }
    }

    /// Numbers of which at least one is of any size.
    pub(super) fn numbers(&mut self, place: &Place, one: Type, other: Type, nodes: Nodes<'_>) {
        let (Some(old), Some(new)) = (range(self.old, one), range(self.new, other)) else { return };
        let types = (one, other);
        if old.is_whole != new.is_whole {
            let (what, acceptance) = match new.is_whole {
                true => ("must be a whole number", Broken),
                false => ("may have a fraction", Kept),
            };
            let leaves = ["0.5", "1.5", "-0.5"].map(|text| Json::Number(text.to_owned()));
            let near = [&old.minimum, &old.maximum].into_iter().flatten();
            let near = near.flat_map(|bound| beside(&bound.value));
            let leaves: Vec<Json> = leaves.into_iter().chain(near).collect();
            let both = (Some(nodes.0), Some(nodes.1));
            // A stored row with a fraction cannot be read.
            let identity = if new.is_whole { Broken } else { Kept };
            let found = Found::new(place, both, what, acceptance, identity);
            self.add(found.of(Some(types.0), Some(types.1)).shown_by(leaves));
        }
        let ends = [
            ("least value", &old.minimum, &new.minimum, Ordering::Less),
            ("greatest value", &old.maximum, &new.maximum, Ordering::Greater),
        ];
        for (name, was, is, wider) in ends {
            if was == is {
                continue;
            }
            let shown = |bound: &Option<Bound>| match bound {
                None => "any".to_owned(),
                Some(bound) if bound.is_exclusive => format!("beyond {}", bound.value),
                Some(bound) => bound.value.clone(),
            };
            let what = format!("{name} {} → {}", shown(was), shown(is));
            let acceptance = if further(was, is, wider) { Kept } else { Broken };
            let bounds = was.iter().chain(is);
            let leaves = bounds.flat_map(|bound| beside(&bound.value));
            // Beyond 64 bits a stored row cannot be read.
            let is_small = matches!((types.0, types.1), (Type::Number(_), Type::Integer(_)));
            let is_far = is_small
                && was.as_ref().is_none_or(|bound| {
                    Decimal::parse(bound.value.as_bytes()).is_none_or(|one| one.to_i64().is_err())
                });
            let far = ["1e30", "-1e30"].map(|text| Json::Number(text.to_owned()));
            let leaves = leaves.chain(far.into_iter().filter(|_| is_far)).collect::<Vec<_>>();
            let identity = if is_far { Broken } else { Kept };
            let both = (Some(nodes.0), Some(nodes.1));
            let found = Found::new(place, both, what, acceptance, identity);
            self.add(found.of(Some(types.0), Some(types.1)).shown_by(leaves));
        }
    }

    pub(super) fn texts(&mut self, place: &Place, one: usize, other: usize, nodes: Nodes<'_>) {
        let (model_old, model_new) = (self.old, self.new);
        let (Some(old), Some(new)) = (model_old.texts.get(one), model_new.texts.get(other)) else {
            return;
        };
        let nodes = named(nodes, (&old.name, &old.node), (&new.name, &new.node));
        let types = (Type::Text(one), Type::Text(other));
        if old.form != new.form {
            let what = format!("compared as {} → {}", form(old), form(new));
            let acceptance = if new.form == Form::Plain { Kept } else { Open };
            let both = (Some(nodes.0), Some(nodes.1));
            let is_plain = old.form == Form::Plain || new.form == Form::Plain;
            let identity = if is_plain { Broken } else { Open };
            let found = Found::new(place, both, what, acceptance, identity);
            self.add(found.of(Some(types.0), Some(types.1)));
        }
        if old.not_blank != new.not_blank {
            let (what, acceptance) = match new.not_blank {
                true => ("must not be blank", Broken),
                false => ("may be blank", Kept),
            };
            let acceptance = if old.form == Form::Plain { acceptance } else { Open };
            let leaves = ["", " "].map(Json::string).into();
            self.bound(place, nodes, types, what.to_owned(), acceptance, leaves);
        }
        if old.max_bytes != new.max_bytes {
            let most = |most: Option<u32>| most.map_or("any".to_owned(), |most| most.to_string());
            let what = format!("most bytes {} → {}", most(old.max_bytes), most(new.max_bytes));
            let is_wider = match (old.max_bytes, new.max_bytes) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(was), Some(is)) => is > was,
            };
            let acceptance = match (is_wider, old.form) {
                (true, _) => Kept,
                (false, Form::Plain) => Broken,
                (false, _) => Open,
            };
            let long = |most: Option<u32>| {
                let most = most.filter(|most| *most < LONGEST).map(|most| most as usize);
                most.into_iter().flat_map(|most| [most, most + 1]).map(|most| "k".repeat(most))
            };
            let leaves = long(new.max_bytes).chain(long(old.max_bytes)).map(Json::String);
            self.bound(place, nodes, types, what, acceptance, leaves.collect());
        }
    }

    pub(super) fn choices(&mut self, place: &Place, one: usize, other: usize) {
        let (model_old, model_new) = (self.old, self.new);
        let (Some(old), Some(new)) = (model_old.choices.get(one), model_new.choices.get(other))
        else {
            return;
        };
        let types = (Some(Type::Choice(one)), Some(Type::Choice(other)));
        let both = (Some(&old.node), Some(&new.node));
        for value in old.values.iter().filter(|value| !new.values.contains(value)) {
            let what = format!("value `{value}` removed");
            let found = Found::new(place, both, what, Broken, Broken).of(types.0, types.1);
            self.add(found.shown_by([Json::string(value)]));
        }
        for value in new.values.iter().filter(|value| !old.values.contains(value)) {
            let what = format!("value `{value}` added");
            let found = Found::new(place, both, what, Kept, Kept).of(types.0, types.1);
            self.add(found.shown_by([Json::string(value)]));
        }
    }

    pub(super) fn arrays(&mut self, place: &Place, one: usize, other: usize) {
        if !self.seen.insert((Type::Array(one), Type::Array(other))) {
            return;
        }
        let (model_old, model_new) = (self.old, self.new);
        let (Some(old), Some(new)) = (model_old.arrays.get(one), model_new.arrays.get(other))
        else {
            return;
        };
        let nodes = (&old.node, &new.node);
        let types = (Type::Array(one), Type::Array(other));
        if old.min_items != new.min_items {
            let what = format!("least elements {} → {}", old.min_items, new.min_items);
            let acceptance = if new.min_items > old.min_items { Broken } else { Kept };
            self.bound(place, nodes, types, what, acceptance, Vec::new());
        }
        if old.max_items != new.max_items {
            let most = |most: Option<u32>| most.map_or("any".to_owned(), |most| most.to_string());
            let what = format!("most elements {} → {}", most(old.max_items), most(new.max_items));
            let is_wider = match (old.max_items, new.max_items) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(was), Some(is)) => is > was,
            };
            let acceptance = if is_wider { Kept } else { Broken };
            self.bound(place, nodes, types, what, acceptance, Vec::new());
        }
        if old.nullable_items != new.nullable_items {
            let (what, acceptance) = match new.nullable_items {
                true => ("elements may be null", Kept),
                false => ("elements may no longer be null", Broken),
            };
            let count = old.min_items.clamp(1, 64) as usize;
            let leaves = vec![Json::Array(vec![Json::Null; count])];
            self.bound(place, nodes, types, what.to_owned(), acceptance, leaves);
        }
        if old.order != new.order {
            let (acceptance, identity) = reordered(&old.order, &new.order);
            let what = format!("{} → {}", order(&old.order), order(&new.order));
            let both = (Some(nodes.0), Some(nodes.1));
            let found = Found::new(place, both, what, acceptance, identity);
            self.add(found.of(Some(types.0), Some(types.1)));
        }
        let items = (items(&old.node), items(&new.node));
        self.types(&place.with(Step::Element), old.items, new.items, (&items.0, &items.1));
    }

    /// A value that may be any JSON now. `is_sure` says that `null` means what it meant.
    pub(super) fn opened(&mut self, place: &Place, old: Type, is_sure: bool, nodes: Nodes<'_>) {
        let is_plain = match old {
            Type::Text(index) => {
                self.old.texts.get(index).is_some_and(|text| text.form == Form::Plain)
            }
            Type::Integer(_) | Type::Number(_) | Type::Boolean | Type::Choice(_) | Type::Null => {
                true
            }
            _ => false,
        };
        let identity = if is_plain && is_sure { Kept } else { Open };
        let what = format!("{} → any JSON", kind(self.old, old));
        let both = (Some(nodes.0), Some(nodes.1));
        let found = Found::new(place, both, what, Kept, identity);
        self.add(found.of(Some(old), Some(Type::Opaque)));
    }

    /// A value that became something else altogether.
    pub(super) fn retyped(&mut self, place: &Place, old: Type, new: Type, nodes: Nodes<'_>) {
        let (acceptance, identity) = match (old, new) {
            (Type::Choice(values), Type::Text(text)) => {
                let listed = self.old.choices.get(values).map(|choice| &choice.values[..]);
                match self.new.texts.get(text) {
                    Some(text) if listed.unwrap_or_default().iter().all(|v| fits(text, v)) => {
                        (Kept, Kept)
                    }
                    _ => (Open, Open),
                }
            }
            _ => (Open, Open),
        };
        let what = format!("{} → {}", kind(self.old, old), kind(self.new, new));
        let both = (Some(nodes.0), Some(nodes.1));
        let found = Found::new(place, both, what, acceptance, identity);
        self.add(found.of(Some(old), Some(new)));
    }
}

/// What a number may be.
struct Range {
    is_whole: bool,
    minimum: Option<Bound>,
    maximum: Option<Bound>,
}

fn range(model: &Model, ty: Type) -> Option<Range> {
    let bound = |value: i64| Some(Bound { value: value.to_string(), is_exclusive: false });
    match ty {
        Type::Integer(index) => model.integers.get(index).map(|integer| Range {
            is_whole: true,
            minimum: bound(integer.minimum),
            maximum: bound(integer.maximum),
        }),
        Type::Number(index) => model.numbers.get(index).map(|number| Range {
            is_whole: number.is_whole,
            minimum: number.minimum.clone(),
            maximum: number.maximum.clone(),
        }),
        _ => None,
    }
}

/// Whether the end of a range moved outwards, or stayed.
fn further(was: &Option<Bound>, is: &Option<Bound>, wider: Ordering) -> bool {
    let (Some(was), Some(is)) = (was, is) else { return is.is_none() };
    let numbers = (Decimal::parse(was.value.as_bytes()), Decimal::parse(is.value.as_bytes()));
    let (Some(from), Some(to)) = numbers else { return false };
    match to.compare(&from) {
        Ordering::Equal => was.is_exclusive || !is.is_exclusive,
        order => order == wider,
    }
}

/// A number with the whole numbers beside it, and one that is no whole number.
fn beside(text: &str) -> Vec<Json> {
    let mut found = vec![Json::Number(text.to_owned())];
    if let Ok(whole) = text.parse::<i64>() {
        found.extend(
            [whole.checked_sub(1), whole.checked_add(1)].into_iter().flatten().map(Json::number),
        );
        found.push(Json::Number(format!("{text}.5")));
    } else if !text.contains(['.', 'e', 'E']) {
        // Beyond 64 bits: one that is ten times as large, and its nearest neighbour below.
        found.push(Json::Number(format!("{text}0")));
        found.push(Json::Number(format!("{text}.5")));
    } else if !text.contains(['e', 'E']) {
        found.push(Json::Number(format!("{text}1")));
        let digits = text.trim_end_matches(|digit: char| digit.is_ascii_digit());
        found.push(Json::Number(digits.trim_end_matches('.').to_owned()));
    }
    found
}

/// The values at a border.
fn around(border: i64) -> Vec<Json> {
    let near = [Some(border), border.checked_add(1), border.checked_sub(1)];
    near.into_iter().flatten().map(Json::number).collect()
}

fn fits(text: &Text, value: &str) -> bool {
    text.form == Form::Plain
        && (!text.not_blank || !value.chars().all(char::is_whitespace))
        && text.max_bytes.is_none_or(|most| value.len() <= most as usize)
}

/// What a change of an array's order does to acceptance and identity.
fn reordered(old: &Order, new: &Order) -> (Expected, Expected) {
    match (old, new) {
        (Order::Set(was), Order::Set(is)) => {
            let covers = was.iter().all(|key| is.contains(key));
            let acceptance = if covers { Kept } else { Broken };
            // Elements that the first keys tell apart stand in the same order whatever follows.
            // With fewer keys a stored row may hold what is a duplicate now.
            let identity = if is.starts_with(was) { Kept } else { Broken };
            (acceptance, identity)
        }
        (Order::List, Order::Set(_)) => (Broken, Broken),
        (Order::Multiset, Order::Set(_)) => (Broken, Open),
        (Order::Set(_), Order::Multiset) => (Kept, Open),
        _ => (Kept, Broken),
    }
}

fn order(order: &Order) -> String {
    match order {
        Order::List => "a list".to_owned(),
        Order::Multiset => "a multiset".to_owned(),
        Order::Set(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            format!("a set by {}", keys.join(", "))
        }
    }
}

fn form(text: &Text) -> String {
    match text.form {
        Form::Plain => "it is".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn kind(model: &Model, ty: Type) -> String {
    match ty {
        Type::Opaque => "any JSON".to_owned(),
        Type::Null => "null alone".to_owned(),
        Type::Boolean => "a boolean".to_owned(),
        Type::Integer(_) => "an integer".to_owned(),
        Type::Number(_) => "a number".to_owned(),
        Type::Text(_) => "a string".to_owned(),
        Type::Choice(_) => "a choice".to_owned(),
        Type::Array(_) => "an array".to_owned(),
        Type::Record(index) => {
            let name = model.records.get(index).map_or("", |record| &record.name);
            format!("an object (`{name}`)")
        }
    }
}

/// The schema of an array's elements.
fn items(array: &Node) -> Node {
    array.get("items").unwrap_or(array).clone()
}

/// The schemas of named types stand where they are defined, those of others where they are used:
/// equal ones are one type.
fn named<'n>(
    used: Nodes<'n>,
    old: (&Option<String>, &'n Node),
    new: (&Option<String>, &'n Node),
) -> Nodes<'n> {
    match (old, new) {
        ((Some(_), old), (Some(_), new)) => (old, new),
        _ => used,
    }
}
