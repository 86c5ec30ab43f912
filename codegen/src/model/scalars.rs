//! Strings, whole numbers, choices and arrays.

use super::build::{Builder, Use};
use super::facts::{Place, canonical};
use super::types::{Array, Choice, Form, Integer, Order, Text, Type};
use crate::read::Node;

impl Builder<'_> {
    /// The name of a scalar's own type: it has one when it stands under `$defs` with a title.
    fn scalar_name(&mut self, node: &Node) -> Option<String> {
        let under_definitions = node.pointer().strip_prefix("/$defs/");
        let is_definition = under_definitions.is_some_and(|name| !name.contains('/'));
        if !is_definition || node.get("title").is_none() {
            return None;
        }
        self.name(node, "the value")
    }

    pub(super) fn text(&mut self, node: &Node, place: Place) -> Option<Type> {
        self.check_place(
            node,
            place,
            "a string",
            &["type", "format"],
            &["not-blank", "max-bytes", "as"],
        );
        let form = self.form(node)?;
        let not_blank = canonical(node, "not-blank").is_some();
        let max_bytes = canonical(node, "max-bytes").and_then(|member| {
            let bytes = member.value.as_integer().and_then(Result::ok);
            bytes.and_then(|bytes| u32::try_from(bytes).ok())
        });
        if form == Form::Uuid {
            for name in ["not-blank", "max-bytes"] {
                if let Some(member) = canonical(node, name).cloned() {
                    let message = format!("`{name}` says nothing about a UUID");
                    self.fault(&member, message, "leave it out: a UUID always has 36 bytes");
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

    fn form(&mut self, node: &Node) -> Option<Form> {
        let compared_as = canonical(node, "as").cloned();
        let as_uuid = compared_as.as_ref().is_some_and(|m| m.value.as_str() == Some("uuid"));
        if let Some(format) = node.member("format") {
            if format.value.as_str() != Some("uuid") {
                let message = format!(
                    "the format `{}` is not supported",
                    format.value.as_str().unwrap_or_default()
                );
                let help = "leave it out, and say in the `description` how the string is written";
                self.fault(format, message, help);
                return None;
            }
            if !as_uuid {
                let help = "add `\"x-canonical\": {\"as\": \"uuid\"}`, or leave the format out";
                let message = "the format `uuid` alone does not say how UUIDs are compared";
                self.fault(format, message.to_owned(), help);
                return None;
            }
        }
        match compared_as {
            None => Some(Form::Plain),
            Some(_) if as_uuid => Some(Form::Uuid),
            Some(member) => {
                let value = member.value.as_str().unwrap_or_default();
                let message = format!("comparing as `{value}` is not supported yet");
                self.fault(&member, message, "leave it out: the string is compared as it is");
                None
            }
        }
    }

    pub(super) fn integer(&mut self, node: &Node, place: Place) -> Option<Type> {
        let keywords = ["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
        self.check_place(node, place, "an integer", &keywords, &[]);
        let minimum = self.least(node);
        let maximum = self.greatest(node);
        if let (None, _) | (_, None) = (minimum, maximum) {
            let bounds = keywords.iter().skip(1).any(|keyword| {
                self.report.mentions(node.get(keyword).map_or("", |bound| bound.pointer()))
            });
            if !bounds {
                let help = "add `minimum` and `maximum`: a type of the database must hold it";
                self.fault_at(node, "type", "the integer has no bounds".to_owned(), help);
            }
            return None;
        }
        let (minimum, maximum) = (minimum?, maximum?);
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

    fn least(&mut self, node: &Node) -> Option<i64> {
        let inclusive = self.bound(node, "minimum");
        let exclusive = self.bound(node, "exclusiveMinimum").and_then(|bound| bound.checked_add(1));
        inclusive.max(exclusive)
    }

    fn greatest(&mut self, node: &Node) -> Option<i64> {
        let inclusive = self.bound(node, "maximum");
        let exclusive = self.bound(node, "exclusiveMaximum").and_then(|bound| bound.checked_sub(1));
        match (inclusive, exclusive) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// A boolean that is always its default, or null: a member that a branch of a union has no use
    /// for, which may be written out all the same.
    pub(super) fn constant(&mut self, node: &Node, place: Place) -> Option<Use> {
        self.check_place(node, place, "a constant", &["enum"], &[]);
        let only = only_boolean(node);
        if place != Place::Property || node.get("default").and_then(Node::as_bool) != only {
            let help = "on a property, add the `default` that is listed and `\"x-canonical\": \
                        {\"absent\": \"default\"}`";
            let message = "a boolean that is always the same is no default".to_owned();
            self.fault_at(node, "enum", message, help);
            return None;
        }
        Some(Use { ty: Type::Null, nullable: true })
    }

    /// `enum` or `const`: strings, and `null` where the value may be null.
    pub(super) fn choice(&mut self, node: &Node, place: Place) -> Option<Use> {
        self.check_place(node, place, "a choice", &["type", "enum", "const"], &[]);
        let keyword = if node.get("enum").is_some() { "enum" } else { "const" };
        let member = node.member(keyword)?.clone();
        if keyword == "enum" && node.get("const").is_some() {
            self.fault(&member, "both `enum` and `const`".to_owned(), "keep one of the two");
            return None;
        }
        let listed: Vec<Node> = match keyword {
            "enum" => member.value.as_array().unwrap_or_default().to_vec(),
            _ => vec![member.value.clone()],
        };
        let mut values: Vec<String> = Vec::new();
        let mut nullable = false;
        for value in &listed {
            match value.as_str() {
                Some(text) if values.iter().any(|other| other == text) => {
                    let message = format!("`{text}` is listed twice");
                    self.fault_at(value, keyword, message, "list each value once");
                }
                Some(text) => values.push(text.to_owned()),
                None if value.is_null() => nullable = true,
                None => {
                    let message = "a value in the list is no string".to_owned();
                    let help = "list strings, and null where the value may be null";
                    self.fault_at(value, keyword, message, help);
                    return None;
                }
            }
        }
        if values.is_empty() {
            let message = "the list has no string".to_owned();
            self.fault(&member, message, "for null alone write `\"type\": \"null\"`");
            return None;
        }
        if node.get("type").is_some() {
            let typed = self.typed(node)?;
            if typed.name != "string" || typed.nullable != nullable {
                let at = node.member("type")?.clone();
                let message = format!("`type` and `{keyword}` contradict each other");
                self.fault(&at, message, "leave `type` out");
                return None;
            }
        }
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
        let keywords = ["type", "items", "minItems", "maxItems"];
        self.check_place(node, place, "an array", &keywords, &["set", "multiset"]);
        let Some(items) = node.get("items") else {
            let help = "add `items`; for any JSON write `\"x-canonical\": {\"opaque\": \"jsonb\"}`";
            self.fault_at(node, "items", "the array does not say its `items`".to_owned(), help);
            return None;
        };
        let min_items = self.count(node, "minItems").unwrap_or(0);
        let max_items = self.count(node, "maxItems");
        if max_items.is_some_and(|max_items| max_items < min_items) {
            let message = "`maxItems` is less than `minItems`".to_owned();
            self.fault_at(node, "maxItems", message, "swap the two");
        }
        // The array takes its place before its items are looked at: they may hold it again.
        let array = Array {
            items: Type::Opaque,
            min_items,
            max_items,
            order: Order::List,
            node: node.clone(),
        };
        let index = push(&mut self.model.arrays, array);
        let ty = Type::Array(index);
        self.known.insert(node.pointer().to_owned(), Some(Use { ty, nullable }));
        let element = self.value(items, Place::Elsewhere)?;
        if element.nullable {
            let help = "leave the null out: an element that is not there needs no place";
            self.fault_at(items, "items", "an element may not be null".to_owned(), help);
            return None;
        }
        let order = self.order(node, element.ty)?;
        if let Some(array) = self.model.arrays.get_mut(index) {
            array.items = element.ty;
            array.order = order;
        }
        Some(ty)
    }

    fn order(&mut self, node: &Node, items: Type) -> Option<Order> {
        if canonical(node, "multiset").is_some() {
            return Some(Order::Multiset);
        }
        let Some(set) = canonical(node, "set").cloned() else { return Some(Order::List) };
        let Type::Record(_) = items else {
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

/// Appends to a table and tells the index.
pub(super) fn push<T>(table: &mut Vec<T>, value: T) -> usize {
    table.push(value);
    table.len() - 1
}
