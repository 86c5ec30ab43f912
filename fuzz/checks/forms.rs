//! Strings that stand for values.

use super::{Disagreement, Verdict, agree};
use crate::oracles::forms::{Time, canonical_date_time, canonical_number};
use tantamount_core::json::Number;
use tantamount_core::{DateTime, DecimalString};

/// Any text as a point in time, a decimal number in a string and a number: accepted when the
/// oracle accepts it, in its canonical spelling, which is its own.
///
/// # Errors
/// The first thing in which engine and oracle differ.
pub fn check_form(text: &str) -> Result<Verdict, Disagreement> {
    let bytes = text.as_bytes();
    let time = DateTime::new(text).ok().map(|time| time.as_str().to_owned());
    agree("point in time", &time, &canonical_date_time(text), bytes)?;
    let decimal = DecimalString::new(text).ok().map(|number| number.as_str().to_owned());
    let expected = canonical_number(text);
    agree("decimal number", &decimal, &expected, bytes)?;
    // A number of JSON's is a text, which may have white space around it.
    let number = Number::new(text).ok().map(|number| number.as_str().to_owned());
    let bare = canonical_number(text.trim_matches([' ', '\t', '\n', '\r']));
    agree("number", &number, &bare, bytes)?;
    let canonical = tantamount_core::json::canonicalize(bytes).ok();
    if let Some(number) = &number {
        let canonical = canonical.and_then(|bytes| String::from_utf8(bytes).ok());
        agree("number as JSON", canonical.as_ref(), Some(number), bytes)?;
    }
    if let Some(time) = &time {
        let again = DateTime::new(time).ok().map(|again| again.as_str().to_owned());
        agree("canonical point in time", again.as_ref(), Some(time), bytes)?;
    }
    if let Some(number) = &number {
        let again = DecimalString::new(number).ok().map(|again| again.as_str().to_owned());
        agree("canonical number", again.as_ref(), Some(number), bytes)?;
    }
    let is_accepted = time.is_some() || decimal.is_some();
    Ok(if is_accepted { Verdict::Accepted } else { Verdict::Refused })
}

/// Two points in time, in the order that the oracle gives them; refused where one is none.
///
/// # Errors
/// As [`check_form`].
pub fn check_times(first: &str, second: &str) -> Result<Verdict, Disagreement> {
    let (Ok(one), Ok(other)) = (DateTime::new(first), DateTime::new(second)) else {
        return Ok(Verdict::Refused);
    };
    let expected = Time::read(first).partial_cmp(&Time::read(second));
    let both = format!("{first} {second}");
    agree("order of two points in time", Some(one.cmp(&other)), expected, both.as_bytes())?;
    agree("their equality", one == other, expected.is_some_and(|o| o.is_eq()), both.as_bytes())?;
    Ok(Verdict::Accepted)
}
