//! Places in a request: the way that a value is reached by.

use crate::read::{child, unescaped};
use std::fmt;

/// One step to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into the branch of a union with this tag; no step in the JSON.
    Branch(String),
    /// To a member of an object.
    Member(String),
    /// To any element of an array.
    Element,
}

/// A place in a request, the elements of an array being one place: `/steps/*/priority`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<Step>);

impl Place {
    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(super) fn with(&self, step: Step) -> Place {
        let mut steps = self.0.clone();
        steps.push(step);
        Place(steps)
    }

    pub(super) fn member(&self, name: &str) -> Place {
        self.with(Step::Member(name.to_owned()))
    }

    /// The steps that are steps in the JSON too.
    pub(super) fn instance(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| !matches!(step, Step::Branch(_)))
    }

    /// Whether a JSON Pointer into a request leads to the place, into it, or to what holds it.
    pub(super) fn relates_to(&self, pointer: &str) -> bool {
        let mut tokens = pointer.split('/').skip(1);
        self.instance().all(|step| match (step, tokens.next()) {
            (_, None) => true,
            (Step::Member(name), Some(token)) => token == name || unescaped(token) == *name,
            (_, Some(token)) => token.bytes().all(|byte| byte.is_ascii_digit()),
        })
    }

    /// Whether a pointer leads to the place or into it.
    pub(super) fn holds(&self, pointer: &str) -> bool {
        pointer.split('/').skip(1).count() >= self.instance().count() && self.relates_to(pointer)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.instance() {
            match step {
                Step::Member(name) => f.write_str(&child("", name))?,
                _ => f.write_str("/*")?,
            }
        }
        Ok(())
    }
}
