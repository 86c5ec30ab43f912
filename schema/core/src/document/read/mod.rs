//! Bytes to a document, or to every problem there is, in one pass.

mod array;
mod expected;
mod faults;
mod others;
mod record;

pub(super) use expected::Known;

use super::keys::Key;
use super::node::{Document, Node, Values};
use super::references;
use super::rules::{Fault, advice, integer_fault, names, number_fault, spelling, text_fault};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::{Number, Scanner, snippet, unescape};
use crate::json::{Decimal, Limits};
use crate::keep::{self, Kept};
use crate::locate::locate;
use crate::parts;
use crate::plan::{Plan, Rule};
use crate::problem::{Code, Problems};
use others::Other;
use std::borrow::Cow;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A request: strictly.
    Request,
    /// A stored row: lengths and bounds unlimited, unknown members ignored, references unchecked.
    Stored,
}

/// Reads a text by a rule of a plan.
pub(crate) fn read<'a>(
    plan: &'a Plan,
    rule: Rule,
    bytes: &'a [u8],
    mode: Mode,
    limits: &Limits,
) -> Result<Document<'a>, Problems> {
    read_among(plan, rule, bytes, mode, limits, None)
}

/// [`read`], where references may lead outside of the text to these names alone, which are sorted.
pub(crate) fn read_among<'a>(
    plan: &'a Plan,
    rule: Rule,
    bytes: &'a [u8],
    mode: Mode,
    limits: &Limits,
    existing: Option<Vec<&'a str>>,
) -> Result<Document<'a>, Problems> {
    let scan = Scanner::new(bytes, *limits);
    let length = scan.text().len();
    let mut reader =
        Reader { scan, plan, mode, values: keep::take(), others: Vec::new(), existing };
    reader.values.edits.reserve_for(length);
    reader.values.nodes.reserve(length / 56 + 4);
    reader.values.offsets.reserve(length / 56 + 4);
    reader.scan.skip_space();
    let root = reader.value(rule, false);
    let _ = reader.scan.end();
    if mode == Mode::Request && rule == plan.root {
        references::check(&mut reader, root);
    }
    // One way out: each would have the code that drops all that the reader holds.
    let Reader { scan, values, .. } = reader;
    let values = Kept::from(values);
    if scan.flaws.is_empty() {
        return Ok(Document { plan, text: Cow::Borrowed(scan.text()), values, root });
    }
    Err(locate(bytes, scan.flaws))
}

/// A cursor over a text with what was read so far.
///
/// Nothing here asks whether the scan was stopped, which happens once at most: it stands at the end of an empty text
/// then, where whatever is read is [`Node::Invalid`] or makes no difference, and every loop ends.
pub(super) struct Reader<'a> {
    pub(super) scan: Scanner<'a>,
    pub(super) plan: &'a Plan,
    mode: Mode,
    pub(super) values: Box<Values>,
    /// The members without a slot of the open records that are being read, innermost last.
    others: Vec<Other>,
    /// The names that references may lead to outside of the text, sorted, where they are known.
    pub(super) existing: Option<Vec<&'a str>>,
}

impl<'a> Reader<'a> {
    /// Reads the value that the cursor stands on. `optional` is for the advice alone.
    pub(super) fn value(&mut self, rule: Rule, optional: bool) -> Node {
        match (rule, self.scan.peek()) {
            (Rule::Opaque, _) => self.opaque(),
            (Rule::Record(index), Some(b'{')) => self.record(index),
            (Rule::Array(index), Some(b'[')) => self.array(index),
            (Rule::Text(index), Some(b'"')) => self.text(index),
            (Rule::Choice(index), Some(b'"')) => self.choice(index, optional),
            (Rule::Integer(index), Some(b'-' | b'0'..=b'9')) => self.integer(index),
            (Rule::Number(index), Some(b'-' | b'0'..=b'9')) if parts::NUMBERS => self.number(index),
            (Rule::Boolean, Some(first @ (b't' | b'f'))) => {
                let value = first == b't';
                self.word(if value { "true" } else { "false" });
                Node::Boolean(value)
            }
            (Rule::Null, Some(b'n')) => {
                self.word("null");
                Node::Absent
            }
            _ => self.wrong_type(rule, optional),
        }
    }

    /// Reads `null`, `true` or `false`.
    pub(super) fn word(&mut self, word: &str) {
        let _ = self.scan.literal(word);
    }

    /// Reads over a value, checking it as JSON.
    pub(super) fn skip(&mut self) {
        let _ = self.values.edits.skip(&mut self.scan);
    }

    #[cold]
    pub(super) fn fault(&mut self, at: usize, (code, message, fix): Fault) -> Node {
        self.scan.flaws.note(|| Flaw::new(Anchor::Value(at), code, message, fix));
        Node::Invalid
    }

    fn opaque(&mut self) -> Node {
        let start = narrow(self.scan.position());
        let mut edits = u32::MAX;
        if let Ok(range) = self.values.edits.read(&mut self.scan)
            && !range.is_empty()
        {
            edits = narrow(self.values.nodes.len());
            self.values.nodes.push(Node::Edits(range));
            self.values.offsets.push(0);
        }
        Node::Opaque { start, end: narrow(self.scan.position()), edits }
    }

    /// Reads the string that the cursor stands on. It is invalid where something was noted in it.
    pub(super) fn contents(&mut self, is_name: bool) -> Node {
        let noted = self.scan.flaws.len();
        let span = if is_name { self.scan.name() } else { self.scan.string(false) };
        match span {
            Ok(span) if self.scan.flaws.len() == noted => {
                if span.escaped {
                    return self.owned(&unescape(self.scan.slice(span.start, span.end)));
                }
                plain(span.start, span.end)
            }
            _ => Node::Invalid,
        }
    }

    fn text(&mut self, index: u16) -> Node {
        let at = self.scan.position();
        let node = self.contents(false);
        let Some(rule) = self.plan.texts.get(usize::from(index)) else { return Node::Invalid };
        let Some(contents) = self.string(node) else { return node };
        match (spelling(rule, contents), self.mode) {
            (Ok(Some(spelling)), _) => self.owned(&spelling),
            (Ok(None), _) | (Err(Code::Blank | Code::MaxBytes), Mode::Stored) => node,
            (Err(code), _) => {
                let fault = text_fault(code, rule, contents);
                self.fault(at, fault)
            }
        }
    }

    pub(super) fn owned(&mut self, contents: &str) -> Node {
        let start = narrow(self.values.arena.len());
        self.values.arena.extend_from_slice(contents.as_bytes());
        Node::Owned { start, end: narrow(self.values.arena.len()) }
    }

    fn choice(&mut self, index: u16, optional: bool) -> Node {
        let at = self.scan.position();
        let node = self.contents(false);
        let plan = self.plan;
        let Some(rule) = plan.choices.get(usize::from(index)) else { return Node::Invalid };
        let Some(contents) = self.string(node) else { return node };
        if let Some(value) = rule.values.iter().position(|value| *value == contents) {
            return Node::Choice { rule: index, value: u16::try_from(value).unwrap_or(0) };
        }
        self.not_listed(at, &names(&rule.values), advice(plan, Rule::Choice(index), optional))
    }

    fn integer(&mut self, index: u16) -> Node {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let value = match told_integer(self.scan.rest(at)) {
            Some((value, length)) if self.scan.count_printed(length) => {
                self.scan.seek(at + length);
                Ok(value)
            }
            _ => match self.scan.any_number() {
                Ok(number) if self.scan.flaws.len() == noted => number.to_i64(),
                _ => return Node::Invalid,
            },
        };
        let Some(rule) = self.plan.integers.get(usize::from(index)) else { return Node::Invalid };
        if let Ok(value) = value
            && (self.mode == Mode::Stored || (rule.minimum..=rule.maximum).contains(&value))
        {
            return Node::Integer(value);
        }
        let shown = snippet(self.scan.text(), at, self.scan.position());
        match integer_fault(rule, value, &shown) {
            Ok(value) => Node::Integer(value),
            Err(fault) => self.fault(at, fault),
        }
    }

    fn number(&mut self, index: u16) -> Node {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let scanned = match self.scan.number() {
            Ok(scanned) if self.scan.flaws.len() == noted => scanned,
            _ => return Node::Invalid,
        };
        let end = self.scan.position();
        let (number, is_canonical) = match scanned {
            Number::Other(number) => (Some(number), false),
            Number::Canonical => (Decimal::parse(self.scan.bytes(at, end)), true),
        };
        let plan = self.plan;
        let (Some(number), Some(rule)) = (number, plan.number(index)) else {
            return Node::Invalid;
        };
        let text = self.scan.text();
        let shown = || snippet(text, at, end);
        if let Err(fault) = number_fault(rule, &number, self.mode == Mode::Request, &shown) {
            return self.fault(at, fault);
        }
        if is_canonical {
            return Node::Number { start: narrow(at), end: narrow(end), is_owned: false };
        }
        let start = narrow(self.values.arena.len());
        number.write_canonical(&mut self.values.arena);
        Node::Number { start, end: narrow(self.values.arena.len()), is_owned: true }
    }

    /// The value of a key, of any kind; `None` where there is none.
    #[cold]
    pub(super) fn key_value(&self, node: Node) -> Option<Key<'_>> {
        match node {
            Node::Boolean(value) => Some(Key::Boolean(value)),
            Node::Integer(value) => Some(Key::Number(value.to_string().into_bytes().into())),
            Node::Number { start, end, is_owned: true } => self
                .values
                .arena
                .get(start as usize..end as usize)
                .map(|digits| Key::Number(digits.into())),
            Node::Number { start, end, .. } => {
                Some(Key::Number(self.scan.bytes(start as usize, end as usize).into()))
            }
            other => self.string(other).map(Key::Text),
        }
    }

    /// The contents of a string node.
    pub(super) fn string(&self, node: Node) -> Option<&str> {
        match node {
            Node::Plain { start, end } => Some(self.scan.slice(start as usize, end as usize)),
            Node::Owned { start, end } => {
                std::str::from_utf8(self.values.arena.get(start as usize..end as usize)?).ok()
            }
            Node::Choice { rule, value } => self
                .plan
                .choices
                .get(usize::from(rule))?
                .values
                .get(usize::from(value))
                .map(AsRef::as_ref),
            _ => None,
        }
    }
}

/// A whole number of at most 18 bytes as it is mostly spelt, and its length.
#[inline(never)]
pub(super) fn told_integer(rest: &[u8]) -> Option<(i64, usize)> {
    let sign = usize::from(rest.first() == Some(&b'-'));
    let mut value = 0;
    let mut length = sign;
    loop {
        match rest.get(length)? {
            digit @ b'0'..=b'9' if length < 18 => value = value * 10 + i64::from(digit - b'0'),
            b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' => return None,
            _ => break,
        }
        length += 1;
    }
    // Neither a sign alone, nor a zero but alone.
    let is_told = match rest.get(sign) {
        Some(b'0') => length == 1,
        _ => length > sign,
    };
    is_told.then_some((if sign > 0 { -value } else { value }, length))
}

pub(super) fn plain(start: usize, end: usize) -> Node {
    Node::Plain { start: narrow(start), end: narrow(end) }
}

/// An offset in 32 bits; no text is longer than 1 GiB, nor is what is made of it.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
