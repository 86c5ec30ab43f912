//! From a checked tree to the model.

use super::facts::{Place, Subject, canonical};
use super::types::{Carried, Model, TABLE_LENGTH, Type};
use crate::error::Report;
use crate::read::{
    Draft, Member as Property, Node, Source, Sources, Value, definition, split, subschemas,
};
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
    pub(super) sources: &'a Sources,
    pub(super) draft: Draft,
    pub(super) report: &'a mut Report,
    pub(super) model: Model,
    /// What the schemas seen so far describe, by their pointers.
    pub(super) known: BTreeMap<String, Option<Use>>,
    /// The pointers of schemas that are branches of `oneOf` or `anyOf`, with the schema that has
    /// it: the first one, where several have.
    pub(super) branches: BTreeMap<String, Node>,
    /// The pointers of the schemas that are unions, with those of their branches.
    pub(super) unions: BTreeMap<String, Vec<String>>,
    /// The pointers of annotations of ours that mean something.
    pub(super) seen: BTreeSet<String>,
    /// What [`Model::remaining`] holds.
    pub(super) remaining: BTreeSet<(String, String)>,
    /// The names on the way to the schema that is being looked at: they name types that have no
    /// other name.
    pub(super) way: Vec<String>,
    /// Defaults that are arrays or objects: the member's schema, the rule, and the record, the
    /// branch and the name of the member that has it.
    pub(super) defaults: Vec<super::defaults::Pending>,
    /// The pointers of schemas that `allOf` composes.
    pub(super) shared: BTreeSet<String>,
    /// The names of types, with the pointers of the schemas that took them.
    pub(super) names: BTreeMap<String, String>,
    /// Whether any reference leads to where the way to it says, so that a schema means more than
    /// what it leads to.
    pub(super) is_dynamic: bool,
}

/// Builds the model of a schema whose keywords and annotations were checked.
pub(crate) fn build(source: &Source, sources: &Sources, report: &mut Report) -> Model {
    let root = source.root();
    let model = Model {
        title: String::new(),
        id: String::new(),
        version: String::new(),
        root: Type::Opaque,
        records: Vec::new(),
        arrays: Vec::new(),
        integers: Vec::new(),
        numbers: Vec::new(),
        texts: Vec::new(),
        choices: Vec::new(),
        scope: Vec::new(),
        references: Vec::new(),
        definitions: BTreeMap::new(),
        storage: root.get("x-storage").cloned(),
        carried: Vec::new(),
        remaining: Vec::new(),
        rules: BTreeMap::new(),
    };
    let mut builder = Builder {
        source,
        sources,
        draft: sources.dialect().draft,
        report,
        model,
        known: BTreeMap::new(),
        branches: BTreeMap::new(),
        unions: BTreeMap::new(),
        seen: BTreeSet::new(),
        remaining: BTreeSet::new(),
        way: Vec::new(),
        defaults: Vec::new(),
        shared: BTreeSet::new(),
        names: BTreeMap::new(),
        is_dynamic: false,
    };
    for (_, tree) in sources.trees() {
        builder.survey(tree);
    }
    builder.head(root);
    builder.scope(root);
    builder.root(root);
    builder.definitions(root);
    builder.alone();
    for (document, tree) in sources.trees() {
        builder.without_effect(tree, document == 0);
    }
    builder.check_size(root);
    if builder.report.is_empty() {
        builder.recursion();
        builder.check_nesting();
        builder.references();
    }
    if builder.report.is_empty() {
        builder.settle_defaults();
    }
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
        self.is_dynamic |=
            ["$dynamicRef", "$recursiveRef"].iter().any(|name| schema.get(name).is_some());
        for keyword in ["oneOf", "anyOf"] {
            if self.beside_null(schema, keyword).is_some() {
                continue;
            }
            for element in schema.get(keyword).and_then(Node::as_array).unwrap_or_default() {
                if let Some(target) = self.target(element) {
                    let pointer = target.pointer().to_owned();
                    self.branches.entry(pointer).or_insert_with(|| schema.clone());
                }
            }
        }
        for element in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
            if let Some(target) = self.target(element) {
                self.shared.insert(target.pointer().to_owned());
            }
        }
        for schema in subschemas(schema) {
            self.survey(schema);
        }
    }

    fn check_size(&mut self, root: &Node) {
        let model = &self.model;
        let lengths =
            [model.records.len(), model.arrays.len(), model.integers.len(), model.numbers.len()];
        let values = model.choices.iter().map(|choice| choice.values.len()).max().unwrap_or(0);
        let others = [model.texts.len(), model.choices.len(), model.scope.len(), values];
        let slots = model.records.iter().map(|record| record.slots().len()).max().unwrap_or(0);
        if lengths.into_iter().chain(others).chain([slots]).any(|length| length > TABLE_LENGTH) {
            let message = format!(
                "the schema has more than {TABLE_LENGTH} types of a kind, members or values"
            );
            self.fault_at(root, "schema", message, "split it");
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

    /// Completes the branches of unions that are used alone.
    fn alone(&mut self) {
        for index in 0..self.model.records.len() {
            let Some(record) = self.model.records.get(index) else { continue };
            let Some((union, _)) = record.alone else { continue };
            let pointer = record.node.pointer().to_owned();
            let Some(found) = self.model.records.get(union) else { continue };
            let slots: Vec<String> = found.slots().into_iter().map(str::to_owned).collect();
            let branch = found.branches.iter().find(|branch| branch.node.pointer() == pointer);
            let (branch, mut tag) = (branch.cloned(), found.tag.clone());
            if let (Some(branch), Some(tag)) = (&branch, &mut tag) {
                let mut choice = self.model.choices.get(tag.choice).cloned();
                if let Some(choice) = &mut choice {
                    choice.name = format!("{}.{}", branch.name, tag.name);
                    choice.values = vec![branch.tag.clone()];
                }
                tag.choice = self.model.choices.len();
                self.model.choices.extend(choice);
            }
            if let Some(record) = self.model.records.get_mut(index) {
                record.name =
                    branch.as_ref().map_or_else(String::new, |branch| branch.name.clone());
                record.alone = Some((union, slots));
                record.tag = tag;
                record.branches = branch.into_iter().collect();
            }
        }
    }

    /// Reports annotations of ours that stand where they mean nothing.
    /// Of another file they are reported where this schema uses what they stand in.
    fn without_effect(&mut self, schema: &Node, is_used: bool) {
        let is_used = is_used || self.known.contains_key(schema.pointer());
        for keyword in ["x-canonical", "x-storage"] {
            let Some(member) = schema.member(keyword).cloned() else { continue };
            if is_used && !self.seen.contains(member.value.pointer()) {
                let message = format!("`{keyword}` has no effect here");
                let help = "leave it out: what stands around it has no type of its own and is \
                            compared as any JSON";
                self.fault(&member, message, help);
            }
        }
        for schema in subschemas(schema) {
            self.without_effect(schema, is_used);
        }
    }

    /// The definitions that nothing refers to are checked too, and those that only `x-storage`
    /// refers to are types.
    fn definitions(&mut self, root: &Node) {
        let definitions = ["$defs", "definitions"].into_iter().filter_map(|name| root.get(name));
        let definitions: Vec<Property> = definitions.flat_map(Node::members).cloned().collect();
        // Objects that unions have as branches come last: by then the unions have them.
        let is_branch = |member: &Property| self.branches.contains_key(member.value.pointer());
        let (last, first): (Vec<Property>, Vec<Property>) =
            definitions.into_iter().partition(is_branch);
        for member in first.into_iter().chain(last) {
            let pointer = member.value.pointer();
            if self.shared.contains(pointer) && !self.known.contains_key(pointer) {
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
        match node.value() {
            Value::Object(_) => {}
            Value::Boolean(true) => return Some(Use { ty: Type::Opaque, nullable: false }),
            _ => {
                self.remain(node, "");
                return Some(Use { ty: Type::Opaque, nullable: false });
            }
        }
        let dialect = self.sources.dialect();
        if !dialect.validation || !dialect.applicator || !dialect.unevaluated {
            // The meta-schema takes the meaning from keywords that types are made of.
            self.remain(node, "$schema");
            return Some(self.fallback(node, place));
        }
        if canonical(node, "opaque").is_some() {
            self.check_place(node, place, Subject::Opaque, &[], &["opaque"]);
            return Some(Use { ty: Type::Opaque, nullable: false });
        }
        for keyword in ["anyOf", "oneOf"] {
            if self.beside_null(node, keyword).is_some() && node.get("$ref").is_none() {
                return self.nullable(node, place, keyword);
            }
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(union) = self.union(node, place, keyword) {
                return Some(union);
            }
        }
        if self.is_composed(node) || (place == Place::Root && self.is_composed_root(node)) {
            return self.object(node, place, false).map(|ty| Use { ty, nullable: false });
        }
        if node.get("$ref").is_some() {
            return self.referred(node, place);
        }
        if let Some([only]) = node.get("allOf").and_then(Node::as_array)
            && node.get("type").is_none()
        {
            self.check_place(node, place, Subject::Reference, &["allOf"], &[]);
            return self.value(only, Place::Elsewhere);
        }
        if (node.get("enum").is_some() || node.get("const").is_some())
            && let Some(choice) = self.choice(node, place)
        {
            return Some(choice);
        }
        if let Some(constant) = self.constant(node, place) {
            return Some(constant);
        }
        let Some(typed) = self.typed(node) else { return Some(self.fallback(node, place)) };
        let nullable = typed.nullable;
        let ty = match typed.name {
            "string" => self.text(node, place)?,
            "integer" => self.integer(node, place)?,
            "number" => self.number(node, place),
            "boolean" => {
                self.check_place(node, place, Subject::Boolean, &["type"], &[]);
                Type::Boolean
            }
            "null" => {
                self.check_place(node, place, Subject::Null, &["type"], &[]);
                return Some(Use { ty: Type::Null, nullable: true });
            }
            "array" => self.array(node, place, nullable)?,
            _ => self.object(node, place, nullable)?,
        };
        Some(Use { ty, nullable })
    }

    /// A schema whose structure has no type of its own: exact JSON, all else left to validation.
    pub(super) fn fallback(&mut self, node: &Node, place: Place) -> Use {
        self.check_place(node, place, Subject::Opaque, &[], &[]);
        Use { ty: Type::Opaque, nullable: false }
    }

    /// A schema that refers to another one; beside `$ref` may stand what is about the property,
    /// and what narrows the value further.
    fn referred(&mut self, node: &Node, place: Place) -> Option<Use> {
        let Some(target) = self.target(node) else { return Some(self.fallback(node, place)) };
        self.check_place(node, place, Subject::Reference, &["$ref"], &[]);
        self.definition(node, &target)
    }

    fn definition(&mut self, from: &Node, target: &Node) -> Option<Use> {
        if let Some(union) = self.branches.get(target.pointer()).cloned()
            && union.pointer() != target.pointer()
            && let Some(alone) = self.branch_alone(&union, target)
        {
            return Some(alone);
        }
        if target.get("$ref").is_some() && self.is_circular(target) {
            let reference = from.get("$ref").unwrap_or(from).clone();
            let help = "point at a schema that says what the value is";
            self.fault_at(&reference, "$ref", "the reference leads to itself".to_owned(), help);
            return None;
        }
        let is_root = target.pointer().is_empty();
        self.value(target, if is_root { Place::Root } else { Place::Elsewhere })
    }

    /// A branch of a union that is used without the union: its struct, whose tag has one value.
    fn branch_alone(&mut self, union: &Node, target: &Node) -> Option<Use> {
        let key = format!("alone {}", target.pointer());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let Some(Use { ty: Type::Record(index), .. }) = self.value(union, Place::Elsewhere) else {
            return None;
        };
        let record = self.model.records.get(index)?;
        let is_branch = record.node.pointer() == union.pointer()
            && self
                .unions
                .get(union.pointer())
                .is_some_and(|found| found.iter().any(|pointer| pointer == target.pointer()));
        if !is_branch {
            return None;
        }
        let record = super::Record {
            name: String::new(),
            documentation: record.documentation.clone(),
            tag: None,
            branches: Vec::new(),
            is_map: false,
            alone: Some((index, Vec::new())),
            node: target.clone(),
        };
        let ty = Type::Record(super::scalars::push(&mut self.model.records, record));
        let found = Some(Use { ty, nullable: false });
        self.known.insert(key, found);
        found
    }

    fn is_circular(&self, start: &Node) -> bool {
        let mut seen = BTreeSet::new();
        let mut node = start.clone();
        while node.get("$ref").is_some() {
            if !seen.insert(node.pointer().to_owned()) {
                return true;
            }
            let Some(target) = self.target(&node) else { return false };
            node = target;
        }
        false
    }

    /// The schema itself, or the one that it refers to; `None` where that has no types here.
    pub(super) fn target(&self, node: &Node) -> Option<Node> {
        let Some(reference) = node.get("$ref") else { return Some(node.clone()) };
        if reference.pointer().starts_with("/x-canonical/") {
            // A scope's schemas stand in an annotation, where no reference of a schema is.
            let pointer = reference.as_str()?.strip_prefix('#')?;
            return self.source.root().at(pointer).cloned();
        }
        self.sources.followed(reference).cloned()
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
        self.check_place(node, place, Subject::Reference, &[keyword], &[]);
        let other = self.beside_null(node, keyword)?;
        let found = self.value(&other, Place::Elsewhere)?;
        if found.nullable || found.ty == Type::Opaque {
            // Of `oneOf` exactly one may take null; only validation can tell.
            if keyword == "oneOf" {
                self.remain(node, keyword);
            }
            return Some(found);
        }
        Some(Use { nullable: true, ..found })
    }
}

/// Whether a schema stands under `$defs` of a root, or is another file's root.
pub(super) fn is_definition(pointer: &str) -> bool {
    let (document, pointer) = split(pointer);
    definition(pointer).map_or(document > 0 && pointer.is_empty(), |found| found.is_itself)
}

fn is_ours(keyword: &str) -> bool {
    matches!(keyword, "x-canonical" | "x-storage" | "x-rust-name" | "x-rust-names")
}
