//! What an object is composed of: its own properties, those of `allOf` and of `$ref`.

use super::build::Builder;
use crate::read::{Member as Property, Node};

/// Keywords of an object that the plan enforces wherever they are composed.
const GATHERED: &[&str] = &["$ref", "allOf", "properties", "required", "type"];

/// Keywords that let an object have members in ways that the plan does not follow.
const DYNAMIC: &[&str] = &[
    "$dynamicRef",
    "anyOf",
    "dependencies",
    "dependentSchemas",
    "else",
    "if",
    "oneOf",
    "patternProperties",
    "then",
];

/// The properties of an object with those that it is composed of. Nothing of the model changes
/// while they are gathered: a `oneOf` may turn out to be no union.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) properties: Vec<Property>,
    pub(super) required: Vec<Node>,
    /// What members that are not named must be.
    pub(super) others: Open,
    /// The schemas that were looked at, the object's own last.
    pub(super) layers: Vec<Node>,
    /// Schemas with their keywords that are left to validation.
    pub(super) remaining: Vec<(Node, String)>,
    /// Required names that no schema describes, in an object that takes no others.
    pub(super) missing: Vec<Node>,
    is_dynamic: bool,
}

/// Whether an object takes members that it does not name.
#[derive(Default)]
pub(super) enum Open {
    /// Any.
    #[default]
    Any,
    /// None.
    Closed,
    /// Those that this schema describes.
    By(Node),
}

impl Gathered {
    pub(super) fn is_required(&self, name: &str) -> bool {
        self.required.iter().any(|required| required.as_str() == Some(name))
    }

    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

impl Builder<'_> {
    /// Whether a schema describes an object by composition: what it adds to others is more than
    /// an annotation or a rule.
    pub(super) fn is_composed(&self, node: &Node) -> bool {
        let is_reference = node.get("$ref").is_some();
        if self.is_reference_alone(node) {
            return false;
        }
        let elements = node.get("allOf").and_then(Node::as_array).unwrap_or_default();
        if node.get("type").is_some() || (!is_reference && elements.is_empty()) {
            return false;
        }
        let adds = ["properties", "unevaluatedProperties", "additionalProperties"];
        let is_more = adds.iter().any(|keyword| node.get(keyword).is_some())
            || elements.len() + usize::from(is_reference) > 1;
        is_more && self.is_object(node, &mut Vec::new())
    }

    /// Whether a schema takes objects only.
    pub(super) fn is_object(&self, node: &Node, outer: &mut Vec<String>) -> bool {
        if let Some(typed) = self.typed(node) {
            return typed.name == "object" && !typed.nullable;
        }
        if outer.iter().any(|pointer| pointer == node.pointer()) {
            return false;
        }
        outer.push(node.pointer().to_owned());
        let elements = node.get("allOf").and_then(Node::as_array).unwrap_or_default();
        let target = node.get("$ref").and_then(|_| self.target(node));
        let found = target.iter().chain(elements).any(|element| self.is_object(element, outer));
        outer.pop();
        found
    }

    /// The properties of an object with those that it is composed of.
    pub(super) fn gather(&self, node: &Node) -> Gathered {
        let mut gathered = Gathered::default();
        self.gather_into(node, &mut gathered, &mut Vec::new());
        self.close(node, &mut gathered);
        if matches!(gathered.others, Open::Closed) {
            let is_missing =
                |required: &&Node| gathered.property(required.as_str().unwrap_or("")).is_none();
            gathered.missing = gathered.required.iter().filter(is_missing).cloned().collect();
        } else {
            let undescribed = gathered
                .layers
                .iter()
                .filter(|layer| {
                    let names = layer.get("required").and_then(Node::as_array).unwrap_or_default();
                    names
                        .iter()
                        .any(|name| gathered.property(name.as_str().unwrap_or("")).is_none())
                })
                .map(|layer| (layer.clone(), "required".to_owned()));
            let undescribed: Vec<(Node, String)> = undescribed.collect();
            gathered.remaining.extend(undescribed);
        }
        gathered
    }

    /// What members the object takes that it does not name.
    fn close(&self, node: &Node, gathered: &mut Gathered) {
        let mut left = Vec::new();
        let is_alone = gathered.layers.len() == 1;
        for layer in &gathered.layers {
            for keyword in ["additionalProperties", "unevaluatedProperties"] {
                let Some(value) = layer.get(keyword) else { continue };
                // What `additionalProperties` looks at, nothing beside it finds unevaluated.
                if keyword == "unevaluatedProperties" && layer.get("additionalProperties").is_some()
                {
                    continue;
                }
                let is_own = layer.pointer() == node.pointer();
                // `additionalProperties` sees the properties beside it only.
                let is_followed = is_own
                    && !gathered.is_dynamic
                    && (keyword == "unevaluatedProperties" || is_alone);
                match (value.as_bool(), is_followed) {
                    (Some(true), _) => {}
                    (_, false) => left.push((layer.clone(), keyword.to_owned())),
                    (Some(false), true) => gathered.others = Open::Closed,
                    (None, true) if matches!(gathered.others, Open::Any) => {
                        gathered.others = Open::By(value.clone());
                    }
                    (None, true) => left.push((layer.clone(), keyword.to_owned())),
                }
            }
        }
        gathered.remaining.append(&mut left);
    }

    fn gather_into(&self, node: &Node, gathered: &mut Gathered, outer: &mut Vec<String>) {
        if self.is_reference_alone(node)
            && let Some(target) = self.target(node)
            && !outer.iter().any(|pointer| pointer == target.pointer())
        {
            outer.push(node.pointer().to_owned());
            self.gather_into(&target, gathered, outer);
            outer.pop();
            return;
        }
        let is_object = node.get("type").is_none_or(|ty| ty.as_str() == Some("object"));
        if !is_object {
            gathered.remaining.push((node.clone(), "type".to_owned()));
        }
        outer.push(node.pointer().to_owned());
        let elements = node.get("allOf").and_then(Node::as_array).unwrap_or_default();
        for element in node.get("$ref").map(|_| node).into_iter().chain(elements) {
            let is_own = element.pointer() == node.pointer();
            let target = match (is_own, self.target(element)) {
                (true, Some(target)) => target,
                // What stands beside the `$ref` of an element is composed too.
                (false, Some(_)) if !element.members().is_empty() => element.clone(),
                (false, _) => {
                    gathered.remaining.push((node.clone(), "allOf".to_owned()));
                    continue;
                }
                (true, None) => {
                    gathered.remaining.push((node.clone(), "$ref".to_owned()));
                    continue;
                }
            };
            if outer.iter().any(|pointer| pointer == target.pointer()) {
                let keyword = if is_own { "$ref" } else { "allOf" };
                gathered.remaining.push((node.clone(), keyword.to_owned()));
                continue;
            }
            self.gather_into(&target, gathered, outer);
        }
        for property in node.get("properties").map(Node::members).unwrap_or_default() {
            match gathered.properties.iter_mut().find(|other| other.name == property.name) {
                None => gathered.properties.push(property.clone()),
                Some(other) if self.same(&other.value, &property.value) => {}
                Some(other) => {
                    // Both schemas hold: either may give the type, so the one that says more does.
                    let says = |node: &Node| {
                        let constant = node.get("const").is_some() || node.get("enum").is_some();
                        (node.get("x-canonical").is_some(), constant, node.members().len())
                    };
                    let loser = match says(&property.value) > says(&other.value) {
                        true => std::mem::replace(other, property.clone()),
                        false => property.clone(),
                    };
                    gathered.remaining.push((loser.value, "properties".to_owned()));
                }
            }
        }
        for required in node.get("required").and_then(Node::as_array).unwrap_or_default() {
            gathered.required.push(required.clone());
        }
        for member in node.members() {
            let name = member.name.as_str();
            gathered.is_dynamic |= DYNAMIC.contains(&name);
            let is_closing = matches!(name, "additionalProperties" | "unevaluatedProperties");
            if !GATHERED.contains(&name) && !is_closing && super::facts::is_assertion(name) {
                gathered.remaining.push((node.clone(), name.to_owned()));
            }
        }
        // Properties of a composed schema that closes or opens itself are its own matter.
        if outer.len() > 1 {
            let evaluates = ["additionalProperties", "unevaluatedProperties"];
            gathered.is_dynamic |= evaluates.iter().any(|keyword| node.get(keyword).is_some());
        }
        gathered.layers.push(node.clone());
        outer.pop();
    }

    /// Whether two schemas are one, or refer to one and say no more.
    fn same(&self, left: &Node, right: &Node) -> bool {
        let target = |node: &Node| match node.members() {
            [only] if only.name == "$ref" => self.target(node),
            _ => Some(node.clone()),
        };
        match (target(left), target(right)) {
            (Some(left), Some(right)) => left.pointer() == right.pointer(),
            _ => false,
        }
    }
}
