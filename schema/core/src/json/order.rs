//! The order of member names: by UTF-16 code units, as RFC 8785 wants it.

use std::cmp::Ordering;

/// Compares two strings by their UTF-16 code units without converting them.
///
/// UTF-8 orders by code point. UTF-16 differs in one thing only: a character beyond U+FFFF is
/// written with surrogates (U+D800 to U+DFFF), so it stands *before* U+E000 to U+FFFF. In UTF-8
/// the first begin with 0xF0 or more, the second with 0xEE or 0xEF; and where two valid texts
/// differ first in such a byte, it is the first byte of a character in both.
#[must_use]
pub fn utf16(left: &str, right: &str) -> Ordering {
    utf16_bytes(left.as_bytes(), right.as_bytes())
}

pub(crate) fn utf16_bytes(left: &[u8], right: &[u8]) -> Ordering {
    for (l, r) in left.iter().zip(right) {
        if l != r {
            let beyond = (*l >= 0xF0, *r >= 0xF0);
            return if *l >= 0xEE && *r >= 0xEE && beyond.0 != beyond.1 {
                r.cmp(l)
            } else {
                l.cmp(r)
            };
        }
    }
    left.len().cmp(&right.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_that_of_utf16_code_units() {
        let names = [
            "",
            "a",
            "aa",
            "b",
            "\u{7f}",
            "é",
            "\u{7ff}",
            "\u{800}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{ff5e}",
            "\u{ffff}",
            "😀",
            "😀a",
            "\u{10ffff}",
            "a😀",
            "a\u{e000}",
            "a\u{d7ff}",
        ];
        for left in names {
            for right in names {
                let expected = left.encode_utf16().cmp(right.encode_utf16());
                assert_eq!(super::utf16(left, right), expected, "{left:?} {right:?}");
            }
        }
    }
}
