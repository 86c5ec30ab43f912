//! The tables that an experiment works on, seen directly, whatever stands between its clients and them.

use crate::server;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tantamount_embedded::Server;
use tantamount_runtime::{Ledger, NewRun, RunId};
use tantamount_schema::Scope;
use uuid::Uuid;

/// A schema of its own with all tables, an open run that has the window `gate`, and a table
/// `side_effects` for what a client does in the transaction of an append.
pub(crate) struct World {
    /// The way to it, without a proxy.
    pub(crate) options: PgConnectOptions,
    pub(crate) pool: PgPool,
    pub(crate) run: RunId,
    pub(crate) schema: String,
    _server: Option<Arc<Server>>,
}

/// A pool that waits while others have all of the server's connections.
pub(crate) fn pool(options: &PgConnectOptions, connections: u32) -> PgPool {
    patient_pool(options, connections, PATIENCE)
}

/// A pool that waits for a connection for so long.
pub(crate) fn patient_pool(
    options: &PgConnectOptions,
    connections: u32,
    patience: Duration,
) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience)
        .connect_lazy_with(options.clone())
}

/// How long that is, at the most.
const PATIENCE: Duration = Duration::from_secs(120);

/// A connection of the experiment itself.
pub(crate) async fn connection(options: &PgConnectOptions) -> PgConnection {
    let pool = pool(options, 1);
    pool.acquire().await.expect("a connection").detach()
}

impl World {
    /// On the shared server.
    pub(crate) async fn new() -> World {
        let server = server::shared().await;
        let mut world = World::on(server::address(&server)).await;
        world._server = Some(server);
        world
    }

    /// On a server.
    pub(crate) async fn on(address: PgConnectOptions) -> World {
        let schema = format!("faults_{}", Uuid::now_v7().simple());
        let mut owner = connection(&address).await;
        let create = format!("CREATE SCHEMA {schema}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut owner).await.expect("a schema");
        owner.close().await.expect("closed");
        let options = address.options([("search_path", schema.as_str())]).application_name(&schema);
        let pool = pool(&options, 4);
        let world = World { options, pool, run: RunId::new(), schema, _server: None };
        world.ledger().migrate().await.expect("the tables are created");
        world.open(world.run).await;
        let table = "CREATE TABLE side_effects (key text PRIMARY KEY)";
        sqlx::query(table).execute(&world.pool).await.expect("a table");
        world
    }

    /// A ledger that is reached directly.
    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::new(self.pool.clone())
    }

    pub(crate) async fn open(&self, run: RunId) {
        let scope = Scope::none();
        let new = NewRun { id: run, name: None, scope: &scope, window: Some("gate") };
        self.ledger().open(&new).await.expect("the run is opened");
    }

    pub(crate) async fn execute(&self, statement: &str) {
        let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        statement.execute(&self.pool).await.expect("a statement");
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let count = format!("SELECT COUNT(*) FROM {table}");
        sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&self.pool).await.expect("a count")
    }

    /// The end; an experiment that fails leaves its tables behind.
    pub(crate) async fn remove(self) {
        self.execute(&format!("DROP SCHEMA {} CASCADE", self.schema)).await;
        self.pool.close().await;
    }
}
