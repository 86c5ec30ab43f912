//! Single values, awkward where they may be.

use super::render::plain_json;
use super::tree::{Json, Number};
use crate::plan::{Form, NumberRule, Plan, TextRule};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

/// Strings that meet each other as keys and names: those that UTF-8 and UTF-16 order differently,
/// one letter in two normal forms, a byte order mark, spaces at the ends.
pub(super) const NAMES: &[&str] = &[
    "a",
    "b",
    "c",
    "A",
    "aa",
    "\u{ff5e}",
    "😀",
    "é",
    "e\u{301}",
    "\u{feff}",
    " a",
    "a ",
    "\"",
    "\\",
    "\u{10ffff}",
    "\u{e000}",
];

/// Characters on which readers and writers disagree.
const CHARACTERS: &[char] = &[
    'a',
    'b',
    '0',
    ' ',
    '"',
    '\\',
    '/',
    '\u{1}',
    '\u{8}',
    '\t',
    '\n',
    '\u{c}',
    '\r',
    '\u{1f}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    'é',
    '\u{301}',
    '\u{7ff}',
    '\u{800}',
    '\u{2028}',
    '\u{3000}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{feff}',
    '\u{ff5e}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10000}',
    '😀',
    '\u{10ffff}',
];

/// Digits and exponents at the borders of doubles, of integers, of ECMAScript's layouts and of
/// `numeric`.
pub(super) const NUMBERS: &[(&str, i64)] = &[
    ("0", 0),
    ("1", 0),
    ("5", 0),
    ("1", 1),
    ("15", -1),
    ("1", -1),
    ("9007199254740992", 0),
    ("9007199254740993", 0),
    ("2147483648", 0),
    ("18446744073709551616", 0),
    ("1", 20),
    ("1", 21),
    ("999999999999999999999", 0),
    ("1234567890123456789015", -1),
    ("1", -6),
    ("1", -7),
    ("30000000000000004", -17),
    ("17976931348623157", 292),
    ("1", 309),
    ("5", -324),
    ("1", 131_071),
    ("1", -16_383),
];

/// Strings of a text rule, in canonical spelling.
pub(super) fn text(plan: &'static Plan, index: u16) -> BoxedStrategy<String> {
    let Some(rule) = plan.texts.get(usize::from(index)) else {
        return Just(String::new()).boxed();
    };
    match rule.form {
        Form::Uuid => {
            return prop_oneof![
                Just(uuid(1)),
                Just("abcdef00-0000-4000-8000-00000000000a".to_owned()),
                any::<u128>().prop_map(uuid),
            ]
            .boxed();
        }
        Form::DateTime => return (0..200usize).prop_map(date_time).boxed(),
        Form::Decimal => return (0..200usize).prop_map(decimal).boxed(),
        Form::Plain => {}
    }
    let border = rule.max_bytes.map_or(100, |most| most as usize);
    prop_oneof![
        8 => name(),
        4 => string(),
        1 => Just("k".repeat(border)),
        1 => Just("é".repeat(border / 2)),
        1 => Just("😀".repeat(border / 4)),
        1 => select(vec!["", " ", "\u{3000}\n", "\u{200b}"]).prop_map(str::to_owned),
    ]
    .prop_map(|text| fitted(rule, text))
    .boxed()
}

/// The text changed so that the rule takes it.
pub(super) fn fitted(rule: &TextRule, mut text: String) -> String {
    if rule.not_blank && text.chars().all(char::is_whitespace) {
        text.insert(0, 'a');
    }
    if let Some(most) = rule.max_bytes {
        while text.len() > most as usize {
            text.pop();
        }
        if rule.not_blank && text.chars().all(char::is_whitespace) {
            return "a".to_owned();
        }
    }
    text
}

/// A UUID in canonical spelling.
pub(super) fn uuid(value: u128) -> String {
    uuid::Uuid::from_u128(value).hyphenated().to_string()
}

/// Points in time in canonical spelling, a different one for each attempt.
pub(super) fn date_time(attempt: usize) -> String {
    const BORDERS: &[&str] = &[
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999999Z",
        "2024-02-29T12:30:00Z",
        "2024-02-29T12:30:00.000001Z",
        "1970-01-01T00:00:00.5Z",
    ];
    match BORDERS.get(attempt) {
        Some(border) => (*border).to_owned(),
        None => {
            let (hour, minute) = (attempt / 60 % 24, attempt % 60);
            format!("{:04}-03-01T{hour:02}:{minute:02}:00Z", 1900 + attempt / 1440 % 8000)
        }
    }
}

/// Decimal numbers in canonical spelling, a different one for each attempt.
pub(super) fn decimal(attempt: usize) -> String {
    const BORDERS: &[&str] = &["0", "0.1", "-1", "1e+21", "1e-7", "9007199254740993", "-0.000001"];
    match BORDERS.get(attempt) {
        Some(border) => (*border).to_owned(),
        None => format!("{attempt}.25"),
    }
}

/// Numbers that a number rule takes, each once. They are found as they are asked for: to find all
/// takes long, and most who ask want few.
pub(super) fn numbers_of(plan: &Plan, index: u16) -> impl Iterator<Item = Number> + '_ {
    plan.number(index).into_iter().flat_map(numbers_by)
}

fn numbers_by(rule: &NumberRule) -> impl Iterator<Item = Number> + '_ {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let bounds = [&rule.minimum, &rule.maximum].into_iter().flatten();
    let near = bounds.flat_map(|bound| {
        let Some(Number { is_negative, digits, exponent }) = Number::read(&bound.value) else {
            return Vec::new();
        };
        // The bound, and what lies beside it: the next whole numbers, the next fraction.
        let whole =
            format!("{digits}{}", "0".repeat(usize::try_from(exponent).unwrap_or(0).min(40)));
        let value = whole.parse::<i128>().ok().filter(|_| (0..40).contains(&exponent));
        let value = if is_negative { value.map(|value| -value) } else { value };
        let beside = [-1, 1].into_iter().filter_map(|step| value?.checked_add(step));
        [
            Number::new(is_negative, &digits, exponent),
            Number::new(is_negative, &format!("{digits}1"), exponent - 1),
        ]
        .into_iter()
        .chain(beside.map(|value| Number::new(value < 0, &value.unsigned_abs().to_string(), 0)))
        .collect()
    });
    let listed = NUMBERS.iter().flat_map(|(digits, exponent)| {
        [Number::new(false, digits, *exponent), Number::new(true, digits, *exponent)]
    });
    let counted = (0..2000).map(Number::of);
    near.chain(listed).chain(counted).filter(move |number| {
        let mut text = String::new();
        super::spelling::write_number(None, number, &mut text);
        let Some(decimal) = crate::json::Decimal::parse(text.as_bytes()) else { return false };
        let is_taken = crate::document::number_fault(rule, &decimal, true, &String::new).is_ok();
        is_taken && known.insert(text)
    })
}

/// How many numbers a strategy chooses from.
const LISTED: usize = 256;

/// Numbers of a number rule.
pub(super) fn number_of(plan: &'static Plan, index: u16) -> BoxedStrategy<Number> {
    let numbers: Vec<Number> = numbers_of(plan, index).take(LISTED).collect();
    match numbers.is_empty() {
        true => Just(Number::of(0)).boxed(),
        false => select(numbers).boxed(),
    }
}

fn name() -> impl Strategy<Value = String> {
    select(NAMES).prop_map(str::to_owned)
}

fn string() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(CHARACTERS), 0..8)
        .prop_map(|characters| characters.into_iter().collect())
}

/// Whole numbers between two, both included.
pub(super) fn integer(minimum: i64, maximum: i64) -> BoxedStrategy<i64> {
    let clamp = move |value: i64| value.clamp(minimum, maximum);
    prop_oneof![
        4 => (-2..=9i64).prop_map(clamp),
        1 => Just(minimum),
        1 => Just(maximum),
        2 => minimum..=maximum,
    ]
    .boxed()
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        3 => (any::<bool>(), select(NUMBERS))
            .prop_map(|(sign, (digits, exponent))| Number::new(sign, digits, exponent)),
        1 => (any::<bool>(), any::<u128>(), -40..40i64)
            .prop_map(|(sign, digits, exponent)| Number::new(sign, &digits.to_string(), exponent)),
    ]
}

/// Any JSON.
pub(super) fn json() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::Boolean),
        4 => number().prop_map(Json::Number),
        2 => name().prop_map(Json::String),
        2 => string().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 16, 4, |inside| {
        prop_oneof![
            proptest::collection::vec(inside.clone(), 0..4).prop_map(Json::Array),
            proptest::collection::vec((prop_oneof![name(), string()], inside), 0..4)
                .prop_map(|members| Json::Object(named_once(members))),
        ]
    })
    .boxed()
}

fn named_once(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut kept: Vec<(String, Json)> = Vec::new();
    for (name, value) in members {
        if kept.iter().all(|member| member.0 != name) {
            kept.push((name, value));
        }
    }
    kept
}

/// Any JSON, in plain spelling.
pub fn json_text() -> impl Strategy<Value = String> {
    json().prop_map(|value| plain_json(&value))
}
