//! Validation by any JSON Schema (draft 2020-12), over exact JSON.
//!
//! `tantamount-codegen` lowers a schema to a [`Program`]: tables, which it writes as one `static`
//! or keeps at run time. The engine of this module runs it over a text:
//!
//! ```
//! use std::borrow::Cow;
//! use tantamount_core::validate::{Check, Program, Resource, Schema, Types};
//!
//! static PROGRAM: Program = Program {
//!     root: 0,
//!     schemas: Cow::Borrowed(&[Schema {
//!         name: Cow::Borrowed("Amount"),
//!         place: Cow::Borrowed("urn:example:amount#"),
//!         resource: 0,
//!         recursive: false,
//!         checks: Cow::Borrowed(&[
//!             Check::Types(Types::NUMBER),
//!             Check::MultipleOf(Cow::Borrowed("0.01")),
//!         ]),
//!     }]),
//!     patterns: Cow::Borrowed(&[]),
//!     formats: Cow::Borrowed(&[]),
//!     resources: Cow::Borrowed(&[Resource {
//!         uri: Cow::Borrowed("urn:example:amount"),
//!         anchors: Cow::Borrowed(&[]),
//!     }]),
//! };
//!
//! assert!(PROGRAM.check(b"19.90").is_ok());
//! let problems = PROGRAM.check(b"19.905").expect_err("that is half a cent");
//! assert_eq!(problems.to_string(), "1:1: `19.905` is not a multiple of 0.01 [multiple_of]");
//! ```
//!
//! Every problem is told, once, with its place. Numbers are exact decimals, strings are counted in
//! code points, equality is that of [`crate::json::compare`]. Patterns are ECMA-262's and take time
//! linear in the text; so do `uniqueItems` (times the logarithm of the number of elements),
//! `contains`, and `unevaluated…`.
//!
//! What is valid JSON and refused by `jsonb` alone (U+0000, numbers beyond `numeric`) is judged
//! like any other value here: where a value is stored is another concern. Half a surrogate pair is
//! refused, since it is no text.
//!
//! Limits: those of [`crate::json::Limits`].

mod engine;
pub mod format;
mod merge;
mod pattern;
mod program;
mod run;
mod tape;

pub use format::Format;
pub(crate) use merge::judged;
pub use pattern::{Pattern, PatternError};
pub use program::{Check, Program, Properties, Resource, Schema, Types};
pub use run::{canonicalize, check_json};
