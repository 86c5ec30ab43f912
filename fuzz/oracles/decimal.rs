//! Numbers as exact decimals, from the text of an RFC 8259 number.
//!
//! The limits are those of PostgreSQL 15's `numeric`, which a number's *spelling* meets or
//! breaks: `0e-16383` is fine and `0e-16384` is not, though both are zero.

/// The largest number of digits after the point that `numeric` keeps.
const FRACTION_DIGITS_MAXIMUM: i64 = 16_383;
/// The highest power of ten at which a value's leading digit may stand.
const LEADING_POWER_MAXIMUM: i64 = 131_071;
/// An exponent's absolute value stays below this, whatever the value is.
const EXPONENT_BOUND: i64 = 1_073_741_823;

/// An exact decimal number: `digits` as a whole number, times ten to the power of `exponent`.
///
/// There is one such form for each value, so equality of the fields is equality of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Whether the value is below zero (never for zero itself).
    pub negative: bool,
    /// Decimal digits without leading and trailing zeros; empty for zero.
    pub digits: String,
    /// The power of ten of the last digit; 0 for zero.
    pub exponent: i64,
}

/// A number's text, taken apart.
struct Parts<'text> {
    negative: bool,
    /// The digits before the point, as written.
    integer: &'text str,
    /// The digits after the point, as written.
    fraction: &'text str,
    /// The exponent, 0 where none is written; `None` when it reaches [`EXPONENT_BOUND`].
    exponent: Option<i64>,
}

fn parts(text: &str) -> Parts<'_> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    Parts { negative, integer, fraction, exponent: small_exponent(exponent) }
}

fn small_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    if digits.len() > 10 {
        return None;
    }
    let magnitude: i64 = digits.parse().ok()?;
    if magnitude >= EXPONENT_BOUND { None } else { Some(sign * magnitude) }
}

/// A length as a signed number; no text is long enough for the other answer.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl Parts<'_> {
    fn all_digits(&self) -> String {
        format!("{}{}", self.integer, self.fraction)
    }

    /// The power of ten of the first digit that is not zero; `None` for zero.
    fn leading_power(&self, exponent: i64) -> Option<i64> {
        let zeros = self.all_digits().find(|digit| digit != '0')?;
        Some(signed(self.integer.len()) - 1 - signed(zeros) + exponent)
    }

    /// How many digits after the point `numeric` keeps and prints.
    fn scale(&self, exponent: i64) -> i64 {
        (signed(self.fraction.len()) - exponent).max(0)
    }
}

/// Whether `numeric` takes the number that is spelt so; `text` follows RFC 8259's grammar.
pub fn within_numeric(text: &str) -> bool {
    let parts = parts(text);
    let Some(exponent) = parts.exponent else { return false };
    let low_enough = match parts.leading_power(exponent) {
        Some(power) => power <= LEADING_POWER_MAXIMUM,
        None => true,
    };
    low_enough && parts.scale(exponent) <= FRACTION_DIGITS_MAXIMUM
}

/// How many characters PostgreSQL prints for a number that [`within_numeric`] takes: a sign where
/// the value is below zero, the integer digits (at least one), and a point with as many digits as
/// the spelling keeps after it, where there are any.
pub fn printed_length(text: &str) -> u64 {
    let parts = parts(text);
    let exponent = parts.exponent.unwrap_or(0);
    let leading_power = parts.leading_power(exponent);
    let sign = if parts.negative && leading_power.is_some() { 1 } else { 0 };
    let integer = leading_power.map_or(1, |power| (power + 1).max(1));
    let scale = parts.scale(exponent);
    let fraction = if scale > 0 { 1 + scale } else { 0 };
    u64::try_from(sign + integer + fraction).unwrap_or(0)
}

impl Decimal {
    /// The value of a number that [`within_numeric`] takes.
    pub fn of(text: &str) -> Decimal {
        let parts = parts(text);
        let all = parts.all_digits();
        let significant = all.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Decimal { negative: false, digits: String::new(), exponent: 0 };
        }
        let dropped = signed(significant.len() - digits.len());
        Decimal {
            negative: parts.negative,
            digits: digits.to_owned(),
            exponent: parts.exponent.unwrap_or(0) - signed(parts.fraction.len()) + dropped,
        }
    }

    /// Whether the value is zero.
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The value as a whole number when it is one and lies well within `i64` (at most 18 digits).
    /// `Err(true)` is a whole number beyond that, `Err(false)` no whole number.
    pub fn whole(&self) -> Result<i64, bool> {
        if self.is_zero() {
            return Ok(0);
        }
        if self.exponent < 0 {
            return Err(false);
        }
        if signed(self.digits.len()) + self.exponent > 18 {
            return Err(true);
        }
        let zeros = "0".repeat(usize::try_from(self.exponent).unwrap_or(0));
        let magnitude: i64 = format!("{}{zeros}", self.digits).parse().map_err(|_| true)?;
        Ok(if self.negative { -magnitude } else { magnitude })
    }

    /// ECMAScript's `Number::toString` layout (radix 10), over the exact digits.
    ///
    /// With k digits and the value 0.d₁d₂…dₖ × 10ⁿ, the names k and n are the standard's.
    pub fn canonical(&self) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let digits = &self.digits;
        let k = signed(digits.len());
        let n = k + self.exponent;
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        let magnitude = if k <= n && n <= 21 {
            format!("{digits}{}", zeros(n - k))
        } else if 0 < n && n <= 21 {
            let (before, after) = digits.split_at(usize::try_from(n).unwrap_or(0));
            format!("{before}.{after}")
        } else if -6 < n && n <= 0 {
            format!("0.{}{digits}", zeros(-n))
        } else {
            let sign = if n - 1 < 0 { "-" } else { "+" };
            let power = (n - 1).abs();
            match digits.split_at(1) {
                (first, "") => format!("{first}e{sign}{power}"),
                (first, rest) => format!("{first}.{rest}e{sign}{power}"),
            }
        };
        if self.negative { format!("-{magnitude}") } else { magnitude }
    }
}
