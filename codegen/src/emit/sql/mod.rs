//! The SQL of a schema, through sea-query: identifiers, the migration, every statement that the
//! runtime runs, and the description by which it binds a request's values to them.
//!
//! ```text
//! src/generated/identifiers.rs   names of tables and columns, for sea-query
//! src/generated/statements.rs    the text of every statement
//! src/generated/relation.rs      which member goes into which parameter
//! src/generated/mod.rs
//! migrations/0001_create.sql     the tables
//! ```
//!
//! The rules that the SQL keeps so that it runs on one server as on many: every primary key, unique
//! constraint and foreign key leads with the run's id; no triggers, no enum types, no advisory
//! locks; text with `CHECK` instead of types of its own; ids made by the client.

mod append;
mod expressions;
mod identifiers;
mod layout;
mod migration;
mod relation;
mod statements;

use crate::model::storage::Storage;
use std::path::PathBuf;

/// Where the generated code goes, and what it refers to.
#[derive(Clone, Debug)]
pub struct Target<'t> {
    /// The first line of every file, without the comment's sign: who made it and how to remake it.
    pub header: &'t str,
    /// The path of the crate with the generated types: `tantamount_schema`.
    pub types: &'t str,
}

/// The files: their paths within the crate that runs the statements, and their contents.
#[must_use]
pub fn outputs(storage: &Storage, target: &Target<'_>) -> Vec<(PathBuf, String)> {
    let statements = statements::all(storage);
    let rust = |text: String| format!("// {}\n\n{text}", target.header);
    vec![
        ("src/generated/mod.rs".into(), rust(relation::MODULE.to_owned())),
        ("src/generated/identifiers.rs".into(), rust(identifiers::emit(storage))),
        ("src/generated/statements.rs".into(), rust(statements::emit(&statements))),
        ("src/generated/relation.rs".into(), rust(relation::emit(storage, target.types))),
        (
            "migrations/0001_create.sql".into(),
            format!("-- {}\n\n{}", target.header, migration::emit(storage)),
        ),
    ]
}
