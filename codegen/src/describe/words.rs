//! Types, rules and roles in words.

use crate::model::{
    Absence, Array, Bound, Form, Integer, Member, Model, Number, Order, Others, Record, Reference,
    Text, Type,
};

/// What a value is. `link` tells how a type that has a name of its own is written.
pub(crate) fn type_words(model: &Model, ty: Type, link: &dyn Fn(&str) -> String) -> String {
    let named = |name: Option<&str>, otherwise: &str| match name {
        Some(name) => link(name),
        None => otherwise.to_owned(),
    };
    match ty {
        Type::Opaque => "any JSON".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer(index) => {
            named(model.integers.get(index).and_then(|i| i.name.as_deref()), "whole number")
        }
        Type::Number(index) => {
            let number = model.numbers.get(index);
            let is_whole = number.is_some_and(|number| number.is_whole);
            let plain = if is_whole { "whole number" } else { "number" };
            named(number.and_then(|number| number.name.as_deref()), plain)
        }
        Type::Text(index) => {
            let text = model.texts.get(index);
            let plain = match text.map(|text| text.form) {
                Some(Form::Uuid) => "UUID",
                Some(Form::DateTime) => "point in time",
                Some(Form::Decimal) => "decimal in a string",
                _ => "string",
            };
            named(text.and_then(|text| text.name.as_deref()), plain)
        }
        Type::Choice(index) => {
            let choice = model.choices.get(index).filter(|choice| !choice.is_tag);
            named(choice.map(|choice| choice.name.as_str()), "choice")
        }
        Type::Array(index) => match model.arrays.get(index) {
            Some(array) => {
                let items = or_null(type_words(model, array.items, link), array.nullable_items);
                let kind = match &array.order {
                    Order::List => "list",
                    Order::Set(_) => "set",
                    Order::Multiset => "multiset",
                };
                format!("{kind} of {items}")
            }
            None => "list".to_owned(),
        },
        Type::Record(index) => match model.records.get(index) {
            Some(record) if record.is_map => match record.branches.first().and_then(|b| b.others) {
                Some(others) => format!("map to {}", others_words(model, others, link)),
                None => "object".to_owned(),
            },
            record => named(record.map(|record| record.name.as_str()), "object"),
        },
    }
}

/// What the members are that an object does not name.
pub(crate) fn others_words(model: &Model, others: Others, link: &dyn Fn(&str) -> String) -> String {
    or_null(type_words(model, others.ty, link), others.nullable)
}

fn or_null(words: String, nullable: bool) -> String {
    if nullable { words + " or null" } else { words }
}

/// [`type_words`] without links.
pub(crate) fn plain_type(model: &Model, ty: Type) -> String {
    type_words(model, ty, &|name| format!("`{name}`"))
}

/// What a value must keep, those of a named type included.
pub(crate) fn rules(model: &Model, ty: Type) -> Vec<String> {
    match ty {
        Type::Integer(index) => model.integers.get(index).map(integer_rule).into_iter().collect(),
        Type::Number(index) => model.numbers.get(index).map(number_rules).unwrap_or_default(),
        Type::Text(index) => model.texts.get(index).map(text_rules).unwrap_or_default(),
        Type::Choice(index) => {
            let values = model.choices.get(index).map(|choice| choice.values.as_slice());
            vec![format!("one of {}", quoted(values.unwrap_or_default()))]
        }
        Type::Array(index) => model.arrays.get(index).map(array_rules).unwrap_or_default(),
        Type::Opaque | Type::Null | Type::Boolean | Type::Record(_) => Vec::new(),
    }
}

fn integer_rule(integer: &Integer) -> String {
    format!("from {} to {}", integer.minimum, integer.maximum)
}

fn number_rules(number: &Number) -> Vec<String> {
    let end = |bound: &Bound, words: (&str, &str)| {
        let word = if bound.is_exclusive { words.1 } else { words.0 };
        format!("{word} {}", bound.value)
    };
    let least = number.minimum.as_ref().map(|bound| end(bound, ("at least", "more than")));
    let most = number.maximum.as_ref().map(|bound| end(bound, ("at most", "less than")));
    least.into_iter().chain(most).collect()
}

fn text_rules(text: &Text) -> Vec<String> {
    let form = match text.form {
        Form::Plain => None,
        Form::Uuid => Some("hyphenated, in any case".to_owned()),
        Form::DateTime => Some("RFC 3339, with an offset, without leap seconds".to_owned()),
        Form::Decimal => Some("spelt as a number of JSON".to_owned()),
    };
    let blank = text.not_blank.then(|| "not blank".to_owned());
    let bytes = text.max_bytes.map(|most| format!("at most {most} bytes in UTF-8"));
    form.into_iter().chain(blank).chain(bytes).collect()
}

fn array_rules(array: &Array) -> Vec<String> {
    let mut rules = match (array.min_items, array.max_items) {
        (0, None) => Vec::new(),
        (1, None) => vec!["at least one".to_owned()],
        (least, None) => vec![format!("at least {least}")],
        (0, Some(most)) => vec![format!("at most {most}")],
        (least, Some(most)) => vec![format!("from {least} to {most}")],
    };
    if let Order::Set(keys) = &array.order {
        rules.push(format!("told apart by {}", quoted(keys)));
    }
    rules
}

/// What the order of an array means for identity.
pub(crate) fn array_role(array: &Array) -> String {
    match &array.order {
        Order::List => "the order is part of it".to_owned(),
        Order::Set(keys) => {
            format!("the order means nothing: elements are ordered by {}", quoted(keys))
        }
        Order::Multiset => "the order means nothing, and equal elements may repeat".to_owned(),
    }
}

/// What absence means, and null where it may be written.
pub(crate) fn absence(model: &Model, member: &Member) -> String {
    let meaning = match &member.absence {
        Absence::Required if member.nullable => return "(required; null is a value)".to_owned(),
        Absence::Required => return "(required)".to_owned(),
        Absence::Null => "no value".to_owned(),
        Absence::Default(value) => format!("`{value}`"),
        Absence::Inherit(index) => {
            let name = model.scope.get(*index).map_or("", |member| member.name.as_str());
            format!("the scope's `{name}`")
        }
    };
    match member.nullable || member.ty == Type::Null {
        true => meaning,
        false => format!("{meaning}; null is refused"),
    }
}

/// What a member does for identity.
pub(crate) fn roles(model: &Model, record: usize, member: &Member) -> Vec<String> {
    let mut roles = Vec::new();
    for array in &model.arrays {
        if let Order::Set(keys) = &array.order
            && array.items == Type::Record(record)
            && let Some(at) = keys.iter().position(|key| *key == member.name)
        {
            roles.push(match keys.len() {
                1 => "key of its set".to_owned(),
                _ => format!("part {} of the key of its set", at + 1),
            });
        }
    }
    if let Type::Array(index) = member.ty
        && let Some(array) = model.arrays.get(index)
    {
        roles.push(array_role(array));
    }
    if let Type::Text(index) = member.ty
        && let Some(text) = model.texts.get(index)
    {
        let role = match text.form {
            Form::Plain => None,
            Form::Uuid => Some("compared as a UUID, written in lower case"),
            Form::DateTime => Some("compared as a point in time, written in UTC"),
            Form::Decimal => Some("compared as a number, written with its exact digits"),
        };
        roles.extend(role.map(str::to_owned));
    }
    if member.ty == Type::Opaque {
        roles.push("compared as `jsonb`".to_owned());
    }
    if member.ty == Type::Null {
        roles.push("always written as null".to_owned());
    }
    if member.emit_non_default {
        roles.push(
            "left out of the canonical form where it means what its absence means".to_owned(),
        );
    }
    if member.stored_absent_any {
        roles.push("a stored row without it matches anything".to_owned());
    }
    if let Absence::Inherit(index) = member.absence {
        let name = model.scope.get(index).map_or("", |member| member.name.as_str());
        roles.push(format!("depends on the scope's `{name}`"));
    }
    for reference in &model.references {
        if reference.node.pointer().starts_with(&format!("{}/", member.node.pointer())) {
            roles.push(reference_words(reference));
        }
    }
    if roles.is_empty() {
        roles.push("by value".to_owned());
    }
    roles
}

/// What a member refers to.
pub(crate) fn reference_words(reference: &Reference) -> String {
    let circles = if reference.acyclic { ", without circles" } else { "" };
    let outside = match reference.outside {
        true => "; others are for the server to know",
        false => ", and nothing else",
    };
    format!("names `{}` of `{}`{circles}{outside}", reference.key, reference.set)
}

fn quoted(names: &[String]) -> String {
    let named = |name: &String| match name.as_str() {
        "" => "`\"\"`".to_owned(),
        name => format!("`{name}`"),
    };
    let names: Vec<String> = names.iter().map(named).collect();
    names.join(", ")
}

/// The index of a record, for [`roles`].
impl Model {
    /// The index of a record in [`Model::records`].
    pub(crate) fn index_of(&self, record: &Record) -> usize {
        let same = |other: &Record| other.node.pointer() == record.node.pointer();
        self.records.iter().position(same).unwrap_or(usize::MAX)
    }
}
