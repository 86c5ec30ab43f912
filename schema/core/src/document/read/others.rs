//! Members of open records that have no slot.

use super::record::NO_BRANCH;
use super::{Mode, Reader, narrow};
use crate::document::node::Node;
use crate::json::utf16;
use crate::plan::Record;

/// A member without a slot. Its value is read at once where the branch is known, or else when it
/// is.
pub(super) struct Other {
    pub(super) name: Node,
    pub(super) name_at: usize,
    pub(super) value_at: usize,
    pub(super) value: Option<Node>,
    /// Whether another branch has a slot of this name.
    pub(super) has_slot: bool,
}

impl<'a> Reader<'a> {
    /// Takes the member whose value the cursor stands on.
    pub(super) fn other(
        &mut self,
        record: &'a Record,
        branch: u16,
        name: Node,
        name_at: usize,
        has_slot: bool,
    ) {
        let value_at = self.scan.position();
        let value = if branch == NO_BRANCH {
            // What is noted in it is forgotten: it is read again.
            let mark = self.scan.mark();
            self.skip();
            self.scan.rewind(mark);
            None
        } else {
            Some(self.other_value(record, branch))
        };
        self.others.push(Other { name, name_at, value_at, value, has_slot });
    }

    fn other_value(&mut self, record: &'a Record, branch: u16) -> Node {
        let taken = record.branches.get(usize::from(branch)).and_then(|branch| branch.others);
        let Some(taken) = taken else {
            self.skip();
            return Node::Invalid;
        };
        if taken.nullable && self.scan.peek() == Some(b'n') {
            self.word("null");
            return Node::Absent;
        }
        self.value(taken.rule, true)
    }

    /// Before the slots of a record are read again: so are its other members.
    pub(super) fn forget_others(&mut self, mark: usize) {
        let kept: Vec<Other> = self
            .others
            .drain(mark..)
            .filter(|other| !other.has_slot)
            .map(|other| Other { value: None, ..other })
            .collect();
        self.others.extend(kept);
    }

    /// Reads what waited for the branch, and gives the members from `mark` on their place in the
    /// nodes: ordered, each name once.
    pub(super) fn finish_others(
        &mut self,
        record: &'a Record,
        branch: u16,
        base: usize,
        mark: usize,
    ) {
        let after = self.scan.position();
        let mut others: Vec<Other> = self.others.drain(mark..).collect();
        if branch == NO_BRANCH {
            // The values can be checked as JSON alone.
            for other in others.iter().filter(|other| other.value.is_none()) {
                self.scan.seek(other.value_at);
                self.skip();
            }
            self.scan.seek(after);
            return;
        }
        // Of equal names the last stays behind the others.
        others.sort_by(|left, right| {
            utf16(self.string(left.name).unwrap_or(""), self.string(right.name).unwrap_or(""))
        });
        let same = |reader: &Self, left: &Other, right: &Other| {
            reader.string(left.name) == reader.string(right.name)
        };
        let is_closed =
            record.branches.get(usize::from(branch)).is_none_or(|found| found.others.is_none());
        let mut pairs: Vec<(Node, u32, Node, u32)> = Vec::with_capacity(others.len());
        for (index, other) in others.iter().enumerate() {
            let is_shadowed = others.get(index + 1).is_some_and(|next| same(self, other, next));
            let is_repeated = index
                .checked_sub(1)
                .and_then(|before| others.get(before))
                .is_some_and(|before| same(self, before, other));
            if self.mode == Mode::Request && is_closed {
                if other.value.is_none() {
                    self.scan.seek(other.value_at);
                    self.skip();
                }
                self.unknown_member(record, other.name, other.name_at);
                continue;
            }
            if self.mode == Mode::Request && is_repeated {
                self.duplicate_member(other.name, other.name_at);
                continue;
            }
            if is_closed || (self.mode == Mode::Stored && is_shadowed) {
                continue;
            }
            let value = match other.value {
                Some(value) => value,
                None => {
                    self.scan.seek(other.value_at);
                    self.other_value(record, branch)
                }
            };
            pairs.push((other.name, narrow(other.name_at), value, narrow(other.value_at)));
        }
        self.scan.seek(after);
        let (first, count) = (narrow(self.values.nodes.len()), narrow(pairs.len()));
        for (name, name_at, value, value_at) in pairs {
            self.values.nodes.extend([name, value]);
            self.values.offsets.extend([name_at, value_at]);
        }
        self.set(base + record.slots.len(), Node::Others { first, count });
    }
}
