//! Proofs that one version's validation takes whatever the other's takes.
//!
//! A proof goes by what schemas say: a bound that is further out, a pattern whose strings are
//! among another's, a branch for each branch. What it does not see is not proved, which is no
//! refutation: a case shows that, or nothing.
//!
//! Schemas may hold themselves. What is being proved is assumed meanwhile: each time round a value
//! is one level deeper, and values are finite.

mod disjoint;
mod facts;
mod members;

use super::program::{Choice, Validation};
use facts::Facts;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use tantamount_core::validate::Check;

/// How many steps a proof may take.
const STEPS: usize = 20_000;
/// How deep a proof may go: it runs on the caller's stack.
const DEPTH: u32 = 120;

/// What is known of a value: schemas of the version before that hold for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known {
    schemas: Vec<u32>,
    /// The choices that were told apart already: a schema, and which of its checks.
    chosen: Vec<(u32, usize)>,
}

impl Known {
    fn of(schemas: &[u32]) -> Known {
        let mut schemas = schemas.to_vec();
        schemas.sort_unstable();
        schemas.dedup();
        Known { schemas, chosen: Vec::new() }
    }

    fn with(&self, schemas: impl IntoIterator<Item = u32>) -> Known {
        let mut all = self.schemas.clone();
        all.extend(schemas);
        Known { chosen: self.chosen.clone(), ..Known::of(&all) }
    }
}

/// A choice (a schema, and which of its checks), and the schemas that hold in each case of it.
type Cases = ((u32, usize), Vec<Vec<u32>>);

/// What both directions share.
#[derive(Default)]
struct Budget {
    steps: Cell<usize>,
    depth: Cell<u32>,
}

/// Proves that the one version's schemas are among the other's.
pub(super) struct Prover<'p> {
    old: &'p Validation,
    new: &'p Validation,
    budget: Rc<Budget>,
    assumed: RefCell<BTreeSet<(Vec<u32>, u32)>>,
}

impl<'p> Prover<'p> {
    pub(super) fn new(old: &'p Validation, new: &'p Validation) -> Prover<'p> {
        Prover { old, new, budget: Rc::default(), assumed: RefCell::default() }
    }

    /// The same the other way round.
    fn reversed(&self) -> Prover<'p> {
        let budget = Rc::clone(&self.budget);
        Prover { old: self.new, new: self.old, budget, assumed: RefCell::default() }
    }

    /// Whether the new version takes every value that the old one takes.
    pub(super) fn covers_all(&self) -> bool {
        self.covers(&Known::of(&[self.old.program().root]), self.new.program().root)
    }

    /// Whether what a keyword of the new schema checks holds for whatever the old schema takes.
    pub(super) fn covers_keyword(&self, old: u32, new: u32, keyword: &str) -> bool {
        let known = Known::of(&[old]);
        // Whoever looks at what is left over from here is asked only where it stands here, too.
        let is_alone = facts::is_assertion(keyword)
            || self.new.program().schemas.iter().enumerate().all(|(index, schema)| {
                u32::try_from(index) == Ok(new) || !schema.checks.iter().any(is_left_over)
            });
        self.covers(&known, new)
            || (is_alone
                && !keyword.is_empty()
                && self
                    .new
                    .schema(new)
                    .iter()
                    .filter(|check| facts::is_of(keyword, check))
                    .all(|check| self.holds(&known, new, check)))
    }

    /// Whether the old schemas refuse every object with the member.
    pub(super) fn forbids(&self, schemas: &[u32], name: &str) -> bool {
        self.is_impossible(&Known::of(schemas), name)
    }

    /// Whether one schema takes the same as the other.
    fn equals(&self, old: u32, new: u32) -> bool {
        self.covers(&Known::of(&[old]), new) && self.reversed().covers(&Known::of(&[new]), old)
    }

    /// Whether a schema takes every value of which this is known.
    fn covers(&self, known: &Known, new: u32) -> bool {
        let steps = self.budget.steps.get() + 1;
        let depth = self.budget.depth.get() + 1;
        if steps > STEPS || depth > DEPTH {
            return false;
        }
        let key = (known.schemas.clone(), new);
        if !self.assumed.borrow_mut().insert(key.clone()) {
            return true;
        }
        self.budget.steps.set(steps);
        self.budget.depth.set(depth);
        let facts = Facts::new(self.old, known);
        let covered = facts.kinds == 0
            || facts.values().is_some_and(|values| {
                let mut taken = values.iter().filter(|value| self.takes(known, value));
                taken.all(|value| self.new.allows_text(new, value))
            })
            || self.new.schema(new).iter().all(|check| self.holds(known, new, check));
        self.assumed.borrow_mut().remove(&key);
        self.budget.depth.set(depth - 1);
        covered
    }

    /// Whether the old schemas take a value.
    fn takes(&self, known: &Known, value: &str) -> bool {
        known.schemas.iter().all(|schema| self.old.allows_text(*schema, value))
    }

    /// Whether a check of a new schema holds, choices of the old ones told apart where that helps.
    fn holds(&self, known: &Known, of: u32, check: &Check) -> bool {
        self.holds_at_once(known, of, check) || self.holds_each(known, of, check)
    }

    fn holds_each(&self, known: &Known, of: u32, check: &Check) -> bool {
        let Some((choice, cases)) = self.cases(known) else { return false };
        cases.into_iter().all(|case| {
            let mut known = known.with(case);
            known.chosen.push(choice);
            let steps = self.budget.steps.get() + 1;
            self.budget.steps.set(steps);
            let facts = Facts::new(self.old, &known);
            steps <= STEPS && (facts.kinds == 0 || self.holds(&known, of, check))
        })
    }

    /// The first choice that was not told apart yet, and what holds in each case.
    fn cases(&self, known: &Known) -> Option<Cases> {
        let closed = self.old.closure(&known.schemas, Choice::Certain);
        for index in closed {
            for (at, check) in self.old.schema(index).iter().enumerate() {
                if known.chosen.contains(&(index, at)) {
                    continue;
                }
                let cases = match check {
                    Check::AnyOf(list) | Check::OneOf(list) => {
                        list.iter().map(|one| vec![*one]).collect()
                    }
                    Check::If { condition, then, otherwise } => vec![
                        [*condition].into_iter().chain(*then).collect(),
                        otherwise.iter().copied().collect(),
                    ],
                    _ => continue,
                };
                return Some(((index, at), cases));
            }
        }
        None
    }

    fn holds_at_once(&self, known: &Known, of: u32, check: &Check) -> bool {
        let facts = Facts::new(self.old, known);
        match check {
            Check::Reference(target) => self.covers(known, *target),
            Check::AllOf(list) => list.iter().all(|one| self.covers(known, *one)),
            Check::AnyOf(list) => list.iter().any(|one| self.covers(known, *one)),
            Check::OneOf(list) => {
                self.has_same_branches(&facts, list)
                    || list.iter().enumerate().any(|(at, one)| {
                        let mut others = list.iter().enumerate().filter(|(other, _)| *other != at);
                        others.all(|(_, other)| self.are_apart(known, *other))
                            && self.covers(known, *one)
                    })
            }
            Check::Not(inner) => {
                self.are_apart(known, *inner)
                    || facts.checks.iter().any(|check| match check {
                        Check::Not(old) => self.reversed().covers(&Known::of(&[*inner]), *old),
                        _ => false,
                    })
            }
            Check::If { condition, then, otherwise } => {
                self.decides(known, &facts, *condition, (*then, *otherwise))
            }
            Check::DynamicReference { .. } | Check::UnevaluatedItems(_) => false,
            Check::Items { prefix, rest } => {
                self.covers_elements(known, &facts, prefix, rest.as_ref())
            }
            Check::Contains { schema, minimum, maximum } => {
                self.covers_contained(&facts, *schema, *minimum, *maximum)
            }
            Check::Properties(properties) => self.covers_members(known, properties),
            Check::UnevaluatedProperties(schema) => self.covers_unevaluated(known, of, *schema),
            Check::PropertyNames(schema) => self.covers_names(known, &facts, *schema),
            Check::DependentSchemas(list) => list.iter().all(|(name, schema)| {
                self.is_impossible(known, name)
                    || self.covers(known, *schema)
                    || facts.dependent(name).any(|one| self.covers(&known.with([one]), *schema))
            }),
            Check::DependentRequired(list) => list.iter().all(|(name, others)| {
                let is_there =
                    |other: &str| facts.requires(other) || facts.requires_beside(name, other);
                self.is_impossible(known, name) || others.iter().all(|other| is_there(other))
            }),
            Check::Pattern(pattern) => {
                let pattern = self.new.program().patterns.get(*pattern as usize);
                let source = pattern.map(|pattern| pattern.source());
                let is_known = facts.patterns(self.old).any(|known| Some(known.source()) == source);
                is_known || facts.are_all(pattern.and_then(|one| one.without_around()))
            }
            Check::Format(format) => {
                let name = |validation: &Validation, format: u32| {
                    validation.program().formats.get(format as usize).map(|one| one.name.clone())
                };
                let wanted = name(self.new, *format);
                facts.is_never_text()
                    || facts.checks.iter().any(|check| match check {
                        Check::Format(known) => name(self.old, *known) == wanted,
                        _ => false,
                    })
            }
            Check::Values(wanted) => facts.values().is_some_and(|values| {
                let mut taken = values.iter().filter(|value| self.takes(known, value));
                taken.all(|value| wanted.iter().any(|one| one == value))
            }),
            simple => facts.implies(simple),
        }
    }

    /// Whether the old schemas choose among the same branches, one each.
    fn has_same_branches(&self, facts: &Facts<'_>, list: &[u32]) -> bool {
        facts.checks.iter().any(|check| match check {
            Check::OneOf(known) if known.len() == list.len() => {
                known.iter().zip(list).all(|(old, new)| self.equals(*old, *new))
            }
            _ => false,
        })
    }

    fn decides(
        &self,
        known: &Known,
        facts: &Facts<'_>,
        condition: u32,
        (then, otherwise): (Option<u32>, Option<u32>),
    ) -> bool {
        let holds = |known: &Known, schema: Option<u32>| {
            schema.is_none_or(|schema| self.covers(known, schema))
        };
        if holds(known, then) && holds(known, otherwise) {
            return true;
        }
        if (holds(known, then) && self.covers(known, condition))
            || (holds(known, otherwise) && self.are_apart(known, condition))
        {
            return true;
        }
        facts.checks.iter().any(|check| match check {
            Check::If { condition: asked, then: one, otherwise: other } => {
                self.equals(*asked, condition)
                    && holds(&known.with([*asked].into_iter().chain(*one)), then)
                    && holds(&known.with(*other), otherwise)
            }
            _ => false,
        })
    }

    fn covers_elements(
        &self,
        known: &Known,
        facts: &Facts<'_>,
        prefix: &[u32],
        rest: Option<&u32>,
    ) -> bool {
        let closed = self.old.closure(&known.schemas, Choice::Certain);
        let places = facts.longest_prefix().max(prefix.len());
        let most = facts.most_items();
        facts.is_never_array()
            || (0..=places).all(|at| {
                let Some(target) = prefix.get(at).or(rest) else { return true };
                most.is_some_and(|most| most <= at as u64)
                    || self.covers(&Known::of(&self.old.element(&closed, at)), *target)
            })
    }

    fn covers_contained(
        &self,
        facts: &Facts<'_>,
        schema: u32,
        least: u64,
        most: Option<u64>,
    ) -> bool {
        let contained = |check: &&Check| match check {
            Check::Contains { schema, minimum, maximum } => Some((*schema, *minimum, *maximum)),
            _ => None,
        };
        let contained: Vec<_> = facts.checks.iter().filter_map(contained).collect();
        let has_least = least == 0
            || contained.iter().any(|(known, minimum, _)| {
                *minimum >= least && self.covers(&Known::of(&[*known]), schema)
            });
        let has_most = most.is_none_or(|most| {
            contained.iter().any(|(known, _, maximum)| {
                maximum.is_some_and(|maximum| maximum <= most)
                    && self.reversed().covers(&Known::of(&[schema]), *known)
            })
        });
        facts.is_never_array() || (has_least && has_most)
    }
}

/// Whether a check is about what others did not look at.
fn is_left_over(check: &Check) -> bool {
    matches!(check, Check::UnevaluatedItems(_) | Check::UnevaluatedProperties(_))
}

/// Which schemas of a program decide the other way round, or on more than what they take: a change
/// there says nothing about the whole by itself.
pub(super) fn inverted(validation: &Validation) -> BTreeSet<u32> {
    let program = validation.program();
    let is_counted =
        program.schemas.iter().flat_map(|schema| schema.checks.iter()).any(is_left_over);
    let mut known: BTreeSet<(u32, bool)> = BTreeSet::new();
    let mut open = vec![(program.root, false)];
    while let Some((index, is_inverted)) = open.pop() {
        if !known.insert((index, is_inverted)) {
            continue;
        }
        for check in validation.schema(index) {
            let mut add = |schemas: &[u32], inverts: bool| {
                open.extend(schemas.iter().map(|schema| (*schema, is_inverted || inverts)));
            };
            match check {
                Check::Not(inner) => add(&[*inner], true),
                Check::OneOf(list) => add(list, true),
                Check::AnyOf(list) => add(list, is_counted),
                Check::If { condition, then, otherwise } => {
                    add(&[*condition], true);
                    let both: Vec<u32> = then.iter().chain(otherwise).copied().collect();
                    add(&both, is_counted);
                }
                Check::Contains { schema, maximum, .. } => {
                    add(&[*schema], is_counted || maximum.is_some());
                }
                Check::DependentSchemas(list) => {
                    let schemas: Vec<u32> = list.iter().map(|(_, schema)| *schema).collect();
                    add(&schemas, is_counted);
                }
                Check::AllOf(list) => add(list, false),
                Check::Reference(target) => add(&[*target], false),
                Check::DynamicReference { otherwise, .. } => add(&[*otherwise], true),
                Check::Items { prefix, rest } => {
                    add(prefix, false);
                    add(rest.as_slice(), false);
                }
                Check::Properties(properties) => {
                    let named = properties.members.iter().map(|(_, schema)| *schema);
                    let matched = properties.patterns.iter().map(|(_, schema)| *schema);
                    let all: Vec<u32> = named.chain(matched).chain(properties.additional).collect();
                    add(&all, false);
                }
                Check::PropertyNames(schema)
                | Check::UnevaluatedItems(schema)
                | Check::UnevaluatedProperties(schema) => add(&[*schema], false),
                _ => {}
            }
        }
    }
    known.into_iter().filter(|(_, is_inverted)| *is_inverted).map(|(index, _)| index).collect()
}
