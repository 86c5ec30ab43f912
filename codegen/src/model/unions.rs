//! Tagged unions: objects in `oneOf` or `anyOf` that a `const` member tells apart.

use super::build::{Builder, Use};
use super::composed::Gathered;
use super::facts::{Place, Subject};
use super::scalars::push;
use super::types::{Branch, Choice, Record, Tag, Type};
use crate::read::Node;

impl Builder<'_> {
    /// The union that a schema describes; `None` where it describes none. A value that a `const`
    /// sends to one branch can match no other one, so `oneOf` and `anyOf` say the same.
    pub(super) fn union(&mut self, node: &Node, place: Place, keyword: &str) -> Option<Use> {
        let elements = node.get(keyword)?.as_array()?.to_vec();
        if self.is_reference_alone(node) {
            return None;
        }
        let is_alone = node.get("type").is_none_or(|ty| ty.as_str() == Some("object"));
        let composes = ["$ref", "allOf", "properties", "required", "enum", "const"];
        if !is_alone || composes.iter().any(|composed| node.get(composed).is_some()) {
            return None;
        }
        let mut shapes = Vec::new();
        for element in &elements {
            shapes.push(self.shape(element)?);
        }
        let tag = self.tag(&shapes)?;
        let is_taken = |(schema, _): &(Node, Gathered)| self.known.contains_key(schema.pointer());
        if shapes.iter().any(is_taken) {
            // The object is described already, as itself or as a branch of another union, and
            // has one type.
            return None;
        }
        self.check_place(node, place, Subject::Object, &[keyword, "type"], &[]);
        for element in &elements {
            if element.get("$ref").is_some() {
                self.check_place(element, Place::Elsewhere, Subject::Reference, &["$ref"], &[]);
            }
        }
        let name = self.name(node, "the union")?;
        let documentation = self.documentation(node);
        let index = push(
            &mut self.model.records,
            Record {
                name: name.clone(),
                documentation,
                tag: None,
                branches: Vec::new(),
                is_map: false,
                alone: None,
                node: node.clone(),
            },
        );
        let union = Some(Use { ty: Type::Record(index), nullable: false });
        self.known.insert(node.pointer().to_owned(), union);
        let pointers = shapes.iter().map(|(schema, _)| schema.pointer().to_owned());
        self.unions.insert(node.pointer().to_owned(), pointers.collect());
        // All branches are known before the members of any are looked at: they may hold it again.
        for (schema, _) in &shapes {
            self.known.insert(schema.pointer().to_owned(), union);
        }
        self.tag_members(&tag, &shapes);
        let mut branches = Vec::new();
        let mut values = Vec::new();
        for (schema, gathered) in &shapes {
            self.take(gathered, Place::Elsewhere);
            let value = tag_value(gathered, &tag).unwrap_or_default().to_owned();
            values.push(value.clone());
            let outer = std::mem::replace(&mut self.way, vec![name.clone(), value.clone()]);
            let branch_name = self.name(schema, "the branch");
            self.way = branch_name.iter().cloned().collect();
            let members = self.members(gathered, Some(&tag));
            let others = self.others(gathered);
            self.way = outer;
            let Some(branch_name) = branch_name else { continue };
            branches.push(Branch {
                name: branch_name,
                documentation: self.documentation(schema),
                tag: value,
                members,
                others,
                node: schema.clone(),
            });
        }
        let properties: Vec<Node> = shapes
            .iter()
            .filter_map(|(_, gathered)| gathered.property(&tag))
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
    fn shape(&self, element: &Node) -> Option<(Node, Gathered)> {
        let beside = |member: &crate::read::Member| {
            member.name != "$ref" && super::facts::is_assertion(&member.name)
        };
        let target = match element.get("$ref") {
            Some(_)
                if element.members().iter().any(beside) && !self.is_reference_alone(element) =>
            {
                element.clone()
            }
            _ => self.target(element)?,
        };
        if !self.is_object(&target, &mut Vec::new()) {
            return None;
        }
        let gathered = self.gather(&target);
        Some((target, gathered))
    }

    /// The member that tells the branches apart: the first one that could, in the order of the
    /// text.
    fn tag(&self, shapes: &[(Node, Gathered)]) -> Option<String> {
        let (_, first) = shapes.first()?;
        let found = first.properties.iter().map(|property| &property.name).find(|name| {
            let mut values: Vec<&str> =
                shapes.iter().filter_map(|(_, gathered)| tag_value(gathered, name)).collect();
            values.sort_unstable();
            values.dedup();
            values.len() == shapes.len()
                && shapes.iter().all(|(_, gathered)| gathered.is_required(name))
        });
        found.cloned()
    }

    fn tag_members(&mut self, tag: &str, shapes: &[(Node, Gathered)]) {
        for (_, gathered) in shapes {
            let Some(property) = gathered.property(tag).cloned() else { continue };
            let node = &property.value;
            let enforced = ["const", "enum", "type"];
            self.check_place(node, Place::Property, Subject::Choice, &enforced, &[]);
            let annotation = node.member("x-canonical").cloned();
            let default = node.member("default").filter(|_| annotation.is_some()).cloned();
            for member in [annotation, default].into_iter().flatten() {
                let message = format!("`{}` makes no sense on a tag", member.name);
                self.fault(&member, message, "leave it out");
            }
        }
    }
}

/// The one string that a property may be.
fn tag_value<'g>(gathered: &'g Gathered, name: &str) -> Option<&'g str> {
    let node = &gathered.property(name)?.value;
    if node.get("type").is_some_and(|ty| ty.as_str() != Some("string")) {
        return None;
    }
    match (node.text("const"), node.get("enum").and_then(Node::as_array)) {
        (Some(value), None) => Some(value),
        (None, Some([only])) => only.as_str(),
        _ => None,
    }
}
