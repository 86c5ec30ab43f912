//! Validation: every keyword of a schema, over the exact JSON, whether or not it shapes a type.
//!
//! ```
//! use tantamount_codegen::read::{Registry, Sources};
//! use tantamount_codegen::rules;
//!
//! let schema = r#"{ "type": "array", "items": { "multipleOf": 0.1 }, "uniqueItems": true }"#;
//! let sources = Sources::read(schema, "tenths.schema.json", None, &Registry::default())?;
//! let rules = rules::lower(&sources, rules::Options::default())?;
//! assert!(rules.program.check(b"[0.3, 0.30000]").is_err());
//!
//! let wrong = schema.replace("multipleOf", "multipleof");
//! let sources = Sources::read(&wrong, "tenths.schema.json", None, &Registry::default())?;
//! let errors = rules::lower(&sources, rules::Options::default()).expect_err("it is misspelt");
//! assert_eq!(
//!     errors.to_string(),
//!     "tenths.schema.json:1:31: /items/multipleof: the keyword `multipleof` is not known \
//!      [multipleof]\n  help: did you mean `multipleOf`? a keyword of your own is `x-multipleof`",
//! );
//! # Ok::<(), tantamount_codegen::Errors>(())
//! ```

mod applicators;
mod assertions;
mod graph;
mod keywords;
mod lowering;

pub(crate) use keywords::{Standing, standing};
pub use lowering::lower;
pub(crate) use lowering::lower_keeping;
use tantamount_core::validate::Program;

/// What a schema leaves to whoever uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether `format` is asserted though the schema's dialect makes it an annotation. Formats of
    /// other people's stay annotations then.
    pub assert_formats: bool,
}

/// A schema's validation.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What it checks.
    pub program: Program,
    /// Where each of the program's schemas stands, in the same order.
    pub places: Vec<crate::read::Place>,
    /// Keywords that check nothing: annotations, and keywords that no vocabulary of the schema's
    /// dialect knows.
    pub carried: Vec<Carried>,
}

/// A keyword that checks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The file.
    pub file: std::sync::Arc<str>,
    /// The JSON Pointer of its value.
    pub pointer: String,
    /// The keyword.
    pub keyword: String,
}
