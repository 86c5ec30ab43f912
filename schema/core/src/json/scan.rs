//! The cursor over a JSON text: RFC 8259's grammar and what `jsonb` refuses beyond it.
//!
//! A fault that leaves the structure readable (a NUL, a lone surrogate, a number out of range) is
//! noted and the scan goes on; one that does not (syntax, depth) stops it with [`Stop`]. A scan that was stopped
//! stands at the end of an empty text, so that whoever goes on reading notes nothing and comes to an end.

use super::decimal::Decimal;
use super::limits::Limits;
use super::run::{self, plain_end, plain_length};
use crate::flaw::{Anchor, Flaw, Flaws};
use crate::problem::Code;
use crate::wording::{self, count, decimal, fill};
use std::borrow::Cow;
use std::num::NonZeroUsize;

/// The scan cannot go on; why stands in the flaws.
#[derive(Debug)]
pub(crate) struct Stop;

/// Where the contents of a string stand, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringSpan {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether an escape stands in it: then the contents must be decoded.
    pub(crate) escaped: bool,
}

/// A number that was read.
pub(crate) enum Number<'a> {
    /// It is spelt canonically.
    Canonical,
    /// Any other, to be looked at.
    Other(Decimal<'a>),
}

/// A cursor over a text, with the flaws found so far.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    limits: Limits,
    printed_bytes: u64,
    pub(crate) flaws: Flaws,
}

impl<'a> Scanner<'a> {
    /// Checks length and encoding, and stands before the first byte; of a text that is refused the scan is stopped.
    pub(crate) fn new(bytes: &'a [u8], limits: Limits) -> Scanner<'a> {
        let flaws = Flaws::new(limits.problems());
        let mut scanner = Scanner { text: "", at: 0, depth: 0, limits, printed_bytes: 0, flaws };
        let most = limits.text_bytes();
        let flaw = if bytes.len() > most {
            Flaw::new(
                Anchor::Nowhere,
                Code::TooLong,
                fill("the text has more than {} bytes", &[&count(most)]),
                "split the batch, or keep large payloads elsewhere and send a reference",
            )
        } else {
            match run::utf8(bytes) {
                Ok(text) => {
                    scanner.text = text;
                    return scanner;
                }
                Err(valid) => Flaw::new(
                    Anchor::Place(valid),
                    Code::InvalidUtf8,
                    "the text is not valid UTF-8 here",
                    "encode the text as UTF-8",
                ),
            }
        };
        scanner.stop(flaw);
        scanner
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to a position where a value began that was skipped before.
    pub(crate) fn seek(&mut self, position: usize) {
        self.at = position;
    }

    pub(crate) fn bytes(&self, start: usize, end: usize) -> &'a [u8] {
        self.text.as_bytes().get(start..end).unwrap_or(&[])
    }

    /// The text from an offset on.
    #[inline]
    pub(crate) fn rest(&self, from: usize) -> &'a [u8] {
        self.text.as_bytes().get(from..).unwrap_or(&[])
    }

    pub(crate) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    pub(crate) fn bump(&mut self) {
        self.at += 1;
    }

    #[inline(never)]
    pub(crate) fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Skips white space and tells the byte after it.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek()
    }

    /// Notes what was expected where the cursor stands, and stops.
    #[cold]
    #[inline(never)]
    pub(crate) fn expected(&mut self, what: &str) -> Stop {
        let rest = self.rest(self.at);
        let (message, fix) = match rest.first() {
            None => (fill("the text ends where {} is expected", &[what]), "complete the text"),
            Some(_) if self.at == 0 && rest.starts_with("\u{feff}".as_bytes()) => (
                "the text begins with a byte order mark".to_owned(),
                "leave the byte order mark out: JSON is UTF-8 without one",
            ),
            Some(found) => {
                let mut end = self.at + 1;
                while !self.text.is_char_boundary(end) {
                    end += 1;
                }
                let shown = match found {
                    ..b' ' => fill("U+{}", &[&wording::hexadecimal(u32::from(*found), 4, 'A')]),
                    _ => snippet(self.text, self.at, end),
                };
                (
                    fill("{} stands where {} is expected", &[&shown, what]),
                    "write JSON as in RFC 8259",
                )
            }
        };
        self.stop(Flaw::new(Anchor::Place(self.at), Code::Syntax, message, fix))
    }

    /// Stops the scan: nothing is left to be read.
    #[cold]
    fn stop(&mut self, flaw: Flaw) -> Stop {
        self.flaws.stop(flaw);
        self.text = "";
        Stop
    }

    /// [`Scanner::expected`] at another place than the cursor's.
    #[cold]
    pub(crate) fn expected_at(&mut self, at: usize, what: &str) -> Stop {
        self.at = at;
        self.expected(what)
    }

    /// Enters an array or object without moving the cursor.
    #[inline]
    pub(crate) fn enter_at(&mut self, at: usize) -> Result<(), Stop> {
        if self.depth >= self.limits.depth() {
            self.at = at;
            return self.enter();
        }
        self.depth += 1;
        Ok(())
    }

    /// Leaves an array or object without moving the cursor.
    #[inline]
    pub(crate) fn leave_at(&mut self) {
        self.depth -= 1;
    }

    /// Counts a number that is printed as it stands; false where that exceeds the limit.
    #[inline]
    pub(crate) fn count_printed(&mut self, length: usize) -> bool {
        self.printed_bytes += length as u64;
        let is_within = self.printed_bytes <= self.limits.printed_bytes();
        if !is_within {
            self.printed_bytes -= length as u64;
        }
        is_within
    }

    /// Enters an array or object, whose bracket the cursor stands on.
    pub(crate) fn enter(&mut self) -> Result<(), Stop> {
        if self.depth >= self.limits.depth() {
            let flaw = Flaw::new(
                Anchor::Place(self.at),
                Code::TooDeep,
                fill("the nesting exceeds {} levels", &[&decimal(self.limits.depth().into())]),
                "flatten the value, or send the deep part as a string",
            );
            return Err(self.stop(flaw));
        }
        self.depth += 1;
        self.bump();
        Ok(())
    }

    /// Leaves an array or object, whose closing bracket the cursor stands on.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
        self.bump();
    }

    /// After the bracket that opens or a member: whether another member follows. `first` for the
    /// former. Closes with `close`.
    #[inline(never)]
    pub(crate) fn another(&mut self, first: bool, close: u8) -> Result<bool, Stop> {
        match self.next() {
            Some(byte) if byte == close => {
                self.leave();
                Ok(false)
            }
            _ if first => Ok(true),
            Some(b',') => {
                self.bump();
                self.skip_space();
                Ok(true)
            }
            _ => Err(self.expected(if close == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    /// Reads the name of a member.
    pub(crate) fn name(&mut self) -> Result<StringSpan, Stop> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a member name in double quotes"));
        }
        self.string(true)
    }

    /// Reads the colon behind a name, and stands before the value.
    pub(crate) fn colon(&mut self) -> Result<(), Stop> {
        if self.next() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.bump();
        self.skip_space();
        Ok(())
    }

    /// Reads `null`, `true` or `false`.
    pub(crate) fn literal(&mut self, word: &str) -> Result<(), Stop> {
        if self.text.as_bytes().get(self.at..self.at + word.len()) == Some(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.expected("a JSON value"))
    }

    /// Reads the string whose opening quote the cursor stands on. `is_name` says where a flaw in
    /// it belongs.
    #[inline]
    pub(crate) fn string(&mut self, is_name: bool) -> Result<StringSpan, Stop> {
        let opening = self.at;
        let start = opening + 1;
        let mut escaped = false;
        self.at = start;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
            self.at += plain_length(rest);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(StringSpan { start, end: self.at - 1, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape(if is_name {
                        Anchor::InName(opening)
                    } else {
                        Anchor::Value(opening)
                    })?;
                }
                _ => return Err(self.expected("the rest of a string")),
            }
        }
    }

    /// Reads one escape, two where they are a pair of surrogates.
    #[inline(never)]
    fn escape(&mut self, anchor: Anchor) -> Result<(), Stop> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                let unit = self.unit()?;
                match unit {
                    0 => self.flaws.note(|| {
                        Flaw::new(
                            anchor,
                            Code::Nul,
                            "the string holds U+0000, which PostgreSQL cannot store",
                            "remove the character `\\u0000`",
                        )
                    }),
                    0xD800..=0xDBFF => {
                        let low = self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u")
                            && hexadecimal(self.text.as_bytes(), self.at + 2)
                                .is_some_and(|unit| (0xDC00..=0xDFFF).contains(&unit));
                        if low {
                            self.at += 6;
                        } else {
                            self.lone_surrogate(anchor, unit);
                        }
                    }
                    0xDC00..=0xDFFF => self.lone_surrogate(anchor, unit),
                    _ => {}
                }
                Ok(())
            }
            _ => Err(self.expected("one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, `u`")),
        }
    }

    fn unit(&mut self) -> Result<u32, Stop> {
        match hexadecimal(self.text.as_bytes(), self.at + 1) {
            Some(unit) => {
                self.at += 5;
                Ok(unit)
            }
            None => {
                self.at += 1;
                Err(self.expected("four hexadecimal digits"))
            }
        }
    }

    #[cold]
    fn lone_surrogate(&mut self, anchor: Anchor, unit: u32) {
        let place = if matches!(anchor, Anchor::InName(_)) { "member name" } else { "string" };
        self.flaws.note(|| {
            Flaw::new(
                anchor,
                Code::Surrogate,
                fill(
                    "the {} holds the lone surrogate `\\u{}`",
                    &[place, &wording::hexadecimal(unit, 4, 'a')],
                ),
                "write characters beyond U+FFFF as a high and a low surrogate, or as themselves",
            )
        });
    }

    /// Reads a number and checks that `jsonb` takes it.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<Number<'a>, Stop> {
        if let Some(length) = canonical_number_length(self.rest(self.at))
            && self.count_printed(length.get())
        {
            self.at += length.get();
            return Ok(Number::Canonical);
        }
        self.any_number().map(Number::Other)
    }

    /// The same without the glance at what is spelt canonically.
    #[inline(never)]
    pub(crate) fn any_number(&mut self) -> Result<Decimal<'a>, Stop> {
        let start = self.at;
        let rest = self.rest(start);
        let Some((number, length)) = Decimal::scan(rest) else {
            return Err(self.malformed_number());
        };
        self.at += length;
        if matches!(self.peek(), Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
            self.at = start;
            return Err(self.malformed_number());
        }
        if !number.is_in_range() {
            self.flaws.note(|| {
                Flaw::new(
                    Anchor::Value(start),
                    Code::NumberRange,
                    fill("{} is a number out of range", &[&snippet(self.text, start, self.at)]),
                    "PostgreSQL's numeric takes 131072 digits before the point and 16383 after it; \
                 send such a number as a string",
                )
            });
            return Ok(number);
        }
        let before = self.printed_bytes;
        self.printed_bytes += number.printed_bytes();
        let most = self.limits.printed_bytes();
        if self.printed_bytes > most && before <= most {
            self.flaws.note(|| {
                Flaw::new(
                    Anchor::Value(start),
                    Code::PrintedTooLarge,
                    fill(
                        "the numbers up to here take more than {} bytes in plain notation",
                        &[&decimal(i64::try_from(most).unwrap_or(i64::MAX))],
                    ),
                    "send numbers with large exponents as strings",
                )
            });
        }
        Ok(number)
    }

    #[cold]
    fn malformed_number(&mut self) -> Stop {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
        let length = rest
            .iter()
            .take_while(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
            .count();
        let flaw = Flaw::new(
            Anchor::Place(start),
            Code::Syntax,
            fill("{} is not a number of JSON", &[&snippet(self.text, start, start + length)]),
            "write it without leading zeros or `+`, with digits on both sides of the point",
        );
        self.stop(flaw)
    }

    /// After the value of the whole text: nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), Stop> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the text")),
        }
    }

    /// What was noted and counted so far, to return to by [`Scanner::rewind`].
    pub(crate) fn mark(&self) -> (usize, usize, u64) {
        (self.flaws.len(), self.flaws.omitted(), self.printed_bytes)
    }

    /// Forgets what was noted since the mark: the same bytes will be read again.
    pub(crate) fn rewind(&mut self, mark: (usize, usize, u64)) {
        self.flaws.truncate(mark.0, mark.1);
        self.printed_bytes = mark.2;
    }

    /// The contents of a string as they are meant. Lone surrogates, noted before, become U+FFFD.
    pub(crate) fn unescape(&self, span: StringSpan) -> Cow<'a, str> {
        let raw = self.slice(span.start, span.end);
        if span.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }
}

/// The length of the number at the start of `rest` where it is short and spelt canonically: no
/// exponent, no zero too many. Only what a glance can tell; `None` for everything else.
#[inline]
pub(crate) fn canonical_number_length(rest: &[u8]) -> Option<NonZeroUsize> {
    const MOST: usize = 18;
    let sign = usize::from(rest.first() == Some(&b'-'));
    let first = *rest.get(sign)?;
    let mut at = sign;
    while rest.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    let whole = at - sign;
    if whole == 0 || whole > MOST || (first == b'0' && whole > 1) {
        return None;
    }
    let is_canonical = match rest.get(at) {
        Some(b'.') => {
            let point = at;
            at += 1;
            while rest.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            let is_tiny = first == b'0' && rest.get(point + 1) == Some(&b'0');
            let is_long = at - point > MOST;
            let ends_in_zero = matches!(rest.get(at - 1), Some(b'0' | b'.'));
            let goes_on = matches!(rest.get(at), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
            !is_tiny && !is_long && !ends_in_zero && !goes_on
        }
        Some(b'e' | b'E' | b'+' | b'-') => false,
        _ => first != b'0' || sign == 0,
    };
    NonZeroUsize::new(at).filter(|_| is_canonical)
}

/// Whether the byte is white space (RFC 8259).
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// The value of the four hexadecimal digits at `at`.
fn hexadecimal(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, &byte| Some(value * 16 + char::from(byte).to_digit(16)?))
}

/// Decodes the escapes of a string that was scanned before.
#[inline(never)]
pub(crate) fn unescape(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        // Neither a quote nor a control character stands in a string but escaped.
        at = plain_end(bytes, at);
        out.push_str(raw.get(start..at).unwrap_or(""));
        at += 2;
        let code = match bytes.get(at - 1) {
            Some(b'u') => {
                let mut code = hexadecimal(bytes, at).unwrap_or(0xFFFD);
                at += 4;
                if (0xD800..=0xDBFF).contains(&code)
                    && bytes.get(at..at + 2) == Some(b"\\u")
                    && let Some(low @ 0xDC00..=0xDFFF) = hexadecimal(bytes, at + 2)
                {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    at += 6;
                }
                code
            }
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => 10,
            Some(b'r') => 13,
            Some(b't') => 9,
            Some(&byte) => u32::from(byte),
            None => break,
        };
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    out
}

/// A value as a message quotes it: in backticks, shortened.
#[cold]
pub(crate) fn snippet(text: &str, start: usize, end: usize) -> String {
    const MOST: usize = 60;
    let raw = text.get(start..end).unwrap_or("");
    if raw.len() <= MOST {
        return fill("`{}`", &[raw]);
    }
    let mut cut = MOST;
    while !raw.is_char_boundary(cut) {
        cut -= 1;
    }
    fill("`{}…`", &[raw.get(..cut).unwrap_or("")])
}
