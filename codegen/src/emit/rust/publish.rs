//! `schemars::JsonSchema`: each type publishes its own definition as plain JSON Schema.

use super::ident;
use crate::model::Model;
use crate::read::{Node, Shape, Value, shape, subschemas};
use crate::schema::Schema;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn publish(schema: &Schema) -> TokenStream {
    let named = named(schema.model(), schema.source().root());
    // Definitions without a type stand beside the types.
    let mut untyped: BTreeMap<String, Node> = BTreeMap::new();
    let written = |node: &Node| {
        let mut plain = Plain::new(schema, &named);
        let mut text = String::new();
        plain.schema(node, &mut text);
        let types: Vec<TokenStream> = plain
            .used
            .iter()
            .map(|used| {
                let ty = ident(used);
                quote!((#used, SchemaGenerator::subschema_for::<#ty>))
            })
            .collect();
        (text, types, plain.untyped)
    };
    let implementations: Vec<TokenStream> = named
        .values()
        .map(|(name, node)| {
            let (text, types, found) = written(node);
            let publish = match found.is_empty() {
                true => quote!(published(generator, #text, &[#(#types),*])),
                false => quote!(published_with(generator, #text, &[#(#types),*], UNTYPED)),
            };
            untyped.extend(found);
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
                        #publish
                    }
                }
            }
        })
        .collect();
    let mut open: Vec<Node> = untyped.values().cloned().collect();
    let mut definitions: BTreeMap<String, TokenStream> = BTreeMap::new();
    while let Some(node) = open.pop() {
        let name = untyped_name(node.pointer());
        if definitions.contains_key(&name) {
            continue;
        }
        let (text, types, found) = written(&node);
        let definition = quote!((#name, #text, &[#(#types),*]));
        definitions.insert(name, definition);
        open.extend(found.into_values());
    }
    let definitions = definitions.values();
    let table = (definitions.len() > 0).then(|| {
        quote! {
            /// Definitions that have no type, by their names.
            const UNTYPED: &[UntypedDefinition<'static>] = &[#(#definitions),*];
        }
    });
    let items = quote!(#table #(#implementations)*);
    let imports = ["UntypedDefinition", "published", "published_with"];
    let imports = imports.into_iter().filter(|name| super::mentions(&items, name)).map(ident);
    quote! {
        use super::types::*;
        use std::borrow::Cow;
        use tantamount_core::schemars::{JsonSchema, Schema, SchemaGenerator};
        use tantamount_core::schemars_support::{#(#imports),*};

        #items
    }
}

/// The name of a definition that has no type: no type's name holds a `.`.
fn untyped_name(pointer: &str) -> String {
    pointer.split(['#', '/']).filter(|token| !token.is_empty()).collect::<Vec<_>>().join(".") + "."
}

/// The schemas that have a type of Rust, by their pointers.
fn named(model: &Model, root: &Node) -> BTreeMap<String, (String, Node)> {
    let mut named = BTreeMap::new();
    let mut add = |name: &str, node: &Node| {
        named.insert(node.pointer().to_owned(), (name.to_owned(), node.clone()));
    };
    if super::is_wrapped(model) {
        add(&model.title, root);
    }
    let own = model.records.iter().filter(|record| !record.is_map && record.alone.is_none());
    for record in own {
        record.branches.iter().for_each(|branch| add(&branch.name, &branch.node));
        add(&record.name, &record.node);
    }
    for choice in model.choices.iter().filter(|choice| !choice.is_tag) {
        add(&choice.name, &choice.node);
    }
    for text in &model.texts {
        text.name.iter().for_each(|name| add(name, &text.node));
    }
    for number in &model.numbers {
        number.name.iter().for_each(|name| add(name, &number.node));
    }
    for integer in &model.integers {
        integer.name.iter().for_each(|name| add(name, &integer.node));
    }
    named
}

/// Writes schemas without our annotations, in the order of the source.
struct Plain<'a> {
    from: &'a Schema,
    named: &'a BTreeMap<String, (String, Node)>,
    used: BTreeSet<String>,
    /// Schemas without a type that are referred to, by their pointers.
    untyped: BTreeMap<String, Node>,
    /// The pointers of the schemas that are being written out.
    way: Vec<String>,
}

impl<'a> Plain<'a> {
    fn new(from: &'a Schema, named: &'a BTreeMap<String, (String, Node)>) -> Plain<'a> {
        Plain { from, named, used: BTreeSet::new(), untyped: BTreeMap::new(), way: Vec::new() }
    }

    /// A schema whose own type, if it has one, is being published.
    fn schema(&mut self, node: &Node, out: &mut String) {
        write_members(&self.members(node), out);
    }

    /// The members of a schema as they are published; what a reference leads to is written out
    /// where it has no type.
    fn members(&mut self, node: &Node) -> Vec<(String, String)> {
        let mut members: Vec<(String, String)> = Vec::new();
        let mut both = None;
        for member in node.members() {
            let name = member.name.as_str();
            let is_ours = matches!(
                name,
                "x-canonical" | "x-rust-name" | "x-rust-names" | "x-storage" | "$anchor"
            );
            if is_ours || matches!(name, "$schema" | "$id" | "$defs" | "definitions") {
                continue;
            }
            let mut text = String::new();
            match (shape(name), member.value.value()) {
                _ if name == "$ref" => {
                    let Some(target) = self.from.target(&member.value) else { continue };
                    match self.named.get(target.pointer()) {
                        Some((ty, _)) => {
                            self.used.insert(ty.clone());
                            text = format!("\"#/$defs/{ty}\"");
                        }
                        // What holds others is not written out each time, or without end.
                        None if is_compound(&target)
                            || self.way.iter().any(|outer| outer == target.pointer()) =>
                        {
                            let pointer = target.pointer().to_owned();
                            let name = untyped_name(&pointer);
                            text = serde_json::Value::from(format!("#/$defs/{name}")).to_string();
                            self.untyped.insert(pointer, target);
                        }
                        None => {
                            self.way.push(target.pointer().to_owned());
                            let found = self.members(&target);
                            self.way.pop();
                            let says = |name: &str| !matches!(name, "title" | "description");
                            if found.iter().any(|(name, _)| says(name) && node.get(name).is_some())
                            {
                                // Both say something by one keyword, and both hold.
                                both = Some(found);
                                continue;
                            }
                            for (name, value) in found {
                                replace(&mut members, name, value);
                            }
                            continue;
                        }
                    }
                }
                (Some(Shape::Map | Shape::Dependencies), Value::Object(properties)) => {
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
                (Some(Shape::List | Shape::SchemaOrList), Value::Array(elements)) => {
                    text.push('[');
                    for (index, element) in elements.iter().enumerate() {
                        if index > 0 {
                            text.push(',');
                        }
                        self.below(element, &mut text);
                    }
                    text.push(']');
                }
                (Some(Shape::Schema | Shape::SchemaOrList), Value::Object(_)) => {
                    self.below(&member.value, &mut text);
                }
                _ => text.push_str(self.from.text_of(&member.value).unwrap_or("null")),
            }
            replace(&mut members, name.to_owned(), text);
        }
        if let Some(found) = both {
            let mut text = String::new();
            write_members(&found, &mut text);
            let own = members.iter().position(|(name, _)| name == "allOf");
            let all_of = match own {
                Some(at) => format!("[{text},{{\"allOf\":{}}}]", members.remove(at).1),
                None => format!("[{text}]"),
            };
            members.push(("allOf".to_owned(), all_of));
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
            None => match node.value() {
                Value::Boolean(value) => out.push_str(&value.to_string()),
                Value::Object(_) => self.schema(node, out),
                // Names that depend on one.
                _ => out.push_str(self.from.text_of(node).unwrap_or("null")),
            },
        }
    }
}

/// Whether a schema holds or names others, other than as the members that objects share.
fn is_compound(node: &Node) -> bool {
    let shares = node.text("type") == Some("object")
        && ["anyOf", "oneOf", "additionalProperties"].iter().all(|name| node.get(name).is_none());
    node.get("$ref").is_some() || (!shares && !subschemas(node).is_empty())
}

fn write_members(members: &[(String, String)], out: &mut String) {
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

/// Sets a member; what stands nearer to the value wins over what a reference brought.
fn replace(members: &mut Vec<(String, String)>, name: String, value: String) {
    match members.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => members.push((name, value)),
    }
}
