//! From an annotated JSON Schema to Rust, SQL, TypeScript, property-test strategies, a reference page
//! and plain JSON Schema; [`Generate`] is for build scripts, [`command`] for the command line.
//!
//! ```text
//! text ──read──▶ Source ──model──▶ Model ──lower──▶ Plan ──emit──▶ files
//! ```
//!
//! The schema is plain JSON Schema (draft 2020-12) with two annotations: `x-canonical` says when
//! two values are the same, `x-storage` where they live in a database. Their meta-schemas stand in
//! `schema/vocabulary`. What has a structure that types can show becomes types; anything else is
//! exact JSON. What the plan does not enforce is checked by a program over the same text. An
//! annotation of ours that would have no effect is an error with its place, like a misspelt one:
//!
//! ```
//! use tantamount_codegen::Schema;
//!
//! let text = r#"{
//!   "$schema": "https://json-schema.org/draft/2020-12/schema",
//!   "$id": "urn:example:order:1",
//!   "title": "Order",
//!   "type": "object",
//!   "unevaluatedProperties": false,
//!   "properties": {
//!     "note": { "type": "string", "x-canonical": { "not_blank": true } }
//!   }
//! }"#;
//! let errors = Schema::read(text, "order.schema.json").expect_err("it is misspelt");
//! assert_eq!(
//!     errors.to_string(),
//!     "order.schema.json:8:50: /properties/note/x-canonical/not_blank: \
//!      `x-canonical` has no member `not_blank` [not_blank]\n  help: did you mean `not-blank`?",
//! );
//!
//! let schema = Schema::read(&text.replace("not_blank", "not-blank"), "order.schema.json")?;
//! assert_eq!(schema.plan().title, "Order");
//! let files = tantamount_codegen::emit::rust::emit(&schema, "order.schema.json", Default::default())?;
//! assert!(files.iter().any(|(name, text)| *name == "types.rs" && text.contains("struct Order")));
//! # Ok::<(), tantamount_codegen::Error>(())
//! ```
//!
//! Limits: references are followed to files beside the schema, never over a network. What stands in a
//! file of another draft has no types of its own: it is exact JSON, and checked.

pub mod command;
pub mod compatibility;
mod deep;
mod describe;
pub mod emit;
mod error;
pub mod explain;
pub mod files;
mod generate;
mod lower;
pub mod model;
pub mod read;
pub mod rules;
mod schema;
pub mod workspace;

pub use error::{Error, Errors, Fault, Look};
pub use generate::{Generate, Generated};
pub use schema::Schema;
