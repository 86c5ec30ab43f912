//! Members that come as expected: each name where the last object of the type had it.
//!
//! Clients write the objects of one type alike. A name, with the comma before it and the colon
//! behind it, is compared in one piece with the one expected; a value that a glance can tell is
//! read without asking the scanner. Whatever is otherwise is left to the reader of any object.

use super::record::{NO_BRANCH, takes_alike};
use super::{Reader, narrow, plain, told_integer};
use crate::document::node::Node;
use crate::json::scan::is_space;
use crate::json::{part_from, plain_end, plain_length, same_start};
use crate::plan::{Form, Member, Record, Rule, Slot};

/// For so many positions of an object the slot is expected that stood there in the last one.
pub(super) const POSITIONS: usize = 32;
/// Sets of slots and branches are held in as many bits and places.
const SLOTS: usize = 63;
const BRANCHES: usize = 4;

/// In a set of slots: the object ended behind them.
pub(super) const ENDED: u64 = 1 << SLOTS;

/// What was learnt of a record. Sets of slots have a bit for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// The slots in the order in which the last object had them. Kept from text to text, of whatever plan: a guess.
    order: [u16; POSITIONS],
    /// For the first branches what all objects had that ended as expected and lacked nothing, so that no object lacks
    /// anything that has these; [`ENDED`] among them. What follows from a plan is forgotten with the text.
    enough: [u64; BRANCHES],
    /// What every branch takes alike, as far as it was asked.
    common: u64,
}

impl Known {
    /// Nothing yet. No slot has the last number, so what was not seen is not expected.
    const NEW: Known =
        Known { order: [u16::MAX; POSITIONS], enough: [u64::MAX; BRANCHES], common: 0 };

    /// Forgets all that is more than a guess.
    pub(crate) fn forget(&mut self) {
        *self = Known { order: self.order, ..Known::NEW };
    }
}

impl<'a> Reader<'a> {
    /// Reads members for as long as they come as expected: tells the slots that were read, and [`ENDED`] where the
    /// object ended; if not, the cursor stands behind the last member's value.
    pub(super) fn expected_members(
        &mut self,
        record: &'a Record,
        index: u16,
        base: usize,
        branch: &mut u16,
    ) -> u64 {
        let mut seen = 0u64;
        let text = self.scan.text().as_bytes();
        let slots: &[Slot] = &record.slots;
        let Some(known) = self.values.known.get(usize::from(index)) else { return seen };
        if slots.len() > SLOTS {
            return seen;
        }
        let order = known.order;
        let tag = record.tag.map(usize::from);
        let mut members = members_of(record, *branch);
        // The bracket, later the comma, that stands before the next member.
        let mut at = self.scan.position() - 1;
        for slot in &order {
            let slot = usize::from(*slot);
            let Some(value_at) = link_end(slots.get(slot), text, at, seen == 0) else { break };
            let bit = 1 << slot;
            // White space is passed over by the reader of any object.
            if seen & bit != 0 || text.get(value_at).is_none_or(|byte| is_space(*byte)) {
                break;
            }
            let glance = if tag == Some(slot) {
                let told = told_tag(record, text, value_at);
                if let Some((found, ..)) = told {
                    *branch = found;
                    members = members_of(record, found);
                }
                told.map(|(_, node, end)| (node, end))
            } else {
                let members = match members {
                    // Before the tag is known, what every branch takes alike.
                    None if self.is_common(record, index, slot) => members_of(record, 0),
                    members => members,
                };
                match members.and_then(|members| members.get(slot)) {
                    Some(Some(member)) => match self.told_value(member, text, value_at) {
                        None => {
                            self.scan.seek(value_at);
                            let branch = if *branch == NO_BRANCH { 0 } else { *branch };
                            let node = self.member(record, branch, slot, at + 1);
                            Some((node, self.scan.position()))
                        }
                        told => told,
                    },
                    _ => None,
                }
            };
            let Some((node, end)) = glance else { break };
            seen |= bit;
            self.set(base + slot, node);
            if let Some(offset) = self.values.offsets.get_mut(base + slot) {
                *offset = narrow(value_at);
            }
            at = end;
            if text.get(at) == Some(&b'}') {
                self.scan.seek(at);
                self.scan.leave();
                return seen | ENDED;
            }
        }
        self.scan.seek(if seen == 0 { at + 1 } else { at });
        seen
    }

    /// What is known of a record.
    #[inline(never)]
    pub(super) fn known(&mut self, index: u16) -> Option<&mut Known> {
        let known = &mut self.values.known;
        while known.len() <= usize::from(index) {
            known.push(Known::NEW);
        }
        known.get_mut(usize::from(index))
    }

    /// Notes that the slot's name stood at this position of an object.
    pub(super) fn remember(&mut self, index: u16, position: usize, slot: usize) {
        let place = self.known(index).and_then(|known| known.order.get_mut(position));
        if let (Some(place), Ok(slot)) = (place, u16::try_from(slot)) {
            *place = slot;
        }
    }

    /// What is enough for an object of the branch, where it was noted.
    pub(super) fn enough(&mut self, index: u16, branch: u16) -> Option<&mut u64> {
        let known = self.values.known.get_mut(usize::from(index))?;
        known.enough.get_mut(usize::from(branch))
    }

    /// Whether every branch takes the same in the slot.
    pub(super) fn is_common(&mut self, record: &Record, index: u16, slot: usize) -> bool {
        let bit = if slot < SLOTS { 1 << slot } else { 0 };
        let Some(known) = self.known(index) else { return false };
        if known.common & bit == 0 {
            if !takes_alike(record, slot) {
                return false;
            }
            known.common |= bit;
        }
        true
    }

    /// Reads a value at `at` if a glance can tell it; gives its node and where it ends.
    #[inline(always)]
    fn told_value(&mut self, member: &Member, text: &[u8], at: usize) -> Option<(Node, usize)> {
        match (member.rule, text.get(at)) {
            (Rule::Text(index), Some(b'"')) => {
                let rule = self.plan.texts.get(usize::from(index))?;
                let start = at + 1;
                let end = start + plain_length(part_from(text, start));
                // An empty string's first byte is the closing quote.
                let is_visible = end > start && text.get(start).is_some_and(u8::is_ascii_graphic);
                let is_short = rule.max_bytes.is_none_or(|most| end - start <= most as usize);
                let is_told = text.get(end) == Some(&b'"')
                    && rule.form == Form::Plain
                    && is_visible
                    && is_short;
                if is_told { Some((plain(start, end), end + 1)) } else { None }
            }
            (Rule::Integer(index), Some(b'-' | b'0'..=b'9')) => {
                let (value, length) = told_integer(part_from(text, at))?;
                let rule = self.plan.integers.get(usize::from(index))?;
                let is_told = (rule.minimum..=rule.maximum).contains(&value)
                    && self.scan.count_printed(length);
                if is_told { Some((Node::Integer(value), at + length)) } else { None }
            }
            _ => None,
        }
    }
}

fn members_of(record: &Record, branch: u16) -> Option<&[Option<Member>]> {
    record.branches.get(usize::from(branch)).map(|branch| branch.members.as_ref())
}

/// Where the slot's fragment ends if it stands at `at`; the byte at `at` itself is the bracket
/// for the first member.
#[inline(always)]
fn link_end(slot: Option<&Slot>, text: &[u8], at: usize, is_first: bool) -> Option<usize> {
    let slot = slot?;
    let length = slot.fragment.len();
    let head = text.get(at..at + slot.head.len()).and_then(<[u8]>::first_chunk);
    let is_same = match head {
        Some(head) if length <= head.len() => same_start(&slot.head, head, is_first, length),
        _ => {
            let fragment = slot.fragment.as_bytes().get(1..)?;
            let is_comma = is_first || text.get(at) == Some(&b',');
            is_comma && part_from(text, at + 1).starts_with(fragment)
        }
    };
    is_same.then_some(at + length)
}

/// The branch that the tag at `at` selects, if a glance can tell it, with its node and end.
fn told_tag(record: &Record, text: &[u8], at: usize) -> Option<(u16, Node, usize)> {
    let contents = part_from(text, at).strip_prefix(b"\"")?;
    let found = record.branches.iter().position(|branch| {
        let rest = contents.strip_prefix(branch.tag.as_bytes());
        rest.is_some_and(|rest| rest.first() == Some(&b'"'))
    })?;
    let tag = &record.branches.get(found)?.tag;
    // A tag with what is escaped stands otherwise in a text.
    if plain_end(tag.as_bytes(), 0) < tag.len() {
        return None;
    }
    let end = at + 1 + tag.len();
    Some((u16::try_from(found).ok()?, plain(at + 1, end), end + 1))
}
