//! Verification, retention and the doctor, on rows that were tampered with.

use crate::database::{Database, applied, batch, batch_with, with_database, with_empty_database};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use std::time::Duration;
use tantamount_runtime::{
    Error, FindingCode, NewRun, Retention, RunId, Severity, Stop, Verification, Verified,
};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

async fn execute(database: &Database, sql: &str) -> u64 {
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&database.pool).await;
    done.expect(sql).rows_affected()
}

async fn verify(database: &Database, wanted: &Verification) -> Verified {
    database.ledger.verify(wanted, &Stop::new(), |_| {}).await.expect("verified")
}

fn codes(verified: &Verified) -> Vec<(&str, &'static str)> {
    let findings = verified.findings.iter();
    findings.map(|finding| (finding.position.key.as_str(), finding.code.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_suite_accepts_is_verified() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let mut count = 0;
        let scope = Scope::organization(Uuid::from_u128(7));
        for case in crate::suite::folders::accepted() {
            let checked = AppendRequest::read(&case.text).expect(&case.name);
            let request = checked.canonicalize(&scope);
            let run = RunId::new();
            let window = request.root().member(0).as_str();
            for name in request.outside_references().into_iter().chain([window]) {
                let new = NewRun { id: run, name: None, scope: &scope, window: Some(name) };
                // A name that can be no step is refused by the append.
                let _ = database.ledger.open(&new).await;
            }
            let key = MutationKey::new("key").expect("a key");
            let metadata = None;
            if database.ledger.append(run, &key, &request, metadata).await.is_ok() {
                count += 1;
            }
        }
        let verified = verify(&database, &Verification::default()).await;
        assert_eq!(verified.findings, []);
        assert!(verified.is_complete && count > 10);
        assert_eq!((verified.entries, verified.with_rows), (count, count));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_tampered_with_is_found() {
    with_database(async |database: Arc<Database>| {
        let tampering = [
            ("fine", "SELECT 1", None),
            // What an engine writes beside the request is its own business.
            ("status", "UPDATE workflow_steps SET status = 'CLOSED' WHERE step_key = 'status'", None),
            ("metadata", "UPDATE workflow_run_mutations SET metadata = '7' WHERE mutation_key = 'metadata'", None),
            ("digest", "UPDATE workflow_run_mutations SET digest = 'sha256:' || REPEAT('0', 64) WHERE mutation_key = 'digest'", Some(FindingCode::DigestDiffers)),
            ("malformed", "UPDATE workflow_run_mutations SET digest = 'sha256:' || REPEAT('x', 64) WHERE mutation_key = 'malformed'", Some(FindingCode::DigestUnknown)),
            ("version", "UPDATE workflow_run_mutations SET canonical_version = 2 WHERE mutation_key = 'version'", Some(FindingCode::DigestUnknown)),
            ("priority", "UPDATE workflow_steps SET priority = 7 WHERE step_key = 'priority'", Some(FindingCode::RowsDiffer)),
            ("payload", "UPDATE workflow_steps SET payload = '{\"n\": 9007199254740993}' WHERE step_key = 'payload'", Some(FindingCode::RowsDiffer)),
            ("gone", "DELETE FROM workflow_steps WHERE step_key = 'gone'", Some(FindingCode::RowsDiffer)),
            ("renamed", "UPDATE workflow_steps SET step_key = 'another' WHERE step_key = 'renamed'", Some(FindingCode::RowsDiffer)),
            ("dependency", "DELETE FROM workflow_step_dependencies WHERE step_key = 'dependency'", Some(FindingCode::RowsDiffer)),
            ("mode", "UPDATE workflow_step_dependencies SET release_mode = 'ON_SUCCESS' WHERE step_key = 'mode'", Some(FindingCode::RowsDiffer)),
        ];
        let mut expected = Vec::new();
        let mut all = 0;
        for (key, sql, code) in tampering {
            let text = batch_with(&[key], r#"{"n": 9007199254740992}"#);
            applied(database.append(key, &text).await);
            if matches!(key, "gone" | "renamed") {
                execute(&database, &format!("DELETE FROM workflow_step_dependencies WHERE step_key = '{key}'")).await;
            }
            execute(&database, sql).await;
            expected.extend(code.map(|code| (key, code.as_str())));
            all += 1;
        }
        // The stored request itself, with a digest that fits.
        for (key, request, code) in [
            ("stored-invalid", r#"{"append_window_step_key":"gate"}"#, FindingCode::RequestInvalid),
            ("stored-not-canonical", r#"{"append_window_step_key":"gate","steps":[{"step_key":"stored-not-canonical","execution_kind":"EXTERNAL","payload":1}]}"#, FindingCode::NotCanonical),
        ] {
            applied(database.append(key, &batch(&[key])).await);
            let bytes = tantamount_core::json::canonicalize(request.as_bytes()).expect("JSON");
            let digest = tantamount_core::Digest::of(&bytes);
            execute(&database, &format!("UPDATE workflow_run_mutations SET request = '{request}', digest = '{digest}' WHERE mutation_key = '{key}'")).await;
            expected.push((key, code.as_str()));
            all += 1;
        }
        // An id that is not counted from the first.
        applied(database.append("ids", &batch(&["i", "j"])).await);
        execute(&database, "UPDATE workflow_steps SET workflow_step_id = CAST(SUBSTR(CAST(workflow_step_id AS text), 1, 35) || 'f' AS uuid) WHERE step_key = 'j'").await;
        expected.push(("ids", "ids_differ"));
        // A newer schema may say what is not known here; an older system has no digest.
        applied(database.append("newer", &batch(&["newer"])).await);
        execute(&database, "UPDATE workflow_run_mutations SET schema_version = '99' WHERE mutation_key = 'newer'").await;
        applied(database.append("older", &batch(&["older"])).await);
        execute(&database, "UPDATE workflow_run_mutations SET digest = NULL, canonical_version = NULL WHERE mutation_key = 'older'").await;
        all += 3;

        let verified = verify(&database, &Verification::default()).await;
        let mut found = codes(&verified);
        found.dedup();
        // Where the request is another one, so are the rows.
        found.retain(|found| *found != ("stored-not-canonical", "rows_differ"));
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{:#?}", verified.findings);
        assert_eq!((verified.entries, verified.newer, verified.without_digest), (all, 1, 1));
        let payload = verified.findings.iter().find(|finding| finding.position.key == "payload");
        let detail = &payload.expect("found").detail;
        assert!(detail.contains("9007199254740992") && detail.contains("9007199254740993"), "{detail}");

        // Stopped after any row, it goes on behind that one and finds the same.
        for stop_after in 1..=3 {
            let mut position = None;
            let mut parts = Vec::new();
            let mut entries = 0;
            loop {
                let stop = Stop::new();
                let wanted = Verification { after: position.clone(), rows: true };
                let begun = entries;
                let part = database.ledger.verify(&wanted, &stop, |so_far| {
                    if so_far.entries == stop_after {
                        stop.ask();
                    }
                });
                let part = part.await.expect("verified");
                entries += part.entries;
                assert!(part.is_complete || entries > begun);
                parts.extend(part.findings);
                position = part.last;
                if part.is_complete {
                    break;
                }
            }
            assert_eq!((entries, &parts), (all, &verified.findings));
        }
    })
    .await;
}

/// A run that was opened, appended to, and ended so many days ago.
async fn old_run(database: &Database, status: Option<&str>, days: i64, appended: i64) -> RunId {
    let run = RunId::new();
    let scope = Scope::none();
    let new = NewRun { id: run, name: None, scope: &scope, window: Some("gate") };
    database.ledger.open(&new).await.expect("opened");
    let text = batch(&["a", "b"]);
    let request = AppendRequest::read(text.as_bytes()).expect("valid");
    let key = MutationKey::new("key").expect("a key");
    let request = request.canonicalize(&scope);
    applied(database.ledger.append(run, &key, &request, None).await);
    if let Some(status) = status {
        database.ledger.under(&Scope::none()).finish(run, status).await.expect("ended");
    }
    for (table, days) in [("workflow_runs", days), ("workflow_run_mutations", appended)] {
        execute(database, &format!("UPDATE {table} SET created_at = NOW() - INTERVAL '{days} days' WHERE workflow_run_id = '{run}'")).await;
    }
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_and_done_goes_and_nothing_else() {
    with_database(async |database: Arc<Database>| {
        let mut gone = Vec::new();
        for _ in 0..5 {
            gone.push(old_run(&database, Some("SUCCEEDED"), 100, 95).await);
        }
        let failed = old_run(&database, Some("FAILED"), 100, 100).await;
        let kept = [
            database.run,
            failed,
            old_run(&database, None, 1000, 1000).await,
            old_run(&database, Some("SUCCEEDED"), 80, 80).await,
            old_run(&database, Some("SUCCEEDED"), 100, 80).await,
        ];
        let retention = Retention { statuses: &["SUCCEEDED"], batch: 2, ..Retention::default() };
        let before = database.counts().await;
        let dry = Retention { dry_run: true, ..retention };
        let would = database.ledger.prune(&dry, &Stop::new(), |_| {}).await.expect("counted");
        assert_eq!(database.counts().await, before);
        // Stopped after a batch, it goes on where it was.
        let stop = Stop::new();
        let first = database.ledger.prune(&retention, &stop, |_| stop.ask()).await.expect("pruned");
        assert!(!first.is_complete);
        assert_eq!((first.batches, first.rows[0].1), (1, 2));
        let rest = database.ledger.prune(&retention, &Stop::new(), |_| {}).await.expect("pruned");
        assert!(rest.is_complete && would.is_complete);
        for ((would, first), rest) in would.rows.iter().zip(&first.rows).zip(&rest.rows) {
            assert_eq!((would.0, would.1), (rest.0, first.1 + rest.1));
        }
        let rows: Vec<u64> = would.rows.iter().map(|(_, rows)| *rows).collect();
        assert_eq!(rows, [5, 5, 15, 10]);
        for run in gone {
            assert_eq!(
                database.ledger.under(&Scope::none()).parent(run).await.expect("asked"),
                None
            );
            let key = MutationKey::new("key").expect("a key");
            assert_eq!(
                database.ledger.under(&Scope::none()).lookup(run, &key).await.expect("asked"),
                None
            );
        }
        for run in kept {
            assert!(
                database.ledger.under(&Scope::none()).parent(run).await.expect("asked").is_some()
            );
        }
        let all = Retention { age: Duration::MAX, ..Retention::default() };
        let none = database.ledger.prune(&all, &Stop::new(), |_| {}).await.expect("pruned");
        assert_eq!(none.rows[0].1, 0);
        let all = Retention { age: Duration::ZERO, ..Retention::default() };
        let all = database.ledger.prune(&all, &Stop::new(), |_| {}).await.expect("pruned");
        assert_eq!(all.rows[0].1, 3);
        let open = Retention { statuses: &["RUNNING"], ..Retention::default() };
        let refused = database.ledger.prune(&open, &Stop::new(), |_| {}).await;
        assert!(matches!(refused, Err(Error::UnknownStatus { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_is_wrong_and_says_how_to_mend_it() {
    with_empty_database(async |database: Arc<Database>| {
        let problems = async || {
            let diagnoses = database.ledger.diagnose().await.expect("diagnosed");
            for diagnosis in &diagnoses {
                let is_fine = diagnosis.severity == Severity::Fine;
                assert_eq!(is_fine, diagnosis.help.is_empty(), "{diagnosis:?}");
            }
            let problems =
                diagnoses.into_iter().filter(|found| found.severity == Severity::Problem);
            problems.map(|found| found.code).collect::<Vec<_>>()
        };
        assert_eq!(problems().await, ["migrations", "tables"]);
        database.ledger.migrate().await.expect("tables");
        assert_eq!(problems().await, [""; 0]);
        for (harm, cure, expected) in [
            (
                "UPDATE tantamount_migrations SET checksum = 'x' || checksum WHERE version = 1",
                "UPDATE tantamount_migrations SET checksum = SUBSTR(checksum, 2) WHERE version = 1",
                "migrations",
            ),
            (
                "UPDATE tantamount_migrations SET version = 77 WHERE version = 3",
                "UPDATE tantamount_migrations SET version = 3 WHERE version = 77",
                "migrations",
            ),
            (
                "ALTER TABLE workflow_steps ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE workflow_steps DISABLE ROW LEVEL SECURITY",
                "row_security",
            ),
            (
                "ALTER TABLE workflow_steps RENAME TO elsewhere",
                "ALTER TABLE elsewhere RENAME TO workflow_steps",
                "tables",
            ),
        ] {
            execute(&database, harm).await;
            let mut found = problems().await;
            found.dedup();
            assert_eq!(found, [expected], "{harm}");
            execute(&database, cure).await;
            assert_eq!(problems().await, [""; 0]);
        }
    })
    .await;
}
