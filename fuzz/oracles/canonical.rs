//! Canonical JSON (RFC 8785 with exact decimals), and equality as `jsonb` has it.

use std::collections::BTreeMap;

use super::decimal::Decimal;
use super::json::{Value, read};

/// The canonical text of a JSON text; `None` when it is refused.
pub fn json_canonical(bytes: &[u8]) -> Option<String> {
    Some(canonical_json(&read(bytes).ok()?))
}

/// Whether two JSON texts are the same as `jsonb`; `None` when either is refused.
pub fn json_same(first: &[u8], second: &[u8]) -> Option<bool> {
    Some(same(&read(first).ok()?, &read(second).ok()?))
}

/// Whether two values are the same as `jsonb`: numbers by value, strings by code points, arrays
/// in order, objects by their members, of which the last of each name counts.
pub fn same(first: &Value, second: &Value) -> bool {
    match (first, second) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(first), Value::Boolean(second)) => first == second,
        (Value::Number(first), Value::Number(second)) => Decimal::of(first) == Decimal::of(second),
        (Value::String(first), Value::String(second)) => first == second,
        (Value::Array(first), Value::Array(second)) => {
            first.len() == second.len() && first.iter().zip(second).all(|(a, b)| same(a, b))
        }
        (Value::Object(first), Value::Object(second)) => {
            let (first, second) = (last_by_name(first), last_by_name(second));
            first.len() == second.len()
                && first.iter().zip(&second).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
        }
        _ => false,
    }
}

fn last_by_name(members: &[(String, Value)]) -> BTreeMap<&str, &Value> {
    members.iter().map(|(name, value)| (name.as_str(), value)).collect()
}

/// The canonical text of a value.
pub fn canonical_json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Refused => text.push_str("null"),
        Value::Boolean(true) => text.push_str("true"),
        Value::Boolean(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&Decimal::of(number).canonical()),
        Value::String(string) => write_string(string, text),
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(element, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            // Members by UTF-16 code units; a later member of the same name takes the place.
            let mut sorted: BTreeMap<Vec<u16>, (&str, &Value)> = BTreeMap::new();
            for (name, value) in members {
                sorted.insert(name.encode_utf16().collect(), (name, value));
            }
            text.push('{');
            for (index, (name, value)) in sorted.values().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(name, text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
    }
}

/// RFC 8785, 3.2.2.2: two-character escapes where there are some, `\u00xx` in lower case for the
/// other control characters, everything else as it is.
fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{08}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{0c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            control if control < ' ' => {
                text.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
