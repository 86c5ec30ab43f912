//! The design: plan and annotations to tables.

use super::super::pascal_case;
use super::annotations::{Annotations, Place};
use super::columns;
use super::distinct::distinct;
use super::keys;
use super::tables::{add_tables, has_table, status};
use super::window::window;
use super::{
    Check, Ledger, Parent, ReferenceColumn, RootReference, ScopeColumn, Source, Storage,
    StorageError,
};
use tantamount_core::plan::{Plan, Record, Reference, Rule};

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
            parent: annotation.child("parent").map(|place| parent(&place)).transpose()?,
            ledger: ledger(annotations, &annotation.required("ledger")?)?,
            window: None,
            tables: Vec::new(),
            references: Vec::new(),
            root_references: Vec::new(),
        };
        storage.ledger.columns = root_columns(plan, annotations, &root, record)?;
        add_tables(plan, annotations, &root, record, None, &mut storage)?;
        if let Some(place) = annotation.child("window") {
            storage.window = Some(window(&storage, record, &place)?);
        }
        references(plan, annotations, &mut storage)?;
        distinct(&storage, &annotation)?;
        annotations.finish()?;
        Ok(Some(storage))
    }

    /// Whether an index can hold every key. It is not asked of versions that were released before
    /// it was.
    ///
    /// # Errors
    /// [`StorageError`] where a key may be too long.
    pub fn check_keys(&self, annotations: &Annotations<'_>) -> Result<(), StorageError> {
        match annotations.annotation(&annotations.root())? {
            Some(annotation) => keys::fit(self, annotations, &annotation),
            None => Ok(()),
        }
    }
}

fn scope(plan: &Plan) -> Vec<ScopeColumn> {
    let column = |member: &tantamount_core::plan::ScopeMember| ScopeColumn {
        name: member.name.to_string(),
        kind: columns::scope_kind(plan, member.rule),
    };
    plan.scope.iter().map(column).collect()
}

fn parent(place: &Place<'_>) -> Result<Parent, StorageError> {
    place.only(&["table", "called", "id", "name", "status"])?;
    let status = place.required("status")?;
    status.only(&["column", "open", "terminal"])?;
    let called = place.child("called").map(|place| place.string()).transpose()?;
    Ok(Parent {
        table: place.required("table")?.identifier()?,
        noun: called.unwrap_or_else(|| "parent".to_owned()),
        id: place.required("id")?.identifier()?,
        name: place.identifier_or("name", "name")?,
        status: status.required("column")?.identifier()?,
        open: status.required("open")?.strings()?,
        terminal: status.required("terminal")?.strings()?,
    })
}

fn ledger(annotations: &Annotations<'_>, place: &Place<'_>) -> Result<Ledger, StorageError> {
    place.only(&["table", "key", "digest", "first", "id", "status"])?;
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
        return Err(definition.error("the type of a ledger's key needs a `title`, which names it"));
    };
    if definition.value.get("type").and_then(|kind| kind.as_str()) != Some("string") {
        return Err(definition.error("a ledger's key must be a string"));
    }
    let mut key_checks = Vec::new();
    let most = definition.value.pointer("/x-canonical/max-bytes").and_then(|most| most.as_u64());
    key_checks.extend(most.and_then(|most| u32::try_from(most).ok()).map(Check::MaxBytes));
    let not_blank = definition.value.pointer("/x-canonical/not-blank");
    key_checks.extend(not_blank.map(|_| Check::NotBlank));
    let id = place.child("id").map(|id| id.identifier()).transpose()?;
    let has_id = id.is_some();
    if let Some(first) = place.child("first").filter(|_| has_id) {
        return Err(
            first.error("the elements' ids are counted from the `id`: leave one of them out")
        );
    }
    Ok(Ledger {
        table: place.required("table")?.identifier()?,
        key: key.required("column")?.identifier()?,
        key_type,
        key_checks,
        promised: Vec::new(),
        digest: place.identifier_or("digest", "digest")?,
        first: id.map_or_else(|| place.identifier_or("first", "first_id"), Ok)?,
        has_id,
        status: place.child("status").map(|place| status(&place)).transpose()?,
        columns: Vec::new(),
    })
}

/// The columns of the root's members that have one: those with a `column` of their own.
fn root_columns(
    plan: &Plan,
    annotations: &Annotations<'_>,
    root: &[Place<'_>],
    record: &Record,
) -> Result<Vec<super::Column>, StorageError> {
    let mut found = Vec::new();
    for slot in 0..u16::try_from(record.slots.len()).unwrap_or(u16::MAX) {
        let Some(name) = record.slots.get(usize::from(slot)).map(|slot| &slot.name) else {
            continue;
        };
        let annotated = annotations.annotation(&annotations.member(root, name))?.is_some();
        if annotated && !has_table(plan, annotations, root, record, slot)? {
            found.extend(columns::column(plan, annotations, root, record, slot)?);
        }
    }
    Ok(found)
}

/// The references to elements that have tables.
fn references(
    plan: &Plan,
    annotations: &Annotations<'_>,
    storage: &mut Storage,
) -> Result<(), StorageError> {
    for reference in plan.references.iter() {
        let found = resolve(storage, reference);
        if reference.outside {
            outside(plan, annotations, storage, reference)?;
        }
        match found {
            Some(Found::Column(found)) => storage.references.push(found),
            Some(Found::Root(found)) => storage.root_references.push(found),
            None => {}
        }
    }
    Ok(())
}

enum Found {
    Column(ReferenceColumn),
    Root(RootReference),
}

fn resolve(storage: &Storage, reference: &Reference) -> Option<Found> {
    let find = |path: &[u16]| storage.tables.iter().position(|table| table.path == path);
    let column = |columns: &[super::Column], slot: u16| {
        columns.iter().position(|column| column.source == Source::Slot(slot))
    };
    let target = find(&[reference.set])?;
    let target_columns = &storage.tables.get(target)?.columns;
    let target_column = column(target_columns, reference.key)?;
    let first = if reference.at_root { Vec::new() } else { vec![reference.set] };
    let path: Vec<u16> = first.into_iter().chain(reference.through.iter().copied()).collect();
    if path.is_empty() {
        let column = column(&storage.ledger.columns, reference.member);
        let (slot, outside) = (reference.member, reference.outside);
        return Some(Found::Root(RootReference { slot, column, target, outside }));
    }
    let table = find(&path)?;
    Some(Found::Column(ReferenceColumn {
        table,
        column: column(&storage.tables.get(table)?.columns, reference.member)?,
        target,
        target_column,
        outside: reference.outside,
        enforced: storage.tables.get(target)?.key_columns == 1 && target_column == 0,
    }))
}

/// Names of no element of the request are for the server to check, so it must be able to.
fn outside(
    plan: &Plan,
    annotations: &Annotations<'_>,
    storage: &Storage,
    reference: &Reference,
) -> Result<(), StorageError> {
    let root = annotations.root();
    let name = match plan.root {
        Rule::Record(index) => plan
            .record(index)
            .and_then(|record| record.slots.get(usize::from(reference.set)))
            .map_or_else(String::new, |slot| slot.name.to_string()),
        _ => String::new(),
    };
    let place = annotations.member(&root, &name).into_iter().next();
    let error = |message: String| {
        let pointer = place.as_ref().map_or_else(String::new, |place| place.pointer.clone());
        Err(StorageError::new(pointer, message))
    };
    let target = storage.tables.iter().find(|table| table.path == [reference.set]);
    if storage.is_owned() {
        return error(format!(
            "references to `/{name}` have `\"outside\": \"allowed\"`, but rows of other requests \
             are none of this one's: leave it out, or leave the ledger's `id` out and name a `parent`"
        ));
    }
    if target.and_then(super::Table::text_key).is_none() {
        return error(format!(
            "references to `/{name}` have `\"outside\": \"allowed\"`, which nobody checks: give \
             the array an `x-storage` with a `table`"
        ));
    }
    Ok(())
}
