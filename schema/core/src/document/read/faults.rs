//! What is noted when a value is not what it must be.

use super::Reader;
use super::record::tag_name;
use crate::document::node::Node;
use crate::document::rules::{advice, choices, expected, listed, nearest};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::{Stop, snippet};
use crate::plan::{Branch, Member, Record, Rule};
use crate::problem::Code;
use crate::wording::{Text, fill};

impl<'a> Reader<'a> {
    pub(super) fn wrong_type(&mut self, rule: Rule, optional: bool) -> Result<Node, Stop> {
        let start = self.scan.position();
        self.skip()?;
        let end = self.scan.position();
        let (plan, text) = (self.plan, self.scan.text());
        self.scan.flaws.note(|| {
            let shown = snippet(text, start, end);
            let expected = match rule {
                Rule::Choice(index) => choices(plan, index),
                _ => expected(plan, rule),
            };
            let message = fill("{} is not {}", &[&shown, &expected]);
            Flaw::new(Anchor::Value(start), Code::Type, message, advice(plan, rule, optional))
        });
        Ok(Node::Invalid)
    }

    #[cold]
    pub(super) fn not_listed(&mut self, at: usize, names: &[&str], fix: Text) -> Node {
        let shown = snippet(self.scan.text(), at, self.scan.position());
        let near = meant(nearest(unquoted(&shown), names));
        let message = fill("{} is not {}{}", &[&shown, &listed(names), &near]);
        self.fault(at, (Code::OneOf, message, fix))
    }

    #[cold]
    pub(super) fn not_allowed(
        &mut self,
        record: &Record,
        branch: &Branch,
        slot: usize,
        anchor: Anchor,
        fix: &str,
    ) {
        let name = record.slots.get(slot).map_or("", |slot| &slot.name);
        let why = match tag_name(record) {
            Some(tag) => fill(" whose `{}` is `{}`", &[tag, &branch.tag]),
            None => String::new(),
        };
        let message = fill("`{}` is not for a {}{}", &[name, &record.name, &why]);
        self.scan.flaws.note(|| Flaw::new(anchor, Code::NotAllowed, message, fix.to_owned()));
    }

    #[cold]
    pub(super) fn unknown_member(&mut self, record: &Record, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            let names: Vec<&str> = record.slots.iter().map(|slot| slot.name.as_ref()).collect();
            let near = nearest(name, &names);
            let shown = snippet(name, 0, name.len());
            let message = fill("unknown member {}{}", &[&shown, &meant(near)]);
            let fix: Text = match near {
                Some(near) => fill("rename it to `{}`", &[near]),
                None => "leave it out".into(),
            };
            Flaw::new(Anchor::Member(at), Code::UnknownMember, message, fix)
        });
    }

    #[cold]
    pub(super) fn duplicate_member(&mut self, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            Flaw::new(
                Anchor::Member(at),
                Code::DuplicateMember,
                fill("duplicate member `{}`", &[name]),
                "write each member once",
            )
        });
    }

    #[cold]
    pub(super) fn missing(
        &mut self,
        record: &'a Record,
        slot: usize,
        member: Option<&Member>,
        why: &str,
        at: usize,
    ) {
        let Some(name) = record.slots.get(slot).map(|slot| slot.name.as_ref()) else { return };
        let plan = self.plan;
        self.scan.flaws.note(|| {
            let advice = match member {
                Some(member) => advice(plan, member.rule, false),
                None => fill("write {}", &[&listed(&tags(record))]),
            };
            let message = fill("`{}` is required{}", &[name, why]);
            let fix = fill("add `{}`: {}", &[name, &advice]);
            let member = Some(name.to_owned());
            Flaw { member, ..Flaw::new(Anchor::Missing(at), Code::Required, message, fix) }
        });
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
