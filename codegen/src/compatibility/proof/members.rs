//! Proofs about the members of objects.

use super::facts::Facts;
use super::{Known, Prover};
use crate::compatibility::json::Json;
use crate::compatibility::language::{Strings, strings};
use crate::compatibility::program::{Choice, Validation};
use std::collections::BTreeSet;
use tantamount_core::validate::{Check, Pattern, Properties, Types};

/// What says something about all members but some: `additionalProperties` and
/// `unevaluatedProperties`.
struct Closing {
    /// What the others must be.
    schema: u32,
    /// The members that are none of the others, at most.
    names: BTreeSet<String>,
    patterns: Vec<(u32, u32)>,
}

impl Prover<'_> {
    /// What is known of a member.
    pub(super) fn member_of(&self, known: &Known, name: &str) -> Known {
        let closed = self.old.closure(&known.schemas, Choice::Certain);
        let mut schemas = self.old.member(&closed, name);
        for closing in self.closings(known) {
            let is_other = !closing.names.contains(name)
                && !closing.patterns.iter().any(|(p, _)| self.old.pattern_matches(*p, name));
            schemas.extend(is_other.then_some(closing.schema));
        }
        Known::of(&schemas)
    }

    /// Whether the old schemas refuse every object with the member.
    pub(super) fn is_impossible(&self, known: &Known, name: &str) -> bool {
        Facts::new(self.old, &self.member_of(known, name)).kinds == 0
    }

    fn closings(&self, known: &Known) -> Vec<Closing> {
        let mut all = Vec::new();
        for index in self.old.closure(&known.schemas, Choice::Certain) {
            for check in self.old.schema(index) {
                match check {
                    Check::Properties(Properties { members, patterns, additional }) => {
                        let names = members.iter().map(|(name, _)| name.to_string()).collect();
                        all.extend(additional.map(|schema| Closing {
                            schema,
                            names,
                            patterns: patterns.to_vec(),
                        }));
                    }
                    Check::UnevaluatedProperties(schema) => {
                        all.extend(
                            evaluated(self.old, index, Choice::Any).map(|(names, patterns)| {
                                Closing { schema: *schema, names, patterns }
                            }),
                        );
                    }
                    _ => {}
                }
            }
        }
        all
    }

    pub(super) fn covers_members(&self, known: &Known, new: &Properties) -> bool {
        if Facts::new(self.old, known).kinds & Types::OBJECT.0 == 0 {
            return true;
        }
        let named = new
            .members
            .iter()
            .all(|(name, schema)| self.covers(&self.member_of(known, name), *schema));
        let names: BTreeSet<String> =
            new.members.iter().map(|(name, _)| name.to_string()).collect();
        named
            && new.patterns.iter().all(|one| self.covers_pattern(known, *one))
            && new
                .additional
                .is_none_or(|schema| self.covers_others(known, &names, &new.patterns, schema))
    }

    pub(super) fn covers_unevaluated(&self, known: &Known, of: u32, schema: u32) -> bool {
        Facts::new(self.old, known).kinds & Types::OBJECT.0 == 0
            || self.covers(&Known::default(), schema)
            || match evaluated(self.new, of, Choice::Certain) {
                // Every member is looked at.
                None => true,
                Some((names, patterns)) => self.covers_others(known, &names, &patterns, schema),
            }
    }

    /// Whether members with other names than these are as a schema says.
    fn covers_others(
        &self,
        known: &Known,
        names: &BTreeSet<String>,
        patterns: &[(u32, u32)],
        schema: u32,
    ) -> bool {
        if self.covers(&Known::default(), schema) {
            return true;
        }
        let is_named = |name: &str| {
            names.contains(name)
                || patterns.iter().any(|(pattern, _)| self.new.pattern_matches(*pattern, name))
        };
        self.closings(known).into_iter().any(|closing| {
            let mut others = closing.names.iter().filter(|name| !is_named(name));
            others.all(|name| self.covers(&self.member_of(known, name), schema))
                && closing.patterns.iter().all(|(pattern, old)| {
                    let source = source(self.old, *pattern);
                    patterns.iter().any(|(one, _)| source == self::source(self.new, *one))
                        || self.covers(&Known::of(&[*old]), schema)
                })
                && self.covers(&Known::of(&[closing.schema]), schema)
        })
    }

    /// Whether the members whose names match are as a schema says.
    fn covers_pattern(&self, known: &Known, (pattern, schema): (u32, u32)) -> bool {
        if self.covers(&Known::default(), schema) {
            return true;
        }
        let closed = self.old.closure(&known.schemas, Choice::Certain);
        let old: Vec<(u32, u32)> = closed
            .iter()
            .flat_map(|index| self.old.schema(*index))
            .flat_map(|check| match check {
                Check::Properties(properties) => properties.patterns.to_vec(),
                _ => Vec::new(),
            })
            .collect();
        let covers = |one: u32| self.covers(&Known::of(&[one]), schema);
        let same = |(one, inner): &(u32, u32)| {
            source(self.old, *one) == source(self.new, pattern) && covers(*inner)
        };
        if old.iter().any(same) {
            return true;
        }
        let expression = |validation: &Validation, one: u32| {
            validation.program().patterns.get(one as usize).and_then(Pattern::without_around)
        };
        let are_apart = |one: u32| match (expression(self.old, one), expression(self.new, pattern))
        {
            (Some(one), Some(other)) => strings(&[one, other].concat(), 1) == Strings::None,
            _ => false,
        };
        self.closings(known).into_iter().any(|closing| {
            let mut matching =
                closing.names.iter().filter(|name| self.new.pattern_matches(pattern, name));
            matching.all(|name| self.covers(&self.member_of(known, name), schema))
                && closing.patterns.iter().all(|(one, inner)| are_apart(*one) || covers(*inner))
                && covers(closing.schema)
        })
    }

    pub(super) fn covers_names(&self, known: &Known, facts: &Facts<'_>, schema: u32) -> bool {
        let is_said = facts.checks.iter().any(|check| match check {
            Check::PropertyNames(old) => self.covers(&Known::of(&[*old]), schema),
            _ => false,
        });
        is_said
            || facts.kinds & Types::OBJECT.0 == 0
            || self.closings(known).into_iter().any(|closing| {
                let is_taken = |name: &String| {
                    self.new.allows_text(schema, &Json::string(name).to_string())
                        || self.is_impossible(known, name)
                };
                closing.patterns.is_empty()
                    && Facts::new(self.old, &Known::of(&[closing.schema])).kinds == 0
                    && closing.names.iter().all(is_taken)
            })
    }
}

fn source(validation: &Validation, pattern: u32) -> Option<&str> {
    validation.program().patterns.get(pattern as usize).map(Pattern::source)
}

/// Names of members, and patterns with their schemas.
type Looked = (BTreeSet<String>, Vec<(u32, u32)>);

/// The names and patterns of members that the schemas at one value look at; nothing where they
/// look at all.
fn evaluated(validation: &Validation, of: u32, choice: Choice) -> Option<Looked> {
    let mut names = BTreeSet::new();
    let mut patterns = Vec::new();
    for index in validation.closure(&[of], choice) {
        for check in validation.schema(index) {
            match check {
                Check::Properties(properties) => {
                    if properties.additional.is_some() {
                        return None;
                    }
                    names.extend(properties.members.iter().map(|(name, _)| name.to_string()));
                    patterns.extend_from_slice(&properties.patterns);
                }
                Check::UnevaluatedProperties(_) if index != of => return None,
                // What it leads to is not known before there is a value.
                Check::DynamicReference { .. } if choice == Choice::Any => return None,
                _ => {}
            }
        }
    }
    Some((names, patterns))
}
