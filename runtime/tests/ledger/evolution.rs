//! A database that version 1 of the schema filled, migrated to version 2 and used by it.

use crate::database::{Database, applied, batch, code, conflict, replayed, with_empty_database};
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::Arc;
use tantamount_core::Digest;
use tantamount_runtime::relation::Storage as _;
use tantamount_schema::{AppendRequest, Scope};
use uuid::Uuid;

/// What version 1's software writes: its columns alone.
const STEP: &str = "INSERT INTO workflow_steps (workflow_run_id, workflow_step_id, step_key, \
    execution_kind, job_type, payload, stage, status) VALUES ($1, $2, $3, $4, $5, '{}', $6, $7)";
const DEPENDENCY: &str = "INSERT INTO workflow_step_dependencies (workflow_run_id, step_key, \
    prerequisite_step_key, release_mode) VALUES ($1, $2, $3, 'ON_TERMINAL')";
const LEDGER: &str = "INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request, \
    digest, canonical_version, schema_version, first_step_id) \
    VALUES ($1, $2, CAST($3 AS jsonb), $4, 1, '1', $5)";

/// A database as version 1 leaves it: its migration applied, a run with a window, and a batch of
/// the steps `a` and `b` under the key `old`. Returns the ids of the steps.
async fn version_1(database: &Database) -> [Uuid; 2] {
    let create = "CREATE TABLE tantamount_migrations (version integer NOT NULL PRIMARY KEY, \
        name text NOT NULL, checksum text NOT NULL, \
        applied_at timestamp with time zone NOT NULL DEFAULT NOW())";
    let first = AppendRequest::relation().migrations.first().expect("a migration");
    let record = "INSERT INTO tantamount_migrations (version, name, checksum) \
                  VALUES (1, 'create', $1)";
    for sql in [create, first.sql] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&database.pool).await.expect("the tables");
    }
    let checksum = Digest::of(first.sql.as_bytes()).to_string();
    let query = sqlx::query(record).bind(checksum);
    query.execute(&database.pool).await.expect("version 1 is recorded");
    let run = database.run.as_uuid();
    let open = "INSERT INTO workflow_runs (workflow_run_id, status) VALUES ($1, 'RUNNING')";
    sqlx::query(open).bind(run).execute(&database.pool).await.expect("a run");
    let first = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000);
    let ids = [first, Uuid::from_u128(first.as_u128() + 1)];
    let gate = Uuid::now_v7();
    step(database, gate, "gate", "EXTERNAL", None, None, "WAITING").await;
    for (id, key, before) in [(ids[0], "a", "gate"), (ids[1], "b", "a")] {
        step(database, id, key, "JOB", Some("test"), Some("queued"), "PENDING").await;
        let query = sqlx::query(DEPENDENCY).bind(run).bind(key).bind(before);
        query.execute(&database.pool).await.expect("a dependency");
    }
    let text = batch(&["a", "b"]);
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    let canonical = request.canonicalize(&Scope::none());
    assert!(!canonical.as_str().contains("allow_handler_continuation"), "not of version 1");
    let query = sqlx::query(LEDGER).bind(run).bind("old").bind(canonical.as_str());
    let query = query.bind(canonical.digest().to_string()).bind(first);
    query.execute(&database.pool).await.expect("a ledger row");
    ids
}

async fn step(
    database: &Database,
    id: Uuid,
    key: &str,
    kind: &str,
    job_type: Option<&str>,
    stage: Option<&str>,
    status: &str,
) {
    let query = sqlx::query(STEP).bind(database.run.as_uuid()).bind(id).bind(key).bind(kind);
    let query = query.bind(job_type).bind(stage).bind(status);
    query.execute(&database.pool).await.expect("a step, as version 1 writes it");
}

/// A request with the members of version 2.
const LATER: &str = r#"{"append_window_step_key": "gate", "steps": [
    {"step_key": "c", "execution_kind": "JOB", "job_type": "test", "payload": {},
     "allow_handler_continuation": true, "execution_resource_key": "printer"},
    {"step_key": "d", "execution_kind": "EXTERNAL", "payload": {},
     "allow_handler_continuation": false, "execution_resource_key": null}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_version_1_is_migrated_and_its_requests_replay() {
    with_empty_database(async |database: Arc<Database>| {
        let ids = version_1(&database).await;
        // Version 2 on the tables of version 1 says what to do.
        let outcome = database.append("new", LATER).await;
        assert_eq!(code(&outcome), "not_migrated");

        let all = AppendRequest::relation().migrations.len();
        assert_eq!(database.ledger.migrate().await.expect("migrated"), all - 1);
        assert_eq!(database.ledger.migrate().await.expect("migrated"), 0);

        let receipt = replayed(database.append("old", &batch(&["a", "b"])).await);
        let found: Vec<Uuid> = receipt.elements().iter().map(|(_, id)| *id).collect();
        assert_eq!(found, ids);
        // The members of version 2 at their defaults are the same request.
        let text = batch(&["a", "b"]);
        let same = text.replace(
            "\"payload\"",
            "\"allow_handler_continuation\": false, \"execution_resource_key\": null, \"payload\"",
        );
        assert_eq!(replayed(database.append("old", &same).await), receipt);
        let other =
            text.replace("\"payload\"", "\"allow_handler_continuation\": true, \"payload\"");
        let differs = conflict(database.append("old", &other).await);
        assert_eq!(
            differs.differences().to_string(),
            "steps[\"a\"].allow_handler_continuation: false → true\n\
             steps[\"b\"].allow_handler_continuation: false → true"
        );
        assert_eq!(differs.stored_schema_version(), Some("1"));
        assert_eq!(differs.unlisted(), None);

        let receipt = applied(database.append("new", LATER).await);
        assert_eq!(replayed(database.append("new", LATER).await), receipt);
        let rows = "SELECT step_key, allow_handler_continuation, execution_resource_key \
                    FROM workflow_steps ORDER BY step_key COLLATE \"C\"";
        let rows = sqlx::query(rows).fetch_all(&database.pool).await.expect("rows");
        let rows: Vec<(String, bool, Option<String>)> =
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let row = |key: &str, goes_on, resource: Option<&str>| {
            (key.to_owned(), goes_on, resource.map(str::to_owned))
        };
        assert_eq!(
            rows,
            [
                row("a", false, None),
                row("b", false, None),
                row("c", true, Some("printer")),
                row("d", false, None),
                row("gate", false, None),
            ]
        );
        // While versions are rolled out, version 1 goes on writing.
        step(&database, Uuid::now_v7(), "e", "JOB", Some("test"), Some("queued"), "PENDING").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrated_tables_refuse_what_version_2_refuses() {
    with_empty_database(async |database: Arc<Database>| {
        version_1(&database).await;
        database.ledger.migrate().await.expect("migrated");
        for change in [
            "UPDATE workflow_steps SET execution_resource_key = repeat('k', 513) WHERE step_key = 'a'",
            "UPDATE workflow_steps SET execution_resource_key = 'k' WHERE step_key = 'gate'",
            "UPDATE workflow_steps SET allow_handler_continuation = NULL WHERE step_key = 'a'",
            "UPDATE workflow_steps SET allow_handler_continuation = true WHERE step_key = 'gate'",
            // What version 1 promised, and its tables did not hold.
            "UPDATE workflow_steps SET job_type = E' \\u2003' WHERE step_key = 'b'",
            "UPDATE workflow_run_mutations SET mutation_key = E'\\t'",
        ] {
            let error = sqlx::query(change).execute(&database.pool).await;
            assert!(error.is_err(), "{change}");
        }
        let unchecked = "SELECT conname::text FROM pg_constraint WHERE NOT convalidated \
                         AND connamespace = current_schema::regnamespace";
        let unchecked = sqlx::query(unchecked).fetch_all(&database.pool).await.expect("rows");
        assert!(unchecked.is_empty(), "{} constraints are not validated", unchecked.len());
    })
    .await;
}
