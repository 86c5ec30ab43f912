//! From the tables of one version to those of the next.
//!
//! Rows are never dropped, and nothing is rewritten that can be left: a column or a table that a
//! version no longer has stays where it is, and takes nulls. What old rows could break is not
//! demanded of them unless it is waived, and then of new rows only.

mod columns;
mod fixed;

use self::columns::{Checked, Rows};
use super::{Check, Column, Kind, Literal, Source, Storage, Table};

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
    /// What stored rows could break: the table in the old design, none for the ledger, the column
    /// in it, and the check.
    pub check: Option<(Option<usize>, usize, Check)>,
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
    /// Holds a column of elements to the elements that it names; an index into the references of
    /// the new design.
    Reference(usize),
    /// Holds a column of the ledger to the elements that it names; an index into the root's
    /// references of the new design.
    RootReference(usize),
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
    /// What a column says that holds a scope member, in the parent's row or the ledger's.
    Inherited {
        /// The table.
        from: String,
        /// The columns that the row is found by, in both tables.
        on: Vec<String>,
        /// The column of the scope member.
        column: String,
    },
    /// What the request in the ledger's row says, where it says something.
    Requested {
        /// The member.
        member: String,
        /// The type of the column.
        kind: Kind,
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
            fixed::fixed(old, new, &mut all);
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
                let mut columns = old.tables.iter().flat_map(|parent| {
                    parent.columns.iter().map(|column| member_place(old, parent, column))
                });
                let kept_in_column = columns.any(|other| other == place)
                    || old.ledger.columns.iter().any(|column| *place == [column.member.clone()]);
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
    if column.source != Source::Position {
        place.push(column.member.clone());
    }
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
            checked.changes(place, (&[one], &[], &[other]), None, all);
        }
        (None, None) => {}
        _ => {
            let what = format!("changes the status column of `{}`", is.name);
            all.push(blocked(place.to_vec(), what, RENAMED));
        }
    }
    let was = Rows::of_table(path(old, was), was, at);
    columns::changes(old, was, new, Rows::of_table(place.to_vec(), is, at), all);
}

/// The name of the constraint that holds a check.
#[must_use]
pub fn check_name(table: &str, column: &str, check: &Check) -> String {
    let what = match check {
        Check::Presence(_) => "presence",
        Check::Constant(_) => "constant",
        Check::NotBlank => "not_blank",
        Check::Finite => "finite",
        _ => "check",
    };
    super::constraint_name([table, column, what])
}

/// A foreign key from a name to the element that it names.
struct Named {
    place: Vec<String>,
    table: String,
    column: String,
    target: String,
    step: Step,
}

fn named(storage: &Storage) -> Vec<Named> {
    let of_elements = storage.references.iter().enumerate().filter_map(|(index, reference)| {
        let table = storage.tables.get(reference.table).filter(|_| reference.enforced)?;
        let column = table.columns.get(reference.column)?;
        Some(Named {
            place: member_place(storage, table, column),
            table: table.name.clone(),
            column: column.name.clone(),
            target: storage.tables.get(reference.target)?.name.clone(),
            step: Step::Reference(index),
        })
    });
    let of_root = storage.root_references.iter().enumerate().filter_map(|(index, reference)| {
        let column = storage.ledger.columns.get(reference.column?)?;
        let target = storage.tables.get(reference.target)?;
        target.text_key()?;
        Some(Named {
            place: vec![column.member.clone()],
            table: storage.ledger.table.clone(),
            column: column.name.clone(),
            target: target.name.clone(),
            step: Step::RootReference(index),
        })
    });
    of_elements.chain(of_root).collect()
}

/// Foreign keys from names to the elements that they name.
fn references(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    let (was, is) = (named(old), named(new));
    let alike = |one: &Named, other: &Named| {
        (&one.place, &one.table, &one.column, &one.target)
            == (&other.place, &other.table, &other.column, &other.target)
    };
    for reference in is.iter().filter(|is| !was.iter().any(|was| alike(was, is))) {
        let Named { place, table, column, target, step } = reference;
        let had = |columns: &[Column]| columns.iter().any(|one| one.name == *column);
        let is_old_table = old.tables.iter().any(|other| other.name == *table);
        let is_old = old.tables.iter().any(|other| other.name == *table && had(&other.columns))
            || (old.ledger.table == *table && had(&old.ledger.columns));
        let what = format!("`{column}` of `{table}` must name a row of `{target}`");
        if is_old {
            all.push(blocked(place.clone(), what, "old rows may name what is not there"));
        } else if is_old_table || old.ledger.table == *table {
            // A table that is new has its foreign keys already.
            all.push(done(place.clone(), what, vec![step.clone()]));
        }
    }
    for Named { place, table, column, target, .. } in
        was.iter().filter(|was| !is.iter().any(|is| alike(was, is)))
    {
        let what = format!("`{column}` of `{table}` may name what is not in `{target}`");
        let name = super::constraint_name([table.as_str(), column, "fkey"]);
        let step = Step::DropConstraint { table: table.clone(), name };
        all.push(done(place.clone(), what, vec![step]));
    }
}
