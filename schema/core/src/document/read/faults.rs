//! What is noted when a value is not what it must be.

use super::record::tag_name;
use super::{Mode, Reader};
use crate::document::node::Node;
use crate::document::rules::{advice, choices, expected, listed, nearest};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::snippet;
use crate::plan::{Branch, Member, Record, Rule};
use crate::problem::Code;
use crate::wording::fill;

impl<'a> Reader<'a> {
    #[cold]
    #[inline(never)]
    pub(super) fn wrong_type(&mut self, rule: Rule, optional: bool) -> Node {
        let start = self.scan.position();
        self.skip();
        if self.scan.flaws.is_wanted() {
            let shown = snippet(self.scan.text(), start, self.scan.position());
            let expected = match rule {
                Rule::Choice(index) => choices(self.plan, index),
                _ => expected(self.plan, rule),
            };
            let message = fill("{} is not {}", &[&shown, &expected]);
            let fix = advice(self.plan, rule, optional);
            self.scan.flaws.add(Flaw::new(Anchor::Value(start), Code::Type, message, fix));
        }
        Node::Invalid
    }

    /// Notes that what was read is none of these names; it may be no string.
    #[cold]
    #[inline(never)]
    pub(super) fn not_listed(&mut self, at: usize, names: &[&str], fix: String) -> Node {
        let shown = snippet(self.scan.text(), at, self.scan.position());
        let (mut code, mut near) = (Code::Type, None);
        if shown.starts_with("`\"") {
            code = Code::OneOf;
            near = nearest(unquoted(&shown), names);
        }
        let message = fill("{} is not {}{}", &[&shown, &listed(names), &meant(near)]);
        self.fault(at, (code, message, fix))
    }

    #[cold]
    #[inline(never)]
    pub(super) fn not_allowed(
        &mut self,
        record: &Record,
        branch: &Branch,
        slot: usize,
        anchor: Anchor,
        fix: &str,
    ) {
        if !self.scan.flaws.is_wanted() {
            return;
        }
        let name = record.slots.get(slot).map_or("", |slot| &slot.name);
        let why = match tag_name(record) {
            Some(tag) => fill(" whose `{}` is `{}`", &[tag, &branch.tag]),
            None => String::new(),
        };
        let message = fill("`{}` is not for a {}{}", &[name, &record.name, &why]);
        self.scan.flaws.add(Flaw::new(anchor, Code::NotAllowed, message, fix.to_owned()));
    }

    /// Notes a name that has no slot, unless it does not count or something was noted of it already.
    #[cold]
    #[inline(never)]
    pub(super) fn unknown_member(&mut self, record: &Record, name: Node, at: usize) {
        if self.mode == Mode::Stored
            || matches!(name, Node::Invalid)
            || !self.scan.flaws.is_wanted()
        {
            return;
        }
        let name = self.string(name).unwrap_or("");
        let names: Vec<&str> = record.slots.iter().map(|slot| slot.name.as_ref()).collect();
        let near = nearest(name, &names);
        let shown = snippet(name, 0, name.len());
        let message = fill("unknown member {}{}", &[&shown, &meant(near)]);
        let fix: String = match near {
            Some(near) => fill("rename it to `{}`", &[near]),
            None => "leave it out".into(),
        };
        self.scan.flaws.add(Flaw::new(Anchor::Member(at), Code::UnknownMember, message, fix));
    }

    #[cold]
    #[inline(never)]
    pub(super) fn duplicate_member(&mut self, name: Node, at: usize) {
        if self.scan.flaws.is_wanted() {
            let message = fill("duplicate member `{}`", &[self.string(name).unwrap_or("")]);
            let fix = "write each member once";
            self.scan.flaws.add(Flaw::new(Anchor::Member(at), Code::DuplicateMember, message, fix));
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn missing(
        &mut self,
        record: &'a Record,
        slot: usize,
        member: Option<&Member>,
        why: &str,
        at: usize,
    ) {
        let Some(slot) = record.slots.get(slot) else { return };
        if !self.scan.flaws.is_wanted() {
            return;
        }
        let advice = match member {
            Some(member) => advice(self.plan, member.rule, false),
            None => fill("write {}", &[&listed(&tags(record))]),
        };
        let message = fill("`{}` is required{}", &[&slot.name, why]);
        let fix = fill("add `{}`: {}", &[&slot.name, &advice]);
        let member = Some(slot.name.as_ref().to_owned());
        let flaw = Flaw::new(Anchor::Missing(at), Code::Required, message, fix);
        self.scan.flaws.add(Flaw { member, ..flaw });
    }
}

/// The values of a record's tag.
pub(super) fn tags(record: &Record) -> Vec<&str> {
    record.branches.iter().map(|branch| branch.tag.as_ref()).collect()
}

/// What a message adds where a name is near to a wrong one.
fn meant(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| fill(", did you mean `{}`", &[near]))
}

/// What is left without backticks and quotes at the ends.
fn unquoted(shown: &str) -> &str {
    let is_other = |byte: &u8| !matches!(byte, b'`' | b'"');
    let bytes = shown.as_bytes();
    let start = bytes.iter().position(is_other).unwrap_or(0);
    let end = bytes.iter().rposition(is_other).map_or(start, |last| last + 1);
    shown.get(start..end).unwrap_or("")
}
