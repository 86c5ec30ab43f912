//! What stands in the tables.

use crate::database::{Database, applied, batch, with_database, with_empty_database};
use sqlx::Row as _;
use std::sync::Arc;
use tantamount_core::json;
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_is_stored_as_it_was_sent() {
    with_database(async |database: Arc<Database>| {
        let payloads = [
            r#"{"b": 1.0, "aa": 1.50, "a": 0.10}"#,
            "null",
            r#""é\u0041\"""#,
            "1e3",
            "-0.0",
            "[1, 1.0, 1.00, {}]",
            "123456789012345678901234567890.0",
        ];
        for (index, payload) in payloads.iter().enumerate() {
            let key = format!("step{index}");
            let text = crate::database::batch_with(&[&key], payload);
            applied(database.append(&key, &text).await);
            let select = "SELECT payload::text AS stored, ($2::text)::jsonb::text AS sent \
                          FROM workflow_steps WHERE step_key = $1";
            let row = sqlx::query(select).bind(&key).bind(payload).fetch_one(&database.pool);
            let row = row.await.expect("the step");
            assert_eq!(row.get::<String, _>("stored"), row.get::<String, _>("sent"));
        }
        let stored: String =
            sqlx::query_scalar("SELECT payload::text FROM workflow_steps WHERE step_key = 'step0'")
                .fetch_one(&database.pool)
                .await
                .expect("the payload");
        assert_eq!(stored, r#"{"a": 0.10, "b": 1.0, "aa": 1.50}"#);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_has_its_column() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let (own, runs) = (Uuid::from_u128(0xAB), Uuid::from_u128(0xCD));
        let scope = Scope::organization(runs);
        database.open(&scope).await;
        let text = format!(
            r#"{{"append_window_step_key": "gate", "steps": [
            {{"step_key": "full", "execution_kind": "JOB", "job_type": "mail",
             "organization_id": "{}", "payload": {{}}, "priority": -2147483648,
             "max_attempts": 3.0, "timeout_seconds": 2147483647, "stage": "running",
             "dependencies": [{{"prerequisite_step_key": "gate", "release_mode": "ON_SUCCESS"}},
                              {{"prerequisite_step_key": "outside"}}]}},
            {{"step_key": "outside", "execution_kind": "EXTERNAL", "payload": 1, "stage": null}},
            {{"step_key": "plain", "execution_kind": "JOB", "job_type": "x", "payload": 1}}]}}"#,
            own.to_string().to_uppercase()
        );
        applied(database.append_under("key", &text, &scope).await);
        let select = "SELECT CONCAT_WS('|', step_key, execution_kind, COALESCE(job_type, '-'), \
            organization_id, COALESCE(priority::text, '-'), COALESCE(max_attempts::text, '-'), \
            COALESCE(timeout_seconds::text, '-'), COALESCE(stage, '-'), status) \
            FROM workflow_steps ORDER BY step_key";
        let rows: Vec<String> =
            sqlx::query_scalar(select).fetch_all(&database.pool).await.expect("steps");
        assert_eq!(
            rows,
            [
                format!("full|JOB|mail|{own}|-2147483648|3|2147483647|running|PENDING"),
                format!("gate|EXTERNAL|-|{runs}|-|-|-|-|WAITING"),
                format!("outside|EXTERNAL|-|{runs}|-|-|-|-|PENDING"),
                format!("plain|JOB|x|{runs}|-|-|-|queued|PENDING"),
            ]
        );
        let select = "SELECT CONCAT_WS('|', step_key, prerequisite_step_key, release_mode) \
            FROM workflow_step_dependencies ORDER BY 1";
        let rows: Vec<String> =
            sqlx::query_scalar(select).fetch_all(&database.pool).await.expect("dependencies");
        assert_eq!(rows, ["full|gate|ON_SUCCESS", "full|outside|ON_TERMINAL"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_keeps_the_canonical_request_and_the_first_metadata() {
    with_database(async |database: Arc<Database>| {
        let text = batch(&["b", "a"]);
        let request = AppendRequest::read(text.as_bytes()).expect("valid");
        let request = request.canonicalize(&Scope::none());
        let key = MutationKey::new("key").expect("a key");
        for metadata in [r#"{"by": "first", "n": 1.0}"#, r#"{"by": "second"}"#] {
            let metadata: json::Text = metadata.parse().expect("JSON");
            let append = database.ledger.append(database.run, &key, &request, Some(&metadata));
            append.await.expect("applied, then replayed");
        }
        let entry =
            database.ledger.under(&Scope::none()).lookup(database.run, &key).await.expect("asked");
        let entry = entry.expect("an entry");
        assert_eq!(entry.request, request.as_str());
        assert_eq!(entry.metadata.as_deref(), Some(r#"{"by":"first","n":1}"#));
        assert_eq!(entry.summary.digest, Some(request.digest()));
        assert_eq!(entry.summary.canonical_version, Some(1));
        assert_eq!(entry.summary.schema_version.as_deref(), Some("2"));
        let keys: Vec<&str> = entry.elements.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b"]);
        applied(database.append("later", &batch(&["c"])).await);
        let history =
            database.ledger.under(&Scope::none()).history(database.run).await.expect("asked");
        let short: Vec<_> =
            history.iter().map(|entry| (entry.key.as_str(), entry.elements)).collect();
        assert_eq!(short, [("key", Some(2)), ("later", Some(1))]);
        assert_eq!(history.first(), Some(&entry.summary));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_refuse_what_the_schema_refuses() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch(&["a"])).await);
        for change in [
            "UPDATE workflow_steps SET stage = 'other' WHERE step_key = 'a'",
            "UPDATE workflow_steps SET execution_kind = 'OTHER' WHERE step_key = 'a'",
            "UPDATE workflow_steps SET job_type = NULL WHERE step_key = 'a'",
            "UPDATE workflow_steps SET job_type = 'x' WHERE step_key = 'gate'",
            "UPDATE workflow_steps SET max_attempts = 0 WHERE step_key = 'a'",
            "UPDATE workflow_steps SET step_key = repeat('é', 257) WHERE step_key = 'gate'",
            "UPDATE workflow_steps SET status = 'OTHER'",
            "UPDATE workflow_runs SET status = 'OTHER'",
            "UPDATE workflow_run_mutations SET digest = 'md5:'",
            "UPDATE workflow_run_mutations SET digest = NULL",
        ] {
            let error = sqlx::query(change).execute(&database.pool).await.expect_err(change);
            let code = error.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some("23514"), "{change}: {error}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_leads_with_the_run() {
    with_database(async |database: Arc<Database>| {
        let select = "SELECT c.conname || ': ' || a.attname FROM pg_constraint c \
            JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] \
            WHERE c.contype IN ('p', 'u', 'f') AND n.nspname = CURRENT_SCHEMA() \
            AND t.relname LIKE 'workflow%'";
        let keys: Vec<String> =
            sqlx::query_scalar(select).fetch_all(&database.pool).await.expect("keys");
        assert_eq!(keys.len(), 9, "{keys:?}");
        assert!(keys.iter().all(|key| key.ends_with(": workflow_run_id")), "{keys:?}");
    })
    .await;
}
