//! Who runs, and what each does.

use sha2::{Digest as _, Sha256};
use std::hint::black_box;
use tantamount_core::json;
use tantamount_schema::{AppendRequest, Scope};

/// A contender at one kind of work.
pub(crate) struct Contender {
    /// Its name in the figures.
    pub(crate) name: &'static str,
    /// `parse`: bytes to a value of its own; `canonicalize`: bytes to canonical bytes; `request`:
    /// bytes to a validated request, canonical bytes and digest; `hash`: SHA-256 of the bytes.
    pub(crate) work: &'static str,
    /// Does the work once; panics where it is refused, so that no refusal is timed as work.
    pub(crate) run: fn(&[u8]),
}

fn parsed(text: &[u8]) -> serde_json::Value {
    serde_json::from_slice(text).expect("valid JSON")
}

/// All of them, in the order in which they take turns.
pub(crate) const ALL: &[Contender] = &[
    Contender {
        name: "sha256",
        work: "hash",
        run: |text| {
            let _ = black_box(Sha256::digest(text));
        },
    },
    Contender {
        name: "sonic_rs",
        work: "parse",
        run: |text| {
            drop(black_box(sonic_rs::from_slice::<sonic_rs::Value>(text).expect("valid JSON")));
        },
    },
    Contender {
        name: "simd_json",
        work: "parse",
        run: |text| {
            // It parses in place, so it needs a copy of its own.
            let mut copy = text.to_vec();
            drop(black_box(simd_json::to_borrowed_value(&mut copy).expect("valid JSON")));
        },
    },
    Contender { name: "serde_json", work: "parse", run: |text| drop(black_box(parsed(text))) },
    Contender {
        name: "tantamount",
        work: "parse",
        run: |text| drop(black_box(AppendRequest::read(text).expect("a valid request"))),
    },
    Contender {
        name: "serde_json_canonicalizer",
        work: "canonicalize",
        run: |text| {
            drop(black_box(serde_json_canonicalizer::to_vec(&parsed(text)).expect("canonical")));
        },
    },
    Contender {
        name: "serde_jcs",
        work: "canonicalize",
        run: |text| drop(black_box(serde_jcs::to_vec(&parsed(text)).expect("canonical"))),
    },
    Contender {
        name: "json_canon",
        work: "canonicalize",
        run: |text| drop(black_box(json_canon::to_vec(&parsed(text)).expect("canonical"))),
    },
    Contender {
        name: "tantamount",
        work: "canonicalize",
        run: |text| drop(black_box(json::canonicalize(text).expect("valid JSON"))),
    },
    Contender {
        name: "tantamount",
        work: "request",
        run: |text| {
            let checked = AppendRequest::read(text).expect("a valid request");
            let canonical = checked.canonicalize(&Scope::none());
            black_box((canonical.bytes(), canonical.digest()));
        },
    },
];
