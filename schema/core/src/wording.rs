//! The texts of problems, put together without `core::fmt`.
//!
//! A call of `format!` costs a module of WebAssembly some fifty bytes where it stands, and what it
//! calls costs thousands. Here the gaps of a pattern are filled by one function.

use crate::document::write_integer;
use crate::json::Sink;

/// Puts a word into each gap, `{}`, of a pattern.
#[inline(never)]
pub(crate) fn fill(pattern: &str, words: &[&str]) -> String {
    let mut text = Vec::with_capacity(pattern.len() + 32);
    let mut words = words.iter();
    for byte in pattern.as_bytes() {
        text.extend_from_slice(match byte {
            b'{' => words.next().map_or(&[], |word| word.as_bytes()),
            b'}' => &[],
            other => std::slice::from_ref(other),
        });
    }
    self::text(text)
}

/// A text of which whole characters were put together.
#[inline(never)]
pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// A whole number in decimal digits.
#[inline(never)]
pub(crate) fn decimal(value: i64) -> String {
    let mut digits = Sink::default();
    write_integer(value, &mut digits);
    text(digits.into_bytes())
}

/// A count in decimal digits.
pub(crate) fn count(count: usize) -> String {
    decimal(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The lowest digits of a number in base 16, as many as there are places.
pub(crate) fn hexadecimal(value: u32, places: u32, ten: char) -> String {
    (0..places)
        .rev()
        .filter_map(|place| {
            let digit = value >> (4 * place) & 15;
            let first = if digit < 10 { u32::from('0') } else { u32::from(ten) - 10 };
            char::from_u32(first + digit)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_turn_and_words_are_not_looked_into() {
        assert_eq!(fill("a {} b {}{}", &["{}", "é", "}{"]), "a {} b é}{");
        assert_eq!(fill("{} and {}", &["one"]), "one and ");
        assert_eq!(fill("", &["one"]), "");
    }

    #[test]
    fn numbers_are_spelt_as_the_standard_library_spells_them() {
        for value in [0, 1, -1, 10, 65_535, i64::MIN, i64::MAX] {
            assert_eq!(decimal(value), value.to_string());
        }
        for value in [0, 9, 10, 0x1f, 0xd800, 0xffff] {
            assert_eq!(hexadecimal(value, 4, 'a'), format!("{value:04x}"));
            assert_eq!(hexadecimal(value, 4, 'A'), format!("{value:04X}"));
        }
    }
}
