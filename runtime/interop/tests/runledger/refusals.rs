//! What an append into runledger's tables refuses, and in whose way it gets.

use crate::database::Database;
use crate::peers::{Peer, Theirs};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use tantamount_runtime::RunId;
use tantamount_runtime::runledger::{Error, Outcome, Refusal};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

const BATCH: &str = r#"{"append_window_step_key": "gate", "steps": [
    {"step_key": "a", "execution_kind": "JOB", "job_type": "mail", "payload": 1.50,
     "dependencies": [{"prerequisite_step_key": "before", "release_mode": "ON_SUCCESS"}]},
    {"step_key": "b", "execution_kind": "EXTERNAL", "payload": null}]}"#;

async fn append(database: &Database, run: RunId, text: &str) -> Result<Outcome, Error> {
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    let key = MutationKey::new("key").expect("a key");
    let request = request.canonicalize(&Scope::none());
    database.ours.append(run, &key, &request, None).await
}

fn value(text: &str) -> AppendRequest {
    AppendRequest::read(text.as_bytes()).expect("valid").to_value()
}

async fn execute(database: &Database, statement: &str) {
    let query = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&database.pool);
    query.await.expect("the statement runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_run_does_not_take_is_refused_and_nothing_is_written() {
    let database = Database::of(Peer::Newer).await;
    for (change, code) in [
        ("UPDATE workflow_steps SET step_key = 'door' WHERE step_key = 'gate'", "window_not_found"),
        (
            "UPDATE workflow_steps SET status = 'SUCCEEDED' WHERE step_key = 'gate'",
            "window_not_open",
        ),
        ("UPDATE workflow_runs SET status = 'CANCELED'", "parent_closed"),
        ("UPDATE workflow_steps SET step_key = 'b' WHERE step_key = 'before'", "key_taken"),
        ("DELETE FROM workflow_steps WHERE step_key = 'before'", "unknown_reference"),
        ("UPDATE job_definitions SET is_enabled = false", "no_definition"),
        ("UPDATE workflow_steps SET status = 'FAILED' WHERE step_key = 'before'", "unsatisfiable"),
        ("UPDATE workflow_runs SET organization_id = uuidv7()", "scope_mismatch"),
        ("DELETE FROM workflow_runs", "parent_not_found"),
    ] {
        execute(&database, "DELETE FROM workflow_runs").await;
        execute(&database, "UPDATE job_definitions SET is_enabled = true").await;
        let run = database.open(&value(BATCH), None).await;
        execute(&database, change).await;
        let error = append(&database, run, BATCH).await.expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.is_retryable(), "{error}");
        assert_eq!(database.stored(run).await, None);
        let count = "SELECT COUNT(*) FROM workflow_steps WHERE step_key = 'a'";
        let count: i64 =
            sqlx::query_scalar(count).fetch_one(&database.pool).await.expect("a count");
        assert_eq!(count, 0, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_being_cancelled_takes_nothing_until_that_is_over() {
    let database = Database::of(Peer::Older).await;
    let run = database.open(&value(BATCH), None).await;
    let (high, low) = run.as_uuid().as_u64_pair();
    // As runledger makes it: the run's id, folded.
    let lock = (high ^ low ^ 0x7275_6e6c_9e37_79b9).cast_signed();
    let mut cancelling = database.pool.begin().await.expect("a transaction");
    let query = sqlx::query("SELECT PG_ADVISORY_XACT_LOCK($1)").bind(lock);
    query.execute(&mut *cancelling).await.expect("a lock");
    let error = append(&database, run, BATCH).await.expect_err("it is locked");
    assert!(matches!(error, Error::Cancelling) && error.is_retryable(), "{error}");
    assert_eq!(database.stored(run).await, None);
    cancelling.rollback().await.expect("the lock goes");
    assert_eq!(append(&database, run, BATCH).await.expect("it is appended").code(), "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn older_tables_refuse_members_that_came_later() {
    let database = Database::of(Peer::Older).await;
    for member in
        [r#""allow_handler_continuation": true"#, r#""execution_resource_key": "printer""#]
    {
        let later = BATCH.replace(r#""payload": 1.50"#, &format!(r#""payload": 1, {member}"#));
        let run = database.open(&value(&later), None).await;
        let error = append(&database, run, &later).await.expect_err("it is unknown there");
        let Error::Refused(Refusal::UnknownMember { member: named }) = error else {
            panic!("{error}")
        };
        assert!(member.contains(named), "{named}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_append_the_same_at_once_and_one_of_them_does() {
    for peer in [Peer::Older, Peer::Newer] {
        let database = Arc::new(Database::of(peer).await);
        for _ in 0..20 {
            let request = value(BATCH);
            let run = database.open(&request, None).await;
            let mut tasks = Vec::new();
            for index in 0..6 {
                let (database, request) = (Arc::clone(&database), request.clone());
                tasks.push(tokio::spawn(async move {
                    if index % 2 == 0 {
                        append(&database, run, BATCH).await.expect("an outcome").code() == "applied"
                    } else {
                        let theirs = database.peer.append(&database.theirs, run, None, &request);
                        match theirs.await {
                            Theirs::Applied => true,
                            Theirs::Replayed => false,
                            other => panic!("{other:?}"),
                        }
                    }
                }));
            }
            let mut applied = 0;
            for task in tasks {
                applied += u32::from(task.await.expect("an outcome"));
            }
            assert_eq!(applied, 1);
        }
    }
}
