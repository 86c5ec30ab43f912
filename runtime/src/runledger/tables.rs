//! runledger's tables, and what their version has.

use super::error::Error;
use crate::database_error::Fate;
use crate::failure::Failure as _;
use crate::retry::RetryPolicy;
use sqlx::Row as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};
use std::sync::{Arc, OnceLock};

/// Which tables and columns there are. A table of ours of the same name has a digest.
const LAYOUT: &str = "WITH columns AS (
    SELECT attrelid AS of, attname AS name FROM pg_catalog.pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (TO_REGCLASS('workflow_runs'),
        TO_REGCLASS('workflow_steps'), TO_REGCLASS('job_queue'), TO_REGCLASS('job_definitions'),
        TO_REGCLASS('workflow_run_mutations'))
) SELECT
    (SELECT COUNT(DISTINCT of) FROM columns) = 5 AND NOT EXISTS (SELECT 1 FROM columns
        WHERE of = TO_REGCLASS('workflow_run_mutations') AND name = 'digest') AS found,
    EXISTS (SELECT 1 FROM columns WHERE of = TO_REGCLASS('workflow_steps')
        AND name = 'allow_handler_continuation') AS continuation,
    EXISTS (SELECT 1 FROM columns WHERE of = TO_REGCLASS('workflow_steps')
        AND name = 'execution_resource_key') AS resources,
    EXISTS (SELECT 1 FROM columns WHERE of = TO_REGCLASS('job_queue')
        AND name = 'workflow_step_id') AS links,
    CURRENT_SETTING('server_encoding') AS encoding";

/// runledger's tables in a database: 0.3 to 0.12.
///
/// It holds a pool and is cheap to clone. Tables are found by the connection's search path.
#[derive(Clone, Debug)]
pub struct Runledger {
    pool: PgPool,
    layout: Arc<OnceLock<Layout>>,
    policy: RetryPolicy,
}

/// What differs between versions of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Steps have `allow_handler_continuation`.
    pub(super) continuation: bool,
    /// Steps and jobs have `execution_resource_key`.
    pub(super) resources: bool,
    /// A job names its step, as the step names its job.
    pub(super) links: bool,
}

impl Runledger {
    /// The tables that a pool's connections see.
    #[must_use]
    pub fn new(pool: PgPool) -> Runledger {
        Runledger { pool, layout: Arc::default(), policy: RetryPolicy::default() }
    }

    /// The tables with another policy of trying again.
    #[must_use]
    pub fn with_retry_policy(self, policy: RetryPolicy) -> Runledger {
        Runledger { policy, ..self }
    }

    /// How it tries its own transactions again.
    #[must_use]
    pub fn retry_policy(&self) -> RetryPolicy {
        self.policy
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection of the pool. Without one nothing was asked for.
    pub(super) async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        let connection = self.pool.acquire().await;
        connection.map_err(|source| Error::from(source).with_fate(Fate::NotApplied))
    }

    /// What the tables have, asked once.
    pub(super) async fn layout(&self, connection: &mut PgConnection) -> Result<Layout, Error> {
        if let Some(layout) = self.layout.get() {
            return Ok(*layout);
        }
        let row = sqlx::query(LAYOUT).fetch_one(connection).await?;
        if !row.try_get::<bool, _>("found")? {
            return Err(Error::NotRunledger);
        }
        let encoding: String = row.try_get("encoding")?;
        if encoding != "UTF8" {
            return Err(crate::Error::Encoding { found: encoding }.into());
        }
        let layout = Layout {
            continuation: row.try_get("continuation")?,
            resources: row.try_get("resources")?,
            links: row.try_get("links")?,
        };
        Ok(*self.layout.get_or_init(|| layout))
    }
}
