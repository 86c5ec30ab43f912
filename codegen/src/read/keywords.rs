//! Where schemas stand in schemas.

use super::node::{Node, Value};

/// The schemas directly below a schema, those of a scope included.
pub(crate) fn subschemas(schema: &Node) -> Vec<&Node> {
    schema.subschemas().into_iter().map(|(_, below)| below).collect()
}

/// The schemas directly below a schema, each with the keyword that it stands under.
pub(super) fn below(schema: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    for member in schema.members() {
        let keyword = member.name.as_str();
        match (keyword, member.value.value()) {
            (
                "$defs" | "definitions" | "dependencies" | "dependentSchemas" | "patternProperties"
                | "properties",
                Value::Object(members),
            ) => found.extend(members.iter().map(|member| (keyword, &member.value))),
            ("allOf" | "anyOf" | "items" | "oneOf" | "prefixItems", Value::Array(elements)) => {
                found.extend(elements.iter().map(|element| (keyword, element)));
            }
            (
                "additionalItems"
                | "additionalProperties"
                | "contains"
                | "else"
                | "if"
                | "items"
                | "not"
                | "propertyNames"
                | "then"
                | "unevaluatedItems"
                | "unevaluatedProperties",
                Value::Object(_),
            ) => found.push((keyword, &member.value)),
            ("x-canonical", Value::Object(_)) => {
                let scope = member.value.get("scope").map(Node::members).unwrap_or_default();
                found.extend(scope.iter().map(|member| ("scope", &member.value)));
            }
            _ => {}
        }
    }
    found
}
