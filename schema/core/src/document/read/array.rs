//! Arrays: lists, and sets, which are put into the order of their keys.

use super::{Mode, Reader, narrow};
use crate::document::node::{Node, Values};
use crate::flaw::{Anchor, Flaw};
use crate::parts;
use crate::plan::Order;
use crate::problem::Code;
use crate::wording::{self, fill};
use std::cmp::Ordering;

impl Reader<'_> {
    pub(super) fn array(&mut self, index: u16) -> Node {
        let at = self.scan.position();
        let Some(rule) = self.plan.array(index) else { return Node::Invalid };
        let _ = self.scan.enter();
        let mark = self.values.pending.len();
        while matches!(self.scan.another(self.values.pending.len() == mark, b']'), Ok(true)) {
            let start = narrow(self.scan.position());
            let node = if rule.nullable_items && self.scan.peek() == Some(b'n') {
                self.word("null");
                Node::Absent
            } else {
                self.value(rule.items, false)
            };
            self.values.pending.push((node, start));
        }
        let count = self.values.pending.len() - mark;
        if self.mode == Mode::Request {
            self.check_count(at, count, rule.min_items as usize, rule.max_items);
        }
        if let Order::Set(keys) = &rule.order {
            self.sort_set(mark, keys);
        }
        let first = narrow(self.values.nodes.len());
        let Values { nodes, offsets, pending, .. } = &mut *self.values;
        for &(node, start) in pending.get(mark..).unwrap_or(&[]) {
            nodes.push(node);
            offsets.push(start);
        }
        pending.truncate(mark);
        Node::Array { rule: index, first, count: narrow(count) }
    }

    fn check_count(&mut self, at: usize, count: usize, least: usize, most: Option<u32>) {
        if count < least {
            let fix = if least == 1 { "add an element" } else { "add elements" };
            let pattern = "the array has {} elements, at least {} are needed";
            self.wrong_count(at, Code::MinItems, pattern, count, least, fix);
        }
        if let Some(most) = most
            && count > most as usize
        {
            let pattern = "the array has {} elements, at most {} are allowed";
            let fix = "leave elements out";
            self.wrong_count(at, Code::MaxItems, pattern, count, most as usize, fix);
        }
    }

    #[cold]
    #[inline(never)]
    fn wrong_count(
        &mut self,
        at: usize,
        code: Code,
        pattern: &str,
        count: usize,
        bound: usize,
        fix: &'static str,
    ) {
        let message = fill(pattern, &[&wording::count(count), &wording::count(bound)]);
        self.fault(at, (code, message, fix.into()));
    }

    /// Orders the pending elements from `mark` on by their keys, and notes those whose key came
    /// before. Neighbours of one length are merged, then those of twice the length, and so on: where
    /// they follow each other already, as they mostly do, one comparison tells.
    fn sort_set(&mut self, mark: usize, keys: &[u16]) {
        let after = self.values.pending.len();
        let mut is_ordered = true;
        let mut length = 1;
        while mark + length < after {
            let mut start = mark;
            while start + length < after {
                let middle = start + length;
                let end = after.min(middle + length);
                if self.compare_keys(middle - 1, middle, keys) != Ordering::Less {
                    is_ordered = false;
                    self.merge(start, middle, end, keys);
                }
                start = end;
            }
            length *= 2;
        }
        if is_ordered {
            return;
        }
        let mut original = mark;
        for element in mark + 1..after {
            if self.compare_keys(original, element, keys) == Ordering::Equal {
                self.duplicate_key(element, original, keys);
            } else {
                original = element;
            }
        }
    }

    /// Merges two ordered parts of the pending elements behind all of them, and puts them back.
    fn merge(&mut self, start: usize, middle: usize, end: usize, keys: &[u16]) {
        let after = self.values.pending.len();
        let (mut left, mut right) = (start, middle);
        // What is left of the right ones then stands where it belongs.
        while left < middle {
            let is_right = right < end && self.compare_keys(right, left, keys) == Ordering::Less;
            let next = if is_right { &mut right } else { &mut left };
            let element = self.values.pending.get(*next).copied();
            self.values.pending.extend(element);
            *next += 1;
        }
        self.values.pending.copy_within(after.., start);
        self.values.pending.truncate(after);
    }

    #[cold]
    fn duplicate_key(&mut self, element: usize, original: usize, keys: &[u16]) {
        let pending = &self.values.pending;
        let (Some(&(node, start)), Some(&(_, first_start))) =
            (pending.get(element), pending.get(original))
        else {
            return;
        };
        let at = match (node, keys) {
            (Node::Record { base, .. }, [key]) => {
                self.values.offsets.get(base as usize + usize::from(*key)).copied()
            }
            _ => None,
        };
        let at = at.unwrap_or(start) as usize;
        self.scan.flaws.note(|| Flaw {
            related: Some(first_start as usize),
            ..Flaw::new(
                Anchor::Value(at),
                Code::DuplicateKey,
                "the key is a duplicate of ",
                "give each element a key of its own, or leave the duplicate out",
            )
        });
    }

    /// The key of a pending element; nothing where it is missing or wrong.
    fn key(&self, element: usize, key: u16) -> Node {
        match self.values.pending.get(element) {
            Some((Node::Record { base, .. }, _)) => {
                let place = *base as usize + usize::from(key);
                self.values.nodes.get(place).copied().unwrap_or(Node::Invalid)
            }
            _ => Node::Invalid,
        }
    }

    /// Compares two pending elements by their keys. One that is missing or wrong comes before all others, and
    /// equals none.
    fn compare_keys(&self, left: usize, right: usize, keys: &[u16]) -> Ordering {
        for key in keys {
            let order = match (self.key(left, *key), self.key(right, *key)) {
                (Node::Integer(left), Node::Integer(right)) if parts::OTHER_KEYS => {
                    left.cmp(&right)
                }
                (Node::Boolean(left), Node::Boolean(right)) if parts::OTHER_KEYS => {
                    left.cmp(&right)
                }
                (left, right) => match (self.string(left), self.string(right)) {
                    (Some(left), Some(right)) => left.as_bytes().cmp(right.as_bytes()),
                    (left, right) if !parts::OTHER_KEYS => by_presence(&left, &right),
                    _ => match (self.key_value(left), self.key_value(right)) {
                        (Some(left), Some(right)) => left.compare(&right),
                        (left, right) => by_presence(&left, &right),
                    },
                },
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// The order of two keys of which one is not there.
fn by_presence<K>(left: &Option<K>, right: &Option<K>) -> Ordering {
    if left.is_none() && right.is_some() { Ordering::Less } else { Ordering::Greater }
}
