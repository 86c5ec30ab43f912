//! What is told of the work: the names that docs/operations.md promises, and no payloads, keys or ids.

use crate::database::{Database, batch, batch_with, with_database};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use tantamount_runtime::{Retention, Stop, Verification};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

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

async fn work(database: Arc<Database>) {
    let secret = batch_with(&["secret-step"], r#"{"card": "secret"}"#);
    for text in [&secret, &secret, &batch(&["other"])] {
        database.append("secret-key", text).await.expect("an outcome");
    }
    let taken = database.append("another-secret", &secret).await;
    assert_eq!(taken.expect_err("taken").code(), "key_taken");
    let stop = Stop::new();
    let all = Verification::default();
    database.ledger.verify(&all, &stop, |_| {}).await.expect("verified");
    database.ledger.finish(database.run, "FAILED").await.expect("ended");
    let retention = Retention { age: std::time::Duration::ZERO, ..Retention::default() };
    database.ledger.prune(&retention, &stop, |_| {}).await.expect("pruned");
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
    let expected = [
        ("tantamount_operations_total operation=append outcome=applied", 1),
        ("tantamount_operations_total operation=append outcome=conflict", 1),
        ("tantamount_operations_total operation=append outcome=key_taken", 1),
        ("tantamount_operations_total operation=append outcome=replayed", 1),
        ("tantamount_pruned_rows_total table=workflow_run_mutations", 1),
        ("tantamount_pruned_rows_total table=workflow_runs", 1),
        ("tantamount_pruned_rows_total table=workflow_step_dependencies", 1),
        ("tantamount_pruned_rows_total table=workflow_steps", 2),
        ("tantamount_verified_entries_total ", 1),
    ];
    let found: Vec<(&str, u64)> =
        counters.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(found, expected);
    assert_eq!(histograms, 4);
    let told = told.0.lock().expect("told").clone();
    assert_eq!(told.matches("tantamount.operation operation=\"append\"").count(), 4, "{told}");
    assert_eq!(told.matches("message=operation ended").count(), 4, "{told}");
    assert!(!told.contains("secret"), "{told}");
    let docs = include_str!("../../../docs/operations.md");
    for name in counters.keys() {
        let name = name.split(' ').next().unwrap_or_default();
        assert!(docs.contains(&format!("`{name}`")), "{name} is not documented");
    }
}
