//! Members that name elements of a set.

use super::Walk;
use crate::compatibility::found::{Expected, Found};
use crate::compatibility::place::{Place, Step};
use crate::model::{Model, Reference, Type};

impl Walk<'_> {
    pub(super) fn references(&mut self) {
        let (model_old, model_new) = (self.old, self.new);
        for was in &model_old.references {
            let place = place(was);
            match model_new.references.iter().find(|is| is_same(was, is)) {
                Some(is) => self.reference(&place, was, is),
                None if !holds(model_new, was) => {}
                None => {
                    let what = format!("names no element of `{}` any more", was.set);
                    let nodes = (Some(&was.node), None);
                    self.refer(Found::new(&place, nodes, what, Expected::Kept, Expected::Kept));
                }
            }
        }
        for is in &model_new.references {
            if !model_old.references.iter().any(|was| is_same(was, is)) && holds(model_old, is) {
                let what = format!("names an element of `{}`", is.set);
                let nodes = (None, Some(&is.node));
                let found = Found::new(&place(is), nodes, what, Expected::Broken, Expected::Kept);
                self.refer(found);
            }
        }
    }

    fn refer(&mut self, found: Found) {
        self.add(Found { is_reference: true, ..found });
    }

    fn reference(&mut self, place: &Place, was: &Reference, is: &Reference) {
        let nodes = (Some(&was.node), Some(&is.node));
        if was.acyclic != is.acyclic {
            let (what, acceptance) = match is.acyclic {
                true => ("circles are an error", Expected::Broken),
                false => ("circles are allowed", Expected::Kept),
            };
            self.refer(Found::new(place, nodes, what, acceptance, Expected::Kept));
        }
        if was.outside != is.outside {
            let (what, acceptance) = match is.outside {
                true => ("names of no element are allowed", Expected::Kept),
                false => ("names of no element are an error", Expected::Broken),
            };
            self.refer(Found::new(place, nodes, what, acceptance, Expected::Kept));
        }
    }
}

fn is_same(one: &Reference, other: &Reference) -> bool {
    (&one.set, &one.key, &one.through, &one.member)
        == (&other.set, &other.key, &other.through, &other.member)
}

fn place(reference: &Reference) -> Place {
    let mut place = Place::default().member(&reference.set).with(Step::Element);
    for name in &reference.through {
        place = place.member(name).with(Step::Element);
    }
    place.member(&reference.member)
}

/// Whether a model has the member that the reference is about.
fn holds(model: &Model, reference: &Reference) -> bool {
    let Some(mut record) = model.root() else { return false };
    for name in [&reference.set].into_iter().chain(&reference.through) {
        let member = record.branches.iter().find_map(|branch| branch.member(name));
        let Some(Type::Array(array)) = member.map(|member| member.ty) else { return false };
        let Some(Type::Record(index)) = model.arrays.get(array).map(|array| array.items) else {
            return false;
        };
        let Some(found) = model.records.get(index) else { return false };
        record = found;
    }
    record.branches.iter().any(|branch| branch.member(&reference.member).is_some())
}
