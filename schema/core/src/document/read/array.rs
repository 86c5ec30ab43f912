//! Arrays: lists, and sets, which are put into the order of their keys.

use super::{Mode, Reader, narrow};
use crate::document::node::{Node, Values};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::Stop;
use crate::parts;
use crate::plan::Order;
use crate::problem::Code;
use crate::wording::{self, fill};
use std::cmp::Ordering;

impl Reader<'_> {
    pub(super) fn array(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(rule) = self.plan.array(index) else { return Ok(Node::Invalid) };
        self.scan.enter()?;
        let mark = self.values.pending.len();
        while self.scan.another(self.values.pending.len() == mark, b']')? {
            let start = narrow(self.scan.position());
            let node = match rule.nullable_items && self.scan.peek() == Some(b'n') {
                true => self.scan.literal("null").map(|()| Node::Absent)?,
                false => self.value(rule.items, false)?,
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
        Ok(Node::Array { rule: index, first, count: narrow(count) })
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
    /// before.
    fn sort_set(&mut self, mark: usize, keys: &[u16]) {
        let pending = self.values.pending.get(mark..).unwrap_or(&[]);
        let is_sorted = pending.windows(2).all(|pair| match pair {
            [(left, _), (right, _)] => {
                self.compare_keys(*left, *right, keys) == Some(Ordering::Less)
            }
            _ => true,
        });
        if is_sorted {
            return;
        }
        // They are ordered by what stands beside them.
        let mut pending = std::mem::take(&mut self.values.pending);
        let elements = pending.get_mut(mark..).unwrap_or(&mut []);
        elements.sort_by(|(left, _), (right, _)| {
            self.compare_keys(*left, *right, keys)
                .unwrap_or_else(|| self.has_keys(*left, keys).cmp(&self.has_keys(*right, keys)))
        });
        let mut original: Option<(Node, u32)> = None;
        for &mut (node, start) in elements {
            match original {
                Some((first, first_start))
                    if self.compare_keys(first, node, keys) == Some(Ordering::Equal) =>
                {
                    self.duplicate_key(node, start, first_start, keys);
                }
                _ => original = Some((node, start)),
            }
        }
        self.values.pending = pending;
    }

    #[cold]
    fn duplicate_key(&mut self, node: Node, start: u32, first_start: u32, keys: &[u16]) {
        let base = match node {
            Node::Record { base, .. } => base as usize,
            _ => return,
        };
        let at = match keys {
            [key] => self.values.offsets.get(base + usize::from(*key)).copied().unwrap_or(start),
            _ => start,
        };
        self.scan.flaws.note(|| Flaw {
            related: Some(first_start as usize),
            ..Flaw::new(
                Anchor::Value(at as usize),
                Code::DuplicateKey,
                "the key is a duplicate of ",
                "give each element a key of its own, or leave the duplicate out",
            )
        });
    }

    fn has_keys(&self, node: Node, keys: &[u16]) -> bool {
        keys.iter().all(|key| !matches!(self.key(node, *key), Node::Invalid | Node::Absent))
    }

    fn key(&self, node: Node, key: u16) -> Node {
        match node {
            Node::Record { base, .. } => self
                .values
                .nodes
                .get(base as usize + usize::from(key))
                .copied()
                .unwrap_or(Node::Invalid),
            _ => Node::Invalid,
        }
    }

    /// Compares two elements by their keys; `None` where a key is missing or wrong.
    fn compare_keys(&self, left: Node, right: Node, keys: &[u16]) -> Option<Ordering> {
        for key in keys {
            let order = match (self.key(left, *key), self.key(right, *key)) {
                (Node::Integer(left), Node::Integer(right)) => left.cmp(&right),
                (Node::Boolean(left), Node::Boolean(right)) => left.cmp(&right),
                (left, right) => match (self.string(left), self.string(right)) {
                    (Some(left), Some(right)) => left.as_bytes().cmp(right.as_bytes()),
                    _ if !parts::OTHER_KEYS => return None,
                    _ => self.key_value(left)?.compare(&self.key_value(right)?),
                },
            };
            if order != Ordering::Equal {
                return Some(order);
            }
        }
        Some(Ordering::Equal)
    }
}
