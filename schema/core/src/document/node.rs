//! A checked text as a flat list of nodes.

use crate::json::{EditRange, Edits};
use crate::plan::{Plan, Record};
use std::borrow::Cow;

/// A value of a document. Offsets are byte offsets; a text is at most 512 MiB and its
/// canonical form not six times as long (`1e20`), so 32 bits do.
#[derive(Clone, Copy, Debug)]
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
    /// An index into a choice's values; the choice's index.
    Choice { rule: u16, value: u16 },
    /// The contents of a string as they stand in the text, where nothing is escaped.
    Plain { start: u32, end: u32 },
    /// The contents of a string in the arena: unescaped, or in canonical spelling.
    Owned { start: u32, end: u32 },
    /// Any JSON: in the text, with the edits that make it canonical.
    Opaque { start: u32, end: u32, edits: EditRange },
    /// Elements, one after the other in the nodes: in the list's order, or a set's order of keys.
    Array { rule: u16, first: u32, count: u32 },
    /// Members by slot, one after the other in the nodes.
    Record { rule: u16, branch: u16, base: u32 },
}

/// A text that was read by a plan: its values by slot.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) text: Cow<'a, str>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) arena: Vec<u8>,
    pub(crate) edits: Edits,
    pub(crate) root: Node,
}

impl Document<'_> {
    /// The value in a slot of a record.
    pub(crate) fn slot(&self, base: u32, slot: usize) -> Node {
        self.nodes.get(base as usize + slot).copied().unwrap_or(Node::Absent)
    }

    /// The elements of an array; none of anything else.
    pub(crate) fn elements(&self, node: Node) -> &[Node] {
        match node {
            Node::Array { first, count, .. } => {
                let first = first as usize;
                self.nodes.get(first..first + count as usize).unwrap_or(&[])
            }
            _ => &[],
        }
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
        self.arena.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Appends the canonical bytes of an opaque value.
    pub(crate) fn write_opaque(&self, start: u32, end: u32, edits: EditRange, out: &mut Vec<u8>) {
        self.edits.write(self.text.as_bytes(), start as usize, end as usize, edits, out);
    }

    pub(crate) fn record(&self, rule: u16) -> Option<&Record> {
        self.plan.record(rule)
    }
}
