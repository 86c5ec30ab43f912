//! What the implementations of [`arbitrary::Arbitrary`] for generated types run (feature
//! `arbitrary`).
//!
//! A fuzz target takes a request as a value of its type, and spends no input on texts that are
//! refused:
//!
//! ```text
//! fuzz_target!(|input: (AppendRequest, Scope)| {
//!     let (request, scope) = input;
//!     …
//! });
//! ```
//!
//! The same bytes always give the same value. Limits: what the strategies do not serve is not
//! served here either, see [`crate::strategy`].

pub use crate::strategy::unstructured::{branch, value, value_size};
