//! Appends within the caller's own transaction.

use crate::database::{Database, batch, code, with_database, with_isolation};
use sqlx::{Connection as _, PgConnection};
use std::sync::Arc;
use tantamount_runtime::{Error, Outcome};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

async fn append_tx(
    database: &Database,
    connection: &mut PgConnection,
    key: &str,
    text: &str,
) -> Result<Outcome, Error> {
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    let key = MutationKey::new(key).expect("a key");
    let request = request.canonicalize(&Scope::none());
    database.ledger.append_tx(connection, database.run, &key, &request, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_was_never_there() {
    with_database(async |database: Arc<Database>| {
        let mut transaction = database.pool.begin().await.expect("a transaction");
        let outcome = append_tx(&database, &mut transaction, "key", &batch(&["a"])).await;
        assert_eq!(code(&outcome), "applied");
        let again = append_tx(&database, &mut transaction, "key", &batch(&["a"])).await;
        assert_eq!(code(&again), "replayed");
        transaction.rollback().await.expect("rolled back");
        assert_eq!(database.counts().await, [0, 1, 0]);
        assert_eq!(code(&database.append("key", &batch(&["other"])).await), "applied");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_does_in_the_same_transaction_is_committed_with_it() {
    with_database(async |database: Arc<Database>| {
        let mut transaction = database.pool.begin().await.expect("a transaction");
        let outcome = append_tx(&database, &mut transaction, "key", &batch(&["a"])).await;
        assert_eq!(code(&outcome), "applied");
        let release = "UPDATE workflow_steps SET status = 'WAITING' WHERE step_key = 'a'";
        sqlx::query(release).execute(&mut *transaction).await.expect("the engine's work");
        // A check that fails leaves the transaction usable.
        let taken = append_tx(&database, &mut transaction, "new", &batch(&["a"])).await;
        assert_eq!(code(&taken), "key_taken");
        transaction.commit().await.expect("committed");
        assert_eq!(database.counts().await, [1, 2, 1]);
        assert_eq!(code(&database.append("key", &batch(&["a"])).await), "replayed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_snapshot_is_told_to_run_the_transaction_again() {
    for isolation in ["repeatable read", "serializable"] {
        with_isolation(isolation, async |database: Arc<Database>| {
            let mut connection = PgConnection::connect_with(&database.options).await.expect("one");
            let mut transaction = connection.begin().await.expect("a transaction");
            let snapshot = "SELECT COUNT(*) FROM workflow_runs";
            sqlx::query(snapshot).execute(&mut *transaction).await.expect("a snapshot");
            assert_eq!(code(&database.append("key", &batch(&["a"])).await), "applied");
            let outcome = append_tx(&database, &mut transaction, "key", &batch(&["a"])).await;
            assert_eq!(code(&outcome), "retry_transaction");
            let error = outcome.expect_err("an old snapshot");
            assert_eq!(error.sqlstate(), Some("40001"));
            assert!(error.is_retryable());
            transaction.rollback().await.expect("rolled back");
            let mut transaction = connection.begin().await.expect("again");
            let outcome = append_tx(&database, &mut transaction, "key", &batch(&["a"])).await;
            assert_eq!(code(&outcome), "replayed");
            transaction.commit().await.expect("committed");
            connection.close().await.expect("closed");
        })
        .await;
    }
}

/// The second append waits for the first one's lock with a snapshot from before the first one's
/// commit, which appended the same request and closed the window.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_waited_for_the_first_is_replayed_though_the_window_closed() {
    with_database(async |database: Arc<Database>| {
        let mut first = database.pool.begin().await.expect("a transaction");
        let outcome = append_tx(&database, &mut first, "key", &batch(&["a"])).await;
        assert_eq!(code(&outcome), "applied");
        let waiting = Arc::clone(&database);
        let second = tokio::spawn(async move { waiting.append("key", &batch(&["a"])).await });
        wait_for_lock(&database).await;
        let close = "UPDATE workflow_steps SET status = 'CLOSED' WHERE step_key = 'gate'";
        sqlx::query(close).execute(&mut *first).await.expect("closed");
        first.commit().await.expect("committed");
        assert_eq!(code(&second.await.expect("no panic")), "replayed");
    })
    .await;
}

/// The window is closed by someone who knows nothing of the run's lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_closes_while_the_append_waits_is_closed() {
    with_database(async |database: Arc<Database>| {
        let mut closing = database.pool.begin().await.expect("a transaction");
        let close = "UPDATE workflow_steps SET status = 'CLOSED' WHERE step_key = 'gate'";
        sqlx::query(close).execute(&mut *closing).await.expect("closed");
        let waiting = Arc::clone(&database);
        let append = tokio::spawn(async move { waiting.append("key", &batch(&["a"])).await });
        wait_for_lock(&database).await;
        closing.commit().await.expect("committed");
        assert_eq!(code(&append.await.expect("no panic")), "window_not_open");
        assert_eq!(database.counts().await, [0, 1, 0]);
    })
    .await;
}

/// The run is ended by someone who knows nothing of this crate.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_while_the_append_waits_has_ended() {
    with_database(async |database: Arc<Database>| {
        let mut ending = database.pool.begin().await.expect("a transaction");
        let end = "UPDATE workflow_runs SET status = 'FAILED'";
        sqlx::query(end).execute(&mut *ending).await.expect("ended");
        let waiting = Arc::clone(&database);
        let append = tokio::spawn(async move { waiting.append("key", &batch(&["a"])).await });
        wait_for_lock(&database).await;
        ending.commit().await.expect("committed");
        assert_eq!(code(&append.await.expect("no panic")), "parent_closed");
        assert_eq!(database.counts().await, [0, 1, 0]);
    })
    .await;
}

/// Waits until a connection to this test's schema waits for a lock.
async fn wait_for_lock(database: &Database) {
    let waiting = "SELECT COUNT(*) FROM pg_locks l JOIN pg_locks mine USING (pid) \
        JOIN pg_class t ON t.oid = mine.relation JOIN pg_namespace n ON n.oid = t.relnamespace \
        WHERE NOT l.granted AND n.nspname = CURRENT_SCHEMA()";
    for _ in 0..1000 {
        let count: i64 =
            sqlx::query_scalar(waiting).fetch_one(&database.pool).await.expect("locks");
        if count > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("nobody waits for a lock");
}
