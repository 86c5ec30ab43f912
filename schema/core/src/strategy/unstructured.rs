//! Trees out of bytes that a fuzzer chose: the other way to the same trees as [`super::trees`].

use super::leaves::{NAMES, NUMBERS, fitted, uuid};
use super::render::spelt_as;
use super::scope::PlanScope;
use super::settle::settled;
use super::spelling::Spelling;
use super::tree::{Json, Number, Tree, reference_at};
use super::trees::{DEPTH, DEPTH_AT_ALL, may_be_absent};
use crate::plan::{Member, Plan, Rule};
use crate::request::{Value, read_value};
use arbitrary::{Error, Result, Unstructured, size_hint};

/// A value of a generated type out of a fuzzer's bytes, valid by construction: rules are kept,
/// keys differ, references lead where they may. No bytes at all give a least value.
///
/// # Errors
/// [`Error::IncorrectFormat`] where the bytes lead to a value that cannot be completed, such as a
/// set of a least length whose elements came out with one key.
pub fn value<T: Value>(bytes: &mut Unstructured<'_>) -> Result<T> {
    finished(Maker { plan: T::plan() }.rule(T::RULE, bytes, 0)?)
}

/// [`value`] of a type that is one branch of a union.
///
/// # Errors
/// As [`value`].
pub fn branch<T: Value>(bytes: &mut Unstructured<'_>, branch: u16) -> Result<T> {
    let Rule::Record(index) = T::RULE else { return Err(Error::IncorrectFormat) };
    finished(Maker { plan: T::plan() }.branch(index, branch, bytes, 0)?)
}

fn finished<T: Value>(tree: Tree) -> Result<T> {
    let plan = T::plan();
    let tree = settled(plan, T::RULE, tree);
    let text = spelt_as(plan, T::RULE, &tree, &PlanScope::none(), Spelling::default());
    read_value(text.as_bytes()).map_err(|_| Error::IncorrectFormat)
}

/// How many bytes [`value`] and [`branch`] use: at least, and at most where there is a most.
#[must_use]
pub fn value_size<T: Value>() -> (usize, Option<usize>) {
    // A plan may be recursive, and wide: what is deep counts as anything.
    let mut budget = 1_000;
    size(T::plan(), T::RULE, &mut budget)
}

fn size(plan: &Plan, rule: Rule, budget: &mut u32) -> (usize, Option<usize>) {
    *budget = match budget.checked_sub(1) {
        Some(left) => left,
        None => return (0, None),
    };
    match rule {
        Rule::Null => (0, Some(0)),
        Rule::Boolean => (1, Some(1)),
        Rule::Opaque | Rule::Text(_) | Rule::Number(_) => (1, None),
        Rule::Choice(index) => {
            let values = plan.choices.get(usize::from(index)).map_or(0, |rule| rule.values.len());
            bytes_of(values.saturating_sub(1) as u64)
        }
        Rule::Integer(index) => match plan.integers.get(usize::from(index)) {
            Some(rule) => bytes_of(rule.minimum.abs_diff(rule.maximum)),
            None => (0, Some(0)),
        },
        Rule::Array(index) => {
            let Some(rule) = plan.array(index) else { return (0, Some(0)) };
            let (least, _) = size(plan, rule.items, budget);
            (least.saturating_mul(rule.min_items as usize), None)
        }
        Rule::Record(index) => {
            let Some(record) = plan.record(index) else { return (0, Some(0)) };
            let branches: Vec<_> = record
                .branches
                .iter()
                .map(|branch| {
                    let members = branch.members.iter().flatten();
                    members.fold((0, Some(0)), |sum, member| {
                        let (least, most) = size(plan, member.rule, budget);
                        let one = match may_be_absent(member) {
                            true => (1, most.map(|most| most + 1)),
                            false => (least, most),
                        };
                        size_hint::and(sum, one)
                    })
                })
                .collect();
            let choice = bytes_of(branches.len().saturating_sub(1) as u64);
            size_hint::and(choice, size_hint::or_all(&branches))
        }
    }
}

/// What a choice of one in `range + 1` uses.
fn bytes_of(range: u64) -> (usize, Option<usize>) {
    let bytes = (u64::BITS - range.leading_zeros()).div_ceil(8) as usize;
    (bytes, Some(bytes))
}

struct Maker {
    plan: &'static Plan,
}

impl Maker {
    fn rule(&self, rule: Rule, bytes: &mut Unstructured<'_>, depth: u32) -> Result<Tree> {
        if depth > DEPTH_AT_ALL {
            return Ok(Tree::Absent);
        }
        Ok(match rule {
            Rule::Opaque => Tree::Json(json(bytes, 0)?),
            Rule::Null => Tree::Absent,
            Rule::Boolean => Tree::Boolean(bytes.arbitrary()?),
            Rule::Integer(index) => match self.plan.integers.get(usize::from(index)) {
                Some(rule) => Tree::Integer(bytes.int_in_range(rule.minimum..=rule.maximum)?),
                None => Tree::Absent,
            },
            Rule::Number(index) => {
                let mut numbers = super::leaves::numbers_of(self.plan, index);
                let at = bytes.choose_index(64)?;
                let first = numbers.next().unwrap_or_else(|| Number::of(0));
                // Where there are fewer, the first.
                Tree::Number(match at.checked_sub(1).and_then(|at| numbers.nth(at)) {
                    Some(other) => other,
                    None => first,
                })
            }
            Rule::Text(index) => Tree::Text(self.text(index, bytes)?),
            Rule::Choice(index) => match self.plan.choices.get(usize::from(index)) {
                Some(rule) => Tree::Text(bytes.choose(&rule.values)?.to_string()),
                None => Tree::Absent,
            },
            Rule::Array(index) => self.array(index, bytes, depth)?,
            Rule::Record(index) => {
                let branches = self.plan.record(index).map_or(0, |record| record.branches.len());
                let branch = bytes.choose_index(branches)?;
                self.branch(index, u16::try_from(branch).unwrap_or(0), bytes, depth)?
            }
        })
    }

    fn text(&self, index: u16, bytes: &mut Unstructured<'_>) -> Result<String> {
        let Some(rule) = self.plan.texts.get(usize::from(index)) else { return Ok(String::new()) };
        Ok(match rule.form {
            crate::plan::Form::Uuid => uuid(bytes.arbitrary()?),
            crate::plan::Form::DateTime => super::leaves::date_time(bytes.int_in_range(0..=200)?),
            crate::plan::Form::Decimal => super::leaves::decimal(bytes.int_in_range(0..=200)?),
            crate::plan::Form::Plain => fitted(rule, string(bytes)?),
        })
    }

    fn array(&self, index: u16, bytes: &mut Unstructured<'_>, depth: u32) -> Result<Tree> {
        let Some(rule) = self.plan.array(index) else { return Ok(Tree::Absent) };
        let (least, most) = (rule.min_items as usize, rule.max_items.map(|most| most as usize));
        let mut elements = Vec::new();
        while elements.len() < least
            || (depth < DEPTH
                && most.is_none_or(|most| elements.len() < most)
                && bytes.arbitrary()?)
        {
            elements.push(self.rule(rule.items, bytes, depth + 1)?);
        }
        Ok(Tree::Array(elements))
    }

    fn branch(
        &self,
        index: u16,
        branch: u16,
        bytes: &mut Unstructured<'_>,
        depth: u32,
    ) -> Result<Tree> {
        let taken = self.plan.record(index).and_then(|r| r.branches.get(usize::from(branch)));
        let taken = taken.ok_or(Error::IncorrectFormat)?;
        let mut members = Vec::with_capacity(taken.members.len());
        for (member, slot) in taken.members.iter().zip(0u16..) {
            members.push(match member {
                Some(member) => self.member(member, index, slot, bytes, depth)?,
                None => Tree::Absent,
            });
        }
        Ok(Tree::Record { branch, members })
    }

    fn member(
        &self,
        member: &Member,
        record: u16,
        slot: u16,
        bytes: &mut Unstructured<'_>,
        depth: u32,
    ) -> Result<Tree> {
        if may_be_absent(member) && (depth >= DEPTH || !bytes.arbitrary()?) {
            return Ok(Tree::Absent);
        }
        match (reference_at(self.plan, record, slot), member.rule) {
            (Some(_), Rule::Text(rule)) => Ok(Tree::Reference {
                inside: bytes.arbitrary()?,
                rule,
                text: self.text(rule, bytes)?,
            }),
            _ => self.rule(member.rule, bytes, depth + 1),
        }
    }
}

/// A string that `jsonb` takes: one of those that meet each other, or any.
fn string(bytes: &mut Unstructured<'_>) -> Result<String> {
    if bytes.ratio(1u8, 4u8)? {
        return Ok((*bytes.choose(NAMES)?).to_owned());
    }
    let text: &str = bytes.arbitrary()?;
    Ok(text.replace('\0', ""))
}

fn json(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Json> {
    let kinds = if depth < DEPTH { 7 } else { 5 };
    Ok(match bytes.choose_index(kinds)? {
        0 => Json::Null,
        1 => Json::Boolean(bytes.arbitrary()?),
        2 => {
            let (digits, exponent) = bytes.choose(NUMBERS)?;
            Json::Number(Number::new(bytes.arbitrary()?, digits, *exponent))
        }
        3 => {
            let digits: u64 = bytes.arbitrary()?;
            let exponent = bytes.int_in_range(-400i64..=400)?;
            Json::Number(Number::new(bytes.arbitrary()?, &digits.to_string(), exponent))
        }
        4 => Json::String(string(bytes)?),
        5 => {
            let mut elements = Vec::new();
            while bytes.arbitrary()? {
                elements.push(json(bytes, depth + 1)?);
            }
            Json::Array(elements)
        }
        _ => {
            let mut members: Vec<(String, Json)> = Vec::new();
            while bytes.arbitrary()? {
                let name = string(bytes)?;
                let value = json(bytes, depth + 1)?;
                if members.iter().all(|member| member.0 != name) {
                    members.push((name, value));
                }
            }
            Json::Object(members)
        }
    })
}
