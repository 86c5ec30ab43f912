//! What the project is tested with: a naive second implementation of the contract, and
//! generators of awkward texts.
//!
//! * [`oracles`] answers the contract's questions (is this text accepted, what are its canonical
//!   bytes, are these two the same?) in plain, slow code that shares nothing with the crates that
//!   it judges.
//! * [`generators`] makes JSON texts, respellings that keep their meaning, near misses that
//!   change it, and texts that must be refused, all from a seed.
//! * [`checks`] holds the project's code against the oracle: the bodies of the fuzz targets.
//!
//! The laws stand in `tests/`, as sentences. Case counts suit a debug build;
//! `TANTAMOUNT_LAW_PERCENT=10000 cargo test --release -p tantamount-fuzz` tries a hundred times as
//! many. A case that breaks a law is written to `regressions/laws/`, and tried first from then on.
//! The coverage-guided targets run with cargo-fuzz, on a stable toolchain too:
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir fuzz --sanitizer none --features libfuzzer \
//!     request target/fuzz-corpus/request fuzz/seeds fuzz/regressions -- -max_total_time=60
//! ```
//!
//! An input that it finds belongs, under a name that says what is wrong, in
//! `regressions/request/`, `regressions/json/` or `regressions/schema/`; plain `cargo test` replays those and `seeds/`.
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

pub mod checks;
pub mod generators;
pub mod oracles;
