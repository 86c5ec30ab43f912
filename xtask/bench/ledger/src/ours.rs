//! Ours.

use crate::Failure;
use crate::batch::{Batch, WINDOW};
use crate::contenders::{Operation, settle};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::{Duration, Instant};
use tantamount_runtime::{Ledger, PgPool};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

/// Opens runs with their windows, many at once.
const OPEN: &str = "
WITH opened AS (
    INSERT INTO workflow_runs (workflow_run_id, status)
    SELECT *, 'RUNNING' FROM UNNEST($1::uuid[])
)
INSERT INTO workflow_steps
    (workflow_run_id, workflow_step_id, step_key, execution_kind, status, payload)
SELECT run, GEN_RANDOM_UUID(), $2, 'EXTERNAL', 'WAITING', 'null' FROM UNNEST($1::uuid[]) AS run";

/// A pool for a database with our tables.
pub(crate) async fn migrated(
    options: PgConnectOptions,
    connections: u32,
) -> Result<PgPool, Failure> {
    let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
    let pool = pool.connect_with(options).await?;
    Ledger::new(pool.clone()).migrate().await?;
    Ok(pool)
}

/// New runs in our tables.
pub(crate) async fn open(pool: &PgPool, count: usize) -> Result<Vec<Uuid>, Failure> {
    let runs: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    sqlx::query(OPEN).bind(&runs).bind(WINDOW).execute(pool).await?;
    Ok(runs)
}

#[derive(Clone)]
pub(crate) struct Ours {
    ledger: Ledger,
    pool: PgPool,
}

impl Ours {
    pub(crate) async fn new(options: PgConnectOptions, connections: u32) -> Result<Ours, Failure> {
        let pool = migrated(options, connections).await?;
        Ok(Ours { ledger: Ledger::new(pool.clone()), pool })
    }

    pub(crate) async fn open(&self, count: usize) -> Result<Vec<Uuid>, Failure> {
        open(&self.pool, count).await
    }

    pub(crate) async fn time(
        &self,
        operation: Operation,
        run: Uuid,
        key: &str,
        batch: &Batch,
    ) -> Result<Duration, Failure> {
        let text = batch.text();
        let request =
            AppendRequest::read(text.as_bytes()).map_err(|problems| problems.to_string())?;
        let request = request.canonicalize(&Scope::none());
        // It is computed when it is first asked for.
        let _ = request.digest();
        let key = MutationKey::new(key)?;
        settle().await;
        let start = Instant::now();
        let outcome = self.ledger.append(run.into(), &key, &request, None).await?;
        let elapsed = start.elapsed();
        let expected = match operation {
            Operation::Append => "applied",
            Operation::Replay | Operation::Reordered => "replayed",
            Operation::Conflict => "conflict",
        };
        if outcome.code() != expected {
            return Err(format!("{expected} was expected, it is {outcome:?}").into());
        }
        Ok(elapsed)
    }
}
