//! What is checked, and in which order.

use crate::database::{Database, applied, batch, code, replayed, with_database};
use std::sync::Arc;
use tantamount_runtime::{Error, Ledger, NewRun, PgPool, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

fn other_scope() -> Scope {
    Scope::organization(Uuid::from_u128(7))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_append_is_applied_and_its_retry_replayed_with_the_same_receipt() {
    with_database(async |database: Arc<Database>| {
        let first = applied(database.append("key", &batch(&["b", "a", "c"])).await);
        let keys: Vec<&str> = first.elements().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "c"]);
        assert!(first.elements().is_sorted_by_key(|(_, id)| *id));
        assert_eq!(database.counts().await, [1, 4, 3]);
        assert_eq!(replayed(database.append("key", &batch(&["b", "a", "c"])).await), first);
        assert_eq!(database.counts().await, [1, 4, 3]);
        for (key, id) in first.elements() {
            let select = "SELECT workflow_step_id FROM workflow_steps WHERE step_key = $1";
            let stored: Uuid =
                sqlx::query_scalar(select).bind(key).fetch_one(&database.pool).await.expect("id");
            assert_eq!(stored, *id);
        }
    })
    .await;
}

/// What is awaited deep within others is moved with each of them, and what a pool needs to log in
/// alone has 14 kB.
#[tokio::test]
async fn an_append_is_a_small_future() {
    let pool = PgPool::connect_lazy("postgres:///nowhere").expect("an address");
    let ledger: Ledger = Ledger::new(pool);
    let text = batch(&["a"]);
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    let request = request.canonicalize(&Scope::none());
    let key = MutationKey::new("key").expect("a key");
    let append = ledger.append(RunId::new(), &key, &request, None);
    let bytes = std::mem::size_of_val(&append);
    assert!(bytes <= 8 << 10, "{bytes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_answered_after_the_window_closed_and_the_run_ended() {
    with_database(async |database: Arc<Database>| {
        let ledger = &database.ledger;
        let first = applied(database.append("key", &batch(&["a"])).await);
        ledger.under(&Scope::none()).close_window(database.run, "gate").await.expect("closed");
        assert_eq!(replayed(database.append("key", &batch(&["a"])).await), first);
        assert_eq!(code(&database.append("key", &batch(&["b"])).await), "conflict");
        assert_eq!(code(&database.append("new", &batch(&["b"])).await), "window_not_open");
        ledger.under(&Scope::none()).open_window(database.run, "gate").await.expect("open again");
        ledger.under(&Scope::none()).finish(database.run, "SUCCEEDED").await.expect("ended");
        ledger.under(&Scope::none()).finish(database.run, "SUCCEEDED").await.expect("ended, again");
        assert_eq!(replayed(database.append("key", &batch(&["a"])).await), first);
        assert_eq!(code(&database.append("key", &batch(&["b"])).await), "conflict");
        assert_eq!(code(&database.append("new", &batch(&["b"])).await), "parent_closed");
        let again = ledger.under(&Scope::none()).finish(database.run, "FAILED").await;
        assert_eq!(again.expect_err("ended otherwise").code(), "parent_closed");
        let unknown = ledger.under(&Scope::none()).finish(database.run, "RUNNING").await;
        assert_eq!(unknown.expect_err("no end").code(), "unknown_status");
        ledger.under(&Scope::none()).close_window(database.run, "gate").await.expect("closed");
        // The window comes before the run.
        assert_eq!(code(&database.append("new", &batch(&["b"])).await), "window_not_open");
        let opened = ledger.under(&Scope::none()).open_window(database.run, "gate").await;
        assert_eq!(opened.expect_err("ended").code(), "parent_closed");
        assert_eq!(database.counts().await, [1, 2, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_scope_is_told_nothing() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch(&["a"])).await);
        for (key, text) in [("key", batch(&["a"])), ("key", batch(&["b"])), ("new", batch(&["b"]))]
        {
            let outcome = database.append_under(key, &text, &other_scope()).await;
            assert_eq!(code(&outcome), "scope_mismatch");
        }
        assert_eq!(database.counts().await, [1, 2, 1]);
        let scope = other_scope();
        let new = NewRun { id: database.run, name: None, scope: &scope, window: Some("gate") };
        let opened = database.ledger.open(&new).await;
        assert_eq!(opened.expect_err("another scope").code(), "scope_mismatch");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_there_is_said_not_to_be() {
    with_database(async |database: Arc<Database>| {
        let text = batch(&["a"]);
        let request = AppendRequest::read(text.as_bytes()).expect("valid");
        let request = request.canonicalize(&Scope::none());
        let key = MutationKey::new("key").expect("a key");
        let run = RunId::named("nowhere");
        let outcome = database.ledger.append(run, &key, &request, None).await;
        assert_eq!(code(&outcome), "parent_not_found");
        assert!(database.ledger.under(&Scope::none()).parent(run).await.expect("asked").is_none());
        assert!(
            database.ledger.under(&Scope::none()).lookup(run, &key).await.expect("asked").is_none()
        );
        assert!(
            database.ledger.under(&Scope::none()).history(run).await.expect("asked").is_empty()
        );
        let closed = database.ledger.under(&Scope::none()).close_window(run, "gate").await;
        assert_eq!(closed.expect_err("no run").code(), "parent_not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_is_an_external_step_that_waits() {
    with_database(async |database: Arc<Database>| {
        let external = r#"{"append_window_step_key": "gate", "steps": [
            {"step_key": "job", "execution_kind": "JOB", "job_type": "t", "payload": 1},
            {"step_key": "later", "execution_kind": "EXTERNAL", "payload": 1}]}"#;
        applied(database.append("key", external).await);
        let through = |window: &str| batch(&["a"]).replacen("gate", window, 1);
        for (window, expected) in [
            ("absent", "window_not_found"),
            ("job", "window_not_found"),
            ("later", "window_not_open"),
        ] {
            assert_eq!(code(&database.append("new", &through(window)).await), expected);
        }
        let opened = database.ledger.under(&Scope::none()).open_window(database.run, "job").await;
        assert_eq!(opened.expect_err("a job").code(), "window_not_found");
        let scope = Scope::none();
        let new = NewRun { id: database.run, name: None, scope: &scope, window: Some("job") };
        let opened = database.ledger.open(&new).await;
        assert_eq!(opened.expect_err("a job").code(), "window_not_found");
        database
            .ledger
            .under(&Scope::none())
            .open_window(database.run, "later")
            .await
            .expect("open");
        applied(database.append("new", &through("later")).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_the_run_has_and_names_that_it_lacks_are_all_listed() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch(&["a", "b", "c"])).await);
        match database.append("new", &batch(&["b", "x", "a"])).await {
            Err(Error::KeyTaken { keys, .. }) => assert_eq!(keys.as_slice(), ["a", "b"]),
            other => panic!("{other:?}"),
        }
        let text = r#"{"append_window_step_key": "gate", "steps": [
            {"step_key": "x", "execution_kind": "EXTERNAL", "payload": 1, "dependencies": [
                {"prerequisite_step_key": "q"}, {"prerequisite_step_key": "a"},
                {"prerequisite_step_key": "p"}, {"prerequisite_step_key": "y"}]},
            {"step_key": "y", "execution_kind": "EXTERNAL", "payload": 1}]}"#;
        match database.append("new", text).await {
            Err(Error::UnknownReference { keys, .. }) => assert_eq!(keys.as_slice(), ["p", "q"]),
            other => panic!("{other:?}"),
        }
        // Keys come before dependencies.
        let both = text.replace("\"step_key\": \"y\"", "\"step_key\": \"b\"");
        assert_eq!(code(&database.append("new", &both).await), "key_taken");
        let many: Vec<String> = (0..250).map(|index| format!("s{index:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        applied(database.append("many", &batch(&many)).await);
        match database.append("again", &batch(&many)).await {
            Err(Error::KeyTaken { keys, .. }) => {
                assert_eq!((keys.as_slice().len(), keys.count()), (100, 250));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(database.counts().await, [2, 254, 253]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_run_again_changes_nothing() {
    with_database(async |database: Arc<Database>| {
        database
            .ledger
            .under(&Scope::none())
            .close_window(database.run, "gate")
            .await
            .expect("closed");
        let scope = Scope::none();
        let new =
            NewRun { id: database.run, name: Some("other"), scope: &scope, window: Some("gate") };
        database.ledger.open(&new).await.expect("there already");
        assert_eq!(code(&database.append("key", &batch(&["a"])).await), "window_not_open");
        let run = database
            .ledger
            .under(&Scope::none())
            .parent(database.run)
            .await
            .expect("asked")
            .expect("there");
        assert_eq!((run.name.as_deref(), run.status.as_str()), (Some("test"), "RUNNING"));
        assert_eq!(run.scope, [("organization_id", None)]);
        assert!(run.created_at.ends_with('Z'), "{}", run.created_at);
        let opened = NewRun { window: Some("second"), ..new };
        database.ledger.open(&opened).await.expect("a second window");
        assert_eq!(database.counts().await, [0, 2, 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_answers_and_writes_nothing() {
    with_database(async |database: Arc<Database>| {
        let check = async |key: &str, text: &str| {
            let request = AppendRequest::read(text.as_bytes()).expect("valid");
            let key = MutationKey::new(key).expect("a key");
            let request = request.canonicalize(&Scope::none());
            database.ledger.append_check(database.run, &key, &request).await
        };
        assert_eq!(code(&check("key", &batch(&["a"])).await), "would_apply");
        assert_eq!(database.counts().await, [0, 1, 0]);
        applied(database.append("key", &batch(&["a"])).await);
        assert_eq!(code(&check("key", &batch(&["a"])).await), "replayed");
        assert_eq!(code(&check("key", &batch(&["b"])).await), "conflict");
        assert_eq!(code(&check("new", &batch(&["a"])).await), "key_taken");
        assert_eq!(database.counts().await, [1, 2, 1]);
    })
    .await;
}
