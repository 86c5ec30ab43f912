//! Order and divisibility of exact decimals: what a schema's bounds ask of a number.

use super::decimal::{Decimal, Normal};
use std::cmp::Ordering;

/// The most digits that a divisor may have, zeros at its ends not counted.
pub const DIVISOR_DIGITS: usize = 37;

impl Decimal<'_> {
    /// Whether it is a whole number, however it is spelt (`5.0`, `50e-1`).
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let normal = self.normal();
        normal.count <= normal.point.max(0)
    }

    /// Whether it is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        let normal = self.normal();
        !normal.negative && normal.count > 0
    }

    /// Compares two values exactly.
    #[must_use]
    pub fn compare(&self, other: &Decimal<'_>) -> Ordering {
        let (left, right) = (self.normal(), other.normal());
        match left.sign().cmp(&right.sign()) {
            Ordering::Equal if left.negative => right.compare_size(&left),
            Ordering::Equal => left.compare_size(&right),
            other => other,
        }
    }

    /// Whether the value is a whole multiple of a divisor above zero; `None` where the divisor has
    /// more than [`DIVISOR_DIGITS`] digits, or is not above zero.
    #[must_use]
    pub fn is_multiple_of(&self, divisor: &Decimal<'_>) -> Option<bool> {
        let (value, divisor) = (self.normal(), divisor.normal());
        if divisor.negative || divisor.count == 0 || divisor.count > DIVISOR_DIGITS as i64 {
            return None;
        }
        if value.count == 0 {
            return Some(true);
        }
        // Both as whole numbers, without zeros at their ends, times a power of ten.
        let power = (value.point - value.count) - (divisor.point - divisor.count);
        if power < 0 {
            // The quotient would have to hold a factor of ten that the value's digits do not have.
            return Some(false);
        }
        let modulus = divisor.digits().fold(0u128, |sum, digit| sum * 10 + u128::from(digit));
        let rest = match u64::try_from(modulus) {
            // A remainder, ten times it and a digit fit into 64 bits.
            Ok(small) if small < u64::MAX / 16 => u128::from(
                value.digits().fold(0, |rest, digit| (rest * 10 + u64::from(digit)) % small),
            ),
            _ => value.digits().fold(0, |rest, digit| (rest * 10 + u128::from(digit)) % modulus),
        };
        let factor = power_of_ten(power.unsigned_abs(), modulus);
        Some(product(rest, factor, modulus) == 0)
    }
}

impl Normal<'_> {
    fn sign(&self) -> i8 {
        match (self.count, self.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }

    /// Compares without signs; neither is zero unless both are.
    fn compare_size(&self, other: &Normal<'_>) -> Ordering {
        // No zero stands at the end of the digits, so the longer of equal beginnings is larger.
        self.point.cmp(&other.point).then_with(|| self.digits().cmp(other.digits()))
    }
}

/// The remainder of a product, both factors below the modulus, which is below 2¹²⁴.
fn product(left: u128, right: u128, modulus: u128) -> u128 {
    if left <= u128::from(u64::MAX) && right <= u128::from(u64::MAX) {
        return left * right % modulus;
    }
    let (mut sum, mut term, mut rest) = (0, left, right);
    while rest > 0 {
        if rest & 1 == 1 {
            sum = (sum + term) % modulus;
        }
        term = term * 2 % modulus;
        rest >>= 1;
    }
    sum
}

fn power_of_ten(mut exponent: u64, modulus: u128) -> u128 {
    let (mut result, mut base) = (1 % modulus, 10 % modulus);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, base, modulus);
        }
        base = product(base, base, modulus);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal<'_> {
        Decimal::parse(text.as_bytes()).expect(text)
    }

    #[test]
    fn order_is_that_of_the_exact_values() {
        let rising = [
            "-1e400",
            "-10.5",
            "-10.49",
            "-1",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000000001",
            "1",
            "9007199254740992",
            "9007199254740993",
            "1e20",
            "100000000000000000001",
            "1e400",
            "1e100000000",
        ];
        for (i, left) in rising.iter().enumerate() {
            for (j, right) in rising.iter().enumerate() {
                assert_eq!(number(left).compare(&number(right)), i.cmp(&j), "{left} {right}");
            }
        }
        assert_eq!(number("1.0").compare(&number("10e-1")), Ordering::Equal);
        assert_eq!(number("-0.0").compare(&number("0")), Ordering::Equal);
    }

    #[test]
    fn multiples_are_exact() {
        let multiple = |value, divisor| number(value).is_multiple_of(&number(divisor));
        for (value, divisor) in [
            ("0", "7"),
            ("4.5", "1.5"),
            ("0.3", "0.1"),
            ("1e308", "0.5"),
            ("1e308", "1e308"),
            ("0.0075", "0.0001"),
            ("12391239123", "1e-8"),
            ("-21", "7"),
            ("1e1000000000", "8"),
            ("9007199254740993", "3"),
            ("340282366920938463463374607431768211456", "18446744073709551616"),
            ("2469135780246913578024691357802469", "1234567890123456789012345678901234.5"),
        ] {
            assert_eq!(multiple(value, divisor), Some(true), "{value} {divisor}");
        }
        for (value, divisor) in [
            ("1", "7"),
            ("35", "1.5"),
            ("0.00751", "0.0001"),
            ("9007199254740993", "2"),
            ("1e1000000000", "7"),
            ("5", "10"),
            ("340282366920938463463374607431768211457", "18446744073709551616"),
        ] {
            assert_eq!(multiple(value, divisor), Some(false), "{value} {divisor}");
        }
        assert_eq!(multiple("1", "0"), None);
        assert_eq!(multiple("1", "-1"), None);
        assert_eq!(multiple("1", "12345678901234567890123456789012345678"), None);
    }

    #[test]
    fn whole_numbers_of_any_size() {
        for text in ["1", "1.0", "1e400", "10e-1", "-0.0", "123456789012345678901234567890"] {
            assert!(number(text).is_whole(), "{text}");
        }
        for text in ["0.1", "1e-400", "123456789012345678901234567890.5"] {
            assert!(!number(text).is_whole(), "{text}");
        }
    }
}
