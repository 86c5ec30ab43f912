//! A document to canonical bytes under a scope.

use super::node::{Document, Node};
use crate::json::{append, write_string};
use crate::plan::{Absent, Member, Order};
use crate::request::Scope;

/// Appends the canonical bytes of a whole document.
pub(crate) fn write_document<S: Scope>(document: &Document<'_>, scope: &S, out: &mut Vec<u8>) {
    write_node(document, document.root, scope, out);
}

/// Appends what a member means: its value, or what its absence means.
pub(crate) fn write_member<S: Scope>(
    document: &Document<'_>,
    node: Node,
    member: Option<&Member>,
    scope: &S,
    out: &mut Vec<u8>,
) {
    match (node, member.map(|member| &member.absent)) {
        (Node::Absent, Some(Absent::Default(value))) => out.extend_from_slice(value.as_bytes()),
        (Node::Absent, Some(Absent::Inherit(index))) => scope.write(*index, out),
        _ => write_node(document, node, scope, out),
    }
}

/// Appends the canonical bytes of a value.
pub(crate) fn write_node<S: Scope>(
    document: &Document<'_>,
    node: Node,
    scope: &S,
    out: &mut Vec<u8>,
) {
    match node {
        Node::Absent | Node::Any | Node::Invalid => out.extend_from_slice(b"null"),
        Node::Boolean(true) => out.extend_from_slice(b"true"),
        Node::Boolean(false) => out.extend_from_slice(b"false"),
        Node::Integer(value) => write_integer(value, out),
        Node::Plain { start, end } => {
            // Nothing was escaped in it, and nothing needs to be: it is copied with its quotes.
            let quoted = document.text.as_bytes().get(start as usize - 1..end as usize + 1);
            out.extend_from_slice(quoted.unwrap_or(&[]));
        }
        Node::Owned { .. } | Node::Choice { .. } => write_string(document.string(node), out),
        Node::Opaque { start, end, edits } => document.write_opaque(start, end, edits, out),
        Node::Array { rule, .. } => {
            let is_multiset = matches!(
                document.plan.array(rule).map(|array| &array.order),
                Some(Order::Multiset)
            );
            out.push(b'[');
            if is_multiset {
                let elements = sorted_elements(document, node, scope);
                join(elements.iter().map(Vec::as_slice), out);
            } else {
                for (index, element) in document.elements(node).iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_node(document, *element, scope, out);
                }
            }
            out.push(b']');
        }
        Node::Record { rule, branch, base } => {
            write_record(document, rule, branch, base, scope, out);
        }
    }
}

fn write_record<S: Scope>(
    document: &Document<'_>,
    rule: u16,
    branch: u16,
    base: u32,
    scope: &S,
    out: &mut Vec<u8>,
) {
    let Some(record) = document.record(rule) else { return };
    let Some(branch) = record.branches.get(usize::from(branch)) else { return };
    let base = base as usize;
    let nodes = document.nodes.get(base..base + record.slots.len()).unwrap_or(&[]);
    let tag = record.tag.map(usize::from);
    let text = document.text.as_bytes();
    out.push(b'{');
    let opening = out.len();
    let slots = record.slots.iter().zip(branch.members.iter()).zip(nodes);
    for (index, ((slot, member), &node)) in slots.enumerate() {
        if member.is_none() && tag != Some(index) {
            continue;
        }
        let before = out.len();
        let fragment = slot.fragment.as_bytes();
        // The first member has no comma before it.
        append(out, fragment.get(usize::from(before == opening)..).unwrap_or(&[]));
        let value_start = out.len();
        match (node, member) {
            (Node::Plain { start, end }, _) => {
                append(out, text.get(start as usize - 1..end as usize + 1).unwrap_or(&[]));
            }
            (Node::Absent, Some(member)) if member.absent == Absent::Null => {
                out.extend_from_slice(b"null");
            }
            _ => write_member(document, node, member.as_ref(), scope, out),
        }
        if let Some(member) = member
            && member.emit_non_default
            && means_absence(member, out.get(value_start..).unwrap_or(&[]), scope)
        {
            out.truncate(before);
        }
    }
    out.push(b'}');
}

/// Whether a value, as canonical bytes, is what the member's absence means.
fn means_absence<S: Scope>(member: &Member, value: &[u8], scope: &S) -> bool {
    match &member.absent {
        Absent::Required => false,
        Absent::Null => value == b"null",
        Absent::Default(default) => value == default.as_bytes(),
        Absent::Inherit(index) => {
            let mut inherited = Vec::new();
            scope.write(*index, &mut inherited);
            value == inherited
        }
    }
}

/// The canonical bytes of the elements of a multiset, in their order.
pub(crate) fn sorted_elements<S: Scope>(
    document: &Document<'_>,
    node: Node,
    scope: &S,
) -> Vec<Vec<u8>> {
    let mut elements: Vec<Vec<u8>> = document
        .elements(node)
        .iter()
        .map(|element| {
            let mut bytes = Vec::new();
            write_node(document, *element, scope, &mut bytes);
            bytes
        })
        .collect();
    elements.sort_unstable();
    elements
}

fn join<'e>(elements: impl Iterator<Item = &'e [u8]>, out: &mut Vec<u8>) {
    for (index, element) in elements.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(element);
    }
}

/// Appends a whole number in decimal digits.
pub(crate) fn write_integer(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let start = out.len();
    let mut rest = value.unsigned_abs();
    loop {
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}
