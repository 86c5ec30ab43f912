//! The ledger under faults: a server that is killed, connections that are cut at each message of the
//! protocol, answers that never come, full disks, hostile texts.
//!
//! Each experiment ends with the same question ([`log`]): is everything there that a client was told
//! is there, is nothing there twice, and was every retry resolved? Plain `cargo test` runs short
//! forms. `cargo xtask faults --long` runs the long ones, one after the other, on servers of their
//! own with `fsync` on, and prints the figures that stand in `docs/reliability.md`; it sets
//! `TANTAMOUNT_FAULTS=long`, and `TANTAMOUNT_FAULTS_BINARIES`, the folder of the server's programs.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod client;
mod cut;
mod disk;
mod duplicates;
mod hostile;
mod log;
mod options;
mod poison;
mod proxy;
mod reads;
mod server;
mod states;
mod swallowed;
mod terminated;
mod world;
