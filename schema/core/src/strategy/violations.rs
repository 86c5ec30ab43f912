//! Trees with one fault each: what a predicate of the plan refuses, and nothing else.

use super::changes::Changer;
use super::predicates::{
    MOST_ITEMS, Predicate, items_place, member_place, record_place, reference_place,
};
use super::refused::{OTHER_TYPES, quoted, refused_texts, unlisted};
use super::scope::PlanScope;
use super::settle::key_of;
use super::tree::{Fault, Tree, holder, member};
use crate::document::check_text;
use crate::plan::{Absent, ArrayRule, Order, Plan, Record, Reference, Rule};
use crate::problem::Code;
use proptest::sample::Index;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A tree with a fault, and what it breaks. `kind` picks among the predicates that the tree can
/// break, `which` among the ways to break that one.
pub(super) fn violation(
    plan: &Plan,
    root: &Tree,
    scope: &PlanScope,
    kind: Index,
    which: Index,
) -> Option<(Predicate, Tree)> {
    let changer = Changer::new(plan, root, scope);
    let breaker = Breaker { plan, changer, refused: RefCell::new(BTreeMap::new()) };
    let mut ways: BTreeMap<Predicate, usize> = BTreeMap::new();
    breaker.each(root, &mut |place, code, _| {
        let predicate = Predicate { place: place.to_owned(), code };
        *ways.entry(predicate).or_default() += 1;
    });
    // Some cannot be broken alone in this tree: then the next one is tried.
    let first = ways.len().checked_sub(1).map(|last| kind.index(last + 1))?;
    let (before, after) = (ways.iter().take(first), ways.iter().skip(first));
    after.chain(before).find_map(|(predicate, count)| {
        let chosen = which.index(*count);
        let mut ahead = chosen;
        let mut found = None;
        let mut attempts = 0;
        breaker.each(root, &mut |place, code, make| {
            if found.is_some() || code != predicate.code || place != predicate.place {
                return;
            }
            if ahead > 0 {
                ahead -= 1;
            } else if attempts < ATTEMPTS {
                attempts += 1;
                let broken = make();
                // A request that lacks what a reference elsewhere must find has two problems.
                if code == Code::UnknownReference || names_are_known(plan, &broken) {
                    found = Some(broken);
                }
            }
        });
        Some((predicate.clone(), found?))
    })
}

/// How many ways to break a predicate are tried in one tree.
const ATTEMPTS: u32 = 20;

/// Told of a way to break a predicate at a place; the tree is made on demand, or a large one would
/// be copied as often as there are ways to break it.
type Sink<'s> = &'s mut dyn FnMut(&str, Code, &dyn Fn() -> Tree);

/// JSON texts that a rule refuses: the code, and where in the text the problem is told.
type Refused = Rc<[(Code, String, &'static str)]>;

struct Breaker<'c> {
    plan: &'c Plan,
    changer: Changer<'c>,
    /// Those of each rule, some of which are long, by the rule as text.
    refused: RefCell<BTreeMap<String, Refused>>,
}

fn fault(fault: Fault) -> Tree {
    Tree::Fault(Box::new(fault))
}

fn null() -> Tree {
    fault(Fault::Text { text: "null".to_owned(), below: "" })
}

fn replaced(trees: &[Tree], index: usize, tree: Tree) -> Vec<Tree> {
    let mut trees = trees.to_vec();
    if let Some(place) = trees.get_mut(index) {
        *place = tree;
    }
    trees
}

impl Breaker<'_> {
    /// Every way to break the tree that is known.
    fn each(&self, root: &Tree, sink: Sink<'_>) {
        self.value(self.plan.root, root, &self.plan.title, sink);
        for reference in self.plan.references.iter() {
            self.reference(reference, root, sink);
        }
    }

    fn refused(&self, rule: Rule) -> Refused {
        let make = || refused_texts(self.plan, rule).into();
        self.refused.borrow_mut().entry(format!("{rule:?}")).or_insert_with(make).clone()
    }

    fn value(&self, rule: Rule, tree: &Tree, place: &str, sink: Sink<'_>) {
        for (code, text, below) in self.refused(rule).iter() {
            sink(place, *code, &|| fault(Fault::Text { text: text.clone(), below }));
        }
        match (rule, tree) {
            (Rule::Array(index), Tree::Array(elements)) => {
                if let Some(array) = self.plan.array(index) {
                    self.array(array, elements, place, sink);
                }
            }
            (Rule::Record(index), Tree::Record { branch, members }) => {
                if let Some(record) = self.plan.record(index) {
                    self.record(index, record, *branch, members, sink);
                }
            }
            _ => {}
        }
    }

    fn array(&self, rule: &ArrayRule, elements: &[Tree], place: &str, sink: Sink<'_>) {
        let inner = items_place(place);
        for (position, element) in elements.iter().enumerate() {
            self.value(rule.items, element, &inner, &mut |place, code, make| {
                sink(place, code, &|| Tree::Array(replaced(elements, position, make())));
            });
            // No array holds null but one of opaque values, and one that says so.
            if rule.items != Rule::Opaque && !rule.nullable_items {
                sink(&inner, Code::Type, &|| Tree::Array(replaced(elements, position, null())));
            }
        }
        let here = |elements: Vec<Tree>| fault(Fault::Here(Tree::Array(elements)));
        if let Some(count) = (rule.min_items as usize).checked_sub(1) {
            let fewer = || elements.iter().take(count).cloned().collect();
            sink(place, Code::MinItems, &|| here(fewer()));
        }
        let keys: &[u16] = match &rule.order {
            Order::Set(keys) => keys,
            Order::List | Order::Multiset => &[],
        };
        if let Some(most) = rule.max_items.filter(|most| *most <= MOST_ITEMS)
            && let Some(more) = self.changer.grown(rule.items, keys, elements, most as usize + 1)
        {
            sink(place, Code::MaxItems, &|| here(more.clone()));
        }
        if !keys.is_empty() {
            self.duplicate(rule, keys, elements, place, sink);
        }
    }

    /// An element again, at the end or in the place of the last one.
    fn duplicate(
        &self,
        rule: &ArrayRule,
        keys: &[u16],
        elements: &[Tree],
        place: &str,
        sink: Sink<'_>,
    ) {
        let is_full = rule.max_items.is_some_and(|most| elements.len() >= most as usize);
        let kept = elements.len().saturating_sub(usize::from(is_full));
        for (position, element) in elements.iter().take(kept).enumerate() {
            let Some(marked) = marked_key(element, keys) else { continue };
            sink(place, Code::DuplicateKey, &|| {
                let kept = elements.get(..kept).unwrap_or(&[]);
                let mut twice = replaced(kept, position, marked.clone());
                twice.push(marked.clone());
                Tree::Array(twice)
            });
        }
    }

    fn record(&self, index: u16, record: &Record, branch: u16, members: &[Tree], sink: Sink<'_>) {
        let whole = || Tree::Record { branch, members: members.to_vec() };
        let here = record_place(record, branch);
        let more = |name: &str, text: &str| {
            let (name, text) = (name.to_owned(), text.to_owned());
            fault(Fault::More { record: whole(), name, text })
        };
        let names: Vec<&str> = record.slots.iter().map(|slot| slot.name.as_ref()).collect();
        if !record.is_open {
            sink(&here, Code::UnknownMember, &|| more(&unlisted(&names), "null"));
            sink(&here, Code::UnknownMember, &|| more("a~b/c\"\u{1}", r#"{"": [1e5]}"#));
        }
        for ((slot, name), tree) in (0u16..).zip(&names).zip(members) {
            let place = member_place(record, branch, usize::from(slot));
            if record.tag == Some(slot) {
                self.tag(record, slot, &place, &whole, sink);
                let twice = || fault(Fault::Twice { record: whole(), slot });
                sink(&here, Code::DuplicateMember, &twice);
                continue;
            }
            let Some(taken) = member(self.plan, index, branch, usize::from(slot)) else {
                // A branch that takes others takes this one among them.
                if record
                    .branches
                    .get(usize::from(branch))
                    .is_none_or(|found| found.others.is_some())
                {
                    continue;
                }
                for text in ["null", "7", "{\"a\": \"b\"}"] {
                    sink(&place, Code::NotAllowed, &|| more(name, text));
                }
                continue;
            };
            if *tree != Tree::Absent || taken.nullable {
                let twice = || fault(Fault::Twice { record: whole(), slot });
                sink(&here, Code::DuplicateMember, &twice);
            }
            if taken.absent == Absent::Required {
                let without = || fault(Fault::Without { record: whole(), slot });
                sink(&place, Code::Required, &without);
            }
            let mut put = |place: &str, code, make: &dyn Fn() -> Tree| {
                sink(place, code, &|| {
                    let members = replaced(members, usize::from(slot), make());
                    Tree::Record { branch, members }
                });
            };
            self.value(taken.rule, tree, &place, &mut put);
            if !taken.nullable && !matches!(taken.rule, Rule::Opaque | Rule::Null) {
                put(&place, Code::Type, &null);
            }
        }
    }

    fn tag(
        &self,
        record: &Record,
        slot: u16,
        place: &str,
        whole: &dyn Fn() -> Tree,
        sink: Sink<'_>,
    ) {
        sink(place, Code::Required, &|| fault(Fault::Without { record: whole(), slot }));
        let tags: Vec<&str> = record.branches.iter().map(|branch| branch.tag.as_ref()).collect();
        let text = quoted(&unlisted(&tags));
        sink(place, Code::OneOf, &|| fault(Fault::Tag { record: whole(), text: text.clone() }));
        for (_, text) in OTHER_TYPES.iter().filter(|(letter, _)| *letter != 's') {
            let tag = || fault(Fault::Tag { record: whole(), text: (*text).to_owned() });
            sink(place, Code::Type, &tag);
        }
    }

    /// References to the element itself, in circles, and to nothing.
    fn reference(&self, reference: &Reference, root: &Tree, sink: Sink<'_>) {
        let Some(rule @ Rule::Record(index)) = holder(self.plan, reference) else { return };
        let Some(record) = self.plan.record(index) else { return };
        let place = reference_place(record, reference.member);
        let Tree::Record { branch, members } = root else { return };
        let Some(Tree::Array(elements)) = members.get(usize::from(reference.set)) else { return };
        let whole = |set: Tree| {
            let members = replaced(members, usize::from(reference.set), set);
            Tree::Record { branch: *branch, members }
        };
        let namer = Namer { plan: self.plan, reference, holder: rule };
        if reference.at_root {
            if !reference.outside
                && let Some(Tree::Text(unused)) = self.unused(index, reference.member)
                && let Some(named) = namer.naming(root, &unused, true)
            {
                sink(&place, Code::UnknownReference, &|| named.clone());
            }
            return;
        }
        let keys: Vec<Option<&str>> =
            elements.iter().map(|element| text_in(element, reference.key)).collect();
        for (position, (element, key)) in elements.iter().zip(&keys).enumerate() {
            let Some(key) = *key else { continue };
            if let Some(named) = namer.naming(element, key, true) {
                let elements = || replaced(elements, position, named.clone());
                sink(&place, Code::SelfReference, &|| whole(Tree::Array(elements())));
            }
            if !reference.outside
                && let Some(Tree::Text(unused)) = self.unused(index, reference.member)
                && let Some(named) = namer.naming(element, &unused, true)
            {
                let elements = || replaced(elements, position, named.clone());
                sink(&place, Code::UnknownReference, &|| whole(Tree::Array(elements())));
            }
            let others = if reference.acyclic { keys.get(..position) } else { None };
            for (other, other_key) in others.unwrap_or(&[]).iter().enumerate() {
                let (Some(other_key), Some(second)) = (*other_key, elements.get(other)) else {
                    continue;
                };
                let circle =
                    namer.naming(element, other_key, false).zip(namer.naming(second, key, false));
                if let Some((one, two)) = circle {
                    sink(&place, Code::Cycle, &|| {
                        let elements = replaced(elements, position, one.clone());
                        let elements = replaced(&elements, other, two.clone());
                        whole(fault(Fault::Here(Tree::Array(elements))))
                    });
                }
            }
        }
    }

    fn unused(&self, record: u16, slot: u16) -> Option<Tree> {
        let branches = self.plan.record(record)?.branches.iter();
        let rule = branches.filter_map(|b| b.members.get(usize::from(slot))?.as_ref()).next()?.rule;
        self.changer.unused(rule)
    }
}

/// An element whose key is marked as the place of a problem: the key itself, or where it is of
/// several members, the element.
fn marked_key(element: &Tree, keys: &[u16]) -> Option<Tree> {
    let Tree::Record { branch, members } = element else { return None };
    let [key] = keys else { return Some(fault(Fault::Here(element.clone()))) };
    let [value] = key_of(element, keys).try_into().ok()?;
    let members = replaced(members, usize::from(*key), fault(Fault::Here(value)));
    Some(Tree::Record { branch: *branch, members })
}

/// Makes elements refer to others.
struct Namer<'n> {
    plan: &'n Plan,
    reference: &'n Reference,
    holder: Rule,
}

impl Namer<'_> {
    /// The element with a reference to the key `name`; the first one that it holds is changed,
    /// unless another one has that name already. `None` where it holds none.
    fn naming(&self, element: &Tree, name: &str, mark: bool) -> Option<Tree> {
        if names_in(element, &self.reference.through, self.reference.member).contains(&name) {
            return Some(element.clone());
        }
        self.changed(element, &self.reference.through, name, mark)
    }

    fn changed(&self, tree: &Tree, through: &[u16], name: &str, mark: bool) -> Option<Tree> {
        let Tree::Record { branch, members } = tree else { return None };
        let Some((first, rest)) = through.split_first() else {
            let Rule::Record(record) = self.holder else { return None };
            let slot = usize::from(self.reference.member);
            let rule = member(self.plan, record, *branch, slot)?.rule;
            check_text(self.plan, rule, name).ok()?;
            let named = Tree::Text(name.to_owned());
            let named = if mark { fault(Fault::Here(named)) } else { named };
            return Some(Tree::Record { branch: *branch, members: replaced(members, slot, named) });
        };
        let slot = usize::from(*first);
        let Some(Tree::Array(holders)) = members.get(slot) else { return None };
        let (position, changed) = holders.iter().enumerate().find_map(|(position, holder)| {
            Some((position, self.changed(holder, rest, name, mark)?))
        })?;
        let array = Tree::Array(replaced(holders, position, changed));
        Some(Tree::Record { branch: *branch, members: replaced(members, slot, array) })
    }
}

/// Whether the names that references must find are keys of elements, also where a fault is: a
/// second problem would follow from it.
fn names_are_known(plan: &Plan, root: &Tree) -> bool {
    plan.references.iter().filter(|reference| !reference.outside).all(|reference| {
        let set = member_in(root, reference.set).map(seen_through);
        let elements: &[Tree] = match set {
            Some(Tree::Array(elements)) => elements,
            _ if reference.at_root => &[],
            _ => return true,
        };
        let keys: Vec<&str> = elements
            .iter()
            .filter(|element| !is_untold(element))
            .filter_map(|element| text_in(element, reference.key))
            .collect();
        let holders = if reference.at_root { std::slice::from_ref(root) } else { elements };
        holders
            .iter()
            .flat_map(|holder| names_in(holder, &reference.through, reference.member))
            .all(|name| keys.contains(&name))
    })
}

/// Whether the branch of a record cannot be told.
fn is_untold(tree: &Tree) -> bool {
    matches!(tree, Tree::Fault(fault) if matches!(**fault, Fault::Tag { .. }))
}

/// The value that a fault is about, where it still stands.
fn seen_through(tree: &Tree) -> &Tree {
    match tree {
        Tree::Fault(fault) => match &**fault {
            Fault::Text { .. } => tree,
            Fault::Here(inner)
            | Fault::Without { record: inner, .. }
            | Fault::Twice { record: inner, .. }
            | Fault::Tag { record: inner, .. }
            | Fault::More { record: inner, .. } => seen_through(inner),
        },
        _ => tree,
    }
}

/// A member of a record, where it still stands.
fn member_in(tree: &Tree, slot: u16) -> Option<&Tree> {
    if let Tree::Fault(fault) = tree
        && let Fault::Without { slot: without, .. } = &**fault
        && *without == slot
    {
        return None;
    }
    let Tree::Record { members, .. } = seen_through(tree) else { return None };
    members.get(usize::from(slot))
}

fn text_in(tree: &Tree, slot: u16) -> Option<&str> {
    match seen_through(member_in(tree, slot)?) {
        Tree::Text(text) => Some(text),
        _ => None,
    }
}

/// The names that the references of an element give.
fn names_in<'t>(element: &'t Tree, through: &[u16], slot: u16) -> Vec<&'t str> {
    let Some((first, rest)) = through.split_first() else {
        return text_in(element, slot).into_iter().collect();
    };
    match member_in(element, *first).map(seen_through) {
        Some(Tree::Array(holders)) => {
            holders.iter().flat_map(|holder| names_in(holder, rest, slot)).collect()
        }
        _ => Vec::new(),
    }
}
