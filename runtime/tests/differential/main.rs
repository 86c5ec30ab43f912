//! The exact JSON engine against a real PostgreSQL, on generated pairs of texts.
//!
//! Of each pair the server is asked whether it takes the one, takes the other, and finds them
//! equal as `jsonb`, and whether our canonical text of the first equals the first. Every
//! disagreement is shrunk to a small case and printed with what both sides say.
//!
//! Plain `cargo test` tries 10,000 pairs on a server of our own (or that of `DATABASE_URL`).
//! `cargo xtask differential` tries more, optimised, and on several versions of PostgreSQL. It
//! sets these variables, which do the same by hand:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TANTAMOUNT_DIFFERENTIAL_PAIRS` | how many pairs |
//! | `TANTAMOUNT_DIFFERENTIAL_SEED` | which ones: 3, or any other number |
//! | `TANTAMOUNT_DIFFERENTIAL_BINARIES` | the folder of the programs of the server to start |
//! | `TANTAMOUNT_DIFFERENTIAL_HOME` | the folder for that server's data, one a version |
//! | `TANTAMOUNT_DIFFERENTIAL_PLATFORM_PAIRS` | how many pairs inside of requests, see `platforms` |
//! | `TANTAMOUNT_DIFFERENTIAL_JUDGED` | the file that these are written to, with the verdicts |
//!
//! Only what is documented is excepted, and recognised by a rule of its own (see `limits`): our
//! limits of 512 levels, 32 MiB and 64 MiB in print, and zeros with an exponent of 1073741823 or
//! more, which PostgreSQL 15 and we refuse and 16 takes.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod counts;
mod limits;
mod options;
mod platforms;
mod regressions;
mod run;
mod server;
mod shrink;
mod verdicts;
