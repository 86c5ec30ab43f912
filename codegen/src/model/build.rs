//! From a checked tree to the model.

use super::facts::{Place, canonical};
use super::names;
use super::types::{Carried, Form, Model, ScopeMember, TABLE_LENGTH, Type};
use crate::error::{Fault, Report};
use crate::read::{Node, Source, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How many arrays may stand right inside of each other.
const NESTED_ARRAYS: usize = 64;

/// What a schema describes: a type, and whether `null` may stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) ty: Type,
    pub(super) nullable: bool,
}

/// Builds a model; what is wrong goes to the report.
pub(super) struct Builder<'a> {
    pub(super) source: &'a Source,
    pub(super) report: &'a mut Report,
    pub(super) model: Model,
    /// What the schemas seen so far describe, by their pointers.
    pub(super) known: BTreeMap<String, Option<Use>>,
    /// The pointers of schemas that are branches of unions.
    pub(super) branches: BTreeSet<String>,
    /// The pointers of schemas that `allOf` composes.
    pub(super) shared: BTreeSet<String>,
    /// The names of types, with the pointers of the schemas that took them.
    pub(super) names: BTreeMap<String, String>,
}

/// Builds the model of a schema whose keywords and annotations were checked.
pub(crate) fn build(source: &Source, report: &mut Report) -> Model {
    let root = source.root();
    let model = Model {
        title: String::new(),
        id: String::new(),
        version: String::new(),
        root: 0,
        records: Vec::new(),
        arrays: Vec::new(),
        integers: Vec::new(),
        texts: Vec::new(),
        choices: Vec::new(),
        scope: Vec::new(),
        references: Vec::new(),
        definitions: BTreeMap::new(),
        storage: root.get("x-storage").cloned(),
        carried: Vec::new(),
    };
    let mut builder = Builder {
        source,
        report,
        model,
        known: BTreeMap::new(),
        branches: BTreeSet::new(),
        shared: BTreeSet::new(),
        names: BTreeMap::new(),
    };
    builder.survey(root);
    builder.head(root);
    builder.scope(root);
    builder.root(root);
    builder.definitions(root);
    if builder.report.is_empty() {
        builder.recursion();
        builder.references();
    }
    builder.check_size(root);
    builder.model
}

impl Builder<'_> {
    /// Finds branches and shared members before any type is built, and what is carried.
    fn survey(&mut self, schema: &Node) {
        for member in schema.members() {
            let carried = member.name.starts_with("x-") && !is_ours(&member.name);
            if carried || matches!(member.name.as_str(), "$comment" | "examples") {
                let (keyword, value) = (member.name.clone(), member.value.clone());
                self.model.carried.push(Carried { keyword, value });
            }
        }
        for (keyword, below) in schema.subschemas() {
            let target = match below.get("$ref").map(|reference| self.source.resolve(reference)) {
                Some(Ok(target)) => target,
                Some(Err(_)) => continue,
                None => below.clone(),
            };
            match keyword {
                "oneOf" if target.text("type") != Some("null") => {
                    self.branches.insert(target.pointer().to_owned());
                }
                "allOf" => drop(self.shared.insert(target.pointer().to_owned())),
                _ => {}
            }
            self.survey(below);
        }
        // `oneOf: [X, null]` is no union.
        if let Some(other) = self.beside_null(schema, "oneOf")
            && let Ok(target) = self.target(&other)
        {
            self.branches.remove(target.pointer());
        }
    }

    /// `$id`, `title` and what else the root must say.
    fn head(&mut self, root: &Node) {
        const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
        if root.text("$schema").map(|dialect| dialect.trim_end_matches('#')) != Some(DIALECT) {
            let help = format!("add `\"$schema\": \"{DIALECT}\"`");
            let at = root.get("$schema").unwrap_or(root).clone();
            self.fault_at(&at, "$schema", "the dialect is not draft 2020-12".to_owned(), &help);
        }
        let id = root.text("$id").unwrap_or("");
        let version = id.rsplit([':', '/']).next().unwrap_or("");
        if version.is_empty() || version.len() == id.len() || version.contains(['#', '?', '%']) {
            let at = root.get("$id").unwrap_or(root).clone();
            let help = "add an `$id` that ends in `:` or `/` and the version, as in \
                        `urn:example:request:1`";
            self.fault_at(&at, "$id", "the schema has no version in its `$id`".to_owned(), help);
        }
        self.model.id = id.to_owned();
        self.model.version = version.to_owned();
    }

    fn check_size(&mut self, root: &Node) {
        let model = &self.model;
        let lengths = [model.records.len(), model.arrays.len(), model.integers.len()];
        let others = [model.texts.len(), model.choices.len(), model.scope.len()];
        let slots = model.records.iter().map(|record| record.slots().len()).max().unwrap_or(0);
        if lengths.into_iter().chain(others).chain([slots]).any(|length| length > TABLE_LENGTH) {
            let message = format!("the schema has more than {TABLE_LENGTH} types or members");
            self.fault_at(root, "schema", message, "split it");
        }
        if self.report.is_empty() {
            self.check_nesting();
        }
    }

    /// Arrays right inside of arrays, of arrays …: beyond some point Rust does not take the type.
    fn check_nesting(&mut self) {
        let mut deep = Vec::new();
        for array in &self.model.arrays {
            let mut items = array.items;
            let mut depth = 1;
            while let Type::Array(index) = items
                && depth <= NESTED_ARRAYS
            {
                items = self.model.arrays.get(index).map_or(Type::Opaque, |inner| inner.items);
                depth += 1;
            }
            if depth > NESTED_ARRAYS {
                deep.push(array.node.clone());
            }
        }
        // The outermost tells enough.
        if let Some(node) = deep.first() {
            let message = format!("arrays stand in arrays more than {NESTED_ARRAYS} deep");
            let help = "put an object between: describe the inner array as its member";
            self.fault_at(node, "items", message, help);
        }
    }

    fn scope(&mut self, root: &Node) {
        let Some(scope) = canonical(root, "scope") else { return };
        for member in scope.value.members() {
            let node = &member.value;
            self.check_place(node, Place::Elsewhere, "a scope", &["type", "format"], &["as"]);
            let is_uuid = node.text("format") == Some("uuid")
                && self.typed(node).is_some_and(|typed| typed.name == "string" && typed.nullable)
                && canonical(node, "as").is_none_or(|form| form.value.as_str() == Some("uuid"));
            if !is_uuid {
                let help = "write `{\"type\": [\"string\", \"null\"], \"format\": \"uuid\"}`";
                let message = format!("the scope's `{}` is no UUID or null", member.name);
                self.fault(member, message, help);
                continue;
            }
            let ty = self.plain_text(node, false, None, Form::Uuid);
            if names::snake_case(&member.name).as_deref() != Some(member.name.as_str()) {
                let message = format!("the scope's `{}` makes no name in Rust", member.name);
                self.fault(member, message, "write words of small letters, joined by `_`");
            }
            self.model.scope.push(ScopeMember {
                name: member.name.clone(),
                documentation: self.documentation(&member.value),
                ty,
                node: member.value.clone(),
            });
        }
    }

    fn root(&mut self, root: &Node) {
        let is_object = root.text("type") == Some("object");
        if !is_object || root.get("oneOf").is_some() || root.get("title").is_none() {
            let help = "give the root a `title` and `\"type\": \"object\"`";
            let message = "the root is no object with a title".to_owned();
            self.fault_at(root, "title", message, help);
            return;
        }
        if let Some(Use { ty: Type::Record(index), .. }) = self.value(root, Place::Root) {
            self.model.root = index;
            let record = self.model.records.get(index);
            self.model.title = record.map(|record| record.name.clone()).unwrap_or_default();
        }
    }

    /// The definitions that nothing refers to are checked too, and those that only `x-storage`
    /// refers to are types.
    fn definitions(&mut self, root: &Node) {
        let Some(definitions) = root.get("$defs") else { return };
        for member in definitions.members() {
            let pointer = member.value.pointer();
            if self.shared.contains(pointer) || self.branches.contains(pointer) {
                continue;
            }
            if let Some(Use { ty, nullable }) = self.value(&member.value, Place::Elsewhere) {
                self.model.definitions.insert(member.name.clone(), (ty, nullable));
            }
        }
    }

    /// What a schema describes. Each schema is looked at once, so that members that `allOf`
    /// shares have one type.
    pub(super) fn value(&mut self, node: &Node, place: Place) -> Option<Use> {
        if let Some(known) = self.known.get(node.pointer()) {
            return *known;
        }
        let found = self.describe(node, place);
        self.known.insert(node.pointer().to_owned(), found);
        found
    }

    fn describe(&mut self, node: &Node, place: Place) -> Option<Use> {
        if !matches!(node.value(), Value::Object(_)) {
            let help = "describe the value by an object; for any JSON write \
                        `{\"x-canonical\": {\"opaque\": \"jsonb\"}}`";
            self.fault_at(node, "schema", "a schema that is true or false".to_owned(), help);
            return None;
        }
        if node.get("$ref").is_some() {
            return self.referred(node, place);
        }
        if node.get("anyOf").is_some() {
            return self.nullable(node, place, "anyOf");
        }
        if node.get("oneOf").is_some() {
            return match self.beside_null(node, "oneOf") {
                Some(_) => self.nullable(node, place, "oneOf"),
                None => self.union(node, place),
            };
        }
        if canonical(node, "opaque").is_some() {
            self.check_place(node, place, "an opaque value", &[], &["opaque"]);
            return Some(Use { ty: Type::Opaque, nullable: false });
        }
        if super::scalars::only_boolean(node).is_some() {
            return self.constant(node, place);
        }
        if node.get("enum").is_some() || node.get("const").is_some() {
            return self.choice(node, place);
        }
        if node.get("type").is_none() {
            let help = "say what the value is: by `type`, `enum`, `$ref`, or for any JSON \
                        `\"x-canonical\": {\"opaque\": \"jsonb\"}`";
            self.fault_at(node, "type", "the schema does not say a type".to_owned(), help);
            return None;
        }
        let typed = self.typed(node)?;
        let nullable = typed.nullable;
        let ty = match typed.name {
            "string" => self.text(node, place)?,
            "integer" => self.integer(node, place)?,
            "boolean" => {
                self.check_place(node, place, "a boolean", &["type"], &[]);
                Type::Boolean
            }
            "null" => {
                self.check_place(node, place, "null", &["type"], &[]);
                return Some(Use { ty: Type::Null, nullable: true });
            }
            "array" => self.array(node, place, nullable)?,
            _ => self.object(node, place, nullable)?,
        };
        Some(Use { ty, nullable })
    }

    /// A schema that refers to another one; beside `$ref` may stand what is about the property.
    fn referred(&mut self, node: &Node, place: Place) -> Option<Use> {
        self.check_place(node, place, "a reference", &["$ref"], &[]);
        match self.target(node) {
            Ok(target) => self.definition(node, &target),
            Err(fault) => {
                self.report.add(*fault);
                None
            }
        }
    }

    fn definition(&mut self, from: &Node, target: &Node) -> Option<Use> {
        let reference = from.get("$ref").unwrap_or(from).clone();
        let mut tokens = target.pointer().rsplit('/').skip(1);
        if tokens.next() == Some("properties") && tokens.next() != Some("$defs") {
            let help = "move the schema of the property to `$defs` and refer to it from both";
            self.fault_at(&reference, "$ref", "the reference leads to a property".to_owned(), help);
            return None;
        }
        if self.branches.contains(target.pointer()) {
            let help = "refer to the union, or write the object out under another name";
            let message = "the reference leads to a branch of a union".to_owned();
            self.fault_at(&reference, "$ref", message, help);
            return None;
        }
        if target.get("$ref").is_some() && self.is_circular(target) {
            let help = "point at a schema that says what the value is";
            self.fault_at(&reference, "$ref", "the reference leads to itself".to_owned(), help);
            return None;
        }
        let place = if target.pointer().is_empty() { Place::Root } else { Place::Elsewhere };
        self.value(target, place)
    }

    fn is_circular(&self, start: &Node) -> bool {
        let mut seen = BTreeSet::new();
        let mut node = start.clone();
        while node.get("$ref").is_some() {
            if !seen.insert(node.pointer().to_owned()) {
                return true;
            }
            let Ok(target) = self.target(&node) else { return false };
            node = target;
        }
        false
    }

    /// The schema itself, or the one that it refers to.
    pub(super) fn target(&self, node: &Node) -> Result<Node, Box<Fault>> {
        match node.get("$ref") {
            Some(reference) => self.source.resolve(reference).map_err(Box::new),
            None => Ok(node.clone()),
        }
    }

    /// The other schema of `keyword: [X, {"type": "null"}]`.
    fn beside_null(&self, node: &Node, keyword: &str) -> Option<Node> {
        let is_null = |node: &Node| node.text("type") == Some("null");
        match node.get(keyword)?.as_array()? {
            [other, null] if is_null(null) => Some(other.clone()),
            [null, other] if is_null(null) => Some(other.clone()),
            _ => None,
        }
    }

    fn nullable(&mut self, node: &Node, place: Place, keyword: &str) -> Option<Use> {
        self.check_place(node, place, "a value that may be null", &[keyword], &[]);
        let Some(other) = self.beside_null(node, keyword) else {
            let at = node.get(keyword).unwrap_or(node).clone();
            let help = "for a value that may be null write `anyOf: [X, {\"type\": \"null\"}]`, for \
                        one of several objects `oneOf` with a `const` member";
            self.fault_at(&at, keyword, format!("this `{keyword}` is not supported"), help);
            return None;
        };
        let found = self.value(&other, Place::Elsewhere)?;
        if found.nullable || found.ty == Type::Opaque {
            let at = node.get(keyword).unwrap_or(node).clone();
            let message = "the other schema takes null already".to_owned();
            self.fault_at(&at, keyword, message, "leave the null out in one of the two places");
            return None;
        }
        Some(Use { nullable: true, ..found })
    }

    /// Takes the name of a type: the title, or the name under `$defs`.
    pub(super) fn name(&mut self, node: &Node, what: &str) -> Option<String> {
        let under_definitions = node.pointer().strip_prefix("/$defs/");
        let definition = under_definitions.filter(|name| !name.contains('/'));
        let Some(text) = node.text("title").or(definition) else {
            let help = "give it a `title`, or move it to `$defs` and refer to it";
            self.fault_at(node, "title", format!("{what} has no name"), help);
            return None;
        };
        let at = node.get("title").unwrap_or(node).clone();
        let Some(name) = names::pascal_case(text) else {
            let message = format!("`{text}` makes no name in Rust");
            self.fault_at(&at, "title", message, "give it a `title` with a letter or a digit");
            return None;
        };
        let has_scope = canonical(self.source.root(), "scope").is_some();
        if names::is_reserved(&name) && (has_scope || name == "Self") {
            let message = format!("the name `{name}` is taken by generated code");
            self.fault_at(&at, "title", message, "give it another `title`: it names the type");
            return None;
        }
        if let Some(other) = self.names.insert(name.clone(), node.pointer().to_owned())
            && other != node.pointer()
        {
            let place = if other.is_empty() { "the root" } else { other.as_str() };
            let message = format!("the name `{name}` is taken by `{place}`");
            let help = "give one of the two another `title`: it names the type";
            self.fault_at(&at, "title", message, help);
            return None;
        }
        Some(name)
    }
}

fn is_ours(keyword: &str) -> bool {
    matches!(keyword, "x-canonical" | "x-storage" | "x-rust-name" | "x-rust-names")
}
