//! What can be checked when all types are known: keys of sets, references, recursion.

use super::build::Builder;
use super::facts::canonical;
use super::types::{Absence, Form, Member, Order, Record, Reference, Type};
use crate::error::Fault;
use crate::read::{Node, suggestion, unescaped};

/// A member with `references`, found on a way from the root.
struct Found {
    /// The names from the root to the object that holds the member; whether each is an array.
    way: Vec<(String, bool)>,
    member: Member,
}

impl Builder<'_> {
    /// References, resolved to sets and keys.
    pub(super) fn references(&mut self) {
        let mut found = Vec::new();
        if let Type::Record(root) = self.model.root {
            self.walk(root, &mut Vec::new(), &mut Vec::new(), &mut found);
        }
        let mut faults = Vec::new();
        let mut references: Vec<Reference> = Vec::new();
        for found in &found {
            match self.reference(found) {
                Ok(reference) => {
                    let same = |other: &Reference| {
                        (&other.set, other.at_root, &other.through, &other.member)
                            == (
                                &reference.set,
                                reference.at_root,
                                &reference.through,
                                &reference.member,
                            )
                    };
                    if !references.iter().any(same) {
                        references.push(reference);
                    }
                }
                Err(fault) => faults.push(*fault),
            }
        }
        for record in &self.model.records {
            for member in record.branches.iter().flat_map(|branch| &branch.members) {
                let Some(annotation) = canonical(&member.node, "references") else { continue };
                let pointer = member.node.pointer();
                if found.iter().any(|found| found.member.node.pointer() == pointer) {
                    continue;
                }
                faults.push(Fault::new(
                    annotation.name_span,
                    annotation.value.pointer(),
                    "references",
                    "no way leads from the root to this member, or a recursive one".to_owned(),
                    "use it below the set that it names elements of, or leave it out",
                ));
            }
        }
        for fault in faults {
            self.add(fault);
        }
        self.model.references = references;
    }

    fn walk(
        &self,
        index: usize,
        way: &mut Vec<(String, bool)>,
        outer: &mut Vec<usize>,
        found: &mut Vec<Found>,
    ) {
        if outer.contains(&index) {
            return;
        }
        outer.push(index);
        let branches = self.model.records.get(index).map(|record| record.branches.as_slice());
        for member in branches.unwrap_or_default().iter().flat_map(|branch| &branch.members) {
            if canonical(&member.node, "references").is_some() {
                found.push(Found { way: way.clone(), member: member.clone() });
            }
            let below = match member.ty {
                Type::Record(index) => Some((index, false)),
                Type::Array(array) => match self.model.arrays.get(array).map(|array| array.items) {
                    Some(Type::Record(index)) => Some((index, true)),
                    _ => None,
                },
                _ => None,
            };
            if let Some((index, is_array)) = below {
                way.push((member.name.clone(), is_array));
                self.walk(index, way, outer, found);
                way.pop();
            }
        }
        outer.pop();
    }

    fn reference(&self, found: &Found) -> Result<Reference, Box<Fault>> {
        let annotation = canonical(&found.member.node, "references");
        let node = annotation.map_or(&found.member.node, |member| &member.value);
        let fault = |message: String, help: &str| {
            Box::new(Fault::new(node.span(), node.pointer(), "references", message, help))
        };
        let path = node.as_str().unwrap_or_default();
        let names: Vec<String> = path.split('/').skip(1).map(unescaped).collect();
        let (key, set) = names.split_last().ok_or_else(|| {
            fault(format!("`{path}` is no path"), "write `/`, the set, `/`, its key")
        })?;
        let [holder] = set else {
            let message = "the set is no member of the root".to_owned();
            return Err(fault(message, "name a set of the root: `/`, the set, `/`, its key"));
        };
        let element =
            self.set_element(holder, key).map_err(|(message, help)| fault(message, &help))?;
        let below = found.way.split_first().filter(|((name, _), _)| name == holder);
        let (at_root, through) =
            below.map_or((true, found.way.as_slice()), |(_, through)| (false, through));
        if through.iter().any(|(_, is_array)| !is_array) {
            let from = if at_root { "root" } else { "set" };
            let message = format!("an object stands between the {from} and the member");
            let help = "put the member into the element, or into an array of it";
            return Err(fault(message, help));
        }
        if let Some(acyclic) = canonical(&found.member.node, "acyclic").filter(|_| at_root) {
            return Err(Box::new(Fault::new(
                acyclic.name_span,
                acyclic.value.pointer(),
                "acyclic",
                format!("nothing outside of the set `/{holder}` can be part of a circle in it"),
                "leave it out: it belongs to members of the set's elements",
            )));
        }
        self.check_key_type(element, key, &found.member)
            .map_err(|(message, help)| fault(message, help))?;
        if !through.is_empty() && !self.is_unique(&found.way, &found.member.name) {
            let message = "the array around the member may name one element twice".to_owned();
            let help = format!(
                "make the array a set by this member: `\"x-canonical\": {{\"set\": [\"{}\"]}}`",
                found.member.name
            );
            return Err(fault(message, &help));
        }
        let flag = |name: &str| canonical(&found.member.node, name).map(|member| &member.value);
        Ok(Reference {
            set: holder.clone(),
            key: (*key).to_owned(),
            at_root,
            through: through.iter().map(|(name, _)| name.clone()).collect(),
            member: found.member.name.clone(),
            acyclic: flag("acyclic").and_then(Node::as_bool).unwrap_or(false),
            outside: flag("outside").and_then(Node::as_str) == Some("allowed"),
            node: node.clone(),
        })
    }

    /// The element of the set that a member of the root holds, whose only key must be `key`.
    fn set_element(&self, name: &str, key: &str) -> Result<&Record, (String, String)> {
        let root = self.model.root();
        let branches = root.map(|root| root.branches.as_slice()).unwrap_or_default();
        let Some(member) = branches.iter().find_map(|branch| branch.member(name)) else {
            let slots = root.map(Record::slots).unwrap_or_default();
            let help = match suggestion(name, slots) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a set of the root: `/`, the set, `/`, its key".to_owned(),
            };
            return Err((format!("the root has no member `{name}`"), help));
        };
        let array = match member.ty {
            Type::Array(index) => self.model.arrays.get(index),
            _ => None,
        };
        let element = match array.map(|array| array.items) {
            Some(Type::Record(index)) => self.model.records.get(index),
            _ => None,
        };
        match (array.map(|array| &array.order), element) {
            (Some(Order::Set(keys)), Some(record)) if *keys == [key] => Ok(record),
            (Some(Order::Set(keys)), Some(_)) => Err((
                format!("`{key}` is not the key of the set"),
                format!("the key is `{}`", keys.join("`, `")),
            )),
            _ => Err((
                format!("`/{name}` is no set"),
                "name an array with `\"x-canonical\": {\"set\": […]}`".to_owned(),
            )),
        }
    }

    fn check_key_type(
        &self,
        element: &Record,
        key: &str,
        member: &Member,
    ) -> Result<(), (String, &'static str)> {
        let form = |ty: Type| match ty {
            Type::Text(index) => self.model.texts.get(index).map(|text| text.form),
            _ => None,
        };
        let own: Option<Form> = form(member.ty);
        let keys = element.branches.iter().filter_map(|branch| branch.member(key));
        for other in keys {
            if own.is_none() || form(other.ty) != own {
                let message = format!("the member and the key `{key}` are compared differently");
                return Err((message, "describe both as strings that are compared alike"));
            }
        }
        Ok(())
    }

    /// Whether the innermost array on the way is a set by the member alone.
    fn is_unique(&self, way: &[(String, bool)], member: &str) -> bool {
        let Type::Record(mut index) = self.model.root else { return false };
        let mut unique = false;
        for (name, _) in way {
            let branches = self.model.records.get(index).map(|record| record.branches.as_slice());
            let found = branches.unwrap_or_default().iter().find_map(|branch| branch.member(name));
            unique = false;
            match found.map(|found| found.ty) {
                Some(Type::Record(next)) => index = next,
                Some(Type::Array(array)) => {
                    let Some(array) = self.model.arrays.get(array) else { return false };
                    unique = array.order == Order::Set(vec![member.to_owned()]);
                    let Type::Record(next) = array.items else { return false };
                    index = next;
                }
                _ => return false,
            }
        }
        unique
    }
}

/// Why a member cannot tell the elements of a set apart.
pub(super) fn key_fault(record: &Record, key: &str) -> Option<(String, String)> {
    if record.tag.as_ref().is_some_and(|tag| tag.name == key) {
        return None;
    }
    let help = "name members that every element has: required strings, choices, numbers or \
                booleans"
        .to_owned();
    for branch in &record.branches {
        let Some(member) = branch.member(key) else {
            let help = suggestion(key, record.slots())
                .map_or(help, |near| format!("did you mean `{near}`?"));
            return Some((format!("`{}` has no member `{key}`", branch.name), help));
        };
        if member.absence != Absence::Required {
            return Some((format!("the key `{key}` is not required in `{}`", branch.name), help));
        }
        if member.nullable {
            return Some((format!("the key `{key}` may be null in `{}`", branch.name), help));
        }
        if matches!(member.ty, Type::Opaque | Type::Null | Type::Array(_) | Type::Record(_)) {
            return Some((format!("the key `{key}` is no scalar in `{}`", branch.name), help));
        }
        if member.stored_absent_any {
            let message = format!("the key `{key}` may be absent in stored rows");
            return Some((message, "leave `stored-absent` out, or name another key".to_owned()));
        }
    }
    None
}
