//! Exact JSON: what PostgreSQL's `jsonb` takes, and when it finds two values equal.
//!
//! Numbers are exact decimals and never pass through a double; strings are compared code point by
//! code point; the last of equal member names wins, and what it shadows is checked all the same.
//! Sources: RFC 8259 (grammar), RFC 8785 (canonical form), PostgreSQL 15 (`jsonb_in`,
//! `numeric_in`). No schema is needed:
//!
//! ```
//! use tantamount_core::json;
//!
//! assert!(json::compare(b"[1.0, \"\\u0041\"]", b"[1, \"A\"]")?.is_empty());
//! let differences = json::compare(b"{\"a\": [1, 2]}", b"{\"a\": [1, 3]}")?;
//! assert_eq!(differences.to_string(), "a[1]: 2 → 3");
//! # Ok::<(), json::CompareError>(())
//! ```
//!
//! Limits: 32 MiB of text, nesting of 512, numbers that take 64 MiB in plain notation; see
//! [`Limits`].

mod arithmetic;
mod canonical;
mod compare;
mod decimal;
mod edits;
mod limits;
mod number;
mod order;
mod output;
mod run;
pub(crate) mod scan;
mod shape;
mod sink;
mod text;

pub use arithmetic::DIVISOR_DIGITS;
pub(crate) use canonical::write_string;
pub use canonical::{canonicalize, canonicalize_within};
pub(crate) use compare::canonical_differences;
pub use compare::{CompareError, compare, compare_within};
pub use decimal::{Decimal, NotInteger};
pub(crate) use edits::{EditRange, Edits, part_from};
pub use limits::{DEPTH, Limits, PRINTED_BYTES, PROBLEMS, TEXT_BYTES};
pub use number::Number;
pub(crate) use number::compare_numbers;
pub use order::utf16;
pub use output::Output;
pub(crate) use run::{plain_end, plain_length, same_start, utf8};
pub(crate) use sink::{PIECE, Sink, Write};
pub use text::Text;
