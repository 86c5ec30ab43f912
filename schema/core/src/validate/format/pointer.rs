//! JSON Pointers and regular expressions.

use crate::validate::pattern::is_pattern;

/// A JSON Pointer (RFC 6901) as a string, not as a fragment.
#[must_use]
pub fn json_pointer(text: &str) -> bool {
    let is_escaped =
        |token: &str| token.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.is_empty() || (text.starts_with('/') && is_escaped(text))
}

/// A relative JSON Pointer (draft-bhutton-relative-json-pointer-00).
#[must_use]
pub fn relative_json_pointer(text: &str) -> bool {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(length).unwrap_or(("", ""));
    let is_number = number == "0" || (length > 0 && !number.starts_with('0'));
    is_number && (rest == "#" || json_pointer(rest))
}

/// A regular expression of ECMA-262.
#[must_use]
pub fn regex(text: &str) -> bool {
    is_pattern(text)
}
