//! Keywords that apply other schemas.

use super::lowering::{Here, Lowering};
use crate::read::{Draft, Member, Node, Value};
use std::borrow::Cow;
use tantamount_core::json::utf16;
use tantamount_core::plan::Name;
use tantamount_core::validate::{Check, Properties};

/// Keywords that are one check together.
const OF_OBJECTS: [&str; 3] = ["properties", "patternProperties", "additionalProperties"];
/// Likewise.
const OF_ARRAYS: [&str; 3] = ["prefixItems", "items", "additionalItems"];

impl Lowering<'_> {
    /// Lowers a keyword that applies other schemas. Those that belong together are lowered with the
    /// first of them that the schema may have.
    pub(super) fn applicator(&mut self, here: &mut Here<'_>, member: &Member) {
        let node = here.node;
        match member.name.as_str() {
            "allOf" => self.branches(here, member, Check::AllOf),
            "anyOf" => self.branches(here, member, Check::AnyOf),
            "oneOf" => self.branches(here, member, Check::OneOf),
            "not" => self.one(here, member, Check::Not),
            "propertyNames" => self.one(here, member, Check::PropertyNames),
            "unevaluatedItems" => self.one(here, member, Check::UnevaluatedItems),
            "unevaluatedProperties" => self.one(here, member, Check::UnevaluatedProperties),
            "if" => {
                let Some(condition) = self.subschema(here, member) else { return };
                let then = node.member("then").and_then(|one| self.subschema(here, one));
                let otherwise = node.member("else").and_then(|one| self.subschema(here, one));
                here.checks.push(Check::If { condition, then, otherwise });
            }
            // Without `if` they say nothing (core, 10.2.2), but they are schemas.
            "then" | "else" => {
                self.subschema(here, member);
                if node.get("if").is_none() {
                    self.carry(here, member);
                }
            }
            name if OF_OBJECTS.contains(&name) && is_first(node, member, &OF_OBJECTS) => {
                self.properties(here);
            }
            name if OF_ARRAYS.contains(&name) && is_first(node, member, &OF_ARRAYS) => {
                self.items(here);
            }
            "contains" => self.contains(here, member),
            "minContains" | "maxContains" => {
                self.count(here, member);
                if node.get("contains").is_none() {
                    self.carry(here, member);
                }
            }
            "dependentSchemas" => {
                let list = self.members(here, member);
                here.checks.push(Check::DependentSchemas(Cow::Owned(list)));
            }
            "dependencies" => self.dependencies(here, member),
            _ => {}
        }
    }

    /// The number of a schema that a keyword holds.
    fn subschema(&mut self, here: &Here<'_>, member: &Member) -> Option<u32> {
        self.schema_at(here, &member.name, &member.value)
    }

    fn schema_at(&mut self, here: &Here<'_>, keyword: &str, node: &Node) -> Option<u32> {
        if matches!(node.value(), Value::Object(_) | Value::Boolean(_)) {
            return Some(self.number_of(here, node));
        }
        let message = format!("a schema under `{keyword}` is neither an object nor a boolean");
        self.fault(here, node, keyword, message, "write an object of keywords, true or false");
        None
    }

    fn one(&mut self, here: &mut Here<'_>, member: &Member, check: fn(u32) -> Check) {
        let schema = self.subschema(here, member);
        here.checks.extend(schema.map(check));
    }

    fn branches(
        &mut self,
        here: &mut Here<'_>,
        member: &Member,
        check: fn(tantamount_core::plan::Table<u32>) -> Check,
    ) {
        let Some(list) = member.value.as_array().filter(|list| !list.is_empty()) else {
            self.wrong::<()>(here, member, "an array of schemas", "write at least one schema");
            return;
        };
        let schemas: Vec<u32> =
            list.iter().filter_map(|one| self.schema_at(here, &member.name, one)).collect();
        here.checks.push(check(Cow::Owned(schemas)));
    }

    /// An object of schemas, sorted by name.
    pub(super) fn members(&mut self, here: &Here<'_>, member: &Member) -> Vec<(Name, u32)> {
        let Value::Object(members) = member.value.value() else {
            self.wrong::<()>(here, member, "an object of schemas", "write a schema for each name");
            return Vec::new();
        };
        let mut list: Vec<(Name, u32)> = Vec::with_capacity(members.len());
        for one in members {
            if let Some(schema) = self.schema_at(here, &member.name, &one.value) {
                list.push((Cow::Owned(one.name.clone()), schema));
            }
        }
        list.sort_by(|(left, _), (right, _)| utf16(left, right));
        list
    }

    fn properties(&mut self, here: &mut Here<'_>) {
        let node = here.node;
        let members = node.member("properties").map(|one| self.members(here, one));
        let mut patterns = Vec::new();
        if let Some(member) = node.member("patternProperties") {
            for (source, schema) in self.members(here, member) {
                let at = member.value.get(&source).unwrap_or(&member.value).clone();
                if let Some(pattern) = self.pattern(here, "patternProperties", &at, &source) {
                    patterns.push((pattern, schema));
                }
            }
        }
        let additional = node.member("additionalProperties");
        let additional = additional.and_then(|one| self.subschema(here, one));
        here.checks.push(Check::Properties(Properties {
            members: Cow::Owned(members.unwrap_or_default()),
            patterns: Cow::Owned(patterns),
            additional,
        }));
    }

    fn items(&mut self, here: &mut Here<'_>) {
        let node = here.node;
        let is_twenty = here.dialect.draft == Draft::Twenty;
        let (prefix, rest) = match (is_twenty, node.member("items")) {
            (true, items) => (node.member("prefixItems"), items),
            (false, Some(items)) if items.value.as_array().is_some() => {
                (Some(items), node.member("additionalItems"))
            }
            (false, items) => {
                // Without a list of schemas there is nothing that the others would come after.
                if let Some(member) = node.member("additionalItems") {
                    self.subschema(here, member);
                    self.carry(here, member);
                }
                (None, items)
            }
        };
        let mut schemas = Vec::new();
        if let Some(member) = prefix {
            // Draft 2020-12 wants one schema at least; none says nothing.
            match member.value.as_array() {
                Some(list) if !list.is_empty() || !is_twenty => {
                    let found =
                        list.iter().filter_map(|one| self.schema_at(here, &member.name, one));
                    schemas = found.collect();
                }
                _ => {
                    self.wrong::<()>(
                        here,
                        member,
                        "an array of schemas",
                        "write at least one schema",
                    );
                }
            }
        }
        if is_twenty
            && let Some(member) = rest
            && member.value.as_array().is_some()
        {
            let help = "write `prefixItems` for a list of schemas, and `items` for the others";
            self.wrong::<()>(here, member, "a schema", help);
            return;
        }
        let rest = rest.and_then(|one| self.subschema(here, one));
        here.checks.push(Check::Items { prefix: Cow::Owned(schemas), rest });
    }

    fn contains(&mut self, here: &mut Here<'_>, member: &Member) {
        let node = here.node;
        let Some(schema) = self.subschema(here, member) else { return };
        let mut bound = |name: &str| {
            let member = node.member(name)?;
            (here.dialect.draft >= Draft::Nineteen).then(|| self.count(here, member))?
        };
        let (minimum, maximum) = (bound("minContains").unwrap_or(1), bound("maxContains"));
        here.checks.push(Check::Contains { schema, minimum, maximum });
    }

    /// Up to draft 7 a keyword; later it was split, and is kept for schemas that have it still.
    fn dependencies(&mut self, here: &mut Here<'_>, member: &Member) {
        let Value::Object(members) = member.value.value() else {
            self.wrong::<()>(here, member, "an object", "write a schema or names for each name");
            return;
        };
        let (mut required, mut schemas) = (Vec::new(), Vec::new());
        for one in members {
            let name: Name = Cow::Owned(one.name.clone());
            if one.value.as_array().is_some() {
                if let Some(names) = self.names(here, "dependencies", &one.value) {
                    required.push((name, Cow::Owned(names)));
                }
            } else if let Some(schema) = self.schema_at(here, "dependencies", &one.value) {
                schemas.push((name, schema));
            }
        }
        if !required.is_empty() {
            here.checks.push(Check::DependentRequired(Cow::Owned(required)));
        }
        if !schemas.is_empty() {
            here.checks.push(Check::DependentSchemas(Cow::Owned(schemas)));
        }
    }
}

/// Whether the member is the first of these that the schema has.
fn is_first(node: &Node, member: &Member, names: &[&str]) -> bool {
    let first = names.iter().find_map(|name| node.member(name));
    first.is_some_and(|first| first.name == member.name)
}
