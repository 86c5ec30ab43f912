//! The cursor over a JSON text: RFC 8259's grammar and what `jsonb` refuses beyond it.
//!
//! A fault that leaves the structure readable (a NUL, a lone surrogate, a number out of range) is
//! noted and the scan goes on; one that does not (syntax, depth) stops it with [`Stop`]. A scan that was stopped
//! stands at the end of an empty text, so that whoever goes on reading notes nothing and comes to an end.

use super::decimal::Decimal;
use super::limits::Limits;
use super::run::{self, plain_end};
use crate::flaw::{Anchor, Flaw, Flaws};
use crate::problem::Code;
use crate::wording::{self, count, decimal, fill};
use std::num::{NonZeroU32, NonZeroUsize};

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
        if bytes.len() > limits.text_bytes() {
            scanner.stop(
                Anchor::Nowhere,
                Code::TooLong,
                fill("the text has more than {} bytes", &[&count(limits.text_bytes())]),
                "split the batch, or keep large payloads elsewhere and send a reference",
            );
            return scanner;
        }
        match run::utf8(bytes) {
            Ok(text) => scanner.text = text,
            Err(valid) => {
                scanner.stop(
                    Anchor::Place(valid),
                    Code::InvalidUtf8,
                    "the text is not valid UTF-8 here".to_owned(),
                    "encode the text as UTF-8",
                );
            }
        }
        scanner
    }

    /// Notes the one flaw that is told, and stops the scan: nothing is left to be read.
    #[cold]
    #[inline(never)]
    fn stop(&mut self, anchor: Anchor, code: Code, message: String, fix: &'static str) -> Stop {
        self.flaws.stop(Flaw::new(anchor, code, message, fix));
        self.text = "";
        Stop
    }

    /// Notes what the grammar allows and `jsonb` refuses: a number that ends where the cursor
    /// stands, or the unit that an escape means.
    #[cold]
    #[inline(never)]
    fn refuse(&mut self, anchor: Anchor, code: Code, unit: u32) {
        let (text, at, most) = (self.text, self.at, self.limits.printed_bytes());
        self.flaws.note(|| {
            let (pattern, word, fix) = match (code, anchor) {
                (Code::Nul, _) => (
                    "the string holds U+0000, which PostgreSQL cannot store",
                    String::new(),
                    "remove the character `\\u0000`",
                ),
                (Code::NumberRange, Anchor::Value(start)) => (
                    "{} is a number out of range",
                    snippet(text, start, at),
                    "PostgreSQL's numeric takes 131072 digits before the point and 16383 after it; \
                     send such a number as a string",
                ),
                (Code::PrintedTooLarge, _) => (
                    "the numbers up to here take more than {} bytes in plain notation",
                    decimal(i64::try_from(most).unwrap_or(i64::MAX)),
                    "send numbers with large exponents as strings",
                ),
                _ => (
                    match anchor {
                        Anchor::InName(_) => "the member name holds the lone surrogate `\\u{}`",
                        _ => "the string holds the lone surrogate `\\u{}`",
                    },
                    wording::hexadecimal(unit, 4, 'a'),
                    "write characters beyond U+FFFF as a high and a low surrogate, or as themselves",
                ),
            };
            Flaw::new(anchor, code, fill(pattern, &[&word]), fix)
        });
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
        self.stop(Anchor::Place(self.at), Code::Syntax, message, fix)
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
            return Err(self.stop(
                Anchor::Place(self.at),
                Code::TooDeep,
                fill("the nesting exceeds {} levels", &[&decimal(self.limits.depth().into())]),
                "flatten the value, or send the deep part as a string",
            ));
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
            self.at = plain_end(self.text.as_bytes(), self.at);
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
        let Some(escape) = Escape::read(self.text.as_bytes(), self.at) else {
            self.at += 1;
            if self.peek() != Some(b'u') {
                return Err(self.expected("one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, `u`"));
            }
            self.at += 1;
            return Err(self.expected("four hexadecimal digits"));
        };
        match escape.code() {
            0 => self.refuse(anchor, Code::Nul, 0),
            unit @ 0xD800..=0xDFFF => self.refuse(anchor, Code::Surrogate, unit),
            _ => {}
        }
        self.at += escape.length();
        Ok(())
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
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| is_of_number(*byte)) {
            self.at += 1;
        }
        let Some(number) = Decimal::parse(self.bytes(start, self.at)) else {
            return Err(self.stop(
                Anchor::Place(start),
                Code::Syntax,
                fill("{} is not a number of JSON", &[&snippet(self.text, start, self.at)]),
                "write it without leading zeros or `+`, with digits on both sides of the point",
            ));
        };
        match number.printed_in_range() {
            None => self.refuse(Anchor::Value(start), Code::NumberRange, 0),
            Some(printed) => {
                let before = self.printed_bytes;
                self.printed_bytes += printed.get();
                let most = self.limits.printed_bytes();
                if self.printed_bytes > most && before <= most {
                    self.refuse(Anchor::Value(start), Code::PrintedTooLarge, 0);
                }
            }
        }
        Ok(number)
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
}

/// The length of the number at the start of `rest` where it is short and spelt canonically: no
/// exponent, no zero too many. Only what a glance can tell; `None` for everything else.
#[inline]
pub(crate) fn canonical_number_length(rest: &[u8]) -> Option<NonZeroUsize> {
    const MOST: usize = 18;
    let sign = usize::from(rest.first() == Some(&b'-'));
    // Where the point stands, 0 before there is one.
    let mut point = 0;
    let mut at = sign;
    loop {
        match rest.get(at) {
            Some(b'0'..=b'9') => {}
            Some(b'.') if point == 0 => point = at,
            _ => break,
        }
        at += 1;
    }
    let end = if point > 0 { point } else { at };
    let is_zero = rest.get(sign) == Some(&b'0');
    if end == sign || end - sign > MOST || (is_zero && end - sign > 1) {
        return None;
    }
    let is_canonical = if point > 0 {
        let is_tiny = is_zero && rest.get(point + 1) == Some(&b'0');
        !is_tiny && at - point <= MOST && !matches!(rest.get(at - 1), Some(b'0' | b'.'))
    } else {
        !is_zero || sign == 0
    };
    let goes_on = rest.get(at).is_some_and(|byte| is_of_number(*byte));
    NonZeroUsize::new(at).filter(|_| is_canonical && !goes_on)
}

/// Whether the byte may stand in a number.
#[inline]
fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')
}

/// Whether the byte is white space (RFC 8259).
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// What an escape means: the length of its spelling above a code point, or a lone surrogate. A
/// number, as that is handed on in a register.
#[derive(Clone, Copy)]
struct Escape(NonZeroU32);

impl Escape {
    /// The escape whose backslash stands at `at`, with the one behind it where they are a pair of
    /// surrogates.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn read(bytes: &[u8], at: usize) -> Option<Escape> {
        let (code, length) = match bytes.get(at + 1)? {
            b'u' => {
                let high = unit(bytes, at)?;
                match unit(bytes, at + 6) {
                    Some(low @ 0xDC00..=0xDFFF) if (0xD800..=0xDBFF).contains(&high) => {
                        (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 12)
                    }
                    _ => (high, 6),
                }
            }
            b'b' => (8, 2),
            b'f' => (12, 2),
            b'n' => (10, 2),
            b'r' => (13, 2),
            b't' => (9, 2),
            byte @ (b'"' | b'\\' | b'/') => (u32::from(*byte), 2),
            _ => return None,
        };
        NonZeroU32::new(length << 24 | code).map(Escape)
    }

    fn code(self) -> u32 {
        self.0.get() & 0xFF_FFFF
    }

    fn length(self) -> usize {
        (self.0.get() >> 24) as usize
    }
}

/// The value of the four hexadecimal digits of the escape at `at`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |value, &byte| Some(value * 16 + char::from(byte).to_digit(16)?))
}

/// Decodes the escapes of a string that was scanned before. Lone surrogates, noted then, become U+FFFD.
#[inline(never)]
pub(crate) fn unescape(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut out = String::with_capacity(raw.len());
    let mut at = 0;
    loop {
        let start = at;
        // Neither a quote nor a control character stands in a string but escaped.
        at = plain_end(bytes, at);
        out.push_str(raw.get(start..at).unwrap_or(""));
        let Some(escape) = Escape::read(bytes, at) else { return out };
        out.push(char::from_u32(escape.code()).unwrap_or(char::REPLACEMENT_CHARACTER));
        at += escape.length();
    }
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
