//! The members of an object.

use super::Walk;
use crate::compatibility::found::{Expected, Found};
use crate::compatibility::json::Json;
use crate::compatibility::place::Place;
use crate::model::{Absence, Branch, Member, Model, Others, Type};

/// The name of a member that no schema is likely to name.
const OTHER: &str = "other";

impl Walk<'_> {
    pub(super) fn members(&mut self, place: &Place, old: &Branch, new: &Branch) {
        for was in &old.members {
            let here = place.member(&was.name);
            match new.member(&was.name) {
                Some(is) => self.member(&here, was, is),
                None => self.removed(&here, was, new.others),
            }
        }
        for is in &new.members {
            if old.member(&is.name).is_none() {
                self.added(&place.member(&is.name), is, old.others);
            }
        }
        self.others(place, old, new);
    }

    /// Members that the object does not name.
    fn others(&mut self, place: &Place, old: &Branch, new: &Branch) {
        let mut name = OTHER.to_owned();
        while old.member(&name).is_some() || new.member(&name).is_some() {
            name.push('_');
        }
        let here = place.member(&name);
        let nodes = (Some(&old.node), Some(&new.node));
        match (old.others, new.others) {
            (None, None) => {}
            (None, Some(_)) => {
                let what = "members of any name may be there";
                let found = Found::new(&here, nodes, what, Expected::Kept, Expected::Kept);
                self.add(found);
            }
            (Some(was), None) => {
                let what = "members of other names may no longer be there";
                // A row with one of them is read as if it had none.
                let found = Found::new(&here, nodes, what, Expected::Broken, Expected::Open);
                self.add(Found { is_of_others: true, ..found.of(Some(was.ty), None) });
            }
            (Some(was), Some(is)) => {
                if was.nullable != is.nullable {
                    let (what, acceptance) = match is.nullable {
                        true => ("null may be written", Expected::Kept),
                        false => ("null may no longer be written", Expected::Broken),
                    };
                    let found = Found::new(&here, nodes, what, acceptance, Expected::Kept);
                    self.add(found.of(Some(was.ty), Some(is.ty)).shown_by([Json::Null]));
                }
                match (was.ty, is.ty) {
                    (Type::Opaque, Type::Opaque) => {}
                    (_, Type::Opaque) => {
                        self.opened(&here, was.ty, true, (&old.node, &new.node));
                    }
                    _ => self.types(&here, was.ty, is.ty, (&old.node, &new.node)),
                }
            }
        }
    }

    fn removed(&mut self, here: &Place, was: &Member, others: Option<Others>) {
        // A member that only takes null leaves nothing behind where it is not emitted.
        // Where it was required, no request is read by both versions.
        let identity = match (was.emit_non_default, was.ty) {
            (true, Type::Null) => Expected::Kept,
            _ if was.absence == Absence::Required => Expected::Kept,
            _ => Expected::Broken,
        };
        let what = format!("member `{}` removed", was.name);
        let if_closed = others.map(|_| (Expected::Broken, identity, true));
        // An open object takes it still, as it takes any other.
        let (acceptance, identity) = match others {
            None => (Expected::Broken, identity),
            Some(others) if others.ty == Type::Opaque && self.new.remaining.is_empty() => {
                (Expected::Kept, Expected::Open)
            }
            Some(_) => (Expected::Open, Expected::Open),
        };
        let found = Found::new(here, (Some(&was.node), None), what, acceptance, identity);
        self.add(Found { if_closed, ..found.of(Some(was.ty), None) });
    }

    fn added(&mut self, here: &Place, is: &Member, others: Option<Others>) {
        let (kind, acceptance, identity) = match (&is.absence, is.emit_non_default) {
            // No request is accepted by both; a row without the member still may match anything.
            (Absence::Required, _) if is.stored_absent_any => {
                ("required member", Expected::Broken, Expected::Kept)
            }
            (Absence::Required, _) => ("required member", Expected::Broken, Expected::Broken),
            (_, true) => ("member", Expected::Kept, Expected::Kept),
            (_, false) => ("member", Expected::Kept, Expected::Broken),
        };
        let emission = match (&is.absence, is.emit_non_default) {
            (Absence::Required, _) => "",
            (_, true) => ", left out of the canonical form at its default",
            (_, false) => ", in the canonical form even at its default",
        };
        let what = format!("{kind} `{}` added{emission}", is.name);
        let if_closed = others.map(|_| (acceptance, identity, false));
        // An open object took anything under the name.
        let (acceptance, identity) = match others {
            None => (acceptance, identity),
            Some(_) if acceptance == Expected::Broken => (acceptance, Expected::Open),
            Some(_) if is.ty == Type::Opaque => (Expected::Kept, Expected::Open),
            Some(_) => (Expected::Open, Expected::Open),
        };
        let found = Found::new(here, (None, Some(&is.node)), what, acceptance, identity);
        self.add(Found { if_closed, ..found.of(None, Some(is.ty)) });
    }

    fn member(&mut self, here: &Place, was: &Member, is: &Member) {
        let nodes = (Some(&was.node), Some(&is.node));
        let types = (Some(was.ty), Some(is.ty));
        let meant = (meaning(self.old, &was.absence), meaning(self.new, &is.absence));
        if meant.0 != meant.1 {
            let what = match (&was.absence, &is.absence) {
                (Absence::Default(_), Absence::Default(_)) => {
                    format!("default {} → {}", meant.0, meant.1)
                }
                (Absence::Required, _) => format!("required → optional: absent means {}", meant.1),
                (_, Absence::Required) => format!("optional, absent meant {} → required", meant.0),
                _ => format!("absent means {} → {}", meant.0, meant.1),
            };
            let emits = was.emit_non_default || is.emit_non_default;
            let (acceptance, identity) = match (&was.absence, &is.absence) {
                (Absence::Required, _) if emits => (Expected::Kept, Expected::Open),
                (Absence::Required, _) => (Expected::Kept, Expected::Kept),
                (_, Absence::Required) if emits => (Expected::Broken, Expected::Open),
                (_, Absence::Required) => (Expected::Broken, Expected::Broken),
                _ => (Expected::Kept, Expected::Broken),
            };
            let found = Found::new(here, nodes, what, acceptance, identity);
            self.add(found.of(types.0, types.1));
        }
        if was.nullable != is.nullable && was.ty != Type::Opaque && is.ty != Type::Opaque {
            let (what, acceptance) = match is.nullable {
                true => ("null may be written", Expected::Kept),
                false => ("null may no longer be written", Expected::Broken),
            };
            let found = Found::new(here, nodes, what, acceptance, Expected::Kept);
            self.add(found.of(types.0, types.1));
        }
        if was.emit_non_default != is.emit_non_default {
            let what = match is.emit_non_default {
                true => "left out of the canonical form at its default",
                false => "in the canonical form even at its default",
            };
            let found = Found::new(here, nodes, what, Expected::Kept, Expected::Broken);
            self.add(found.of(types.0, types.1));
        }
        if was.stored_absent_any != is.stored_absent_any {
            let what = match is.stored_absent_any {
                true => "a stored row without it matches anything",
                false => "a stored row without it matches nothing any more",
            };
            let found = Found::new(here, nodes, what, Expected::Kept, Expected::Broken);
            self.add(found.of(types.0, types.1));
        }
        if is.ty == Type::Opaque && was.ty != Type::Opaque {
            // A null that meant absence is a value now, which is the same only beside null.
            let is_null = matches!(was.absence, Absence::Null | Absence::Required);
            return self.opened(here, was.ty, is_null || !was.nullable, (&was.node, &is.node));
        }
        self.types(here, was.ty, is.ty, (&was.node, &is.node));
    }
}

/// What absence means, in words.
fn meaning(model: &Model, absence: &Absence) -> String {
    match absence {
        Absence::Required => "an error".to_owned(),
        Absence::Null => "null".to_owned(),
        Absence::Default(text) => {
            let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            format!("`{}`", inner.unwrap_or(text))
        }
        Absence::Inherit(index) => {
            let name = model.scope.get(*index).map_or("", |member| &member.name);
            format!("the scope's `{name}`")
        }
    }
}
