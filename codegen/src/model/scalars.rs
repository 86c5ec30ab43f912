//! Strings, whole numbers, choices and arrays.

use super::build::{Builder, Use, is_definition};
use super::facts::{Place, Subject, canonical};
use super::types::{Array, Bound, Choice, Form, Integer, Number, Order, Record, Text, Type};
use crate::read::{Node, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use tantamount_core::json::Decimal;

impl Builder<'_> {
    /// The name of a scalar's own type: it has one when it stands under `$defs` with a title.
    fn scalar_name(&mut self, node: &Node) -> Option<String> {
        if !is_definition(node.pointer()) || node.get("title").is_none() {
            return None;
        }
        self.name(node, "the value")
    }

    pub(super) fn text(&mut self, node: &Node, place: Place) -> Option<Type> {
        let annotations = ["not-blank", "max-bytes", "as"];
        self.check_place(node, place, Subject::String, &["type"], &annotations);
        let form = self.form(node)?;
        let not_blank = canonical(node, "not-blank").is_some();
        let max_bytes = canonical(node, "max-bytes").and_then(|member| {
            let bytes = member.value.as_integer().and_then(Result::ok);
            bytes.and_then(|bytes| u32::try_from(bytes).ok())
        });
        if form != Form::Plain {
            let what = match form {
                Form::Uuid => "a UUID",
                Form::DateTime => "a point in time",
                _ => "a decimal number",
            };
            for name in ["not-blank", "max-bytes"] {
                if let Some(member) = canonical(node, name).cloned() {
                    let message = format!("`{name}` says nothing about {what}");
                    self.fault(
                        &member,
                        message,
                        "leave it out: the value has a spelling of its own",
                    );
                }
            }
        }
        let Some(name) = self.scalar_name(node) else {
            return Some(self.plain_text(node, not_blank, max_bytes, form));
        };
        let text = Text {
            documentation: self.documentation(node),
            name: Some(name),
            not_blank,
            max_bytes,
            form,
            node: node.clone(),
        };
        Some(Type::Text(push(&mut self.model.texts, text)))
    }

    /// A string without a type of its own; equal ones are one.
    pub(super) fn plain_text(
        &mut self,
        node: &Node,
        not_blank: bool,
        max_bytes: Option<u32>,
        form: Form,
    ) -> Type {
        let same = |other: &Text| {
            other.name.is_none()
                && (other.not_blank, other.max_bytes, other.form) == (not_blank, max_bytes, form)
        };
        if let Some(index) = self.model.texts.iter().position(same) {
            return Type::Text(index);
        }
        let documentation = self.documentation(node);
        let node = node.clone();
        let text = Text { name: None, documentation, not_blank, max_bytes, form, node };
        Type::Text(push(&mut self.model.texts, text))
    }

    /// How the string is compared. A format alone is an annotation; beside `as` it says the same.
    fn form(&mut self, node: &Node) -> Option<Form> {
        let Some(compared) = canonical(node, "as").cloned() else { return Some(Form::Plain) };
        let value = compared.value.as_str().unwrap_or_default();
        let form = match value {
            "uuid" => Form::Uuid,
            "date-time" => Form::DateTime,
            "decimal" => Form::Decimal,
            _ => return None,
        };
        if let Some(format) = node.member("format").cloned()
            && format.value.as_str() != Some(value)
        {
            let shown = format.value.as_str().unwrap_or_default();
            let message =
                format!("the format `{shown}` and `\"as\": \"{value}\"` contradict each other");
            self.fault(&format, message, "leave one of the two out");
            return None;
        }
        Some(form)
    }

    /// A whole number: of 64 bits where the bounds say so.
    pub(super) fn integer(&mut self, node: &Node, place: Place) -> Option<Type> {
        let keywords = ["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
        self.check_place(node, place, Subject::Number, &keywords, &[]);
        let (least, most) = (self.minimum(node), self.maximum(node));
        let step = |bound: &Bound, step: i64| {
            let value = Decimal::parse(bound.value.as_bytes())?.to_i64().ok()?;
            if bound.is_exclusive { value.checked_add(step) } else { Some(value) }
        };
        let minimum = least.as_ref().and_then(|bound| step(bound, 1));
        let maximum = most.as_ref().and_then(|bound| step(bound, -1));
        let (Some(minimum), Some(maximum)) = (minimum, maximum) else {
            return Some(self.exact(node, true, least, most));
        };
        if minimum > maximum {
            let message = format!("no integer is from {minimum} to {maximum}");
            self.fault_at(node, "minimum", message, "swap the bounds");
            return None;
        }
        let name = self.scalar_name(node);
        let documentation = self.documentation(node);
        let integer = Integer { name, documentation, minimum, maximum, node: node.clone() };
        let same = |other: &Integer| {
            other.name.is_none()
                && integer.name.is_none()
                && (other.minimum, other.maximum) == (minimum, maximum)
        };
        let found = self.model.integers.iter().position(same);
        Some(Type::Integer(found.unwrap_or_else(|| push(&mut self.model.integers, integer))))
    }

    /// A number: an exact decimal.
    pub(super) fn number(&mut self, node: &Node, place: Place) -> Type {
        let keywords = ["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
        self.check_place(node, place, Subject::Number, &keywords, &[]);
        let (minimum, maximum) = (self.minimum(node), self.maximum(node));
        self.exact(node, false, minimum, maximum)
    }

    fn exact(
        &mut self,
        node: &Node,
        is_whole: bool,
        minimum: Option<Bound>,
        maximum: Option<Bound>,
    ) -> Type {
        let name = self.scalar_name(node);
        let documentation = self.documentation(node);
        let number = Number { name, documentation, is_whole, minimum, maximum, node: node.clone() };
        let same = |other: &Number| {
            other.name.is_none()
                && number.name.is_none()
                && (other.is_whole, &other.minimum, &other.maximum)
                    == (is_whole, &number.minimum, &number.maximum)
        };
        let found = self.model.numbers.iter().position(same);
        Type::Number(found.unwrap_or_else(|| push(&mut self.model.numbers, number)))
    }

    /// A boolean that is always its default, or null: a member that a branch of a union has no use
    /// for, which may be written out all the same.
    pub(super) fn constant(&mut self, node: &Node, place: Place) -> Option<Use> {
        let only = only_boolean(node)?;
        let is_default = node.get("default").and_then(Node::as_bool) == Some(only)
            && canonical(node, "absent").is_some();
        if place != Place::Property || !is_default {
            return None;
        }
        self.check_place(node, place, Subject::Choice, &["enum"], &[]);
        Some(Use { ty: Type::Null, nullable: true })
    }

    fn minimum(&self, node: &Node) -> Option<Bound> {
        stricter(node, ("minimum", "exclusiveMinimum"), Ordering::Greater)
    }

    fn maximum(&self, node: &Node) -> Option<Bound> {
        stricter(node, ("maximum", "exclusiveMaximum"), Ordering::Less)
    }

    /// `enum` or `const` of strings, with `null` where the value may be null; `None` where other
    /// values are listed.
    pub(super) fn choice(&mut self, node: &Node, place: Place) -> Option<Use> {
        let keyword = if node.get("enum").is_some() { "enum" } else { "const" };
        let member = node.member(keyword)?.clone();
        let value = member.value.clone();
        let listed: Vec<Node> = match keyword {
            "enum" => value.as_array().unwrap_or_default().to_vec(),
            _ => vec![value.clone()],
        };
        let mut values: Vec<String> = Vec::new();
        let mut known = BTreeSet::new();
        let mut nullable = false;
        for value in &listed {
            match value.as_str() {
                Some(text) if known.contains(text) => {
                    let message = format!("`{text}` is listed twice");
                    self.fault_at(value, keyword, message, "list each value once");
                }
                Some(text) => {
                    known.insert(text.to_owned());
                    values.push(text.to_owned());
                }
                None if value.is_null() => nullable = true,
                None => return None,
            }
        }
        if values.is_empty() {
            return None;
        }
        if node.get("type").is_some() {
            let typed = self.typed(node)?;
            if typed.name != "string" {
                return None;
            }
            nullable &= typed.nullable;
        }
        self.check_place(node, place, Subject::Choice, &["type", keyword], &[]);
        let name = self.name(node, "the choice")?;
        let variants = self.variants(node, &member, &values);
        let choice = Choice {
            name,
            documentation: self.documentation(node),
            values,
            variants,
            is_tag: false,
            node: node.clone(),
        };
        Some(Use { ty: Type::Choice(push(&mut self.model.choices, choice)), nullable })
    }

    pub(super) fn array(&mut self, node: &Node, place: Place, nullable: bool) -> Option<Type> {
        // `items` says less where positions are described, and nothing where it is false.
        let is_list = node.get("prefixItems").is_none()
            && node.get("items").is_none_or(|items| matches!(items.value(), Value::Object(_)));
        let enforced: &[&str] = match is_list {
            true => &["type", "items", "minItems", "maxItems"],
            false => &["type", "minItems", "maxItems"],
        };
        self.check_place(node, place, Subject::Array, enforced, &["set", "multiset"]);
        let min_items = self.count(node, "minItems").unwrap_or(0);
        let max_items = self.count(node, "maxItems");
        if max_items.is_some_and(|max_items| max_items < min_items) {
            let message = "`maxItems` is less than `minItems`".to_owned();
            self.fault_at(node, "maxItems", message, "swap the two");
        }
        // The array takes its place before its items are looked at: they may hold it again.
        let array = Array {
            items: Type::Opaque,
            nullable_items: false,
            min_items,
            max_items,
            order: Order::List,
            node: node.clone(),
        };
        let index = push(&mut self.model.arrays, array);
        let ty = Type::Array(index);
        self.known.insert(node.pointer().to_owned(), Some(Use { ty, nullable }));
        let element = match node.get("items").filter(|_| is_list) {
            Some(items) => {
                self.way.push("item".to_owned());
                let element = self.value(items, Place::Elsewhere);
                self.way.pop();
                element?
            }
            None => Use { ty: Type::Opaque, nullable: false },
        };
        let order = self.order(node, element.ty)?;
        if let Some(array) = self.model.arrays.get_mut(index) {
            array.items = element.ty;
            array.nullable_items =
                element.nullable && !matches!(element.ty, Type::Opaque | Type::Null);
            array.order = order;
        }
        Some(ty)
    }

    fn order(&mut self, node: &Node, items: Type) -> Option<Order> {
        if canonical(node, "multiset").is_some() {
            return Some(Order::Multiset);
        }
        let Some(set) = canonical(node, "set").cloned() else { return Some(Order::List) };
        let is_object = match items {
            Type::Record(index) => {
                self.model.records.get(index).is_some_and(|record: &Record| !record.is_map)
            }
            _ => false,
        };
        if !is_object {
            let help = "for a collection of scalars write `\"multiset\": true`";
            self.fault(&set, "a set is of objects, told apart by members".to_owned(), help);
            return None;
        };
        let keys = set.value.as_array().unwrap_or_default().iter();
        Some(Order::Set(keys.filter_map(Node::as_str).map(str::to_owned).collect()))
    }
}

/// The boolean of `enum: [false, null]`.
pub(super) fn only_boolean(node: &Node) -> Option<bool> {
    let (Some([one, other]), None) = (node.get("enum")?.as_array(), node.get("const")) else {
        return None;
    };
    match (one.is_null(), other.is_null()) {
        (true, false) => other.as_bool(),
        (false, true) => one.as_bool(),
        _ => None,
    }
}

/// The stricter of two bounds; `stricter` is how it compares to the other one.
fn stricter(node: &Node, keywords: (&str, &str), stricter: Ordering) -> Option<Bound> {
    let bound = |keyword: &str, is_exclusive: bool| {
        let Value::Number(text) = node.get(keyword)?.value() else { return None };
        let mut value = Vec::new();
        Decimal::parse(text.as_bytes())?.write_canonical(&mut value);
        Some(Bound { value: String::from_utf8(value).ok()?, is_exclusive })
    };
    match (bound(keywords.0, false), bound(keywords.1, true)) {
        (Some(inclusive), Some(exclusive)) => {
            let order = Decimal::parse(inclusive.value.as_bytes())
                .zip(Decimal::parse(exclusive.value.as_bytes()))
                .map(|(one, other)| one.compare(&other));
            Some(if order == Some(stricter) { inclusive } else { exclusive })
        }
        (one, other) => one.or(other),
    }
}

/// Appends to a table and tells the index.
pub(super) fn push<T>(table: &mut Vec<T>, value: T) -> usize {
    table.push(value);
    table.len() - 1
}
