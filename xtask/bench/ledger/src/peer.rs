//! runledger.

use crate::Failure;
use crate::batch::{Batch, JOB, WINDOW};
use crate::contenders::{Operation, settle};
use runledger_core::prelude::*;
use runledger_postgres::prelude::*;
use runledger_sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use serde_json::Value;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Copies a run's window many times: steps that are there already.
const FILL: &str = "
INSERT INTO workflow_steps
SELECT copied.* FROM workflow_steps AS step, GENERATE_SERIES(1, $2::integer) AS number,
    LATERAL JSONB_POPULATE_RECORD(step, JSONB_BUILD_OBJECT(
        'id', GEN_RANDOM_UUID(), 'step_key', 'fill-' || number)) AS copied
WHERE step.workflow_run_id = $1 AND step.step_key = $3";

#[derive(Clone)]
pub(crate) struct Peer {
    pool: DbPool,
}

impl Peer {
    pub(crate) async fn new(options: PgConnectOptions, connections: u32) -> Result<Peer, Failure> {
        let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        let pool = pool.connect_with(options).await?;
        migrate_after_idempotency_cutover(&pool).await?;
        let mut transaction = pool.begin().await?;
        let job = JobDefinitionUpsert {
            job_type: JobType::new(JOB),
            version: 1,
            max_attempts: 3,
            default_timeout_seconds: 300,
            default_priority: 0,
            is_enabled: true,
        };
        upsert_job_definition_tx(&mut transaction, &job).await?;
        transaction.commit().await?;
        Ok(Peer { pool })
    }

    pub(crate) async fn open(&self, count: usize) -> Result<Vec<Uuid>, Failure> {
        let mut runs = Vec::new();
        for _ in 0..count {
            let (payload, metadata) = (Value::Null, Value::Object(serde_json::Map::new()));
            let window = WorkflowStepEnqueueBuilder::new_external(StepKey::new(WINDOW), &payload);
            let key = Uuid::now_v7().to_string();
            let run = WorkflowRunEnqueueBuilder::new(WorkflowType::new("bench"), &metadata)
                .idempotency_key(&key)
                .extend_steps([window.try_build()?])
                .try_build()?;
            runs.push(enqueue_workflow_run(&self.pool, &run).await?.id);
        }
        Ok(runs)
    }

    pub(crate) async fn fill(&self, run: Uuid, count: usize) -> Result<(), Failure> {
        let query = runledger_sqlx::query(FILL).bind(run).bind(i32::try_from(count)?).bind(WINDOW);
        query.execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn time(
        &self,
        operation: Operation,
        run: Uuid,
        key: &str,
        batch: &Batch,
    ) -> Result<Duration, Failure> {
        let metadata = Value::Object(serde_json::Map::new());
        let payloads: Result<Vec<Value>, _> =
            batch.steps.iter().map(|step| serde_json::from_str(&step.payload)).collect();
        let payloads = payloads?;
        let mut steps = Vec::new();
        for (step, payload) in batch.steps.iter().zip(&payloads) {
            let step = WorkflowStepEnqueueBuilder::new(
                StepKey::new(&step.key),
                JobType::new(JOB),
                payload,
            );
            steps.push(step.depends_on_terminal(&[StepKey::new(WINDOW)]).try_build()?);
        }
        let input = AppendWorkflowStepsInput {
            workflow_run_id: run,
            organization_id: None,
            mutation_key: key,
            mutation_metadata: &metadata,
            append_window_step_key: StepKey::new(WINDOW),
            steps,
        };
        settle().await;
        let start = Instant::now();
        let result = append_workflow_steps(&self.pool, &input).await;
        let elapsed = start.elapsed();
        match (operation, result) {
            (Operation::Append, Ok(result))
                if result.outcome == AppendWorkflowStepsOutcome::Appended => {}
            (Operation::Replay | Operation::Reordered, Ok(result))
                if result.outcome == AppendWorkflowStepsOutcome::AlreadyApplied => {}
            (Operation::Conflict, Err(runledger_postgres::Error::QueryError(_))) => {}
            (operation, result) => {
                let result = result.map(|result| result.outcome);
                return Err(format!("{} was answered with {result:?}", operation.name()).into());
            }
        }
        Ok(elapsed)
    }
}
