//! JSON texts that a rule refuses.

use super::predicates::MOST_BYTES;
use super::spelling::write_text;
use crate::plan::{Form, Plan, Rule, TextRule};
use crate::problem::Code;

/// Texts that no typed value is, but for the first letters of a rule's own type.
pub(super) const OTHER_TYPES: &[(char, &str)] = &[
    ('n', "null"),
    ('b', "true"),
    ('d', "7"),
    ('d', "-0.5e1"),
    ('s', "\"7\""),
    ('s', "\"\""),
    ('a', "[]"),
    ('a', "[null]"),
    ('o', "{}"),
];

/// JSON texts that a value of the rule must not be, each with its code and where in it the problem
/// is told.
pub(super) fn refused_texts(plan: &Plan, rule: Rule) -> Vec<(Code, String, &'static str)> {
    let other_than = |own: char| {
        OTHER_TYPES
            .iter()
            .filter(move |(letter, _)| *letter != own && *letter != 'n')
            .map(|(_, text)| (Code::Type, (*text).to_owned(), ""))
    };
    match rule {
        Rule::Opaque => [
            (Code::Nul, r#""a\u0000""#, ""),
            (Code::Nul, r#"[{"b": "\u0000"}]"#, "/0/b"),
            (Code::Surrogate, r#""\ud800""#, ""),
            (Code::Surrogate, r#"{"a": [1, "\udc00x"]}"#, "/a/1"),
            (Code::NumberRange, "1e131072", ""),
            (Code::NumberRange, r#"{"a": {"b": 1e-16384}}"#, "/a/b"),
        ]
        .map(|(code, text, below)| (code, text.to_owned(), below))
        .to_vec(),
        Rule::Null => OTHER_TYPES
            .iter()
            .filter(|(letter, _)| *letter != 'n')
            .map(|(_, text)| (Code::NotAllowed, (*text).to_owned(), ""))
            .collect(),
        Rule::Boolean => other_than('b').collect(),
        Rule::Integer(index) => {
            let mut found: Vec<_> = other_than('d').collect();
            found.push((Code::Type, "0.5".to_owned(), ""));
            if let Some(rule) = plan.integers.get(usize::from(index)) {
                let (least, most) = (i128::from(rule.minimum), i128::from(rule.maximum));
                for text in [(least - 1).to_string(), "-1e400".to_owned()] {
                    found.push((Code::Minimum, text, ""));
                }
                for text in [(most + 1).to_string(), "1e400".to_owned()] {
                    found.push((Code::Maximum, text, ""));
                }
            }
            found
        }
        Rule::Number(index) => {
            let mut found: Vec<_> = other_than('d').collect();
            if let Some(rule) = plan.number(index) {
                if rule.is_whole {
                    found.push((Code::Type, "0.5".to_owned(), ""));
                }
                found.extend(
                    rule.minimum.as_ref().map(|_| (Code::Minimum, "-1e131071".to_owned(), "")),
                );
                found.extend(
                    rule.maximum.as_ref().map(|_| (Code::Maximum, "1e131071".to_owned(), "")),
                );
            }
            found
        }
        Rule::Text(index) => {
            let mut found: Vec<_> = other_than('s').collect();
            found.push((Code::Nul, r#""a\u0000""#.to_owned(), ""));
            found.push((Code::Surrogate, r#""a\udfff""#.to_owned(), ""));
            if let Some(rule) = plan.texts.get(usize::from(index)) {
                found.extend(refused_strings(rule));
            }
            found
        }
        Rule::Choice(index) => {
            let mut found: Vec<_> = other_than('s').collect();
            let values = plan.choices.get(usize::from(index)).map(|choice| &choice.values);
            let listed: Vec<&str> =
                values.iter().flat_map(|v| v.iter().map(AsRef::as_ref)).collect();
            found.push((Code::OneOf, quoted(&unlisted(&listed)), ""));
            found
        }
        Rule::Array(_) => other_than('a').collect(),
        Rule::Record(_) => other_than('o').collect(),
    }
}

/// String literals that a text rule refuses.
fn refused_strings(rule: &TextRule) -> Vec<(Code, String, &'static str)> {
    let mut found = Vec::new();
    if rule.not_blank {
        for text in ["", " ", "\u{3000}\u{85}\n"] {
            found.push((Code::Blank, quoted(text), ""));
        }
    }
    if let Some(most) = rule.max_bytes.filter(|most| *most <= MOST_BYTES) {
        let most = most as usize;
        found.push((Code::MaxBytes, quoted(&"k".repeat(most + 1)), ""));
        found.push((Code::MaxBytes, quoted(&"é".repeat(most / 2 + 1)), ""));
    }
    match rule.form {
        Form::Plain => {}
        Form::Uuid => {
            let texts = [
                "",
                "0123456789ab-cdef-abcd-ef0123456789-",
                "g1234567-89ab-cdef-abcd-ef0123456789",
                "{01234567-89ab-cdef-abcd-ef0123456789}",
                "0123456789abcdefabcdef0123456789",
            ];
            found.extend(texts.map(|text| (Code::Uuid, quoted(text), "")));
        }
        Form::DateTime => {
            let texts = [
                "",
                "2026-02-29T00:00:00Z",
                "2016-12-31T23:59:60Z",
                "2026-01-01T00:00:00",
                "2026-01-01 00:00:00Z",
                "0000-01-01T00:00:00+00:01",
            ];
            found.extend(texts.map(|text| (Code::DateTime, quoted(text), "")));
        }
        Form::Decimal => {
            let texts = ["", "+1", "01", ".5", "1.", "NaN", "1e131072", "1 "];
            found.extend(texts.map(|text| (Code::Decimal, quoted(text), "")));
        }
    }
    found
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_text(None, text, &mut out);
    out
}

/// A string that is none of the listed ones.
pub(super) fn unlisted(listed: &[&str]) -> String {
    let mut text = listed.first().map_or_else(String::new, |first| (*first).to_owned());
    while listed.contains(&text.as_str()) {
        text.push('?');
    }
    text
}
