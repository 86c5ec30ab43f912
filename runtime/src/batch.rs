//! A request as columns, for the parameters of the append statement.

use crate::identity::Ids;
use crate::relation::{Column, Kind, Relation, Source, Storage, Table};
use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use std::borrow::Cow;
use tantamount_core::{Canonical, View};

/// A value of a column.
type Cell<'d> = Option<Cow<'d, str>>;

/// The values of a request, by table and column.
pub(crate) struct Batch<'d> {
    /// For each column of the ledger its value.
    root: Vec<Cell<'d>>,
    tables: Vec<Rows<'d>>,
    outside: Vec<Vec<&'d str>>,
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
                    let positions = (0..elements.len()).collect();
                    Rows::new(table, elements, Held { by: None, positions }, request.scope())
                }
                Some(parent) => match tables.get(parent) {
                    Some(parent) => Rows::below(table, parent, request.scope()),
                    None => Rows::new(table, Vec::new(), Held::default(), request.scope()),
                },
            };
            tables.push(rows);
        }
        let outside = relation.outside.iter();
        let outside = outside.map(|outside| request.outside_names(outside.references)).collect();
        let root = relation.columns.iter().map(|column| match column.source {
            Source::Slot(slot) => cell(request.root().member(slot), column.kind, request.scope()),
            Source::Parent(_) | Source::Position => None,
        });
        Batch { root: root.collect(), tables, outside }
    }

    /// Adds the names outside of the request, the ledger's columns, then the elements, to the
    /// statement's arguments.
    pub(crate) fn bind(
        &self,
        relation: &Relation,
        ids: Ids,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError> {
        for names in &self.outside {
            arguments.add(names)?;
        }
        for (column, value) in relation.columns.iter().zip(&self.root) {
            bind_one(column.kind, value.as_deref(), arguments)?;
        }
        for (table, rows) in relation.tables.iter().zip(&self.tables) {
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

/// Where elements stand.
#[derive(Default)]
struct Held<'r, 'd> {
    /// The rows that hold them, and for each element the position of its own.
    by: Option<(&'r Rows<'d>, &'r [usize])>,
    /// For each element its position in its array.
    positions: Vec<usize>,
}

impl<'d> Rows<'d> {
    fn new<S: tantamount_core::Scope>(
        table: &Table,
        elements: Vec<View<'d>>,
        held: Held<'_, 'd>,
        scope: &S,
    ) -> Rows<'d> {
        let column = |column: &Column| -> Vec<Cell<'d>> {
            match (column.source, held.by) {
                (Source::Slot(slot), _) => elements
                    .iter()
                    .map(|element| cell(element.member(slot), column.kind, scope))
                    .collect(),
                (Source::Parent(key), Some((parent, holders))) => {
                    let keys = parent.columns.get(key).map_or(&[][..], Vec::as_slice);
                    holders.iter().map(|&holder| keys.get(holder).cloned().flatten()).collect()
                }
                (Source::Parent(_), None) => vec![None; elements.len()],
                (Source::Position, _) => {
                    let positions = held.positions.iter();
                    positions.map(|position| Some(Cow::Owned(position.to_string()))).collect()
                }
            }
        };
        let columns = table.columns.iter().map(column).collect();
        Rows { elements, columns }
    }

    fn below<S: tantamount_core::Scope>(table: &Table, parent: &Rows<'d>, scope: &S) -> Rows<'d> {
        let mut elements = Vec::new();
        let mut holders = Vec::new();
        let mut positions = Vec::new();
        for (holder, element) in parent.elements.iter().enumerate() {
            for (position, element) in element.member(table.slot).elements().enumerate() {
                elements.push(element);
                holders.push(holder);
                positions.push(position);
            }
        }
        Rows::new(table, elements, Held { by: Some((parent, &holders)), positions }, scope)
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

/// Adds a single value in its type.
fn bind_one(
    kind: Kind,
    value: Option<&str>,
    arguments: &mut PgArguments,
) -> Result<(), BoxDynError> {
    match kind {
        Kind::Text | Kind::Json | Kind::Numeric => arguments.add(value),
        Kind::Uuid => arguments.add(value.map(str::parse::<uuid::Uuid>).transpose()?),
        Kind::Integer => arguments.add(value.map(str::parse::<i32>).transpose()?),
        Kind::BigInteger => arguments.add(value.map(str::parse::<i64>).transpose()?),
        Kind::Boolean => arguments.add(value.map(str::parse::<bool>).transpose()?),
    }
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
