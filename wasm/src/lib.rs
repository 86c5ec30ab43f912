//! The append request's verdicts for browsers and Node, as WebAssembly.
//!
//! This crate only carries texts in and verdicts out: what is valid, what the canonical bytes
//! are and what differs is decided in `tantamount-schema`, by the code that decides it natively,
//! and the same cases are put to both. `cargo xtask wasm` builds it and writes the JavaScript
//! around it; nothing here can reach a database.
//!
//! ```js
//! const tantamount = require("./tantamount.js");
//! tantamount.validate(text);                    // [{ pointer, line, column, code, message, fix }]
//! tantamount.digest(text, null);                // "sha256:7cda95ce…"
//! tantamount.compare(first, retry, null);       // { same: true, differences: [], omitted: 0 }
//! ```
//!
//! Limits: a request is a JavaScript string, not yet an object or bytes. A string that is no
//! Unicode text (half of a surrogate pair in it) is refused like any other bytes that are not
//! UTF-8, where JavaScript's own encoder would put another character in its place. Of many
//! problems or differences only so many are listed as the native library lists.

mod exports;
mod report;
mod text;

pub use exports::{canonicalize, compare, compare_stored, digest, validate};
