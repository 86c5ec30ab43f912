//! Objects and tagged unions of objects.

use super::{Mode, Reader, narrow, plain, whole_number};
use crate::document::node::Node;
use crate::document::rules::listed;
use crate::flaw::Anchor;
use crate::json::scan::{Stop, canonical_number_length, is_space, snippet};
use crate::json::{part_from, plain_length};
use crate::plan::{Absent, Form, Member, Record, Rule};
use crate::problem::Code;
use std::borrow::Cow;

/// A member whose branch was not known when it came: read when the tag is.
pub(super) struct Deferred {
    slot: usize,
    name_at: usize,
    value_at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn record(&mut self, index: u16) -> Result<Node, Stop> {
        let at = self.scan.position();
        let Some(record) = self.plan.record(index) else { return Ok(Node::Invalid) };
        self.scan.enter()?;
        let base = self.nodes.len();
        self.nodes.resize(base + record.slots.len(), Node::Absent);
        self.offsets.resize(base + record.slots.len(), 0);
        let mark = self.deferred.len();
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        let mut position = 0;
        let noted_before = self.scan.mark();
        let mut has_repeated = false;
        let is_complete = self.expected_members(record, index, base, &mut branch, &mut position)?;
        while !is_complete && self.scan.another(position == 0, b'}')? {
            let name_at = self.scan.position();
            let slot = self.named_slot(record, index, position)?;
            position += 1;
            let Some(slot) = slot else {
                self.skip()?;
                continue;
            };
            let value_at = self.scan.position();
            let is_repeated = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if is_repeated && self.mode == Mode::Request {
                let name = record.slots.get(slot).map_or("", |slot| &slot.name);
                self.duplicate_member(name, name_at);
                self.skip()?;
                continue;
            }
            if let Some(offset) = self.offsets.get_mut(base + slot) {
                *offset = narrow(value_at);
            }
            if is_repeated {
                has_repeated = true;
                self.skip()?;
                continue;
            }
            let node = if record.tag.map(usize::from) == Some(slot) {
                let (node, found) = self.tag(record)?;
                branch = found;
                node
            } else {
                match (branch, record.branches.first().and_then(|branch| branch.members.get(slot)))
                {
                    (Some(branch), _) => self.member(record, branch, slot, name_at)?,
                    (None, Some(Some(member))) if is_common(record, slot, member) => {
                        self.member(record, 0, slot, name_at)?
                    }
                    _ => {
                        self.defer(slot, name_at)?;
                        Node::Invalid
                    }
                }
            };
            self.set(base + slot, node);
        }
        if has_repeated {
            self.deferred.truncate(mark);
            self.scan.rewind(noted_before);
            branch = self.last_members(record, base, at)?;
        }
        let Some(branch) = branch else {
            self.skip_deferred(mark)?;
            self.check_common_required(record, base, at);
            return Ok(Node::Record { rule: index, branch: u16::MAX, base: narrow(base) });
        };
        self.read_deferred(record, branch, base, mark)?;
        self.check_required(record, branch, base, at);
        Ok(Node::Record { rule: index, branch, base: narrow(base) })
    }

    /// Reads members for as long as they come as expected: each name where the last object of the
    /// type had it, no white space, values that a glance can tell. Says whether the object ended;
    /// if not, the cursor stands behind the last value that was read.
    fn expected_members(
        &mut self,
        record: &'a Record,
        index: u16,
        base: usize,
        branch: &mut Option<u16>,
        position: &mut usize,
    ) -> Result<bool, Stop> {
        let text = self.scan.text().as_bytes();
        let tag = record.tag.map(usize::from);
        let mut members = branch.and_then(|branch| record.branches.get(usize::from(branch)));
        let mut at = self.scan.position();
        loop {
            let found = self.expected_slot(record, index, *position, text, at);
            let Some((slot, value_at)) = found else {
                self.scan.seek(at);
                return Ok(false);
            };
            let is_new = self.offsets.get(base + slot) == Some(&0);
            let node = if !is_new {
                None
            } else if tag == Some(slot) {
                let end = value_at + 1 + plain_length(part_from(text, value_at + 1));
                let contents = self.scan.bytes(value_at + 1, end);
                let is_string = text.get(value_at) == Some(&b'"') && text.get(end) == Some(&b'"');
                let found = record.branches.iter().position(|b| b.tag.as_bytes() == contents);
                match found.filter(|_| is_string) {
                    Some(found) => {
                        *branch = u16::try_from(found).ok();
                        members = record.branches.get(found);
                        Some((plain(value_at + 1, end), end + 1))
                    }
                    None => None,
                }
            } else {
                let known = members.or_else(|| record.branches.first());
                match known.and_then(|branch| branch.members.get(slot)?.as_ref()) {
                    Some(member) if members.is_some() || is_common(record, slot, member) => {
                        self.expected_value(member, text, value_at)?
                    }
                    _ => None,
                }
            };
            let Some((node, end)) = node else {
                self.scan.seek(at);
                return Ok(false);
            };
            self.set(base + slot, node);
            if let Some(offset) = self.offsets.get_mut(base + slot) {
                *offset = narrow(value_at);
            }
            *position += 1;
            at = end;
            if text.get(at) == Some(&b'}') {
                self.scan.seek(at);
                self.scan.leave();
                return Ok(true);
            }
        }
    }

    /// Reads a value at `at` if a glance can tell it; gives its node and where it ends.
    #[inline]
    fn expected_value(
        &mut self,
        member: &Member,
        text: &[u8],
        at: usize,
    ) -> Result<Option<(Node, usize)>, Stop> {
        match (member.rule, text.get(at)) {
            (Rule::Text(index), Some(b'"')) => {
                let start = at + 1;
                let end = start + plain_length(part_from(text, start));
                let Some(rule) = self.plan.texts.get(usize::from(index)) else { return Ok(None) };
                // An empty string's first byte is the closing quote.
                let is_visible = end > start && text.get(start).is_some_and(u8::is_ascii_graphic);
                let is_short = rule.max_bytes.is_none_or(|most| end - start <= most as usize);
                let is_told = text.get(end) == Some(&b'"')
                    && rule.form == Form::Plain
                    && is_visible
                    && is_short;
                Ok(is_told.then(|| (plain(start, end), end + 1)))
            }
            (Rule::Integer(index), Some(b'1'..=b'9')) => {
                let Some(length) = canonical_number_length(part_from(text, at)) else {
                    return Ok(None);
                };
                let value = whole_number(self.scan.bytes(at, at + length));
                let rule = self.plan.integers.get(usize::from(index));
                let is_told = rule
                    .zip(value)
                    .is_some_and(|(rule, value)| (rule.minimum..=rule.maximum).contains(&value))
                    && self.scan.count_printed(length);
                Ok(value.filter(|_| is_told).map(|value| (Node::Integer(value), at + length)))
            }
            (Rule::Opaque, Some(_))
            | (Rule::Array(_), Some(b'['))
            | (Rule::Record(_), Some(b'{')) => {
                if text.get(at).is_some_and(|byte| is_space(*byte)) {
                    return Ok(None);
                }
                self.scan.seek(at);
                let node = self.value(member.rule, false)?;
                Ok(Some((node, self.scan.position())))
            }
            _ => Ok(None),
        }
    }

    /// The slot that stood at this position in the last object of the type, and where its value
    /// starts, if its name stands at `at`.
    #[inline]
    fn expected_slot(
        &self,
        record: &Record,
        index: u16,
        position: usize,
        text: &[u8],
        at: usize,
    ) -> Option<(usize, usize)> {
        let slot = usize::from(*self.orders.get(usize::from(index))?.get(position)?);
        // The first member has no comma before it.
        let fragment = record.slots.get(slot)?.fragment.as_bytes();
        let fragment = fragment.get(usize::from(position == 0)..)?;
        part_from(text, at).starts_with(fragment).then_some((slot, at + fragment.len()))
    }

    /// Reads a name and finds its slot; notes a name that is unknown.
    fn named_slot(
        &mut self,
        record: &Record,
        index: u16,
        position: usize,
    ) -> Result<Option<usize>, Stop> {
        let name_at = self.scan.position();
        let noted = self.scan.flaws.len();
        let name = self.scan.name()?;
        if self.scan.flaws.len() > noted {
            return Ok(None);
        }
        let name = self.scan.unescape(name);
        let Some(slot) = record.slots.iter().position(|slot| slot.name == name) else {
            if self.mode == Mode::Request {
                self.unknown_member(record, &name, name_at);
            }
            return Ok(None);
        };
        if let Some(order) = self.orders.get_mut(usize::from(index))
            && position < record.slots.len()
        {
            // No slot has the last number, so what was not seen yet is not expected.
            order.resize(record.slots.len(), u16::MAX);
            if let (Some(place), Ok(slot)) = (order.get_mut(position), u16::try_from(slot)) {
                *place = slot;
            }
        }
        Ok(Some(slot))
    }

    /// Reads a stored record again in which a member stands twice: the last of each name counts,
    /// of the tag too, and what it shadows is checked as JSON alone.
    #[cold]
    fn last_members(
        &mut self,
        record: &'a Record,
        base: usize,
        at: usize,
    ) -> Result<Option<u16>, Stop> {
        let noted = self.scan.flaws.len();
        self.scan.seek(at);
        self.skip()?;
        let after = self.scan.position();
        if self.scan.flaws.len() > noted {
            return Ok(None);
        }
        let mut branch = if record.tag.is_none() { Some(0u16) } else { None };
        // The tag comes first: it says what the others are.
        let tag = record.tag.map(usize::from);
        let others = (0..record.slots.len()).filter(|slot| Some(*slot) != tag);
        for slot in tag.into_iter().chain(others) {
            let value_at = self.offsets.get(base + slot).copied().unwrap_or(0) as usize;
            if value_at == 0 {
                continue;
            }
            self.scan.seek(value_at);
            let node = if Some(slot) == tag {
                let (node, found) = self.tag(record)?;
                branch = found;
                node
            } else {
                let Some(branch) = branch else { break };
                self.member(record, branch, slot, value_at)?
            };
            self.set(base + slot, node);
        }
        self.scan.seek(after);
        Ok(branch)
    }

    fn set(&mut self, index: usize, node: Node) {
        if let Some(place) = self.nodes.get_mut(index) {
            *place = node;
        }
    }

    /// Skips a value whose rule is not known yet, and forgets what was noted in it: it is read
    /// again.
    fn defer(&mut self, slot: usize, name_at: usize) -> Result<(), Stop> {
        self.deferred.push(Deferred { slot, name_at, value_at: self.scan.position() });
        let mark = self.scan.mark();
        self.skip()?;
        self.scan.rewind(mark);
        Ok(())
    }

    /// Where no branch was found: the deferred values can be checked as JSON alone.
    fn skip_deferred(&mut self, mark: usize) -> Result<(), Stop> {
        let after = self.scan.position();
        for deferred in self.deferred.split_off(mark) {
            self.scan.seek(deferred.value_at);
            self.skip()?;
        }
        self.scan.seek(after);
        Ok(())
    }

    fn read_deferred(
        &mut self,
        record: &'a Record,
        branch: u16,
        base: usize,
        mark: usize,
    ) -> Result<(), Stop> {
        let after = self.scan.position();
        for deferred in self.deferred.split_off(mark) {
            self.scan.seek(deferred.value_at);
            let node = self.member(record, branch, deferred.slot, deferred.name_at)?;
            self.set(base + deferred.slot, node);
        }
        self.scan.seek(after);
        Ok(())
    }

    /// Reads the value of the tag: its node, and the branch that it selects.
    fn tag(&mut self, record: &'a Record) -> Result<(Node, Option<u16>), Stop> {
        let at = self.scan.position();
        let names = record.branches.iter().map(|branch| branch.tag.as_ref());
        if self.scan.peek() != Some(b'"') {
            self.skip()?;
            let shown = snippet(self.scan.text(), at, self.scan.position());
            let message = format!("{shown} is not {}", listed(names.clone()));
            let node = self.fault(at, (Code::Type, message, format!("write {}", listed(names))));
            return Ok((node, None));
        }
        let noted = self.scan.flaws.len();
        let span = self.scan.string(false)?;
        if self.scan.flaws.len() > noted {
            return Ok((Node::Invalid, None));
        }
        let contents = self.scan.unescape(span);
        match record.branches.iter().position(|branch| branch.tag == contents) {
            Some(branch) => {
                let node = match contents {
                    Cow::Borrowed(_) => plain(span.start, span.end),
                    Cow::Owned(contents) => self.owned(&contents),
                };
                Ok((node, u16::try_from(branch).ok()))
            }
            None => {
                let fix = format!("write {}", listed(names.clone()));
                Ok((self.not_listed(at, names, fix), None))
            }
        }
    }

    /// Reads the value of a member.
    fn member(
        &mut self,
        record: &'a Record,
        branch: u16,
        slot: usize,
        name_at: usize,
    ) -> Result<Node, Stop> {
        let Some(branch) = record.branches.get(usize::from(branch)) else {
            return Ok(Node::Invalid);
        };
        let Some(Some(member)) = branch.members.get(slot) else {
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
        }
        if member.rule == Rule::Null {
            self.skip()?;
            let fix = "leave it out, or write null";
            self.not_allowed(record, branch, slot, Anchor::Value(at), fix);
            return Ok(Node::Invalid);
        }
        self.value(member.rule, member.absent != Absent::Required)
    }

    fn check_required(&mut self, record: &'a Record, branch: u16, base: usize, at: usize) {
        let Some(branch) = record.branches.get(usize::from(branch)) else { return };
        let is_missing = |(member, offset): (&Option<Member>, &u32)| {
            *offset == 0 && member.as_ref().is_some_and(|m| m.absent == Absent::Required)
        };
        let offsets = self.offsets.get(base..).unwrap_or(&[]);
        if !branch.members.iter().zip(offsets).any(is_missing) {
            return;
        }
        for (slot, member) in branch.members.iter().enumerate() {
            let Some(member) = member else { continue };
            let is_seen = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if member.absent != Absent::Required || is_seen {
                continue;
            }
            if member.stored_absent_any && self.mode == Mode::Stored {
                self.set(base + slot, Node::Any);
                continue;
            }
            let why = match tag_name(record) {
                Some(tag) if !is_common(record, slot, member) => {
                    format!(" because `{tag}` is `{}`", branch.tag)
                }
                _ => String::new(),
            };
            self.missing(record, slot, Some(member), &why, at);
        }
    }

    /// Where the tag is missing or wrong, only what every branch requires can be missed.
    fn check_common_required(&mut self, record: &'a Record, base: usize, at: usize) {
        for slot in 0..record.slots.len() {
            let is_tag = record.tag.map(usize::from) == Some(slot);
            let member = record.branches.first().and_then(|branch| branch.members.get(slot));
            let member = member.and_then(Option::as_ref);
            let is_required = member.is_some_and(|member| {
                member.absent == Absent::Required && is_common(record, slot, member)
            });
            let is_seen = self.offsets.get(base + slot).is_some_and(|offset| *offset > 0);
            if (is_tag || is_required) && !is_seen {
                self.missing(record, slot, member, "", at);
            }
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
