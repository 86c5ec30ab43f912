//! What the root says beyond any schema: its version, its scope, its name.

use super::build::{Builder, Use};
use super::facts::{Place, Subject, canonical};
use super::names;
use super::types::{Form, Record, ScopeMember, Type};
use crate::read::{Node, Value};
use std::collections::BTreeSet;

impl Builder<'_> {
    /// `$id`, `title` and what else the root must say.
    pub(super) fn head(&mut self, root: &Node) {
        let id = root.text("$id").unwrap_or("");
        let version = id.rsplit([':', '/']).next().unwrap_or("");
        let is_none =
            version.is_empty() || version.len() == id.len() || version.contains(['#', '?', '%']);
        // Only what is stored needs a version.
        if is_none && root.get("x-storage").is_some() {
            let at = root.get("$id").unwrap_or(root).clone();
            let help = "add an `$id` that ends in `:` or `/` and the version, as in \
                        `urn:example:request:1`";
            self.fault_at(&at, "$id", "the schema has no version in its `$id`".to_owned(), help);
        }
        self.model.id = id.to_owned();
        self.model.version = if is_none { String::new() } else { version.to_owned() };
    }

    pub(super) fn scope(&mut self, root: &Node) {
        let Some(scope) = canonical(root, "scope") else { return };
        for member in scope.value.members() {
            let node = &member.value;
            let ty = match node.text("format") {
                Some("uuid") if canonical(node, "as").is_none() => {
                    self.check_place(node, Place::Elsewhere, Subject::String, &["type"], &[]);
                    let typed = self.typed(node).filter(|typed| typed.name == "string");
                    let nullable = typed.is_some_and(|typed| typed.nullable);
                    nullable.then(|| self.plain_text(node, false, None, Form::Uuid))
                }
                _ => {
                    self.way.push(format!("scope {}", member.name));
                    let found = self.value(node, Place::Elsewhere);
                    self.way.pop();
                    found.filter(|found| found.nullable).map(|found| found.ty)
                }
            };
            let is_scalar = |ty: &Type| {
                !matches!(ty, Type::Opaque | Type::Null | Type::Array(_) | Type::Record(_))
            };
            let Some(ty) = ty.filter(is_scalar) else {
                let help = "describe one scalar or null: `{\"type\": [\"string\", \"null\"], …}`";
                let message = format!("the scope's `{}` is no scalar or null", member.name);
                self.fault_of(member, "scope", message, help);
                continue;
            };
            if names::snake_case(&member.name).as_deref() != Some(member.name.as_str()) {
                let message = format!("the scope's `{}` makes no name in Rust", member.name);
                let help = "write words of small letters, joined by `_`";
                self.fault_of(member, "scope", message, help);
            }
            self.model.scope.push(ScopeMember {
                name: member.name.clone(),
                documentation: self.documentation(&member.value),
                ty,
                node: member.value.clone(),
            });
        }
    }

    pub(super) fn root(&mut self, root: &Node) {
        let named = root.text("title").map(str::to_owned).or_else(|| {
            // `https://example.com/order.schema.json`, `urn:example:order:1` → `order`
            let mut parts = self.model.id.trim_end_matches('#').rsplit([':', '/']);
            let version = self.model.version.clone();
            let part = parts.find(|part| **part != *version && !part.is_empty())?;
            part.split('.').next().map(str::to_owned)
        });
        let named = named.filter(|name| names::pascal_case(name).is_some());
        self.way.push(named.unwrap_or_else(|| "root".to_owned()));
        let found = self.value(root, Place::Root);
        let title = match found {
            Some(Use { ty: Type::Record(index), nullable: false }) => {
                self.model.root = Type::Record(index);
                let record = self.model.records.get(index).filter(|record| !record.is_map);
                // Of what it refers to, the root has the type only where it says nothing more.
                let adds = self.adds_to_its_reference(root);
                let own = |record: &&Record| !adds || record.node.pointer() == root.pointer();
                record.filter(own).map(|record| record.name.clone())
            }
            Some(Use { ty, nullable }) => {
                self.model.root = ty;
                if nullable && ty != Type::Null {
                    // The root has no member that could say that there is no value.
                    self.model.root = Type::Opaque;
                    self.remain(root, "type");
                }
                None
            }
            None => None,
        };
        self.model.title = match title {
            Some(title) => title,
            None => {
                // The type that wraps what the root is, which may have the name already.
                let wanted = names::pascal_case(&self.way.join(" ")).unwrap_or_default();
                if self.names.contains_key(&wanted) {
                    self.way.push("document".to_owned());
                }
                let wrapped = Node::new(Value::Null, root.span(), "/".to_owned());
                self.name(&wrapped, "the root").unwrap_or_default()
            }
        };
        self.way.pop();
        if self.model.storage.is_some() {
            let wrapped = self.model.root().is_none_or(|record| record.name != self.model.title);
            let (message, help) = match self.model.root().is_none_or(|root| root.is_map) {
                true => (
                    "only an object with members can be stored",
                    "leave it out, or describe an object",
                ),
                false if wrapped => (
                    "what adds to another schema cannot be stored",
                    "write what the root adds into the schema that it refers to",
                ),
                false => return,
            };
            let at = root.get("x-storage").unwrap_or(root).clone();
            self.fault_at(&at, "x-storage", message.to_owned(), help);
        }
    }

    /// Whether the root is an object of its own, made of the one that it refers to and of what it
    /// adds.
    pub(super) fn is_composed_root(&self, root: &Node) -> bool {
        let mut node = root.clone();
        let mut seen = BTreeSet::new();
        while let Some(next) = self.step(&node).and_then(|(_, next)| next) {
            if !seen.insert(node.pointer().to_owned()) {
                return false;
            }
            node = next;
        }
        // A union stays one, within the root's type.
        let is_union = ["anyOf", "oneOf"].iter().any(|keyword| node.get(keyword).is_some());
        !is_union && self.adds_to_its_reference(root) && self.is_object(root, &mut Vec::new())
    }

    /// Whether a schema that refers to another one, and to no other, may refuse what that one takes.
    fn adds_to_its_reference(&self, schema: &Node) -> bool {
        let mut node = schema.clone();
        let mut seen = BTreeSet::new();
        while let Some((keyword, next)) = self.step(&node) {
            let mut others = node.members().iter().filter(|member| member.name != keyword);
            let is_own = seen.is_empty() || !self.is_composed(&node);
            if !is_own {
                return false;
            }
            let adds = !self.is_reference_alone(&node)
                && others.any(|member| super::facts::is_assertion(&member.name));
            let Some(next) = next else { return true };
            if adds || self.is_dynamic || !seen.insert(node.pointer().to_owned()) {
                return true;
            }
            node = next;
        }
        false
    }

    /// The keyword by which a schema leads to one other, and that one.
    fn step(&self, node: &Node) -> Option<(&'static str, Option<Node>)> {
        if node.get("$ref").is_some() {
            return Some(("$ref", self.target(node)));
        }
        match node.get("allOf").and_then(Node::as_array) {
            Some([only]) => Some(("allOf", Some(only.clone()))),
            _ => None,
        }
    }
}
