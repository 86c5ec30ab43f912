//! What a plan demands, predicate by predicate: what [`super::violated`] can break.

use super::tree::{holder, member};
use crate::plan::{Absent, Form, Order, Plan, Record, Rule};
use crate::problem::Code;
use std::collections::BTreeSet;
use std::fmt;

/// The most elements that an array is filled with to have too many.
pub(super) const MOST_ITEMS: u32 = 1_000;
/// The most bytes that a string is filled with to have too many.
pub(super) const MOST_BYTES: u32 = 1 << 16;

/// Something that a plan demands of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Predicate {
    /// The types and members that lead to the value: `Step(JOB).max_attempts`,
    /// `AppendRequest.steps[]`.
    pub place: String,
    /// The code of the problem that is told where the value does not keep to it.
    pub code: Code,
}

impl fmt::Display for Predicate {
    /// `Step(JOB).max_attempts: minimum`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.code)
    }
}

/// Every predicate of a plan, sorted. Left out are limits that a test had better not reach: of
/// more than 1,000 elements, of more than 64 KiB of a string.
///
/// ```
/// # use std::borrow::Cow;
/// # use tantamount_core::plan::{Absent, Branch, IntegerRule, Member, Plan, Record, Rule, Slot};
/// # let (title, id, version) = ("Note".into(), "urn:example:note:1".into(), "1".into());
/// # let slot = Slot { name: "copies".into(), fragment: ",\"copies\":".into(),
/// #     head: Slot::head_of(",\"copies\":") };
/// # let member = Member { rule: Rule::Integer(0), nullable: false, absent: Absent::Null,
/// #     emit_non_default: false, stored_absent_any: false };
/// # let branch = Branch { tag: "".into(), members: vec![Some(member)].into(), others: None };
/// # let record = Record { name: "Note".into(), tag: None, slots: vec![slot].into(),
/// #     branches: vec![branch].into(), is_open: false };
/// # let plan = Plan { title, id, version, root: Rule::Record(0), records: vec![record].into(),
/// #     integers: vec![IntegerRule { minimum: 1, maximum: 9 }].into(), arrays: Cow::Borrowed(&[]),
/// #     texts: Cow::Borrowed(&[]), choices: Cow::Borrowed(&[]), scope: Cow::Borrowed(&[]),
/// #     references: Cow::Borrowed(&[]), numbers: Cow::Borrowed(&[]) };
/// // A note with `copies`, an integer from 1 to 9.
/// let predicates = tantamount_core::strategy::predicates(&plan);
/// let names: Vec<String> = predicates.iter().map(ToString::to_string).collect();
/// assert_eq!(names, [
///     "Note: type",
///     "Note: unknown_member",
///     "Note: duplicate_member",
///     "Note.copies: type",
///     "Note.copies: minimum",
///     "Note.copies: maximum",
/// ]);
/// ```
#[must_use]
pub fn predicates(plan: &Plan) -> Vec<Predicate> {
    let mut walk = Walk { plan, seen: BTreeSet::new(), found: BTreeSet::new(), ahead: Vec::new() };
    walk.value(plan.root, &plan.title);
    // A schema may be as deep as it likes, so that records wait here and not on the stack.
    while let Some(index) = walk.ahead.pop() {
        walk.record(index);
    }
    walk.references();
    walk.found.into_iter().collect()
}

struct Walk<'p> {
    plan: &'p Plan,
    seen: BTreeSet<u16>,
    found: BTreeSet<Predicate>,
    ahead: Vec<u16>,
}

impl Walk<'_> {
    fn add(&mut self, place: &str, codes: &[Code]) {
        let predicates =
            codes.iter().map(|code| Predicate { place: place.to_owned(), code: *code });
        self.found.extend(predicates);
    }

    fn value(&mut self, mut rule: Rule, place: &str) {
        let mut place = place.to_owned();
        self.add(&place, &codes(self.plan, rule));
        while let Rule::Array(index) = rule
            && let Some(array) = self.plan.array(index)
        {
            rule = array.items;
            place = items_place(&place);
            self.add(&place, &codes(self.plan, rule));
        }
        if let Rule::Record(index) = rule {
            self.ahead.push(index);
        }
    }

    fn record(&mut self, index: u16) {
        let Some(record) = self.plan.record(index).filter(|_| self.seen.insert(index)) else {
            return;
        };
        for branch in 0..record.branches.len() {
            let Ok(branch) = u16::try_from(branch) else { continue };
            let here = record_place(record, branch);
            if !record.is_open {
                self.add(&here, &[Code::UnknownMember]);
            }
            if record.slots.iter().enumerate().any(|(slot, _)| may_repeat(record, branch, slot)) {
                self.add(&here, &[Code::DuplicateMember]);
            }
            for slot in 0..record.slots.len() {
                let place = member_place(record, branch, slot);
                if record.tag.map(usize::from) == Some(slot) {
                    self.add(&place, &[Code::Required, Code::Type, Code::OneOf]);
                    continue;
                }
                let Some(member) = member(self.plan, index, branch, slot) else {
                    // A branch that takes others takes this one among them.
                    if record
                        .branches
                        .get(usize::from(branch))
                        .is_some_and(|found| found.others.is_none())
                    {
                        self.add(&place, &[Code::NotAllowed]);
                    }
                    continue;
                };
                if member.absent == Absent::Required {
                    self.add(&place, &[Code::Required]);
                }
                self.value(member.rule, &place);
            }
        }
    }

    fn references(&mut self) {
        for reference in self.plan.references.iter() {
            let Some(Rule::Record(index)) = holder(self.plan, reference) else { continue };
            let Some(record) = self.plan.record(index) else { continue };
            let place = reference_place(record, reference.member);
            // Nothing outside of the set refers to itself.
            if !reference.at_root {
                self.add(&place, &[Code::SelfReference]);
            }
            if reference.acyclic {
                self.add(&place, &[Code::Cycle]);
            }
            if !reference.outside {
                self.add(&place, &[Code::UnknownReference]);
            }
        }
    }
}

/// What a rule demands of a value by itself.
fn codes(plan: &Plan, rule: Rule) -> Vec<Code> {
    match rule {
        Rule::Opaque => vec![Code::Nul, Code::Surrogate, Code::NumberRange],
        Rule::Null => vec![Code::NotAllowed],
        Rule::Boolean | Rule::Record(_) => vec![Code::Type],
        Rule::Integer(_) => vec![Code::Type, Code::Minimum, Code::Maximum],
        Rule::Number(index) => {
            let mut codes = vec![Code::Type];
            if let Some(number) = plan.number(index) {
                codes.extend(number.minimum.as_ref().map(|_| Code::Minimum));
                codes.extend(number.maximum.as_ref().map(|_| Code::Maximum));
            }
            codes
        }
        Rule::Text(index) => {
            let mut codes = vec![Code::Type, Code::Nul, Code::Surrogate];
            if let Some(text) = plan.texts.get(usize::from(index)) {
                codes.extend(text.not_blank.then_some(Code::Blank));
                codes.extend(
                    text.max_bytes.filter(|most| *most <= MOST_BYTES).map(|_| Code::MaxBytes),
                );
                codes.extend(match text.form {
                    Form::Plain => None,
                    Form::Uuid => Some(Code::Uuid),
                    Form::DateTime => Some(Code::DateTime),
                    Form::Decimal => Some(Code::Decimal),
                });
            }
            codes
        }
        Rule::Choice(_) => vec![Code::Type, Code::OneOf],
        Rule::Array(index) => {
            let mut codes = vec![Code::Type];
            if let Some(array) = plan.array(index) {
                codes.extend((array.min_items > 0).then_some(Code::MinItems));
                codes.extend(
                    array.max_items.filter(|most| *most <= MOST_ITEMS).map(|_| Code::MaxItems),
                );
                let may_repeat = array.max_items.is_none_or(|most| most > 1);
                let is_set = matches!(array.order, Order::Set(_));
                codes.extend((is_set && may_repeat).then_some(Code::DuplicateKey));
            }
            codes
        }
    }
}

/// Whether a member can stand twice in a record of the branch.
fn may_repeat(record: &Record, branch: u16, slot: usize) -> bool {
    let slot = u16::try_from(slot).ok();
    record.tag.is_some_and(|tag| Some(tag) == slot)
        || slot.is_some_and(|slot| record.member(branch, slot).is_some())
}

/// A record: `Step(JOB)`, or `Dependency` where it is no union.
pub(super) fn record_place(record: &Record, branch: u16) -> String {
    match record.branches.get(usize::from(branch)) {
        Some(found) if record.tag.is_some() => format!("{}({})", record.name, found.tag),
        _ => record.name.to_string(),
    }
}

/// A member of a record: `Step(JOB).priority`. The tag is a member of the union as a whole.
pub(super) fn member_place(record: &Record, branch: u16, slot: usize) -> String {
    let name = record.slots.get(slot).map_or("", |slot| &slot.name);
    match record.tag.map(usize::from) == Some(slot) {
        true => format!("{}.{name}", record.name),
        false => format!("{}.{name}", record_place(record, branch)),
    }
}

/// A member that holds a reference, in whichever branch.
pub(super) fn reference_place(record: &Record, slot: u16) -> String {
    let name = record.slots.get(usize::from(slot)).map_or("", |slot| &slot.name);
    format!("{}.{name}", record.name)
}

/// An element of an array.
pub(super) fn items_place(place: &str) -> String {
    format!("{place}[]")
}
