//! That no value is as two schemas say.

use super::facts::{Facts, leave_none};
use super::{Known, Prover, STEPS};
use crate::compatibility::hints::kinds;
use crate::compatibility::language::{Expression, Strings, strings};
use crate::compatibility::program::Choice;
use tantamount_core::validate::{Check, Types};

impl Prover<'_> {
    /// Whether the new schema refuses every value of which this is known.
    pub(super) fn are_apart(&self, known: &Known, new: u32) -> bool {
        let (steps, depth) = (self.budget.steps.get() + 1, self.budget.depth.get() + 1);
        if steps > STEPS || depth > super::DEPTH {
            return false;
        }
        self.budget.steps.set(steps);
        self.budget.depth.set(depth);
        let are_apart = self.are_told_apart(known, new);
        self.budget.depth.set(depth - 1);
        are_apart
    }

    fn are_told_apart(&self, known: &Known, new: u32) -> bool {
        let (old, other) = (Facts::new(self.old, known), Facts::new(self.new, &Known::of(&[new])));
        let kinds_of_both = old.kinds & other.kinds;
        if kinds_of_both == 0 {
            return true;
        }
        if let Some(values) = old.values() {
            let mut taken = values.iter().filter(|value| self.takes(known, value));
            return taken.all(|value| !self.new.allows_text(new, value));
        }
        if let Some(values) = other.values() {
            let mut taken = values.iter().filter(|value| self.new.allows_text(new, value));
            return taken.all(|value| !self.takes(known, value));
        }
        let is_inverse = other.checks.iter().any(|check| match check {
            Check::Not(inner) => self.covers(known, *inner),
            Check::AnyOf(list) | Check::OneOf(list) => {
                list.iter().all(|one| self.are_apart(known, *one))
            }
            _ => false,
        });
        let is_forbidden = old.checks.iter().any(|check| match check {
            Check::Not(inner) => self.reversed().covers(&Known::of(&[new]), *inner),
            _ => false,
        });
        is_inverse
            || is_forbidden
            || (kinds_of_both & !kinds(Types::NUMBER) == 0 && leave_no_number(&old, &other))
            || (kinds_of_both == Types::STRING.0 && leave_no_text(&old, &other))
            || (kinds_of_both == Types::OBJECT.0
                && self.differ_in_a_member(known, new, &old, &other))
            || self.are_apart_in_each_case(known, new)
    }

    /// Whether a member that must be there cannot be as both say.
    fn differ_in_a_member(
        &self,
        known: &Known,
        new: u32,
        old: &Facts<'_>,
        other: &Facts<'_>,
    ) -> bool {
        let closed = self.new.closure(&[new], Choice::Certain);
        let names = old.required().into_iter().chain(other.required());
        names.into_iter().any(|name| {
            let here = self.member_of(known, name);
            self.new.member(&closed, name).into_iter().any(|there| self.are_apart(&here, there))
        })
    }

    fn are_apart_in_each_case(&self, known: &Known, new: u32) -> bool {
        let Some((choice, cases)) = self.cases(known) else { return false };
        cases.into_iter().all(|case| {
            let mut known = known.with(case);
            known.chosen.push(choice);
            self.are_apart(&known, new)
        })
    }
}

fn leave_no_number(one: &Facts<'_>, other: &Facts<'_>) -> bool {
    one.checks.iter().any(|check| {
        other.checks.iter().any(|beside| leave_none(check, beside) || leave_none(beside, check))
    })
}

fn leave_no_text(one: &Facts<'_>, other: &Facts<'_>) -> bool {
    let both: Vec<Expression> = one.texts().iter().chain(other.texts()).cloned().collect();
    !both.is_empty() && strings(&both, 1) == Strings::None
}
