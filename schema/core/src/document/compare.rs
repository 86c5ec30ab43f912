//! What differs between two documents under a scope, set elements by their keys.

use super::keys::Key;
use super::node::{Document, Node};
use super::write::{sorted_elements, write_member};
use crate::difference::{Collector, Differences, ListingLimits, Segment};
use crate::json::{Sink, canonical_differences, utf16};
use crate::parts;
use crate::plan::{Absent, Member, Order, Record};
use crate::request::Scope;
use crate::wording::text;
use std::cmp::Ordering;

/// A document and the scope that it is seen under.
pub(crate) struct Side<'s, S> {
    pub(crate) document: &'s Document<'s>,
    pub(crate) scope: &'s S,
}

impl<S> Clone for Side<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Side<'_, S> {}

/// A value of one side, with what its member says of absence. The node stands in the document, as four words are
/// long to copy.
struct Value<'s, S> {
    side: Side<'s, S>,
    node: &'s Node,
    member: Option<&'s Member>,
}

impl<S> Clone for Value<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Value<'_, S> {}

impl<'s, S: Scope> Value<'s, S> {
    /// A value that is no member.
    fn new(side: Side<'s, S>, node: &'s Node) -> Value<'s, S> {
        Value { side, node, member: None }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Sink::default();
        write_member(self.side.document, *self.node, self.member, self.side.scope, &mut out);
        out.into_bytes()
    }

    /// Whether it is an array, or the absence that means an empty one.
    fn is_array(&self) -> bool {
        match (self.node, self.member.map(|member| &member.absent)) {
            (Node::Array { .. }, _) => true,
            (Node::Absent, Some(Absent::Default(default))) => default == "[]",
            _ => false,
        }
    }
}

/// Lists what differs between two documents of one plan.
pub(crate) fn differences<S: Scope>(
    left: Side<'_, S>,
    right: Side<'_, S>,
    limits: ListingLimits,
) -> Differences {
    let mut collector = Collector::new(limits);
    let roots = (&left.document.root, &right.document.root);
    compare(&Value::new(left, roots.0), &Value::new(right, roots.1), &mut collector);
    collector.finish()
}

fn compare<S: Scope>(left: &Value<'_, S>, right: &Value<'_, S>, collector: &mut Collector) {
    if matches!(left.node, Node::Any) || matches!(right.node, Node::Any) {
        return;
    }
    if let (Node::Record { rule, .. }, Node::Record { rule: other, .. }) = (left.node, right.node)
        && rule == other
    {
        return compare_records(left, right, *rule, collector);
    }
    let rule = match (left.node, right.node) {
        (Node::Array { rule, .. }, _) | (_, Node::Array { rule, .. }) => Some(*rule),
        _ => None,
    };
    if let Some(rule) = rule
        && left.is_array()
        && right.is_array()
    {
        return match left.side.document.plan.array(rule).map(|array| &array.order) {
            Some(Order::Set(keys)) => compare_elements(left, right, Some(keys), collector),
            Some(Order::Multiset) if parts::MULTISETS => compare_multisets(left, right, collector),
            Some(Order::List | Order::Multiset) | None => {
                compare_elements(left, right, None, collector);
            }
        };
    }
    let (from, to) = (left.bytes(), right.bytes());
    if from == to {
        return;
    }
    match (left.node, right.node) {
        (Node::Opaque { .. }, Node::Opaque { .. }) => canonical_differences(&from, &to, collector),
        _ => collector.add(Some(&from), Some(&to)),
    }
}

/// Compares two values of which one may not be there; what differs in them is below a segment, which is made only
/// where something does.
#[inline(never)]
fn compare_present<S: Scope>(
    left: Option<&Value<'_, S>>,
    right: Option<&Value<'_, S>>,
    segment: &dyn Fn() -> Segment,
    collector: &mut Collector,
) {
    collector.within(segment, |collector| match (left, right) {
        (Some(left), Some(right)) => compare(left, right, collector),
        (left, right) => {
            let from = left.map(Value::bytes);
            let to = right.map(Value::bytes);
            collector.add(from.as_deref(), to.as_deref());
        }
    });
}

fn compare_records<S: Scope>(
    left: &Value<'_, S>,
    right: &Value<'_, S>,
    rule: u16,
    collector: &mut Collector,
) {
    let Some(record) = left.side.document.record(rule) else { return };
    for (index, slot) in record.slots.iter().enumerate() {
        let (from, to) = (member(left, record, index), member(right, record, index));
        let segment = || Segment::Member(slot.name.to_string());
        if from.is_some() || to.is_some() {
            compare_present(from.as_ref(), to.as_ref(), &segment, collector);
        }
    }
    if record.keeps_others() {
        compare_others(left, right, rule, collector);
    }
}

/// The members without a slot, by their names.
fn compare_others<S: Scope>(
    left: &Value<'_, S>,
    right: &Value<'_, S>,
    rule: u16,
    collector: &mut Collector,
) {
    let (Node::Record { base: from, .. }, Node::Record { base: to, .. }) = (left.node, right.node)
    else {
        return;
    };
    let mut lefts = left.side.document.others(rule, *from).peekable();
    let mut rights = right.side.document.others(rule, *to).peekable();
    loop {
        let order = match (lefts.peek(), rights.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((from, _)), Some((to, _))) => utf16(from, to),
        };
        let from = if order == Ordering::Greater { None } else { lefts.next() };
        let to = if order == Ordering::Less { None } else { rights.next() };
        let Some((name, _)) = from.or(to) else { return };
        let (from, to) = (from.map(|(_, node)| node), to.map(|(_, node)| node));
        let from = from.as_ref().map(|node| Value { side: left.side, node, member: None });
        let to = to.as_ref().map(|node| Value { side: right.side, node, member: None });
        let segment = || Segment::Member(name.to_owned());
        compare_present(from.as_ref(), to.as_ref(), &segment, collector);
    }
}

/// A member of a record; `None` where its branch does not know it.
fn member<'s, S: Scope>(
    value: &Value<'s, S>,
    record: &'s Record,
    index: usize,
) -> Option<Value<'s, S>> {
    let Node::Record { branch, base, .. } = value.node else { return None };
    let slot = u16::try_from(index).ok()?;
    let member = record.member(*branch, slot);
    if member.is_none() && record.tag != Some(slot) {
        return None;
    }
    Some(Value { side: value.side, node: slot_of(value.side, *base, index), member })
}

/// What stands in a slot of a record.
fn slot_of<S>(side: Side<'_, S>, base: u32, slot: usize) -> &Node {
    side.document.values.nodes.get(base as usize + slot).unwrap_or(&Node::Absent)
}

/// The elements of a set side by side by their keys, those of a list, which has none, by their places.
fn compare_elements<S: Scope>(
    left: &Value<'_, S>,
    right: &Value<'_, S>,
    keys: Option<&[u16]>,
    collector: &mut Collector,
) {
    let lefts = left.side.document.elements(*left.node);
    let rights = right.side.document.elements(*right.node);
    let (mut l, mut r) = (0, 0);
    loop {
        let (from, to) = (lefts.get(l), rights.get(r));
        let order = match (from, to) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(from), Some(to)) => {
                compare_keys(left.side, from, right.side, to, keys.unwrap_or(&[]))
            }
        };
        let from = if order == Ordering::Greater { None } else { from };
        let to = if order == Ordering::Less { None } else { to };
        let from = from.map(|node| Value::new(left.side, node));
        let to = to.map(|node| Value::new(right.side, node));
        let segment = || match (keys, from.as_ref().or(to.as_ref())) {
            (Some(keys), Some(element)) => Segment::Key(key_texts(element, keys)),
            _ => Segment::Index(l.max(r)),
        };
        compare_present(from.as_ref(), to.as_ref(), &segment, collector);
        l += usize::from(from.is_some());
        r += usize::from(to.is_some());
    }
}

fn key_node<'s, S>(side: Side<'s, S>, element: &Node, key: u16) -> &'s Node {
    match element {
        Node::Record { base, .. } => slot_of(side, *base, usize::from(key)),
        _ => &Node::Absent,
    }
}

fn compare_keys<S>(
    left: Side<'_, S>,
    from: &Node,
    right: Side<'_, S>,
    to: &Node,
    keys: &[u16],
) -> Ordering {
    for key in keys {
        let order = match (key_node(left, from, *key), key_node(right, to, *key)) {
            (from, to) if !parts::OTHER_KEYS => {
                left.document.string(*from).as_bytes().cmp(right.document.string(*to).as_bytes())
            }
            (Node::Integer(from), Node::Integer(to)) => from.cmp(to),
            (Node::Boolean(from), Node::Boolean(to)) => from.cmp(to),
            (from, to) => key_value(left, *from).compare(&key_value(right, *to)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn key_value<'s, S>(side: Side<'s, S>, node: Node) -> Key<'s> {
    match node {
        Node::Boolean(value) => Key::Boolean(value),
        Node::Integer(value) => Key::Number(value.to_string().into_bytes().into()),
        Node::Number { .. } => Key::Number(side.document.digits(node).into()),
        other => Key::Text(side.document.string(other)),
    }
}

fn key_texts<S: Scope>(element: &Value<'_, S>, keys: &[u16]) -> Vec<String> {
    let mut texts = Vec::new();
    for key in keys {
        let key = Value::new(element.side, key_node(element.side, element.node, *key));
        texts.push(text(key.bytes()));
    }
    texts
}

/// Elements of a multiset have no name: those that one side has and the other has not are listed
/// at the multiset itself.
fn compare_multisets<S: Scope>(
    left: &Value<'_, S>,
    right: &Value<'_, S>,
    collector: &mut Collector,
) {
    let lefts = sorted_elements(left.side.document, *left.node, left.side.scope);
    let rights = sorted_elements(right.side.document, *right.node, right.side.scope);
    let mut lefts = lefts.iter().peekable();
    let mut rights = rights.iter().peekable();
    loop {
        let order = match (lefts.peek(), rights.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(from), Some(to)) => from.cmp(to),
        };
        let from = if order == Ordering::Greater { None } else { lefts.next() };
        let to = if order == Ordering::Less { None } else { rights.next() };
        if order != Ordering::Equal {
            collector.add(from.map(Vec::as_slice), to.map(Vec::as_slice));
        }
    }
}
