//! Members that come as expected: each name where the last object of the type had it.
//!
//! Clients write the objects of one type alike. A name, with the comma before it and the colon
//! behind it, is compared in one piece with the one expected; a value that a glance can tell is
//! read without asking the scanner. Whatever is otherwise is left to the reader of any object.

use super::record::is_common;
use super::{Reader, narrow, plain};
use crate::document::node::Node;
use crate::json::scan::{Stop, is_space};
use crate::json::{part_from, plain_length, same_start};
use crate::plan::{Absent, Form, Member, Record, Rule, Slot};

/// For so many positions of an object the slot is expected that stood there in the last one.
pub(crate) const POSITIONS: usize = 32;
/// Sets of slots and branches are held in as many bits and places.
const SLOTS: usize = 64;
const BRANCHES: usize = 4;

/// Which slots of a record are what, a bit for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Masks {
    /// The first branches require it; all bits where that was not asked.
    required: [u64; BRANCHES],
    /// It was asked whether every branch takes the same.
    asked: u64,
    /// Every branch takes the same.
    common: u64,
}

const NOT_ASKED: u64 = u64::MAX;

/// How far the members came as expected.
pub(super) struct Progress {
    /// The number of members that were read.
    pub(super) position: usize,
    /// Whether the object ended; if not, the cursor stands behind the last member's value.
    pub(super) is_complete: bool,
    /// Whether nothing that the branch requires is missing.
    pub(super) has_required: bool,
}

impl<'a> Reader<'a> {
    /// Reads members for as long as they come as expected.
    pub(super) fn expected_members(
        &mut self,
        record: &'a Record,
        index: u16,
        base: usize,
        branch: &mut Option<u16>,
    ) -> Result<Progress, Stop> {
        let mut progress = Progress { position: 0, is_complete: false, has_required: false };
        let text = self.scan.text().as_bytes();
        let slots: &[Slot] = &record.slots;
        let Some(order) = self.values.orders.get(usize::from(index)).copied() else {
            return Ok(progress);
        };
        if slots.len() > SLOTS {
            return Ok(progress);
        }
        let tag = record.tag.map(usize::from);
        let mut members = branch.and_then(|branch| members_of(record, branch));
        // The bracket, later the comma, that stands before the next member.
        let mut at = self.scan.position() - 1;
        let mut seen = 0u64;
        while let Some(slot) = order.get(progress.position).map(|slot| usize::from(*slot)) {
            let Some(value_at) = link_end(slots.get(slot), text, at, progress.position == 0) else {
                break;
            };
            let bit = 1 << slot;
            if seen & bit != 0 {
                break;
            }
            let glance = if tag == Some(slot) {
                let told = told_tag(record, text, value_at);
                if let Some((found, ..)) = told {
                    *branch = Some(found);
                    members = members_of(record, found);
                }
                told.map(|(_, node, end)| (node, end))
            } else {
                let known = match members {
                    Some(members) => members.get(slot),
                    None => self.common(record, usize::from(index), slot),
                };
                match known {
                    Some(Some(member)) => match self.told_value(member, text, value_at)? {
                        None if !text.get(value_at).is_some_and(|byte| is_space(*byte)) => {
                            self.scan.seek(value_at);
                            let node = self.member(record, branch.unwrap_or(0), slot, at + 1)?;
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
            progress.position += 1;
            at = end;
            if text.get(at) == Some(&b'}') {
                self.scan.seek(at);
                self.scan.leave();
                progress.is_complete = true;
                progress.has_required = branch.is_some_and(|branch| {
                    let required = self.required(record, usize::from(index), usize::from(branch));
                    required & !seen == 0
                });
                return Ok(progress);
            }
        }
        self.scan.seek(if progress.position == 0 { at + 1 } else { at });
        Ok(progress)
    }

    /// Notes that the slot's name stood at this position of an object.
    pub(super) fn remember(&mut self, index: u16, position: usize, slot: usize) {
        let orders = &mut self.values.orders;
        if orders.len() <= usize::from(index) {
            // No slot has the last number, so what was not seen yet is not expected.
            orders.resize(usize::from(index) + 1, [u16::MAX; POSITIONS]);
        }
        let order = orders.get_mut(usize::from(index));
        let place = order.and_then(|order| order.get_mut(position));
        if let (Some(place), Ok(slot)) = (place, u16::try_from(slot)) {
            *place = slot;
        }
    }

    /// The slots that the branch requires; those of the first branches are remembered.
    fn required(&mut self, record: &Record, index: usize, branch: usize) -> u64 {
        let masks = self.values.masks.get(index);
        match masks.and_then(|masks| masks.required.get(branch)) {
            Some(required) if *required != NOT_ASKED => *required,
            _ => self.find_required(record, index, branch),
        }
    }

    #[cold]
    #[inline(never)]
    fn find_required(&mut self, record: &Record, index: usize, branch: usize) -> u64 {
        let Some(members) = record.branches.get(branch).map(|branch| &branch.members) else {
            return NOT_ASKED;
        };
        let mut required = 0;
        for (slot, member) in members.iter().enumerate().take(SLOTS) {
            let is_required = match member {
                Some(member) => member.absent == Absent::Required,
                None => record.tag.map(usize::from) == Some(slot),
            };
            required |= u64::from(is_required) << slot;
        }
        let masks = self.masks(index);
        if let Some(place) = masks.and_then(|masks| masks.required.get_mut(branch)) {
            *place = required;
        }
        required
    }

    /// What is known of the record's slots.
    fn masks(&mut self, index: usize) -> Option<&mut Masks> {
        let masks = &mut self.values.masks;
        while masks.len() <= index {
            masks.push(Masks { required: [NOT_ASKED; BRANCHES], asked: 0, common: 0 });
        }
        masks.get_mut(index)
    }

    /// What stands in the slot before the tag is known: what every branch takes alike.
    fn common(
        &mut self,
        record: &'a Record,
        index: usize,
        slot: usize,
    ) -> Option<&'a Option<Member>> {
        let member = record.branches.first()?.members.get(slot)?;
        let masks = self.masks(index)?;
        let bit = 1 << slot;
        if masks.asked & bit == 0 {
            masks.asked |= bit;
            let is_common = member.as_ref().is_some_and(|member| is_common(record, slot, member));
            masks.common |= u64::from(is_common) << slot;
        }
        (masks.common & bit != 0).then_some(member)
    }

    /// Reads a value at `at` if a glance can tell it; gives its node and where it ends.
    #[inline(always)]
    fn told_value(
        &mut self,
        member: &Member,
        text: &[u8],
        at: usize,
    ) -> Result<Option<(Node, usize)>, Stop> {
        match (member.rule, text.get(at)) {
            (Rule::Text(index), Some(b'"')) => {
                let Some(rule) = self.plan.texts.get(usize::from(index)) else { return Ok(None) };
                let start = at + 1;
                let end = start + plain_length(part_from(text, start));
                // An empty string's first byte is the closing quote.
                let is_visible = end > start && text.get(start).is_some_and(u8::is_ascii_graphic);
                let is_short = rule.max_bytes.is_none_or(|most| end - start <= most as usize);
                let is_told = text.get(end) == Some(&b'"')
                    && rule.form == Form::Plain
                    && is_visible
                    && is_short;
                Ok(if is_told { Some((plain(start, end), end + 1)) } else { None })
            }
            (Rule::Integer(index), Some(b'1'..=b'9')) => {
                let Some((value, length)) = told_integer(part_from(text, at)) else {
                    return Ok(None);
                };
                let is_within = self
                    .plan
                    .integers
                    .get(usize::from(index))
                    .is_some_and(|rule| (rule.minimum..=rule.maximum).contains(&value));
                let is_told = is_within && self.scan.count_printed(length);
                Ok(if is_told { Some((Node::Integer(value), at + length)) } else { None })
            }
            (Rule::Opaque | Rule::Array(_) | Rule::Record(_) | Rule::Choice(_), Some(byte))
                if !is_space(*byte) && (member.rule == Rule::Opaque || *byte != b'n') =>
            {
                self.scan.seek(at);
                let node = self.value(member.rule, member.absent != Absent::Required)?;
                Ok(Some((node, self.scan.position())))
            }
            _ => Ok(None),
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
    // A tag with one of these stands otherwise in a text.
    if tag.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        return None;
    }
    let end = at + 1 + tag.len();
    Some((u16::try_from(found).ok()?, plain(at + 1, end), end + 1))
}

/// A whole number of at most 18 digits that does not begin with a zero, and its length.
#[inline]
fn told_integer(rest: &[u8]) -> Option<(i64, usize)> {
    let mut value = 0;
    let mut length = 0;
    loop {
        match rest.get(length)? {
            digit @ b'0'..=b'9' if length < 18 => value = value * 10 + i64::from(digit - b'0'),
            b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' => return None,
            _ => return Some((value, length)),
        }
        length += 1;
    }
}
