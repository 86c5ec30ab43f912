//! Objects and tagged unions of objects.

use super::faults::tags;
use super::{Mode, POSITIONS, Reader, narrow};
use crate::document::node::Node;
use crate::document::rules::listed;
use crate::flaw::Anchor;
use crate::json::scan::{Stop, snippet};
use crate::json::utf16;
use crate::plan::{Absent, Member, Record, Rule};
use crate::problem::Code;
use crate::wording::fill;

/// What a name stands for.
enum Named {
    Slot(usize),
    /// A member without a slot, of an open record.
    Other(Node),
    /// None: it has been noted, or does not count.
    Wrong,
}

/// The slot of a name: slots are in the order of their names' UTF-16 code units.
fn slot_of(record: &Record, name: &str) -> Option<usize> {
    const FEW: usize = 16;
    if record.slots.len() <= FEW {
        return record.slots.iter().position(|slot| slot.name == name);
    }
    record.slots.binary_search_by(|slot| utf16(&slot.name, name)).ok()
}

/// A member whose branch was not known when it came: read when the tag is.
#[derive(Clone, Debug)]
pub(crate) struct Deferred {
    slot: usize,
    name_at: usize,
    value_at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn record(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(record) = self.plan.record(index) else { return Ok(Node::Invalid) };
        self.scan.enter()?;
        let base = self.values.nodes.len();
        // An open record has one place more, for the members without a slot.
        let places = record.slots.len() + usize::from(record.keeps_others());
        self.values.nodes.resize(base + places, Node::Absent);
        self.values.offsets.resize(base + places, 0);
        let mark = self.values.deferred.len();
        let others_mark = self.others.len();
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        let noted_before = self.scan.mark();
        let mut has_repeated = false;
        let progress = self.expected_members(record, index, base, &mut branch)?;
        if progress.has_required && self.values.deferred.len() == mark {
            let branch = branch.unwrap_or(0);
            return Ok(Node::Record { rule: index, branch, base: narrow(base) });
        }
        let mut position = progress.position;
        while !progress.is_complete && self.scan.another(position == 0, b'}')? {
            let name_at = self.scan.position();
            let found = self.named_slot(record, index, position)?;
            position += 1;
            let slot = match found {
                Named::Slot(slot) => slot,
                Named::Other(name) => {
                    self.other(record, branch, name, name_at, false)?;
                    continue;
                }
                Named::Wrong => {
                    self.skip()?;
                    continue;
                }
            };
            let value_at = self.scan.position();
            let is_repeated =
                self.values.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if is_repeated && self.mode == Mode::Request {
                let name = record.slots.get(slot).map_or("", |slot| &slot.name);
                self.duplicate_member(name, name_at);
                self.skip()?;
                continue;
            }
            if let Some(offset) = self.values.offsets.get_mut(base + slot) {
                *offset = narrow(value_at);
            }
            if is_repeated {
                has_repeated = true;
                self.skip()?;
                continue;
            }
            if record.tag.map(usize::from) == Some(slot) {
                branch = self.tag(record, base)?;
                continue;
            }
            let first = record.branches.first().and_then(|branch| branch.members.get(slot));
            let known = match (branch, first) {
                (None, Some(Some(member))) if is_common(record, slot, member) => Some(0),
                _ => branch,
            };
            let node = match known {
                Some(branch) => self.member(record, branch, slot, name_at)?,
                None => self.defer(slot, name_at)?,
            };
            self.set(base + slot, node);
        }
        if has_repeated {
            self.scan.rewind(noted_before);
            if record.keeps_others() {
                self.forget_others(others_mark);
            }
            branch = self.last_members(record, base, mark, at)?;
            if record.keeps_others() && branch.is_none() {
                // All of it has been checked as JSON by now.
                self.others.truncate(others_mark);
            }
        }
        self.read_deferred(record, branch, base, mark)?;
        if record.keeps_others() {
            self.finish_others(record, branch, base, others_mark)?;
        }
        self.check_required(record, branch, base, at);
        Ok(Node::Record { rule: index, branch: branch.unwrap_or(u16::MAX), base: narrow(base) })
    }

    /// Reads a name and finds its slot; notes a name that is unknown.
    fn named_slot(&mut self, record: &Record, index: u16, position: usize) -> Result<Named, Stop> {
        let name_at = self.scan.position();
        let noted = self.scan.flaws.len();
        let span = self.scan.name()?;
        let node = self.spelt(span, noted);
        let Some(name) = self.string(node) else { return Ok(Named::Wrong) };
        let Some(slot) = slot_of(record, name) else {
            if record.keeps_others() {
                return Ok(Named::Other(node));
            }
            if self.mode == Mode::Request {
                let name = name.to_owned();
                self.unknown_member(record, &name, name_at);
            }
            return Ok(Named::Wrong);
        };
        if position < POSITIONS {
            self.remember(index, position, slot);
        }
        Ok(Named::Slot(slot))
    }

    /// Begins to read a stored record again in which a member stands twice: the last of each name
    /// counts, of the tag too, and what it shadows is checked as JSON alone. The members are
    /// deferred from `mark` on, unless there is no branch.
    #[cold]
    fn last_members(
        &mut self,
        record: &'a Record,
        base: usize,
        mark: usize,
        at: usize,
    ) -> Result<Option<u16>, Stop> {
        self.values.deferred.truncate(mark);
        let noted = self.scan.flaws.len();
        self.scan.seek(at);
        self.skip()?;
        let after = self.scan.position();
        if self.scan.flaws.len() > noted {
            return Ok(None);
        }
        // The tag says what the others are.
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        for slot in 0..record.slots.len() {
            let value_at = self.values.offsets.get(base + slot).copied().unwrap_or(0) as usize;
            if value_at == 0 {
                continue;
            }
            if record.tag.map(usize::from) == Some(slot) {
                self.scan.seek(value_at);
                branch = self.tag(record, base)?;
                self.scan.seek(after);
            } else {
                self.values.deferred.push(Deferred { slot, name_at: value_at, value_at });
            }
        }
        if branch.is_none() {
            self.values.deferred.truncate(mark);
        }
        Ok(branch)
    }

    pub(super) fn set(&mut self, index: usize, node: Node) {
        if let Some(place) = self.values.nodes.get_mut(index) {
            *place = node;
        }
    }

    /// Skips a value whose rule is not known yet, and forgets what was noted in it: it is read
    /// again.
    fn defer(&mut self, slot: usize, name_at: usize) -> Result<Node, Stop> {
        self.values.deferred.push(Deferred { slot, name_at, value_at: self.scan.position() });
        let mark = self.scan.mark();
        self.skip()?;
        self.scan.rewind(mark);
        Ok(Node::Invalid)
    }

    /// Reads the values that were deferred from `mark` on; where no branch was found, they can be
    /// checked as JSON alone.
    fn read_deferred(
        &mut self,
        record: &'a Record,
        branch: Option<u16>,
        base: usize,
        mark: usize,
    ) -> Result<(), Stop> {
        let after = self.scan.position();
        let mut next = mark;
        while let Some(&Deferred { slot, name_at, value_at }) = self.values.deferred.get(next) {
            next += 1;
            self.scan.seek(value_at);
            match branch {
                Some(branch) => {
                    let node = self.member(record, branch, slot, name_at)?;
                    self.set(base + slot, node);
                }
                None => self.skip()?,
            }
        }
        self.values.deferred.truncate(mark);
        self.scan.seek(after);
        Ok(())
    }

    /// Reads the value of the tag of the record at `base`, and tells the branch that it selects.
    fn tag(&mut self, record: &'a Record, base: usize) -> Result<Option<u16>, Stop> {
        let place = base + usize::from(record.tag.unwrap_or(0));
        let at = self.scan.position();
        let is_string = self.scan.peek() == Some(b'"');
        if is_string {
            let node = self.contents()?;
            self.set(place, node);
            let Some(contents) = self.string(node) else { return Ok(None) };
            let found = record.branches.iter().position(|branch| branch.tag == contents);
            if let Some(branch) = found {
                return Ok(u16::try_from(branch).ok());
            }
        } else {
            self.skip()?;
        }
        let tags = tags(record);
        let listed = listed(&tags);
        let fix = fill("write {}", &[&listed]);
        let node = if is_string {
            self.not_listed(at, &tags, fix)
        } else {
            let shown = snippet(self.scan.text(), at, self.scan.position());
            let message = fill("{} is not {}", &[&shown, &listed]);
            self.fault(at, (Code::Type, message, fix))
        };
        self.set(place, node);
        Ok(None)
    }

    /// Reads the value of a member.
    pub(super) fn member(
        &mut self,
        record: &'a Record,
        branch: u16,
        slot: usize,
        name_at: usize,
    ) -> Result<Node, Stop> {
        let number = branch;
        let Some(branch) = record.branches.get(usize::from(branch)) else {
            return Ok(Node::Invalid);
        };
        let Some(Some(member)) = branch.members.get(slot) else {
            if record.keeps_others() && branch.others.is_some() {
                // The name is that of another branch's member, and here one of any.
                let name = record.slots.get(slot).map_or("", |slot| &slot.name);
                let name = self.owned(name);
                self.other(record, Some(number), name, name_at, true)?;
                return Ok(Node::Absent);
            }
            self.skip()?;
            if self.mode == Mode::Request {
                self.not_allowed(record, branch, slot, Anchor::Member(name_at), "leave it out");
            }
            return Ok(Node::Absent);
        };
        let at = self.scan.position();
        if self.scan.peek() == Some(b'n') && member.rule != Rule::Opaque {
            if member.nullable || member.rule == Rule::Null {
                return self.scan.literal("null").map(|()| Node::Absent);
            }
            if member.stored_absent_any && self.mode == Mode::Stored {
                return self.scan.literal("null").map(|()| Node::Any);
            }
            // A row holds the canonical form, where absence is null though no request may say so.
            if member.absent != Absent::Required && self.mode == Mode::Stored {
                return self.scan.literal("null").map(|()| Node::Absent);
            }
        }
        if member.rule == Rule::Null {
            self.skip()?;
            let mut fix = "null";
            if let Absent::Default(only) = &member.absent {
                if self.scan.slice(at, self.scan.position()) == only {
                    return Ok(Node::Absent);
                }
                fix = only;
            }
            let fix = fill("leave it out, or write {}", &[fix]);
            self.not_allowed(record, branch, slot, Anchor::Value(at), &fix);
            return Ok(Node::Invalid);
        }
        self.value(member.rule, member.absent != Absent::Required)
    }

    /// Notes what is missing. Where the tag is missing or wrong, that can only be the tag and what
    /// every branch requires.
    fn check_required(&mut self, record: &'a Record, branch: Option<u16>, base: usize, at: usize) {
        let tag = if branch.is_none() { record.tag } else { None };
        let Some(known) = record.branches.get(usize::from(branch.unwrap_or(0))) else { return };
        for (slot, member) in known.members.iter().enumerate() {
            if self.values.offsets.get(base + slot).is_some_and(|offset| *offset > 0) {
                continue;
            }
            let Some(member) = member else {
                if tag.map(usize::from) == Some(slot) {
                    self.missing(record, slot, None, "", at);
                }
                continue;
            };
            if member.absent != Absent::Required {
                continue;
            }
            if branch.is_some() && member.stored_absent_any && self.mode == Mode::Stored {
                self.set(base + slot, Node::Any);
                continue;
            }
            let why = match tag_name(record) {
                Some(_) if is_common(record, slot, member) => String::new(),
                Some(_) if branch.is_none() => continue,
                Some(tag) => fill(" because `{}` is `{}`", &[tag, &known.tag]),
                None => String::new(),
            };
            self.missing(record, slot, Some(member), &why, at);
        }
    }
}

/// Whether every branch takes the same in the slot.
pub(super) fn is_common(record: &Record, slot: usize, member: &Member) -> bool {
    record.branches.iter().all(|branch| {
        branch.members.get(slot).and_then(Option::as_ref).is_some_and(|other| other == member)
    })
}

pub(super) fn tag_name(record: &Record) -> Option<&str> {
    record.slots.get(usize::from(record.tag?)).map(|slot| slot.name.as_ref())
}
