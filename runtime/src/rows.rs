//! The rows of a request's elements, read back as values of their types.

use crate::append::of_row;
use crate::entries::of_rows;
use crate::error::{Error, Named, Unreadable};
use crate::identity::Ids;
use crate::relation::{Kind, Lead, Relation, Row, Source, Storage, Table};
use crate::scoped::{of_scope, snapshot};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use std::collections::BTreeMap;
use tantamount_core::json::{Limits, Output};
use tantamount_core::plan::{Plan, Record, Rule};
use tantamount_core::read_value_within;
use uuid::Uuid;

/// A row: its columns as text.
type Cells = Vec<Option<String>>;

/// The rows of a table, by the key of the row that holds them; all together where none does.
struct Fetched {
    table: usize,
    rows: BTreeMap<Cells, Vec<Cells>>,
    below: Vec<Fetched>,
}

/// The elements of a type that a request of a scope wrote into their table.
pub(crate) async fn rows<R: Storage, T: Row<R>>(
    connection: &mut PgConnection,
    scope: &R::Scope,
    parent: R::Parent,
    key: &str,
) -> Result<Option<Vec<T>>, Error> {
    let relation = R::relation();
    let mut snapshot = snapshot(connection).await?;
    let query = of_scope::<R>(of_row::<R>(relation.statements.entry, parent, key), scope);
    let Some(row) = query.fetch_optional(&mut *snapshot).await? else { return Ok(None) };
    let unreadable = |reason| Error::StoredRowUnreadable { parent: Named::of::<R>(parent), reason };
    let first: Option<Uuid> = row.try_get("first")?;
    if first.is_none() && relation.lead != Lead::Key {
        return Err(unreadable(Unreadable::NoId));
    }
    let ids = Ids::from_first(first.unwrap_or_default());
    let wanted = Wanted::<R> { parent, key, ids };
    let fetched = wanted.fetch(&mut snapshot, T::TABLE, false).await?;
    let record = record(R::plan(), relation, T::TABLE);
    let mut values = Vec::new();
    for cells in fetched.rows.values().flatten() {
        let mut out = Output::new();
        write(R::plan(), relation, &fetched, record, cells, &mut out);
        let value = read_value_within(out.into_string().as_bytes(), &Limits::stored());
        values.push(value.map_err(|_| unreadable(Unreadable::Element))?);
    }
    Ok(Some(values))
}

/// The request whose rows are wanted.
pub(crate) struct Wanted<'k, R: Storage> {
    pub(crate) parent: R::Parent,
    pub(crate) key: &'k str,
    pub(crate) ids: Ids,
}

impl<R: Storage> Wanted<'_, R> {
    /// The rows of a table, with those below them, as a JSON array of elements.
    pub(crate) async fn json(
        &self,
        connection: &mut PgConnection,
        index: usize,
    ) -> Result<String, Error> {
        let fetched = self.fetch(connection, index, false).await?;
        let record = record(R::plan(), R::relation(), index);
        let mut out = Output::new();
        out.begin_array();
        for cells in fetched.rows.values().flatten() {
            write(R::plan(), R::relation(), &fetched, record, cells, &mut out);
        }
        out.end_array();
        Ok(out.into_string())
    }

    /// The rows of a table and of those below it.
    async fn fetch(
        &self,
        connection: &mut PgConnection,
        index: usize,
        held: bool,
    ) -> Result<Fetched, Error> {
        let mut fetched = Fetched { table: index, rows: BTreeMap::new(), below: Vec::new() };
        let tables = R::relation().tables;
        let Some(table) = tables.get(index) else { return Ok(fetched) };
        let Some(statement) = table.rows else { return Ok(fetched) };
        let mut query = of_rows::<R>(statement, self.parent, self.key);
        query = match R::relation().lead {
            Lead::Parent => query.bind(self.ids.first()).bind(self.ids.last()),
            Lead::Entry => query.bind(self.ids.first()),
            Lead::Key => query,
        };
        for row in query.fetch_all(&mut *connection).await? {
            let cells = cells(table, &row)?;
            let holders = if held { holder(table, &cells) } else { Cells::new() };
            fetched.rows.entry(holders).or_default().push(cells);
        }
        let below = tables.iter().enumerate().filter(|(_, table)| table.parent == Some(index));
        for (below, _) in below {
            fetched.below.push(Box::pin(self.fetch(connection, below, true)).await?);
        }
        Ok(fetched)
    }
}

fn cells(table: &Table, row: &PgRow) -> Result<Cells, sqlx::Error> {
    (0..table.columns.len()).map(|index| row.try_get(index)).collect()
}

/// The part of a row's key that is the key of the row that holds it.
fn holder(table: &Table, cells: &Cells) -> Cells {
    let columns = table.columns.iter().zip(cells);
    let held = columns.filter(|(column, _)| matches!(column.source, Source::Parent(_)));
    held.map(|(_, cell)| cell.clone()).collect()
}

/// The elements of a table in the plan.
pub(crate) fn record<'p>(plan: &'p Plan, relation: &Relation, index: usize) -> Option<&'p Record> {
    let table = relation.tables.get(index)?;
    let above = match (table.parent, plan.root) {
        (Some(parent), _) => record(plan, relation, parent)?,
        (None, Rule::Record(root)) => plan.record(root)?,
        (None, _) => return None,
    };
    let mut branches = (0u16..).take(above.branches.len());
    branches.find_map(|branch| match above.member(branch, table.slot)?.rule {
        Rule::Array(array) => match plan.array(array)?.items {
            Rule::Record(element) => plan.record(element),
            _ => None,
        },
        _ => None,
    })
}

/// Writes a row, and the rows that it holds, as the JSON of an element.
fn write(
    plan: &Plan,
    relation: &Relation,
    fetched: &Fetched,
    record: Option<&Record>,
    cells: &Cells,
    out: &mut Output,
) {
    let Some(table) = relation.tables.get(fetched.table) else { return };
    let name = |slot: u16| {
        record.and_then(|record| record.slots.get(usize::from(slot))).map_or("", |slot| &slot.name)
    };
    out.begin_object();
    for (column, cell) in table.columns.iter().zip(cells) {
        let (Source::Slot(slot), Some(cell)) = (column.source, cell) else { continue };
        out.name(name(slot));
        match column.kind {
            Kind::Text | Kind::Uuid => out.string(cell),
            // A number, or a string of its digits.
            Kind::Numeric if is_text(record, slot) => out.string(cell),
            Kind::Integer | Kind::BigInteger | Kind::Boolean | Kind::Json | Kind::Numeric => {
                out.raw(cell);
            }
        }
    }
    let key: Cells = cells.iter().take(table.key_columns).cloned().collect();
    for below in &fetched.below {
        let Some(array) = relation.tables.get(below.table) else { continue };
        let held = below.rows.get(&key).map_or(&[][..], Vec::as_slice);
        let required = record.is_some_and(|record| is_required(record, array.slot, cells, table));
        if held.is_empty() && !required {
            continue;
        }
        let element = self::record(plan, relation, below.table);
        out.name(name(array.slot));
        out.begin_array();
        for cells in held {
            write(plan, relation, below, element, cells, out);
        }
        out.end_array();
    }
    out.end_object();
}

/// Whether a member is a string where it has a value.
fn is_text(record: Option<&Record>, slot: u16) -> bool {
    let branches = record.map(|record| record.branches.as_ref()).unwrap_or_default().iter();
    let mut members = branches.filter_map(|branch| branch.members.get(usize::from(slot))?.as_ref());
    members.any(|member| matches!(member.rule, Rule::Text(_)))
}

/// Whether an array must be there, in the branch that the row is of.
fn is_required(record: &Record, slot: u16, cells: &Cells, table: &Table) -> bool {
    let tag = record.tag.and_then(|tag| {
        let mut columns = table.columns.iter().zip(cells);
        columns.find(|(column, _)| column.source == Source::Slot(tag))?.1.as_deref()
    });
    let mut branches = record.branches.iter();
    let branch = branches.position(|branch| tag.is_none_or(|tag| branch.tag == tag));
    let branch = branch.and_then(|branch| u16::try_from(branch).ok());
    let member = branch.and_then(|branch| record.member(branch, slot));
    member.is_some_and(|member| member.absent == tantamount_core::plan::Absent::Required)
}
