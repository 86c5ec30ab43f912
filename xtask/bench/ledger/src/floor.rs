//! The floor: the same inserts by one prepared statement, and nothing around them.

use crate::Failure;
use crate::batch::{Batch, JOB, WINDOW};
use crate::contenders::{Operation, settle};
use crate::ours::{migrated, open};
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, Row as _};
use std::time::{Duration, Instant};
use tantamount_schema::{AppendRequest, Scope};
use uuid::Uuid;

const APPEND: &str = "
WITH ledger AS (
    INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request, digest,
        canonical_version, schema_version, metadata, first_step_id)
    VALUES ($1, $2, $3::text::jsonb, $4, 1, '2', NULL, $5)
), steps AS (
    INSERT INTO workflow_steps (workflow_run_id, workflow_step_id, step_key, execution_kind,
        job_type, payload, stage, status)
    SELECT $1, id, key, 'JOB', job, payload::jsonb, 'queued', 'PENDING'
    FROM UNNEST($6::uuid[], $7::text[], $8::text[], $9::text[]) AS sent (id, key, job, payload)
)
INSERT INTO workflow_step_dependencies (workflow_run_id, step_key, prerequisite_step_key, release_mode)
SELECT $1, key, prerequisite, 'ON_TERMINAL'
FROM UNNEST($7::text[], $10::text[]) AS sent (key, prerequisite)";

const REPLAY: &str = "
SELECT digest, first_step_id FROM workflow_run_mutations
WHERE workflow_run_id = $1 AND mutation_key = $2";

const CONFLICT: &str = "
SELECT digest, first_step_id, request::text FROM workflow_run_mutations
WHERE workflow_run_id = $1 AND mutation_key = $2";

#[derive(Clone)]
pub(crate) struct Floor {
    pool: PgPool,
}

impl Floor {
    /// The same driver's pool, with the same settings, as ours has.
    pub(crate) async fn new(options: PgConnectOptions, connections: u32) -> Result<Floor, Failure> {
        Ok(Floor { pool: migrated(options, connections).await? })
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
        // Ours begins with a canonical request in its hands, and what made it in its caches: so does this.
        let text = batch.text();
        let request =
            AppendRequest::read(text.as_bytes()).map_err(|problems| problems.to_string())?;
        let request = request.canonicalize(&Scope::none());
        let digest = request.digest().to_string();
        if operation != Operation::Append {
            let statement = if operation == Operation::Conflict { CONFLICT } else { REPLAY };
            settle().await;
            let start = Instant::now();
            let query = sqlx::query(statement).bind(run).bind(key);
            let row = query.fetch_one(&self.pool).await?;
            let digest: String = row.get(0);
            let elapsed = start.elapsed();
            return if digest.is_empty() { Err("no digest".into()) } else { Ok(elapsed) };
        }
        let first = Uuid::now_v7().as_u128() >> 24 << 24;
        let ids: Vec<Uuid> =
            (0..batch.steps.len()).map(|step| Uuid::from_u128(first + step as u128)).collect();
        let keys: Vec<&str> = batch.steps.iter().map(|step| step.key.as_str()).collect();
        let payloads: Vec<&str> = batch.steps.iter().map(|step| step.payload.as_str()).collect();
        let jobs = vec![JOB; keys.len()];
        let windows = vec![WINDOW; keys.len()];
        settle().await;
        let start = Instant::now();
        let query = sqlx::query(APPEND).bind(run).bind(key).bind(request.as_str()).bind(&digest);
        let query = query.bind(Uuid::from_u128(first)).bind(&ids).bind(&keys).bind(&jobs);
        query.bind(&payloads).bind(&windows).execute(&self.pool).await?;
        Ok(start.elapsed())
    }
}
