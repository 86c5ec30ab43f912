//! A checked document, read from outside.

use super::node::{Document, Node};
use super::write::{write_member, write_node};
use crate::date_time::DateTime;
use crate::decimal_string::DecimalString;
use crate::json::{Number, Sink, Text};
use crate::plan::{Absent, Member};
use crate::request::Scope;
use std::borrow::Cow;

/// A value of a checked document. Every question has an answer: what makes no sense on a value
/// (the members of a number, say) is answered as if the value were empty.
#[derive(Clone, Copy, Debug)]
pub struct View<'d> {
    document: &'d Document<'d>,
    node: Node,
    member: Option<&'d Member>,
}

impl<'d> View<'d> {
    pub(crate) fn root(document: &'d Document<'d>) -> View<'d> {
        View { document, node: document.root, member: None }
    }

    fn below(self, node: Node) -> View<'d> {
        View { document: self.document, node, member: None }
    }

    /// Of a record: the index of its branch in [`crate::plan::Record::branches`].
    #[must_use]
    pub fn branch(self) -> u16 {
        match self.node {
            Node::Record { branch, .. } => branch,
            _ => 0,
        }
    }

    /// Of a record: the value in a slot. It may be absent.
    #[must_use]
    pub fn member(self, slot: u16) -> View<'d> {
        let Node::Record { rule, branch, base } = self.node else {
            return self.below(Node::Absent);
        };
        let member = self.document.record(rule).and_then(|record| record.member(branch, slot));
        View { member, ..self.below(self.document.slot(base, usize::from(slot))) }
    }

    /// Of an array: its elements, of a list in its order, of a set in the order of their keys.
    pub fn elements(self) -> impl ExactSizeIterator<Item = View<'d>> + 'd {
        self.document.elements(self.node).iter().map(move |node| self.below(*node))
    }

    /// Of an open record: the members that its branch does not name, in the order of their
    /// names' UTF-16 code units.
    pub fn others(self) -> impl Iterator<Item = (&'d str, View<'d>)> + 'd {
        let (rule, base) = match self.node {
            Node::Record { rule, base, .. } => (rule, base),
            _ => (u16::MAX, u32::MAX),
        };
        self.document.others(rule, base).map(move |(name, node)| (name, self.below(node)))
    }

    /// Whether the value is not there, or a `null` that means the same.
    #[must_use]
    pub fn is_absent(self) -> bool {
        matches!(self.node, Node::Absent | Node::Any)
    }

    /// The contents of a string, a UUID's in canonical spelling; empty for anything else.
    #[must_use]
    pub fn as_str(self) -> &'d str {
        self.document.string(self.node)
    }

    /// A whole number; 0 for anything else.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        match self.node {
            Node::Integer(value) => value,
            _ => 0,
        }
    }

    /// A number of any size; 0 for anything else.
    #[must_use]
    pub fn number(self) -> Number {
        match self.node {
            Node::Integer(value) => Number::from(value),
            node => Number::from_canonical(
                std::str::from_utf8(self.document.digits(node)).unwrap_or(""),
            ),
        }
    }

    /// A whole number from 0 up; 0 for anything else.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.number().as_str().parse().unwrap_or(0)
    }

    /// A point in time; the epoch of Unix for anything else.
    #[must_use]
    pub fn date_time(self) -> DateTime {
        DateTime::from_canonical(self.as_str())
    }

    /// A decimal number that stands in a string; 0 for anything else.
    #[must_use]
    pub fn decimal_string(self) -> DecimalString {
        DecimalString::from_canonical(self.as_str())
    }

    /// Whether the value is `true`.
    #[must_use]
    pub fn as_bool(self) -> bool {
        matches!(self.node, Node::Boolean(true))
    }

    /// The index of a choice in [`crate::plan::ChoiceRule::values`]; 0 for anything else.
    #[must_use]
    pub fn choice(self) -> usize {
        match self.node {
            Node::Choice { value, .. } => usize::from(value),
            _ => 0,
        }
    }

    /// An opaque value as it was sent, with its canonical form; `null` for anything else.
    #[must_use]
    pub fn json(self) -> Text {
        match self.node {
            Node::Opaque { start, end, edits } => {
                let mut canonical = Sink::default();
                self.document.write_opaque(start, end, edits, &mut canonical);
                Text::from_parts(self.raw().to_owned(), canonical.into_bytes())
            }
            _ => Text::null(),
        }
    }

    /// The text of an opaque value as it was sent; empty for anything else.
    #[must_use]
    pub fn raw(self) -> &'d str {
        match self.node {
            Node::Opaque { start, end, .. } => {
                self.document.text.get(start as usize..end as usize).unwrap_or("")
            }
            _ => "",
        }
    }

    /// What the value means under a scope, as a database takes it as text: the contents of a
    /// string, anything else as canonical JSON, `None` for `null`. Defaults and inherited values
    /// are filled in. Of an opaque value `null` is a value: `Some("null")`.
    #[must_use]
    pub fn column_text<S: Scope>(self, scope: &S) -> Option<Cow<'d, str>> {
        match self.node {
            Node::Plain { .. } | Node::Owned { .. } | Node::Choice { .. } => {
                Some(Cow::Borrowed(self.as_str()))
            }
            Node::Absent => {
                let mut value = Sink::default();
                let none = Absent::Null;
                match self.member.map_or(&none, |member| &member.absent) {
                    Absent::Null | Absent::Required => return None,
                    Absent::Default(_) | Absent::Inherit(_) => {
                        write_member(self.document, self.node, self.member, scope, &mut value);
                    }
                }
                contents(value.written(0)).map(Cow::Owned)
            }
            node => {
                let mut value = Sink::default();
                write_node(self.document, node, scope, &mut value);
                Some(Cow::Owned(String::from_utf8_lossy(value.written(0)).into_owned()))
            }
        }
    }
}

/// A canonical value as text: a string without quotes and escapes, `None` for `null`.
fn contents(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).unwrap_or("");
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(raw) => Some(crate::json::scan::unescape(raw)),
        None if text == "null" => None,
        None => Some(text.to_owned()),
    }
}
