//! From the tables of one version to those of the next.
//!
//! Rows are never dropped, and nothing is rewritten that can be left: a column or a table that a
//! version no longer has stays where it is, and takes nulls. What old rows could break is not
//! demanded of them unless it is waived, and then of new rows only.

use super::{Check, Column, Kind, Literal, Source, Storage, Table};
use std::cmp::Ordering;
use tantamount_core::json::Decimal;
use tantamount_core::plan::Bound;

/// What it takes for the tables to follow one change.
#[derive(Clone, Debug, PartialEq)]
pub struct Alteration {
    /// The members that lead from the request's root to what is stored there; none for the fixed
    /// tables and columns.
    pub place: Vec<String>,
    /// What is done: ``adds the column `x` to `t` ``.
    pub what: String,
    /// Why it cannot be done without losing or breaking rows.
    pub obstacle: Option<Obstacle>,
    /// What is run. With an obstacle: what is run when it is waived; nothing where there is no way.
    pub steps: Vec<Step>,
}

/// Why tables cannot follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    /// In words.
    pub reason: String,
    /// What stored rows could break: the table and the column in the old design, and the check.
    pub check: Option<(usize, usize, Check)>,
}

/// One step of a migration.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Creates a table of the new design.
    CreateTable(usize),
    /// Creates every table of the new design.
    CreateAll,
    /// Adds a column. With a default, every row has it at once, and rows of the version before
    /// have it when they are written later.
    AddColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        kind: Kind,
        /// The default, where it may not be null.
        default: Option<Literal>,
    },
    /// Lets a column take nulls.
    DropNotNull {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Gives a column a wider type, which rewrites the table.
    Retype {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its new type.
        kind: Kind,
    },
    /// Gives old rows of a branch what the absence of a member means.
    Fill {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The column and the value that select the rows.
        rows: Option<(String, String)>,
        /// What they get.
        value: Filling,
    },
    /// Drops a constraint.
    DropConstraint {
        /// The table.
        table: String,
        /// The constraint.
        name: String,
    },
    /// Adds the check of a column of the new design.
    AddCheck {
        /// The table.
        table: String,
        /// The constraint.
        name: String,
        /// What is demanded.
        check: Check,
        /// The column.
        column: String,
        /// Its type.
        kind: Kind,
        /// The column that selects the branch.
        tag: Option<String>,
        /// Whether old rows may be asked too.
        is_valid: bool,
        /// Whether old rows keep it only after they were filled.
        is_after_fill: bool,
    },
}

/// What old rows get.
#[derive(Clone, Debug, PartialEq)]
pub enum Filling {
    /// A value.
    Literal(Literal),
    /// The run's value of a column that holds a scope member.
    Inherited {
        /// The table of the runs.
        runs: String,
        /// The column of the run's id, in both tables.
        id: String,
        /// The column of the scope member.
        column: String,
    },
}

/// What it takes for the tables of `old` to become those of `new`.
#[must_use]
pub fn evolution(old: Option<&Storage>, new: Option<&Storage>) -> Vec<Alteration> {
    match (old, new) {
        (None, None) => Vec::new(),
        (None, Some(_)) => {
            vec![done(Vec::new(), "creates the tables".to_owned(), vec![Step::CreateAll])]
        }
        (Some(_), None) => {
            let what = "the tables stay, and nothing is stored any more".to_owned();
            vec![done(Vec::new(), what, Vec::new())]
        }
        (Some(old), Some(new)) => {
            let mut all = Vec::new();
            fixed(old, new, &mut all);
            tables(old, new, &mut all);
            references(old, new, &mut all);
            all
        }
    }
}

fn done(place: Vec<String>, what: String, steps: Vec<Step>) -> Alteration {
    Alteration { place, what, obstacle: None, steps }
}

fn blocked(place: Vec<String>, what: String, reason: &str) -> Alteration {
    let obstacle = Some(Obstacle { reason: reason.to_owned(), check: None });
    Alteration { place, what, obstacle, steps: Vec::new() }
}

/// The tables of the runs and of the ledger.
fn fixed(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    let (was, is) = (&old.runs, &new.runs);
    let (ledger_was, ledger_is) = (&old.ledger, &new.ledger);
    let names = [
        (&was.table, &is.table),
        (&was.id, &is.id),
        (&was.name, &is.name),
        (&was.status, &is.status),
        (&ledger_was.table, &ledger_is.table),
        (&ledger_was.key, &ledger_is.key),
        (&ledger_was.digest, &ledger_is.digest),
        (&ledger_was.first, &ledger_is.first),
    ];
    for (was, is) in names {
        if was != is {
            let what = format!("renames `{was}` to `{is}`");
            all.push(blocked(Vec::new(), what, RENAMED));
        }
    }
    let statuses = |runs: &super::Runs| {
        Check::OneOf(runs.open.iter().chain(&runs.terminal).cloned().collect())
    };
    let place = Vec::new;
    let checked = Checked { table: &is.table, column: &is.status, kind: Kind::Text, tag: None };
    checked.change(place(), Some(&statuses(was)), Some(&statuses(is)), None, all);
    let most = |most: Option<u32>| most.map(Check::MaxBytes);
    let (was_most, is_most) = (most(ledger_was.key_max_bytes), most(ledger_is.key_max_bytes));
    let key = &ledger_is.key;
    let checked = Checked { table: &ledger_is.table, column: key, kind: Kind::Text, tag: None };
    checked.change(place(), was_most.as_ref(), is_most.as_ref(), None, all);
    for column in &new.scope {
        let what = format!("adds the column `{}` to `{}`", column.name, is.table);
        match old.scope.iter().find(|other| other.name == column.name) {
            None => {
                let step = Step::AddColumn {
                    table: is.table.clone(),
                    column: column.name.clone(),
                    kind: column.kind,
                    default: None,
                };
                all.push(done(Vec::new(), what, vec![step]));
            }
            Some(other) if other.kind != column.kind => {
                let what = format!("gives `{}` another type", column.name);
                all.push(blocked(Vec::new(), what, LOSSY));
            }
            Some(_) => {}
        }
    }
    for column in &old.scope {
        if !new.scope.iter().any(|other| other.name == column.name) {
            let what = format!("the column `{}` of `{}` stays, unused", column.name, was.table);
            all.push(done(Vec::new(), what, Vec::new()));
        }
    }
}

const RENAMED: &str = "rows that are there would not be found under another name";
const LOSSY: &str = "the values of old rows have no place in the new type";
const KEYED: &str = "rows that are there are told apart by the old key";

fn tables(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    for (index, table) in new.tables.iter().enumerate() {
        let place = path(new, table);
        match old.tables.iter().position(|other| path(old, other) == place) {
            Some(at) => {
                if let Some(was) = old.tables.get(at) {
                    altered(old, at, was, new, table, &place, all);
                }
            }
            None => {
                let what = format!("creates the table `{}`", table.name);
                let kept_in_column = old.tables.iter().any(|parent| {
                    parent.columns.iter().any(|column| member_place(old, parent, column) == place)
                });
                all.push(if kept_in_column {
                    blocked(place, what, "the elements of old rows stand in a column of their own")
                } else {
                    done(place, what, vec![Step::CreateTable(index)])
                });
            }
        }
    }
    for table in &old.tables {
        let place = path(old, table);
        if !new.tables.iter().any(|other| path(new, other) == place) {
            let what = format!("the table `{}` stays with its rows, unused", table.name);
            all.push(done(place, what, Vec::new()));
        }
    }
}

/// The names of the members from the root to an array.
fn path(storage: &Storage, table: &Table) -> Vec<String> {
    let mut path = match table.parent.and_then(|parent| storage.tables.get(parent)) {
        Some(parent) => path(storage, parent),
        None => Vec::new(),
    };
    path.push(table.member.clone());
    path
}

/// The place of the member that a column holds.
fn member_place(storage: &Storage, table: &Table, column: &Column) -> Vec<String> {
    let mut place = path(storage, table);
    place.push(column.member.clone());
    place
}

fn altered(
    old: &Storage,
    at: usize,
    was: &Table,
    new: &Storage,
    is: &Table,
    place: &[String],
    all: &mut Vec<Alteration>,
) {
    if was.name != is.name {
        let what = format!("renames the table `{}` to `{}`", was.name, is.name);
        return all.push(blocked(place.to_vec(), what, RENAMED));
    }
    let key = |table: &Table| -> Vec<(String, Kind)> {
        table.key().map(|column| (column.name.clone(), column.kind)).collect()
    };
    if key(was) != key(is) || was.id != is.id {
        let what = format!("changes the key of `{}`", is.name);
        all.push(blocked(place.to_vec(), what, KEYED));
    }
    match (&was.status, &is.status) {
        (Some(one), Some(other)) if one.column == other.column => {
            let (one, values) = (Check::OneOf(one.values.clone()), other.values.clone());
            let column = &other.column;
            let checked = Checked { table: &is.name, column, kind: Kind::Text, tag: None };
            let other = Check::OneOf(values);
            checked.change(place.to_vec(), Some(&one), Some(&other), None, all);
        }
        (None, None) => {}
        _ => {
            let what = format!("changes the status column of `{}`", is.name);
            all.push(blocked(place.to_vec(), what, RENAMED));
        }
    }
    let own = |column: &&Column| !matches!(column.source, Source::Parent(_));
    for column in is.columns.iter().filter(own) {
        let here = member_place(new, is, column);
        let found = was.columns.iter().enumerate().filter(|(_, other)| own(other));
        match found.clone().find(|(_, other)| other.member == column.member) {
            Some((_, other)) if other.name != column.name => {
                let what = format!("renames the column `{}` to `{}`", other.name, column.name);
                all.push(blocked(here, what, RENAMED));
            }
            Some((index, other)) => {
                let tag = is.tag.and_then(|tag| is.columns.get(tag));
                let known = branches(was);
                let ends = (other, column);
                changed(&is.name, (at, index), ends, tag, &known, here, all);
            }
            None if is.columns.iter().take(is.key_columns).any(|key| key.name == column.name) => {}
            None => added(old, was, new, is, column, here, all),
        }
    }
    for column in was.columns.iter().filter(own) {
        let here = member_place(old, was, column);
        if is.columns.iter().any(|other| other.member == column.member) {
            continue;
        }
        let what = format!("the column `{}` of `{}` stays, unused", column.name, is.name);
        let mut steps = Vec::new();
        for check in &column.checks {
            steps.push(Step::DropConstraint {
                table: is.name.clone(),
                name: check_name(&is.name, &column.name, check),
            });
        }
        if !column.nullable {
            let (table, column) = (is.name.clone(), column.name.clone());
            steps.push(Step::DropNotNull { table, column });
        }
        all.push(done(here, what, steps));
    }
}

/// The branches that rows of a table may be of.
fn branches(table: &Table) -> Vec<String> {
    let tag = table.tag.and_then(|tag| table.columns.get(tag));
    let values = tag.and_then(|tag| {
        tag.checks.iter().find_map(|check| match check {
            Check::OneOf(values) => Some(values.clone()),
            _ => None,
        })
    });
    values.unwrap_or_default()
}

/// The name of the constraint that holds a check.
#[must_use]
pub fn check_name(table: &str, column: &str, check: &Check) -> String {
    let what = match check {
        Check::Presence(_) => "presence",
        Check::Whole => "whole",
        _ => "check",
    };
    super::constraint_name([table, column, what])
}

/// A column that both versions have.
fn changed(
    table: &str,
    at: (usize, usize),
    (was, is): (&Column, &Column),
    tag: Option<&Column>,
    known: &[String],
    place: Vec<String>,
    all: &mut Vec<Alteration>,
) {
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
                all.push(done(place.clone(), what, vec![step]));
            }
            _ => return all.push(blocked(place, what, LOSSY)),
        }
    }
    if was.nullable && !is.nullable {
        let what = format!("the column `{}` may no longer be null", is.name);
        all.push(blocked(place.clone(), what, "old rows may have no value there"));
    }
    if !was.nullable && is.nullable {
        let what = format!("lets the column `{}` be null", is.name);
        let step = Step::DropNotNull { table: table.to_owned(), column: is.name.clone() };
        all.push(done(place.clone(), what, vec![step]));
    }
    let mut names: Vec<String> = Vec::new();
    for check in was.checks.iter().chain(&is.checks) {
        let name = check_name(table, &is.name, check);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let named = |check: &&Check| check_name(table, &is.name, check) == name;
        let (one, other) = (was.checks.iter().find(named), is.checks.iter().find(named));
        let tag = tag.map(|tag| tag.name.clone());
        let checked = Checked { table, column: &is.name, kind: is.kind, tag };
        checked.change(place.clone(), one, other, Some((at, known)), all);
    }
}

/// A column that is new.
fn added(
    old: &Storage,
    was: &Table,
    new: &Storage,
    is: &Table,
    column: &Column,
    place: Vec<String>,
    all: &mut Vec<Alteration>,
) {
    let what = format!("adds the column `{}` to `{}`", column.name, is.name);
    if was.columns.iter().any(|other| other.name == column.name) {
        return all.push(blocked(place, what, "an old column has the name"));
    }
    let (table, name) = (is.name.clone(), column.name.clone());
    let known = branches(was);
    let tags = branches(is);
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
            let selects = is.tag.and_then(|tag| is.columns.get(tag));
            fills.push(Step::Fill {
                table: table.clone(),
                column: name.clone(),
                rows: selects.map(|column| (column.name.clone(), tag.clone())),
                value: Filling::Literal(value.clone()),
            });
        }
    }
    if let Some(scope) = column.inherits.and_then(|index| new.scope.get(index))
        && old.scope.iter().any(|other| other.name == scope.name)
    {
        let (runs, id) = (new.runs.table.clone(), new.runs.id.clone());
        let value = Filling::Inherited { runs, id, column: scope.name.clone() };
        fills.push(Step::Fill { table: table.clone(), column: name.clone(), rows: None, value });
    }
    let kind = column.kind;
    steps.push(Step::AddColumn { table: table.clone(), column: name.clone(), kind, default });
    let is_after_fill = !fills.is_empty();
    steps.extend(fills);
    let tag = is.tag.and_then(|tag| is.columns.get(tag)).map(|tag| tag.name.clone());
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

/// A column with a check.
struct Checked<'c> {
    table: &'c str,
    column: &'c str,
    kind: Kind,
    tag: Option<String>,
}

impl Checked<'_> {
    /// From one check to the next. `known` are the place of the column in the old design and the
    /// branches of old rows.
    fn change(
        &self,
        place: Vec<String>,
        was: Option<&Check>,
        is: Option<&Check>,
        known: Option<((usize, usize), &[String])>,
        all: &mut Vec<Alteration>,
    ) {
        if was == is {
            return;
        }
        let branches = known.map_or(&[][..], |(_, branches)| branches);
        let keeps = is.is_none_or(|is| follows(was, is, branches));
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
            check: known.zip(is).map(|(((table, column), _), is)| (table, column, is.clone())),
        });
        all.push(Alteration { place, what, obstacle, steps });
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
        (Some(Check::Whole), Check::Whole) | (Some(Check::DateTime), Check::DateTime) => true,
        (Some(Check::MaxBytes(was)), Check::MaxBytes(is)) => was <= is,
        (was, Check::Presence(is)) => {
            let was: &[(String, bool)] = match was {
                Some(Check::Presence(was)) => was,
                _ => &[],
            };
            is.iter().all(|arm| !branches.contains(&arm.0) || was.contains(arm))
        }
        _ => false,
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

/// Foreign keys from names to the elements that they name.
fn references(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    let named = |storage: &Storage| -> Vec<(Vec<String>, String, String, String)> {
        let enforced = storage.references.iter().filter(|reference| reference.enforced);
        enforced
            .filter_map(|reference| {
                let table = storage.tables.get(reference.table)?;
                let column = table.columns.get(reference.column)?;
                let target = storage.tables.get(reference.target)?;
                let place = member_place(storage, table, column);
                Some((place, table.name.clone(), column.name.clone(), target.name.clone()))
            })
            .collect()
    };
    let (was, is) = (named(old), named(new));
    for (place, table, column, target) in &is {
        let is_old = old.tables.iter().any(|other| {
            other.name == *table && other.columns.iter().any(|one| one.name == *column)
        });
        if !was.contains(&(place.clone(), table.clone(), column.clone(), target.clone())) && is_old
        {
            let what = format!("`{column}` of `{table}` must name a row of `{target}`");
            all.push(blocked(place.clone(), what, "old rows may name what is not there"));
        }
    }
    for (place, table, column, target) in &was {
        if !is.contains(&(place.clone(), table.clone(), column.clone(), target.clone())) {
            let what = format!("`{column}` of `{table}` may name what is not in `{target}`");
            let name = super::constraint_name([table.as_str(), column, "fkey"]);
            let step = Step::DropConstraint { table: table.clone(), name };
            all.push(done(place.clone(), what, vec![step]));
        }
    }
}
