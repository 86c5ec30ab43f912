//! Changes of opaque values, each of one thing.

use super::tree::{Json, Number};
use crate::difference::{Path, Segment};

/// A changed value, what kind of change it is, and where all that differs lies.
pub(super) struct JsonChange {
    pub(super) kind: &'static str,
    pub(super) place: Path,
    pub(super) changed: Json,
}

/// The changes of a value, each at the place below `path`. Where one is no change of meaning
/// (neighbours swapped that are alike) the caller finds out.
pub(super) fn json_changes(value: &Json, path: &mut Path) -> Vec<JsonChange> {
    let mut found = Vec::new();
    walk(value, path, &mut |kind, place, changed| {
        found.push(JsonChange { kind, place, changed });
    });
    found
}

type Sink<'s> = &'s mut dyn FnMut(&'static str, Path, Json);

fn walk(value: &Json, path: &mut Path, sink: Sink<'_>) {
    here(value, path, sink);
    match value {
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                path.push(Segment::Index(index));
                walk(element, path, &mut |kind, place, changed| {
                    sink(kind, place, Json::Array(replaced(elements, index, changed)));
                });
                path.pop();
            }
        }
        Json::Object(members) => {
            for (index, (name, inner)) in members.iter().enumerate() {
                path.push(Segment::Member(name.clone()));
                walk(inner, path, &mut |kind, place, changed| {
                    let changed = replaced(members, index, (name.clone(), changed));
                    sink(kind, place, Json::Object(changed));
                });
                path.pop();
            }
        }
        _ => {}
    }
}

fn replaced<T: Clone>(elements: &[T], index: usize, changed: T) -> Vec<T> {
    let mut elements = elements.to_vec();
    if let Some(place) = elements.get_mut(index) {
        *place = changed;
    }
    elements
}

fn without<T: Clone>(elements: &[T], index: usize) -> Vec<T> {
    let mut elements = elements.to_vec();
    if index < elements.len() {
        elements.remove(index);
    }
    elements
}

/// The changes of the value itself.
fn here(value: &Json, path: &Path, sink: Sink<'_>) {
    let mut change = |kind, changed| sink(kind, path.clone(), changed);
    match value {
        Json::Null => change("opaque null changed", Json::Boolean(false)),
        Json::Boolean(value) => change("opaque boolean changed", Json::Boolean(!value)),
        Json::Number(number) => {
            for number in near(number) {
                change("opaque number changed", Json::Number(number));
            }
            change("opaque type changed", Json::String(number.digits.clone()));
        }
        Json::String(text) => {
            for text in other_texts(text) {
                change("opaque string changed", Json::String(text));
            }
            change("opaque type changed", Json::Array(vec![value.clone()]));
        }
        Json::Array(elements) => {
            for index in 0..elements.len() {
                change("opaque element left out", Json::Array(without(elements, index)));
                let mut swapped = elements.clone();
                if index + 1 < elements.len() {
                    swapped.swap(index, index + 1);
                    change("opaque order changed", Json::Array(swapped));
                }
            }
            let mut longer = elements.clone();
            longer.push(Json::Null);
            change("opaque element added", Json::Array(longer));
            change("opaque type changed", Json::Object(Vec::new()));
        }
        Json::Object(members) => change_object(members, path, sink),
    }
}

fn change_object(members: &[(String, Json)], path: &Path, sink: Sink<'_>) {
    let below = |name: &str| {
        let mut place = path.clone();
        place.push(Segment::Member(name.to_owned()));
        place
    };
    let unused = |mut name: String| {
        while members.iter().any(|member| member.0 == name) {
            name.push('+');
        }
        name
    };
    for (index, (name, value)) in members.iter().enumerate() {
        // Absent and null differ in an opaque value.
        let kind =
            if *value == Json::Null { "opaque null left out" } else { "opaque member left out" };
        sink(kind, below(name), Json::Object(without(members, index)));
        for other in other_texts(name) {
            let renamed = replaced(members, index, (unused(other), value.clone()));
            sink("opaque member renamed", path.clone(), Json::Object(renamed));
        }
    }
    let name = unused("new".to_owned());
    let mut longer = members.to_vec();
    longer.push((name.clone(), Json::Null));
    sink("opaque null added", below(&name), Json::Object(longer));
    sink("opaque type changed", path.clone(), Json::Array(Vec::new()));
}

/// Numbers that a reader with less than exact decimals may take for this one, and plainer ones.
fn near(number: &Number) -> Vec<Number> {
    let Number { is_negative, digits, exponent } = number;
    if digits.is_empty() {
        return vec![Number::of(1), Number::new(true, "1", -16_383)];
    }
    let last = digits.chars().last().unwrap_or('1');
    let kept = digits.strip_suffix(last).unwrap_or("");
    let other = match last {
        '2' => '3',
        '9' => '8',
        _ => '9',
    };
    let mut found = vec![
        Number::new(*is_negative, &format!("{kept}{other}"), *exponent),
        Number::new(!is_negative, digits, *exponent),
    ];
    // What `numeric` still takes.
    if *exponent > -16_383 + 20 {
        found.push(Number::new(*is_negative, &format!("{digits}1"), exponent - 1));
        let further = format!("{digits}{}1", "0".repeat(18));
        found.push(Number::new(*is_negative, &further, exponent - 19));
        found.push(Number::new(*is_negative, digits, exponent - 1));
    }
    found
}

/// Strings that a careless reader may take for this one, and plainer ones.
pub(super) fn other_texts(text: &str) -> Vec<String> {
    let mut found = vec![format!("{text}b"), format!("{text} "), format!("\u{feff}{text}")];
    let composed: String = match text.contains('é') {
        true => text.replace('é', "e\u{301}"),
        false => text.replace("e\u{301}", "é"),
    };
    found.push(composed);
    found.push(text.to_uppercase());
    let mut shorter: Vec<char> = text.chars().collect();
    if shorter.pop().is_some() {
        found.push(shorter.into_iter().collect());
    }
    found.retain(|other| other != text);
    found
}
