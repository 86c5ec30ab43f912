//! Where schemas stand in schemas.

use super::node::{Node, Value};

/// The schemas directly below a schema, those of a scope included.
pub(crate) fn subschemas(schema: &Node) -> Vec<&Node> {
    schema.subschemas().into_iter().map(|(_, below)| below).collect()
}

/// What a keyword holds below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A schema.
    Schema,
    /// An array of schemas.
    List,
    /// An object of schemas.
    Map,
    /// A schema or an array of schemas.
    SchemaOrList,
    /// An object of schemas or arrays of names.
    Dependencies,
}

/// What a keyword holds below it in any draft that has it; nothing where it holds no schemas. All that
/// walks or rewrites schemas goes by this table.
pub(crate) fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "additionalItems"
        | "additionalProperties"
        | "contains"
        | "contentSchema"
        | "else"
        | "if"
        | "not"
        | "propertyNames"
        | "then"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Shape::Schema,
        "items" => Shape::SchemaOrList,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Shape::List,
        "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => {
            Shape::Map
        }
        "dependencies" => Shape::Dependencies,
        _ => return None,
    })
}

/// The schemas directly below a schema, each with the keyword that it stands under.
pub(super) fn below(schema: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    for member in schema.members() {
        let keyword = member.name.as_str();
        match (shape(keyword), member.value.value()) {
            (Some(Shape::Map | Shape::Dependencies), Value::Object(members)) => {
                found.extend(members.iter().map(|member| (keyword, &member.value)));
            }
            (Some(Shape::List | Shape::SchemaOrList), Value::Array(elements)) => {
                found.extend(elements.iter().map(|element| (keyword, element)));
            }
            (Some(Shape::Schema | Shape::SchemaOrList), Value::Object(_)) => {
                found.push((keyword, &member.value));
            }
            (None, Value::Object(_)) if keyword == "x-canonical" => {
                let scope = member.value.get("scope").map(Node::members).unwrap_or_default();
                found.extend(scope.iter().map(|member| ("scope", &member.value)));
            }
            _ => {}
        }
    }
    found
}
