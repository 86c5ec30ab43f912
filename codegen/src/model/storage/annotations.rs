//! The `x-storage` annotations of a schema, found by the names of the members.

use super::StorageError;
use crate::read::child;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

const KEYWORD: &str = "x-storage";
const BRANCHES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The `x-storage` annotations of a schema. It keeps account of those that were asked for, so that
/// none is ignored in silence.
pub struct Annotations<'s> {
    document: &'s Value,
    read: RefCell<BTreeSet<String>>,
}

/// A value of the schema, and where it stands.
#[derive(Clone)]
pub(super) struct Place<'s> {
    pub(super) value: &'s Value,
    pub(super) pointer: String,
}

impl<'s> Annotations<'s> {
    /// Of this schema.
    #[must_use]
    pub fn new(document: &'s Value) -> Annotations<'s> {
        Annotations { document, read: RefCell::default() }
    }

    /// The places that together say what the root must be.
    pub(super) fn root(&self) -> Vec<Place<'s>> {
        self.layers(Place { value: self.document, pointer: String::new() })
    }

    /// The places that together say what a member of an object must be.
    pub(super) fn member(&self, object: &[Place<'s>], name: &str) -> Vec<Place<'s>> {
        let found = object.iter().filter_map(|place| {
            let place = place.child("properties")?.child(name)?;
            Some(self.layers(place))
        });
        found.flatten().collect()
    }

    /// The places that together say what an array's elements must be.
    pub(super) fn items(&self, array: &[Place<'s>]) -> Vec<Place<'s>> {
        array
            .iter()
            .filter_map(|place| place.child("items"))
            .flat_map(|place| self.layers(place))
            .collect()
    }

    /// The annotation at one of the places.
    pub(super) fn annotation(
        &self,
        places: &[Place<'s>],
    ) -> Result<Option<Place<'s>>, StorageError> {
        let mut found: Option<Place<'s>> = None;
        for annotation in places.iter().filter_map(|place| place.child(KEYWORD)) {
            self.read.borrow_mut().insert(annotation.pointer.clone());
            match &found {
                Some(first) if first.value != annotation.value => {
                    let message = format!("contradicts `{}`", first.pointer);
                    return Err(StorageError::new(annotation.pointer, message));
                }
                Some(_) => {}
                None => found = Some(annotation),
            }
        }
        Ok(found)
    }

    /// An error where there is an annotation that nobody asked for.
    pub(super) fn finish(&self) -> Result<(), StorageError> {
        let read = self.read.borrow();
        let mut unread = None;
        visit(self.document, String::new(), &mut |pointer| {
            if unread.is_none() && !read.contains(pointer) {
                unread = Some(pointer.to_owned());
            }
        });
        unread.map_or(Ok(()), |pointer| {
            let message = "has no effect here: it belongs to the root, to an array of objects in \
                           the root or in another such array, or to a member of their elements";
            Err(StorageError::new(pointer, message))
        })
    }

    /// What a `$ref` within the document names.
    pub(super) fn target(&self, reference: &str) -> Option<Place<'s>> {
        let pointer = reference.strip_prefix('#')?;
        Some(Place { value: self.document.pointer(pointer)?, pointer: pointer.to_owned() })
    }

    /// A place together with those that it refers to and is composed of.
    pub(super) fn layers(&self, place: Place<'s>) -> Vec<Place<'s>> {
        let mut seen = BTreeSet::new();
        let mut open = vec![place];
        let mut layers = Vec::new();
        while let Some(place) = open.pop() {
            if !seen.insert(place.pointer.clone()) {
                continue;
            }
            for keyword in BRANCHES {
                let Some(branches) = place.child(keyword) else { continue };
                let count = branches.value.as_array().map_or(0, Vec::len);
                open.extend((0..count).rev().filter_map(|index| branches.element(index)));
            }
            let reference = place.value.get("$ref").and_then(Value::as_str);
            open.extend(reference.and_then(|reference| self.target(reference)));
            layers.push(place);
        }
        layers
    }
}

impl<'s> Place<'s> {
    /// A member.
    pub(super) fn child(&self, name: &str) -> Option<Place<'s>> {
        let value = self.value.get(name)?;
        Some(Place { value, pointer: child(&self.pointer, name) })
    }

    fn element(&self, index: usize) -> Option<Place<'s>> {
        Some(Place { value: self.value.get(index)?, pointer: format!("{}/{index}", self.pointer) })
    }

    /// An error at this place.
    pub(super) fn error(&self, message: impl Into<String>) -> StorageError {
        StorageError::new(self.pointer.clone(), message)
    }

    /// A member that must be there.
    pub(super) fn required(&self, name: &str) -> Result<Place<'s>, StorageError> {
        self.child(name).ok_or_else(|| self.error(format!("needs the member `{name}`")))
    }

    /// The value as an object.
    pub(super) fn object(&self) -> Result<&'s Map<String, Value>, StorageError> {
        self.value.as_object().ok_or_else(|| self.error("must be an object"))
    }

    /// The value as a string.
    pub(super) fn string(&self) -> Result<String, StorageError> {
        let text = self.value.as_str().ok_or_else(|| self.error("must be a string"))?;
        Ok(text.to_owned())
    }

    /// The value as the name of a table or column.
    pub(super) fn identifier(&self) -> Result<String, StorageError> {
        let name = self.string()?;
        if !super::is_identifier(&name) {
            return Err(self.error("a name in the database has 1 to 63 bytes and no NUL"));
        }
        Ok(name)
    }

    /// The name of a table or column in a member, or the default one.
    pub(super) fn identifier_or(
        &self,
        member: &str,
        default: &str,
    ) -> Result<String, StorageError> {
        self.child(member).map_or_else(|| Ok(default.to_owned()), |place| place.identifier())
    }

    /// The value as a list of different strings, at least one.
    pub(super) fn strings(&self) -> Result<Vec<String>, StorageError> {
        let problem = || self.error("must be a list of different strings, at least one");
        let values = self.value.as_array().ok_or_else(problem)?;
        let strings: Option<Vec<String>> =
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        let strings = strings.filter(|strings| !strings.is_empty()).ok_or_else(problem)?;
        let different: BTreeSet<&String> = strings.iter().collect();
        if different.len() < strings.len() {
            return Err(problem());
        }
        Ok(strings)
    }

    /// An error where the object has a member that is not listed.
    pub(super) fn only(&self, members: &[&str]) -> Result<(), StorageError> {
        let unknown = self.object()?.keys().find(|name| !members.contains(&name.as_str()));
        unknown.map_or(Ok(()), |name| {
            let known = members.join("`, `");
            Err(StorageError::new(
                child(&self.pointer, name),
                format!("unknown member; known are `{known}`"),
            ))
        })
    }
}

/// Calls back with the pointer of every annotation in a schema. Values of `const`, `enum`,
/// `default` and `examples` are data.
fn visit(value: &Value, pointer: String, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = child(&pointer, name);
                match name.as_str() {
                    KEYWORD => found(&pointer),
                    "const" | "enum" | "default" | "examples" => {}
                    "properties" | "$defs" | "patternProperties" | "dependentSchemas" => {
                        for (name, member) in member.as_object().into_iter().flatten() {
                            visit(member, child(&pointer, name), found);
                        }
                    }
                    _ => visit(member, pointer, found),
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(element, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}
