//! How many statements an append takes, and what they wait for.

use crate::database::{
    Database, applied, batch, batch_with, code, conflict, replayed, with_database,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tantamount_runtime::Ledger;
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

/// Counts what the driver sends: it tells of each statement.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Statements {
    /// Those since the last call.
    fn taken(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Of one thread: only what it sends itself is counted.
#[tokio::test]
async fn a_first_append_is_one_statement_a_replay_one_and_a_conflict_two() {
    let statements = Statements::default();
    let _counting = tracing::subscriber::set_default(statements.clone());
    with_database(async move |database: Arc<Database>| {
        for (index, steps) in [1, 10, 300].into_iter().enumerate() {
            let steps: Vec<String> = (0..steps).map(|step| format!("{index}-{step}")).collect();
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            let key = format!("key{index}");
            statements.taken();
            let receipt = applied(database.append(&key, &batch(&steps)).await);
            assert_eq!(statements.taken(), 1, "a first append of {} steps", steps.len());
            assert_eq!(receipt.elements().len(), steps.len());
            assert_eq!(replayed(database.append(&key, &batch(&steps)).await), receipt);
            assert_eq!(statements.taken(), 1, "a replay");
            conflict(database.append(&key, &batch_with(&steps, "[1]")).await);
            assert_eq!(statements.taken(), 2, "a conflict");
        }
        // Another process has tried none of the keys.
        let elsewhere = Ledger::new(database.pool.clone());
        let text = batch(&["0-0"]);
        let request = AppendRequest::read(text.as_bytes()).expect("valid");
        let request = request.canonicalize(&Scope::none());
        for round in 0..3 {
            let key = MutationKey::new("key0").expect("a key");
            replayed(elsewhere.append(database.run, &key, &request, None).await);
            // The first one asks for the encoding.
            assert_eq!(statements.taken(), 1 + usize::from(round == 0));
        }
    })
    .await;
}

/// The run's row is locked by someone else all the while.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_and_a_conflict_wait_for_nobody() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch(&["a"])).await);
        let mut holding = database.pool.begin().await.expect("a transaction");
        let lock = "SELECT 1 FROM workflow_runs, workflow_steps FOR UPDATE";
        sqlx::query(lock).execute(&mut *holding).await.expect("locked");
        let other = batch_with(&["a"], "7");
        for (text, expected) in [(batch(&["a"]), "replayed"), (other, "conflict")] {
            let request = AppendRequest::read(text.as_bytes()).expect("valid");
            let request = request.canonicalize(&Scope::none());
            let key = MutationKey::new("key").expect("a key");
            // One that knows the key, and one that has never seen it and asks while it writes.
            let elsewhere = Ledger::new(database.pool.clone());
            for ledger in [&database.ledger, &elsewhere] {
                let outcome = ledger.append(database.run, &key, &request, None).await;
                assert_eq!(code(&outcome), expected);
            }
        }
        holding.rollback().await.expect("rolled back");
    })
    .await;
}

/// Whoever names the scope of another tenant cannot make its appends wait.
#[tokio::test(flavor = "multi_thread")]
async fn an_append_under_another_scope_locks_nothing() {
    with_database(async |database: Arc<Database>| {
        let other = Scope::organization(Uuid::from_u128(7));
        let mut holding = database.pool.begin().await.expect("a transaction");
        let lock = "SELECT 1 FROM workflow_runs FOR UPDATE";
        sqlx::query(lock).execute(&mut *holding).await.expect("locked");
        let outcome = database.append_under("key", &batch(&["a"]), &other).await;
        assert_eq!(code(&outcome), "scope_mismatch");
        holding.rollback().await.expect("rolled back");
        assert_eq!(database.counts().await, [0, 1, 0]);
    })
    .await;
}
