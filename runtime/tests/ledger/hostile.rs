//! Strings that would do harm if they were not bound.

use crate::database::{Database, applied, batch_with, code, quoted, replayed, with_database};
use std::sync::Arc;
use tantamount_core::json;
use tantamount_runtime::NewRun;
use tantamount_schema::{AppendRequest, MutationKey, Scope};

const HOSTILE: [&str; 11] = [
    "'; DROP TABLE workflow_runs; --",
    "\\'; DROP TABLE workflow_runs; --",
    "$1",
    "\"",
    "{a,b}",
    "NULL",
    "a,b",
    "{\"x\":NULL}",
    "\n\t\\x00",
    "%s %n",
    "🙂é\u{301}\u{ffff}",
];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_strings_are_values_wherever_they_stand() {
    with_database(async |database: Arc<Database>| {
        let scope = Scope::none();
        for hostile in HOSTILE {
            let window = format!("window {hostile}");
            let new = NewRun {
                id: database.run,
                name: Some(hostile),
                scope: &scope,
                window: Some(&window),
            };
            database.ledger.open(&new).await.expect("a window");
            let text = format!(
                r#"{{"append_window_step_key": {window}, "steps": [{{"step_key": {key},
                "execution_kind": "JOB", "job_type": {key}, "payload": {{{key}: {key}}},
                "dependencies": [{{"prerequisite_step_key": {window}}}]}}]}}"#,
                window = quoted(&window),
                key = quoted(hostile),
            );
            let request = AppendRequest::read(text.as_bytes()).expect("valid");
            let request = request.canonicalize(&scope);
            let key = MutationKey::new(hostile).expect("a key");
            let metadata: json::Text = quoted(hostile).parse().expect("JSON");
            let append = || database.ledger.append(database.run, &key, &request, Some(&metadata));
            let receipt = applied(append().await);
            assert_eq!(receipt.elements()[0].0, hostile);
            assert_eq!(replayed(append().await), receipt);
            let entry = database
                .ledger
                .under(&Scope::none())
                .lookup(database.run, &key)
                .await
                .expect("asked");
            assert_eq!(entry.expect("an entry").elements, receipt.elements());
            let taken = database.append("other", &batch_with(&[hostile], "1")).await;
            assert_eq!(code(&taken), "key_taken");
            database
                .ledger
                .under(&Scope::none())
                .close_window(database.run, &window)
                .await
                .expect("closed");
        }
        let hostile = i64::try_from(HOSTILE.len()).expect("few");
        assert_eq!(database.counts().await, [hostile, 1 + 2 * hostile, hostile]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_character_is_refused_before_any_statement() {
    with_database(async |database: Arc<Database>| {
        assert!(MutationKey::new("a\0b").is_err());
        let closed = database.ledger.under(&Scope::none()).close_window(database.run, "a\0b").await;
        assert_eq!(closed.expect_err("a NUL").code(), "invalid_key");
        let scope = Scope::none();
        let new = NewRun { id: database.run, name: None, scope: &scope, window: Some("a\0b") };
        let opened = database.ledger.open(&new).await;
        assert_eq!(opened.expect_err("a NUL").code(), "invalid_key");
    })
    .await;
}
