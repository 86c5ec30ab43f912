//! Names of members and of values in Rust, and how clashes between them are settled.
//!
//! `x-rust-name` on a property names its field, `x-rust-names` on a choice its values: names in
//! JSON cannot be changed once they are written, names of types can, by their `title`.

use super::build::Builder;
use super::names::{field_names, is_rust_name, variant_names};
use crate::read::{Member as Property, Node, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Builder<'_> {
    /// The names of the fields of members that stand side by side; clashes are reported.
    pub(super) fn fields(&mut self, properties: &[&Property]) -> Vec<String> {
        let mut given: BTreeMap<usize, String> = BTreeMap::new();
        for (index, property) in properties.iter().enumerate() {
            let Some(named) = property.value.member("x-rust-name").cloned() else { continue };
            match named.value.as_str().filter(|name| is_rust_name(name)) {
                Some(name) => drop(given.insert(index, name.to_owned())),
                None => {
                    let message = format!("`{}` is no name of a field", named.value.to_text());
                    let help = "write an identifier of Rust that is no keyword, as in `user_id`";
                    self.fault(&named, message, help);
                }
            }
        }
        // Those that are named leave the others to themselves.
        let others: Vec<usize> =
            (0..properties.len()).filter(|index| !given.contains_key(index)).collect();
        let names: Vec<&str> = others
            .iter()
            .filter_map(|index| properties.get(*index))
            .map(|property| property.name.as_str())
            .collect();
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        for (index, name) in others.iter().zip(field_names(&names)) {
            match name {
                Ok(name) => drop(found.insert(*index, name)),
                Err(other) => {
                    let other = others.get(other).and_then(|other| properties.get(*other));
                    self.same_field(properties.get(*index), other);
                }
            }
        }
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for (index, name) in given.into_iter().chain(found) {
            if let Some(other) = taken.insert(name, index) {
                self.same_field(properties.get(index), properties.get(other));
            }
        }
        let mut fields = vec![String::new(); properties.len()];
        for (name, index) in taken {
            if let Some(field) = fields.get_mut(index) {
                *field = name;
            }
        }
        fields
    }

    fn same_field(&mut self, one: Option<&&Property>, other: Option<&&Property>) {
        let (Some(one), Some(other)) = (one, other) else { return };
        let message = format!(
            "`{}` makes the same name in Rust as `{}` at `{}`",
            one.name,
            other.name,
            self.sources.shown(other.value.pointer())
        );
        let help = "name the field of one of the two: `\"x-rust-name\": \"another_name\"`";
        self.fault_of(one, "x-rust-name", message, help);
    }

    /// The names of the values of a choice; clashes are reported at the keyword.
    pub(super) fn variants(
        &mut self,
        node: &Node,
        keyword: &Property,
        values: &[String],
    ) -> Vec<String> {
        let given = self.given_variants(node, values);
        let others: Vec<&str> =
            values.iter().map(String::as_str).filter(|value| !given.contains_key(*value)).collect();
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        for (value, name) in others.iter().zip(variant_names(&others)) {
            match name {
                Ok(name) => drop(names.insert(value, name)),
                Err(other) => {
                    let other = others.get(other).copied().unwrap_or_default();
                    self.same_variant(keyword, value, other);
                }
            }
        }
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for (value, name) in given
            .iter()
            .map(|(value, name)| (value.as_str(), name))
            .chain(names.iter().map(|(value, name)| (*value, name)))
        {
            if let Some(other) = taken.insert(name, value) {
                self.same_variant(keyword, value, other);
            }
        }
        let name = |value: &String| given.get(value).or_else(|| names.get(value.as_str())).cloned();
        values.iter().map(|value| name(value).unwrap_or_default()).collect()
    }

    fn given_variants(&mut self, node: &Node, values: &[String]) -> BTreeMap<String, String> {
        let mut given = BTreeMap::new();
        let Some(named) = node.member("x-rust-names").cloned() else { return given };
        if !matches!(named.value.value(), Value::Object(_)) {
            let help = "write an object from values to names: `{\"+1\": \"ThumbsUp\"}`";
            self.fault(&named, "`x-rust-names` is no object".to_owned(), help);
        }
        let known: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        for member in named.value.members() {
            if !known.contains(member.name.as_str()) {
                let message = format!("`{}` is not one of the values", member.name);
                let near = crate::read::suggestion(&member.name, known.iter().copied());
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "leave it out".to_owned(),
                };
                self.fault_of(member, "x-rust-names", message, &help);
                continue;
            }
            match member.value.as_str().filter(|name| is_rust_name(name)) {
                Some(name) => drop(given.insert(member.name.clone(), name.to_owned())),
                None => {
                    let message = format!("`{}` is no name of a value", member.value.to_text());
                    let help = "write an identifier of Rust that is no keyword, as in `ThumbsUp`";
                    self.fault_of(member, "x-rust-names", message, help);
                }
            }
        }
        given
    }

    fn same_variant(&mut self, keyword: &Property, one: &str, other: &str) {
        let message = format!("`{one}` makes the same name in Rust as `{other}`");
        let help = format!(
            "name one of the two: `\"x-rust-names\": {{{}: \"AnotherName\"}}`",
            serde_json::Value::from(one)
        );
        self.fault(keyword, message, &help);
    }
}
