//! Migrations.

use crate::database::{Database, batch, code, with_database, with_empty_database};
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use tantamount_runtime::Ledger;
use tantamount_runtime::relation::Storage as _;
use tantamount_schema::AppendRequest;
use uuid::Uuid;

/// How many there are.
fn migrations() -> usize {
    AppendRequest::relation().migrations.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_again_changes_nothing() {
    with_empty_database(async |database: Arc<Database>| {
        assert_eq!(database.ledger.migrate().await.expect("migrated"), migrations());
        assert_eq!(database.ledger.migrate().await.expect("migrated"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_migrate_at_once_each_migration_is_done_by_one() {
    with_empty_database(async |database: Arc<Database>| {
        let mut running = Vec::new();
        for _ in 0..12 {
            let ledger: Ledger = database.ledger.clone();
            running.push(tokio::spawn(async move { ledger.migrate().await }));
        }
        let mut applied = 0;
        for migration in running {
            applied += migration.await.expect("no panic").expect("migrated");
        }
        assert_eq!(applied, migrations());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_tables_is_told_apart() {
    with_empty_database(async |database: Arc<Database>| {
        let outcome = database.append("key", &batch(&["a"])).await;
        assert_eq!(code(&outcome), "not_migrated");
        let error = outcome.expect_err("no tables");
        assert_eq!(error.sqlstate(), Some("42P01"));
        assert_eq!(
            error.to_string(),
            "the tables are not there, or older than this version: migrate first"
        );
        assert!(!error.is_retryable());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_changed_or_is_unknown_is_refused() {
    with_database(async |database: Arc<Database>| {
        let newer = "INSERT INTO tantamount_migrations (schema, version, name, checksum) \
                     VALUES ('urn:tantamount:append-request', 99, 'later', 'x')";
        sqlx::query(newer).execute(&database.pool).await.expect("a newer migration");
        let error = database.ledger.migrate().await.expect_err("unknown");
        assert_eq!(error.code(), "migration_unknown");
        let changed = "UPDATE tantamount_migrations SET checksum = 'x' WHERE version = 1";
        sqlx::query(changed).execute(&database.pool).await.expect("a changed migration");
        let error = database.ledger.migrate().await.expect_err("changed");
        assert_eq!(error.code(), "migration_changed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_encoding_is_refused() {
    with_empty_database(async |database: Arc<Database>| {
        let name = format!("test_{}", Uuid::now_v7().simple());
        let create = format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' \
             LC_COLLATE 'C' LC_CTYPE 'C'"
        );
        sqlx::query(AssertSqlSafe(create)).execute(&database.pool).await.expect("a database");
        let pool = PgPool::connect_with(database.options.clone().database(&name)).await;
        let pool = pool.expect("a connection");
        let error = Ledger::new(pool.clone()).migrate().await.expect_err("SQL_ASCII");
        pool.close().await;
        let drop = format!("DROP DATABASE {name}");
        sqlx::query(AssertSqlSafe(drop)).execute(&database.pool).await.expect("it goes");
        assert_eq!(error.code(), "encoding");
        assert_eq!(error.to_string(), "the database's encoding is SQL_ASCII, it must be UTF8");
    })
    .await;
}
