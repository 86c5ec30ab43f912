//! How a schema is stored: what generated code tells the [`Ledger`](crate::Ledger).
//!
//! `tantamount-codegen` writes one [`Relation`] per schema, and implements [`Storage`] for its root
//! type. Nobody writes one by hand.

use crate::identity::{NoParent, ParentId};
use tantamount_core::{Request, Value};

/// A request that can be appended: what generated code implements for a schema's root type.
pub trait Storage: Request {
    /// The type of the ledger's key.
    type Key: Clone + std::fmt::Debug;

    /// What requests are appended to: [`ParentId`], or [`NoParent`] where there is no such thing.
    type Parent: ParentKey;

    /// How it is stored.
    fn relation() -> &'static Relation;

    /// The text of a key.
    fn key_text(key: &Self::Key) -> &str;
}

/// A type whose values are rows of a table, nested ones in tables below it.
pub trait Row<R: Storage>: Value {
    /// The table, an index into [`Relation::tables`].
    const TABLE: usize;
}

/// What requests are appended to, or that there is no such thing.
pub trait ParentKey: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// The id, if there is one.
    fn id(self) -> Option<ParentId>;

    /// What has this id, where there is such a thing.
    fn of(id: ParentId) -> Self;
}

impl ParentKey for ParentId {
    fn of(id: ParentId) -> Self {
        id
    }

    fn id(self) -> Option<ParentId> {
        Some(self)
    }
}

impl ParentKey for NoParent {
    fn of(_: ParentId) -> Self {
        NoParent
    }

    fn id(self) -> Option<ParentId> {
        None
    }
}

/// How a schema is stored.
#[derive(Debug)]
pub struct Relation {
    /// The members of the scope, in the order of the plan.
    pub scope: &'static [&'static str],
    /// What all keys of the elements begin with.
    pub lead: Lead,
    /// What requests are appended to.
    pub parent: Option<Parent>,
    /// The statements that every schema has.
    pub statements: Statements,
    /// What must wait for an append.
    pub window: Option<Window>,
    /// The elements that have ids.
    pub elements: Option<ElementStatements>,
    /// Policies, privileges, distribution, and the statements that examine and prune.
    pub operations: &'static crate::operations::Operations,
    /// The columns of the ledger that hold members of the root, in the order of the append
    /// statement's parameters.
    pub columns: &'static [Column],
    /// The tables of the request's elements, parents before children, in the order of the append
    /// statement's parameters.
    pub tables: &'static [Table],
    /// What a request names outside of itself, in the order of the append statement's parameters.
    pub outside: &'static [Outside],
    /// What creates the tables.
    pub migrations: &'static [Migration],
}

/// What all keys of the elements begin with: their columns come after the parent's id, where there
/// is a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The parent's id alone: keys of elements are unique in the parent.
    Parent,
    /// The request's id, from which those of the elements are counted.
    Entry,
    /// The ledger's key.
    Key,
}

/// What requests are appended to.
#[derive(Debug)]
pub struct Parent {
    /// What people call one.
    pub noun: &'static str,
    /// The states in which it takes requests.
    pub open: &'static [&'static str],
    /// Those in which it does not.
    pub terminal: &'static [&'static str],
    /// The statements about it.
    pub statements: ParentStatements,
}

/// The statements about a parent.
#[derive(Debug)]
pub struct ParentStatements {
    /// Creates one.
    pub create: &'static str,
    /// Locks one.
    pub lock: &'static str,
    /// Reads one.
    pub read: &'static str,
    /// Sets the status of one.
    pub close: &'static str,
}

/// The statements that every schema has. Their parameters stand at the generated constants.
#[derive(Debug)]
pub struct Statements {
    /// Asks the ledger for a key.
    pub lookup: &'static str,
    /// Checks and writes a request.
    pub append: &'static str,
    /// Reads a ledger row.
    pub entry: &'static str,
    /// Lists the ledger rows of a parent, or all where there is none.
    pub history: &'static str,
}

/// What must wait for an append.
#[derive(Debug)]
pub struct Window {
    /// What people call it.
    pub noun: &'static str,
    /// The slot of the root that names it.
    pub slot: u16,
    /// The status in which it takes appends.
    pub waiting: &'static str,
    /// The status after that.
    pub closed: &'static str,
    /// The statements about it.
    pub statements: WindowStatements,
}

/// The statements about windows.
#[derive(Debug)]
pub struct WindowStatements {
    /// Creates one.
    pub open: &'static str,
    /// Reads its status.
    pub read: &'static str,
    /// Sets its status.
    pub set: &'static str,
}

/// The elements that have ids: one table, with a key of one string.
#[derive(Debug)]
pub struct ElementStatements {
    /// The table, an index into [`Relation::tables`].
    pub table: usize,
    /// Reads keys and ids by a range of ids.
    pub by_id: &'static str,
    /// Reads keys and ids by the keys of a stored request, of a row that has no first id; `None`
    /// where every row has one.
    pub by_key: Option<&'static str>,
}

/// The table of an array's elements.
#[derive(Debug)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// What people call an element.
    pub noun: &'static str,
    /// The table of the elements that hold the array; the root holds it where there is none.
    pub parent: Option<usize>,
    /// The slot of the array.
    pub slot: u16,
    /// Whether the elements have ids, which are sent before the columns.
    pub id: bool,
    /// How many columns, from the first on, are the key.
    pub key_columns: usize,
    /// Reads the rows that one request wrote, where that can be told.
    pub rows: Option<&'static str>,
    /// The columns, in the order of the statement's parameters.
    pub columns: &'static [Column],
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// Where its value comes from.
    pub source: Source,
    /// How it is sent.
    pub kind: Kind,
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A member of the element.
    Slot(u16),
    /// A column of the key of the element that holds the array.
    Parent(usize),
    /// The position of the element in its array, counted from 0.
    Position,
}

/// How a column's values are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As `text[]`.
    Text,
    /// As `uuid[]`.
    Uuid,
    /// As `integer[]`.
    Integer,
    /// As `bigint[]`.
    BigInteger,
    /// As `text[]` of the digits of exact numbers.
    Numeric,
    /// As `boolean[]`.
    Boolean,
    /// As `text[]` of JSON texts: of an opaque value the text as it was sent.
    Json,
}

/// What a request names outside of itself.
#[derive(Debug)]
pub struct Outside {
    /// The table of what is named, an index into [`Relation::tables`].
    pub table: usize,
    /// The references that name it, indices into [`tantamount_core::plan::Plan::references`].
    pub references: &'static [usize],
}

/// A step of the database's way to what the statements need.
#[derive(Debug)]
pub struct Migration {
    /// Its number, counted from 1.
    pub version: i32,
    /// Its name.
    pub name: &'static str,
    /// What it runs.
    pub sql: &'static str,
}
