//! A text as a flat list of values: what the engine walks over.

use super::super::json::scan::{Number, Scanner, Stop, StringSpan, unescape};
use super::program::Types;
use crate::json::{Decimal, Limits, utf16, write_string};
use crate::locate::locate;
use crate::problem::Problems;
use std::cell::OnceCell;
use std::ops::Range;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// The contents of a string: a part of the text, or decoded beside it.
#[derive(Clone, Copy, Debug, Default)]
struct Contents {
    start: u32,
    end: u32,
    is_decoded: bool,
}

/// A value, or the name of a member: that stands before its value, as a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it stands in the text.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The node behind it and all that it holds.
    after: u32,
    /// A string's contents; of an object the range of its members in [`Tape::members`], of an
    /// array the number of elements as the end.
    contents: Contents,
}

/// A text as a flat list of values.
#[derive(Debug)]
pub(super) struct Tape<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    decoded: String,
    /// The names of all objects' members, each object's together, sorted by UTF-16 code units; of
    /// equal names the last stays.
    members: Vec<u32>,
    canonical: OnceCell<Canonical>,
}

/// The canonical bytes of the text, and for each node its part of them.
#[derive(Debug)]
struct Canonical {
    bytes: Vec<u8>,
    parts: Vec<Range<usize>>,
}

impl<'t> Tape<'t> {
    /// Reads any JSON text (RFC 8259) within the limits.
    pub(super) fn read(bytes: &'t [u8], limits: &Limits) -> Result<Tape<'t>, Problems> {
        let mut scanner = Scanner::new(bytes, *limits);
        scanner.flaws.take_any_json();
        let tape = Tape {
            text: scanner.text(),
            nodes: Vec::with_capacity(scanner.text().len() / 16),
            decoded: String::new(),
            members: Vec::new(),
            canonical: OnceCell::new(),
        };
        let mut reader = Reader { scanner, tape, open: Vec::new() };
        let outcome = reader.text();
        if outcome.is_err() || !reader.scanner.flaws.is_empty() {
            return Err(locate(bytes, reader.scanner.flaws));
        }
        Ok(reader.tape)
    }

    pub(super) fn node(&self, index: u32) -> Node {
        const NOTHING: Node = Node {
            kind: Kind::Null,
            start: 0,
            end: 0,
            after: u32::MAX,
            contents: Contents { start: 0, end: 0, is_decoded: false },
        };
        self.nodes.get(index as usize).copied().unwrap_or(NOTHING)
    }

    /// The text of a node as it is spelt.
    pub(super) fn raw(&self, node: Node) -> &'t str {
        self.text.get(node.start as usize..node.end as usize).unwrap_or("")
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn types(&self, node: Node) -> Types {
        match node.kind {
            Kind::Null => Types::NULL,
            Kind::Boolean => Types::BOOLEAN,
            Kind::Number => match self.number(node).is_some_and(|number| number.is_whole()) {
                true => Types::NUMBER.with(Types::INTEGER),
                false => Types::NUMBER,
            },
            Kind::String => Types::STRING,
            Kind::Array => Types::ARRAY,
            Kind::Object => Types::OBJECT,
        }
    }

    pub(super) fn number(&self, node: Node) -> Option<Decimal<'t>> {
        (node.kind == Kind::Number).then(|| Decimal::parse(self.raw(node).as_bytes())).flatten()
    }

    /// What a string, or the name of a member, means.
    pub(super) fn string(&self, node: Node) -> &str {
        let Contents { start, end, is_decoded } = node.contents;
        let from = if is_decoded { &self.decoded } else { self.text };
        from.get(start as usize..end as usize).unwrap_or("")
    }

    /// The number of an array's elements, or of an object's members, equal names counted once.
    pub(super) fn count(&self, node: Node) -> u32 {
        match node.kind {
            Kind::Array | Kind::Object => node.contents.end - node.contents.start,
            _ => 0,
        }
    }

    /// The first element of the array with this index, where it has one.
    pub(super) fn first(&self, array: u32) -> u32 {
        array + 1
    }

    /// The element after one.
    pub(super) fn following(&self, element: u32) -> u32 {
        self.node(element).after
    }

    /// The names of an object's members, sorted.
    pub(super) fn names(&self, object: Node) -> &[u32] {
        let Contents { start, end, .. } = object.contents;
        match object.kind {
            Kind::Object => self.members.get(start as usize..end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// The value of a member, given its name's index.
    pub(super) fn value_of(&self, name: u32) -> u32 {
        name + 1
    }

    /// The position of the member with this name among the sorted members.
    pub(super) fn find(&self, object: Node, name: &str) -> Option<usize> {
        let names = self.names(object);
        names.binary_search_by(|&index| utf16(self.string(self.node(index)), name)).ok()
    }

    /// The canonical bytes of a value. Those of the whole text are made once, when first needed.
    pub(super) fn canonical(&self, index: u32) -> &[u8] {
        let canonical = self.canonical.get_or_init(|| {
            let mut canonical = Canonical {
                bytes: Vec::with_capacity(self.text.len()),
                parts: vec![0..0; self.nodes.len()],
            };
            self.write(0, &mut canonical);
            canonical
        });
        let part = canonical.parts.get(index as usize).cloned().unwrap_or_default();
        canonical.bytes.get(part).unwrap_or(&[])
    }

    /// The canonical bytes of a scalar, made for itself.
    pub(super) fn canonical_scalar(&self, node: Node, out: &mut Vec<u8>) {
        match node.kind {
            Kind::String => write_string(self.string(node), out),
            Kind::Number => {
                if let Some(number) = self.number(node) {
                    number.write_canonical(out);
                }
            }
            _ => out.extend_from_slice(self.raw(node).as_bytes()),
        }
    }

    /// Nests as deep as the text does, which is limited.
    fn write(&self, index: u32, canonical: &mut Canonical) {
        let node = self.node(index);
        let start = canonical.bytes.len();
        match node.kind {
            Kind::Array => {
                canonical.bytes.push(b'[');
                let mut element = self.first(index);
                for position in 0..self.count(node) {
                    if position > 0 {
                        canonical.bytes.push(b',');
                    }
                    self.write(element, canonical);
                    element = self.following(element);
                }
                canonical.bytes.push(b']');
            }
            Kind::Object => {
                canonical.bytes.push(b'{');
                for (position, &name) in self.names(node).iter().enumerate() {
                    if position > 0 {
                        canonical.bytes.push(b',');
                    }
                    write_string(self.string(self.node(name)), &mut canonical.bytes);
                    canonical.bytes.push(b':');
                    self.write(self.value_of(name), canonical);
                }
                canonical.bytes.push(b'}');
            }
            _ => self.canonical_scalar(node, &mut canonical.bytes),
        }
        let end = canonical.bytes.len();
        if let Some(part) = canonical.parts.get_mut(index as usize) {
            *part = start..end;
        }
    }
}

/// Builds a tape.
struct Reader<'t> {
    scanner: Scanner<'t>,
    tape: Tape<'t>,
    /// The names of the objects that are being read, innermost last.
    open: Vec<u32>,
}

impl Reader<'_> {
    fn text(&mut self) -> Result<(), Stop> {
        self.scanner.skip_space();
        self.value()?;
        self.scanner.end()
    }

    /// Reads the value that the cursor stands on; nests as deep as the limits let it.
    fn value(&mut self) -> Result<(), Stop> {
        let start = self.scanner.position();
        match self.scanner.peek() {
            Some(b'{') => self.object(start),
            Some(b'[') => self.array(start),
            Some(b'"') => {
                let span = self.scanner.string(false)?;
                self.push_string(start, span);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => {
                let (Number::Canonical | Number::Other(_)) = self.scanner.number()?;
                self.push(Kind::Number, start);
                Ok(())
            }
            Some(b't') => self.literal("true", Kind::Boolean, start),
            Some(b'f') => self.literal("false", Kind::Boolean, start),
            Some(b'n') => self.literal("null", Kind::Null, start),
            _ => Err(self.scanner.expected("a JSON value")),
        }
    }

    fn literal(&mut self, word: &str, kind: Kind, start: usize) -> Result<(), Stop> {
        self.scanner.literal(word)?;
        self.push(kind, start);
        Ok(())
    }

    fn array(&mut self, start: usize) -> Result<(), Stop> {
        let index = self.push(Kind::Array, start);
        self.scanner.enter()?;
        let mut count = 0;
        while self.scanner.another(count == 0, b']')? {
            self.value()?;
            count += 1;
        }
        self.close(index, Contents { start: 0, end: count, is_decoded: false });
        Ok(())
    }

    fn object(&mut self, start: usize) -> Result<(), Stop> {
        let index = self.push(Kind::Object, start);
        self.scanner.enter()?;
        let opened = self.open.len();
        let mut is_first = true;
        while self.scanner.another(is_first, b'}')? {
            is_first = false;
            let at = self.scanner.position();
            let span = self.scanner.name()?;
            self.scanner.colon()?;
            let name = self.push_string(at, span);
            if let Some(node) = self.tape.nodes.get_mut(name as usize) {
                // The scanner stands behind the colon.
                node.end = narrow(span.end + 1);
            }
            self.open.push(name);
            self.value()?;
        }
        let names = self.open.get_mut(opened..).unwrap_or(&mut []);
        let tape = &self.tape;
        let meant = |index: u32| tape.string(tape.node(index));
        // Members often stand in order already. The sort is stable: of equal names the last, which
        // is the one that counts, stays the last.
        names.sort_by(|&left, &right| utf16(meant(left), meant(right)));
        let from = self.tape.members.len();
        let mut kept = Vec::with_capacity(names.len());
        for (position, &name) in names.iter().enumerate() {
            let is_last = names.get(position + 1).is_none_or(|&next| meant(next) != meant(name));
            if is_last {
                kept.push(name);
            }
        }
        self.tape.members.append(&mut kept);
        self.open.truncate(opened);
        let contents = Contents {
            start: narrow(from),
            end: narrow(self.tape.members.len()),
            is_decoded: false,
        };
        self.close(index, contents);
        Ok(())
    }

    fn push(&mut self, kind: Kind, start: usize) -> u32 {
        let index = narrow(self.tape.nodes.len());
        let (start, end) = (narrow(start), narrow(self.scanner.position()));
        self.tape.nodes.push(Node {
            kind,
            start,
            end,
            after: index + 1,
            contents: Contents::default(),
        });
        index
    }

    fn push_string(&mut self, start: usize, span: StringSpan) -> u32 {
        let contents = match span.escaped {
            false => {
                Contents { start: narrow(span.start), end: narrow(span.end), is_decoded: false }
            }
            true => {
                let from = self.tape.decoded.len();
                let raw = self.scanner.slice(span.start, span.end);
                self.tape.decoded.push_str(&unescape(raw));
                let end = narrow(self.tape.decoded.len());
                Contents { start: narrow(from), end, is_decoded: true }
            }
        };
        let index = self.push(Kind::String, start);
        if let Some(node) = self.tape.nodes.get_mut(index as usize) {
            node.contents = contents;
        }
        index
    }

    fn close(&mut self, index: u32, contents: Contents) {
        let (end, after) = (narrow(self.scanner.position()), narrow(self.tape.nodes.len()));
        if let Some(node) = self.tape.nodes.get_mut(index as usize) {
            *node = Node { end, after, contents, ..*node };
        }
    }
}

/// An offset in 32 bits: no text is longer than 1 GiB.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
