//! Bytes to a document, or to every problem there is, in one pass.

mod array;
mod expected;
mod faults;
mod others;
mod record;

pub(super) use expected::{Masks, POSITIONS};
pub(super) use record::Deferred;

use super::keys::Key;
use super::node::{Document, Node, Values};
use super::references;
use super::rules::{Fault, advice, integer_fault, names, number_fault, spelling, text_fault};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::{Number, Scanner, Stop, StringSpan, snippet};
use crate::json::{Decimal, Limits, NotInteger};
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
    let scan = match Scanner::new(bytes, *limits) {
        Ok(scan) => scan,
        Err(flaws) => return Err(locate(bytes, flaws)),
    };
    let mut reader =
        Reader { scan, plan, mode, values: keep::take(), others: Vec::new(), existing };
    reader.values.edits.reserve_for(bytes.len());
    reader.values.nodes.reserve(bytes.len() / 56 + 4);
    reader.values.offsets.reserve(bytes.len() / 56 + 4);
    let root = reader.root(rule);
    if let Ok(root) = root
        && mode == Mode::Request
        && rule == plan.root
    {
        references::check(&mut reader, root);
    }
    // One way out: each would have the code that drops all that the reader holds.
    let Reader { scan, values, .. } = reader;
    let values = Kept::from(values);
    match root {
        Ok(root) if scan.flaws.is_empty() => {
            Ok(Document { plan, text: Cow::Borrowed(scan.text()), values, root })
        }
        _ => Err(locate(bytes, scan.flaws)),
    }
}

/// A cursor over a text with what was read so far.
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
    fn root(&mut self, rule: Rule) -> Result<Node, Stop> {
        self.scan.skip_space();
        let root = self.value(rule, false)?;
        self.scan.end()?;
        Ok(root)
    }

    /// Reads the value that the cursor stands on. `optional` is for the advice alone.
    pub(super) fn value(&mut self, rule: Rule, optional: bool) -> Result<Node, Stop> {
        match (rule, self.scan.peek()) {
            (Rule::Opaque, _) => self.opaque(),
            (Rule::Record(index), Some(b'{')) => self.record(index),
            (Rule::Array(index), Some(b'[')) => self.array(index),
            (Rule::Text(index), Some(b'"')) => self.text(index),
            (Rule::Choice(index), Some(b'"')) => self.choice(index, optional),
            (Rule::Integer(index), Some(b'-' | b'0'..=b'9')) => self.integer(index),
            (Rule::Number(index), Some(b'-' | b'0'..=b'9')) if parts::NUMBERS => self.number(index),
            (Rule::Boolean, Some(b't')) => self.scan.literal("true").map(|()| Node::Boolean(true)),
            (Rule::Boolean, Some(b'f')) => {
                self.scan.literal("false").map(|()| Node::Boolean(false))
            }
            (Rule::Null, Some(b'n')) => self.scan.literal("null").map(|()| Node::Absent),
            _ => self.wrong_type(rule, optional),
        }
    }

    /// Reads over a value, checking it as JSON.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        self.values.edits.skip(&mut self.scan)
    }

    #[cold]
    pub(super) fn fault(&mut self, at: usize, (code, message, fix): Fault) -> Node {
        self.scan.flaws.note(|| Flaw::new(Anchor::Value(at), code, message, fix));
        Node::Invalid
    }

    fn opaque(&mut self) -> Result<Node, Stop> {
        let start = narrow(self.scan.position());
        let range = self.values.edits.read(&mut self.scan)?;
        let mut edits = u32::MAX;
        if !range.is_empty() {
            edits = narrow(self.values.nodes.len());
            self.values.nodes.push(Node::Edits(range));
            self.values.offsets.push(0);
        }
        Ok(Node::Opaque { start, end: narrow(self.scan.position()), edits })
    }

    /// Reads the string that the cursor stands on. It is invalid where something was noted in it.
    pub(super) fn contents(&mut self) -> Result<Node, Stop> {
        let noted = self.scan.flaws.len();
        let span = self.scan.string(false)?;
        Ok(self.spelt(span, noted))
    }

    /// The node of a string that was scanned, before which so many flaws were noted.
    pub(super) fn spelt(&mut self, span: StringSpan, noted: usize) -> Node {
        if self.scan.flaws.len() > noted {
            return Node::Invalid;
        }
        if span.escaped {
            return self.owned(&self.scan.unescape(span));
        }
        plain(span.start, span.end)
    }

    fn text(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(rule) = self.plan.texts.get(usize::from(index)) else {
            return Ok(Node::Invalid);
        };
        let node = self.contents()?;
        let Some(contents) = self.string(node) else { return Ok(node) };
        match (spelling(rule, contents), self.mode) {
            (Ok(Some(spelling)), _) => Ok(self.owned(&spelling)),
            (Ok(None), _) | (Err(Code::Blank | Code::MaxBytes), Mode::Stored) => Ok(node),
            (Err(code), _) => {
                let fault = text_fault(code, rule, contents);
                Ok(self.fault(at, fault))
            }
        }
    }

    pub(super) fn owned(&mut self, contents: &str) -> Node {
        let start = narrow(self.values.arena.len());
        self.values.arena.extend_from_slice(contents.as_bytes());
        Node::Owned { start, end: narrow(self.values.arena.len()) }
    }

    fn choice(&mut self, index: u16, optional: bool) -> Result<Node, Stop> {
        let at = self.scan.position();
        let node = self.contents()?;
        let plan = self.plan;
        let Some(rule) = plan.choices.get(usize::from(index)) else { return Ok(Node::Invalid) };
        let Some(contents) = self.string(node) else { return Ok(node) };
        if let Some(value) = rule.values.iter().position(|value| *value == contents) {
            return Ok(Node::Choice { rule: index, value: u16::try_from(value).unwrap_or(0) });
        }
        Ok(self.not_listed(at, &names(&rule.values), advice(plan, Rule::Choice(index), optional)))
    }

    fn integer(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        // What a number is that is spelt otherwise is rarely asked: it is read once more then.
        let _ = self.scan.number()?;
        if self.scan.flaws.len() > noted {
            return Ok(Node::Invalid);
        }
        let raw = self.scan.bytes(at, self.scan.position());
        let value = match whole_number(raw) {
            Some(value) => Ok(value),
            None => Decimal::parse(raw).map_or(Err(NotInteger::Fraction), |n| n.to_i64()),
        };
        let Some(rule) = self.plan.integers.get(usize::from(index)) else {
            return Ok(Node::Invalid);
        };
        if let Ok(value) = value
            && (self.mode == Mode::Stored || (rule.minimum..=rule.maximum).contains(&value))
        {
            return Ok(Node::Integer(value));
        }
        let shown = snippet(self.scan.text(), at, self.scan.position());
        match integer_fault(rule, value, &shown) {
            Ok(value) => Ok(Node::Integer(value)),
            Err(fault) => Ok(self.fault(at, fault)),
        }
    }

    fn number(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let noted = self.scan.flaws.len();
        let scanned = self.scan.number()?;
        if self.scan.flaws.len() > noted {
            return Ok(Node::Invalid);
        }
        let end = self.scan.position();
        let (number, is_canonical) = match scanned {
            Number::Other(number) => (Some(number), false),
            Number::Canonical => (Decimal::parse(self.scan.bytes(at, end)), true),
        };
        let plan = self.plan;
        let (Some(number), Some(rule)) = (number, plan.number(index)) else {
            return Ok(Node::Invalid);
        };
        let text = self.scan.text();
        let shown = || snippet(text, at, end);
        if let Err(fault) = number_fault(rule, &number, self.mode == Mode::Request, &shown) {
            return Ok(self.fault(at, fault));
        }
        if is_canonical {
            return Ok(Node::Number { start: narrow(at), end: narrow(end), is_owned: false });
        }
        let start = narrow(self.values.arena.len());
        number.write_canonical(&mut self.values.arena);
        Ok(Node::Number { start, end: narrow(self.values.arena.len()), is_owned: true })
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

/// The value of a number of at most 18 bytes that are digits, behind a sign at most.
fn whole_number(raw: &[u8]) -> Option<i64> {
    const MOST: usize = 18;
    if raw.len() > MOST {
        return None;
    }
    let (is_negative, digits) = match raw.split_first() {
        Some((b'-', digits)) => (true, digits),
        _ => (false, raw),
    };
    let mut value = 0;
    for digit in digits {
        value = value * 10 + i64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    Some(if is_negative { -value } else { value })
}

pub(super) fn plain(start: usize, end: usize) -> Node {
    Node::Plain { start: narrow(start), end: narrow(end) }
}

/// An offset in 32 bits; no text is longer than 1 GiB, nor is what is made of it.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
