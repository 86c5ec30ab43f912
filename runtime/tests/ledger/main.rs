//! The ledger against a real PostgreSQL: that of `DATABASE_URL`, or one of our own. Each test has a
//! schema to itself, which is dropped when it ends.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod backfill;
mod cases;
mod concurrency;
mod conflicts;
mod database;
mod evolution;
mod extremes;
mod hostile;
mod legacy;
mod migrations;
mod observed;
mod operations;
mod order;
mod rows;
mod scoped;
mod statements;
pub mod suite;
mod tenants;
mod transactions;
