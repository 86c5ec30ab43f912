//! The columns of a table, from the members of its elements.

use super::annotations::{Annotations, Place};
use super::{Check, Column, Kind, Literal, Source, StorageError};
use serde_json::Value;
use std::cmp::Ordering;
use tantamount_core::json::Decimal;
use tantamount_core::plan::{Absent, Bound, Form, Member, Plan, Record, Rule};

/// The column of a member; `None` where no branch has a value for it.
pub(super) fn column(
    plan: &Plan,
    annotations: &Annotations<'_>,
    elements: &[Place<'_>],
    record: &Record,
    slot: u16,
) -> Result<Option<Column>, StorageError> {
    let Some(name) = record.slots.get(usize::from(slot)).map(|slot| slot.name.as_ref()) else {
        return Ok(None);
    };
    let places = annotations.member(elements, name);
    let place = places.first().cloned();
    let pointer = place.map_or_else(String::new, |place| place.pointer);
    let column_name = column_name(annotations, &places, &pointer, name)?;
    if record.tag == Some(slot) {
        let tags = record.branches.iter().map(|branch| branch.tag.to_string()).collect();
        return Ok(Some(Column {
            name: column_name,
            kind: Kind::Text,
            nullable: false,
            member: name.to_owned(),
            source: Source::Tag(slot),
            inherits: None,
            checks: vec![Check::OneOf(tags)],
            promised: Vec::new(),
            absent: vec![Literal::Null; record.branches.len()],
        }));
    }
    let members: Vec<Option<&Member>> =
        (0..record.branches.len()).map(|branch| branch_member(record, branch, slot)).collect();
    let rules =
        || members.iter().flatten().map(|member| member.rule).filter(|rule| *rule != Rule::Null);
    let Some(kind) = rules().next().map(|rule| kind(plan, rule)) else { return Ok(None) };
    if rules().any(|rule| self::kind(plan, rule) != kind) {
        let message = format!(
            "the branches have values of different types for `{name}`, which is one column"
        );
        return Err(StorageError::new(pointer, message));
    }
    let presence: Vec<Presence> = members.iter().map(|member| presence(*member)).collect();
    let absent = members.iter().map(|member| absent(*member, kind)).collect::<Vec<_>>();
    let mut checks = Vec::new();
    checks.extend(range(plan, rules(), kind));
    checks.extend(forms(plan, rules()));
    checks.extend(form(plan, rules()));
    if record.tag.is_some() && presence.iter().any(|presence| *presence != Presence::Either) {
        let nullable = presence.iter().any(|presence| *presence != Presence::Always);
        let arms = record.branches.iter().zip(&presence).filter_map(|(branch, presence)| {
            let must = match presence {
                Presence::Always => true,
                Presence::Never => false,
                Presence::Either => return None,
            };
            Some((branch.tag.to_string(), must))
        });
        checks.extend(nullable.then(|| Check::Presence(arms.collect())));
    }
    let constants: Vec<(String, Literal)> = record
        .branches
        .iter()
        .zip(members.iter().zip(&absent))
        .filter(|(_, (member, value))| {
            member.is_some_and(|member| member.rule == Rule::Null) && **value != Literal::Null
        })
        .map(|(branch, (_, value))| (branch.tag.to_string(), value.clone()))
        .collect();
    if record.tag.is_some() && !constants.is_empty() {
        checks.push(Check::Constant(constants));
    }
    Ok(Some(Column {
        name: column_name,
        kind,
        nullable: presence.iter().any(|presence| *presence != Presence::Always),
        member: name.to_owned(),
        source: Source::Slot(slot),
        inherits: inherited(&members).map_err(|message| StorageError::new(pointer, message))?,
        checks,
        promised: Vec::new(),
        absent,
    }))
}

fn branch_member(record: &Record, branch: usize, slot: u16) -> Option<&Member> {
    record.member(u16::try_from(branch).ok()?, slot)
}

/// The name of a member's column: what its annotation says, or its own.
fn column_name(
    annotations: &Annotations<'_>,
    places: &[Place<'_>],
    pointer: &str,
    name: &str,
) -> Result<String, StorageError> {
    if let Some(annotation) = annotations.annotation(places)? {
        annotation.only(&["column"])?;
        return annotation.required("column")?.identifier();
    }
    if !super::is_identifier(name) {
        let message = "its name cannot be that of a column (1 to 63 bytes, no NUL): give one by \
                       `x-storage: {\"column\": …}`";
        return Err(StorageError::new(pointer, message));
    }
    Ok(name.to_owned())
}

/// Whether a branch has a value in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Always,
    Never,
    Either,
}

fn presence(member: Option<&Member>) -> Presence {
    let Some(member) = member else { return Presence::Never };
    match (&member.absent, member.rule) {
        (Absent::Default(value), Rule::Null) if value != "null" => Presence::Always,
        (_, Rule::Null) => Presence::Never,
        (Absent::Required, Rule::Opaque) => Presence::Always,
        (Absent::Required, _) if !member.nullable => Presence::Always,
        (Absent::Default(value), _) if value != "null" => Presence::Always,
        _ => Presence::Either,
    }
}

/// The type of a column.
fn kind(plan: &Plan, rule: Rule) -> Kind {
    match rule {
        Rule::Opaque | Rule::Null | Rule::Array(_) | Rule::Record(_) => Kind::Json,
        Rule::Boolean => Kind::Boolean,
        Rule::Choice(_) => Kind::Text,
        Rule::Text(index) => match plan.texts.get(usize::from(index)).map(|rule| rule.form) {
            Some(Form::Uuid) => Kind::Uuid,
            Some(Form::Decimal) => Kind::Numeric,
            // No type of the database keeps a time to any precision: its text does.
            Some(Form::DateTime | Form::Plain) | None => Kind::Text,
        },
        Rule::Number(_) => Kind::Numeric,
        Rule::Integer(index) => match plan.integers.get(usize::from(index)) {
            Some(rule)
                if rule.minimum >= i64::from(i32::MIN) && rule.maximum <= i64::from(i32::MAX) =>
            {
                Kind::Integer
            }
            _ => Kind::BigInteger,
        },
    }
}

/// The type of a scope member's column.
pub(super) fn scope_kind(plan: &Plan, rule: Rule) -> Kind {
    kind(plan, rule)
}

/// What the form of the values says, where all have it.
fn forms(plan: &Plan, rules: impl Iterator<Item = Rule>) -> Vec<Check> {
    let mut found: Option<Vec<Check>> = None;
    for rule in rules {
        let next = match rule {
            Rule::Number(index) if plan.number(index).is_some_and(|number| number.is_whole) => {
                vec![Check::Whole]
            }
            Rule::Text(index) => match plan.texts.get(usize::from(index)).map(|text| text.form) {
                Some(Form::DateTime) => vec![Check::DateTime],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        found = match found {
            Some(found) if found != next => return Vec::new(),
            _ => Some(next),
        };
    }
    found.unwrap_or_default()
}

/// The wider of two bounds: none is the widest.
fn wider(left: Option<Bound>, right: Option<Bound>, wider: Ordering) -> Option<Bound> {
    let (left, right) = (left?, right?);
    let order =
        Decimal::parse(left.value.as_bytes())?.compare(&Decimal::parse(right.value.as_bytes())?);
    Some(match order {
        Ordering::Equal => Bound { is_exclusive: left.is_exclusive && right.is_exclusive, ..left },
        order if order == wider => left,
        _ => right,
    })
}

/// What the values of all branches keep together.
fn range(plan: &Plan, rules: impl Iterator<Item = Rule>, kind: Kind) -> Option<Check> {
    let mut check: Option<Check> = None;
    for rule in rules {
        let next = match rule {
            Rule::Choice(index) => {
                let rule = plan.choices.get(usize::from(index))?;
                Check::OneOf(rule.values.iter().map(ToString::to_string).collect())
            }
            Rule::Integer(index) => {
                let rule = plan.integers.get(usize::from(index))?;
                Check::Between(rule.minimum, rule.maximum)
            }
            Rule::Number(index) => {
                let rule = plan.number(index)?;
                Check::Range(rule.minimum.clone(), rule.maximum.clone())
            }
            Rule::Text(index) => Check::MaxBytes(plan.texts.get(usize::from(index))?.max_bytes?),
            _ => return None,
        };
        check = Some(match (check, next) {
            (None, next) => next,
            (Some(Check::OneOf(mut values)), Check::OneOf(more)) => {
                for value in more {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                Check::OneOf(values)
            }
            (Some(Check::Between(low, high)), Check::Between(lower, higher)) => {
                Check::Between(low.min(lower), high.max(higher))
            }
            (Some(Check::Range(low, high)), Check::Range(lower, higher)) => Check::Range(
                wider(low, lower, Ordering::Less),
                wider(high, higher, Ordering::Greater),
            ),
            (Some(Check::MaxBytes(most)), Check::MaxBytes(more)) => Check::MaxBytes(most.max(more)),
            _ => return None,
        });
    }
    let whole = match kind {
        Kind::Integer => Check::Between(i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => Check::Between(i64::MIN, i64::MAX),
    };
    let no_range = Check::Range(None, None);
    check.filter(|check| ![&whole, &no_range, &Check::MaxBytes(0)].contains(&check))
}

/// What the values of all branches are alike in, beside their range.
fn form(plan: &Plan, mut rules: impl Iterator<Item = Rule>) -> Option<Check> {
    let check = |rule: Rule| match rule {
        Rule::Text(index) => {
            let text = plan.texts.get(usize::from(index))?;
            match text.form {
                Form::Decimal => Some(Check::Finite),
                _ => text.not_blank.then_some(Check::NotBlank),
            }
        }
        Rule::Number(_) => Some(Check::Finite),
        Rule::Record(_) => Some(Check::Object),
        Rule::Array(index) => {
            let array = plan.array(index)?;
            Some(Check::Array(array.min_items, array.max_items))
        }
        _ => None,
    };
    let first = rules.next().and_then(check)?;
    rules.all(|rule| check(rule).as_ref() == Some(&first)).then_some(first)
}

/// What an absent value means, in a column's type.
fn absent(member: Option<&Member>, kind: Kind) -> Literal {
    let Some(Member { absent: Absent::Default(text), .. }) = member else { return Literal::Null };
    if kind == Kind::Json {
        return Literal::Json(text.to_string());
    }
    if kind == Kind::Numeric {
        return Literal::Numeric(text.trim_matches('"').to_owned());
    }
    match serde_json::from_str(text) {
        Ok(Value::String(value)) => Literal::Text(value),
        Ok(Value::Bool(value)) => Literal::Boolean(value),
        Ok(Value::Number(value)) => value.as_i64().map_or(Literal::Null, Literal::Integer),
        _ => Literal::Null,
    }
}

/// The scope member that the branches with a value inherit: all the same one, or none.
fn inherited(members: &[Option<&Member>]) -> Result<Option<usize>, String> {
    let mut with_value = members.iter().flatten().filter(|member| member.rule != Rule::Null);
    let inherits = |member: &&Member| match member.absent {
        Absent::Inherit(index) => Some(usize::from(index)),
        _ => None,
    };
    let first = with_value.next().and_then(inherits);
    if with_value.any(|member| inherits(member) != first) {
        return Err(
            "one branch inherits it from the scope and another does not, which one column \
                    cannot hold"
                .to_owned(),
        );
    }
    Ok(first)
}
