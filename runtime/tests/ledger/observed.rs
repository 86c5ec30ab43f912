//! What is told of the work: the names that docs/operations.md promises, and no payloads, keys or ids.

use crate::database::{Database, batch, batch_with, with_database};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use tantamount_runtime::{Retention, Security, Stop, Verification};
use tantamount_schema::{AppendRequest, MutationKey, Scope, Step};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

/// Writes down all spans and events of ours, with their fields.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<String>>);

struct Fields<'t>(&'t mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Told {
    fn line(&self, name: &str, visit: impl FnOnce(&mut Fields<'_>)) {
        let mut told = self.0.lock().expect("told");
        told.push_str(name);
        visit(&mut Fields(&mut told));
        told.push('\n');
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tantamount"
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line("recorded", |fields| values.record(fields));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        self.line("event", |fields| event.record(fields));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The operations of [`work`], their outcomes, and how often.
const OPERATIONS: [(&str, &str, u64); 30] = [
    ("append", "applied", 1),
    ("append", "conflict", 1),
    ("append", "key_taken", 1),
    ("append", "replayed", 1),
    ("append_check", "replayed", 1),
    ("append_tx", "replayed", 1),
    ("backfill", "done", 1),
    ("backfill_pending", "done", 1),
    ("close_window", "done", 1),
    ("close_window", "parent_not_found", 1),
    ("diagnose", "done", 1),
    ("distribute", "not_distributable", 1),
    ("estimated_entries", "done", 1),
    ("finish", "done", 1),
    ("history", "done", 2),
    ("is_held", "done", 1),
    ("lookup", "found", 1),
    ("lookup", "not_found", 1),
    ("migrate", "done", 2),
    ("open", "done", 1),
    ("open_window", "done", 1),
    ("open_window", "parent_not_found", 1),
    ("parent", "found", 1),
    ("parent", "not_found", 1),
    ("prune", "complete", 1),
    ("rows", "found", 1),
    ("rows", "not_found", 1),
    ("secure", "done", 1),
    ("verify", "complete", 1),
    ("verify", "stopped", 1),
];

async fn work(database: Arc<Database>) {
    let secret = batch_with(&["secret-step"], r#"{"card": "secret"}"#);
    for text in [&secret, &secret, &batch(&["other"])] {
        database.append("secret-key", text).await.expect("an outcome");
    }
    let taken = database.append("another-secret", &secret).await;
    assert_eq!(taken.expect_err("taken").code(), "key_taken");
    let (ledger, run) = (&database.ledger, database.run);
    let key = MutationKey::new("secret-key").expect("a key");
    let request = AppendRequest::read(secret.as_bytes()).expect("valid");
    let request = request.canonicalize(&Scope::none());
    let mut transaction = ledger.begin_scoped(&Scope::none()).await.expect("begun");
    let again = ledger.append_tx(&mut transaction, run, &key, &request, None).await;
    assert_eq!(again.expect("replayed").code(), "replayed");
    drop(transaction);
    ledger.append_check(run, &key, &request).await.expect("an outcome");
    for (scope, found) in [(Scope::none(), true), (Scope::organization(Uuid::nil()), false)] {
        let own = ledger.under(&scope);
        assert_eq!(own.lookup(run, &key).await.expect("asked").is_some(), found);
        assert_eq!(own.rows::<Step>(run, &key).await.expect("asked").is_some(), found);
        assert_eq!(own.parent(run).await.expect("asked").is_some(), found);
        assert_eq!(own.history(run).await.expect("asked").is_empty(), !found);
        assert_eq!(own.close_window(run, "gate").await.is_ok(), found);
        assert_eq!(own.open_window(run, "gate").await.is_ok(), found);
    }
    assert_eq!(ledger.migrate().await.expect("up to date"), 0);
    ledger.diagnose().await.expect("examined");
    assert!(!ledger.is_held().await.expect("an answer"), "nobody turned it on");
    ledger.secure(&Security::default()).await.expect("nothing to set");
    assert_eq!(ledger.distribute().await.expect_err("no Citus").code(), "not_distributable");
    ledger.backfill(NonZeroU32::MIN, |_| {}).await.expect("nothing to do");
    ledger.estimated_entries().await.expect("estimated");
    let stop = Stop::new();
    let all = Verification::default();
    ledger.verify(&all, &stop, |_| {}).await.expect("verified");
    let stopped = Stop::new();
    stopped.ask();
    ledger.verify(&all, &stopped, |_| {}).await.expect("stopped");
    ledger.under(&Scope::none()).finish(run, "FAILED").await.expect("ended");
    let retention = Retention { age: std::time::Duration::ZERO, ..Retention::default() };
    ledger.prune(&retention, &stop, |_| {}).await.expect("pruned");
}

#[test]
fn operations_are_told_by_stable_names_without_what_they_carry() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let told = Told::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    metrics::with_local_recorder(&recorder, || {
        tracing::subscriber::with_default(told.clone(), || runtime.block_on(with_database(work)));
    });
    let mut counters = BTreeMap::new();
    let mut histograms = 0;
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        let labels: Vec<String> = key
            .labels()
            .filter(|label| label.key() != "schema")
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        match value {
            DebugValue::Counter(count) => {
                counters.insert(format!("{} {}", key.name(), labels.join(" ")), count);
            }
            DebugValue::Histogram(values) => {
                assert_eq!(key.name(), "tantamount_operation_seconds");
                histograms += values.len();
            }
            DebugValue::Gauge(_) => {}
        }
    }
    let told_of = |(operation, outcome, count): &(&str, &str, u64)| {
        let name = format!("tantamount_operations_total operation={operation} outcome={outcome}");
        (name, *count)
    };
    let others = [
        ("tantamount_pruned_rows_total table=workflow_run_mutations", 1),
        ("tantamount_pruned_rows_total table=workflow_runs", 1),
        ("tantamount_pruned_rows_total table=workflow_step_dependencies", 1),
        ("tantamount_pruned_rows_total table=workflow_steps", 2),
        ("tantamount_verified_entries_total ", 1),
    ];
    let mut expected: BTreeMap<String, u64> = OPERATIONS.iter().map(told_of).collect();
    expected.extend(others.map(|(name, count)| (name.to_owned(), count)));
    assert_eq!(counters, expected);
    let operations: u64 = OPERATIONS.iter().map(|(_, _, count)| count).sum();
    assert_eq!(u64::try_from(histograms).expect("few"), operations);
    let told = told.0.lock().expect("told").clone();
    assert_eq!(told.matches("tantamount.operation operation=\"append\"").count(), 4, "{told}");
    for (operation, _, _) in OPERATIONS {
        let span = format!("tantamount.operation operation={operation:?}");
        assert!(told.contains(&span), "{operation}: {told}");
    }
    let ended = told.matches("message=operation ended").count();
    assert_eq!(u64::try_from(ended).expect("few"), operations, "{told}");
    assert!(!told.contains("secret"), "{told}");
    let docs = include_str!("../../../docs/operations.md");
    for (operation, _, _) in OPERATIONS {
        assert!(docs.contains(&format!("`{operation}`")), "{operation} is not documented");
    }
    for name in counters.keys() {
        let name = name.split(' ').next().unwrap_or_default();
        assert!(docs.contains(&format!("`{name}`")), "{name} is not documented");
    }
}
