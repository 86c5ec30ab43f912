//! The rules of single values, and what is said when they are broken.

use crate::date_time::{self, canonical_date_time};
use crate::decimal_string::{self, canonical_decimal};
use crate::flaw::{Anchor, Flaw};
use crate::json::{Decimal, NotInteger, Number};
use crate::parts;
use crate::plan::{Bound, Form, IntegerRule, NumberRule, Plan, Rule, TextRule};
use crate::problem::{Code, Problem};
use std::borrow::Cow;
use std::cmp::Ordering;

/// What is wrong with a value: code, message, fix.
pub(crate) type Fault = (Code, String, String);

/// What a value should have been, for messages: `an integer`.
pub(crate) fn expected(plan: &Plan, rule: Rule) -> Cow<'static, str> {
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
            Some(record) => format!("an object ({})", record.name).into(),
            None => "an object".into(),
        },
    }
}

/// How to write a value that the rule takes.
pub(crate) fn advice(plan: &Plan, rule: Rule, optional: bool) -> String {
    let mut advice = match rule {
        Rule::Opaque => "write any JSON value".to_owned(),
        Rule::Null => "write null".to_owned(),
        Rule::Boolean => "write true or false".to_owned(),
        Rule::Integer(index) => match plan.integers.get(usize::from(index)) {
            Some(IntegerRule { minimum, maximum }) => {
                format!("write a whole number from {minimum} to {maximum}")
            }
            None => "write a whole number".to_owned(),
        },
        Rule::Number(index) if parts::NUMBERS => plan.number(index).map_or_else(String::new, range),
        Rule::Number(_) => String::new(),
        Rule::Text(index) => match plan.texts.get(usize::from(index)).map(|text| text.form) {
            Some(Form::Uuid) => UUID_ADVICE.to_owned(),
            Some(Form::DateTime) if parts::DATE_TIMES => date_time::ADVICE.to_owned(),
            Some(Form::Decimal) if parts::DECIMALS => decimal_string::ADVICE.to_owned(),
            _ => "write a string in double quotes".to_owned(),
        },
        Rule::Choice(index) => format!("write {}", choices(plan, index)),
        Rule::Array(_) => "write an array in square brackets".to_owned(),
        Rule::Record(_) => "write an object in braces".to_owned(),
    };
    if optional {
        advice.push_str(", or leave it out");
    }
    advice
}

const UUID_ADVICE: &str = "write a UUID as 8-4-4-4-12 hexadecimal digits with hyphens";

/// The values of a choice: `` `JOB` or `EXTERNAL` ``.
pub(crate) fn choices(plan: &Plan, index: u16) -> String {
    plan.choices
        .get(usize::from(index))
        .map(|choice| listed(choice.values.iter().map(AsRef::as_ref)))
        .unwrap_or_default()
}

/// Quotes names and joins them: `` `a`, `b` or `c` ``.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The name nearest to a misspelt one, if any is near.
pub(crate) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (wrong.chars().count() / 3).clamp(1, 3);
    if wrong.len() > 200 {
        return None;
    }
    names
        .map(|name| {
            (strsim::levenshtein(&wrong.to_ascii_lowercase(), &name.to_ascii_lowercase()), name)
        })
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Checks a string and gives its canonical spelling where that is another one.
pub(crate) fn text_fault(rule: &TextRule, text: &str) -> Result<Option<String>, Fault> {
    if rule.not_blank && text.chars().all(char::is_whitespace) {
        let what = if text.is_empty() { "the string is empty" } else { "the string is blank" };
        return Err((
            Code::Blank,
            what.to_owned(),
            "write at least one character that is not white space".to_owned(),
        ));
    }
    if let Some(most) = rule.max_bytes
        && text.len() > most as usize
    {
        return Err((
            Code::MaxBytes,
            format!("the string has {} bytes in UTF-8, at most {most} are allowed", text.len()),
            format!("shorten it to at most {most} bytes"),
        ));
    }
    match rule.form {
        Form::Plain => Ok(None),
        Form::Uuid if !is_uuid(text) => {
            let quoted = format!("\"{text}\"");
            let shown = crate::json::scan::snippet(&quoted, 0, quoted.len());
            Err((Code::Uuid, format!("{shown} is not a hyphenated UUID"), UUID_ADVICE.to_owned()))
        }
        Form::Uuid => {
            let is_canonical = !text.bytes().any(|byte| byte.is_ascii_uppercase());
            Ok((!is_canonical).then(|| text.to_ascii_lowercase()))
        }
        Form::DateTime if parts::DATE_TIMES => match canonical_date_time(text) {
            Ok(Cow::Borrowed(_)) => Ok(None),
            Ok(Cow::Owned(canonical)) => Ok(Some(canonical)),
            Err(why) => Err(form_fault(Code::DateTime, text, "point in time", why)),
        },
        Form::Decimal if parts::DECIMALS => match canonical_decimal(text) {
            Ok(canonical) => Ok((canonical != text).then_some(canonical)),
            Err(why) => Err(form_fault(Code::Decimal, text, "decimal number", why)),
        },
        Form::DateTime | Form::Decimal => Ok(None),
    }
}

#[cold]
fn form_fault(code: Code, text: &str, what: &str, why: &str) -> Fault {
    let quoted = format!("\"{text}\"");
    let shown = crate::json::scan::snippet(&quoted, 0, quoted.len());
    let advice = match code {
        Code::DateTime => date_time::ADVICE,
        _ => decimal_string::ADVICE,
    };
    (code, format!("{shown} is not a {what}: {why}"), advice.to_owned())
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
    let range = || format!("write a whole number from {minimum} to {maximum}");
    let (code, message) = match value {
        Ok(value) if value < minimum => (Code::Minimum, too_small(shown, minimum)),
        Ok(value) if value > maximum => (Code::Maximum, too_large(shown, maximum)),
        Ok(value) => return Ok(value),
        Err(NotInteger::TooSmall) => (Code::Minimum, too_small(shown, minimum)),
        Err(NotInteger::TooLarge) => (Code::Maximum, too_large(shown, maximum)),
        Err(NotInteger::Fraction) => (Code::Type, format!("{shown} is not an integer")),
    };
    Err((code, message, range()))
}

/// Checks a number of any size; `is_bounded` tells whether bounds count.
pub(crate) fn number_fault(
    rule: &NumberRule,
    value: &Decimal<'_>,
    is_bounded: bool,
    shown: &dyn Fn() -> String,
) -> Result<(), Fault> {
    if rule.is_whole && !value.is_whole() {
        return Err((Code::Type, format!("{} is not an integer", shown()), range(rule)));
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
        let message = format!("{} is too small, it must be {what} {}", shown(), bound.value);
        return Err((Code::Minimum, message, range(rule)));
    }
    if let Some(bound) = &rule.maximum
        && (compared(bound) == Some(Ordering::Greater)
            || (bound.is_exclusive && compared(bound) == Some(Ordering::Equal)))
    {
        let what = if bound.is_exclusive { "less than" } else { "at most" };
        let message = format!("{} is too large, it must be {what} {}", shown(), bound.value);
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
        advice.push_str(&format!(" {what} {}", bound.value));
    }
    if let Some(bound) = &rule.maximum {
        let and = if rule.minimum.is_some() { " and" } else { "" };
        let what = if bound.is_exclusive { "less than" } else { "at most" };
        advice.push_str(&format!("{and} {what} {}", bound.value));
    }
    advice
}

fn too_small(shown: &str, minimum: i64) -> String {
    // "greater than 0" is how people say it.
    if minimum == 1 {
        return format!("{shown} is not greater than 0");
    }
    format!("{shown} is too small, it must be at least {minimum}")
}

fn too_large(shown: &str, maximum: i64) -> String {
    format!("{shown} is too large, it must be at most {maximum}")
}

/// A fault of a value that stands in no text.
fn lone((code, message, fix): Fault) -> Problem {
    let flaw = Flaw::new(Anchor::Nowhere, code, message, fix);
    Problem {
        pointer: String::new(),
        offset: None,
        line: 0,
        column: 0,
        code: flaw.code,
        message: flaw.message,
        fix: flaw.fix,
    }
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
            "the string holds U+0000, which PostgreSQL cannot store".to_owned(),
            "remove the character U+0000".to_owned(),
        )));
    }
    match text_fault(found, text) {
        Ok(spelling) => Ok(spelling.unwrap_or_else(|| text.to_owned())),
        Err(fault) => Err(lone(fault)),
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
    (Code::Type, format!("the value is not {}", expected(plan, rule)), advice(plan, rule, false))
}
