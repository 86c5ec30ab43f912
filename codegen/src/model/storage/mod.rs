//! Where a schema's values live in a database: what its `x-storage` annotations say, joined with
//! what the plan knows of the values.
//!
//! ```text
//! runs          one row each; every key of every other table leads with the run's id
//! ledger        one row per mutation key: the canonical request and its digest
//! tables        one per array with `x-storage: {"table": …}`, one row per element
//! ```
//!
//! Scalars of an element become columns of their own type; anything else becomes `jsonb`.

mod annotations;
mod columns;
mod design;
pub mod evolution;
mod names;

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
    /// The columns of the run's row that hold the scope, one per scope member.
    pub scope: Vec<ScopeColumn>,
    /// The table of the runs.
    pub runs: Runs,
    /// The ledger of mutations.
    pub ledger: Ledger,
    /// What must be open for an append.
    pub window: Option<Window>,
    /// The tables of the request's elements, parents before children.
    pub tables: Vec<Table>,
    /// References whose names may be elsewhere than in the batch.
    pub references: Vec<ReferenceColumn>,
}

/// A column of the run's row that holds a member of the scope.
#[derive(Clone, Debug)]
pub struct ScopeColumn {
    /// The name of the scope member, and of its column.
    pub name: String,
    /// Its type.
    pub kind: Kind,
}

/// The table of the runs.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The table.
    pub table: String,
    /// The column of the run's id, in this table and in every other.
    pub id: String,
    /// The column of a name for people.
    pub name: String,
    /// The column of the status.
    pub status: String,
    /// The statuses in which a run takes appends; the first is that of a new run.
    pub open: Vec<String>,
    /// The statuses in which it does not.
    pub terminal: Vec<String>,
}

/// The ledger of mutations.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The table.
    pub table: String,
    /// The column of the mutation key.
    pub key: String,
    /// The Rust name of the key's type.
    pub key_type: String,
    /// The most bytes of a key.
    pub key_max_bytes: Option<u32>,
    /// The column of the digest.
    pub digest: String,
    /// The column of the first element's id.
    pub first: String,
}

/// The element that must wait for an append.
#[derive(Clone, Debug)]
pub struct Window {
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
    /// The name of the first member of the key in the elements.
    pub key_member: String,
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
    /// For each branch what an absent value means; one where there is no union.
    pub absent: Vec<Literal>,
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
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
    /// Per branch whether there must be a value (`true`) or must not (`false`); branches that are
    /// not listed take both.
    Presence(Vec<(String, bool)>),
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
