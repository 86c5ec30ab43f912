//! Objects: their members, shared ones included, and what it means that one is absent.

use super::build::{Builder, Use};
use super::facts::{Place, canonical};
use super::scalars::push;
use super::types::{Absence, Branch, Member, Record, Type};
use crate::error::Fault;
use crate::read::{Member as Property, Node, suggestion};

/// Keywords of an object.
pub(super) const OBJECT: &[&str] =
    &["type", "properties", "required", "allOf", "unevaluatedProperties", "additionalProperties"];

/// The properties of an object with those that `allOf` brings.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) properties: Vec<Property>,
    pub(super) required: Vec<Node>,
}

impl Gathered {
    pub(super) fn is_required(&self, name: &str) -> bool {
        self.required.iter().any(|required| required.as_str() == Some(name))
    }
}

impl Builder<'_> {
    pub(super) fn object(&mut self, node: &Node, place: Place, nullable: bool) -> Option<Type> {
        self.check_place(node, place, "an object", OBJECT, &[]);
        let name = self.name(node, "the object")?;
        let documentation = self.documentation(node);
        let record = Record {
            name: name.clone(),
            documentation: documentation.clone(),
            tag: None,
            branches: Vec::new(),
            node: node.clone(),
        };
        // The record takes its place before its members are looked at: they may hold it again.
        let index = push(&mut self.model.records, record);
        let ty = Type::Record(index);
        self.known.insert(node.pointer().to_owned(), Some(Use { ty, nullable }));
        let gathered = self.gather(node);
        let members = self.members(&gathered, None);
        let tag = String::new();
        let branch = Branch { name, documentation, tag, members, node: node.clone() };
        if let Some(record) = self.model.records.get_mut(index) {
            record.branches.push(branch);
        }
        Some(ty)
    }

    /// The properties of an object; reported where it is open, or names one twice.
    pub(super) fn gather(&mut self, node: &Node) -> Gathered {
        self.check_closed(node);
        let mut gathered = Gathered::default();
        self.gather_into(node, &mut gathered, &mut Vec::new());
        for required in &gathered.required {
            let name = required.as_str().unwrap_or_default();
            if gathered.properties.iter().any(|property| property.name == name) {
                continue;
            }
            let names = gathered.properties.iter().map(|property| property.name.as_str());
            let help = match suggestion(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "describe it under `properties`".to_owned(),
            };
            let message = format!("the required member `{name}` is not described");
            self.fault_at(required, "required", message, &help);
        }
        gathered
    }

    fn check_closed(&mut self, node: &Node) {
        let composed = node.get("allOf").is_some();
        for keyword in ["unevaluatedProperties", "additionalProperties"] {
            let Some(member) = node.member(keyword).cloned() else { continue };
            if member.value.as_bool() != Some(false) {
                let message = format!("`{keyword}` is not false: the object is open");
                let help = "write `\"unevaluatedProperties\": false`: an unknown member is a \
                            problem in a request";
                self.fault(&member, message, help);
            } else if keyword == "additionalProperties" && composed {
                let message = "`additionalProperties` does not see the members of `allOf`";
                let help = "write `\"unevaluatedProperties\": false` in its place";
                self.fault(&member, message.to_owned(), help);
            }
        }
        if node.get("unevaluatedProperties").is_none() && node.get("additionalProperties").is_none()
        {
            let help = "add `\"unevaluatedProperties\": false`: an unknown member is a problem in \
                        a request";
            self.fault_at(node, "unevaluatedProperties", "the object is open".to_owned(), help);
        }
    }

    fn gather_into(&mut self, node: &Node, gathered: &mut Gathered, outer: &mut Vec<String>) {
        outer.push(node.pointer().to_owned());
        for element in node.get("allOf").and_then(Node::as_array).unwrap_or_default() {
            if element.get("$ref").is_some() {
                self.check_place(element, Place::Elsewhere, "a reference", &["$ref"], &[]);
            }
            let target = match self.target(element) {
                Ok(target) => target,
                Err(fault) => {
                    self.report.add(*fault);
                    continue;
                }
            };
            if outer.iter().any(|pointer| pointer == target.pointer()) {
                let message = "the object is composed of itself".to_owned();
                self.fault_at(element, "allOf", message, "compose it of other objects");
                continue;
            }
            let keywords = ["type", "properties", "required", "allOf"];
            self.check_place(&target, Place::Elsewhere, "shared members", &keywords, &[]);
            if target.get("type").is_some_and(|ty| ty.as_str() != Some("object")) {
                let message = "the composed schema is no object".to_owned();
                let help = "compose objects only: `\"type\": \"object\"` with `properties`";
                self.fault_at(element, "allOf", message, help);
                continue;
            }
            self.gather_into(&target, gathered, outer);
        }
        for property in node.get("properties").map(Node::members).unwrap_or_default() {
            let other = gathered.properties.iter().find(|other| other.name == property.name);
            if let Some(other) = other {
                let message = format!("the member is described at `{}` too", other.value.pointer());
                self.fault(property, message, "describe it once");
                continue;
            }
            gathered.properties.push(property.clone());
        }
        for required in node.get("required").and_then(Node::as_array).unwrap_or_default() {
            gathered.required.push(required.clone());
        }
        outer.pop();
    }

    /// The members of one shape, without the tag.
    pub(super) fn members(&mut self, gathered: &Gathered, tag: Option<&str>) -> Vec<Member> {
        let own = gathered.properties.iter();
        let properties: Vec<&Property> =
            own.filter(|property| tag != Some(property.name.as_str())).collect();
        let fields = self.fields(&properties);
        let mut members = Vec::new();
        for (property, field) in properties.into_iter().zip(fields) {
            let is_required = gathered.is_required(&property.name);
            members.extend(self.member(property, field, is_required));
        }
        members
    }

    fn member(&mut self, property: &Property, field: String, is_required: bool) -> Option<Member> {
        let node = &property.value;
        let Use { ty, nullable } = self.value(node, Place::Property)?;
        if is_required && nullable && ty != Type::Opaque {
            let help = "leave it out of `required`, or leave the null out: null means absence";
            let message = format!("the required member `{}` may be null", property.name);
            self.fault(property, message, help);
        }
        let absence = match is_required {
            true => {
                self.check_required(node);
                Absence::Required
            }
            false => self.absence(node, ty, nullable)?,
        };
        if let Some(references) = canonical(node, "references").cloned()
            && !matches!(ty, Type::Text(_))
        {
            let message = "`references` makes no sense on a value that is no string".to_owned();
            self.fault(&references, message, "leave it out");
        }
        Some(Member {
            name: property.name.clone(),
            field,
            documentation: self.described(node),
            ty,
            nullable: nullable && ty != Type::Opaque,
            absence,
            emit_non_default: canonical(node, "emit").is_some(),
            stored_absent_any: canonical(node, "stored-absent").is_some(),
            storage: node.get("x-storage").cloned(),
            node: node.clone(),
        })
    }

    /// What the schema says of a member: its own words, or those of the definition.
    fn described(&mut self, node: &Node) -> super::Documentation {
        let own = self.documentation(node);
        if own.description.is_some() {
            return own;
        }
        // The definition's examples are of the same value; those nearer to it go first.
        let choices = ["anyOf", "oneOf"].iter().find_map(|keyword| node.get(keyword)?.as_array());
        let other = choices.unwrap_or_default().iter().find(|other| other.get("$ref").is_some());
        match self.target(other.unwrap_or(node)) {
            Ok(target) if target.pointer() != node.pointer() => {
                let defined = self.documentation(&target);
                let examples = match own.examples.is_empty() {
                    true => defined.examples,
                    false => own.examples,
                };
                super::Documentation { deprecated: own.deprecated, examples, ..defined }
            }
            _ => own,
        }
    }

    /// Reports what makes no sense on a member that must be there.
    fn check_required(&mut self, node: &Node) {
        let annotations = ["absent", "emit", "inherit"].map(|name| canonical(node, name).cloned());
        let default = node.member("default").cloned();
        for member in annotations.into_iter().chain([default]).flatten() {
            let message = format!("`{}` makes no sense on a required member", member.name);
            self.fault(&member, message, "leave it out, or leave the member out of `required`");
        }
    }

    /// What absence means, where a member may be absent.
    fn absence(&mut self, node: &Node, ty: Type, nullable: bool) -> Option<Absence> {
        if let Some(stored) = canonical(node, "stored-absent").cloned() {
            let message =
                "`stored-absent` makes no sense on a member that may be absent".to_owned();
            self.fault(&stored, message, "leave it out: absence has a meaning already");
        }
        let default = node.member("default").cloned();
        let absent = canonical(node, "absent").cloned();
        if let Some(inherit) = canonical(node, "inherit").cloned() {
            for member in [&default, &absent].into_iter().flatten() {
                let message = format!("`{}` beside `inherit`", member.name);
                let help = "keep one of the two: absence has one meaning";
                self.fault(member, message, help);
            }
            return self.inherited(&inherit, ty);
        }
        match (default, absent) {
            (Some(default), Some(_)) => self.default_value(ty, nullable, &default),
            (Some(default), None) => {
                let help = "add `\"x-canonical\": {\"absent\": \"default\"}`, or leave the default \
                            out";
                let message = "a default alone does not say what absence means".to_owned();
                self.fault(&default, message, help);
                None
            }
            (None, Some(absent)) => {
                let message = "there is no `default` for absence to mean".to_owned();
                self.fault(&absent, message, "add a `default`, or leave `absent` out");
                None
            }
            (None, None) => Some(Absence::Null),
        }
    }

    fn inherited(&mut self, inherit: &Property, ty: Type) -> Option<Absence> {
        let name = inherit.value.as_str().unwrap_or_default();
        let scope = &self.model.scope;
        let Some(index) = scope.iter().position(|member| member.name == name) else {
            let described = canonical(self.source.root(), "scope");
            if described.is_some_and(|scope| scope.value.get(name).is_some()) {
                // It was refused where it is described.
                return None;
            }
            let near = suggestion(name, scope.iter().map(|member| member.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "describe it in the root's `x-canonical` under `scope`".to_owned(),
            };
            let message = format!("the scope has no member `{name}`");
            self.fault(inherit, message, &help);
            return None;
        };
        if scope.get(index).map(|member| member.ty) != Some(ty) {
            let message = format!("the scope's `{name}` is of another type");
            let help = "describe the member as the scope does: `\"type\": [\"string\", \"null\"], \
                        \"format\": \"uuid\", \"x-canonical\": {\"as\": \"uuid\", …}`";
            self.fault(inherit, message, help);
            return None;
        }
        Some(Absence::Inherit(index))
    }

    /// Adds a fault that is not about a keyword of its own.
    pub(super) fn add(&mut self, fault: Fault) {
        self.report.add(fault);
    }
}
