//! Two models side by side: what differs, and what the rules say of it.
//!
//! The walk goes by what a value is, not by how the schema is written: a definition that moved or
//! was renamed changes nothing.

mod keywords;
mod members;
mod references;
mod values;

use super::found::{Expected, Found};
use super::place::{Place, Step};
use crate::model::{Model, Record, Type};
use crate::read::Node;
use crate::schema::Schema;
use std::collections::{BTreeMap, BTreeSet};
use tantamount_core::plan::Rule;

/// Everything that differs between two models.
pub(super) fn differences(old: &Schema, new: &Schema) -> Vec<Found> {
    compared(old, new).0
}

/// [`differences`], and where each type of the old model was met first: what is below it is told
/// of there, wherever else it stands.
pub(super) fn compared(old: &Schema, new: &Schema) -> (Vec<Found>, Vec<(Rule, Place)>) {
    let (seen, homes, places) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
    let models = (old.model(), new.model());
    let mut walk = Walk { old: models.0, new: models.1, seen, homes, places, found: Vec::new() };
    let nodes = (old.source().root(), new.source().root());
    walk.types(&Place::default(), models.0.root, models.1.root, nodes);
    walk.scope();
    walk.references();
    walk.keywords(old, new);
    (walk.found, walk.homes)
}

/// The schema of a type that one schema alone describes.
fn node_of(model: &Model, ty: Type) -> Option<&Node> {
    match ty {
        Type::Record(index) => model.records.get(index).map(|record| &record.node),
        Type::Array(index) => model.arrays.get(index).map(|array| &array.node),
        Type::Choice(index) => model.choices.get(index).map(|choice| &choice.node),
        Type::Text(index) => {
            model.texts.get(index).filter(|text| text.name.is_some()).map(|text| &text.node)
        }
        Type::Number(index) => {
            model.numbers.get(index).filter(|number| number.name.is_some()).map(|one| &one.node)
        }
        Type::Integer(_) | Type::Opaque | Type::Null | Type::Boolean => None,
    }
}

struct Walk<'m> {
    old: &'m Model,
    new: &'m Model,
    /// Pairs of types that were compared already: models may be recursive.
    seen: BTreeSet<(Type, Type)>,
    homes: Vec<(Rule, Place)>,
    /// Where the schemas of either version were met first.
    places: BTreeMap<String, Place>,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn add(&mut self, found: Found) {
        match self.found.iter_mut().find(|other| other.is_same(&found)) {
            Some(other) => other.places.extend(found.places),
            None => self.found.push(found),
        }
    }

    /// Compares what two values are. `nodes` are the schemas that say it.
    fn types(&mut self, place: &Place, old: Type, new: Type, nodes: (&Node, &Node)) {
        let own = [node_of(self.old, old), node_of(self.new, new)];
        for node in own.into_iter().flatten().chain([nodes.0, nodes.1]) {
            let known = self.places.entry(node.pointer().to_owned());
            known.or_insert_with(|| place.clone());
        }
        match (old, new) {
            (Type::Record(one), Type::Record(other)) => self.records(place, one, other),
            (Type::Number(_), Type::Number(_) | Type::Integer(_))
            | (Type::Integer(_), Type::Number(_)) => self.numbers(place, old, new, nodes),
            (Type::Array(one), Type::Array(other)) => self.arrays(place, one, other),
            (Type::Integer(one), Type::Integer(other)) => self.integers(place, one, other, nodes),
            (Type::Text(one), Type::Text(other)) => self.texts(place, one, other, nodes),
            (Type::Choice(one), Type::Choice(other)) => self.choices(place, one, other),
            (Type::Null, Type::Null) | (Type::Boolean, Type::Boolean) => {}
            (Type::Opaque, Type::Opaque) => {}
            _ => self.retyped(place, old, new, nodes),
        }
    }

    fn records(&mut self, place: &Place, one: usize, other: usize) {
        let rule = crate::lower::rule(Type::Record(one));
        if !self.homes.iter().any(|(known, _)| *known == rule) {
            self.homes.push((rule, place.clone()));
        }
        if !self.seen.insert((Type::Record(one), Type::Record(other))) {
            return;
        }
        let (model_old, model_new) = (self.old, self.new);
        let (Some(old), Some(new)) = (model_old.records.get(one), model_new.records.get(other))
        else {
            return;
        };
        let types = (Some(Type::Record(one)), Some(Type::Record(other)));
        let nodes = (Some(&old.node), Some(&new.node));
        let tag = |record: &Record| record.tag.as_ref().map(|tag| tag.name.clone());
        match (tag(old), tag(new)) {
            (None, None) => {
                if let (Some(old), Some(new)) = (old.branches.first(), new.branches.first()) {
                    self.members(place, old, new);
                }
            }
            (Some(was), Some(is)) if was == is => {
                for branch in &old.branches {
                    let here = place.with(Step::Branch(branch.tag.clone()));
                    match new.branches.iter().find(|other| other.tag == branch.tag) {
                        Some(other) => self.members(&here, branch, other),
                        None => {
                            let what = format!("branch `{}` removed", branch.tag);
                            let nodes = (Some(&branch.node), None);
                            let found =
                                Found::new(&here, nodes, what, Expected::Broken, Expected::Broken);
                            self.add(found.of(types.0, types.1));
                        }
                    }
                }
                for branch in &new.branches {
                    if old.branches.iter().all(|other| other.tag != branch.tag) {
                        let here = place.with(Step::Branch(branch.tag.clone()));
                        let what = format!("branch `{}` added", branch.tag);
                        let nodes = (None, Some(&branch.node));
                        let found = Found::new(&here, nodes, what, Expected::Kept, Expected::Kept);
                        self.add(found.of(types.0, types.1));
                    }
                }
            }
            (was, is) => {
                let what = match (was, is) {
                    (Some(was), Some(is)) => format!("tag `{was}` → `{is}`"),
                    (Some(was), None) => format!("union by `{was}` → one object"),
                    (_, is) => format!("object → union by `{}`", is.unwrap_or_default()),
                };
                let found = Found::new(place, nodes, what, Expected::Open, Expected::Open);
                self.add(found.of(types.0, types.1));
            }
        }
    }

    /// The values that surround a request.
    fn scope(&mut self) {
        let place = Place::default();
        let (model_old, model_new) = (self.old, self.new);
        for old in &model_old.scope {
            match model_new.scope.iter().find(|new| new.name == old.name) {
                Some(new) => self.types(&place, old.ty, new.ty, (&old.node, &new.node)),
                None => {
                    let what = format!("scope member `{}` removed", old.name);
                    let nodes = (Some(&old.node), None);
                    // Whoever inherited it inherits no more, which is a change of its own.
                    self.add(Found::new(&place, nodes, what, Expected::Kept, Expected::Kept));
                }
            }
        }
        for new in &model_new.scope {
            if model_old.scope.iter().all(|old| old.name != new.name) {
                let what = format!("scope member `{}` added", new.name);
                let nodes = (None, Some(&new.node));
                self.add(Found::new(&place, nodes, what, Expected::Kept, Expected::Kept));
            }
        }
    }
}
