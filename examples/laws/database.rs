//! A database for each law: a schema of its own on a server, dropped when the law ends.

use super::{Case, count};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row as _};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tantamount_embedded::{Server, Settings};
use tantamount_runtime::Ledger;
use uuid::Uuid;

/// The server that the tests of this process share, while one of them runs.
static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// A migrated schema of PostgreSQL.
pub struct Database<R> {
    /// The ledger.
    pub ledger: Ledger<R>,
    /// Its connections, of which there are 16.
    pub pool: PgPool,
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

/// Runs a test in a migrated database of its own.
pub fn with_database<R: Case>(test: impl AsyncFnOnce(&Database<R>)) {
    let (url, server) = server();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let schema = format!("law_{}", Uuid::now_v7().simple());
    let options = PgConnectOptions::from_str(&url).expect("an address");
    runtime.block_on(async {
        let owner = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
        let create = format!("CREATE SCHEMA {schema}");
        sqlx::query(AssertSqlSafe(create)).execute(&owner).await.expect("a schema");
        let options = options.options([
            ("search_path", schema.as_str()),
            ("lock_timeout", "30s"),
            ("statement_timeout", "60s"),
        ]);
        let pool = PgPoolOptions::new().max_connections(16).connect_lazy_with(options);
        let ledger: Ledger<R> = Ledger::of(pool.clone());
        assert_eq!(ledger.migrate().await.expect("migrated"), R::relation().migrations.len());
        assert_eq!(ledger.migrate().await.expect("migrated"), 0);
        let database = Database { ledger, pool };
        test(&database).await;
        database.pool.close().await;
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        sqlx::query(AssertSqlSafe(drop)).execute(&owner).await.expect("the schema goes");
        owner.close().await;
    });
    drop(server);
}

impl<R: Case> Database<R> {
    /// Empties the tables.
    pub async fn clear(&self) {
        let tables: Vec<String> = sqlx::query(
            "SELECT QUOTE_IDENT(tablename) AS name FROM pg_tables \
             WHERE schemaname = CURRENT_SCHEMA() AND tablename <> 'tantamount_migrations'",
        )
        .fetch_all(&self.pool)
        .await
        .expect("the tables")
        .iter()
        .map(|row| row.get("name"))
        .collect();
        // Deleting is faster than truncating as long as there is little; the keys between tables
        // are checked at the end of the statement.
        let deletes = tables.iter().enumerate();
        let deletes = deletes.map(|(index, name)| format!("_{index} AS (DELETE FROM {name})"));
        let delete = format!("WITH {} SELECT 1", deletes.collect::<Vec<_>>().join(", "));
        sqlx::query(AssertSqlSafe(delete)).execute(&self.pool).await.expect("empty tables");
    }

    /// How many rows each table of elements has.
    pub async fn counts(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in R::relation().tables {
            let name = table.name.replace('"', "\"\"");
            let statement = format!("SELECT COUNT(*) AS count FROM \"{name}\"");
            counts.push(count(&self.pool, statement).await);
        }
        counts
    }

    /// The names of the ledger's table and of all its columns.
    pub async fn ledger_table(&self) -> String {
        // It is the one table that has both columns.
        let row = sqlx::query(
            "SELECT QUOTE_IDENT(table_name) AS name FROM information_schema.columns \
             WHERE table_schema = CURRENT_SCHEMA() AND column_name IN ('request', 'canonical_version') \
             GROUP BY table_name HAVING COUNT(*) = 2",
        )
        .fetch_one(&self.pool)
        .await
        .expect("the ledger");
        row.get("name")
    }

    /// Whether the one request that the ledger holds is this one, by PostgreSQL's own comparison.
    pub async fn holds(&self, canonical: &str) -> bool {
        let statement =
            format!("SELECT request = $1::jsonb AS same FROM {}", self.ledger_table().await);
        let row = sqlx::query(AssertSqlSafe(statement)).bind(canonical);
        row.fetch_one(&self.pool).await.expect("a row").get("same")
    }

    /// Gives all transactions from now on an isolation level.
    pub async fn isolate(&self, level: &str) {
        let set = format!("SET default_transaction_isolation TO '{level}'");
        // Every connection of the pool is asked for once.
        let mut held = Vec::new();
        for _ in 0..16 {
            let mut connection = self.pool.acquire().await.expect("a connection");
            sqlx::query(AssertSqlSafe(set.clone())).execute(&mut *connection).await.expect("set");
            held.push(connection);
        }
    }
}
