//! A version's validation as the judge asks for it: which schemas hold at a place, and whether a
//! value is as one of them says.

use super::json::Json;
use super::place::Step;
use crate::rules::Rules;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use tantamount_core::validate::{Check, Program, Schema};

/// A program with its places.
pub(super) struct Validation {
    program: Program,
    /// The same, whose root is moved about.
    asked: RefCell<Program>,
    places: BTreeMap<String, u32>,
}

/// How schemas that leave a choice are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// What holds whatever is chosen.
    Certain,
    /// The branch of this number of each, counted round.
    Branch(usize),
    /// Every branch, conditions and what is forbidden included.
    Any,
}

impl Validation {
    pub(super) fn new(rules: &Rules) -> Validation {
        let places = rules
            .places
            .iter()
            .enumerate()
            .filter_map(|(index, place)| Some((place.in_trees(), u32::try_from(index).ok()?)));
        Validation {
            program: rules.program.clone(),
            asked: RefCell::new(rules.program.clone()),
            places: places.collect(),
        }
    }

    /// One that says nothing.
    pub(super) fn empty() -> Validation {
        let none = Program {
            root: 0,
            schemas: Cow::Borrowed(&[]),
            patterns: Cow::Borrowed(&[]),
            formats: Cow::Borrowed(&[]),
            resources: Cow::Borrowed(&[]),
        };
        Validation { asked: RefCell::new(none.clone()), program: none, places: BTreeMap::new() }
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// The schema at a pointer.
    pub(super) fn at(&self, pointer: &str) -> Option<u32> {
        self.places.get(pointer).copied()
    }

    pub(super) fn schema(&self, index: u32) -> &[Check] {
        self.program.schema(index).map_or(&[], |Schema { checks, .. }| &**checks)
    }

    /// Whether a value is as each of the schemas says.
    pub(super) fn allows(&self, schemas: &[u32], value: &Json) -> bool {
        let text = value.to_string();
        schemas.iter().all(|schema| self.allows_text(*schema, &text))
    }

    pub(super) fn allows_text(&self, schema: u32, text: &str) -> bool {
        let mut asked = self.asked.borrow_mut();
        asked.root = schema;
        asked.allows(text.as_bytes()).unwrap_or(false)
    }

    pub(super) fn pattern_matches(&self, pattern: u32, text: &str) -> bool {
        let pattern = self.program.patterns.get(pattern as usize);
        pattern.is_some_and(|pattern| pattern.is_match(text))
    }

    /// The schemas and all that they lead to at the same value.
    pub(super) fn closure(&self, schemas: &[u32], choice: Choice) -> Vec<u32> {
        let mut all: Vec<u32> = Vec::new();
        let mut open: Vec<u32> = schemas.iter().rev().copied().collect();
        while let Some(index) = open.pop() {
            if all.contains(&index) {
                continue;
            }
            all.push(index);
            for check in self.schema(index) {
                self.same_value(check, choice, &mut open);
            }
        }
        all
    }

    fn same_value(&self, check: &Check, choice: Choice, open: &mut Vec<u32>) {
        match (check, choice) {
            (Check::Reference(target), _) => open.push(*target),
            (Check::DynamicReference { otherwise, .. }, Choice::Branch(_) | Choice::Any) => {
                open.push(*otherwise);
            }
            (Check::AllOf(list), _) | (Check::AnyOf(list) | Check::OneOf(list), Choice::Any) => {
                open.extend(list.iter().rev());
            }
            (Check::AnyOf(list) | Check::OneOf(list), Choice::Branch(number)) => {
                let chosen = number.checked_rem(list.len()).and_then(|at| list.get(at));
                open.extend(chosen);
            }
            (Check::If { condition, then, otherwise }, Choice::Branch(number)) => {
                match number % 2 {
                    0 => open.extend(then.iter().chain([condition])),
                    _ => open.extend(otherwise),
                }
            }
            (Check::If { condition, then, otherwise }, Choice::Any) => {
                open.extend(otherwise.iter().chain(then).chain([condition]));
            }
            (Check::Not(inner), Choice::Any) => open.push(*inner),
            (Check::DependentSchemas(list), Choice::Any) => {
                open.extend(list.iter().map(|(_, schema)| *schema));
            }
            _ => {}
        }
    }

    /// How many choices lead to other closures.
    pub(super) fn choices(&self, schemas: &[u32]) -> usize {
        let all = self.closure(schemas, Choice::Any);
        let checks = all.iter().flat_map(|index| self.schema(*index));
        let counts = checks.map(|check| match check {
            Check::AnyOf(list) | Check::OneOf(list) => list.len(),
            Check::If { .. } => 2,
            _ => 1,
        });
        counts.max().unwrap_or(1).clamp(1, 24)
    }

    /// The schemas that hold for a member of an object for which these hold.
    pub(super) fn member(&self, closed: &[u32], name: &str) -> Vec<u32> {
        let mut all = Vec::new();
        for check in closed.iter().flat_map(|index| self.schema(*index)) {
            let Check::Properties(properties) = check else { continue };
            let named = properties.members.iter().find(|(known, _)| known == name);
            let before = all.len();
            all.extend(named.map(|(_, schema)| *schema));
            for (pattern, schema) in properties.patterns.iter() {
                if self.pattern_matches(*pattern, name) {
                    all.push(*schema);
                }
            }
            if all.len() == before && named.is_none() {
                all.extend(properties.additional);
            }
        }
        all
    }

    /// The schemas that hold for an element.
    pub(super) fn element(&self, closed: &[u32], at: usize) -> Vec<u32> {
        let mut all = Vec::new();
        for check in closed.iter().flat_map(|index| self.schema(*index)) {
            if let Check::Items { prefix, rest } = check {
                all.extend(prefix.get(at).or(rest.as_ref()));
            }
        }
        all
    }

    /// The schemas that may hold at a place.
    pub(super) fn reached(&self, steps: &[Step]) -> Vec<u32> {
        let mut here = self.closure(&[self.program.root], Choice::Any);
        for step in steps {
            let next = match step {
                Step::Branch(_) => continue,
                Step::Member(name) => self.member(&here, name),
                Step::Element => self.element(&here, 0),
            };
            here = self.closure(&next, Choice::Any);
        }
        here
    }

    /// The schemas that hold at a place for certain.
    pub(super) fn certain(&self, steps: &[Step]) -> Vec<u32> {
        let mut here = vec![self.program.root];
        for step in steps {
            let closed = self.closure(&here, Choice::Certain);
            here = match step {
                Step::Branch(tag) => {
                    let branches = self.tagged(&closed, tag);
                    closed.into_iter().chain(branches).collect()
                }
                Step::Member(name) => self.member(&closed, name),
                Step::Element => self.element(&closed, 0),
            };
        }
        here
    }

    /// The branches that have a member of this constant.
    fn tagged(&self, closed: &[u32], tag: &str) -> Vec<u32> {
        let tag = Json::string(tag).to_string();
        let is_tag = |schema: &u32| {
            let closed = self.closure(&[*schema], Choice::Certain);
            closed
                .iter()
                .flat_map(|index| self.schema(*index))
                .any(|check| matches!(check, Check::Values(values) if **values == [tag.as_str()]))
        };
        let has_tag = |branch: &&u32| {
            let closed = self.closure(&[**branch], Choice::Certain);
            closed.iter().flat_map(|index| self.schema(*index)).any(|check| match check {
                Check::Properties(properties) => {
                    properties.members.iter().any(|(_, schema)| is_tag(schema))
                }
                _ => false,
            })
        };
        let lists = closed.iter().flat_map(|index| self.schema(*index));
        let branches = lists.flat_map(|check| match check {
            Check::AnyOf(list) | Check::OneOf(list) => &**list,
            _ => &[],
        });
        branches.filter(has_tag).copied().collect()
    }
}
