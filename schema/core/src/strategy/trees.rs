//! Trees by a plan.

use super::leaves::{integer, json, text};
use super::tree::{Tree, from_canonical, reference_at};
use crate::plan::{Absent, Member, Plan, Rule};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// From this depth on, what may be left out is left out: a plan may be recursive.
pub(super) const DEPTH: u32 = 8;
/// No valid value of a finite plan is deeper without anything that may be left out.
pub(super) const DEPTH_AT_ALL: u32 = 64;

/// Values of a rule, before keys are made unique and references resolved.
pub(super) fn rule_tree(plan: &'static Plan, rule: Rule) -> BoxedStrategy<Tree> {
    tree(plan, rule, 0)
}

fn tree(plan: &'static Plan, rule: Rule, depth: u32) -> BoxedStrategy<Tree> {
    if depth > DEPTH_AT_ALL {
        return Just(Tree::Absent).boxed();
    }
    match rule {
        Rule::Opaque => json().prop_map(Tree::Json).boxed(),
        Rule::Null => Just(Tree::Absent).boxed(),
        Rule::Boolean => any::<bool>().prop_map(Tree::Boolean).boxed(),
        Rule::Integer(index) => match plan.integers.get(usize::from(index)) {
            Some(rule) => integer(rule.minimum, rule.maximum).prop_map(Tree::Integer).boxed(),
            None => Just(Tree::Absent).boxed(),
        },
        Rule::Text(index) => text(plan, index).prop_map(Tree::Text).boxed(),
        Rule::Choice(index) => match plan.choices.get(usize::from(index)) {
            Some(rule) if !rule.values.is_empty() => select(rule.values.to_vec())
                .prop_map(|value| Tree::Text(value.into_owned()))
                .boxed(),
            _ => Just(Tree::Absent).boxed(),
        },
        Rule::Array(index) => array(plan, index, depth),
        Rule::Record(index) => record(plan, index, depth),
    }
}

fn array(plan: &'static Plan, index: u16, depth: u32) -> BoxedStrategy<Tree> {
    let Some(rule) = plan.array(index) else { return Just(Tree::Absent).boxed() };
    let least = rule.min_items as usize;
    let more = match depth {
        0..4 => 4,
        4..DEPTH => 2,
        _ => 0,
    };
    let most = rule.max_items.map_or(usize::MAX, |most| most as usize).min(least + more);
    proptest::collection::vec(tree(plan, rule.items, depth + 1), least..=most.max(least))
        .prop_map(Tree::Array)
        .boxed()
}

fn record(plan: &'static Plan, index: u16, depth: u32) -> BoxedStrategy<Tree> {
    let Some(record) = plan.record(index) else { return Just(Tree::Absent).boxed() };
    let branches = record.branches.iter().zip(0u16..).map(|(branch, number)| {
        let members: Vec<BoxedStrategy<Tree>> = branch
            .members
            .iter()
            .zip(0u16..)
            .map(|(taken, slot)| match taken {
                Some(taken) => member(plan, taken, index, slot, depth),
                None => Just(Tree::Absent).boxed(),
            })
            .collect();
        members.prop_map(move |members| Tree::Record { branch: number, members }).boxed()
    });
    Union::new(branches).boxed()
}

fn member(
    plan: &'static Plan,
    member: &'static Member,
    record: u16,
    slot: u16,
    depth: u32,
) -> BoxedStrategy<Tree> {
    let may_be_absent = may_be_absent(member);
    if may_be_absent && depth >= DEPTH {
        return Just(Tree::Absent).boxed();
    }
    let value = match (reference_at(plan, record, slot), member.rule) {
        (Some(_), Rule::Text(index)) => (any::<Option<u32>>(), text(plan, index))
            .prop_map(move |(inside, text)| Tree::Reference { inside, rule: index, text })
            .boxed(),
        _ => tree(plan, member.rule, depth + 1),
    };
    match &member.absent {
        _ if !may_be_absent => value,
        Absent::Default(default) if member.rule != Rule::Opaque => {
            let default = from_canonical(default);
            prop_oneof![2 => Just(Tree::Absent), 1 => Just(default), 4 => value].boxed()
        }
        _ => prop_oneof![1 => Just(Tree::Absent), 2 => value].boxed(),
    }
}

/// Whether a member can do without a value.
pub(super) fn may_be_absent(member: &Member) -> bool {
    member.absent != Absent::Required
        || (member.nullable && member.rule != Rule::Opaque)
        || member.rule == Rule::Null
}
