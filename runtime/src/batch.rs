//! A request's elements as columns, for the arrays of the append statement.

use crate::identity::Ids;
use crate::relation::{Column, Kind, Outside, Source, Storage, Table};
use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use std::borrow::Cow;
use std::collections::BTreeSet;
use tantamount_core::{Canonical, View};

/// A value of a column.
type Cell<'d> = Option<Cow<'d, str>>;

/// The elements of a request, by table and column.
pub(crate) struct Batch<'d> {
    tables: Vec<Rows<'d>>,
    outside: Vec<Vec<String>>,
}

/// The elements of a table.
struct Rows<'d> {
    elements: Vec<View<'d>>,
    /// For each column of the table its values.
    columns: Vec<Vec<Cell<'d>>>,
}

impl<'d> Batch<'d> {
    /// The elements of a request in the order of its canonical form.
    pub(crate) fn new<R: Storage>(request: &'d Canonical<'_, R>) -> Batch<'d> {
        let relation = R::relation();
        let mut tables: Vec<Rows<'d>> = Vec::with_capacity(relation.tables.len());
        for table in relation.tables {
            let rows = match table.parent {
                None => {
                    let elements: Vec<_> = request.root().member(table.slot).elements().collect();
                    Rows::new(table, elements, None, request.scope())
                }
                Some(parent) => match tables.get(parent) {
                    Some(parent) => Rows::below(table, parent, request.scope()),
                    None => Rows::new(table, Vec::new(), None, request.scope()),
                },
            };
            tables.push(rows);
        }
        let outside = relation.outside.iter().map(|outside| missing(&tables, outside)).collect();
        Batch { tables, outside }
    }

    /// The keys of a table with a key of one column, in canonical order.
    pub(crate) fn keys(&self, table: usize) -> impl Iterator<Item = &str> {
        let column = self.tables.get(table).and_then(|rows| rows.columns.first());
        column.into_iter().flatten().map(|key| key.as_deref().unwrap_or(""))
    }

    /// Adds the names outside of the batch, then the elements, to the statement's arguments.
    pub(crate) fn bind(
        &self,
        tables: &[Table],
        ids: Ids,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError> {
        for names in &self.outside {
            arguments.add(names)?;
        }
        for (table, rows) in tables.iter().zip(&self.tables) {
            if table.id {
                let ids = (0..rows.elements.len()).map(|position| ids.at(position));
                arguments.add(ids.collect::<Vec<_>>())?;
            }
            for (column, values) in table.columns.iter().zip(&rows.columns) {
                bind(column, values, arguments)?;
            }
        }
        Ok(())
    }
}

impl<'d> Rows<'d> {
    /// Elements together with, per element, the row of the parent's that holds it.
    fn new<S: tantamount_core::Scope>(
        table: &Table,
        elements: Vec<View<'d>>,
        held: Option<(&Rows<'d>, &[usize])>,
        scope: &S,
    ) -> Rows<'d> {
        let column = |column: &Column| -> Vec<Cell<'d>> {
            match (column.source, held) {
                (Source::Slot(slot), _) => elements
                    .iter()
                    .map(|element| cell(element.member(slot), column.kind, scope))
                    .collect(),
                (Source::Parent(key), Some((parent, holders))) => {
                    let keys = parent.columns.get(key).map_or(&[][..], Vec::as_slice);
                    holders.iter().map(|&holder| keys.get(holder).cloned().flatten()).collect()
                }
                (Source::Parent(_), None) => vec![None; elements.len()],
            }
        };
        let columns = table.columns.iter().map(column).collect();
        Rows { elements, columns }
    }

    fn below<S: tantamount_core::Scope>(table: &Table, parent: &Rows<'d>, scope: &S) -> Rows<'d> {
        let mut elements = Vec::new();
        let mut holders = Vec::new();
        for (position, holder) in parent.elements.iter().enumerate() {
            for element in holder.member(table.slot).elements() {
                elements.push(element);
                holders.push(position);
            }
        }
        Rows::new(table, elements, Some((parent, &holders)), scope)
    }
}

/// What is stored of a value: of an opaque one its text as it was sent, of any other what it means
/// under the scope.
fn cell<'d, S: tantamount_core::Scope>(value: View<'d>, kind: Kind, scope: &S) -> Cell<'d> {
    match value.raw() {
        "" => value.column_text(scope),
        raw if kind == Kind::Json => Some(Cow::Borrowed(raw)),
        _ => value.column_text(scope),
    }
}

/// The names that the batch gives to no element of the table, sorted, each once.
fn missing(tables: &[Rows<'_>], outside: &Outside) -> Vec<String> {
    let column = |table: usize, column: usize| {
        let column = tables.get(table).and_then(|rows| rows.columns.get(column));
        column.into_iter().flatten().filter_map(|cell| cell.as_deref())
    };
    let inside: BTreeSet<&str> = column(outside.table, 0).collect();
    let named = outside.references.iter().flat_map(|&(table, index)| column(table, index));
    let names: BTreeSet<&str> = named.filter(|name| !inside.contains(name)).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Adds a column as an array of its type.
fn bind(
    column: &Column,
    values: &[Cell<'_>],
    arguments: &mut PgArguments,
) -> Result<(), BoxDynError> {
    match column.kind {
        // The statement makes numbers of their digits.
        Kind::Text | Kind::Json | Kind::Numeric => {
            let texts: Vec<Option<&str>> = values.iter().map(|value| value.as_deref()).collect();
            arguments.add(texts)
        }
        Kind::Uuid => arguments.add(parsed::<uuid::Uuid>(values)?),
        Kind::Integer => arguments.add(parsed::<i32>(values)?),
        Kind::BigInteger => arguments.add(parsed::<i64>(values)?),
        Kind::Boolean => arguments.add(parsed::<bool>(values)?),
    }
}

fn parsed<T>(values: &[Cell<'_>]) -> Result<Vec<Option<T>>, T::Err>
where
    T: std::str::FromStr,
{
    values.iter().map(|value| value.as_deref().map(str::parse).transpose()).collect()
}
