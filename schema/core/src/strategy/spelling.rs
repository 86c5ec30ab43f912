//! The freedoms of spelling, and how single values use them.

use super::random::Random;
use super::tree::Number;
use crate::json::write_string;
use proptest::prelude::*;

/// How a request is written, each freedom used (at random, by the seed) or not. Shrinks to the
/// plain spelling, which uses none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// What the freedoms are used by.
    pub seed: u64,
    /// Members of objects, elements of sets and multisets in any order.
    pub orders: bool,
    /// White space between tokens.
    pub spaces: bool,
    /// Numbers with exponents, fractions and further zeros; typed integers too.
    pub numbers: bool,
    /// Characters escaped that need not be, or in another way.
    pub escapes: bool,
    /// What is absent left out, `null`, its default or the scope's value.
    pub absences: bool,
    /// UUIDs with capital letters.
    pub cases: bool,
    /// Members of opaque objects that a later one of the same name shadows.
    pub shadows: bool,
}

/// Any spelling.
pub(super) fn spellings() -> impl Strategy<Value = Spelling> {
    let freedoms = any::<[bool; 7]>();
    (any::<u64>(), freedoms).prop_map(
        |(seed, [orders, spaces, numbers, escapes, absences, cases, shadows])| Spelling {
            seed,
            orders,
            spaces,
            numbers,
            escapes,
            absences,
            cases,
            shadows,
        },
    )
}

/// The greatest number of digits after the point that `numeric` keeps.
const FRACTION_DIGITS: i64 = 16_383;

/// Writes a number: digits, zeros after them, a point anywhere, the exponent that makes up for it.
pub(super) fn write_number(random: Option<&mut Random>, number: &Number, out: &mut String) {
    let Some(random) = random else { return write_plain_number(number, out) };
    if number.digits.is_empty() {
        let spellings =
            ["0", "-0", "0.0", "-0.000", "0e0", "0E+7", "-0e-5", "0.00e1", "0e-0", "0e400000"];
        return out.push_str(random.pick(&spellings));
    }
    let room = usize::try_from(FRACTION_DIGITS + number.exponent).unwrap_or(0);
    let zeros = random.pick(&[0, 0, 1, 2, 10]).min(room);
    let digits = format!("{}{}", number.digits, "0".repeat(zeros));
    let point = random.pick(&[0, 0, 1, 2, 3, digits.len(), digits.len() + 2]);
    let exponent = number.exponent + signed(point) - signed(zeros);
    if number.is_negative {
        out.push('-');
    }
    match digits.len().checked_sub(point) {
        Some(whole) if whole > 0 => {
            let (whole, fraction) = digits.split_at(whole);
            out.push_str(whole);
            if !fraction.is_empty() {
                out.push('.');
                out.push_str(fraction);
            }
        }
        _ => {
            out.push_str("0.");
            out.push_str(&"0".repeat(point.saturating_sub(digits.len())));
            out.push_str(&digits);
        }
    }
    if exponent != 0 || random.one_in(3) {
        out.push(random.pick(&['e', 'E']));
        out.push_str(match exponent {
            ..0 => "-",
            0 => random.pick(&["", "+", "-"]),
            _ => random.pick(&["", "+"]),
        });
        out.push_str(random.pick(&["", "", "0", "000000000000000000000000"]));
        out.push_str(&exponent.unsigned_abs().to_string());
    }
}

fn write_plain_number(number: &Number, out: &mut String) {
    if number.is_negative {
        out.push('-');
    }
    match (number.digits.as_str(), number.exponent) {
        ("", _) => out.push('0'),
        (digits, 0) => out.push_str(digits),
        (digits, zeros @ 1..=20) => {
            out.push_str(digits);
            out.push_str(&"0".repeat(usize::try_from(zeros).unwrap_or(0)));
        }
        (digits, exponent) => out.push_str(&format!("{digits}e{exponent}")),
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(0)
}

/// Writes a string literal.
pub(super) fn write_text(random: Option<&mut Random>, text: &str, out: &mut String) {
    let Some(random) = random else {
        let mut plain = Vec::new();
        write_string(text, &mut plain);
        return out.push_str(&String::from_utf8_lossy(&plain));
    };
    let escape_one_in = random.pick(&[1, 2, 8, 1000]);
    out.push('"');
    for character in text.chars() {
        let must_escape = character < ' ' || matches!(character, '"' | '\\');
        let short = match character {
            '"' | '\\' | '/' => Some(character),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            _ => None,
        };
        if !must_escape && !random.one_in(escape_one_in) {
            out.push(character);
        } else if let Some(short) = short
            && random.one_in(2)
        {
            out.push('\\');
            out.push(short);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let digits = format!("{unit:04x}");
                out.push_str("\\u");
                out.extend(digits.chars().map(|digit| match random.one_in(2) {
                    true => digit.to_ascii_uppercase(),
                    false => digit,
                }));
            }
        }
    }
    out.push('"');
}

/// A UUID with some of its letters as capitals.
pub(super) fn recased(random: &mut Random, text: &str) -> String {
    text.chars()
        .map(|letter| if random.one_in(2) { letter.to_ascii_uppercase() } else { letter })
        .collect()
}
