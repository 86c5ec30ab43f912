//! Texts that differ from a given one in one place.

use super::random::Random;
use super::respellings::winners;
use super::texts::{character, spell_string};
use crate::oracles::decimal::Decimal;
use crate::oracles::json::{Value, read};

/// The text, compact, with another meaning in exactly one place: a scalar changed, an element or
/// member added, taken away, renamed or swapped, a value of another kind in its place. The
/// contract accepts the result. A text that it refuses comes back as it is.
pub fn near_miss(random: &mut Random, text: &str) -> String {
    let Ok(mut value) = read(text.as_bytes()) else { return text.to_owned() };
    unshadow(&mut value);
    let count = count(&value);
    for _ in 0..20 {
        let mut changed = value.clone();
        let mut place = random.below(count);
        change_at(random, &mut changed, &mut place);
        let mut written = String::new();
        write(random, &changed, &mut written);
        if read(written.as_bytes()).is_ok() {
            return written;
        }
    }
    // Every change tried went over a limit; this one does not.
    if value == Value::Null { "false".to_owned() } else { "null".to_owned() }
}

/// Drops the members that a later one of the same name shadows, so that no change is shadowed.
fn unshadow(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(unshadow),
        Value::Object(members) => {
            let mut left: Vec<(String, Value)> = winners(members)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.clone()))
                .collect();
            left.iter_mut().for_each(|member| unshadow(&mut member.1));
            *members = left;
        }
        _ => {}
    }
}

/// How many values there are, this one and those inside.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.iter().map(|member| count(&member.1)).sum(),
        _ => 0,
    }
}

/// Changes the value that is the `place`-th in the order of the text; true once it is done.
fn change_at(random: &mut Random, value: &mut Value, place: &mut usize) -> bool {
    if *place == 0 {
        change(random, value);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(elements) => {
            elements.iter_mut().any(|element| change_at(random, element, place))
        }
        Value::Object(members) => {
            members.iter_mut().any(|member| change_at(random, &mut member.1, place))
        }
        _ => false,
    }
}

fn change(random: &mut Random, value: &mut Value) {
    if random.one_in(6) {
        *value = other_kind(random, value);
        return;
    }
    match value {
        Value::Null => *value = Value::Boolean(false),
        Value::Boolean(boolean) => *boolean = !*boolean,
        Value::Number(number) => *number = other_number(random, number),
        Value::String(string) => *string = other_string(random, string),
        Value::Array(elements) => change_array(random, elements),
        Value::Object(members) => change_object(random, members),
        Value::Refused => {}
    }
}

/// A value of another kind, as near as can be.
fn other_kind(random: &mut Random, value: &Value) -> Value {
    let near = match value {
        Value::Null => Value::String("null".to_owned()),
        Value::Boolean(boolean) => Value::Number(u8::from(*boolean).to_string()),
        Value::Number(number) => Value::String(number.clone()),
        Value::String(_) => Value::Array(vec![value.clone()]),
        Value::Array(_) => Value::Object(Vec::new()),
        Value::Object(_) => Value::Array(Vec::new()),
        Value::Refused => Value::Null,
    };
    match random.below(3) {
        0 => Value::Array(vec![value.clone()]),
        1 if value != &Value::Null => Value::Null,
        _ => near,
    }
}

fn other_number(random: &mut Random, number: &str) -> String {
    let decimal = Decimal::of(number);
    if decimal.is_zero() {
        return random.pick(&["1", "-1", "1e-16383", "1e-7"]).to_owned();
    }
    let Decimal { negative, digits, exponent } = decimal;
    let sign = if negative { "-" } else { "" };
    match random.below(6) {
        0 => format!("{}{digits}e{exponent}", if negative { "" } else { "-" }),
        1 => format!("{sign}{digits}e{}", exponent + 1),
        2 => format!("{sign}{digits}e{}", exponent - 1),
        // One digit more, right after the last one or further down.
        3 => format!("{sign}{digits}1e{}", exponent - 1),
        4 => format!("{sign}{digits}{}1e{}", "0".repeat(19), exponent - 20),
        // Another last digit: it is never 0, so 1 to 9 take each other's places.
        _ => {
            let last = digits.chars().last().unwrap_or('1');
            let other = if last == '9' { '8' } else { '9' };
            let kept = digits.strip_suffix(last).unwrap_or_default();
            format!("{sign}{kept}{other}e{exponent}")
        }
    }
}

fn other_string(random: &mut Random, string: &str) -> String {
    let mut characters: Vec<char> = string.chars().collect();
    let place = random.below(characters.len());
    match characters.get_mut(place) {
        Some(character) if random.one_in(2) => {
            *character = match character {
                'a'..='z' => character.to_ascii_uppercase(),
                'A'..='Z' => character.to_ascii_lowercase(),
                'é' => 'e',
                ' ' => '\u{a0}',
                '\u{fffd}' => '\u{fffc}',
                _ => '\u{fffd}',
            };
        }
        Some(_) if random.one_in(2) => {
            characters.remove(place);
        }
        _ => characters.insert(place, character(random)),
    }
    characters.into_iter().collect()
}

fn change_array(random: &mut Random, elements: &mut Vec<Value>) {
    let place = random.below(elements.len());
    match random.below(4) {
        0 if !elements.is_empty() => {
            elements.remove(place);
        }
        // What is swapped must not be the same; neighbours that are spelt alike are passed over.
        1 if place + 1 < elements.len() && differ(elements.get(place), elements.get(place + 1)) => {
            elements.swap(place, place + 1);
        }
        2 => match elements.get(place).cloned() {
            Some(twice) => elements.insert(place, twice),
            None => elements.push(Value::Array(Vec::new())),
        },
        _ => elements.push(Value::Null),
    }
}

/// Whether two values are surely not the same: of different kinds, or different scalars.
fn differ(first: Option<&Value>, second: Option<&Value>) -> bool {
    match (first, second) {
        (Some(Value::Number(first)), Some(Value::Number(second))) => {
            Decimal::of(first) != Decimal::of(second)
        }
        (Some(Value::Array(first)), Some(Value::Array(second))) => first.len() != second.len(),
        (Some(Value::Object(first)), Some(Value::Object(second))) => first.len() != second.len(),
        (first, second) => first != second,
    }
}

fn change_object(random: &mut Random, members: &mut Vec<(String, Value)>) {
    let place = random.below(members.len());
    let mut new_name = match members.get(place) {
        Some((name, _)) => other_string(random, name),
        None => String::new(),
    };
    while members.iter().any(|member| member.0 == new_name) {
        new_name.push('+');
    }
    match random.below(3) {
        0 if !members.is_empty() => {
            members.remove(place);
        }
        1 if !members.is_empty() => {
            if let Some(member) = members.get_mut(place) {
                member.0 = new_name;
            }
        }
        _ => members.push((new_name, Value::Null)),
    }
}

/// Writes a value compactly, its numbers as they are spelt.
pub(super) fn write(random: &mut Random, value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Refused => text.push_str("null"),
        Value::Boolean(true) => text.push_str("true"),
        Value::Boolean(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(number),
        Value::String(string) => text.push_str(&spell_string(random, string)),
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(random, element, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&spell_string(random, name));
                text.push(':');
                write(random, value, text);
            }
            text.push('}');
        }
    }
}
