//! A checked text as a flat list of nodes.

use super::read::Known;
use crate::json::{EditRange, Edits, Sink};
use crate::keep::{self, Keep, Kept, Place};
use crate::plan::{Plan, Record};
use std::borrow::Cow;
use std::cell::Cell;
use std::thread::LocalKey;

/// A value of a document. Offsets are byte offsets; a text is at most 512 MiB and its
/// canonical form not six times as long (`1e20`), so 32 bits do.
///
/// It takes 16 bytes, of which the first four tell the variant, so that it is copied in words.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Node {
    /// Not there, or a `null` that means the same.
    Absent,
    /// A member of a stored row that matches anything.
    Any,
    /// A value with a problem; no document that is handed out holds one.
    Invalid,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number in canonical spelling: in the text, or in the arena where it is owned.
    Number { start: u32, end: u32, is_owned: bool },
    /// An index into a choice's values; the choice's index.
    Choice { rule: u16, value: u16 },
    /// The contents of a string as they stand in the text, where nothing is escaped.
    Plain { start: u32, end: u32 },
    /// The contents of a string in the arena: unescaped, or in canonical spelling.
    Owned { start: u32, end: u32 },
    /// Any JSON: in the text, with the index of the node that holds the edits which make it
    /// canonical; beyond all nodes where it is canonical as it stands.
    Opaque { start: u32, end: u32, edits: u32 },
    /// The edits of an opaque value.
    Edits(EditRange),
    /// Elements, one after the other in the nodes: in the list's order, or a set's order of keys.
    Array { rule: u16, first: u32, count: u32 },
    /// Members by slot, one after the other in the nodes.
    Record { rule: u16, branch: u16, base: u32 },
    /// The members of an open record that have no slot: names and values in turn, one after the
    /// other in the nodes, in the order of the names' UTF-16 code units. It stands behind the
    /// record's last slot.
    Others { first: u32, count: u32 },
    /// Among the pending alone: the value of a slot whose record's tag is not known yet, and where the member's name
    /// starts.
    Deferred { slot: u16, name_at: u32 },
}

const _: () = assert!(size_of::<Node>() == 16);

/// A text that was read by a plan: its values by slot.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) text: Cow<'a, str>,
    pub(crate) values: Kept<Values>,
    pub(crate) root: Node,
}

/// The values of a document, and what is needed while they are read.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) nodes: Vec<Node>,
    /// The contents of strings that stand otherwise in the text.
    pub(crate) arena: Vec<u8>,
    /// Where each node's value starts in the text; 0 for a slot that was not seen.
    pub(crate) offsets: Vec<u32>,
    /// The elements of the arrays that are being read, and the members that wait for their record's tag, innermost
    /// last, with their starts.
    pub(crate) pending: Vec<(Node, u32)>,
    /// What was learnt of each record.
    pub(crate) known: Vec<Known>,
    /// What makes the opaque values canonical.
    pub(crate) edits: Edits,
}

/// Of so many records something is kept.
const MOST_KNOWN: usize = 256;

thread_local! {
    static KEPT: Place<Values> = const { Cell::new(None) };
}

static EMPTY: Values = Values::NEW;

impl Keep for Values {
    const NEW: Values = Values {
        nodes: Vec::new(),
        arena: Vec::new(),
        offsets: Vec::new(),
        pending: Vec::new(),
        known: Vec::new(),
        edits: Edits::new(),
    };

    fn place() -> &'static LocalKey<Place<Values>> {
        &KEPT
    }

    fn empty() -> &'static Values {
        &EMPTY
    }

    fn clear(&mut self) -> usize {
        self.known.truncate(MOST_KNOWN);
        for known in &mut self.known {
            known.forget();
        }
        keep::clear(&mut self.nodes)
            .max(keep::clear(&mut self.arena))
            .max(keep::clear(&mut self.offsets))
            .max(keep::clear(&mut self.pending))
            .max(self.edits.clear())
    }
}

impl Document<'_> {
    /// The value in a slot of a record.
    pub(crate) fn slot(&self, base: u32, slot: usize) -> Node {
        self.values.nodes.get(base as usize + slot).copied().unwrap_or(Node::Absent)
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn elements(&self, node: Node) -> &[Node] {
        match node {
            Node::Array { first, count, .. } => {
                let first = first as usize;
                self.values.nodes.get(first..first + count as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    }

    /// The digits of a number in canonical spelling; empty for anything else.
    pub(crate) fn digits(&self, node: Node) -> &[u8] {
        match node {
            Node::Number { start, end, is_owned: true } => self.bytes(start, end),
            Node::Number { start, end, .. } => {
                self.text.as_bytes().get(start as usize..end as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    }

    /// The members of an open record that have no slot, by names and values.
    pub(crate) fn others(&self, rule: u16, base: u32) -> impl Iterator<Item = (&str, Node)> {
        let slots = self.record(rule).map_or(0, |record| record.slots.len());
        let pairs = match self.values.nodes.get(base as usize + slots) {
            Some(Node::Others { first, count }) => {
                let first = *first as usize;
                self.values.nodes.get(first..first + 2 * *count as usize).unwrap_or(&[])
            }
            _ => &[],
        };
        pairs.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((self.string(*name), *value)),
            _ => None,
        })
    }

    /// The contents of a string; empty for anything else.
    pub(crate) fn string(&self, node: Node) -> &str {
        match node {
            Node::Plain { start, end } => self.text.get(start as usize..end as usize).unwrap_or(""),
            Node::Owned { start, end } => std::str::from_utf8(self.bytes(start, end)).unwrap_or(""),
            Node::Choice { rule, value } => self
                .plan
                .choices
                .get(usize::from(rule))
                .and_then(|choice| choice.values.get(usize::from(value)))
                .map_or("", |value| value),
            _ => "",
        }
    }

    /// Bytes of the arena.
    pub(crate) fn bytes(&self, start: u32, end: u32) -> &[u8] {
        self.values.arena.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Appends the canonical bytes of an opaque value.
    pub(crate) fn write_opaque(&self, start: u32, end: u32, edits: u32, out: &mut Sink) {
        let edits = match self.values.nodes.get(edits as usize) {
            Some(Node::Edits(edits)) => *edits,
            _ => EditRange::default(),
        };
        self.values.edits.write(self.text.as_bytes(), start as usize, end as usize, edits, out);
    }

    pub(crate) fn record(&self, rule: u16) -> Option<&Record> {
        self.plan.record(rule)
    }
}
