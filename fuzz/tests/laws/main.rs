//! The laws: what must hold of every request and of every JSON text, each a sentence.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod any_plan;
mod case;
mod json;
mod kept;
mod limits;
mod mutations;
mod requests;
mod runner;
