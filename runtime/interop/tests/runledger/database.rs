//! A database of runledger's, for each version and test.

use crate::peers::Peer;
use crate::programs::postgres_18;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tantamount_embedded::{Server, Settings};
use tantamount_runtime::RunId;
use tantamount_runtime::runledger::Runledger;
use tantamount_schema::{AppendRequest, Step};
use uuid::Uuid;

/// The server that the tests of this process share, while one of them runs.
static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

pub(crate) struct Database {
    pub(crate) peer: Peer,
    pub(crate) pool: PgPool,
    pub(crate) theirs: sqlx_0_8::PgPool,
    pub(crate) ours: Runledger,
    _server: Arc<Server>,
}

fn server() -> Arc<Server> {
    let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let mut settings = Settings::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/postgresql-18"));
        settings.binaries = Some(postgres_18());
        let mut report = |line: &str| eprintln!("{line}");
        let server = Arc::new(Server::start(&settings, &mut report).expect("a server of our own"));
        *shared = Arc::downgrade(&server);
        server
    })
}

impl Database {
    /// A new database with the tables of a version of runledger.
    pub(crate) async fn of(peer: Peer) -> Database {
        let server = tokio::task::spawn_blocking(server).await.expect("a server");
        let options = PgConnectOptions::from_str(server.database_url()).expect("an address");
        let owner = PgPoolOptions::new().max_connections(1).connect_with(options.clone());
        let owner = owner.await.expect("a connection");
        let name = format!("runledger_{}", Uuid::now_v7().simple());
        for statement in [
            format!("CREATE DATABASE {name}"),
            format!("ALTER DATABASE {name} SET synchronous_commit = off"),
        ] {
            sqlx::query(AssertSqlSafe(statement)).execute(&owner).await.expect("a database");
        }
        owner.close().await;
        let pool = PgPoolOptions::new().max_connections(8);
        let pool = pool.connect_lazy_with(options.database(&name));
        let theirs = sqlx_0_8::postgres::PgConnectOptions::from_str(server.database_url());
        let theirs = theirs.expect("an address").database(&name);
        let theirs =
            sqlx_0_8::postgres::PgPoolOptions::new().max_connections(8).connect_lazy_with(theirs);
        peer.migrate(&theirs).await;
        let ours = Runledger::new(pool.clone());
        Database { peer, pool, theirs, ours, _server: server }
    }

    /// A run that has what a request names: a window that waits, steps that it depends on, and the
    /// definitions of its jobs.
    pub(crate) async fn open(&self, request: &AppendRequest, organization: Option<Uuid>) -> RunId {
        let run = RunId::new();
        let insert = "INSERT INTO workflow_runs (id, workflow_type, organization_id) VALUES ($1, 'test', $2)";
        let query = sqlx::query(insert).bind(run.as_uuid()).bind(organization);
        query.execute(&self.pool).await.expect("a run");
        let own: Vec<&str> = request.steps.iter().map(|step| step.step_key().as_str()).collect();
        let mut names: Vec<&str> = request
            .steps
            .iter()
            .flat_map(Step::dependencies)
            .map(|dependency| dependency.prerequisite_step_key.as_str())
            .filter(|name| !own.contains(name) && is_nameable(name))
            .collect();
        names.push(request.append_window_step_key.as_str());
        let insert =
            "INSERT INTO workflow_steps (workflow_run_id, step_key, execution_kind, status)
            SELECT $1, name, 'EXTERNAL', 'WAITING_FOR_EXTERNAL' FROM UNNEST($2::text[]) AS name
            ON CONFLICT DO NOTHING";
        let query = sqlx::query(insert).bind(run.as_uuid()).bind(names);
        query.execute(&self.pool).await.expect("steps");
        let types: Vec<&str> = request
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Job(job) => Some(job.job_type.as_str()),
                Step::External(_) => None,
            })
            .collect();
        let insert = "INSERT INTO job_definitions (job_type) SELECT DISTINCT name FROM UNNEST($1::text[]) AS name
            ORDER BY name ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(types).execute(&self.pool).await.expect("definitions");
        run
    }

    /// The request that is stored under the key of the tests, as the server prints it.
    pub(crate) async fn stored(&self, run: RunId) -> Option<String> {
        let select =
            "SELECT CAST(request AS text) FROM workflow_run_mutations WHERE workflow_run_id = $1";
        let query = sqlx::query_scalar(select).bind(run.as_uuid());
        query.fetch_optional(&self.pool).await.expect("an answer")
    }

    /// How many rows of steps, dependencies, jobs and their events one of two runs has and the other has not, but
    /// for ids and times; and the same of the runs themselves.
    pub(crate) async fn count_unlike(&self, first: RunId, second: RunId) -> i64 {
        let columns = |table: &str| {
            format!(
                "TO_JSONB({table}) - CAST('{{id,workflow_run_id,created_at,updated_at,released_at,\
                 job_id,workflow_step_id,next_run_at,occurred_at,started_at}}' AS text[])"
            )
        };
        let [steps, jobs, events, runs] = ["steps", "jobs", "events", "runs"].map(columns);
        let of = |run: &str| {
            format!(
                "SELECT steps.step_key, {steps} AS a, {jobs} AS b, {events} AS c, {runs} AS d, \
                 (SELECT JSONB_AGG(JSONB_BUILD_ARRAY(before.step_key, edges.release_mode) \
                     ORDER BY before.step_key) FROM workflow_step_dependencies AS edges \
                  JOIN workflow_steps AS before ON before.id = edges.prerequisite_step_id \
                  WHERE edges.dependent_step_id = steps.id) AS e, \
                 steps.released_at IS NULL AS f, steps.job_id IS NULL AS g \
                 FROM workflow_steps AS steps JOIN workflow_runs AS runs ON runs.id = workflow_run_id \
                 LEFT JOIN job_queue AS jobs ON jobs.id = steps.job_id \
                 LEFT JOIN job_events AS events ON events.job_id = jobs.id \
                 WHERE steps.workflow_run_id = {run}"
            )
        };
        let (first_rows, second_rows) = (of("$1"), of("$2"));
        let select = format!(
            "SELECT COUNT(*) FROM (({first_rows} EXCEPT ALL {second_rows}) UNION ALL \
             ({second_rows} EXCEPT ALL {first_rows})) AS unlike"
        );
        let query = sqlx::query_scalar(AssertSqlSafe(select)).bind(first.as_uuid());
        query.bind(second.as_uuid()).fetch_one(&self.pool).await.expect("a count")
    }

    /// Stores a text as a request, whatever runledger makes of it.
    pub(crate) async fn store(&self, run: RunId, text: &str) {
        let insert = "INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request)
            VALUES ($1, 'key', CAST($2 AS jsonb))";
        let query = sqlx::query(insert).bind(run.as_uuid()).bind(text);
        query.execute(&self.pool).await.expect("a row");
    }
}

/// Whether runledger can have a step of this name.
pub(crate) fn is_nameable(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= 512
}
