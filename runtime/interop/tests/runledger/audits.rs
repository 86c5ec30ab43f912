//! The audit of a database that runledger filled.

use crate::database::Database;
use crate::peers::{Peer, Theirs};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use tantamount_runtime::RunId;
use tantamount_runtime::runledger::{Audit, Error, Kind, Runledger};
use tantamount_schema::AppendRequest;

fn request(key: &str, payload: &str) -> AppendRequest {
    let text = format!(
        r#"{{"append_window_step_key": "gate", "steps": [{{"step_key": "{key}",
            "execution_kind": "EXTERNAL", "payload": {payload}}}]}}"#
    );
    AppendRequest::read(text.as_bytes()).expect("valid").to_value()
}

/// What the audit says of each key.
fn codes(audit: &Audit) -> BTreeMap<String, Vec<&'static str>> {
    let mut codes: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for finding in &audit.findings {
        codes.entry(finding.key.clone()).or_default().push(finding.kind.code());
    }
    codes
}

async fn execute(database: &Database, statement: &str) {
    let query = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&database.pool);
    query.await.expect("the statement runs");
}

/// Stores a row under a key, as some older or other system may have.
async fn store(database: &Database, run: RunId, key: &str, text: &str) {
    let insert = "INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request)
        VALUES ($1, $2, CAST($3 AS jsonb))";
    let query = sqlx::query(insert).bind(run.as_uuid()).bind(key).bind(text);
    query.execute(&database.pool).await.expect("a row");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_names_what_an_older_runledger_left() {
    audits(Peer::Older).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_names_what_a_newer_runledger_left() {
    audits(Peer::Newer).await;
}

async fn audits(peer: Peer) {
    let database = Database::of(peer).await;
    // More rows than are fetched at once, all sound.
    for _ in 0..130 {
        let sound = request("a", r#"{"n": [1, 0.5, 1e300]}"#);
        let run = database.open(&sound, None).await;
        assert_eq!(peer.append(&database.theirs, run, None, &sound).await, Theirs::Applied);
    }
    // runledger takes a payload that it cannot read back: each retry of it fails from then on.
    let deep = request("a", &format!("{}{}", "[".repeat(126), "]".repeat(126)));
    let run = database.open(&deep, None).await;
    assert_eq!(peer.append(&database.theirs, run, None, &deep).await, Theirs::Applied);
    let retried = peer.append(&database.theirs, run, None, &deep).await;
    assert!(matches!(retried, Theirs::Refused(_)), "{retried:?}");
    execute(
        &database,
        "UPDATE workflow_run_mutations SET mutation_key = 'deep' \
        WHERE request #> '{steps,0,payload,0,0}' IS NOT NULL",
    )
    .await;

    let row = |payload: &str| {
        let step = format!(
            r#"{{"step_key": "a", "execution_kind": "EXTERNAL", "payload": {payload}, "dependencies": []}}"#
        );
        format!(r#"{{"append_window_step_key": "gate", "steps": [{step}]}}"#)
    };
    let run = database.open(&deep, None).await;
    let a = request("a", "1");
    assert_eq!(peer.append(&database.theirs, run, None, &a).await, Theirs::Applied);
    for (key, text) in [
        ("huge", row("1e400")),
        ("lossy", row("9007199254740993.5")),
        ("same again", row("1.0")),
        ("unreadable", r#"{"steps": "none"}"#.to_owned()),
        ("windowless", row("2").replace("append_window_step_key", "other")),
        ("legacy", row("3").replace("\"payload\"", "\"added\": 1, \"payload\"")),
        ("gone", row("4").replace("\"a\"", "\"b\"")),
    ] {
        store(&database, run, key, &text).await;
    }
    let all = "SELECT STRING_AGG(mutation::text, ';' ORDER BY id) FROM workflow_run_mutations AS mutation";
    let before: String = sqlx::query_scalar(all).fetch_one(&database.pool).await.expect("rows");

    let mut told = Vec::new();
    let audit = auditor(&database).await.audit(|done, all| told.push((done, all))).await;
    let audit = audit.expect("an audit");
    let found = codes(&audit);
    let expected: BTreeMap<String, Vec<&str>> = [
        ("deep", "too_deep"),
        ("huge", "number_out_of_range"),
        ("lossy", "lossy"),
        ("same again", "duplicate"),
        ("unreadable", "unreadable"),
        ("windowless", "windowless"),
        ("legacy", "legacy"),
        ("gone", "missing_steps"),
    ]
    .map(|(key, code)| (key.to_owned(), vec![code]))
    .into();
    assert_eq!(found, expected);
    assert_eq!((audit.rows, audit.sound), (139, 131));
    assert_eq!(told, [(0, 139), (100, 139), (139, 139)]);
    let kinds = audit.findings.iter().map(|finding| &finding.kind);
    let duplicates: Vec<_> = kinds.filter(|kind| kind.code() == "duplicate").collect();
    assert_eq!(duplicates, [&Kind::Duplicate { key: "key".to_owned() }]);
    let after: String = sqlx::query_scalar(all).fetch_one(&database.pool).await.expect("rows");
    assert_eq!(before, after);
}

/// An audit by somebody who may read, and nothing else.
async fn auditor(database: &Database) -> Runledger {
    let role = format!("auditor_{}", uuid::Uuid::now_v7().simple());
    execute(database, &format!("CREATE ROLE {role} LOGIN PASSWORD 'reads only'")).await;
    execute(database, &format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let options = (*database.pool.connect_options()).clone();
    let options = options.username(&role).password("reads only");
    Runledger::new(
        sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_lazy_with(options),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_nobody_or_ours_are_no_runledger() {
    let database = Database::of(Peer::Newer).await;
    execute(&database, "CREATE SCHEMA other").await;
    let options = (*database.pool.connect_options()).clone();
    let options = options.options([("search_path", "other")]);
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
    let audit = |pool: sqlx::PgPool| async move { Runledger::new(pool).audit(|_, _| {}).await };
    assert!(matches!(audit(pool.clone()).await, Err(Error::NotRunledger)));
    tantamount_runtime::Ledger::new(pool.clone()).migrate().await.expect("our tables");
    assert!(matches!(audit(pool).await, Err(Error::NotRunledger)));
}
