//! Tagged unions: `oneOf` objects that a `const` member tells apart.

use super::build::{Builder, Use};
use super::facts::Place;
use super::members::{Gathered, OBJECT};
use super::scalars::push;
use super::types::{Branch, Choice, Record, Tag, Type};
use crate::read::Node;

impl Builder<'_> {
    pub(super) fn union(&mut self, node: &Node, place: Place) -> Option<Use> {
        self.check_place(node, place, "a union", &["oneOf", "type"], &[]);
        if node.get("type").is_some_and(|ty| ty.as_str() != Some("object")) {
            let at = node.member("type")?.clone();
            let help = "leave it out; for a union that may be null write `anyOf: [X, {\"type\": \
                        \"null\"}]`";
            self.fault(&at, "a union is of objects".to_owned(), help);
            return None;
        }
        let name = self.name(node, "the union")?;
        let one_of = node.get("oneOf")?.clone();
        let mut shapes = Vec::new();
        for element in one_of.as_array().unwrap_or_default() {
            shapes.push(self.shape(element)?);
        }
        let tag = self.tag(&one_of, &shapes)?;
        let index = self.model.records.len();
        let ty = Type::Record(index);
        self.model.records.push(Record {
            name: name.clone(),
            documentation: self.documentation(node),
            tag: None,
            branches: Vec::new(),
            node: node.clone(),
        });
        let union = Some(Use { ty, nullable: false });
        self.known.insert(node.pointer().to_owned(), union);
        let mut branches = Vec::new();
        let mut values = Vec::new();
        for (schema, gathered) in &shapes {
            if self.known.insert(schema.pointer().to_owned(), union).is_some() {
                let message = "the object is a branch of two unions".to_owned();
                let help = "write it out under another name, and share members by `allOf`";
                self.fault_at(schema, "oneOf", message, help);
            }
            let Some(branch_name) = self.name(schema, "the branch") else { continue };
            let value = tag_value(gathered, &tag).unwrap_or_default().to_owned();
            values.push(value.clone());
            branches.push(Branch {
                name: branch_name,
                documentation: self.documentation(schema),
                tag: value,
                members: self.members(gathered, Some(&tag)),
                node: schema.clone(),
            });
        }
        let properties: Vec<Node> = shapes
            .iter()
            .filter_map(|(_, gathered)| gathered.properties.iter().find(|p| p.name == tag))
            .map(|property| property.value.clone())
            .collect();
        let choice = Choice {
            name: format!("{name}.{tag}"),
            documentation: properties.first().map(|p| self.documentation(p)).unwrap_or_default(),
            values,
            variants: Vec::new(),
            is_tag: true,
            node: properties.first().unwrap_or(node).clone(),
        };
        let tag = Tag {
            documentation: choice.documentation.clone(),
            choice: push(&mut self.model.choices, choice),
            storage: properties.iter().find_map(|property| property.get("x-storage").cloned()),
            name: tag,
        };
        if let Some(record) = self.model.records.get_mut(index) {
            record.tag = Some(tag);
            record.branches = branches;
        }
        union
    }

    /// A branch: the schema of an object, and its properties.
    fn shape(&mut self, element: &Node) -> Option<(Node, Gathered)> {
        if element.get("$ref").is_some() {
            self.check_place(element, Place::Elsewhere, "a reference", &["$ref"], &[]);
        }
        let target = match self.target(element) {
            Ok(target) => target,
            Err(fault) => {
                self.add(*fault);
                return None;
            }
        };
        if target.text("type") != Some("object") {
            let help = "refer to an object; for a union that may be null write `anyOf: [X, \
                        {\"type\": \"null\"}]`";
            self.fault_at(element, "oneOf", "the branch is no object".to_owned(), help);
            return None;
        }
        self.check_place(&target, Place::Elsewhere, "an object", OBJECT, &[]);
        let gathered = self.gather(&target);
        Some((target, gathered))
    }

    /// The member that tells the branches apart.
    fn tag(&mut self, one_of: &Node, shapes: &[(Node, Gathered)]) -> Option<String> {
        let mut found = Vec::new();
        for property in shapes.first().map(|(_, first)| &first.properties).into_iter().flatten() {
            let name = property.name.as_str();
            let mut values: Vec<&str> =
                shapes.iter().filter_map(|(_, gathered)| tag_value(gathered, name)).collect();
            let is_required = shapes.iter().all(|(_, gathered)| gathered.is_required(name));
            values.sort_unstable();
            values.dedup();
            if values.len() == shapes.len() && is_required {
                found.push(name.to_owned());
            }
        }
        let [tag] = found.as_slice() else {
            let message = match found.is_empty() {
                true => "no member tells the branches apart".to_owned(),
                false => format!("several members tell the branches apart: {}", found.join(", ")),
            };
            let help = "give every branch one required member with a `const` string of its own";
            self.fault_at(one_of, "oneOf", message, help);
            return None;
        };
        for (_, gathered) in shapes {
            let property = gathered.properties.iter().find(|property| property.name == *tag);
            let Some(property) = property.cloned() else { continue };
            let node = &property.value;
            self.check_place(node, Place::Property, "a tag", &["const", "type"], &[]);
            let annotation = node.member("x-canonical").cloned();
            let default = node.member("default").cloned();
            for member in [annotation, default].into_iter().flatten() {
                let message = format!("`{}` makes no sense on a tag", member.name);
                self.fault(&member, message, "leave it out");
            }
            if node.get("type").is_some_and(|ty| ty.as_str() != Some("string")) {
                let message = "`type` and `const` contradict each other".to_owned();
                self.fault_at(node, "type", message, "leave `type` out");
            }
        }
        if super::snake_case(tag).is_none() {
            let message = format!("`{tag}` makes no name in Rust");
            self.fault_at(one_of, "oneOf", message, "begin the name with a letter of ASCII");
        }
        Some(tag.clone())
    }
}

/// The `const` string of a property.
fn tag_value<'g>(gathered: &'g Gathered, name: &str) -> Option<&'g str> {
    gathered.properties.iter().find(|property| property.name == name)?.value.text("const")
}
