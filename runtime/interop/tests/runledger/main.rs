//! runledger and Tantamount in the same tables: what one stored the other judges.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod audits;
mod database;
mod pairs;
mod peers;
mod programs;
mod refusals;
mod verdicts;
