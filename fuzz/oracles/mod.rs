//! The naive second implementation of the contract, for version 2 of the append request.
//!
//! [`json`] reads bytes into a tree, [`decimal`] knows numbers, [`forms`] strings that stand for values, [`mod@canonical`] writes and compares
//! trees, and [`naive`] knows the append request. Each is written from the contract's words alone.

pub mod canonical;
pub mod decimal;
pub mod forms;
pub mod json;
pub mod naive;

pub use canonical::{canonical_json, json_canonical, json_same, same};
pub use json::{Problem, Value, read};
pub use naive::{accepts, canonical, digest, problems, stored_same};
