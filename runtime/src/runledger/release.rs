//! The release of appended steps that wait for nothing, as runledger's own append does it: a job
//! gets into the queue, an EXTERNAL step begins to wait.

use super::error::Error;
use super::tables::Layout;
use crate::generated::relation::RunId;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// runledger's name for the locks of a run's release; cancelling holds it alone.
const LOCK_NAMESPACE: u64 = 0x7275_6e6c_9e37_79b9;
const LOCK: &str = "SELECT PG_TRY_ADVISORY_XACT_LOCK_SHARED($1) AS acquired";

/// Steps that were ready before are released already: only new ones are BLOCKED and ready.
const WAIT: &str = "UPDATE workflow_steps SET status = 'WAITING_FOR_EXTERNAL', released_at = NOW()
WHERE workflow_run_id = $1 AND status = 'BLOCKED' AND execution_kind = 'EXTERNAL'
    AND dependency_count_pending = 0 AND dependency_count_unsatisfied = 0";

const READY_JOBS: &str = "SELECT id FROM workflow_steps
WHERE workflow_run_id = $1 AND status = 'BLOCKED' AND execution_kind = 'JOB' AND job_id IS NULL
    AND dependency_count_pending = 0 AND dependency_count_unsatisfied = 0 ORDER BY id";

const ENQUEUE: &str = "INSERT INTO job_queue (id, job_type, organization_id, payload, priority,
    max_attempts, timeout_seconds, next_run_at, stage)
SELECT sent.job, step.job_type, step.organization_id, step.payload, step.priority,
    step.max_attempts, step.timeout_seconds, NOW(), step.stage
FROM UNNEST($1::uuid[], $2::uuid[]) AS sent (job, step)
JOIN workflow_steps AS step ON step.id = sent.step";

const SET_RESOURCES: &str = "UPDATE job_queue AS job
SET execution_resource_key = step.execution_resource_key
FROM UNNEST($1::uuid[], $2::uuid[]) AS sent (job, step)
JOIN workflow_steps AS step ON step.id = sent.step
WHERE job.id = sent.job AND step.execution_resource_key IS NOT NULL";

const SET_LINKS: &str = "UPDATE job_queue AS job SET workflow_step_id = sent.step
FROM UNNEST($1::uuid[], $2::uuid[]) AS sent (job, step) WHERE job.id = sent.job";

const SET_JOBS: &str = "UPDATE workflow_steps AS step
SET status = 'ENQUEUED', job_id = sent.job, released_at = NOW()
FROM UNNEST($1::uuid[], $2::uuid[]) AS sent (job, step) WHERE step.id = sent.step";

const EVENTS: &str = "INSERT INTO job_events (job_id, run_number, event_type, stage, payload)
SELECT id, run_number, 'ENQUEUED', stage, JSONB_BUILD_OBJECT('job_type', job_type)
FROM job_queue WHERE id = ANY($1) ORDER BY id";

const RUN_STATUS: &str =
    "UPDATE workflow_runs SET status = CAST(found.status AS workflow_run_status)
FROM (SELECT CASE WHEN EXISTS (SELECT 1 FROM workflow_steps WHERE workflow_run_id = $1
    AND status IN ('BLOCKED', 'ENQUEUED', 'RUNNING')) THEN 'RUNNING'
    ELSE 'WAITING_FOR_EXTERNAL' END AS status) AS found
WHERE id = $1 AND workflow_runs.status::text <> found.status";

/// Releases what is ready, and tells the run's status anew. The run is locked.
pub(super) async fn ready(
    connection: &mut PgConnection,
    layout: Layout,
    run: RunId,
) -> Result<(), Error> {
    let run = run.as_uuid();
    let row = sqlx::query(LOCK).bind(lock_key(run)).fetch_one(&mut *connection).await?;
    if !row.try_get::<bool, _>("acquired")? {
        return Err(Error::Cancelling);
    }
    sqlx::query(WAIT).bind(run).execute(&mut *connection).await?;
    let rows = sqlx::query(READY_JOBS).bind(run).fetch_all(&mut *connection).await?;
    let steps: Result<Vec<Uuid>, sqlx::Error> = rows.iter().map(|row| row.try_get("id")).collect();
    let steps = steps?;
    if !steps.is_empty() {
        let jobs: Vec<Uuid> = steps.iter().map(|_| Uuid::now_v7()).collect();
        let mut statements = vec![ENQUEUE];
        statements.extend(layout.resources.then_some(SET_RESOURCES));
        statements.extend(layout.links.then_some(SET_LINKS));
        statements.push(SET_JOBS);
        for statement in statements {
            let query = sqlx::query(statement).bind(&jobs).bind(&steps);
            query.execute(&mut *connection).await?;
        }
        sqlx::query(EVENTS).bind(&jobs).execute(&mut *connection).await?;
    }
    sqlx::query(RUN_STATUS).bind(run).execute(connection).await?;
    Ok(())
}

/// The key of a run's lock, as runledger makes it.
fn lock_key(run: Uuid) -> i64 {
    let (high, low) = run.as_u64_pair();
    (high ^ low ^ LOCK_NAMESPACE).cast_signed()
}
