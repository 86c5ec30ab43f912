//! The law of the backfill: whatever spelling an older system stored a request in, it gets the
//! canonical request, the digest and the receipt that an append of today gives it.

use super::database::Database;
use super::{Case, append, fails, fresh, holds_of_what_is_applied};
use proptest::test_runner::TestCaseError;
use sqlx::AssertSqlSafe;
use std::num::NonZeroU32;
use tantamount_core::strategy::SamePair;
use tantamount_runtime::{Error, Outcome};

/// See the module.
pub fn keeps_what_was_said<R: Case>(cases: u32) {
    holds_of_what_is_applied(cases, is_renewed::<R>);
}

/// A request is appended, made a row of an older system in another spelling, and brought up to
/// date. `false` where it could not be appended.
async fn is_renewed<R: Case>(
    database: &Database<R>,
    pair: &SamePair,
) -> Result<bool, TestCaseError> {
    let (ledger, key) = (&database.ledger, R::key("key"));
    let scope = R::scope(&pair.scope);
    let parent = fresh(database, &scope).await;
    let receipt = match append(ledger, parent, &pair.first, &scope).await {
        Ok(Outcome::Applied(receipt)) => receipt,
        // What is named outside of the request is not there.
        Err(Error::UnknownReference { .. }) => return Ok(false),
        other => return Err(fails(format!("not applied: {other:?}"))),
    };
    let read = async || {
        let entry = ledger.under(&scope).lookup(parent, &key).await.map_err(fails)?;
        entry.ok_or_else(|| fails("no entry"))
    };
    let before = read().await?;
    let backfill = async || ledger.backfill(NonZeroU32::MIN, |_| {}).await.map_err(fails);
    let done = backfill().await?;
    if (done.pending, done.rows) != (0, 0) {
        return Err(fails(format!("what is of today is not looked at: {done:?}")));
    }

    let tables = R::relation().operations.tables;
    let table = tables[usize::from(R::relation().parent.is_some())];
    // A schema may give the column another name; what reads it says which.
    let read_digest = R::relation().statements.entry.split("\" AS \"digest\"").next();
    let digest = read_digest.and_then(|before| before.rsplit('"').next()).unwrap_or_default();
    let older = format!(
        "UPDATE \"{table}\" SET request = CAST($1 AS jsonb), \"{digest}\" = NULL,
            canonical_version = NULL, schema_version = NULL"
    );
    let older = sqlx::query(AssertSqlSafe(older)).bind(&pair.second).execute(&database.pool);
    older.await.map_err(fails)?;
    let done = backfill().await?;
    if (done.pending, done.rows, done.updated) != (1, 1, 1) {
        return Err(fails(format!("not brought up to date: {done:?}")));
    }
    let after = read().await?;
    if after != before {
        return Err(fails(format!("{after:?} instead of {before:?}")));
    }
    match append(ledger, parent, &pair.first, &scope).await {
        Ok(Outcome::Replayed(again)) if again == receipt => Ok(true),
        other => Err(fails(format!("not replayed as {receipt:?}: {other:?}"))),
    }
}
