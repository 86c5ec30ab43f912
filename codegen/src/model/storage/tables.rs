//! The tables of arrays.

use super::annotations::{Annotations, Place};
use super::columns;
use super::distinct::distinct_columns;
use super::{Check, Column, Kind, Literal, Source, Status, Storage, StorageError, Table};
use tantamount_core::plan::{Order, Plan, Record, Rule};

/// Adds the tables of the arrays in an object, and those of the arrays in their elements.
pub(super) fn add_tables(
    plan: &Plan,
    annotations: &Annotations<'_>,
    object: &[Place<'_>],
    record: &Record,
    parent: Option<usize>,
    storage: &mut Storage,
) -> Result<(), StorageError> {
    for (slot, array) in arrays(plan, record) {
        let Some(name) = record.slots.get(usize::from(slot)).map(|slot| &slot.name) else {
            continue;
        };
        let places = annotations.member(object, name);
        let Some(annotation) = annotations.annotation(&places)? else { continue };
        if annotation.child("table").is_none() {
            continue;
        }
        let keys: &[u16] = match &array.order {
            Order::Set(keys) => keys,
            Order::List | Order::Multiset => &[],
        };
        let Rule::Record(element) = array.items else {
            return Err(annotation.error("only an array of objects has a table"));
        };
        let position = annotation.child("position").map(|place| place.identifier()).transpose()?;
        if position.is_none() && keys.is_empty() {
            return Err(annotation.error(
                "the elements of a list or a multiset have no key: name a column for their place \
                 in it by `position`, or make it a set by `x-canonical: {\"set\": …}`",
            ));
        }
        if position.is_some() && !keys.is_empty() {
            return Err(annotation.error(
                "the elements of a set are told apart by their key, and their order means \
                 nothing: leave `position` out",
            ));
        }
        let Some(element) = plan.record(element) else { continue };
        if array.nullable_items {
            return Err(annotation.error("an element that may be null has no row"));
        }
        if element.is_open {
            return Err(annotation.error(
                "the elements may have members that they do not name, which have no column: write \
                 `\"unevaluatedProperties\": false`",
            ));
        }
        let elements = annotations.items(&places);
        let path = parent.and_then(|parent| storage.tables.get(parent));
        let mut path = path.map(|table| table.path.clone()).unwrap_or_default();
        path.push(slot);
        let mut table = Table {
            name: annotation.required("table")?.identifier()?,
            parent,
            path,
            slot,
            member: name.to_string(),
            key_member: keys
                .first()
                .and_then(|&key| element.slots.get(usize::from(key)))
                .map_or_else(String::new, |slot| slot.name.to_string()),
            id: annotation.child("id").map(|id| id.identifier()).transpose()?,
            status: annotation.child("status").map(|place| status(&place)).transpose()?,
            key_columns: 0,
            tag: None,
            noun: noun(&elements, element),
            columns: parent_key(storage, parent),
        };
        annotation.only(&["table", "id", "status", "position"])?;
        let position = position.map(position_column);
        add_columns(plan, annotations, &elements, element, (keys, position), &mut table)?;
        check_table(storage, &table, keys.len(), &annotation)?;
        distinct_columns(storage, &table, &annotation)?;
        storage.tables.push(table);
        let index = storage.tables.len() - 1;
        add_tables(plan, annotations, &elements, element, Some(index), storage)?;
    }
    Ok(())
}

/// What people call an element: the title of its type, or the type's name, in small letters.
fn noun(elements: &[Place<'_>], element: &Record) -> String {
    let title = elements.iter().find_map(|place| place.child("title")?.string().ok());
    let words = title.unwrap_or_else(|| element.name.to_string());
    let mut noun = String::new();
    let mut before = ' ';
    for character in words.chars() {
        if character.is_uppercase() && (before.is_lowercase() || before.is_numeric()) {
            noun.push(' ');
        }
        noun.extend(character.to_lowercase());
        before = character;
    }
    noun
}

/// The column of an element's place in its array.
fn position_column(name: String) -> Column {
    Column {
        name,
        kind: Kind::Integer,
        nullable: false,
        member: String::new(),
        source: Source::Position,
        inherits: None,
        checks: vec![Check::Between(0, i64::from(i32::MAX))],
        promised: Vec::new(),
        absent: vec![Literal::Null],
    }
}

/// The members of an object that are arrays in some branch.
fn arrays<'p>(plan: &'p Plan, record: &Record) -> Vec<(u16, &'p tantamount_core::plan::ArrayRule)> {
    let array = |slot: u16| {
        record.branches.iter().find_map(|branch| {
            match branch.members.get(usize::from(slot))?.as_ref()?.rule {
                Rule::Array(index) => plan.array(index),
                _ => None,
            }
        })
    };
    let slots = 0..u16::try_from(record.slots.len()).unwrap_or(u16::MAX);
    slots.filter_map(|slot| Some((slot, array(slot)?))).collect()
}

/// The column of a status.
pub(super) fn status(place: &Place<'_>) -> Result<Status, StorageError> {
    place.only(&["column", "initial", "values"])?;
    let status = Status {
        column: place.required("column")?.identifier()?,
        initial: place.required("initial")?.string()?,
        values: place.required("values")?.strings()?,
    };
    if !status.values.contains(&status.initial) {
        return Err(place.error(format!("`{}` is not one of the values", status.initial)));
    }
    Ok(status)
}

/// The key of the table of the elements that hold an array, as columns of the array's table.
fn parent_key(storage: &Storage, parent: Option<usize>) -> Vec<Column> {
    let Some(parent) = parent.and_then(|parent| storage.tables.get(parent)) else {
        return Vec::new();
    };
    let columns = parent.key().enumerate().map(|(index, column)| Column {
        source: Source::Parent(index),
        checks: Vec::new(),
        ..column.clone()
    });
    columns.collect()
}

/// Adds the columns of the elements: those of the key first.
fn add_columns(
    plan: &Plan,
    annotations: &Annotations<'_>,
    elements: &[Place<'_>],
    record: &Record,
    (keys, position): (&[u16], Option<Column>),
    table: &mut Table,
) -> Result<(), StorageError> {
    for &key in keys {
        table.columns.extend(columns::column(plan, annotations, elements, record, key)?);
    }
    table.columns.extend(position);
    table.key_columns = table.columns.len();
    for slot in 0..u16::try_from(record.slots.len()).unwrap_or(u16::MAX) {
        if keys.contains(&slot) || has_table(plan, annotations, elements, record, slot)? {
            continue;
        }
        table.columns.extend(columns::column(plan, annotations, elements, record, slot)?);
    }
    table.tag = table.columns.iter().position(|column| matches!(column.source, Source::Tag(_)));
    Ok(())
}

/// Whether a member is an array with a table.
pub(super) fn has_table(
    plan: &Plan,
    annotations: &Annotations<'_>,
    elements: &[Place<'_>],
    record: &Record,
    slot: u16,
) -> Result<bool, StorageError> {
    if !arrays(plan, record).iter().any(|(array, _)| *array == slot) {
        return Ok(false);
    }
    let Some(slot) = record.slots.get(usize::from(slot)) else { return Ok(false) };
    let annotation = annotations.annotation(&annotations.member(elements, &slot.name))?;
    Ok(annotation.is_some_and(|annotation| annotation.child("table").is_some()))
}

fn check_table(
    storage: &Storage,
    table: &Table,
    keys: usize,
    annotation: &Place<'_>,
) -> Result<(), StorageError> {
    let key: Vec<&Column> = table.key().collect();
    if key.iter().any(|column| column.nullable || column.kind == Kind::Json) {
        return Err(annotation.error("a member of the key may be absent, or is no scalar"));
    }
    if table.id.is_some() {
        if table.parent.is_some() || storage.tables.iter().any(|table| table.id.is_some()) {
            return Err(annotation.error("one table has ids, that of an array in the root"));
        }
        let position = key.iter().any(|column| column.source == Source::Position);
        if keys != 1 || position || key.iter().any(|column| column.kind != Kind::Text) {
            return Err(annotation.error("a table with ids needs a key of one string"));
        }
    }
    Ok(())
}
