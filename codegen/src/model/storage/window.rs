//! The element that must wait for an append.

use super::annotations::Place;
use super::{Check, Kind, Literal, Source, Storage, StorageError, Table, Window};
use tantamount_core::plan::Record;

/// The window that the root's annotation describes.
pub(super) fn window(
    storage: &Storage,
    record: &Record,
    place: &Place<'_>,
) -> Result<Window, StorageError> {
    place.only(&["called", "member", "table", "where", "status"])?;
    if storage.is_owned() {
        return Err(place.error(
            "a window is a row of the parent that earlier requests wrote: it needs a `parent`, and \
             a ledger without `id`",
        ));
    }
    let called = place.child("called").map(|place| place.string()).transpose()?;
    let member = place.required("member")?;
    let member_name = member.string()?;
    let slot = record.slots.iter().position(|slot| slot.name == member_name);
    let Some(slot) = slot.and_then(|slot| u16::try_from(slot).ok()) else {
        return Err(member.error("names no member of the request"));
    };
    let table_place = place.required("table")?;
    let table_name = table_place.string()?;
    let found = storage.tables.iter().position(|table| table.name == table_name);
    let Some((index, table)) = found.and_then(|index| Some((index, storage.tables.get(index)?)))
    else {
        return Err(table_place.error("names no table of this schema"));
    };
    let (Some(status), Some(_), Some(tag), Some(key)) = (
        &table.status,
        &table.id,
        table.tag.and_then(|tag| table.columns.get(tag)),
        table.key().next(),
    ) else {
        return Err(table_place.error(
            "a window's table needs an `id`, a `status`, and elements that are a tagged union",
        ));
    };
    let condition = place.required("where")?;
    let value = condition.required(&tag.name)?.string()?;
    condition.only(&[&tag.name])?;
    let branch = tag.checks.iter().find_map(|check| match check {
        Check::OneOf(tags) => tags.iter().position(|tag| *tag == value),
        _ => None,
    });
    let Some(branch) = branch else {
        return Err(condition.error(format!("`{value}` is no branch of the union")));
    };
    let states = place.required("status")?;
    states.only(&["waiting", "closed"])?;
    let state = |name: &str| {
        let place = states.required(name)?;
        let state = place.string()?;
        let known = status.values.contains(&state);
        if known {
            Ok(state)
        } else {
            Err(place.error(format!("`{state}` is not one of the table's statuses")))
        }
    };
    Ok(Window {
        noun: called.unwrap_or_else(|| "window".to_owned()),
        slot,
        table: index,
        key: key.name.clone(),
        tag: (tag.name.clone(), value.clone()),
        status: status.column.clone(),
        waiting: state("waiting")?,
        closed: state("closed")?,
        fillers: fillers(table, branch, &value).map_err(|message| condition.error(message))?,
    })
}

/// What a new window has in the columns that need a value.
fn fillers(table: &Table, branch: usize, tag: &str) -> Result<Vec<(String, Literal)>, String> {
    let mut fillers = Vec::new();
    for column in table.columns.iter().skip(table.key_columns) {
        let presence = column.checks.iter().find_map(|check| match check {
            Check::Presence(arms) => Some(arms.iter().any(|(arm, must)| arm == tag && *must)),
            _ => None,
        });
        if matches!(column.source, Source::Tag(_)) || !presence.unwrap_or(!column.nullable) {
            continue;
        }
        let literal = match column.absent.get(branch) {
            Some(Literal::Null) | None if column.kind == Kind::Json => {
                Literal::Json("null".to_owned())
            }
            Some(Literal::Null) | None => {
                return Err(format!("a new window would need a value for `{}`", column.name));
            }
            Some(literal) => literal.clone(),
        };
        fillers.push((column.name.clone(), literal));
    }
    Ok(fillers)
}
