//! What is noted when a value is not what it must be.

use super::Reader;
use super::record::tag_name;
use crate::document::node::Node;
use crate::document::rules::{advice, choices, expected, listed, nearest};
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::{Stop, snippet};
use crate::plan::{Branch, Member, Record, Rule};
use crate::problem::Code;

impl<'a> Reader<'a> {
    pub(super) fn wrong_type(&mut self, rule: Rule, optional: bool) -> Result<Node, Stop> {
        let start = self.scan.position();
        self.skip()?;
        let end = self.scan.position();
        let (plan, text) = (self.plan, self.scan.text());
        self.scan.flaws.note(|| {
            let shown = snippet(text, start, end);
            let message = match rule {
                Rule::Choice(index) => format!("{shown} is not {}", choices(plan, index)),
                _ => format!("{shown} is not {}", expected(plan, rule)),
            };
            Flaw::new(Anchor::Value(start), Code::Type, message, advice(plan, rule, optional))
        });
        Ok(Node::Invalid)
    }

    pub(super) fn not_listed<'n>(
        &mut self,
        at: usize,
        names: impl Iterator<Item = &'n str> + Clone,
        fix: String,
    ) -> Node {
        let shown = snippet(self.scan.text(), at, self.scan.position());
        let wrong = shown.trim_matches(['`', '"']);
        let near = match nearest(wrong, names.clone()) {
            Some(near) => format!(", did you mean `{near}`"),
            None => String::new(),
        };
        let message = format!("{shown} is not {}{near}", listed(names));
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
            Some(tag) => format!(" whose `{tag}` is `{}`", branch.tag),
            None => String::new(),
        };
        let message = format!("`{name}` is not for a {}{why}", record.name);
        self.scan.flaws.note(|| Flaw::new(anchor, Code::NotAllowed, message, fix.to_owned()));
    }

    #[cold]
    pub(super) fn unknown_member(&mut self, record: &Record, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            let names = record.slots.iter().map(|slot| slot.name.as_ref());
            let shown = snippet(name, 0, name.len());
            let (hint, fix) = match nearest(name, names) {
                Some(near) => {
                    (format!(", did you mean `{near}`"), format!("rename it to `{near}`"))
                }
                None => (String::new(), "leave it out".to_owned()),
            };
            let message = format!("unknown member {shown}{hint}");
            Flaw::new(Anchor::Member(at), Code::UnknownMember, message, fix)
        });
    }

    #[cold]
    pub(super) fn duplicate_member(&mut self, name: &str, at: usize) {
        self.scan.flaws.note(|| {
            Flaw::new(
                Anchor::Member(at),
                Code::DuplicateMember,
                format!("duplicate member `{name}`"),
                "write each member once".to_owned(),
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
        let Some(name) = record.slots.get(slot).map(|slot| slot.name.clone()) else { return };
        let plan = self.plan;
        self.scan.flaws.note(|| {
            let advice = match member {
                Some(member) => advice(plan, member.rule, false),
                None => {
                    format!("write {}", listed(record.branches.iter().map(|b| b.tag.as_ref())))
                }
            };
            let message = format!("`{name}` is required{why}");
            let fix = format!("add `{name}`: {advice}");
            let member = Some(name);
            Flaw { member, ..Flaw::new(Anchor::Missing(at), Code::Required, message, fix) }
        });
    }
}
