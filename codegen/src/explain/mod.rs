//! What is known of a place in a schema, and what was generated for it.
//!
//! ```
//! use tantamount_codegen::{Schema, explain::explain};
//!
//! let text = r#"{
//!   "$schema": "https://json-schema.org/draft/2020-12/schema",
//!   "$id": "urn:example:order:1",
//!   "title": "Order",
//!   "type": "object",
//!   "unevaluatedProperties": false,
//!   "properties": { "note": { "type": "string", "default": "", "x-canonical": { "absent": "default" } } }
//! }"#;
//! let schema = Schema::read(text, "order.schema.json")?;
//! let explanation = explain(&schema, "/properties/note")?;
//! assert!(explanation.to_string().contains("absent or null"));
//! # Ok::<(), tantamount_codegen::Error>(())
//! ```

mod explanation;
mod facts;
mod place;

pub use explanation::{Explanation, Fact, Section};

use crate::deep::deep;
use crate::error::Error;
use crate::schema::Schema;

/// Explains the place that a JSON Pointer (RFC 6901, or as a URI fragment that begins with `#`)
/// leads to.
///
/// # Errors
/// [`Error::Request`] where it leads nowhere, with what may have been meant; [`Error::Schema`]
/// where what `x-storage` says cannot be stored.
pub fn explain(schema: &Schema, pointer: &str) -> Result<Explanation, Error> {
    deep(|| {
        let place = place::find(schema, pointer)?;
        facts::explain(schema, &place)
    })
}
