//! Batches of payments, accepted once however often a client hands them in.
//!
//! A client hands payments in for an account. Amounts are the same by their digits (`10.0` and
//! `10.00`), points in time by the instant, whatever the offset; the order of payments, fees and
//! tags means nothing, that of splits does. Everything but this file is generated from
//! `payments.schema.json`:
//!
//! ```no_run
//! use tantamount_core::NoScope;
//! use tantamount_example_payments::payments::{BatchKey, Payment, PaymentBatch};
//! use tantamount_example_payments::payments::storage::relation::{AccountId, NewAccount};
//! use tantamount_runtime::{Ledger, Outcome, PgPool};
//!
//! # async fn example(pool: PgPool, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let ledger: Ledger<PaymentBatch> = Ledger::of(pool);
//! ledger.migrate().await?;
//!
//! let account = AccountId::named("DE02 1203 0000 0000 2020 51");
//! ledger.open(&NewAccount { id: account, name: None, scope: &NoScope, window: None }).await?;
//!
//! let batch = PaymentBatch::read(body)?;
//! let key = BatchKey::new("november")?;
//! match ledger.append(account, &key, &batch.canonicalize(&NoScope), None).await? {
//!     Outcome::Applied(_) | Outcome::Replayed(_) => {
//!         let payments: Option<Vec<Payment>> = ledger.under(&NoScope).rows(account, &key).await?;
//!         println!("{} payments", payments.map_or(0, |payments| payments.len()));
//!     }
//!     Outcome::Conflict(conflict) => println!("{}", conflict.differences()),
//!     other => println!("{}", other.code()),
//! }
//! # Ok(())
//! # }
//! ```

#[rustfmt::skip]
pub mod payments;
