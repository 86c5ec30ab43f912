//! The design: plan and annotations to tables.

use super::super::pascal_case;
use super::annotations::{Annotations, Place};
use super::columns;
use super::{
    Check, Column, Kind, Ledger, Literal, ReferenceColumn, Runs, ScopeColumn, Source, Status,
    Storage, StorageError, Table, Window,
};
use std::collections::BTreeSet;
use tantamount_core::plan::{Order, Plan, Record, Rule};

/// The columns of every ledger besides the run's id and those that the schema names.
const LEDGER_COLUMNS: [&str; 5] =
    ["request", "canonical_version", "schema_version", "metadata", "created_at"];

impl Storage {
    /// What a schema says of its storage; `None` where it says nothing.
    ///
    /// # Errors
    /// [`StorageError`] where an annotation is wrong, stands where it has no effect, or asks for
    /// what cannot be stored.
    pub fn new(
        plan: &Plan,
        annotations: &Annotations<'_>,
    ) -> Result<Option<Storage>, StorageError> {
        let root = annotations.root();
        let Some(annotation) = annotations.annotation(&root)? else {
            annotations.finish()?;
            return Ok(None);
        };
        annotation.only(&["parent", "ledger", "window"])?;
        let Rule::Record(record) = plan.root else {
            return Err(annotation.error("only an object can be stored"));
        };
        let Some(record) = plan.record(record) else {
            return Err(annotation.error("only an object can be stored"));
        };
        let mut storage = Storage {
            schema_id: plan.id.to_string(),
            root: record.name.to_string(),
            scope: scope(plan),
            runs: runs(&annotation.required("parent")?)?,
            ledger: ledger(annotations, &annotation.required("ledger")?)?,
            window: None,
            tables: Vec::new(),
            references: Vec::new(),
        };
        add_tables(plan, annotations, &root, record, None, &mut storage)?;
        if let Some(place) = annotation.child("window") {
            storage.window = Some(window(&storage, record, &place)?);
        }
        references(plan, &mut storage);
        distinct(&storage, &annotation)?;
        annotations.finish()?;
        Ok(Some(storage))
    }
}

fn scope(plan: &Plan) -> Vec<ScopeColumn> {
    let column = |member: &tantamount_core::plan::ScopeMember| ScopeColumn {
        name: member.name.to_string(),
        kind: columns::scope_kind(plan, member.rule),
    };
    plan.scope.iter().map(column).collect()
}

fn runs(place: &Place<'_>) -> Result<Runs, StorageError> {
    place.only(&["table", "id", "name", "status"])?;
    let status = place.required("status")?;
    status.only(&["column", "open", "terminal"])?;
    Ok(Runs {
        table: place.required("table")?.identifier()?,
        id: place.required("id")?.identifier()?,
        name: place.identifier_or("name", "name")?,
        status: status.required("column")?.identifier()?,
        open: status.required("open")?.strings()?,
        terminal: status.required("terminal")?.strings()?,
    })
}

fn ledger(annotations: &Annotations<'_>, place: &Place<'_>) -> Result<Ledger, StorageError> {
    place.only(&["table", "key", "digest", "first"])?;
    let key = place.required("key")?;
    key.only(&["column", "type"])?;
    let kind = key.required("type")?;
    let reference = kind.required("$ref")?;
    let target = reference.string()?;
    let Some(definition) = annotations.target(&target) else {
        return Err(reference.error("names no definition of this schema"));
    };
    let title = definition.child("title");
    let title = title.and_then(|title| title.string().ok());
    let Some(key_type) = title.and_then(|title| pascal_case(&title)) else {
        return Err(definition.error("the type of a mutation key needs a `title`, which names it"));
    };
    if definition.value.get("type").and_then(|kind| kind.as_str()) != Some("string") {
        return Err(definition.error("a mutation key must be a string"));
    }
    let bytes = definition.value.pointer("/x-canonical/max-bytes").and_then(|most| most.as_u64());
    Ok(Ledger {
        table: place.required("table")?.identifier()?,
        key: key.required("column")?.identifier()?,
        key_type,
        key_max_bytes: bytes.and_then(|most| u32::try_from(most).ok()),
        digest: place.identifier_or("digest", "digest")?,
        first: place.identifier_or("first", "first_id")?,
    })
}

/// Adds the tables of the arrays in an object, and those of the arrays in their elements.
fn add_tables(
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
        let (Order::Set(keys), Rule::Record(element)) = (&array.order, array.items) else {
            return Err(
                annotation.error("only a set of objects (`x-canonical: {\"set\": …}`) has a table")
            );
        };
        let Some(element) = plan.record(element) else { continue };
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
            columns: parent_key(storage, parent),
        };
        annotation.only(&["table", "id", "status"])?;
        add_columns(plan, annotations, &elements, element, keys, &mut table)?;
        check_table(storage, &table, keys.len(), &annotation)?;
        storage.tables.push(table);
        let index = storage.tables.len() - 1;
        add_tables(plan, annotations, &elements, element, Some(index), storage)?;
    }
    Ok(())
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

fn status(place: &Place<'_>) -> Result<Status, StorageError> {
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
    keys: &[u16],
    table: &mut Table,
) -> Result<(), StorageError> {
    for &key in keys {
        table.columns.extend(columns::column(plan, annotations, elements, record, key)?);
    }
    table.key_columns = table.columns.len();
    for slot in 0..u16::try_from(record.slots.len()).unwrap_or(u16::MAX) {
        if keys.contains(&slot) || has_table(annotations, elements, record, slot)? {
            continue;
        }
        table.columns.extend(columns::column(plan, annotations, elements, record, slot)?);
    }
    table.tag = table.columns.iter().position(|column| matches!(column.source, Source::Tag(_)));
    Ok(())
}

fn has_table(
    annotations: &Annotations<'_>,
    elements: &[Place<'_>],
    record: &Record,
    slot: u16,
) -> Result<bool, StorageError> {
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
        if keys != 1 || key.iter().any(|column| column.kind != Kind::Text) {
            return Err(annotation.error("a table with ids needs a key of one string"));
        }
    }
    let fixed = [
        Some(&storage.runs.id),
        table.id.as_ref(),
        table.status.as_ref().map(|status| &status.column),
    ];
    let mut names = BTreeSet::from(["created_at"]);
    let columns = table.columns.iter().map(|column| &column.name);
    for name in fixed.into_iter().flatten().chain(columns) {
        if !names.insert(name) {
            return Err(annotation.error(format!(
                "two columns would be named `{name}`: rename a member's by `x-storage: {{\"column\": …}}`"
            )));
        }
    }
    Ok(())
}

/// Every table has a name of its own, and so has every column of the fixed tables.
fn distinct(storage: &Storage, annotation: &Place<'_>) -> Result<(), StorageError> {
    let mut names = BTreeSet::from(["tantamount_migrations"]);
    let tables = storage.tables.iter().map(|table| &table.name);
    for name in [&storage.runs.table, &storage.ledger.table].into_iter().chain(tables) {
        if !names.insert(name) {
            return Err(annotation.error(format!("two tables would be named `{name}`")));
        }
        if name.starts_with('_') {
            let message = format!("`{name}`: names that begin with `_` are the statements' own");
            return Err(annotation.error(message));
        }
    }
    let (runs, ledger) = (&storage.runs, &storage.ledger);
    let mut names = BTreeSet::from(["created_at"]);
    let scope = storage.scope.iter().map(|column| &column.name);
    for name in [&runs.id, &runs.name, &runs.status].into_iter().chain(scope) {
        if !names.insert(name) {
            return Err(annotation
                .error(format!("two columns of `{}` would be named `{name}`", runs.table)));
        }
    }
    let mut names = BTreeSet::from(LEDGER_COLUMNS);
    for name in [&runs.id, &ledger.key, &ledger.digest, &ledger.first] {
        if !names.insert(name) {
            return Err(annotation
                .error(format!("two columns of `{}` would be named `{name}`", ledger.table)));
        }
    }
    Ok(())
}

fn window(storage: &Storage, record: &Record, place: &Place<'_>) -> Result<Window, StorageError> {
    place.only(&["member", "table", "where", "status"])?;
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

/// The references between elements that have tables.
fn references(plan: &Plan, storage: &mut Storage) {
    let find = |path: &[u16]| storage.tables.iter().position(|table| table.path == path);
    let column = |table: usize, slot: u16| {
        storage
            .tables
            .get(table)?
            .columns
            .iter()
            .position(|column| column.source == Source::Slot(slot))
    };
    let references = plan.references.iter().filter_map(|reference| {
        let target = find(&[reference.set])?;
        let path: Vec<u16> =
            [reference.set].into_iter().chain(reference.through.iter().copied()).collect();
        let table = find(&path)?;
        let target_column = column(target, reference.key)?;
        Some(ReferenceColumn {
            table,
            column: column(table, reference.member)?,
            target,
            target_column,
            outside: reference.outside,
            enforced: storage.tables.get(target)?.key_columns == 1 && target_column == 0,
        })
    });
    storage.references = references.collect();
}
