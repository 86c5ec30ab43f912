//! What is excepted from the comparison, recognised without asking the engine.
//!
//! The bytes are only split into strings, brackets and runs of number characters. On a text that
//! anyone accepts that is exact. On another one it may err, and then nothing is lost: the engine
//! must refuse what is excepted.

use crate::verdicts::Case;
use tantamount_fuzz::oracles::decimal::{printed_length, within_numeric};
use tantamount_fuzz::oracles::json::{DEPTH_MAXIMUM, PRINTED_MAXIMUM, TEXT_BYTES_MAXIMUM};

/// The exponent from which on PostgreSQL 15 refuses even zero.
const EXPONENT_BOUND: u64 = 1_073_741_823;
/// The first major version that takes such a zero.
const TAKES_SUCH_ZEROS_MAJOR: u32 = 16;

/// Why a server may take what we refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exemption {
    Depth,
    TextBytes,
    Printed,
    ZeroExponent,
}

/// Whether the text is beyond a limit that is ours and not the server's.
pub(crate) fn exemption(text: &[u8], server_major: u32) -> Option<Exemption> {
    if text.len() > TEXT_BYTES_MAXIMUM {
        return Some(Exemption::TextBytes);
    }
    let mut depth = 0_usize;
    let mut printed = 0_u64;
    let mut exempt_zero = false;
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => after_string(after),
            b'-' | b'0'..=b'9' => {
                let length = rest.iter().take_while(|byte| is_number_byte(**byte)).count();
                let (number, after) = rest.split_at(length);
                let number = std::str::from_utf8(number).unwrap_or_default();
                if within_numeric(number) {
                    printed += printed_length(number);
                }
                exempt_zero |= is_zero_with_huge_exponent(number);
                after
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH_MAXIMUM {
                    return Some(Exemption::Depth);
                }
                after
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => after,
        };
    }
    if printed > PRINTED_MAXIMUM {
        return Some(Exemption::Printed);
    }
    let counts = exempt_zero && server_major >= TAKES_SUCH_ZEROS_MAJOR;
    counts.then_some(Exemption::ZeroExponent)
}

fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

/// What stands after the string whose opening quote has been read.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', _, after @ ..] => after,
            [b'"', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

fn is_zero_with_huge_exponent(number: &str) -> bool {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return false };
    if mantissa.contains(|digit: char| ('1'..='9').contains(&digit)) {
        return false;
    }
    let digits = exponent.trim_start_matches(['+', '-']).trim_start_matches('0');
    // Digits too many for 64 bits are more than enough.
    !digits.is_empty() && digits.parse().unwrap_or(u64::MAX) >= EXPONENT_BOUND
}

/// The class of [`large_cases`].
pub(crate) const LARGE_CLASS: &str = "text near 32 MiB";

/// Pairs of which each is as long as we allow, or one byte longer. They are too big to be many.
pub(crate) fn large_cases() -> Vec<Case> {
    let spaced = |length: usize| {
        let mut text = vec![b' '; length];
        if let Some(place) = text.last_mut() {
            *place = b'0';
        }
        text
    };
    let string = |last: u8| {
        let mut text = vec![b'a'; TEXT_BYTES_MAXIMUM];
        if let Some(place) = text.first_mut() {
            *place = b'"';
        }
        if let Some([place, quote]) = text.last_chunk_mut() {
            (*place, *quote) = (last, b'"');
        }
        text
    };
    vec![
        Case { first: spaced(TEXT_BYTES_MAXIMUM), second: b"0.0".to_vec() },
        Case { first: spaced(TEXT_BYTES_MAXIMUM), second: spaced(TEXT_BYTES_MAXIMUM + 1) },
        Case { first: string(b'a'), second: string(b'b') },
    ]
}

#[test]
fn what_is_excepted_is_what_the_contract_excepts() {
    let nested = |levels: usize| format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
    let long = |count: usize| format!("[{}]", vec!["1e131071"; count].join(","));
    for (text, server_major, expected) in [
        (nested(512), 18, None),
        (nested(513), 15, Some(Exemption::Depth)),
        (format!("[{},{}]", nested(511), nested(511)), 18, None),
        (format!("[\"\\\"{}\"]", nested(513)), 18, None),
        (long(512), 18, None),
        (long(513), 15, Some(Exemption::Printed)),
        ("[0e1073741822]".to_owned(), 18, None),
        ("[-0.0E+1073741823]".to_owned(), 18, Some(Exemption::ZeroExponent)),
        ("[-0.0E+1073741823]".to_owned(), 15, None),
        ("[0e-0099999999999999999999999]".to_owned(), 16, Some(Exemption::ZeroExponent)),
        ("[1e1073741823]".to_owned(), 18, None),
        ("[\"0e1073741823\"]".to_owned(), 18, None),
        (" ".repeat(TEXT_BYTES_MAXIMUM), 18, None),
        (" ".repeat(TEXT_BYTES_MAXIMUM + 1), 18, Some(Exemption::TextBytes)),
    ] {
        let shown: String = text.chars().take(40).collect();
        assert_eq!(exemption(text.as_bytes(), server_major), expected, "{shown}");
    }
}
