//! The columns of one table, and what they are held to.

use super::super::{Check, Column, Kind, Ledger, Literal, Source, Storage, Table};
use super::{Alteration, Filling, LOSSY, Obstacle, RENAMED, Step, blocked, check_name, done};
use std::cmp::Ordering;
use tantamount_core::json::Decimal;
use tantamount_core::plan::Bound;

/// The columns of a table that hold members.
#[derive(Clone)]
pub(super) struct Rows<'s> {
    table: &'s str,
    /// The members that lead to what has the columns.
    place: Vec<String>,
    columns: &'s [Column],
    /// How many of the columns are the key.
    key_columns: usize,
    tag: Option<&'s Column>,
    /// The table's index; none for the ledger.
    at: Option<usize>,
}

impl<'s> Rows<'s> {
    pub(super) fn of_table(place: Vec<String>, table: &'s Table, at: usize) -> Rows<'s> {
        Rows {
            table: &table.name,
            place,
            columns: &table.columns,
            key_columns: table.key_columns,
            tag: table.tag.and_then(|tag| table.columns.get(tag)),
            at: Some(at),
        }
    }

    pub(super) fn of_ledger(ledger: &'s Ledger) -> Rows<'s> {
        Rows {
            table: &ledger.table,
            place: Vec::new(),
            columns: &ledger.columns,
            key_columns: 0,
            tag: None,
            at: None,
        }
    }

    /// The place of the member that a column holds.
    fn place(&self, column: &Column) -> Vec<String> {
        let mut place = self.place.clone();
        if column.source != Source::Position {
            place.push(column.member.clone());
        }
        place
    }

    /// The columns that hold members of their own, with their index.
    fn own(&self) -> impl Iterator<Item = (usize, &'s Column)> + use<'s> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, column)| !matches!(column.source, Source::Parent(_)))
    }

    /// The branches that rows may be of.
    fn branches(&self) -> Vec<String> {
        let values = self.tag.and_then(|tag| {
            tag.checks.iter().find_map(|check| match check {
                Check::OneOf(values) => Some(values.clone()),
                _ => None,
            })
        });
        values.unwrap_or_default()
    }
}

/// What becomes of the columns of a table that both versions have.
pub(super) fn changes(
    old: &Storage,
    was: Rows<'_>,
    new: &Storage,
    is: Rows<'_>,
    all: &mut Vec<Alteration>,
) {
    for (_, column) in is.own() {
        let here = is.place(column);
        match was.own().find(|(_, other)| other.member == column.member) {
            Some((_, other)) if other.name != column.name => {
                let what = format!("renames the column `{}` to `{}`", other.name, column.name);
                all.push(blocked(here, what, RENAMED));
            }
            Some((index, other)) => changed(&was, &is, (index, other), column, &here, all),
            None if is.columns.iter().take(is.key_columns).any(|key| key.name == column.name) => {}
            None => added((old, &was), (new, &is), column, here, all),
        }
    }
    for (_, column) in was.own() {
        if is.columns.iter().any(|other| other.member == column.member) {
            continue;
        }
        let what = format!("the column `{}` of `{}` stays, unused", column.name, is.table);
        let mut steps = Vec::new();
        for check in &column.checks {
            steps.push(Step::DropConstraint {
                table: is.table.to_owned(),
                name: check_name(is.table, &column.name, check),
            });
        }
        if !column.nullable {
            let (table, column) = (is.table.to_owned(), column.name.clone());
            steps.push(Step::DropNotNull { table, column });
        }
        all.push(done(was.place(column), what, steps));
    }
}

/// A column that both versions have.
fn changed(
    old: &Rows<'_>,
    new: &Rows<'_>,
    (index, was): (usize, &Column),
    is: &Column,
    place: &[String],
    all: &mut Vec<Alteration>,
) {
    let table = new.table;
    if was.kind != is.kind {
        let what = format!(
            "makes the column `{}` {} instead of {}",
            is.name,
            is.kind.sql(),
            was.kind.sql()
        );
        match (was.kind, is.kind) {
            (Kind::Integer, Kind::BigInteger) | (Kind::Uuid, Kind::Text) => {
                let what = format!("{what}, which rewrites the table");
                let (table, column) = (table.to_owned(), is.name.clone());
                let step = Step::Retype { table, column, kind: is.kind };
                all.push(done(place.to_vec(), what, vec![step]));
            }
            _ => return all.push(blocked(place.to_vec(), what, LOSSY)),
        }
    }
    if was.nullable && !is.nullable {
        let what = format!("the column `{}` may no longer be null", is.name);
        all.push(blocked(place.to_vec(), what, "old rows may have no value there"));
    }
    if !was.nullable && is.nullable {
        let what = format!("lets the column `{}` be null", is.name);
        let step = Step::DropNotNull { table: table.to_owned(), column: is.name.clone() };
        all.push(done(place.to_vec(), what, vec![step]));
    }
    let tag = new.tag.map(|tag| tag.name.clone());
    let checked = Checked { table, column: &is.name, kind: is.kind, tag };
    let known = Known { at: (old.at, index), branches: old.branches() };
    checked.changes(place, (&was.checks, &was.promised, &is.checks), Some(&known), all);
}

/// A column that is new.
fn added(
    (old, was): (&Storage, &Rows<'_>),
    (new, is): (&Storage, &Rows<'_>),
    column: &Column,
    place: Vec<String>,
    all: &mut Vec<Alteration>,
) {
    let what = format!("adds the column `{}` to `{}`", column.name, is.table);
    if was.columns.iter().any(|other| other.name == column.name) {
        return all.push(blocked(place, what, "an old column has the name"));
    }
    let (table, name) = (is.table.to_owned(), column.name.clone());
    let known = was.branches();
    let tags = is.branches();
    let mut steps = Vec::new();
    let mut fills = Vec::new();
    let must = |tag: &str| {
        column.checks.iter().any(|check| match check {
            Check::Presence(arms) => arms.iter().any(|(arm, must)| arm == tag && *must),
            _ => false,
        })
    };
    let mut default = None;
    if !column.nullable {
        let mut values = column.absent.iter();
        match values.next() {
            Some(first) if *first != Literal::Null && values.all(|other| other == first) => {
                default = Some(first.clone());
            }
            _ => return all.push(blocked(place, what, "old rows have no value for it")),
        }
    }
    for (tag, value) in tags.iter().zip(&column.absent) {
        if column.nullable && must(tag) && known.contains(tag) {
            if *value == Literal::Null {
                return all.push(blocked(place, what, "old rows have no value for it"));
            }
            fills.push(Step::Fill {
                table: table.clone(),
                column: name.clone(),
                rows: is.tag.map(|column| (column.name.clone(), tag.clone())),
                value: Filling::Literal(value.clone()),
            });
        }
    }
    if is.at.is_none() {
        // The version before may have had the member, without a column.
        let value = Filling::Requested { member: column.member.clone(), kind: column.kind };
        fills.push(Step::Fill { table: table.clone(), column: name.clone(), rows: None, value });
    } else if let Some(scope) = column.inherits.and_then(|index| new.scope.get(index))
        && old.scope.iter().any(|other| other.name == scope.name)
    {
        let (from, on) = match &new.parent {
            Some(parent) => (parent.table.clone(), vec![parent.id.clone()]),
            None => {
                let lead = new.lead();
                let lead = lead.iter().map(|lead| lead.column().to_owned());
                (new.ledger.table.clone(), lead.collect())
            }
        };
        let value = Filling::Inherited { from, on, column: scope.name.clone() };
        fills.push(Step::Fill { table: table.clone(), column: name.clone(), rows: None, value });
    }
    let kind = column.kind;
    steps.push(Step::AddColumn { table: table.clone(), column: name.clone(), kind, default });
    let is_after_fill = !fills.is_empty();
    steps.extend(fills);
    let tag = is.tag.map(|tag| tag.name.clone());
    for check in &column.checks {
        steps.push(Step::AddCheck {
            table: table.clone(),
            name: check_name(&table, &name, check),
            check: check.clone(),
            column: name.clone(),
            kind,
            tag: tag.clone(),
            is_valid: true,
            is_after_fill,
        });
    }
    all.push(done(place, what, steps));
}

/// A column with checks.
pub(super) struct Checked<'c> {
    pub(super) table: &'c str,
    pub(super) column: &'c str,
    pub(super) kind: Kind,
    pub(super) tag: Option<String>,
}

/// What is known of a column of the old design.
pub(super) struct Known {
    /// The table, none for the ledger, and the column.
    at: (Option<usize>, usize),
    /// The branches of old rows.
    branches: Vec<String>,
}

impl Checked<'_> {
    /// From the checks of one version, and what its rows keep without one, to those of the next.
    pub(super) fn changes(
        &self,
        place: &[String],
        (was, promised, is): (&[Check], &[Check], &[Check]),
        known: Option<&Known>,
        all: &mut Vec<Alteration>,
    ) {
        let mut names: Vec<String> = Vec::new();
        for check in was.iter().chain(is) {
            let name = check_name(self.table, self.column, check);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let named = |check: &&Check| check_name(self.table, self.column, check) == name;
            let find = |checks: &'_ [Check]| checks.iter().find(named).cloned();
            let (one, kept, other) = (find(was), find(promised), find(is));
            let kept = kept.or_else(|| one.clone());
            self.change(place, one.as_ref(), kept.as_ref(), other.as_ref(), known, all);
        }
    }

    fn change(
        &self,
        place: &[String],
        was: Option<&Check>,
        kept: Option<&Check>,
        is: Option<&Check>,
        known: Option<&Known>,
        all: &mut Vec<Alteration>,
    ) {
        if was == is {
            return;
        }
        let branches = known.map_or(&[][..], |known| &known.branches);
        let keeps = is.is_none_or(|is| follows(kept, is, branches));
        let mut steps = Vec::new();
        let table = self.table.to_owned();
        if let Some(was) = was {
            let name = check_name(self.table, self.column, was);
            steps.push(Step::DropConstraint { table: table.clone(), name });
        }
        if let Some(is) = is {
            steps.push(Step::AddCheck {
                table,
                name: check_name(self.table, self.column, is),
                check: is.clone(),
                column: self.column.to_owned(),
                kind: self.kind,
                tag: self.tag.clone(),
                is_valid: keeps,
                is_after_fill: false,
            });
        }
        let what = match (was, is) {
            (_, None) => format!("`{}` is checked no more", self.column),
            (None, Some(_)) => format!("`{}` is checked", self.column),
            _ if keeps => format!("the check of `{}` lets more through", self.column),
            _ => format!("the check of `{}` lets less through", self.column),
        };
        let obstacle = (!keeps).then(|| Obstacle {
            reason: format!("old rows may break the check of `{}`", self.column),
            check: known.zip(is).map(|(known, is)| (known.at.0, known.at.1, is.clone())),
        });
        all.push(Alteration { place: place.to_vec(), what, obstacle, steps });
    }
}

/// Whether whatever kept the old check keeps the new one.
fn follows(was: Option<&Check>, is: &Check, branches: &[String]) -> bool {
    match (was, is) {
        (Some(Check::OneOf(was)), Check::OneOf(is)) => was.iter().all(|value| is.contains(value)),
        (Some(Check::Between(low, high)), Check::Between(lower, higher)) => {
            lower <= low && high <= higher
        }
        (Some(Check::Range(low, high)), Check::Range(lower, higher)) => {
            keeps_end(low.as_ref(), lower.as_ref(), Ordering::Less)
                && keeps_end(high.as_ref(), higher.as_ref(), Ordering::Greater)
        }
        (Some(Check::MaxBytes(was)), Check::MaxBytes(is)) => was <= is,
        (Some(Check::Array(least, most)), Check::Array(fewer, more)) => {
            fewer <= least && more.is_none_or(|more| most.is_some_and(|most| most <= more))
        }
        (was, Check::Presence(is)) => {
            let was: &[(String, bool)] = match was {
                Some(Check::Presence(was)) => was,
                _ => &[],
            };
            is.iter().all(|arm| !branches.contains(&arm.0) || was.contains(arm))
        }
        (was, Check::Constant(is)) => {
            let was: &[(String, Literal)] = match was {
                Some(Check::Constant(was)) => was,
                _ => &[],
            };
            is.iter().all(|arm| !branches.contains(&arm.0) || was.contains(arm))
        }
        (Some(was), is) => was == is,
        (None, _) => false,
    }
}

/// Whether what keeps the end of one range keeps that of another one, which lies further to a side.
fn keeps_end(was: Option<&Bound>, is: Option<&Bound>, side: Ordering) -> bool {
    let (Some(was), Some(is)) = (was, is) else { return is.is_none() };
    let numbers = (Decimal::parse(was.value.as_bytes()), Decimal::parse(is.value.as_bytes()));
    let (Some(from), Some(to)) = numbers else { return false };
    match to.compare(&from) {
        Ordering::Equal => was.is_exclusive || !is.is_exclusive,
        order => order == side,
    }
}
