//! Keywords that no plan enforces: what they say is checked over the same text, and a change of
//! what they say changes what is accepted, never what is the same.

use super::Walk;
use crate::compatibility::found::{Expected, Found};
use crate::compatibility::json::Json;
use crate::compatibility::place::Place;
use crate::read::{Node, Value, subschemas};
use crate::schema::Schema;
use std::collections::BTreeMap;
use tantamount_core::validate::Check;

/// Keywords that say what other schemas apply to.
const APPLICATORS: [&str; 22] = [
    "",
    "$dynamicRef",
    "$recursiveRef",
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "dependencies",
    "dependentSchemas",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// A keyword with the schema that holds it.
struct Held {
    node: Node,
    keyword: String,
    text: String,
}

impl Walk<'_> {
    /// Compares what remains of both versions. A keyword is known again by its place, or where
    /// that is new, by what it says.
    pub(super) fn keywords(&mut self, old: &Schema, new: &Schema) {
        let (mut was, mut is) = (held(old), held(new));
        let both: Vec<String> = was.keys().filter(|key| is.contains_key(*key)).cloned().collect();
        let inverts = inverts(old) || inverts(new);
        for key in both {
            let (Some(one), Some(other)) = (was.remove(&key), is.remove(&key)) else { continue };
            if one.text != other.text {
                let what = format!("`{}` {} → {}", one.keyword, shown(&one), shown(&other));
                let widens = !inverts && is_wider(&one, &other);
                let expected = if widens { Expected::Kept } else { Expected::Open };
                self.keyword(&one.node, Some(&one), Some(&other), what, expected);
            }
        }
        // What moved, or what another definition says now, says the same.
        let mut moved: Vec<Held> = is.into_values().collect();
        for one in was.into_values() {
            let same = |other: &Held| other.keyword == one.keyword && other.text == one.text;
            if let Some(at) = moved.iter().position(same) {
                moved.swap_remove(at);
                continue;
            }
            let what = format!("`{}` {} is demanded no more", one.keyword, shown(&one));
            // What applies other schemas may have named members, too.
            let is_plain = !APPLICATORS.contains(&one.keyword.as_str());
            let expected = if inverts || !is_plain { Expected::Open } else { Expected::Kept };
            self.keyword(&one.node, Some(&one), None, what, expected);
        }
        for other in moved {
            let what = format!("`{}` {} is demanded", other.keyword, shown(&other));
            self.keyword(&other.node, None, Some(&other), what, Expected::Open);
        }
    }

    fn keyword(
        &mut self,
        at: &Node,
        old: Option<&Held>,
        new: Option<&Held>,
        what: String,
        acceptance: Expected,
    ) {
        let place = self.place_of(at);
        let nodes = (old.map(|held| &held.node), new.map(|held| &held.node));
        let mut found = Found::new(&place, nodes, what, acceptance, Expected::Kept);
        found.keyword = old.or(new).map(|held| held.keyword.clone());
        let leaves = old.into_iter().chain(new).flat_map(candidates);
        self.add(found.shown_by(leaves));
    }

    /// The place of the innermost value that a type was compared for around a schema.
    fn place_of(&self, node: &Node) -> Place {
        let mut pointer = node.pointer();
        loop {
            if let Some(place) = self.places.get(pointer) {
                return place.clone();
            }
            match pointer.rfind('/') {
                Some(at) => pointer = pointer.get(..at).unwrap_or_default(),
                None => return Place::default(),
            }
        }
    }
}

/// What remains of a schema, by pointer and keyword.
fn held(schema: &Schema) -> BTreeMap<String, Held> {
    let mut held = BTreeMap::new();
    let remaining = schema.model().remaining.iter();
    // Formats are asserted or not as a whole.
    let remaining = remaining
        .filter(|found| found.keyword != "format")
        .map(|found| (found.pointer.clone(), found.keyword.clone()))
        .chain(asserted_formats(schema));
    for (pointer, keyword) in remaining {
        let Some(node) = schema.sources().at(&pointer) else { continue };
        let text = match keyword.as_str() {
            "" => node.to_text(),
            keyword => said(node.get(keyword)),
        };
        held.insert(format!("{pointer} {keyword}"), Held { node: node.clone(), keyword, text });
    }
    held
}

/// The schemas whose format is asserted.
fn asserted_formats(schema: &Schema) -> Vec<(String, String)> {
    let Some(rules) = schema.rules() else { return Vec::new() };
    let schemas = rules.program.schemas.iter().zip(&rules.places);
    schemas
        .filter(|(lowered, _)| lowered.checks.iter().any(|one| matches!(one, Check::Format(_))))
        .map(|(_, place)| (place.in_trees(), "format".to_owned()))
        .collect()
}

/// What a keyword says, numbers by their values.
fn said(value: Option<&Node>) -> String {
    value.map(|value| Json::from(value).to_string()).unwrap_or_default()
}

fn shown(held: &Held) -> String {
    const MOST: usize = 60;
    let text = &held.text;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Whether a schema can take a value because another schema does not: then what demands less
/// somewhere may demand more in all.
fn inverts(schema: &Schema) -> bool {
    const INVERTING: [&str; 9] = [
        "not",
        "oneOf",
        "if",
        "contains",
        "dependentSchemas",
        "dependencies",
        "unevaluatedProperties",
        "unevaluatedItems",
        "additionalProperties",
    ];
    let remaining = schema.model().remaining.iter();
    remaining.map(|found| found.keyword.as_str()).any(|keyword| INVERTING.contains(&keyword))
}

/// Whether a bound lets more through.
fn is_wider(old: &Held, new: &Held) -> bool {
    let number = |held: &Held| held.text.parse::<u64>().ok();
    let (Some(was), Some(is)) = (number(old), number(new)) else { return false };
    match old.keyword.as_str() {
        "maxLength" | "maxItems" | "maxProperties" => is >= was,
        "minLength" | "minItems" | "minProperties" => is <= was,
        "multipleOf" => is > 0 && was.checked_rem(is) == Some(0),
        _ => false,
    }
}

/// Values on which the keyword decides.
fn candidates(held: &Held) -> Vec<Json> {
    const LONGEST: usize = 4096;
    let value = held.node.get(&held.keyword);
    let mut found = Vec::new();
    for keyword in ["examples", "enum"] {
        let listed = held.node.get(keyword).and_then(Node::as_array).unwrap_or_default();
        found.extend(listed.iter().take(64).map(Json::from));
    }
    for keyword in ["default", "const"] {
        found.extend(held.node.get(keyword).map(Json::from));
    }
    let count = value.and_then(Node::as_integer).and_then(Result::ok);
    let count = count.and_then(|count| usize::try_from(count).ok()).filter(|one| *one < LONGEST);
    let near = count.into_iter().flat_map(|one| [one.saturating_sub(1), one, one + 1]);
    match held.keyword.as_str() {
        "minLength" | "maxLength" => found.extend(near.map(|one| Json::String("k".repeat(one)))),
        "minItems" | "maxItems" | "uniqueItems" => {
            let twice = Json::Array(vec![Json::number(0), Json::number(0)]);
            found.push(twice);
            found.extend(near.map(|one| {
                Json::Array(
                    (0..one).map(|at| Json::number(i64::try_from(at).unwrap_or(0))).collect(),
                )
            }));
        }
        "multipleOf" => found.extend(value.map(Json::from).into_iter().chain([Json::number(1)])),
        "enum" | "const" => {}
        _ => {
            let texts = ["", "a", "ab", "A", "0", "-", "abc"].map(Json::string);
            let numbers = [0, 1, -1, 7].map(Json::number);
            let others = [Json::Null, Json::Boolean(true), Json::Array(Vec::new())];
            found.extend(texts.into_iter().chain(numbers).chain(others));
            found.push(Json::Object(Vec::new()));
        }
    }
    // What the schemas below list, for those that compose.
    if let Some(value) = value
        && matches!(value.value(), Value::Object(_) | Value::Array(_))
    {
        let below = subschemas(&held.node);
        let constants = below.iter().flat_map(|node| {
            let listed = node.get("enum").and_then(Node::as_array).unwrap_or_default();
            listed.iter().chain(node.get("const"))
        });
        found.extend(constants.take(64).map(Json::from));
    }
    found
}
