//! The tables of the parent and of the ledger.

use super::super::{Check, Kind, Ledger, Literal, Parent, Storage};
use super::columns::{self, Checked, Rows};
use super::{Alteration, KEYED, LOSSY, RENAMED, Step, blocked, check_name, done};

pub(super) fn fixed(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    match (&old.parent, &new.parent) {
        (Some(was), Some(is)) => parent(was, is, all),
        (None, None) => {}
        (_, Some(is)) => {
            let what = format!("puts requests below rows of `{}`", is.table);
            all.push(blocked(Vec::new(), what, "requests that are there are below none"));
        }
        (Some(was), None) => {
            let what = format!("takes requests from below the rows of `{}`", was.table);
            all.push(blocked(Vec::new(), what, KEYED));
        }
    }
    ledger(&old.ledger, &new.ledger, all);
    columns::changes(old, Rows::of_ledger(&old.ledger), new, Rows::of_ledger(&new.ledger), all);
    scope(old, new, all);
}

fn renamed<'n>(
    names: impl IntoIterator<Item = (&'n String, &'n String)>,
    all: &mut Vec<Alteration>,
) {
    for (was, is) in names {
        if was != is {
            let what = format!("renames `{was}` to `{is}`");
            all.push(blocked(Vec::new(), what, RENAMED));
        }
    }
}

fn parent(was: &Parent, is: &Parent, all: &mut Vec<Alteration>) {
    let names = [
        (&was.table, &is.table),
        (&was.id, &is.id),
        (&was.name, &is.name),
        (&was.status, &is.status),
    ];
    renamed(names, all);
    let statuses = |parent: &Parent| {
        Check::OneOf(parent.open.iter().chain(&parent.terminal).cloned().collect())
    };
    let checked = Checked { table: &is.table, column: &is.status, kind: Kind::Text, tag: None };
    let checks = (&[statuses(was)][..], &[][..], &[statuses(is)][..]);
    checked.changes(&[], checks, None, all);
}

fn ledger(was: &Ledger, is: &Ledger, all: &mut Vec<Alteration>) {
    let names = [(&was.table, &is.table), (&was.key, &is.key), (&was.digest, &is.digest)];
    renamed(names, all);
    match (was.has_id, is.has_id) {
        (true, true) | (false, false) => renamed([(&was.first, &is.first)], all),
        (false, true) => {
            let what = format!("gives each request the id `{}`", is.first);
            all.push(blocked(Vec::new(), what, "requests that are there have none"));
        }
        (true, false) => {
            let what = format!("takes the id `{}` from the requests", was.first);
            all.push(blocked(Vec::new(), what, KEYED));
        }
    }
    let checked = Checked { table: &is.table, column: &is.key, kind: Kind::Text, tag: None };
    let checks = (&was.key_checks[..], &was.promised[..], &is.key_checks[..]);
    checked.changes(&[], checks, None, all);
    match (&was.status, &is.status) {
        (None, None) => {}
        (Some(one), Some(other)) if one.column == other.column => {
            let column = &other.column;
            let checked = Checked { table: &is.table, column, kind: Kind::Text, tag: None };
            let checks = (Check::OneOf(one.values.clone()), Check::OneOf(other.values.clone()));
            checked.changes(&[], (&[checks.0], &[], &[checks.1]), None, all);
        }
        (Some(_), Some(other)) => {
            let what = format!("changes the status column of `{}`", is.table);
            let reason = format!("old rows have no value in `{}`", other.column);
            all.push(blocked(Vec::new(), what, &reason));
        }
        (None, Some(status)) => {
            let what = format!("adds the column `{}` to `{}`", status.column, is.table);
            let check = Check::OneOf(status.values.clone());
            let column = status.column.clone();
            let steps = vec![
                Step::AddColumn {
                    table: is.table.clone(),
                    column: column.clone(),
                    kind: Kind::Text,
                    default: Some(Literal::Text(status.initial.clone())),
                },
                Step::AddCheck {
                    table: is.table.clone(),
                    name: check_name(&is.table, &column, &check),
                    check,
                    column,
                    kind: Kind::Text,
                    tag: None,
                    is_valid: true,
                    is_after_fill: false,
                },
            ];
            all.push(done(Vec::new(), what, steps));
        }
        (Some(status), None) => {
            let (table, column) = (was.table.clone(), status.column.clone());
            let what = format!("the column `{column}` of `{table}` stays, unused");
            let check = Check::OneOf(status.values.clone());
            let name = check_name(&table, &column, &check);
            let steps = vec![
                Step::DropConstraint { table: table.clone(), name },
                Step::DropNotNull { table, column },
            ];
            all.push(done(Vec::new(), what, steps));
        }
    }
}

/// The table that holds the members of the scope.
fn scope_table(storage: &Storage) -> &str {
    storage.parent.as_ref().map_or(&storage.ledger.table, |parent| &parent.table)
}

fn scope(old: &Storage, new: &Storage, all: &mut Vec<Alteration>) {
    let (was, is) = (scope_table(old), scope_table(new));
    for column in &new.scope {
        let what = format!("adds the column `{}` to `{is}`", column.name);
        match old.scope.iter().find(|other| other.name == column.name) {
            None => {
                let step = Step::AddColumn {
                    table: is.to_owned(),
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
            let what = format!("the column `{}` of `{was}` stays, unused", column.name);
            all.push(done(Vec::new(), what, Vec::new()));
        }
    }
}
