//! The append, and its verdict, in the tables of runledger.
//!
//! runledger (the crate `runledger-postgres`) keeps appended requests in a table
//! `workflow_run_mutations` of its own: no digest, nothing but the request inside `request`. A
//! [`Runledger`] reads and writes there. What runledger stored is judged here member by member;
//! what is stored here runledger reads, and judges alike.
//!
//! ```no_run
//! use tantamount_runtime::runledger::{Outcome, Runledger};
//! use tantamount_runtime::{PgPool, RunId};
//! use tantamount_schema::{AppendRequest, MutationKey, Scope};
//!
//! # async fn example(pool: PgPool, run: RunId, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let runledger = Runledger::new(pool);
//! let request = AppendRequest::read(body)?;
//! let request = request.canonicalize(&Scope::none());
//! match runledger.append(run, &MutationKey::new("signup-42")?, &request, None).await? {
//!     Outcome::Applied(steps) | Outcome::Replayed(steps) => println!("{:?}", steps.ids()),
//!     Outcome::Conflict(differences) => println!("{differences}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is kept
//!
//! The canonical request, and rows of steps and dependencies as runledger writes them: job
//! definitions' defaults, counters of dependencies, the release of steps that wait for nothing.
//!
//! # Limits
//!
//! runledger reads a stored request through `serde_json`, in which a number is a double. A request
//! that cannot be read so (nested deeper than 127, a number beyond a double's range) would fail
//! each retry that runledger answers, and is refused: [`Refusal`]. One that is read with other
//! numbers is kept exactly, and [`Steps::is_lossy`] says so: runledger may take another request for
//! the same. Versions 0.3 to 0.12 of the tables are known.

mod append;
mod audit;
mod error;
mod judge;
mod outcome;
mod reading;
mod release;
mod tables;

pub use audit::{Audit, Finding, Kind};
pub use error::{Error, Refusal};
pub use outcome::{Outcome, Steps};
pub use reading::Reading;
pub use tables::Runledger;
