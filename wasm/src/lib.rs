//! The append request's verdicts for browsers and Node, as WebAssembly.
//!
//! This crate only carries bytes in and verdicts out: what is valid, what the canonical bytes
//! are and what differs is decided in `tantamount-schema`, by the code that decides it natively,
//! and the same cases are put to both. `cargo xtask npm` builds it, and puts the package
//! `@tantamount/append-request` around it, whose face is written in `wasm/npm/src`; nothing here can
//! reach a database.
//!
//! What crosses the border are numbers alone, so that nothing on the other side has to be freed:
//!
//! ```
//! use tantamount_wasm::{REFUSED_FIRST, output_address, output_length, reserve, validate};
//!
//! let address = reserve(0, 2, 0); // the caller writes two bytes of text to this address
//! assert_ne!(address, 0);
//! assert_eq!(validate(2, u32::MAX), REFUSED_FIRST);
//! // Problems as JSON, to be read from the other address.
//! assert!(output_length() > 0 && output_address() != 0);
//! ```
//!
//! Limits: one call at a time. Of many problems or differences only so many are listed as the
//! native library lists.

mod exports;
#[rustfmt::skip]
mod generated;
mod memory;
mod report;
mod scope;

pub use exports::{
    ACCEPTED, REFUSED_FIRST, REFUSED_SCOPE, REFUSED_SECOND, canonicalize, compare, compare_stored,
    validate,
};
pub use memory::{output_address, output_length, reserve};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

// The engine is built with what the plan needs alone.
const _: () = assert!(tantamount_schema::PLAN.is_served(), "the engine lacks what the plan needs");
