//! The second stage: the schema in the toolkit's own terms.
//!
//! Types stand in tables and refer to each other by index ([`Type`]), so they may be recursive.
//! Everything here is checked: names are unique and not empty, keys and references name members
//! that are there, defaults keep their own rules.

mod build;
mod composed;
mod defaults;
mod facts;
mod members;
mod names;
mod naming;
mod recursion;
mod references;
mod root;
mod scalars;
pub mod storage;
mod titles;
mod types;
mod unions;

pub use types::{
    Absence, Array, Bound, Branch, Carried, Choice, Documentation, Form, Integer, Member, Model,
    Number, Order, Others, Record, Reference, Remaining, ScopeMember, TABLE_LENGTH, Tag, Text,
    Type,
};

pub(crate) use build::build;
pub(crate) use names::{pascal_case, snake_case};
