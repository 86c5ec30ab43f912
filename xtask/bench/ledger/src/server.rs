//! The server, and the databases on it.

use crate::Failure;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use std::str::FromStr as _;
use tantamount_embedded::{Server as Embedded, Settings};

/// A database for each contender: ours, the floor, the peer.
const DATABASES: [&str; 3] =
    ["tantamount_bench_ledger", "tantamount_bench_floor", "tantamount_bench_peer"];

/// A server with fsync on, of our own unless `DATABASE_URL` names another.
pub(crate) struct Server {
    url: String,
    _own: Option<Embedded>,
}

impl Server {
    pub(crate) fn start() -> Result<Server, Failure> {
        if let Ok(url) = std::env::var("DATABASE_URL") {
            return Ok(Server { url, _own: None });
        }
        let folder = std::env::current_dir()?.join("target/bench/postgresql");
        std::fs::create_dir_all(&folder)?;
        let mut settings = Settings::new(folder);
        settings.binaries = Settings::from_environment()?.binaries;
        let own = Embedded::start(&settings, &mut |line| eprintln!("{line}"))?;
        Ok(Server { url: own.database_url().to_owned(), _own: Some(own) })
    }

    /// The server's database, for what concerns all.
    pub(crate) fn options(&self) -> Result<PgConnectOptions, Failure> {
        Ok(PgConnectOptions::from_str(&self.url)?)
    }

    pub(crate) fn ledger(&self) -> Result<PgConnectOptions, Failure> {
        Ok(self.options()?.database(DATABASES[0]))
    }

    pub(crate) fn floor(&self) -> Result<PgConnectOptions, Failure> {
        Ok(self.options()?.database(DATABASES[1]))
    }

    /// The peer is built with another version of the driver.
    pub(crate) fn peer(&self) -> Result<runledger_sqlx::postgres::PgConnectOptions, Failure> {
        let options = runledger_sqlx::postgres::PgConnectOptions::from_str(&self.url)?;
        Ok(options.database(DATABASES[2]))
    }

    /// Empty databases.
    pub(crate) async fn prepare(&self) -> Result<(), Failure> {
        let mut connection = self.options()?.connect().await?;
        let row = sqlx::query(
            "SELECT VERSION() AS version, CURRENT_SETTING('fsync') AS fsync, \
             CURRENT_SETTING('synchronous_commit') AS commit",
        );
        let row = row.fetch_one(&mut connection).await?;
        let [version, fsync, commit] =
            ["version", "fsync", "commit"].map(|column| row.get::<String, _>(column));
        eprintln!("{version}; fsync {fsync}, synchronous_commit {commit}");
        for name in DATABASES {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await?;
            let create = format!("CREATE DATABASE {name}");
            sqlx::query(AssertSqlSafe(create)).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    }

    /// Leaves nothing behind.
    pub(crate) async fn remove(&self) -> Result<(), Failure> {
        let mut connection = self.options()?.connect().await?;
        for name in DATABASES {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    }
}
