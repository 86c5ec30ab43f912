//! The rules of single values, and what is said when they are broken.

use crate::date_time::{self, canonical_date_time};
use crate::decimal_string::{self, canonical_decimal};
use crate::json::{Decimal, NotInteger, Number};
use crate::parts;
use crate::plan::{Bound, Form, IntegerRule, Name, NumberRule, Plan, Rule, TextRule};
use crate::problem::{Code, Problem};
use crate::wording::{count, decimal, fill};
use std::borrow::Cow;
use std::cmp::Ordering;

/// What is wrong with a value: code, message, fix.
pub(crate) type Fault = (Code, String, String);

/// What a value should have been, for messages: `an integer`.
pub(crate) fn expected(plan: &Plan, rule: Rule) -> String {
    match rule {
        Rule::Opaque => "a JSON value".into(),
        Rule::Null => "null".into(),
        Rule::Boolean => "true or false".into(),
        Rule::Integer(_) => "an integer".into(),
        Rule::Number(index) => match plan.number(index) {
            Some(NumberRule { is_whole: true, .. }) => "an integer".into(),
            _ => "a number".into(),
        },
        Rule::Text(_) | Rule::Choice(_) => "a string".into(),
        Rule::Array(_) => "an array".into(),
        Rule::Record(index) => match plan.record(index) {
            Some(record) => fill("an object ({})", &[&record.name]),
            None => "an object".into(),
        },
    }
}

/// How to write a value that the rule takes.
#[cold]
pub(crate) fn advice(plan: &Plan, rule: Rule, optional: bool) -> String {
    let fixed = match rule {
        Rule::Opaque => "write any JSON value",
        Rule::Null => "write null",
        Rule::Boolean => "write true or false",
        Rule::Integer(_) => "write a whole number",
        Rule::Number(_) => "",
        Rule::Text(index) => match plan.texts.get(usize::from(index)).map(|text| text.form) {
            Some(Form::Uuid) => UUID_ADVICE,
            Some(Form::DateTime) if parts::DATE_TIMES => date_time::ADVICE,
            Some(Form::Decimal) if parts::DECIMALS => decimal_string::ADVICE,
            _ => "write a string in double quotes",
        },
        Rule::Choice(_) => "",
        Rule::Array(_) => "write an array in square brackets",
        Rule::Record(_) => "write an object in braces",
    };
    let advice: String = match rule {
        Rule::Integer(index) if let Some(rule) = plan.integers.get(usize::from(index)) => {
            whole_range(rule)
        }
        Rule::Number(index)
            if parts::NUMBERS
                && let Some(rule) = plan.number(index) =>
        {
            range(rule)
        }
        Rule::Choice(index) => fill("write {}", &[&choices(plan, index)]),
        _ => fixed.into(),
    };
    match optional {
        true => fill("{}, or leave it out", &[&advice]),
        false => advice,
    }
}

const UUID_ADVICE: &str = "write a UUID as 8-4-4-4-12 hexadecimal digits with hyphens";

/// The values of a choice: `` `JOB` or `EXTERNAL` ``.
pub(crate) fn choices(plan: &Plan, index: u16) -> String {
    plan.choices
        .get(usize::from(index))
        .map(|choice| listed(&names(&choice.values)))
        .unwrap_or_default()
}

/// The values of a choice, as the functions below take names.
pub(crate) fn names(values: &[Name]) -> Vec<&str> {
    values.iter().map(AsRef::as_ref).collect()
}

/// Quotes names and joins them: `` `a`, `b` or `c` ``.
#[cold]
pub(crate) fn listed(names: &[&str]) -> String {
    let mut list = String::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            list.push_str(if index + 1 < names.len() { ", " } else { " or " });
        }
        list.push_str(&fill("`{}`", &[name]));
    }
    list
}

/// The name nearest to a misspelt one, if any is near.
#[cold]
pub(crate) fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let most = (wrong.chars().count() / 3).clamp(1, 3);
    if wrong.len() > 200 {
        return None;
    }
    let wrong = wrong.to_ascii_lowercase();
    let mut found = None;
    // Of several that are as near the first is meant.
    let mut least = most + 1;
    for name in names {
        let distance = strsim::levenshtein(&wrong, &name.to_ascii_lowercase());
        if distance < least {
            (found, least) = (Some(*name), distance);
        }
    }
    found
}

/// Checks a string and gives its canonical spelling where that is another one; or tells which rule it breaks.
pub(crate) fn spelling(rule: &TextRule, text: &str) -> Result<Option<String>, Code> {
    if rule.not_blank && is_blank(text.as_bytes()) {
        return Err(Code::Blank);
    }
    if rule.max_bytes.is_some_and(|most| text.len() > most as usize) {
        return Err(Code::MaxBytes);
    }
    match rule.form {
        Form::Uuid if !is_uuid(text) => Err(Code::Uuid),
        Form::Uuid => {
            let is_canonical = !text.bytes().any(|byte| byte.is_ascii_uppercase());
            Ok((!is_canonical).then(|| text.to_ascii_lowercase()))
        }
        Form::DateTime if parts::DATE_TIMES => match canonical_date_time(text) {
            Ok(Cow::Borrowed(_)) => Ok(None),
            Ok(Cow::Owned(canonical)) => Ok(Some(canonical)),
            Err(_) => Err(Code::DateTime),
        },
        Form::Decimal if parts::DECIMALS => match canonical_decimal(text) {
            Ok(canonical) => Ok((canonical != text).then_some(canonical)),
            Err(_) => Err(Code::Decimal),
        },
        Form::Plain | Form::DateTime | Form::Decimal => Ok(None),
    }
}

/// What is said of a string for which [`spelling`] gives this code.
#[cold]
#[inline(never)]
pub(crate) fn text_fault(code: Code, rule: &TextRule, text: &str) -> Fault {
    let most = decimal(rule.max_bytes.unwrap_or(0).into());
    let (message, fix): (&str, String) = match code {
        Code::Blank => (
            if text.is_empty() { "the string is empty" } else { "the string is blank" },
            "write at least one character that is not white space".into(),
        ),
        Code::MaxBytes => (
            "the string has {} bytes in UTF-8, at most {} are allowed",
            fill("shorten it to at most {} bytes", &[&most]),
        ),
        Code::DateTime if parts::DATE_TIMES => {
            ("{} is not a point in time: {}", date_time::ADVICE.into())
        }
        Code::Decimal if parts::DECIMALS => {
            ("{} is not a decimal number: {}", decimal_string::ADVICE.into())
        }
        _ => ("{} is not a hyphenated UUID", UUID_ADVICE.into()),
    };
    let (what, why) = match code {
        Code::MaxBytes => (count(text.len()), most.as_str()),
        Code::DateTime if parts::DATE_TIMES => {
            (quoted(text), canonical_date_time(text).err().unwrap_or(""))
        }
        Code::Decimal if parts::DECIMALS => {
            (quoted(text), canonical_decimal(text).err().unwrap_or(""))
        }
        _ => (quoted(text), ""),
    };
    (code, fill(message, &[&what, why]), fix)
}

/// Whether all characters of a text are white space, by Unicode's property White_Space, as [`char::is_whitespace`]
/// has it: with neither a table nor characters made of bytes, as nearly every text ends the search at once.
fn is_blank(bytes: &[u8]) -> bool {
    // The bytes of a character that began.
    let mut begun = 0;
    for byte in bytes {
        begun = begun << 8 | u32::from(*byte);
        match begun {
            0x09..=0x0D
            | 0x20
            | 0xC2_85
            | 0xC2_A0
            | 0xE1_9A_80
            | 0xE2_80_80..=0xE2_80_8A
            | 0xE2_80_A8
            | 0xE2_80_A9
            | 0xE2_80_AF
            | 0xE2_81_9F
            | 0xE3_80_80 => begun = 0,
            0xC2 | 0xE1..=0xE3 | 0xE1_9A | 0xE2_80 | 0xE2_81 | 0xE3_80 => {}
            _ => return false,
        }
    }
    true
}

/// A string's contents as a message quotes them.
#[cold]
fn quoted(text: &str) -> String {
    let quoted = fill("\"{}\"", &[text]);
    crate::json::scan::snippet(&quoted, 0, quoted.len())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Checks a whole number, or why there is none.
pub(crate) fn integer_fault(
    rule: &IntegerRule,
    value: Result<i64, NotInteger>,
    shown: &str,
) -> Result<i64, Fault> {
    let (minimum, maximum) = (rule.minimum, rule.maximum);
    let (code, message) = match value {
        Ok(value) if value < minimum => (Code::Minimum, too_small(shown, minimum)),
        Ok(value) if value > maximum => (Code::Maximum, too_large(shown, maximum)),
        Ok(value) => return Ok(value),
        Err(NotInteger::TooSmall) => (Code::Minimum, too_small(shown, minimum)),
        Err(NotInteger::TooLarge) => (Code::Maximum, too_large(shown, maximum)),
        Err(NotInteger::Fraction) => (Code::Type, fill("{} is not an integer", &[shown])),
    };
    Err((code, message, whole_range(rule)))
}

/// Checks a number of any size; `is_bounded` tells whether bounds count.
pub(crate) fn number_fault(
    rule: &NumberRule,
    value: &Decimal<'_>,
    is_bounded: bool,
    shown: &dyn Fn() -> String,
) -> Result<(), Fault> {
    if rule.is_whole && !value.is_whole() {
        let message = fill("{} is not an integer", &[&shown()]);
        return Err((Code::Type, message, range(rule)));
    }
    if !is_bounded {
        return Ok(());
    }
    let compared =
        |bound: &Bound| Decimal::parse(bound.value.as_bytes()).map(|number| value.compare(&number));
    if let Some(bound) = &rule.minimum
        && (compared(bound) == Some(Ordering::Less)
            || (bound.is_exclusive && compared(bound) == Some(Ordering::Equal)))
    {
        let what = if bound.is_exclusive { "greater than" } else { "at least" };
        let message = "{} is too small, it must be {} {}";
        let message = fill(message, &[&shown(), what, &bound.value]);
        return Err((Code::Minimum, message, range(rule)));
    }
    if let Some(bound) = &rule.maximum
        && (compared(bound) == Some(Ordering::Greater)
            || (bound.is_exclusive && compared(bound) == Some(Ordering::Equal)))
    {
        let what = if bound.is_exclusive { "less than" } else { "at most" };
        let message = "{} is too large, it must be {} {}";
        let message = fill(message, &[&shown(), what, &bound.value]);
        return Err((Code::Maximum, message, range(rule)));
    }
    Ok(())
}

/// How to write a number that the rule takes.
fn range(rule: &NumberRule) -> String {
    let mut advice = match rule.is_whole {
        true => "write a whole number".to_owned(),
        false => "write a number".to_owned(),
    };
    if let Some(bound) = &rule.minimum {
        let what = if bound.is_exclusive { "greater than" } else { "at least" };
        advice.push_str(&fill(" {} {}", &[what, &bound.value]));
    }
    if let Some(bound) = &rule.maximum {
        let and = if rule.minimum.is_some() { " and" } else { "" };
        let what = if bound.is_exclusive { "less than" } else { "at most" };
        advice.push_str(&fill("{} {} {}", &[and, what, &bound.value]));
    }
    advice
}

fn too_small(shown: &str, minimum: i64) -> String {
    // "greater than 0" is how people say it.
    if minimum == 1 {
        return fill("{} is not greater than 0", &[shown]);
    }
    fill("{} is too small, it must be at least {}", &[shown, &decimal(minimum)])
}

fn too_large(shown: &str, maximum: i64) -> String {
    fill("{} is too large, it must be at most {}", &[shown, &decimal(maximum)])
}

fn whole_range(rule: &IntegerRule) -> String {
    let (minimum, maximum) = (decimal(rule.minimum), decimal(rule.maximum));
    fill("write a whole number from {} to {}", &[&minimum, &maximum])
}

/// A fault of a value that stands in no text.
fn lone((code, message, fix): Fault) -> Problem {
    Problem { pointer: String::new(), offset: None, line: 0, column: 0, code, message, fix }
}

/// Checks a string against a text rule of a plan and gives its canonical spelling. U+0000 is
/// refused as everywhere.
///
/// # Errors
/// The [`Problem`], without a place; also when `rule` is no text rule of the plan.
pub fn check_text(plan: &Plan, rule: Rule, text: &str) -> Result<String, Problem> {
    let Rule::Text(index) = rule else { return Err(lone(no_rule(plan, rule))) };
    let Some(found) = plan.texts.get(usize::from(index)) else {
        return Err(lone(no_rule(plan, rule)));
    };
    if text.contains('\0') {
        return Err(lone((
            Code::Nul,
            "the string holds U+0000, which PostgreSQL cannot store".into(),
            "remove the character U+0000".into(),
        )));
    }
    match spelling(found, text) {
        Ok(spelling) => Ok(spelling.unwrap_or_else(|| text.to_owned())),
        Err(code) => Err(lone(text_fault(code, found, text))),
    }
}

/// Checks a whole number against an integer rule of a plan.
///
/// # Errors
/// The [`Problem`], without a place; also when `rule` is no integer rule of the plan.
pub fn check_integer(plan: &Plan, rule: Rule, value: i64) -> Result<i64, Problem> {
    let Rule::Integer(index) = rule else { return Err(lone(no_rule(plan, rule))) };
    match plan.integers.get(usize::from(index)) {
        Some(found) => integer_fault(found, Ok(value), &format!("`{value}`")).map_err(lone),
        None => Err(lone(no_rule(plan, rule))),
    }
}

/// Checks a number of any size against a number rule of a plan.
///
/// # Errors
/// The [`Problem`], without a place; also when `rule` is no number rule of the plan.
pub fn check_number(plan: &Plan, rule: Rule, value: Number) -> Result<Number, Problem> {
    let found = match rule {
        Rule::Number(index) => plan.number(index),
        _ => None,
    };
    let (Some(found), Some(decimal)) = (found, Decimal::parse(value.as_str().as_bytes())) else {
        return Err(lone(no_rule(plan, rule)));
    };
    number_fault(found, &decimal, true, &|| format!("`{value}`")).map_err(lone)?;
    Ok(value)
}

fn no_rule(plan: &Plan, rule: Rule) -> Fault {
    let message = fill("the value is not {}", &[&expected(plan, rule)]);
    (Code::Type, message, advice(plan, rule, false))
}

#[cfg(test)]
mod tests {
    use super::is_blank;

    #[test]
    fn white_space_is_what_the_standard_library_takes_for_it() {
        for character in '\0'..=char::MAX {
            let text = format!(" {character}\n");
            assert_eq!(is_blank(text.as_bytes()), character.is_whitespace(), "{character:?}");
        }
        assert!(is_blank(b""));
    }
}
