//! Which columns hold which members.

use crate::error::Error;
use crate::lower::{narrow, slot};
use crate::model::storage::{Check, Column, Source, Storage};
use crate::model::{Model, Record};
use crate::schema::Schema;
use tantamount_core::plan::{Plan, Rule};

/// The columns of a schema's storage, by the members that they hold.
pub(crate) struct Columns {
    plan: Plan,
    pub(crate) storage: Option<Storage>,
}

/// A column that holds a member.
pub(crate) struct ColumnFacts<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a Column,
}

impl Columns {
    /// The columns; none where the schema says nothing of storage.
    ///
    /// # Errors
    /// [`Error::Schema`] where `x-storage` asks for what cannot be stored.
    pub(crate) fn new(schema: &Schema) -> Result<Columns, Error> {
        Ok(Columns { plan: schema.plan(), storage: crate::emit::sql::storage(schema)? })
    }

    /// The columns that hold a member of a record, in the tables of its elements and, where it is
    /// part of their key, in those of what they hold.
    pub(crate) fn of(&self, model: &Model, record: &Record, member: &str) -> Vec<ColumnFacts<'_>> {
        let Some(storage) = &self.storage else { return Vec::new() };
        let (record_index, slot) = (narrow(model.index_of(record)), slot(record, member));
        let mut found = Vec::new();
        if self.plan.root == Rule::Record(record_index) {
            let columns = storage.ledger.columns.iter();
            let columns = columns.filter(|column| column.source == Source::Slot(slot));
            let table = &storage.ledger.table;
            found.extend(columns.map(|column| ColumnFacts { table, column }));
        }
        // The columns found of each table: those that a child's key repeats.
        let mut held: Vec<Vec<usize>> = Vec::new();
        for table in &storage.tables {
            let is_own = self.elements(&table.path) == Some(record_index);
            let parent = table.parent.and_then(|parent| held.get(parent)).cloned();
            let mut own = Vec::new();
            for (index, column) in table.columns.iter().enumerate() {
                let holds = match column.source {
                    Source::Slot(other) | Source::Tag(other) => is_own && other == slot,
                    Source::Position => false,
                    Source::Parent(other) => {
                        parent.as_ref().is_some_and(|columns| columns.contains(&other))
                    }
                };
                if holds {
                    own.push(index);
                    found.push(ColumnFacts { table: &table.name, column });
                }
            }
            held.push(own);
        }
        found
    }

    /// The record of the elements of the array that the slots lead to from the root.
    fn elements(&self, path: &[u16]) -> Option<u16> {
        let Rule::Record(mut record) = self.plan.root else { return None };
        for slot in path {
            let branches = &self.plan.record(record)?.branches;
            let found = branches
                .iter()
                .find_map(|branch| branch.members.get(usize::from(*slot)).and_then(Option::as_ref));
            let Rule::Array(array) = found?.rule else { return None };
            let Rule::Record(next) = self.plan.arrays.get(usize::from(array))?.items else {
                return None;
            };
            record = next;
        }
        Some(record)
    }

    /// The table of the elements of an array that is this member.
    pub(crate) fn table_of(&self, model: &Model, record: &Record, member: &str) -> Option<&str> {
        let storage = self.storage.as_ref()?;
        let (record_index, slot) = (narrow(model.index_of(record)), slot(record, member));
        let tables = storage.tables.iter();
        let mut holding = tables.filter(|table| {
            let (last, before) = match table.path.split_last() {
                Some((last, before)) => (*last, before),
                None => return false,
            };
            last == slot && self.elements(before) == Some(record_index)
        });
        holding.next().map(|table| table.name.as_str())
    }
}

/// What the database holds a column to.
pub(crate) fn check_words(check: &Check) -> String {
    match check {
        Check::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("one of {}", values.join(", "))
        }
        Check::Range(least, most) => {
            let end = |words: (&str, &str), bound: &tantamount_core::plan::Bound| {
                format!("{} {}", if bound.is_exclusive { words.1 } else { words.0 }, bound.value)
            };
            let least = least.as_ref().map(|bound| end(("at least", "more than"), bound));
            let most = most.as_ref().map(|bound| end(("at most", "less than"), bound));
            least.into_iter().chain(most).collect::<Vec<_>>().join(" and ")
        }
        Check::Whole => "a whole number".to_owned(),
        Check::DateTime => "a point in time in UTC in its canonical spelling".to_owned(),
        Check::Between(least, most) => format!("from {least} to {most}"),
        Check::MaxBytes(most) => format!("at most {most} bytes"),
        Check::NotBlank => "not blank".to_owned(),
        Check::Finite => "a number, finite".to_owned(),
        Check::Object => "an object".to_owned(),
        Check::Array(0, None) => "an array".to_owned(),
        Check::Array(least, None) => format!("an array of at least {least} elements"),
        Check::Array(least, Some(most)) => format!("an array of {least} to {most} elements"),
        Check::Constant(arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|(branch, value)| format!("`{}` in `{branch}`", value.words()))
                .collect();
            arms.join(", ")
        }
        Check::Presence(arms) => {
            let arms: Vec<String> = arms
                .iter()
                .map(|(branch, must)| {
                    format!("{} in `{branch}`", if *must { "there" } else { "null" })
                })
                .collect();
            arms.join(", ")
        }
    }
}
