//! Exact JSON, canonical form, comparison and digest: what all code that Tantamount generates
//! stands on.
//!
//! A schema is lowered to a [`plan::Plan`]; the engine of this crate runs it over a text:
//!
//! ```text
//! bytes ──read──▶ Problems | Checked ──canonicalize(scope)──▶ Canonical: bytes, digest
//!                                                             │
//! stored row ──read_stored──▶ Stored ──────compare────────────┴──▶ Differences
//! ```
//!
//! The JSON part needs no schema:
//!
//! ```
//! use tantamount_core::{Digest, json};
//!
//! let canonical = json::canonicalize(br#"{"b": 1.0, "a": "\u0041"}"#)?;
//! assert_eq!(canonical, br#"{"a":"A","b":1}"#);
//! println!("{}", Digest::of(&canonical));
//! # Ok::<(), tantamount_core::Problems>(())
//! ```
//!
//! Limits: 32 MiB of text, nesting of 512, numbers of 64 MiB in plain notation; no I/O, no
//! threads, no `unsafe`; builds for `wasm32-unknown-unknown`.

#[cfg(feature = "arbitrary")]
pub mod arbitrary_support;
mod date_time;
mod decimal_string;
mod difference;
mod digest;
mod document;
mod flaw;
pub mod interpreted;
pub mod json;
mod keep;
mod locate;
mod parts;
pub mod plan;
mod problem;
mod request;
#[cfg(feature = "schemars")]
pub mod schemars_support;
#[cfg(feature = "serde")]
pub mod serde_support;
#[cfg(any(target_arch = "wasm32", test))]
mod sha256;
#[cfg(feature = "proptest")]
pub mod strategy;
#[cfg(feature = "validate")]
pub mod validate;
mod wording;

#[cfg(feature = "arbitrary")]
pub use arbitrary;
pub use date_time::DateTime;
pub use decimal_string::DecimalString;
pub use difference::{Difference, Differences, ListingLimits, Path, Segment, Shown};
pub use digest::{Digest, InvalidDigest};
pub use document::{Document, View, check_integer, check_number, check_text};
pub use problem::{Code, Problem, Problems};
#[cfg(feature = "proptest")]
pub use proptest;
#[cfg(feature = "validate")]
pub use request::obey;
pub use request::{
    CANONICAL_VERSION, Canonical, Checked, NoScope, Request, Scope, Stored, Value, canonicalize_by,
    check, read, read_among, read_stored, read_value, read_value_within, read_within,
};
#[cfg(feature = "schemars")]
pub use schemars;
#[cfg(feature = "serde")]
pub use serde;
pub use uuid;
