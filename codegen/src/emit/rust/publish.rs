//! `schemars::JsonSchema`: each type publishes its own definition as plain JSON Schema.

use super::ident;
use crate::model::Model;
use crate::read::{Node, Source, Value};
use crate::schema::Schema;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn publish(schema: &Schema) -> TokenStream {
    let named = named(schema.model());
    let implementations = named.values().map(|(name, node)| {
        let mut plain = Plain { source: schema.source(), named: &named, used: BTreeSet::new() };
        let mut text = String::new();
        plain.schema(node, &mut text);
        let types = plain.used.iter().map(|used| {
            let ty = ident(used);
            quote!((#used, SchemaGenerator::subschema_for::<#ty>))
        });
        let ty = ident(name);
        quote! {
            impl JsonSchema for #ty {
                fn schema_name() -> Cow<'static, str> {
                    Cow::Borrowed(#name)
                }

                fn schema_id() -> Cow<'static, str> {
                    Cow::Borrowed(concat!(module_path!(), "::", #name))
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    published(generator, #text, &[#(#types),*])
                }
            }
        }
    });
    quote! {
        use super::types::*;
        use std::borrow::Cow;
        use tantamount_core::schemars::{JsonSchema, Schema, SchemaGenerator};
        use tantamount_core::schemars_support::published;

        #(#implementations)*
    }
}

/// The schemas that have a type of Rust, by their pointers.
fn named(model: &Model) -> BTreeMap<String, (String, Node)> {
    let mut named = BTreeMap::new();
    let mut add = |name: &str, node: &Node| {
        named.insert(node.pointer().to_owned(), (name.to_owned(), node.clone()));
    };
    for record in &model.records {
        record.branches.iter().for_each(|branch| add(&branch.name, &branch.node));
        add(&record.name, &record.node);
    }
    for choice in model.choices.iter().filter(|choice| !choice.is_tag) {
        add(&choice.name, &choice.node);
    }
    for text in &model.texts {
        text.name.iter().for_each(|name| add(name, &text.node));
    }
    for integer in &model.integers {
        integer.name.iter().for_each(|name| add(name, &integer.node));
    }
    named
}

/// Writes schemas without our annotations, in the order of the source.
struct Plain<'a> {
    source: &'a Source,
    named: &'a BTreeMap<String, (String, Node)>,
    used: BTreeSet<String>,
}

impl Plain<'_> {
    /// A schema whose own type, if it has one, is being published.
    fn schema(&mut self, node: &Node, out: &mut String) {
        let members = self.members(node);
        out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&serde_json::Value::from(name.as_str()).to_string());
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
    }

    /// The members of a schema as they are published; what a reference leads to is written out
    /// where it has no type.
    fn members(&mut self, node: &Node) -> Vec<(String, String)> {
        let mut members: Vec<(String, String)> = Vec::new();
        for member in node.members() {
            let name = member.name.as_str();
            let is_ours = matches!(name, "x-canonical" | "x-storage" | "$anchor");
            if is_ours || matches!(name, "$schema" | "$id" | "$defs") {
                continue;
            }
            let mut text = String::new();
            match (name, member.value.value()) {
                ("$ref", _) => {
                    let Ok(target) = self.source.resolve(&member.value) else { continue };
                    match self.named.get(target.pointer()) {
                        Some((ty, _)) => {
                            self.used.insert(ty.clone());
                            text = format!("\"#/$defs/{ty}\"");
                        }
                        None => {
                            for (name, value) in self.members(&target) {
                                replace(&mut members, name, value);
                            }
                            continue;
                        }
                    }
                }
                ("properties", Value::Object(properties)) => {
                    text.push('{');
                    for (index, property) in properties.iter().enumerate() {
                        if index > 0 {
                            text.push(',');
                        }
                        text.push_str(&serde_json::Value::from(property.name.as_str()).to_string());
                        text.push(':');
                        self.below(&property.value, &mut text);
                    }
                    text.push('}');
                }
                ("allOf" | "anyOf" | "oneOf", Value::Array(elements)) => {
                    text.push('[');
                    for (index, element) in elements.iter().enumerate() {
                        if index > 0 {
                            text.push(',');
                        }
                        self.below(element, &mut text);
                    }
                    text.push(']');
                }
                ("items", _) => self.below(&member.value, &mut text),
                _ => {
                    let span = member.value.span();
                    text.push_str(self.source.text().get(span.start..span.end).unwrap_or("null"));
                }
            }
            replace(&mut members, name.to_owned(), text);
        }
        members
    }

    /// A schema inside of another: a reference where it has a type.
    fn below(&mut self, node: &Node, out: &mut String) {
        match self.named.get(node.pointer()) {
            Some((ty, _)) => {
                self.used.insert(ty.clone());
                out.push_str(&format!("{{\"$ref\":\"#/$defs/{ty}\"}}"));
            }
            None => self.schema(node, out),
        }
    }
}

/// Sets a member; what stands nearer to the value wins over what a reference brought.
fn replace(members: &mut Vec<(String, String)>, name: String, value: String) {
    match members.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => members.push((name, value)),
    }
}
