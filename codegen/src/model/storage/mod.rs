//! Where a schema's values live in a database: what its `x-storage` annotations say, joined with
//! what the plan knows of the values.
//!
//! ```text
//! parent        what requests are appended to, where there is such a thing
//! ledger        one row per key: the canonical request and its digest
//! tables        one per array with `x-storage: {"table": …}`, one row per element
//! ```
//!
//! Scalars of an element become columns of their own type; anything else becomes `jsonb`.
//!
//! Every key of every table begins with the same columns ([`Storage::lead`]), so that all rows of
//! one parent, or of one request, are found and kept together:
//!
//! | the schema says | keys of the elements begin with | so they are unique in |
//! | --- | --- | --- |
//! | `parent` | the parent's id | the parent: requests add to each other |
//! | `parent`, `ledger.id` | the parent's id, the request's id | the request |
//! | `ledger.id` | the request's id | the request |
//! | neither | the ledger's key | the request |

mod annotations;
mod columns;
mod design;
mod distinct;
pub mod evolution;
mod keys;
mod names;
mod tables;
mod window;

pub use annotations::Annotations;
pub use names::{constraint_name, is_identifier};

use std::fmt;
use tantamount_core::plan::Bound;

/// Where a schema's values live.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The schema's `$id`.
    pub schema_id: String,
    /// The Rust name of the root type.
    pub root: String,
    /// The columns that hold the scope, one per scope member: of the parent's row, or of the
    /// ledger's where there is no parent.
    pub scope: Vec<ScopeColumn>,
    /// What requests are appended to.
    pub parent: Option<Parent>,
    /// The ledger of requests.
    pub ledger: Ledger,
    /// What must be open for an append.
    pub window: Option<Window>,
    /// The tables of the request's elements, parents before children.
    pub tables: Vec<Table>,
    /// References whose names may be elsewhere than in the batch.
    pub references: Vec<ReferenceColumn>,
    /// References from members of the root.
    pub root_references: Vec<RootReference>,
}

/// A column that all keys of the elements begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead<'s> {
    /// The parent's id.
    Parent(&'s str),
    /// The request's id.
    Entry(&'s str),
    /// The ledger's key.
    Key(&'s str),
}

impl Lead<'_> {
    /// Its name, in the ledger and in the tables of the elements.
    #[must_use]
    pub fn column(&self) -> &str {
        let (Lead::Parent(column) | Lead::Entry(column) | Lead::Key(column)) = self;
        column
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Lead::Parent(_) | Lead::Entry(_) => Kind::Uuid,
            Lead::Key(_) => Kind::Text,
        }
    }
}

impl Storage {
    /// The columns that all keys of the elements begin with.
    #[must_use]
    pub fn lead(&self) -> Vec<Lead<'_>> {
        let parent = self.parent.as_ref().map(|parent| Lead::Parent(&parent.id));
        let entry = self.ledger.has_id.then_some(Lead::Entry(&self.ledger.first));
        let lead: Vec<Lead<'_>> = parent.into_iter().chain(entry).collect();
        if lead.is_empty() { vec![Lead::Key(&self.ledger.key)] } else { lead }
    }

    /// Whether keys of elements are unique in their request alone, not among all requests of a
    /// parent.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        self.parent.is_none() || self.ledger.has_id
    }

    /// The columns of the ledger's primary key.
    #[must_use]
    pub fn ledger_key(&self) -> Vec<&str> {
        let parent = self.parent.as_ref().map(|parent| parent.id.as_str());
        parent.into_iter().chain([self.ledger.key.as_str()]).collect()
    }

    /// The table with ids, which a receipt lists.
    #[must_use]
    pub fn main_table(&self) -> Option<(usize, &Table)> {
        self.tables.iter().enumerate().find(|(_, table)| table.id.is_some())
    }

    /// The table of the root's array that a table's elements stand below, or the table itself.
    #[must_use]
    pub fn outermost(&self, table: usize) -> Option<&Table> {
        let mut found = self.tables.get(table)?;
        while let Some(parent) = found.parent {
            found = self.tables.get(parent)?;
        }
        Some(found)
    }

    /// Whether the rows of a table tell which request wrote them.
    #[must_use]
    pub fn tells_request(&self, table: usize) -> bool {
        self.is_owned() || self.outermost(table).is_some_and(|table| table.id.is_some())
    }
}

impl Storage {
    /// The design as it was created by these statements: of what their generator wrote no
    /// constraint for, it is only known that rows keep it.
    pub fn created_by(&mut self, statements: &str) {
        let split = |table: &str, column: &str, checks: &mut Vec<Check>| -> Vec<Check> {
            let is_written = |check: &Check| {
                let name = evolution::check_name(table, column, check);
                statements.contains(&format!("CONSTRAINT \"{name}\""))
            };
            let (written, promised) = std::mem::take(checks).into_iter().partition(is_written);
            *checks = written;
            promised
        };
        let ledger = &mut self.ledger;
        ledger.promised = split(&ledger.table, &ledger.key, &mut ledger.key_checks);
        for column in &mut ledger.columns {
            column.promised = split(&ledger.table, &column.name, &mut column.checks);
        }
        for table in &mut self.tables {
            for column in &mut table.columns {
                column.promised = split(&table.name, &column.name, &mut column.checks);
            }
        }
    }
}

/// A column that holds a member of the scope.
#[derive(Clone, Debug)]
pub struct ScopeColumn {
    /// The name of the scope member, and of its column.
    pub name: String,
    /// Its type.
    pub kind: Kind,
}

/// What requests are appended to.
#[derive(Clone, Debug)]
pub struct Parent {
    /// The table.
    pub table: String,
    /// What people call one: `run`.
    pub noun: String,
    /// The column of the id, in this table and in every other.
    pub id: String,
    /// The column of a name for people.
    pub name: String,
    /// The column of the status.
    pub status: String,
    /// The statuses in which it takes requests; the first is that of a new one.
    pub open: Vec<String>,
    /// The statuses in which it does not.
    pub terminal: Vec<String>,
}

/// The ledger of requests.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The table.
    pub table: String,
    /// The column of the key.
    pub key: String,
    /// The Rust name of the key's type.
    pub key_type: String,
    /// What a key must keep.
    pub key_checks: Vec<Check>,
    /// What every key keeps although no constraint says so.
    pub promised: Vec<Check>,
    /// The column of the digest.
    pub digest: String,
    /// The column of the id that the ids of the request's elements are counted from: that of the
    /// first element, or, with `has_id`, the request's own.
    pub first: String,
    /// Whether each request has an id of its own.
    pub has_id: bool,
    /// The column of the requests' status.
    pub status: Option<Status>,
    /// The columns of members of the root.
    pub columns: Vec<Column>,
}

/// The element that must wait for an append.
#[derive(Clone, Debug)]
pub struct Window {
    /// What people call it: `append window`.
    pub noun: String,
    /// The slot of the request's root that names it.
    pub slot: u16,
    /// Its table, an index into [`Storage::tables`].
    pub table: usize,
    /// The column of its key.
    pub key: String,
    /// The column and the value that tell what can be a window.
    pub tag: (String, String),
    /// The column of its status.
    pub status: String,
    /// The status in which it takes appends.
    pub waiting: String,
    /// The status after that.
    pub closed: String,
    /// What a new window has in the columns that need a value.
    pub fillers: Vec<(String, Literal)>,
}

/// The table of an array's elements.
#[derive(Clone, Debug)]
pub struct Table {
    /// The table.
    pub name: String,
    /// The table of the elements that hold the array, an index into [`Storage::tables`].
    pub parent: Option<usize>,
    /// The slots from the request's root to the array.
    pub path: Vec<u16>,
    /// The slot of the array in the parent's elements, or in the root.
    pub slot: u16,
    /// The name of the array's member.
    pub member: String,
    /// The name of the first member of the key in the elements; empty for a list or a multiset,
    /// whose elements are told apart by their position.
    pub key_member: String,
    /// What people call an element: `step`.
    pub noun: String,
    /// The column of an id that the client makes, counted up from the ledger row's.
    pub id: Option<String>,
    /// The column of the elements' status.
    pub status: Option<Status>,
    /// How many of the columns, from the first on, are the key: the parent's, then its own.
    pub key_columns: usize,
    /// The column that selects the branch of a union.
    pub tag: Option<usize>,
    /// The columns, those of the key first.
    pub columns: Vec<Column>,
}

impl Table {
    /// The key column of a table that is one string, where it is.
    #[must_use]
    pub fn text_key(&self) -> Option<&Column> {
        let key = self.columns.first()?;
        (self.key_columns == 1 && key.kind == Kind::Text).then_some(key)
    }

    /// The columns of the key.
    pub fn key(&self) -> impl Iterator<Item = &Column> + Clone {
        self.columns.iter().take(self.key_columns)
    }
}

/// The column of the elements' status.
#[derive(Clone, Debug)]
pub struct Status {
    /// The column.
    pub column: String,
    /// The status of a new element.
    pub initial: String,
    /// Every status there is.
    pub values: Vec<String>,
}

/// A column that holds a member.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// The name of the member that it holds; of a key's column in a table below, the key's.
    pub member: String,
    /// Where its value comes from.
    pub source: Source,
    /// The scope member that an absent value inherits, an index into [`Storage::scope`].
    pub inherits: Option<usize>,
    /// What the value must keep.
    pub checks: Vec<Check>,
    /// What every value keeps although no constraint says so: the generator that made the table
    /// wrote none.
    pub promised: Vec<Check>,
    /// For each branch what an absent value means; one where there is no union.
    pub absent: Vec<Literal>,
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The position of the element in its array, counted from 0.
    Position,
    /// A member of the element.
    Slot(u16),
    /// The member that names the element's branch.
    Tag(u16),
    /// A column of the key of the element that holds the array.
    Parent(usize),
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `text`
    Text,
    /// `uuid`
    Uuid,
    /// `integer`: 32 bits
    Integer,
    /// `bigint`: 64 bits
    BigInteger,
    /// `numeric`: exact, of any size that JSON numbers have here
    Numeric,
    /// `boolean`
    Boolean,
    /// `jsonb`, of the value's text as sent
    Json,
}

impl Kind {
    /// The type in SQL.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Uuid => "uuid",
            Kind::Integer => "integer",
            Kind::BigInteger => "bigint",
            Kind::Numeric => "numeric",
            Kind::Boolean => "boolean",
            Kind::Json => "jsonb",
        }
    }

    /// The type of an array that many values of this type are sent in.
    #[must_use]
    pub fn sent_as(self) -> &'static str {
        match self {
            Kind::Text | Kind::Json | Kind::Numeric => "text[]",
            Kind::Uuid => "uuid[]",
            Kind::Integer => "integer[]",
            Kind::BigInteger => "bigint[]",
            Kind::Boolean => "boolean[]",
        }
    }
}

/// What a column's value must keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// One of these.
    OneOf(Vec<String>),
    /// At least this, at most that.
    Between(i64, i64),
    /// At least this, at most that, where there is a bound; exclusive where it says so.
    Range(Option<Bound>, Option<Bound>),
    /// A whole number.
    Whole,
    /// A point in time in UTC in its canonical spelling.
    DateTime,
    /// At most so many bytes.
    MaxBytes(u32),
    /// Some character is no white space.
    NotBlank,
    /// A number: not NaN, not infinite.
    Finite,
    /// A JSON object.
    Object,
    /// A JSON array of at least and at most so many elements.
    Array(u32, Option<u32>),
    /// Per branch whether there must be a value (`true`) or must not (`false`); branches that are
    /// not listed take both.
    Presence(Vec<(String, bool)>),
    /// Per branch the one value that there may be; branches that are not listed take others.
    Constant(Vec<(String, Literal)>),
}

/// A value that the schema gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// None.
    Null,
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number, as its digits.
    Numeric(String),
    /// `true` or `false`.
    Boolean(bool),
    /// Any JSON.
    Json(String),
}

impl Literal {
    /// The value as people write it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Literal::Null => "null".to_owned(),
            Literal::Text(text) | Literal::Json(text) | Literal::Numeric(text) => text.clone(),
            Literal::Integer(value) => value.to_string(),
            Literal::Boolean(value) => value.to_string(),
        }
    }
}

/// A column whose values name elements of a table that may be elsewhere than in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceColumn {
    /// The table of the column.
    pub table: usize,
    /// The column.
    pub column: usize,
    /// The table of the elements that are named.
    pub target: usize,
    /// The column of their key.
    pub target_column: usize,
    /// Whether names of no element of the batch are allowed.
    pub outside: bool,
    /// Whether the key of the target is this column alone, so that a foreign key can hold it.
    pub enforced: bool,
}

/// A member of the root that names elements of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootReference {
    /// The slot of the member.
    pub slot: u16,
    /// Its column in the ledger, where it has one.
    pub column: Option<usize>,
    /// The table of the elements that are named.
    pub target: usize,
    /// Whether names of no element of the request are allowed.
    pub outside: bool,
}

/// Why a schema's storage cannot be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageError {
    /// JSON Pointer into the schema.
    pub pointer: String,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
}

impl StorageError {
    fn new(pointer: impl Into<String>, message: impl Into<String>) -> StorageError {
        StorageError { pointer: pointer.into(), message: message.into() }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

impl std::error::Error for StorageError {}
