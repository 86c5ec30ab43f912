//! A number of any size, kept exactly.

use super::NotInteger;
use super::canonical::canonicalize_within;
use super::decimal::Decimal;
use super::limits::Limits;
use crate::problem::{Code, Problem, Problems};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A JSON number: an exact decimal of any size, in its one canonical spelling. It is ordered by
/// value, and never passes through a double.
///
/// ```
/// use tantamount_core::json::Number;
///
/// let price: Number = "19.90".parse()?;
/// assert_eq!(price, "1990e-2".parse()?);
/// assert_eq!(price.as_str(), "19.9");
/// assert!(price < Number::from(20));
/// # Ok::<(), tantamount_core::Problems>(())
/// ```
///
/// Limits: those of PostgreSQL's `numeric`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    /// Canonical, so that equal numbers are equal texts.
    text: Box<str>,
}

impl Number {
    /// Reads a number, in any spelling that JSON has.
    ///
    /// # Errors
    /// [`Problems`] where the text is no number or one that `numeric` refuses.
    pub fn new(text: &str) -> Result<Number, Problems> {
        let canonical = canonicalize_within(text.as_bytes(), &Limits::default())?;
        match String::from_utf8(canonical) {
            Ok(text) if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Ok(Number { text: text.into_boxed_str() })
            }
            _ => Err(Problems::new(
                vec![Problem {
                    pointer: String::new(),
                    offset: None,
                    line: 0,
                    column: 0,
                    code: Code::Type,
                    message: "the text is not a number".to_owned(),
                    fix: "write a number as in JSON".to_owned(),
                }],
                0,
            )),
        }
    }

    /// A number whose canonical spelling is known.
    pub(crate) fn from_canonical(text: &str) -> Number {
        match text {
            "" => Number::from(0),
            text => Number { text: text.into() },
        }
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number as an `i64`.
    ///
    /// # Errors
    /// [`NotInteger`] tells why there is none.
    pub fn to_i64(&self) -> Result<i64, NotInteger> {
        Decimal::parse(self.text.as_bytes()).map_or(Err(NotInteger::Fraction), |n| n.to_i64())
    }
}

impl Default for Number {
    fn default() -> Self {
        Number::from(0)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        // From 22 digits on the canonical spelling has an exponent; 64 bits have 20.
        Number { text: value.to_string().into_boxed_str() }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number { text: value.to_string().into_boxed_str() }
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Number {
        Number::from(i64::from(value))
    }
}

impl FromStr for Number {
    type Err = Problems;

    fn from_str(text: &str) -> Result<Number, Problems> {
        Number::new(text)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_numbers(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({})", self.text)
    }
}

/// Compares two numbers by value; a text that is no number counts as the least.
pub(crate) fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    match (Decimal::parse(left), Decimal::parse(right)) {
        (Some(left), Some(right)) => left.compare(&right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value_however_large() {
        let ascending = [
            "-1e131071",
            "-10",
            "-9.5",
            "-9",
            "-1e-16000",
            "0",
            "1e-16383",
            "0.09",
            "0.1",
            "0.11",
            "1",
            "1.00000000000000000001",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e21",
            "1e131071",
        ];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                let (left, right) = (Number::new(left).unwrap(), Number::new(right).unwrap());
                assert_eq!(left.cmp(&right), index.cmp(&other), "{left} {right}");
                assert_eq!(left == right, index == other);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "\"1\"", "null", "[1]", "1 2", "01", "1e131072", "NaN", "+1"] {
            assert!(Number::new(text).is_err(), "{text}");
        }
        assert_eq!(Number::new(" 1.50 ").unwrap().as_str(), "1.5");
        assert_eq!(Number::from(u64::MAX).as_str(), "18446744073709551615");
        assert_eq!(Number::new("-5.0").unwrap().to_i64(), Ok(-5));
    }
}
