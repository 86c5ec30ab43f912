//! Changes of a tree, each of one thing that changes the meaning.

use super::json_changes::{json_changes, other_texts};
use super::leaves::{date_time, decimal, fitted, numbers_of, uuid};
use super::render::{meaning, member_meaning};
use super::scope::PlanScope;
use super::settle::{fresh, freshen, holds_reference, key_of, texts};
use super::tree::{Tree, member, reference_at};
use crate::difference::{Path, Segment};
use crate::json::write_string;
use crate::plan::{Absent, Form, Member, Order, Plan, Rule};
use proptest::sample::Index;
use std::collections::{BTreeMap, BTreeSet};

/// A changed tree, what kind of change it is, and where all that differs lies.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) place: Path,
    pub(super) changed: Tree,
}

/// Whether a change changes the meaning of a tree: neighbours that are swapped may be alike.
fn differs(plan: &Plan, root: &Tree, change: &Change, scope: &PlanScope) -> bool {
    meaning(plan, plan.root, &change.changed, scope) != meaning(plan, plan.root, root, scope)
}

/// A change of a tree: `kind` picks among the kinds that there are for it, `which` among the
/// changes of that kind, so that rare kinds come as often as those with many places. Where the
/// change that was picked does not change the meaning, the next one is taken.
pub(super) fn change(
    plan: &Plan,
    root: &Tree,
    scope: &PlanScope,
    kind: Index,
    which: Index,
) -> Option<Change> {
    let changer = Changer::new(plan, root, scope);
    let each = |sink: Sink<'_>| changer.value(plan.root, root, &mut Path::default(), sink);
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    each(&mut |kind, _, _| *counts.entry(kind).or_default() += 1);
    let first = counts.len().checked_sub(1).map(|last| kind.index(last + 1))?;
    let (before, after) = (counts.iter().take(first), counts.iter().skip(first));
    after.chain(before).find_map(|(wanted, count)| {
        let chosen = which.index(*count);
        // Those from the chosen one on, then those before it.
        [chosen..*count, 0..chosen].into_iter().find_map(|range| {
            let (mut index, mut attempts, mut found) = (0, 0, None);
            each(&mut |kind, place, make| {
                if kind != *wanted {
                    return;
                }
                if found.is_none() && attempts < ATTEMPTS && range.contains(&index) {
                    attempts += 1;
                    let change = Change { kind, place, changed: make() };
                    found = differs(plan, root, &change, scope).then_some(change);
                }
                index += 1;
            });
            found
        })
    })
}

/// How many changes of a kind are tried in one tree.
const ATTEMPTS: u32 = 20;

/// Told of a change and its place; the tree is made on demand, or a large one would be copied as
/// often as there are changes of it.
type Sink<'s> = &'s mut dyn FnMut(&'static str, Path, &dyn Fn() -> Tree);

pub(super) struct Changer<'c> {
    plan: &'c Plan,
    scope: &'c PlanScope,
    used: BTreeSet<String>,
}

impl<'c> Changer<'c> {
    pub(super) fn new(plan: &'c Plan, root: &Tree, scope: &'c PlanScope) -> Changer<'c> {
        let mut used = BTreeSet::new();
        texts(root, &mut used);
        Changer { plan, scope, used }
    }

    /// The elements with others after them until there are `count`; `None` where there are no
    /// others.
    pub(super) fn grown(
        &self,
        items: Rule,
        keys: &[u16],
        elements: &[Tree],
        count: usize,
    ) -> Option<Vec<Tree>> {
        let (plan, scope, used) = (self.plan, self.scope, self.used.clone());
        let mut changer = Changer { plan, scope, used };
        let mut elements = elements.to_vec();
        while elements.len() < count {
            let more = changer.another(items, keys, &elements)?;
            texts(&more, &mut changer.used);
            elements.push(more);
        }
        Some(elements)
    }

    fn value(&self, rule: Rule, tree: &Tree, path: &mut Path, sink: Sink<'_>) {
        match (rule, tree) {
            (Rule::Record(index), Tree::Record { branch, members }) => {
                self.branches(index, *branch, members, path, sink);
                self.members(index, *branch, members, &[], path, sink);
            }
            (Rule::Array(index), Tree::Array(elements)) => self.array(index, elements, path, sink),
            (Rule::Opaque, Tree::Json(value)) => {
                for change in json_changes(value, path) {
                    sink(change.kind, change.place, &|| Tree::Json(change.changed.clone()));
                }
            }
            _ => {
                for other in self.other_scalars(rule, tree) {
                    sink("value changed", path.clone(), &|| other.clone());
                }
            }
        }
    }

    /// Other values of a scalar rule.
    fn other_scalars(&self, rule: Rule, tree: &Tree) -> Vec<Tree> {
        match (rule, tree) {
            (Rule::Boolean, Tree::Boolean(value)) => vec![Tree::Boolean(!value)],
            (Rule::Integer(index), Tree::Integer(value)) => {
                let Some(rule) = self.plan.integers.get(usize::from(index)) else {
                    return Vec::new();
                };
                let near = [value.checked_add(1), value.checked_sub(1), value.checked_neg()];
                near.into_iter()
                    .flatten()
                    .chain([rule.minimum, rule.maximum])
                    .filter(|other| other != value && (rule.minimum..=rule.maximum).contains(other))
                    .map(Tree::Integer)
                    .collect()
            }
            (Rule::Number(index), Tree::Number(value)) => numbers_of(self.plan, index)
                .filter(|other| other != value)
                .take(4)
                .map(Tree::Number)
                .collect(),
            (Rule::Text(index), Tree::Text(text)) => {
                let Some(rule) = self.plan.texts.get(usize::from(index)) else {
                    return Vec::new();
                };
                let others = match rule.form {
                    Form::Uuid => vec![uuid(0), text.replace('a', "b"), text.replace('0', "1")],
                    Form::DateTime => (0..4).map(date_time).collect(),
                    Form::Decimal => (0..4).map(decimal).collect(),
                    Form::Plain => other_texts(text)
                        .into_iter()
                        .map(|other| fitted(rule, other))
                        .chain([fitted(rule, "another".to_owned())])
                        .collect(),
                };
                others.into_iter().filter(|other| other != text).map(Tree::Text).collect()
            }
            (Rule::Choice(index), Tree::Text(text)) => {
                let choice = self.plan.choices.get(usize::from(index));
                let values = choice.map_or(&[][..], |choice| &choice.values);
                values
                    .iter()
                    .filter(|other| *other != text)
                    .map(|other| Tree::Text(other.to_string()))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The changes of members; those in the slots `keys` change which element it is.
    fn members(
        &self,
        record: u16,
        branch: u16,
        members: &[Tree],
        keys: &[u16],
        path: &mut Path,
        sink: Sink<'_>,
    ) {
        let slots = self.plan.record(record).map_or(&[][..], |record| &record.slots);
        for (slot, (name, tree)) in slots.iter().zip(members).enumerate() {
            let Some(taken) = member(self.plan, record, branch, slot) else { continue };
            let number = u16::try_from(slot).unwrap_or(u16::MAX);
            if taken.rule == Rule::Null || keys.contains(&number) {
                continue;
            }
            let mut put = |kind, place, make: &dyn Fn() -> Tree| {
                sink(kind, place, &|| {
                    let mut members = members.to_vec();
                    if let Some(place) = members.get_mut(slot) {
                        *place = make();
                    }
                    Tree::Record { branch, members }
                });
            };
            path.push(Segment::Member(name.name.to_string()));
            if reference_at(self.plan, record, number).is_some() {
                if let Some(other) = self.unused_text(taken.rule, record, number) {
                    put("reference changed", path.clone(), &|| other.clone());
                }
            } else {
                // What means its member's default may be left out: then all of it differs. Absence
                // that means no elements is compared as an array.
                let is_whole = match (taken.rule, &taken.absent) {
                    (Rule::Record(_) | Rule::Opaque, Absent::Default(_)) => true,
                    (Rule::Array(_), Absent::Default(default)) => default != "[]",
                    _ => false,
                };
                let home = path.clone();
                self.value(taken.rule, tree, path, &mut |kind, place, make| {
                    put(kind, if is_whole { home.clone() } else { place }, make);
                });
                self.presence(taken, tree, path, &mut put);
            }
            path.pop();
        }
    }

    /// A value in the place of absence, and absence in the place of a value.
    fn presence(&self, member: &Member, tree: &Tree, path: &mut Path, sink: Sink<'_>) {
        let may_be_absent =
            member.absent != Absent::Required || (member.nullable && member.rule != Rule::Opaque);
        if !may_be_absent {
            return;
        }
        if *tree != Tree::Absent {
            let kind = match member.absent {
                Absent::Inherit(_) => "value of one's own left out",
                _ => "member left out",
            };
            // Sets that are left out lose each element: all of it lies below the member.
            return sink(kind, path.clone(), &|| Tree::Absent);
        }
        if let (Rule::Array(index), Absent::Default(_)) = (member.rule, &member.absent) {
            self.array(index, &[], path, sink);
        }
        let kind = match member.absent {
            Absent::Inherit(_) => "value of one's own added",
            Absent::Default(_) => "default overridden",
            _ => "member added",
        };
        let mut values: Vec<Tree> = self.least(member.rule, 0).into_iter().collect();
        let others: Vec<Tree> =
            values.iter().flat_map(|value| self.other_scalars(member.rule, value)).collect();
        values.extend(others);
        let absent = member_meaning(self.plan, member, tree, self.scope);
        for value in values {
            if member_meaning(self.plan, member, &value, self.scope) != absent {
                sink(kind, path.clone(), &|| value.clone());
            }
        }
    }

    /// The same element in another branch: what both branches take stays.
    fn branches(&self, index: u16, branch: u16, members: &[Tree], path: &Path, sink: Sink<'_>) {
        let Some(record) = self.plan.record(index) else { return };
        for (other, _) in (0u16..).zip(record.branches.iter()).filter(|(other, _)| *other != branch)
        {
            let changed: Option<Vec<Tree>> = members
                .iter()
                .enumerate()
                .map(|(slot, tree)| {
                    let Some(taken) = member(self.plan, index, other, slot) else {
                        return Some(Tree::Absent);
                    };
                    let was = member(self.plan, index, branch, slot);
                    match taken.absent {
                        _ if was.is_some_and(|was| was.rule == taken.rule) => Some(tree.clone()),
                        Absent::Required => self.least(taken.rule, 0),
                        _ => Some(Tree::Absent),
                    }
                })
                .collect();
            if let Some(members) = changed {
                sink("branch changed", path.clone(), &|| Tree::Record {
                    branch: other,
                    members: members.clone(),
                });
            }
        }
    }

    fn array(&self, index: u16, elements: &[Tree], path: &mut Path, sink: Sink<'_>) {
        let Some(rule) = self.plan.array(index) else { return };
        let (least, most) = (rule.min_items as usize, rule.max_items.map(|most| most as usize));
        let may_shrink = elements.len() > least;
        let may_grow = most.is_none_or(|most| elements.len() < most);
        let keys: &[u16] = match &rule.order {
            Order::Set(keys) => keys,
            _ => &[],
        };
        let is_named = self.is_named_inside(path);
        let (whole, is_multiset) = (path.clone(), matches!(rule.order, Order::Multiset));
        for (position, element) in elements.iter().enumerate() {
            let mut here = path.clone();
            match &rule.order {
                Order::List => here.push(Segment::Index(position)),
                Order::Set(_) => here.push(self.key_segment(element, keys)),
                Order::Multiset => {}
            }
            let replaced = |value: Tree| {
                let mut elements = elements.to_vec();
                if let Some(place) = elements.get_mut(position) {
                    *place = value;
                }
                Tree::Array(elements)
            };
            let put = &mut |kind, place: Path, make: &dyn Fn() -> Tree| {
                let place = if is_multiset { whole.clone() } else { place };
                sink(kind, place, &|| replaced(make()));
            };
            match (element, rule.items) {
                (Tree::Record { branch, members }, Rule::Record(record)) => {
                    self.branches(record, *branch, members, &here, put);
                    self.members(record, *branch, members, keys, &mut here, put);
                }
                (element, items) => self.value(items, element, &mut here, put),
            }
            if may_shrink && !is_named {
                // What follows in a list moves up.
                let place = if keys.is_empty() { whole.clone() } else { here.clone() };
                sink("element left out", place, &|| {
                    let mut elements = elements.to_vec();
                    elements.remove(position);
                    Tree::Array(elements)
                });
            }
            if matches!(rule.order, Order::List) && position + 1 < elements.len() {
                sink("order changed", whole.clone(), &|| {
                    let mut elements = elements.to_vec();
                    elements.swap(position, position + 1);
                    Tree::Array(elements)
                });
            }
            if !keys.is_empty()
                && !is_named
                && let Some(renamed) = self.renamed(rule.items, keys, element, elements)
            {
                sink("key changed", whole.clone(), &|| replaced(renamed.clone()));
            }
        }
        if may_grow && let Some(more) = self.another(rule.items, keys, elements) {
            let place = match keys {
                [] => whole,
                keys => {
                    let mut place = whole;
                    place.push(self.key_segment(&more, keys));
                    place
                }
            };
            sink("element added", place, &|| {
                let mut elements = elements.to_vec();
                elements.push(more.clone());
                Tree::Array(elements)
            });
        }
    }

    /// Whether the array at the path holds elements that references must find.
    fn is_named_inside(&self, path: &Path) -> bool {
        let Rule::Record(root) = self.plan.root else { return false };
        let [Segment::Member(name)] = path.segments() else { return false };
        self.plan.references.iter().filter(|reference| !reference.outside).any(|reference| {
            let slots = self.plan.record(root).map(|record| &record.slots);
            slots
                .and_then(|slots| slots.get(usize::from(reference.set)))
                .is_some_and(|slot| slot.name == *name)
        })
    }

    /// An element with another key.
    fn renamed(&self, items: Rule, keys: &[u16], element: &Tree, all: &[Tree]) -> Option<Tree> {
        let mut changed = element.clone();
        if holds_reference(self.plan, items, keys) {
            let Rule::Record(record) = items else { return None };
            let Tree::Record { branch, members } = &mut changed else { return None };
            let key = keys.iter().find(|key| reference_at(self.plan, record, **key).is_some())?;
            let rule = member(self.plan, record, *branch, usize::from(*key))?.rule;
            *members.get_mut(usize::from(*key))? = self.unused_text(rule, record, *key)?;
            return Some(changed);
        }
        let seen: Vec<Vec<Tree>> = all.iter().map(|other| key_of(other, keys)).collect();
        // References elsewhere must not come to mean the element.
        if let (Rule::Record(record), [key]) = (items, keys)
            && let Tree::Record { branch, members } = &mut changed
            && let Some(rule @ Rule::Text(_)) =
                member(self.plan, record, *branch, usize::from(*key)).map(|member| member.rule)
        {
            *members.get_mut(usize::from(*key))? = self.unused(rule)?;
            return Some(changed);
        }
        freshen(self.plan, items, keys, &mut changed, &seen).then_some(changed)
    }

    /// An element more: like the last one, or the least there is.
    fn another(&self, items: Rule, keys: &[u16], elements: &[Tree]) -> Option<Tree> {
        let model = match elements.last() {
            Some(last) => last.clone(),
            None => self.least(items, 0)?,
        };
        if keys.is_empty() { Some(model) } else { self.renamed(items, keys, &model, elements) }
    }

    /// A text for a slot that holds a reference: the name of no element, where that is allowed.
    fn unused_text(&self, rule: Rule, record: u16, slot: u16) -> Option<Tree> {
        let reference = reference_at(self.plan, record, slot)?;
        if reference.outside { self.unused(rule) } else { None }
    }

    /// A text that stands nowhere in the tree.
    pub(super) fn unused(&self, rule: Rule) -> Option<Tree> {
        (0..=self.used.len()).find_map(|attempt| {
            let tree = fresh(self.plan, rule, &Tree::Absent, attempt)?;
            matches!(&tree, Tree::Text(text) if !self.used.contains(text)).then_some(tree)
        })
    }

    /// The least value of a rule; `None` where it would have to refer to something.
    fn least(&self, rule: Rule, depth: u32) -> Option<Tree> {
        const DEEPEST: u32 = 64;
        if depth > DEEPEST {
            return None;
        }
        match rule {
            Rule::Null => Some(Tree::Absent),
            Rule::Opaque => Some(Tree::Json(super::tree::Json::Object(Vec::new()))),
            Rule::Boolean => Some(Tree::Boolean(false)),
            Rule::Integer(index) => {
                let rule = self.plan.integers.get(usize::from(index))?;
                Some(Tree::Integer(0i64.clamp(rule.minimum, rule.maximum)))
            }
            Rule::Number(index) => numbers_of(self.plan, index).next().map(Tree::Number),
            Rule::Text(_) => self.unused(rule),
            Rule::Choice(_) => fresh(self.plan, rule, &Tree::Absent, 0),
            Rule::Array(index) => {
                let rule = self.plan.array(index)?;
                let mut elements = Vec::new();
                for _ in 0..rule.min_items {
                    let keys: &[u16] = match &rule.order {
                        Order::Set(keys) => keys,
                        _ => &[],
                    };
                    let model = self.least(rule.items, depth + 1)?;
                    elements.push(match elements.is_empty() || keys.is_empty() {
                        true => model,
                        false => self.renamed(rule.items, keys, &model, &elements)?,
                    });
                }
                Some(Tree::Array(elements))
            }
            Rule::Record(index) => {
                let branch = self.plan.record(index)?.branches.first()?;
                let members: Option<Vec<Tree>> = branch
                    .members
                    .iter()
                    .zip(0u16..)
                    .map(|(taken, slot)| match taken {
                        Some(taken) if taken.absent == Absent::Required => {
                            match reference_at(self.plan, index, slot) {
                                Some(_) => self.unused_text(taken.rule, index, slot),
                                None => self.least(taken.rule, depth + 1),
                            }
                        }
                        _ => Some(Tree::Absent),
                    })
                    .collect();
                Some(Tree::Record { branch: 0, members: members? })
            }
        }
    }

    /// The name of an element in a path.
    fn key_segment(&self, element: &Tree, keys: &[u16]) -> Segment {
        let texts = key_of(element, keys).into_iter().map(|key| match key {
            Tree::Text(text) => {
                let mut out = Vec::new();
                write_string(&text, &mut out);
                String::from_utf8_lossy(&out).into_owned()
            }
            Tree::Integer(value) => value.to_string(),
            Tree::Number(value) => value.canonical(),
            Tree::Boolean(value) => value.to_string(),
            _ => "null".to_owned(),
        });
        Segment::Key(texts.collect())
    }
}
