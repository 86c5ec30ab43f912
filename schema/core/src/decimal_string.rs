//! Decimal numbers that a schema writes as strings.

use crate::json::{Decimal, Number};
use crate::problem::{Code, Problem};
use std::fmt;
use std::str::FromStr;

/// A decimal number that stands in a JSON string, in its one canonical spelling: that of the same
/// number in canonical JSON. Ordered by value.
///
/// ```
/// use tantamount_core::DecimalString;
///
/// let amount: DecimalString = "19.90".parse()?;
/// assert_eq!(amount.as_str(), "19.9");
/// assert_eq!(amount, "1.99e1".parse()?);
/// # Ok::<(), tantamount_core::Problem>(())
/// ```
///
/// Limits: the grammar of JSON's numbers (no `+`, no leading zero or point), the range of
/// PostgreSQL's `numeric`.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecimalString {
    number: Number,
}

impl DecimalString {
    /// Reads a decimal number.
    ///
    /// # Errors
    /// The [`Problem`], without a place.
    pub fn new(text: &str) -> Result<DecimalString, Problem> {
        match canonical_decimal(text) {
            Ok(canonical) => Ok(DecimalString { number: Number::from_canonical(&canonical) }),
            Err(why) => Err(Problem {
                pointer: String::new(),
                offset: None,
                line: 0,
                column: 0,
                code: Code::Decimal,
                message: format!("the string is no decimal number: {why}"),
                fix: ADVICE.to_owned(),
            }),
        }
    }

    pub(crate) fn from_canonical(text: &str) -> DecimalString {
        DecimalString { number: Number::from_canonical(text) }
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.number.as_str()
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> &Number {
        &self.number
    }
}

/// How to write a decimal number.
pub(crate) const ADVICE: &str = "write a decimal number as in JSON, in quotes: `\"12.5\"`";

impl From<Number> for DecimalString {
    fn from(number: Number) -> DecimalString {
        DecimalString { number }
    }
}

impl FromStr for DecimalString {
    type Err = Problem;

    fn from_str(text: &str) -> Result<DecimalString, Problem> {
        DecimalString::new(text)
    }
}

impl fmt::Display for DecimalString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl fmt::Debug for DecimalString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecimalString({})", self.number)
    }
}

/// The canonical spelling of a decimal number, or why the text is none.
pub(crate) fn canonical_decimal(text: &str) -> Result<String, &'static str> {
    let Some(number) = Decimal::parse(text.as_bytes()) else {
        return Err("it has not the form of a number in JSON");
    };
    if !number.is_in_range() {
        return Err("PostgreSQL's numeric does not take it");
    }
    let mut out = Vec::new();
    number.write_canonical(&mut out);
    String::from_utf8(out).map_err(|_| "it has not the form of a number in JSON")
}
