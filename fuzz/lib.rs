//! What the project is tested with: a naive second implementation of the contract, and
//! generators of awkward texts.
//!
//! * [`oracles`] answers the contract's questions (is this text accepted, what are its canonical
//!   bytes, are these two the same?) in plain, slow code that shares nothing with the crates that
//!   it judges.
//! * [`generators`] makes JSON texts, respellings that keep their meaning, near misses that
//!   change it, and texts that must be refused, all from a seed.
//!
//! ```
//! use tantamount_fuzz::generators::{Random, near_miss, respell, text};
//! use tantamount_fuzz::oracles::json_same;
//!
//! let mut random = Random::new(7);
//! let original = text(&mut random);
//! let respelt = respell(&mut random, &original);
//! let missed = near_miss(&mut random, &original);
//! assert_eq!(json_same(original.as_bytes(), respelt.as_bytes()), Some(true));
//! assert_eq!(json_same(original.as_bytes(), missed.as_bytes()), Some(false));
//! ```
//!
//! Limits: nothing here is fast, and nothing here is meant for production.

pub mod generators;
pub mod oracles;
