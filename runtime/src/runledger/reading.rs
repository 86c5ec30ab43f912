//! What runledger's reader makes of a stored request.
//!
//! It reads `jsonb` into a `serde_json::Value`. That type stands here to foresee what another
//! program reads; no verdict of ours goes through it.

use super::error::Refusal;
use std::borrow::Cow;
use tantamount_core::json;

/// How deep `serde_json` reads.
const DEEPEST: usize = 127;
/// The digits before the point of the largest double.
const LARGEST_DIGITS: i64 = 309;

/// What runledger reads where a text is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What the text says.
    Exact,
    /// Other numbers: a double is not exact.
    Lossy,
    /// Nothing: it fails.
    Refused(Refusal),
}

impl Reading {
    /// What runledger reads of a JSON text that `jsonb` accepts, after PostgreSQL has printed it.
    #[must_use]
    pub fn of(text: &str) -> Reading {
        let facts = Facts::of(text);
        if facts.depth > DEEPEST {
            return Reading::Refused(Refusal::TooDeep);
        }
        if facts.has_huge_number {
            return Reading::Refused(Refusal::NumberOutOfRange);
        }
        let printed = if facts.has_exponent { Cow::Owned(printed(text)) } else { text.into() };
        let read: serde_json::Value = match serde_json::from_str(&printed) {
            Ok(read) => read,
            // The text is well-formed and shallow enough: what is left is a number.
            Err(_) => return Reading::Refused(Refusal::NumberOutOfRange),
        };
        let again = read.to_string();
        let limits = json::Limits::stored();
        let stored = json::canonicalize_within(text.as_bytes(), &limits).ok();
        let is_same = stored == json::canonicalize_within(again.as_bytes(), &limits).ok();
        if is_same && stored.is_some() { Reading::Exact } else { Reading::Lossy }
    }
}

/// What a look at the tokens of a text tells.
#[derive(Default)]
struct Facts {
    depth: usize,
    has_exponent: bool,
    has_huge_number: bool,
}

impl Facts {
    fn of(text: &str) -> Facts {
        let mut facts = Facts::default();
        let mut depth = 0usize;
        for token in Tokens(text) {
            match token.as_bytes().first() {
                Some(b'[' | b'{') => {
                    depth += 1;
                    facts.depth = facts.depth.max(depth);
                }
                Some(b']' | b'}') => depth = depth.saturating_sub(1),
                Some(b'-' | b'0'..=b'9') => {
                    facts.has_exponent |= token.contains(['e', 'E']);
                    facts.has_huge_number |=
                        Plain::of(token).is_some_and(|plain| plain.is_beyond_doubles());
                }
                _ => {}
            }
        }
        facts
    }
}

/// The text as PostgreSQL prints it: numbers without exponents.
fn printed(text: &str) -> String {
    Tokens(text)
        .map(|token| match token.as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => {
                Plain::of(token).map_or(Cow::Borrowed(token), |plain| plain.write().into())
            }
            _ => Cow::Borrowed(token),
        })
        .collect()
}

/// A number: ± 0.DIGITS × 10^point, no zero before the digits.
struct Plain {
    negative: bool,
    digits: String,
    point: i64,
}

impl Plain {
    fn of(token: &str) -> Option<Plain> {
        let negative = token.starts_with('-');
        let token = token.strip_prefix('-').unwrap_or(token);
        let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i64 = exponent.parse().ok()?;
        let digits = format!("{integer}{fraction}");
        let significant = digits.trim_start_matches('0');
        let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
        let point = i64::try_from(integer.len()).ok()?.checked_add(exponent)? - zeros;
        Some(Plain { negative, digits: significant.trim_end_matches('0').to_owned(), point })
    }

    /// Whether no double is near; where the number has as many digits as the largest double,
    /// the reader is asked.
    fn is_beyond_doubles(&self) -> bool {
        !self.digits.is_empty() && self.point > LARGEST_DIGITS
    }

    fn write(&self) -> String {
        let sign = if self.negative && !self.digits.is_empty() { "-" } else { "" };
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
        if self.digits.is_empty() {
            "0".to_owned()
        } else if self.point <= 0 {
            format!("{sign}0.{}{}", zeros(-self.point), self.digits)
        } else if self.point >= length {
            format!("{sign}{}{}", self.digits, zeros(self.point - length))
        } else {
            let (integer, fraction) =
                self.digits.split_at(usize::try_from(self.point).unwrap_or_default());
            format!("{sign}{integer}.{fraction}")
        }
    }
}

/// The tokens of a well-formed text, with what stands between them as tokens of their own.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.0.as_bytes();
        let length = match bytes.first()? {
            b'"' => string_length(bytes),
            b'-' | b'0'..=b'9' => bytes
                .iter()
                .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
                .unwrap_or(bytes.len()),
            _ => 1,
        };
        let (token, rest) = self.0.split_at_checked(length).unwrap_or((self.0, ""));
        self.0 = rest;
        Some(token)
    }
}

/// How long the string is that begins the text, its quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runledger_reads_is_told() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let out_of_range = Reading::Refused(Refusal::NumberOutOfRange);
        for (text, reading) in [
            (r#"{"a":[1,-0.5,"1e999 \" [",null,true]}"#, Reading::Exact),
            ("18446744073709551615", Reading::Exact),
            ("-9223372036854775808", Reading::Exact),
            ("1e300", Reading::Exact),
            ("1.5e-7", Reading::Exact),
            ("0e999999", Reading::Exact),
            ("9007199254740993", Reading::Exact),
            ("18446744073709551617", Reading::Lossy),
            ("9007199254740993.5", Reading::Lossy),
            ("1e-400", Reading::Lossy),
            ("-1e309", out_of_range.clone()),
            ("1e131071", out_of_range.clone()),
            ("1.9e308", out_of_range),
            (&nested(127), Reading::Exact),
            (&nested(128), Reading::Refused(Refusal::TooDeep)),
        ] {
            assert_eq!(Reading::of(text), reading, "{text}");
        }
    }

    #[test]
    fn a_number_is_written_without_exponent() {
        for (number, plain) in [
            ("1e3", "1000"),
            ("-1.25e+1", "-12.5"),
            ("125e-5", "0.00125"),
            ("-0e5", "0"),
            ("1.50", "1.5"),
            ("0.0010E2", "0.1"),
        ] {
            assert_eq!(Plain::of(number).map(|number| number.write()).as_deref(), Some(plain));
        }
    }
}
