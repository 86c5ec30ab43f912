//! Any JSON value to its canonical bytes: RFC 8785 with exact decimals.

use super::edits::Edits;
use super::limits::Limits;
use super::order::utf16_bytes;
use super::run::plain_end;
use super::scan::{Scanner, unescape};
use super::sink::{Sink, Write};
use crate::keep::Kept;
use crate::locate::locate;
use crate::problem::Problems;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The canonical bytes of a JSON text: two texts have the same ones exactly when
/// `a::jsonb = b::jsonb` is true in PostgreSQL.
///
/// Members are sorted by UTF-16 code units, the last of equal names stays, strings are escaped as
/// in RFC 8785, and a number is written by the ECMAScript rule for its exact decimal digits.
///
/// # Errors
/// [`Problems`] where `jsonb` refuses the text or a limit is exceeded.
///
/// ```
/// let canonical = tantamount_core::json::canonicalize(br#"{ "b": 1.0, "a": 1e21, "b": 2.50 }"#)?;
/// assert_eq!(canonical, br#"{"a":1e+21,"b":2.5}"#);
/// # Ok::<(), tantamount_core::Problems>(())
/// ```
pub fn canonicalize(text: &[u8]) -> Result<Vec<u8>, Problems> {
    canonicalize_within(text, &Limits::default())
}

/// [`canonicalize`] with limits of one's own.
///
/// # Errors
/// As [`canonicalize`].
pub fn canonicalize_within(text: &[u8], limits: &Limits) -> Result<Vec<u8>, Problems> {
    canonical_text(text, limits).map(Cow::into_owned)
}

/// The canonical bytes of a text: a part of the text itself where it is canonical already.
pub(crate) fn canonical_text<'t>(
    text: &'t [u8],
    limits: &Limits,
) -> Result<Cow<'t, [u8]>, Problems> {
    let mut scanner = Scanner::new(text, *limits);
    let mut edits = Edits::for_text(scanner.text().len());
    scanner.skip_space();
    let start = scanner.position();
    let read = edits.read(&mut scanner);
    let edits = Kept::from(edits);
    let Ok(range) = read else { return Err(locate(text, scanner.flaws)) };
    let end = scanner.position();
    if scanner.end().is_err() || !scanner.flaws.is_empty() {
        return Err(locate(text, scanner.flaws));
    }
    if range.is_empty() {
        return Ok(Cow::Borrowed(text.get(start..end).unwrap_or(&[])));
    }
    let mut out = Sink::with_capacity(end - start);
    edits.write(text, start, end, range, &mut out);
    Ok(Cow::Owned(out.into_bytes()))
}

/// Compares two member names, given between the quotes of their canonical form.
pub(crate) fn compare_names(left: &[u8], right: &[u8]) -> Ordering {
    // What stands between quotes is plain but for escapes.
    if plain_end(left, 0) == left.len() && plain_end(right, 0) == right.len() {
        return utf16_bytes(left, right);
    }
    utf16_bytes(meant(left).as_bytes(), meant(right).as_bytes())
}

/// The name that is meant, given between the quotes of its canonical form.
pub(super) fn meant(name: &[u8]) -> String {
    unescape(std::str::from_utf8(name).unwrap_or(""))
}

/// Appends a string with its quotes and the escapes of RFC 8785.
pub(crate) fn write_string(text: &str, out: &mut impl Write) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let end = plain_end(bytes, at);
        out.extend_from_slice(bytes.get(at..end).unwrap_or(&[]));
        let Some(&byte) = bytes.get(end) else { break };
        let letter = match byte {
            b'"' | b'\\' => byte,
            _ => b"btn_fr".get(usize::from(byte).wrapping_sub(8)).copied().unwrap_or(b'_'),
        };
        if letter == b'_' {
            let digit = byte & 15;
            let digit = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit]);
        } else {
            out.extend_from_slice(&[b'\\', letter]);
        }
        at = end + 1;
    }
    out.push(b'"');
}
