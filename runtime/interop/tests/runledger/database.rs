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
