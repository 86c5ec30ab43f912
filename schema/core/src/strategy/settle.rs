//! What crosses elements: keys made unique, references resolved.

use super::leaves::{date_time, decimal, fitted, numbers_of, uuid};
use super::tree::{Tree, member};
use crate::plan::{Absent, Form, Order, Plan, Reference, Rule};
use std::collections::BTreeSet;

/// A tree of a rule in which keys differ and references, in a whole request, name what they may.
pub(super) fn settled(plan: &Plan, rule: Rule, mut root: Tree) -> Tree {
    if rule != plan.root {
        finish(plan, rule, &mut root);
        return root;
    }
    // The keys that references name come first: they stay as they are from here on.
    for reference in plan.references.iter() {
        with_set(&mut root, reference.set, |elements| {
            keep_unique(plan, plan.root, reference.set, elements);
        });
    }
    for reference in plan.references.iter() {
        if reference.at_root {
            let keys = keys_of(&mut root, reference);
            choose_names(plan, reference, &mut root, &keys, |_| true);
        } else {
            with_set(&mut root, reference.set, |elements| resolve(plan, reference, elements));
        }
    }
    finish(plan, plan.root, &mut root);
    root
}

fn with_set(root: &mut Tree, slot: u16, act: impl FnOnce(&mut Vec<Tree>)) {
    if let Tree::Record { members, .. } = root
        && let Some(Tree::Array(elements)) = members.get_mut(usize::from(slot))
    {
        act(elements);
    }
}

fn keep_unique(plan: &Plan, root: Rule, slot: u16, elements: &mut Vec<Tree>) {
    if let Rule::Record(index) = root
        && let Some(Rule::Array(array)) =
            member(plan, index, 0, usize::from(slot)).map(|member| member.rule)
    {
        unique(plan, array, elements);
    }
}

/// Changes keys that came before, and leaves elements out whose keys cannot be changed.
fn unique(plan: &Plan, array: u16, elements: &mut Vec<Tree>) {
    let Some(rule) = plan.array(array) else { return };
    let Order::Set(keys) = &rule.order else { return };
    let mut seen: Vec<Vec<Tree>> = Vec::new();
    elements.retain_mut(|element| {
        let mut key = key_of(element, keys);
        if seen.contains(&key) && !freshen(plan, rule.items, keys, element, &seen) {
            return false;
        }
        key = key_of(element, keys);
        seen.push(key);
        true
    });
}

pub(super) fn key_of(element: &Tree, keys: &[u16]) -> Vec<Tree> {
    let Tree::Record { members, .. } = element else { return Vec::new() };
    keys.iter().filter_map(|key| members.get(usize::from(*key)).cloned()).collect()
}

/// Gives an element a key that is not among `seen`; false where there is none.
pub(super) fn freshen(
    plan: &Plan,
    items: Rule,
    keys: &[u16],
    element: &mut Tree,
    seen: &[Vec<Tree>],
) -> bool {
    let Rule::Record(record) = items else { return false };
    for key in keys {
        for attempt in 0..=seen.len() {
            let Tree::Record { branch, members } = &mut *element else { return false };
            let branch = *branch;
            let Some(place) = members.get_mut(usize::from(*key)) else { return false };
            let Some(rule) = member(plan, record, branch, usize::from(*key)).map(|m| m.rule) else {
                return false;
            };
            let old = place.clone();
            let Some(fresh) = fresh(plan, rule, &old, attempt) else { break };
            *place = fresh;
            if !seen.contains(&key_of(element, keys)) {
                return true;
            }
            if let Tree::Record { members, .. } = &mut *element
                && let Some(place) = members.get_mut(usize::from(*key))
            {
                *place = old;
            }
        }
    }
    false
}

/// Another value of a scalar rule, a different one for each attempt; `None` where none is left.
pub(super) fn fresh(plan: &Plan, rule: Rule, old: &Tree, attempt: usize) -> Option<Tree> {
    match rule {
        Rule::Text(index) => {
            let rule = plan.texts.get(usize::from(index))?;
            match rule.form {
                Form::Uuid => return Some(Tree::Text(uuid(0xf0e5 + attempt as u128))),
                Form::DateTime => return Some(Tree::Text(date_time(attempt))),
                Form::Decimal => return Some(Tree::Text(decimal(attempt))),
                Form::Plain => {}
            }
            Some(Tree::Text(fitted(rule, format!("{attempt}n"))))
        }
        Rule::Integer(index) => {
            let rule = plan.integers.get(usize::from(index))?;
            let value = rule.minimum.checked_add(i64::try_from(attempt).ok()?)?;
            (value <= rule.maximum).then_some(Tree::Integer(value))
        }
        Rule::Number(index) => {
            let number = numbers_of(plan, index).nth(attempt)?;
            Some(Tree::Number(number))
        }
        Rule::Choice(index) => {
            let value = plan.choices.get(usize::from(index))?.values.get(attempt)?;
            Some(Tree::Text(value.to_string()))
        }
        Rule::Boolean => match (old, attempt) {
            (Tree::Boolean(old), 0) => Some(Tree::Boolean(!old)),
            _ => None,
        },
        _ => None,
    }
}

/// Resolves the references of one kind: inside to an element that comes before, so that there
/// are no circles, or to any other one where circles are allowed.
fn resolve(plan: &Plan, reference: &Reference, elements: &mut [Tree]) {
    let keys = keys(elements, reference);
    for (index, element) in elements.iter_mut().enumerate() {
        let may_name = |other| if reference.acyclic { other < index } else { other != index };
        choose_names(plan, reference, element, &keys, may_name);
    }
}

fn keys_of(root: &mut Tree, reference: &Reference) -> Vec<String> {
    let mut found = Vec::new();
    with_set(root, reference.set, |elements| found = keys(elements, reference));
    found
}

/// The keys that a reference can name.
fn keys(elements: &[Tree], reference: &Reference) -> Vec<String> {
    let key = |element: &Tree| match element {
        Tree::Record { members, .. } => match members.get(usize::from(reference.key)) {
            Some(Tree::Text(text)) => text.clone(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    elements.iter().map(key).collect()
}

/// Gives the references in an element (or the root) names, those inside out of the keys whose
/// place it may name.
fn choose_names(
    plan: &Plan,
    reference: &Reference,
    holder: &mut Tree,
    keys: &[String],
    may_name: impl Fn(usize) -> bool,
) {
    let candidates = keys.iter().enumerate().filter(|(other, _)| may_name(*other));
    let candidates: Vec<&String> = candidates.map(|(_, key)| key).collect();
    let choose = |inside: Option<u32>, rule: u16, text: &str| {
        let inside = inside.or((!reference.outside).then_some(0));
        let picked = inside
            .and_then(|pick| (pick as usize).checked_rem(candidates.len()))
            .and_then(|pick| candidates.get(pick));
        match picked {
            Some(key) => Some((*key).clone()),
            None if reference.outside => Some(outside(plan, rule, text, keys)),
            None => None,
        }
    };
    resolve_in(holder, &reference.through, reference.member, &choose);
}

/// A name that is the key of no element.
fn outside(plan: &Plan, rule: u16, text: &str, keys: &[String]) -> String {
    let mut name = text.to_owned();
    for attempt in 0..=keys.len() {
        if !keys.contains(&name) {
            break;
        }
        if let Some(Tree::Text(fresh)) = fresh(plan, Rule::Text(rule), &Tree::Absent, attempt) {
            name = fresh;
        }
    }
    name
}

fn resolve_in(
    element: &mut Tree,
    through: &[u16],
    slot: u16,
    choose: &impl Fn(Option<u32>, u16, &str) -> Option<String>,
) {
    let Tree::Record { members, .. } = element else { return };
    let Some((first, rest)) = through.split_first() else {
        if let Some(place) = members.get_mut(usize::from(slot))
            && let Tree::Reference { inside, rule, text } = &*place
        {
            *place = choose(*inside, *rule, text).map_or(Tree::Absent, Tree::Text);
        }
        return;
    };
    if let Some(Tree::Array(holders)) = members.get_mut(usize::from(*first)) {
        holders.iter_mut().for_each(|holder| resolve_in(holder, rest, slot, choose));
    }
}

/// What is left: references that stand where nothing refers are texts, holders of a reference
/// that names nothing are left out, and every set has each key once.
fn finish(plan: &Plan, rule: Rule, tree: &mut Tree) {
    if let Tree::Reference { text, .. } = tree {
        *tree = Tree::Text(std::mem::take(text));
    }
    match (rule, tree) {
        (Rule::Record(index), Tree::Record { branch, members }) => {
            for (slot, value) in members.iter_mut().enumerate() {
                if let Some(member) = member(plan, index, *branch, slot) {
                    finish(plan, member.rule, value);
                }
            }
        }
        (Rule::Array(index), Tree::Array(elements)) => {
            let Some(rule) = plan.array(index) else { return };
            elements.retain(|element| !lacks_required(plan, rule.items, element));
            elements.iter_mut().for_each(|element| finish(plan, rule.items, element));
            match &rule.order {
                // A key that is a reference is not changed: the name it has means something.
                Order::Set(keys) if holds_reference(plan, rule.items, keys) => {
                    let mut seen: Vec<Vec<Tree>> = Vec::new();
                    elements.retain(|element| {
                        let key = key_of(element, keys);
                        let is_new = !seen.contains(&key);
                        seen.push(key);
                        is_new
                    });
                }
                Order::Set(_) => unique(plan, index, elements),
                Order::List | Order::Multiset => {}
            }
        }
        _ => {}
    }
}

pub(super) fn holds_reference(plan: &Plan, items: Rule, keys: &[u16]) -> bool {
    let Rule::Record(record) = items else { return false };
    keys.iter().any(|key| super::tree::reference_at(plan, record, *key).is_some())
}

fn lacks_required(plan: &Plan, rule: Rule, tree: &Tree) -> bool {
    let (Rule::Record(index), Tree::Record { branch, members }) = (rule, tree) else {
        return false;
    };
    members.iter().enumerate().any(|(slot, value)| {
        member(plan, index, *branch, slot).is_some_and(|member| {
            member.absent == Absent::Required && !member.nullable && *value == Tree::Absent
        })
    })
}

/// Every text in a tree.
pub(super) fn texts(tree: &Tree, found: &mut BTreeSet<String>) {
    match tree {
        Tree::Text(text) => {
            found.insert(text.clone());
        }
        Tree::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Tree::Record { members, .. } => members.iter().for_each(|member| texts(member, found)),
        _ => {}
    }
}
