//! A document to canonical bytes under a scope.

use super::node::{Document, Node};
use crate::json::{PIECE, Sink, Write as _, utf16, write_string};
use crate::parts;
use crate::plan::{Absent, Branch, Member, Order};
use crate::request::Scope;
use std::cmp::Ordering;

/// Appends the canonical bytes of a whole document.
pub(crate) fn write_document<S: Scope>(document: &Document<'_>, scope: &S, out: &mut Sink) {
    write_node(document, document.root, scope, out);
}

/// Appends what a member means: its value, or what its absence means.
pub(crate) fn write_member<S: Scope>(
    document: &Document<'_>,
    node: Node,
    member: Option<&Member>,
    scope: &S,
    out: &mut Sink,
) {
    match (node, member.map(|member| &member.absent)) {
        (Node::Absent, Some(Absent::Default(value))) => out.extend_from_slice(value.as_bytes()),
        (Node::Absent, Some(Absent::Inherit(index))) => {
            out.with_vector(|out| scope.write(*index, out));
        }
        _ => write_node(document, node, scope, out),
    }
}

/// Appends the canonical bytes of a value.
pub(crate) fn write_node<S: Scope>(document: &Document<'_>, node: Node, scope: &S, out: &mut Sink) {
    match node {
        Node::Boolean(true) => out.extend_from_slice(b"true"),
        Node::Boolean(false) => out.extend_from_slice(b"false"),
        Node::Integer(value) => write_integer(value, out),
        Node::Number { .. } if parts::NUMBERS => out.extend_from_slice(document.digits(node)),
        Node::Plain { start, end } => {
            // Nothing was escaped in it, and nothing needs to be: it is copied with its quotes.
            out.extend_from_slice(
                document.text.as_bytes().get(start as usize - 1..end as usize + 1).unwrap_or(&[]),
            );
        }
        Node::Owned { .. } | Node::Choice { .. } => write_string(document.string(node), out),
        Node::Opaque { start, end, edits } => document.write_opaque(start, end, edits, out),
        Node::Array { rule, .. } => {
            let order = document.plan.array(rule).map(|array| &array.order);
            let is_multiset = parts::MULTISETS && matches!(order, Some(Order::Multiset));
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
        Node::Absent
        | Node::Any
        | Node::Invalid
        | Node::Number { .. }
        | Node::Others { .. }
        | Node::Edits(_)
        | Node::Deferred { .. } => out.extend_from_slice(b"null"),
    }
}

fn write_record<S: Scope>(
    document: &Document<'_>,
    rule: u16,
    branch: u16,
    base: u32,
    scope: &S,
    out: &mut Sink,
) {
    let Some(record) = document.record(rule) else { return };
    let Some(branch) = record.branches.get(usize::from(branch)) else { return };
    if record.keeps_others() {
        return write_open_record(document, rule, branch, base, scope, out);
    }
    let base = base as usize;
    let nodes = document.values.nodes.get(base..base + record.slots.len()).unwrap_or(&[]);
    let tag = record.tag.map(usize::from);
    let text = document.text.as_bytes();
    out.push(b'{');
    let opening = out.len();
    let slots = record.slots.iter().zip(branch.members.iter()).zip(nodes);
    for (index, ((slot, member), &node)) in slots.enumerate() {
        if member.is_none() && tag != Some(index) || is_left_out(node, member.as_ref()) {
            continue;
        }
        let before = out.len();
        if before == opening {
            // The first member has no comma before it.
            out.extend_from_slice(slot.fragment.as_bytes().get(1..).unwrap_or(&[]));
        } else if slot.fragment.len() <= PIECE {
            out.piece(&slot.head, slot.fragment.len());
        } else {
            out.extend_from_slice(slot.fragment.as_bytes());
        }
        let value_start = out.len();
        match (node, member) {
            // Nothing was escaped in it, and nothing needs to be: it is copied with its quotes.
            (Node::Plain { start, end }, _) => {
                out.copy(text, start as usize - 1, end as usize + 1);
            }
            (Node::Absent, Some(member)) if matches!(member.absent, Absent::Null) => {
                out.piece(NULL, 4);
            }
            _ => write_member(document, node, member.as_ref(), scope, out),
        }
        if let Some(member) = member
            && leaves_out_absence(member)
        {
            leave_out_absence(document, member, before, value_start, scope, out);
        }
    }
    out.push(b'}');
}

const NULL: &[u8; PIECE] = b"null                            ";

/// Whether the canonical form leaves a member out where its value is what its absence means.
fn leaves_out_absence(member: &Member) -> bool {
    // A null of a required member is a value.
    member.emit_non_default && !matches!(member.absent, Absent::Required)
}

/// Whether a member that is not there stays away from the canonical form.
fn is_left_out(node: Node, member: Option<&Member>) -> bool {
    matches!(node, Node::Absent) && member.is_some_and(leaves_out_absence)
}

/// [`write_record`] where there may be members without a slot: they are merged in.
fn write_open_record<S: Scope>(
    document: &Document<'_>,
    rule: u16,
    branch: &Branch,
    base: u32,
    scope: &S,
    out: &mut Sink,
) {
    let Some(record) = document.record(rule) else { return };
    let tag = record.tag.map(usize::from);
    let mut others = document.others(rule, base).peekable();
    out.push(b'{');
    let opening = out.len();
    for (index, (slot, member)) in record.slots.iter().zip(branch.members.iter()).enumerate() {
        while let Some((name, value)) =
            others.next_if(|(name, _)| utf16(name, &slot.name) == Ordering::Less)
        {
            write_other(document, name, value, opening, scope, out);
        }
        let node = document.slot(base, index);
        if member.is_none() && tag != Some(index) || is_left_out(node, member.as_ref()) {
            // A name of another branch may stand among the others, and has its turn next.
            continue;
        }
        let before = out.len();
        out.extend_from_slice(
            slot.fragment.as_bytes().get(usize::from(before == opening)..).unwrap_or(&[]),
        );
        let value_start = out.len();
        write_member(document, node, member.as_ref(), scope, out);
        if let Some(member) = member
            && leaves_out_absence(member)
        {
            leave_out_absence(document, member, before, value_start, scope, out);
        }
    }
    for (name, value) in others {
        write_other(document, name, value, opening, scope, out);
    }
    out.push(b'}');
}

fn write_other<S: Scope>(
    document: &Document<'_>,
    name: &str,
    value: Node,
    opening: usize,
    scope: &S,
    out: &mut Sink,
) {
    if out.len() > opening {
        out.push(b',');
    }
    write_string(name, out);
    out.push(b':');
    write_node(document, value, scope, out);
}

/// Takes the member that was written last, from `before` on, back where its value is what its
/// absence means: that is written behind it to be compared.
fn leave_out_absence<S: Scope>(
    document: &Document<'_>,
    member: &Member,
    before: usize,
    value_start: usize,
    scope: &S,
    out: &mut Sink,
) {
    let end = out.len();
    write_member(document, Node::Absent, Some(member), scope, out);
    let (value, absence) = (out.written(value_start), out.written(end));
    let is_absence = value.get(..end - value_start) == Some(absence);
    out.truncate(if is_absence { before } else { end });
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
            let mut bytes = Sink::default();
            write_node(document, *element, scope, &mut bytes);
            bytes.into_bytes()
        })
        .collect();
    elements.sort_unstable();
    elements
}

fn join<'e>(elements: impl Iterator<Item = &'e [u8]>, out: &mut Sink) {
    for (index, element) in elements.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(element);
    }
}

/// Appends a whole number in decimal digits.
pub(crate) fn write_integer(value: i64, out: &mut Sink) {
    // The last digits of a piece; the least value has nineteen and a sign.
    let mut digits = [0; PIECE];
    let mut start = PIECE;
    let mut rest = value.unsigned_abs();
    let mut push = |byte| {
        start -= 1;
        if let Some(place) = digits.get_mut(start) {
            *place = byte;
        }
    };
    loop {
        push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        push(b'-');
    }
    out.extend_from_slice(digits.get(start..).unwrap_or(&[]));
}
