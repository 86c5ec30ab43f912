//! A database for each test, and the batches that they append.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgPool, Row as _};
use std::future::Future;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tantamount_embedded::{Server, Settings};
use tantamount_runtime::{Error, Ledger, NewRun, Outcome, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

/// The server that the tests of this process share, while one of them runs.
static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// A schema of its own, with all tables and a run that has the window `gate`.
pub(crate) struct Database {
    pub(crate) ledger: Ledger,
    pub(crate) pool: PgPool,
    pub(crate) run: RunId,
    pub(crate) options: PgConnectOptions,
    schema: String,
    owner: PgPool,
    _server: Option<Arc<Server>>,
}

fn server() -> (String, Option<Arc<Server>>) {
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return (url, None);
    }
    let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let server = shared.upgrade().unwrap_or_else(|| {
        let settings = Settings::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/postgresql"));
        let mut report = |line: &str| eprintln!("{line}");
        let server = Arc::new(Server::start(&settings, &mut report).expect("a server of our own"));
        *shared = Arc::downgrade(&server);
        server
    });
    (server.database_url().to_owned(), Some(server))
}

impl Database {
    async fn empty(isolation: &str) -> Database {
        let (url, server) = tokio::task::spawn_blocking(server).await.expect("a server");
        let options = PgConnectOptions::from_str(&url).expect("an address");
        let schema = format!("test_{}", Uuid::now_v7().simple());
        let owner = PgPoolOptions::new().max_connections(1).connect_with(options.clone());
        let owner = owner.await.expect("a connection");
        let create = format!("CREATE SCHEMA {schema}");
        sqlx::query(AssertSqlSafe(create)).execute(&owner).await.expect("a schema");
        let options = options.options([
            ("search_path", schema.as_str()),
            ("default_transaction_isolation", isolation),
            // A test that would hang fails instead.
            ("lock_timeout", "30s"),
            ("statement_timeout", "60s"),
        ]);
        let pool = PgPoolOptions::new().max_connections(16).connect_lazy_with(options.clone());
        let ledger = Ledger::new(pool.clone());
        Database { ledger, pool, run: RunId::new(), options, schema, owner, _server: server }
    }

    pub(crate) async fn open(&self, scope: &Scope) {
        let new = NewRun { id: self.run, name: Some("test"), scope, window: Some("gate") };
        self.ledger.open(&new).await.expect("the run is opened");
    }

    /// Appends a text under a key and the scope `none`.
    pub(crate) async fn append(&self, key: &str, text: &str) -> Result<Outcome, Error> {
        self.append_under(key, text, &Scope::none()).await
    }

    pub(crate) async fn append_under(
        &self,
        key: &str,
        text: &str,
        scope: &Scope,
    ) -> Result<Outcome, Error> {
        let request = AppendRequest::read(text.as_bytes()).expect("a valid request");
        let key = MutationKey::new(key).expect("a valid key");
        self.ledger.append(self.run, &key, &request.canonicalize(scope), None).await
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT COUNT(*) AS count FROM {table}");
        let row = sqlx::query(AssertSqlSafe(count)).fetch_one(&self.pool).await.expect("a count");
        row.get("count")
    }

    /// Ledger rows, steps and dependencies. One step is the window that the run was opened with.
    pub(crate) async fn counts(&self) -> [i64; 3] {
        [
            self.count("workflow_run_mutations").await,
            self.count("workflow_steps").await,
            self.count("workflow_step_dependencies").await,
        ]
    }

    /// The address of this database, for programs.
    pub(crate) fn url(&self) -> String {
        // What is lost is the search path.
        format!("{}&options[search_path]={}", self.options.to_url_lossy(), self.schema)
    }

    async fn remove(&self) {
        self.pool.close().await;
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        sqlx::query(AssertSqlSafe(drop)).execute(&self.owner).await.expect("the schema goes");
        self.owner.close().await;
    }
}

async fn run_in<T, F>(database: Database, test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let database = Arc::new(database);
    let result = tokio::spawn(test(Arc::clone(&database))).await;
    database.remove().await;
    if let Err(error) = result {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// Runs a test in a database with tables and an open run of no organization.
pub(crate) async fn with_database<T, F>(test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    with_isolation("read committed", test).await;
}

/// [`with_database`] in which every transaction has this isolation level.
pub(crate) async fn with_isolation<T, F>(isolation: &str, test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let database = Database::empty(isolation).await;
    database.ledger.migrate().await.expect("the tables are created");
    database.open(&Scope::none()).await;
    run_in(database, test).await;
}

/// Runs a test in a database without tables.
pub(crate) async fn with_empty_database<T, F>(test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    run_in(Database::empty("read committed").await, test).await;
}

/// A batch of jobs with these keys, each waiting for the one before it, the first for the window.
pub(crate) fn batch(keys: &[&str]) -> String {
    batch_with(keys, "{}")
}

pub(crate) fn batch_with(keys: &[&str], payload: &str) -> String {
    let mut before = "gate";
    let steps: Vec<String> = keys
        .iter()
        .map(|key| {
            let step = format!(
                r#"{{"step_key": {}, "execution_kind": "JOB", "job_type": "test",
                    "payload": {payload}, "dependencies": [{{"prerequisite_step_key": {}}}]}}"#,
                quoted(key),
                quoted(before)
            );
            before = key;
            step
        })
        .collect();
    format!(r#"{{"append_window_step_key": "gate", "steps": [{}]}}"#, steps.join(","))
}

/// A string in JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

pub(crate) fn applied(outcome: Result<Outcome, Error>) -> tantamount_runtime::Receipt {
    match outcome {
        Ok(Outcome::Applied(receipt)) => receipt,
        other => panic!("not applied: {other:?}"),
    }
}

pub(crate) fn replayed(outcome: Result<Outcome, Error>) -> tantamount_runtime::Receipt {
    match outcome {
        Ok(Outcome::Replayed(receipt)) => receipt,
        other => panic!("not replayed: {other:?}"),
    }
}

pub(crate) fn conflict(outcome: Result<Outcome, Error>) -> tantamount_runtime::Conflict {
    match outcome {
        Ok(Outcome::Conflict(conflict)) => conflict,
        other => panic!("no conflict: {other:?}"),
    }
}

pub(crate) fn code(outcome: &Result<Outcome, Error>) -> &'static str {
    match outcome {
        Ok(outcome) => outcome.code(),
        Err(error) => error.code(),
    }
}
