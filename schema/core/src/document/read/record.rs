//! Objects and tagged unions of objects.

use super::expected::ENDED;
use super::faults::tags;
use super::{Mode, Reader, narrow};
use crate::document::node::Node;
use crate::document::rules::listed;
use crate::flaw::Anchor;
use crate::json::utf16;
use crate::plan::{Absent, Record, Rule};
use crate::wording::fill;

/// In place of a branch's number: none is known, or none was found.
pub(super) const NO_BRANCH: u16 = u16::MAX;

/// The branch that is known from the start.
fn only_branch(record: &Record) -> u16 {
    if record.tag.is_none() { 0 } else { NO_BRANCH }
}

impl<'a> Reader<'a> {
    pub(super) fn record(&mut self, index: u16) -> Node {
        let at = self.scan.position();
        let Some(record) = self.plan.record(index) else { return Node::Invalid };
        let _ = self.scan.enter();
        let base = self.values.nodes.len();
        // An open record has one place more, for the members without a slot.
        let places = record.slots.len() + usize::from(record.keeps_others());
        self.values.nodes.resize(base + places, Node::Absent);
        self.values.offsets.resize(base + places, 0);
        let mark = self.values.pending.len();
        let others_mark = self.others.len();
        let mut branch = only_branch(record);
        let noted_before = self.scan.mark();
        let mut has_repeated = false;
        let seen = self.expected_members(record, index, base, &mut branch);
        if self.enough(index, branch).is_some_and(|enough| *enough & !seen == 0) {
            return Node::Record { rule: index, branch, base: narrow(base) };
        }
        let is_complete = seen & ENDED != 0;
        let mut position = seen.count_ones() as usize;
        while !is_complete && matches!(self.scan.another(position == 0, b'}'), Ok(true)) {
            let name_at = self.scan.position();
            let name = self.contents(true);
            let _ = self.scan.colon();
            let found = self.slot_of(record, name);
            position += 1;
            let Some(slot) = found else {
                if record.keeps_others() && !matches!(name, Node::Invalid) {
                    self.other(record, branch, name, name_at, false);
                } else {
                    self.unknown_member(record, name, name_at);
                    self.skip();
                }
                continue;
            };
            self.remember(index, position - 1, slot);
            let value_at = narrow(self.scan.position());
            let is_repeated =
                self.values.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if is_repeated && self.mode == Mode::Request {
                self.duplicate_member(name, name_at);
            } else if let Some(offset) = self.values.offsets.get_mut(base + slot) {
                *offset = value_at;
            }
            if is_repeated {
                has_repeated = true;
                self.skip();
                continue;
            }
            if record.tag.map(usize::from) == Some(slot) {
                branch = self.tag(record, base);
                continue;
            }
            let node = if branch != NO_BRANCH {
                self.member(record, branch, slot, name_at)
            } else if self.is_common(record, index, slot) {
                self.member(record, 0, slot, name_at)
            } else {
                self.defer(slot, name_at)
            };
            self.set(base + slot, node);
        }
        if has_repeated && self.mode == Mode::Stored {
            self.scan.rewind(noted_before);
            if record.keeps_others() {
                self.forget_others(others_mark);
            }
            branch = self.last_members(record, base, mark, at);
            if record.keeps_others() && branch == NO_BRANCH {
                // All of it has been checked as JSON by now.
                self.others.truncate(others_mark);
            }
        }
        self.read_deferred(record, branch, base, mark);
        if record.keeps_others() {
            self.finish_others(record, branch, base, others_mark);
        }
        let has_required = self.check_required(record, branch, base, at);
        if has_required
            && is_complete
            && let Some(enough) = self.enough(index, branch)
        {
            *enough &= seen;
        }
        Node::Record { rule: index, branch, base: narrow(base) }
    }

    /// The slot of a name: slots are in the order of their names' UTF-16 code units.
    fn slot_of(&self, record: &Record, name: Node) -> Option<usize> {
        const FEW: usize = 16;
        let name = self.string(name)?;
        if record.slots.len() <= FEW {
            return record.slots.iter().position(|slot| slot.name == name);
        }
        record.slots.binary_search_by(|slot| utf16(&slot.name, name)).ok()
    }

    /// Begins to read a stored record again in which a member stands twice: the last of each name
    /// counts, of the tag too, and what it shadows is checked as JSON alone. The members are
    /// deferred from `mark` on, unless there is no branch.
    #[cold]
    #[inline(never)]
    fn last_members(&mut self, record: &'a Record, base: usize, mark: usize, at: usize) -> u16 {
        self.values.pending.truncate(mark);
        let noted = self.scan.flaws.len();
        self.scan.seek(at);
        self.skip();
        let after = self.scan.position();
        if self.scan.flaws.len() > noted {
            return NO_BRANCH;
        }
        // The tag says what the others are.
        let mut branch = only_branch(record);
        for slot in 0..record.slots.len() {
            let value_at = self.values.offsets.get(base + slot).copied().unwrap_or(0);
            if value_at == 0 {
                continue;
            }
            if record.tag.map(usize::from) == Some(slot) {
                self.scan.seek(value_at as usize);
                branch = self.tag(record, base);
                self.scan.seek(after);
            } else {
                self.wait(slot, value_at, value_at);
            }
        }
        if branch == NO_BRANCH {
            self.values.pending.truncate(mark);
        }
        branch
    }

    pub(super) fn set(&mut self, index: usize, node: Node) {
        if let Some(place) = self.values.nodes.get_mut(index) {
            *place = node;
        }
    }

    /// Takes note of a member whose value is to be read when the tag is known.
    fn wait(&mut self, slot: usize, name_at: u32, value_at: u32) {
        let slot = u16::try_from(slot).unwrap_or(u16::MAX);
        self.values.pending.push((Node::Deferred { slot, name_at }, value_at));
    }

    /// Skips a value whose rule is not known yet, and forgets what was noted in it: it is read
    /// again.
    fn defer(&mut self, slot: usize, name_at: usize) -> Node {
        self.wait(slot, narrow(name_at), narrow(self.scan.position()));
        let mark = self.scan.mark();
        self.skip();
        self.scan.rewind(mark);
        Node::Invalid
    }

    /// Reads the values that were deferred from `mark` on; where no branch was found, they can be
    /// checked as JSON alone.
    fn read_deferred(&mut self, record: &'a Record, branch: u16, base: usize, mark: usize) {
        let after = self.scan.position();
        let mut next = mark;
        while let Some(&(Node::Deferred { slot, name_at }, value_at)) =
            self.values.pending.get(next)
        {
            next += 1;
            self.scan.seek(value_at as usize);
            if branch == NO_BRANCH {
                self.skip();
                continue;
            }
            let slot = usize::from(slot);
            let node = self.member(record, branch, slot, name_at as usize);
            self.set(base + slot, node);
        }
        self.values.pending.truncate(mark);
        self.scan.seek(after);
    }

    /// Reads the value of the tag of the record at `base`, and tells the branch that it selects.
    fn tag(&mut self, record: &'a Record, base: usize) -> u16 {
        let at = self.scan.position();
        let is_string = self.scan.peek() == Some(b'"');
        let mut node = Node::Invalid;
        if is_string {
            node = self.contents(false);
        } else {
            self.skip();
        }
        let mut found = None;
        if let Some(contents) = self.string(node) {
            found = record.branches.iter().position(|branch| branch.tag == contents);
        }
        // Of a string that is invalid something was noted already.
        if found.is_none() && !(is_string && matches!(node, Node::Invalid)) {
            let tags = tags(record);
            let fix = fill("write {}", &[&listed(&tags)]);
            node = self.not_listed(at, &tags, fix);
        }
        self.set(base + usize::from(record.tag.unwrap_or(0)), node);
        found.and_then(|found| u16::try_from(found).ok()).unwrap_or(NO_BRANCH)
    }

    /// Reads the value of a member.
    pub(super) fn member(
        &mut self,
        record: &'a Record,
        branch: u16,
        slot: usize,
        name_at: usize,
    ) -> Node {
        let number = branch;
        let Some(branch) = record.branches.get(usize::from(branch)) else { return Node::Invalid };
        let Some(Some(member)) = branch.members.get(slot) else {
            if record.keeps_others() && branch.others.is_some() {
                // The name is that of another branch's member, and here one of any.
                let name = record.slots.get(slot).map_or("", |slot| &slot.name);
                let name = self.owned(name);
                self.other(record, number, name, name_at, true);
                return Node::Absent;
            }
            self.skip();
            if self.mode == Mode::Request {
                self.not_allowed(record, branch, slot, Anchor::Member(name_at), "leave it out");
            }
            return Node::Absent;
        };
        let at = self.scan.position();
        let is_optional = !matches!(member.absent, Absent::Required);
        if self.scan.peek() == Some(b'n') && member.rule != Rule::Opaque {
            let is_null = member.nullable || member.rule == Rule::Null;
            let is_stored = self.mode == Mode::Stored;
            if is_stored && member.stored_absent_any && !is_null {
                self.word("null");
                return Node::Any;
            }
            // A row holds the canonical form, where absence is null though no request may say so.
            if is_null || (is_stored && is_optional) {
                self.word("null");
                return Node::Absent;
            }
        }
        if member.rule == Rule::Null {
            self.skip();
            let mut fix = "null";
            if let Absent::Default(only) = &member.absent {
                if self.scan.slice(at, self.scan.position()) == only {
                    return Node::Absent;
                }
                fix = only;
            }
            let fix = fill("leave it out, or write {}", &[fix]);
            self.not_allowed(record, branch, slot, Anchor::Value(at), &fix);
            return Node::Invalid;
        }
        self.value(member.rule, is_optional)
    }

    /// Notes what is missing, and tells whether nothing is. Where the tag is missing or wrong, that can only be the
    /// tag and what every branch requires.
    fn check_required(&mut self, record: &'a Record, branch: u16, base: usize, at: usize) -> bool {
        let is_known = branch != NO_BRANCH;
        let mut has_all = true;
        let Some(known) = record.branches.get(if is_known { usize::from(branch) } else { 0 })
        else {
            return false;
        };
        for (slot, member) in known.members.iter().enumerate() {
            let is_required = match member {
                Some(member) => matches!(member.absent, Absent::Required),
                None => !is_known && record.tag.map(usize::from) == Some(slot),
            };
            let is_seen = self.values.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if is_seen || !is_required {
                continue;
            }
            has_all = false;
            let is_any = member.as_ref().is_some_and(|member| member.stored_absent_any);
            if is_known && is_any && self.mode == Mode::Stored {
                self.set(base + slot, Node::Any);
                continue;
            }
            let mut why = String::new();
            if let Some(tag) = tag_name(record)
                && member.is_some()
                && !takes_alike(record, slot)
            {
                if !is_known {
                    continue;
                }
                why = fill(" because `{}` is `{}`", &[tag, &known.tag]);
            }
            self.missing(record, slot, member.as_ref(), &why, at);
        }
        has_all
    }
}

/// Whether every branch takes the same in the slot.
pub(super) fn takes_alike(record: &Record, slot: usize) -> bool {
    let mut members = record.branches.iter().map(|branch| branch.members.get(slot));
    let first = members.next().flatten();
    matches!(first, Some(Some(_))) && members.all(|member| member == first)
}

pub(super) fn tag_name(record: &Record) -> Option<&str> {
    record.slots.get(usize::from(record.tag?)).map(|slot| slot.name.as_ref())
}
