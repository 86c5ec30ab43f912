//! Which keywords there are: honoured, carried, not supported yet, or unknown.

use super::node::{Member, Node, Value};
use super::spelling::{did_you_mean, suggestion};
use crate::error::{Fault, Report};

/// Keywords that the generator honours in full, in the places that the model checks.
const HONOURED: &[&str] = &[
    "$anchor",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "oneOf",
    "properties",
    "required",
    "type",
    "unevaluatedProperties",
    "x-canonical",
    "x-rust-name",
    "x-rust-names",
    "x-storage",
];

/// Annotations that say nothing about which values are valid, or the same.
const CARRIED: &[&str] =
    &["$comment", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"];

/// Keywords of JSON Schema 2020-12 that are refused, with what to do.
const REFUSED: &[(&str, &str)] = &[
    ("$dynamicAnchor", "use `$anchor` or a name under `$defs`"),
    ("$dynamicRef", "use `$ref`"),
    ("$vocabulary", "it belongs in a meta-schema: leave it out"),
    ("contains", "leave it out, and check it where the request is used"),
    ("contentEncoding", "leave it out: the string is compared as it is"),
    ("contentMediaType", "leave it out: the string is compared as it is"),
    ("contentSchema", "leave it out: the string is compared as it is"),
    ("dependentRequired", "make a tagged union of the shapes: `oneOf` with a `const` member"),
    ("dependentSchemas", "make a tagged union of the shapes: `oneOf` with a `const` member"),
    ("else", "make a tagged union of the shapes: `oneOf` with a `const` member"),
    ("if", "make a tagged union of the shapes: `oneOf` with a `const` member"),
    ("maxContains", "leave it out, and check it where the request is used"),
    ("maxLength", "limit the bytes instead: `\"x-canonical\": {\"max-bytes\": …}`"),
    ("maxProperties", "name the members under `properties`"),
    ("minContains", "leave it out, and check it where the request is used"),
    ("minLength", "demand a visible character instead: `\"x-canonical\": {\"not-blank\": true}`"),
    ("minProperties", "name the members under `properties`, and those needed under `required`"),
    ("multipleOf", "leave it out, and check it where the request is used"),
    ("not", "say what the value is instead of what it is not"),
    ("pattern", "list the values by `enum`, or check the string where the request is used"),
    ("patternProperties", "name the members under `properties`"),
    ("prefixItems", "describe the value by an object, a member for each position"),
    ("propertyNames", "name the members under `properties`"),
    ("then", "make a tagged union of the shapes: `oneOf` with a `const` member"),
    ("unevaluatedItems", "leave it out: `items` describes every element"),
    ("uniqueItems", "name the key of the elements: `\"x-canonical\": {\"set\": […]}`"),
];

/// How a keyword is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Honoured,
    Carried,
    /// A keyword of JSON Schema that is not supported, with what to do.
    Refused(&'static str),
    Unknown,
}

/// How a keyword is dealt with.
pub(crate) fn standing(keyword: &str) -> Standing {
    if HONOURED.contains(&keyword) {
        return Standing::Honoured;
    }
    if CARRIED.contains(&keyword) {
        return Standing::Carried;
    }
    if let Some((_, help)) = REFUSED.iter().find(|(name, _)| *name == keyword) {
        return Standing::Refused(help);
    }
    let ours = ["x-canonical", "x-rust-name", "x-rust-names", "x-storage"];
    // Others have `x-rust-type` and `x-names`: those are carried.
    let is_near = |own: &str| strsim::damerau_levenshtein(&keyword.to_lowercase(), own) <= 2;
    let is_ours = suggestion(keyword, ours).is_some_and(is_near);
    match keyword.starts_with("x-") && !is_ours {
        true => Standing::Carried,
        false => Standing::Unknown,
    }
}

/// The schemas directly below a schema, each with the keyword that it stands under.
pub(super) fn subschemas(schema: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    for member in schema.members() {
        let keyword = member.name.as_str();
        match (keyword, member.value.value()) {
            ("$defs" | "properties", Value::Object(members)) => {
                found.extend(members.iter().map(|member| (keyword, &member.value)));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(elements)) => {
                found.extend(elements.iter().map(|element| (keyword, element)));
            }
            ("items", Value::Object(_)) => found.push((keyword, &member.value)),
            ("x-canonical", Value::Object(_)) => {
                let scope = member.value.get("scope").map(Node::members).unwrap_or_default();
                found.extend(scope.iter().map(|member| ("scope", &member.value)));
            }
            _ => {}
        }
    }
    found
}

/// Reports every keyword that is not supported or not known, wherever it stands.
pub(crate) fn check_keywords(schema: &Node, report: &mut Report) {
    for member in schema.members() {
        match standing(&member.name) {
            Standing::Honoured | Standing::Carried => {}
            Standing::Refused(help) => report.add(refused(member, help)),
            Standing::Unknown => report.add(unknown(member)),
        }
    }
    for (_, below) in subschemas(schema) {
        check_keywords(below, report);
    }
}

fn refused(member: &Member, help: &str) -> Fault {
    Fault::new(
        member.name_span,
        member.value.pointer(),
        &member.name,
        format!("the keyword `{}` is not supported", member.name),
        help,
    )
}

fn unknown(member: &Member) -> Fault {
    let refused = REFUSED.iter().map(|(name, _)| name);
    let names: Vec<&str> = HONOURED.iter().chain(CARRIED).chain(refused).copied().collect();
    let help = match suggestion(&member.name, names.iter().copied()) {
        Some(_) => did_you_mean(&member.name, names.iter().copied()),
        None => "leave it out, or begin the name of an annotation of your own with `x-`".to_owned(),
    };
    Fault::new(
        member.name_span,
        member.value.pointer(),
        &member.name,
        format!("the keyword `{}` is not known", member.name),
        &help,
    )
}
