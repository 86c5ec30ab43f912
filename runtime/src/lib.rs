//! The idempotent append in PostgreSQL.
//!
//! A [`Ledger`] appends each request once. The first time it is *applied*; a retry with the same
//! meaning, however it is spelt, is *replayed* and gets the same receipt; another request under the
//! same key is a *conflict*, and told what differs.
//!
//! ```no_run
//! use tantamount_runtime::{Ledger, NewRun, Outcome, PgPool, RunId};
//! use tantamount_schema::{AppendRequest, MutationKey, Scope};
//!
//! # async fn example(pool: PgPool, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = Ledger::new(pool);
//! ledger.migrate().await?;
//!
//! let scope = Scope::none();
//! let run = RunId::named("onboarding");
//! let name = Some("onboarding");
//! ledger.open(&NewRun { id: run, name, scope: &scope, window: Some("gate") }).await?;
//!
//! let request = AppendRequest::read(body)?; // every problem of the text, located
//! let canonical = request.canonicalize(&scope);
//! let key = MutationKey::new("signup-42")?;
//! match ledger.append(run, &key, &canonical, None).await? {
//!     Outcome::Applied(receipt) | Outcome::Replayed(receipt) => {
//!         for (step, id) in receipt.elements() {
//!             println!("{step} is {id}");
//!         }
//!     }
//!     Outcome::Conflict(conflict) => println!("{}", conflict.differences()),
//!     other => println!("{}", other.code()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How it goes
//!
//! One statement asks the ledger by parent and key, and where that knows nothing of the key locks
//! the parent's row, makes all checks, and writes the ledger's row and all elements, or nothing: a
//! first append of any size is one round trip. A key that this process has tried before is looked up
//! by a `SELECT` of its own first, and so is a large request where many are replays: it gets scope,
//! digest and first id, and costs the same whatever the size of the request and its parent. A
//! conflict, and a row of an older system that has no digest, fetches the stored request and compares
//! member by member. It is right at `READ COMMITTED`, `REPEATABLE READ` and `SERIALIZABLE`.
//!
//! # Limits
//!
//! The database's encoding must be UTF8. PostgreSQL 15 or later. What a workflow engine does with
//! steps once they are there is absent on purpose; [`Ledger::append_tx`] lets it do that in the
//! same transaction.

// Generated code names this crate as a stranger's would.
extern crate self as tantamount_runtime;

mod append;
mod backfill;
mod batch;
mod database_error;
mod doctor;
mod elements;
mod entries;
mod error;
mod failure;
#[rustfmt::skip]
pub mod generated;
mod guess;
mod identity;
mod ledger;
mod migrate;
mod observe;
pub mod operations;
mod outcome;
mod parents;
mod prune;
pub mod relation;
mod retry;
mod rows;
#[cfg(feature = "runledger")]
pub mod runledger;
mod scoped;
mod security;
mod stop;
mod tenants;
mod verify;

pub use backfill::{Backfill, LeftReason, LeftRow};
pub use database_error::{Condition, DatabaseError, Fate, Retry};
pub use doctor::{Diagnosis, Severity};
pub use entries::{Entry, EntrySummary};
pub use error::{Error, Keys, Named, Unreadable};
pub use generated::relation::{NewRun, Run, RunId};
pub use identity::{NoParent, ParentId};
pub use ledger::Ledger;
pub use outcome::{Conflict, Outcome, Receipt, Unlisted};
pub use parents::{NewParent, Parent};
pub use prune::{Pruned, Retention};
pub use relation::Storage;
pub use retry::RetryPolicy;
pub use scoped::Scoped;
pub use security::Security;
pub use sqlx::PgPool;
pub use stop::Stop;
pub use tenants::{SCOPE_SETTING, TenantPool, scope_setting};
pub use verify::{Finding, FindingCode, Position, Verification, Verified};
