//! Exact decimal numbers: what PostgreSQL's `numeric` takes, and one spelling for each value.

use crate::wording;
use std::num::NonZeroU64;

/// The most digits after the point that `numeric` keeps (its display scale).
const FRACTION_DIGITS: i64 = 16383;
/// The highest power of ten at which a digit that is not zero may stand.
const HIGHEST_POWER: i64 = 131_071;
/// Exponents from here on are refused, for zero too (PostgreSQL 15's rule).
const EXPONENT: i64 = 1_073_741_823;

/// A number as it is spelt in a JSON text: its digits and its exponent.
///
/// Nothing is rounded: a number stands for its exact decimal value.
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'a> {
    negative: bool,
    /// The digits and the point that may stand between them.
    digits: &'a [u8],
    /// How many digits stand before the point.
    whole: usize,
    /// Clamped far beyond every limit, so that sums with it cannot overflow.
    exponent: i64,
}

/// The value of a [`Decimal`] without the accidents of its spelling: ± 0.d₁d₂… × 10^point,
/// no zero at either end of the digits, no digits for zero.
#[derive(Clone, Copy)]
pub(super) struct Normal<'a> {
    pub(super) negative: bool,
    /// The digits; a point may stand between them that means nothing here.
    spelt: &'a [u8],
    /// How many digits there are.
    pub(super) count: i64,
    pub(super) point: i64,
}

impl Normal<'_> {
    /// The digits' values.
    pub(super) fn digits(&self) -> impl Iterator<Item = u8> {
        self.spelt.iter().filter(|byte| **byte != b'.').map(|digit| digit.wrapping_sub(b'0'))
    }
}

impl<'a> Decimal<'a> {
    /// Splits a number that follows RFC 8259's grammar; `None` where it does not.
    #[must_use]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn parse(text: &'a [u8]) -> Option<Decimal<'a>> {
        let negative = text.first() == Some(&b'-');
        let start = usize::from(negative);
        let mut at = digits(text, start);
        let whole = at - start;
        if whole == 0 || (whole > 1 && text.get(start) == Some(&b'0')) {
            return None;
        }
        if text.get(at) == Some(&b'.') {
            let from = at + 1;
            at = digits(text, from);
            if at == from {
                return None;
            }
        }
        let spelt = text.get(start..at)?;
        let mut exponent = 0i64;
        if matches!(text.get(at), Some(b'e' | b'E')) {
            let sign = text.get(at + 1);
            let from = at + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
            at = digits(text, from);
            if at == from {
                return None;
            }
            for digit in text.get(from..at)? {
                exponent = (exponent * 10 + i64::from(digit - b'0')).min(1 << 40);
            }
            if sign == Some(&b'-') {
                exponent = -exponent;
            }
        }
        let number = Decimal { negative, digits: spelt, whole, exponent };
        (at == text.len()).then_some(number)
    }

    /// Whether PostgreSQL's `numeric`, and so `jsonb`, takes the number *in this spelling*.
    #[must_use]
    pub fn is_in_range(&self) -> bool {
        self.printed_in_range().is_some()
    }

    /// The digits after the point that PostgreSQL keeps and prints, trailing zeros too.
    fn scale(&self) -> i64 {
        (self.digits.len().saturating_sub(self.whole + 1) as i64 - self.exponent).max(0)
    }

    /// How many bytes PostgreSQL takes to print the number.
    #[must_use]
    pub fn printed_bytes(&self) -> u64 {
        self.printed(&self.normal())
    }

    fn printed(&self, normal: &Normal<'_>) -> u64 {
        let scale = self.scale();
        let fraction = if scale > 0 { scale + 1 } else { 0 };
        (i64::from(normal.negative) + normal.point.max(1) + fraction).unsigned_abs()
    }

    /// [`Decimal::printed_bytes`], none where the number is out of range.
    pub(super) fn printed_in_range(&self) -> Option<NonZeroU64> {
        let normal = self.normal();
        let is_in_range = self.exponent.abs() < EXPONENT
            && self.scale() <= FRACTION_DIGITS
            && (normal.count == 0 || normal.point - 1 <= HIGHEST_POWER);
        // At least a digit is printed.
        NonZeroU64::new(self.printed(&normal)).filter(|_| is_in_range)
    }

    /// The number as an `i64` where it is a whole one, however it is spelt (`5.0`, `50e-1`).
    ///
    /// # Errors
    /// [`NotInteger`] tells why there is none.
    pub fn to_i64(&self) -> Result<i64, NotInteger> {
        let normal = self.normal();
        if normal.count > normal.point.max(0) {
            return Err(NotInteger::Fraction);
        }
        let beyond = if normal.negative { NotInteger::TooSmall } else { NotInteger::TooLarge };
        if normal.point > 19 {
            return Err(beyond);
        }
        // Nineteen digits fit into 64 bits without a sign.
        let mut value = normal.digits().fold(0, |value, digit| value * 10 + u64::from(digit));
        for _ in normal.count..normal.point {
            value *= 10;
        }
        let signed = match normal.negative {
            true => 0i64.checked_sub_unsigned(value),
            false => i64::try_from(value).ok(),
        };
        signed.ok_or(beyond)
    }

    /// Appends the one spelling of the value: ECMAScript's rule for the exact digits.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        let normal = self.normal();
        let Normal { negative, count, point, .. } = normal;
        if negative {
            out.push(b'-');
        }
        let is_plain = (-5..=21).contains(&point);
        // How many digits stand before the point that is to be written.
        let mut whole = if is_plain { point } else { 1 };
        if whole <= 0 {
            let zeros = if count == 0 { 1 } else { 2 - whole };
            out.extend_from_slice(b"0.00000".get(..zeros as usize).unwrap_or(&[]));
            whole = count;
        }
        let mut digits = normal.digits();
        for index in 0..count.max(whole) {
            if index == whole {
                out.push(b'.');
            }
            out.push(b'0' + digits.next().unwrap_or(0));
        }
        if !is_plain {
            out.extend_from_slice(if point > 0 { b"e+" } else { b"e" });
            out.extend_from_slice(wording::decimal(point - 1).as_bytes());
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub(super) fn normal(&self) -> Normal<'a> {
        let counts = |byte: &u8| !matches!(byte, b'0' | b'.');
        let mut normal = Normal { negative: false, spelt: &[], count: 0, point: 0 };
        let first = self.digits.iter().position(counts);
        let last = self.digits.iter().rposition(counts);
        let (Some(first), Some(last)) = (first, last) else { return normal };
        normal.negative = self.negative;
        normal.spelt = self.digits.get(first..=last).unwrap_or(&[]);
        // The point itself is no digit.
        let (before, after) = (first < self.whole, last > self.whole);
        normal.count = normal.spelt.len() as i64 - i64::from(before && after);
        normal.point = self.whole as i64 - first as i64 + i64::from(!before) + self.exponent;
        normal
    }
}

/// Why a number is no `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInteger {
    /// It has digits after the point that are not zero.
    Fraction,
    /// It is a whole number below −2⁶³.
    TooSmall,
    /// It is a whole number from 2⁶³ on.
    TooLarge,
}

/// Where the digits end that begin at `at`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
fn digits(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, canonical: &str) {
        let number = Decimal::parse(text.as_bytes()).expect(text);
        let mut out = Vec::new();
        number.write_canonical(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), canonical, "{text}");
    }

    #[test]
    fn a_value_has_one_spelling() {
        let cases = [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0e5", "0"),
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("10", "10"),
            ("100e-2", "1"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1e-6", "0.000001"),
            ("1e-7", "1e-7"),
            ("12e-8", "1.2e-7"),
            ("0.0012", "0.0012"),
            ("123456789012345678901234567890", "1.2345678901234567890123456789e+29"),
            ("9007199254740993", "9007199254740993"),
            ("1e400", "1e+400"),
            ("10e399", "1e+400"),
            ("-12.340e1", "-123.4"),
            ("120.05", "120.05"),
            ("0.1e1", "1"),
            ("1002003e-3", "1002.003"),
            ("333333333333333333333", "333333333333333333333"),
            ("123e-9", "1.23e-7"),
            ("100.00e-1", "10"),
            ("0.000001", "0.000001"),
            ("1230000e-20", "1.23e-14"),
        ];
        for (text, canonical) in cases {
            check(text, canonical);
            check(canonical, canonical);
        }
    }

    #[test]
    fn grammar() {
        for text in
            ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1.e5", "0x1", "1 ", "--1", "NaN"]
        {
            assert!(Decimal::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn range_is_that_of_numeric_in_this_spelling() {
        let in_range = |text: &str| Decimal::parse(text.as_bytes()).expect(text).is_in_range();
        for text in [
            "0e-16383",
            "1e-16383",
            "1e131071",
            "0.01e131073",
            "10e131070",
            "0e400000",
            "0e1073741822",
            "1.5e-16382",
        ] {
            assert!(in_range(text), "{text}");
        }
        for text in [
            "0e-16384",
            "1e-16384",
            "1e131072",
            "0e1073741823",
            "0e-1073741823",
            "1.5e-16383",
            "100e-16384",
            "1e99999999999999999999999999",
            "10e131071",
        ] {
            assert!(!in_range(text), "{text}");
        }
    }

    #[test]
    fn whole_numbers_however_spelt() {
        let whole = |text: &str| Decimal::parse(text.as_bytes()).expect(text).to_i64();
        assert_eq!(whole("5.0"), Ok(5));
        assert_eq!(whole("50e-1"), Ok(5));
        assert_eq!(whole("-0.0"), Ok(0));
        assert_eq!(whole("0.05e2"), Ok(5));
        assert_eq!(whole("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(whole("9223372036854775808"), Err(NotInteger::TooLarge));
        assert_eq!(whole("-1e400"), Err(NotInteger::TooSmall));
        assert_eq!(whole("1.5"), Err(NotInteger::Fraction));
        assert_eq!(whole("0.5e-400"), Err(NotInteger::Fraction));
    }

    #[test]
    fn printed_size_is_that_of_plain_notation() {
        let printed = |text: &str| Decimal::parse(text.as_bytes()).expect(text).printed_bytes();
        assert_eq!(printed("1"), 1);
        assert_eq!(printed("1.50"), 4);
        assert_eq!(printed("0.001"), 5);
        assert_eq!(printed("1e-3"), 5);
        assert_eq!(printed("1e131071"), 131_072);
        assert_eq!(printed("0e-16383"), 16_385);
        assert_eq!(printed("-1.5"), 4);
        assert_eq!(printed("-0"), 1);
    }
}
