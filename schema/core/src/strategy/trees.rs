//! Trees by a plan.

use super::defaults::from_canonical;
use super::leaves::{integer, json, number_of, text};
use super::tree::{Tree, reference_at};
use crate::plan::{Absent, Member, Plan, Rule};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use std::collections::BTreeMap;

/// From this depth on, what may be left out is left out: a plan may be recursive.
pub(super) const DEPTH: u32 = 8;
/// No valid value of a finite plan is deeper without anything that may be left out.
pub(super) const DEPTH_AT_ALL: u32 = 64;
/// How many of the arrays and records that a record may hold, and may do without, it holds on
/// the average: a plan may be wide, and each of them wide again.
const HELD: u32 = 2;

/// Values of a rule, before keys are made unique and references resolved.
pub(super) fn rule_tree(plan: &'static Plan, rule: Rule) -> BoxedStrategy<Tree> {
    Trees { plan, arrays: BTreeMap::new(), records: BTreeMap::new() }.value(rule, 0)
}

/// Makes each strategy once for each depth: a recursive plan asks for the same ones again and
/// again, and their number would grow exponentially.
struct Trees {
    plan: &'static Plan,
    arrays: BTreeMap<(u16, u32), BoxedStrategy<Tree>>,
    records: BTreeMap<(u16, u32), BoxedStrategy<Tree>>,
}

impl Trees {
    fn value(&mut self, rule: Rule, depth: u32) -> BoxedStrategy<Tree> {
        if depth > DEPTH_AT_ALL {
            return Just(Tree::Absent).boxed();
        }
        let plan = self.plan;
        match rule {
            Rule::Opaque => json().prop_map(Tree::Json).boxed(),
            Rule::Null => Just(Tree::Absent).boxed(),
            Rule::Boolean => any::<bool>().prop_map(Tree::Boolean).boxed(),
            Rule::Integer(index) => match plan.integers.get(usize::from(index)) {
                Some(rule) => integer(rule.minimum, rule.maximum).prop_map(Tree::Integer).boxed(),
                None => Just(Tree::Absent).boxed(),
            },
            Rule::Number(index) => number_of(plan, index).prop_map(Tree::Number).boxed(),
            Rule::Text(index) => text(plan, index).prop_map(Tree::Text).boxed(),
            Rule::Choice(index) => match plan.choices.get(usize::from(index)) {
                Some(rule) if !rule.values.is_empty() => select(rule.values.to_vec())
                    .prop_map(|value| Tree::Text(value.into_owned()))
                    .boxed(),
                _ => Just(Tree::Absent).boxed(),
            },
            Rule::Array(index) => {
                if let Some(known) = self.arrays.get(&(index, depth)) {
                    return known.clone();
                }
                let made = self.array(index, depth);
                self.arrays.insert((index, depth), made.clone());
                made
            }
            Rule::Record(index) => {
                if let Some(known) = self.records.get(&(index, depth)) {
                    return known.clone();
                }
                let made = self.record(index, depth);
                self.records.insert((index, depth), made.clone());
                made
            }
        }
    }

    fn array(&mut self, index: u16, depth: u32) -> BoxedStrategy<Tree> {
        let Some(rule) = self.plan.array(index) else { return Just(Tree::Absent).boxed() };
        let least = rule.min_items as usize;
        let more = match depth {
            0..4 => 4,
            4..DEPTH => 2,
            _ => 0,
        };
        let most = rule.max_items.map_or(usize::MAX, |most| most as usize).min(least + more);
        proptest::collection::vec(self.value(rule.items, depth + 1), least..=most.max(least))
            .prop_map(Tree::Array)
            .boxed()
    }

    fn record(&mut self, index: u16, depth: u32) -> BoxedStrategy<Tree> {
        let Some(record) = self.plan.record(index) else { return Just(Tree::Absent).boxed() };
        let mut branches = Vec::with_capacity(record.branches.len());
        for (branch, number) in record.branches.iter().zip(0u16..) {
            let held = branch.members.iter().flatten().filter(|member| holds_more(member)).count();
            let held = u32::try_from(held).unwrap_or(u32::MAX);
            let mut members: Vec<BoxedStrategy<Tree>> = Vec::with_capacity(branch.members.len());
            for (taken, slot) in branch.members.iter().zip(0u16..) {
                members.push(match taken {
                    Some(taken) => self.member(taken, (index, slot), held, depth),
                    None => Just(Tree::Absent).boxed(),
                });
            }
            let members = members.prop_map(move |members| Tree::Record { branch: number, members });
            branches.push(members.boxed());
        }
        Union::new(branches).boxed()
    }

    fn member(
        &mut self,
        member: &'static Member,
        (record, slot): (u16, u16),
        held: u32,
        depth: u32,
    ) -> BoxedStrategy<Tree> {
        let may_be_absent = may_be_absent(member);
        if may_be_absent && depth >= DEPTH {
            return Just(Tree::Absent).boxed();
        }
        let value = match (reference_at(self.plan, record, slot), member.rule) {
            (Some(_), Rule::Text(index)) => (any::<Option<u32>>(), text(self.plan, index))
                .prop_map(move |(inside, text)| Tree::Reference { inside, rule: index, text })
                .boxed(),
            _ => self.value(member.rule, depth + 1),
        };
        let absences = if holds_more(member) { held.saturating_sub(HELD).max(1) } else { 1 };
        match &member.absent {
            _ if !may_be_absent => value,
            Absent::Default(default) if member.rule != Rule::Opaque => {
                let default = from_canonical(self.plan, member.rule, default);
                prop_oneof![2 * absences => Just(Tree::Absent), 1 => Just(default), 4 => value]
                    .boxed()
            }
            _ => prop_oneof![absences => Just(Tree::Absent), 2 => value].boxed(),
        }
    }
}

/// Whether a member can do without a value.
pub(super) fn may_be_absent(member: &Member) -> bool {
    member.absent != Absent::Required
        || (member.nullable && member.rule != Rule::Opaque)
        || member.rule == Rule::Null
}

/// Whether a member may hold others, and can do without.
fn holds_more(member: &Member) -> bool {
    may_be_absent(member) && matches!(member.rule, Rule::Array(_) | Rule::Record(_))
}
