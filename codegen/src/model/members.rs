//! Objects: their members, shared ones included, and what it means that one is absent.

use super::build::{Builder, Use, is_definition};
use super::composed::{Gathered, Open};
use super::facts::{Place, canonical};
use super::scalars::push;
use super::types::{Absence, Branch, Member, Others, Record, Type};
use crate::error::Fault;
use crate::read::{Member as Property, Node, suggestion};

impl Builder<'_> {
    pub(super) fn object(&mut self, node: &Node, place: Place, nullable: bool) -> Option<Type> {
        let gathered = self.gather(node);
        let is_map = gathered.properties.is_empty()
            && !matches!(gathered.others, Open::Closed)
            && place != Place::Root
            && node.get("title").is_none()
            && !is_definition(node.pointer());
        self.take(&gathered, place);
        let name = match is_map {
            true => super::pascal_case(&self.way.join(" ")).unwrap_or_else(|| "Object".to_owned()),
            false => self.name(node, "the object")?,
        };
        let documentation = self.documentation(node);
        let record = Record {
            name: name.clone(),
            documentation: documentation.clone(),
            tag: None,
            branches: Vec::new(),
            is_map,
            alone: None,
            node: node.clone(),
        };
        // The record takes its place before its members are looked at: they may hold it again.
        let index = push(&mut self.model.records, record);
        let ty = Type::Record(index);
        self.known.insert(node.pointer().to_owned(), Some(Use { ty, nullable }));
        let way = match is_map {
            true => self.way.clone(),
            false => vec![name.clone()],
        };
        let outer = std::mem::replace(&mut self.way, way);
        let members = self.members(&gathered, None);
        let others = self.others(&gathered);
        self.way = outer;
        let tag = String::new();
        let branch = Branch { name, documentation, tag, members, others, node: node.clone() };
        if let Some(record) = self.model.records.get_mut(index) {
            record.branches.push(branch);
        }
        Some(ty)
    }

    /// Takes what was gathered: looks at the annotations, and leaves to validation what remains.
    pub(super) fn take(&mut self, gathered: &Gathered, place: Place) {
        for (index, layer) in gathered.layers.iter().enumerate() {
            let is_own = index + 1 == gathered.layers.len();
            let place = if is_own { place } else { Place::Elsewhere };
            for member in layer.members() {
                match member.name.as_str() {
                    "x-canonical" => {
                        self.seen.insert(member.value.pointer().to_owned());
                        self.check_canonical(&member.value, place, "an object", &[]);
                    }
                    "x-storage" if place != Place::Elsewhere => {
                        self.seen.insert(member.value.pointer().to_owned());
                    }
                    _ => {}
                }
            }
        }
        for (node, keyword) in &gathered.remaining {
            self.remain(node, keyword);
        }
        for required in &gathered.missing {
            let name = required.as_str().unwrap_or_default();
            let names = gathered.properties.iter().map(|property| property.name.as_str());
            let help = match suggestion(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "describe it under `properties`".to_owned(),
            };
            let message = format!("the required member `{name}` is not described");
            self.fault_at(required, "required", message, &help);
        }
    }

    /// What members are that an object does not name.
    pub(super) fn others(&mut self, gathered: &Gathered) -> Option<Others> {
        let any = Others { ty: Type::Opaque, nullable: false };
        match &gathered.others {
            Open::Closed => None,
            Open::Any => Some(any),
            Open::By(node) => {
                self.way.push("value".to_owned());
                let found = self.value(node, Place::Elsewhere);
                self.way.pop();
                match found {
                    Some(Use { ty, nullable }) => Some(Others {
                        ty,
                        nullable: nullable && ty != Type::Opaque && ty != Type::Null,
                    }),
                    None => Some(any),
                }
            }
        }
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
            self.way.push(property.name.clone());
            members.extend(self.member(property, field, is_required));
            self.way.pop();
        }
        members
    }

    fn member(&mut self, property: &Property, field: String, is_required: bool) -> Option<Member> {
        let node = &property.value;
        let Use { ty, nullable } = self.value(node, Place::Property)?;
        let nullable = nullable && ty != Type::Opaque;
        let absence = match is_required {
            true => {
                self.check_required(node);
                Absence::Required
            }
            false => self.absence(property, ty, nullable)?,
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
            nullable,
            absence,
            emit_non_default: canonical(node, "emit").is_some(),
            stored_absent_any: canonical(node, "stored-absent").is_some(),
            is_boxed: false,
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
            Some(target) if target.pointer() != node.pointer() => {
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
        let default = node.member("default").filter(|_| node.get("x-canonical").is_some()).cloned();
        for member in annotations.into_iter().chain([default]).flatten() {
            let message = format!("`{}` makes no sense on a required member", member.name);
            self.fault(&member, message, "leave it out, or leave the member out of `required`");
        }
    }

    /// What absence means, where a member may be absent.
    fn absence(&mut self, property: &Property, ty: Type, nullable: bool) -> Option<Absence> {
        let node = &property.value;
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
            (Some(default), Some(_)) => self.default_value(property, ty, nullable, &default),
            // To a schema without annotations of ours it means nothing here.
            (Some(_), None) if node.get("x-canonical").is_none() => Some(Absence::Null),
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
