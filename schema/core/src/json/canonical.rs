//! Any JSON value to its canonical bytes: RFC 8785 with exact decimals.

use super::decimal::Decimal;
use super::limits::Limits;
use super::order::utf16_bytes;
use super::scan::{Scanner, Stop, StringSpan, unescape};
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
    let mut out = Vec::with_capacity(text.len());
    let mut scanner = match Scanner::new(text, *limits) {
        Ok(scanner) => scanner,
        Err(flaws) => return Err(locate(text, flaws)),
    };
    let whole = Writer::default().value(&mut scanner, &mut out).and_then(|()| scanner.end());
    if whole.is_err() || !scanner.flaws.is_empty() {
        return Err(locate(text, scanner.flaws));
    }
    Ok(out)
}

/// One member of an object that is being written: where it stands in the output.
#[derive(Clone, Copy)]
struct Entry {
    /// The opening quote of the name.
    start: usize,
    /// The closing quote of the name.
    name_end: usize,
    /// Past the last byte of the value.
    end: usize,
}

/// Writes canonical values; keeps its buffers from one value to the next.
#[derive(Default)]
pub(crate) struct Writer {
    entries: Vec<Entry>,
    scratch: Vec<u8>,
}

impl Writer {
    /// Reads the value that the cursor stands before (white space may precede it), and appends
    /// its canonical bytes to `out`. Flaws noted on the way leave bytes that nobody may use.
    pub(crate) fn value(
        &mut self,
        scanner: &mut Scanner<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Stop> {
        match scanner.next() {
            Some(b'{') => self.object(scanner, out),
            Some(b'[') => self.array(scanner, out),
            Some(b'"') => {
                let span = scanner.string(false)?;
                write_span(scanner, span, out);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => {
                let start = scanner.position();
                let number = scanner.number()?;
                write_number(scanner.bytes(start, scanner.position()), &number, out);
                Ok(())
            }
            Some(b'n') => literal(scanner, "null", out),
            Some(b't') => literal(scanner, "true", out),
            Some(b'f') => literal(scanner, "false", out),
            _ => Err(scanner.expected("a JSON value")),
        }
    }

    fn array(&mut self, scanner: &mut Scanner<'_>, out: &mut Vec<u8>) -> Result<(), Stop> {
        scanner.enter()?;
        out.push(b'[');
        let mut first = true;
        while scanner.another(first, b']')? {
            if !first {
                out.push(b',');
            }
            first = false;
            self.value(scanner, out)?;
        }
        out.push(b']');
        Ok(())
    }

    fn object(&mut self, scanner: &mut Scanner<'_>, out: &mut Vec<u8>) -> Result<(), Stop> {
        scanner.enter()?;
        out.push(b'{');
        let opening = out.len();
        let mark = self.entries.len();
        let mut sorted = true;
        while scanner.another(self.entries.len() == mark, b'}')? {
            if self.entries.len() > mark {
                out.push(b',');
            }
            let start = out.len();
            let name = scanner.name()?;
            write_span(scanner, name, out);
            let name_end = out.len() - 1;
            out.push(b':');
            let own = Entry { start, name_end, end: start };
            if sorted && self.entries.len() > mark {
                let last = self.entries.last().copied().unwrap_or(own);
                sorted = by_name(out, &last, &own) == Ordering::Less;
            }
            let index = self.entries.len();
            self.entries.push(own);
            self.value(scanner, out)?;
            if let Some(entry) = self.entries.get_mut(index) {
                entry.end = out.len();
            }
        }
        if !sorted {
            self.sort(mark, opening, out);
        }
        self.entries.truncate(mark);
        out.push(b'}');
        Ok(())
    }

    /// Puts the members from `mark` on, which stand in `out` from `opening` on, into their order,
    /// the last of equal names alone.
    fn sort(&mut self, mark: usize, opening: usize, out: &mut Vec<u8>) {
        self.scratch.clear();
        let Some(entries) = self.entries.get_mut(mark..) else { return };
        entries.sort_by(|left, right| by_name(out, left, right));
        for (index, entry) in entries.iter().enumerate() {
            let shadowed = entries
                .get(index + 1)
                .is_some_and(|next| by_name(out, entry, next) == Ordering::Equal);
            if shadowed {
                continue;
            }
            if !self.scratch.is_empty() {
                self.scratch.push(b',');
            }
            self.scratch.extend_from_slice(out.get(entry.start..entry.end).unwrap_or(&[]));
        }
        out.truncate(opening);
        out.extend_from_slice(&self.scratch);
    }
}

fn by_name(out: &[u8], left: &Entry, right: &Entry) -> Ordering {
    let name = |entry: &Entry| out.get(entry.start + 1..entry.name_end).unwrap_or(&[]);
    compare_names(name(left), name(right))
}

/// Compares two member names, given between the quotes of their canonical form.
pub(crate) fn compare_names(left: &[u8], right: &[u8]) -> Ordering {
    if !left.contains(&b'\\') && !right.contains(&b'\\') {
        return utf16_bytes(left, right);
    }
    utf16_bytes(meant(left).as_bytes(), meant(right).as_bytes())
}

fn meant(name: &[u8]) -> Cow<'_, str> {
    let raw = std::str::from_utf8(name).unwrap_or("");
    if name.contains(&b'\\') { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
}

fn literal(scanner: &mut Scanner<'_>, word: &str, out: &mut Vec<u8>) -> Result<(), Stop> {
    scanner.literal(word)?;
    out.extend_from_slice(word.as_bytes());
    Ok(())
}

/// Appends a scanned string with its quotes.
fn write_span(scanner: &Scanner<'_>, span: StringSpan, out: &mut Vec<u8>) {
    if span.escaped {
        write_string(&scanner.unescape(span), out);
    } else {
        out.extend_from_slice(scanner.bytes(span.start - 1, span.end + 1));
    }
}

/// Appends a string with its quotes and the escapes of RFC 8785.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut plain_from = 0;
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(bytes.get(plain_from..index).unwrap_or(&[]));
        plain_from = index + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0D => out.extend_from_slice(b"\\r"),
            other => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let digit = |index: u8| DIGITS.get(usize::from(index)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.push(digit(other >> 4));
                out.push(digit(other & 15));
            }
        }
    }
    out.extend_from_slice(bytes.get(plain_from..).unwrap_or(&[]));
    out.push(b'"');
}

/// Appends the one spelling of a number; `raw` is how it was spelt.
pub(crate) fn write_number(raw: &[u8], number: &Decimal<'_>, out: &mut Vec<u8>) {
    // A whole number that is short and plain is spelt so already.
    let plain = raw.len() <= 21 && raw.iter().all(u8::is_ascii_digit);
    if plain { out.extend_from_slice(raw) } else { number.write_canonical(out) }
}
