//! Whole workflows, enqueued once however often a client retries.
//!
//! A client enqueues a run: its steps, what they wait for, the step that gives the result, and what
//! is known of it. Runs stand in a queue, one per kind of workflow and organization, and are told
//! apart by an idempotency key. A retry with the same meaning gets the run that is there.
//!
//! Everything but this file is generated from `enqueue.schema.json`:
//!
//! ```no_run
//! use tantamount_example_enqueue::enqueue::{EnqueueRequest, IdempotencyKey, Scope};
//! use tantamount_example_enqueue::enqueue::storage::relation::{NewQueue, QueueId};
//! use tantamount_runtime::{Ledger, Outcome, PgPool};
//!
//! # async fn example(pool: PgPool, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let ledger: Ledger<EnqueueRequest> = Ledger::of(pool);
//! ledger.migrate().await?;
//!
//! let scope = Scope::none();
//! let queue = QueueId::named("billing.close-month");
//! ledger.open(&NewQueue { id: queue, name: Some("billing"), scope: &scope, window: None }).await?;
//!
//! let request = EnqueueRequest::read(body)?;
//! let key = IdempotencyKey::new("2026-11")?;
//! match ledger.append(queue, &key, &request.canonicalize(&scope), None).await? {
//!     Outcome::Applied(receipt) | Outcome::Replayed(receipt) => {
//!         println!("run {:?} has {} steps", receipt.id(), receipt.elements().len());
//!     }
//!     Outcome::Conflict(conflict) => println!("{}", conflict.differences()),
//!     other => println!("{}", other.code()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is absent: starting the steps, and freeing an active key when its run ends. A caller does
//! that in the same transaction, by `Ledger::append_tx`.

#[rustfmt::skip]
pub mod enqueue;
