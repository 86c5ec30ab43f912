//! What one scope sees of another's: nothing.

use crate::database::{Database, applied, batch, with_database};
use std::sync::Arc;
use tantamount_runtime::{Error, NewRun, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope, Step};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_sees_and_changes_what_is_its_own_and_nothing_else() {
    with_database(async |database: Arc<Database>| {
        let (own, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let (own, other) = (Scope::organization(own), Scope::organization(other));
        let run = RunId::new();
        let new = NewRun { id: run, name: None, scope: &own, window: Some("gate") };
        database.ledger.open(&new).await.expect("opened");
        let text = batch(&["a"]);
        let request = AppendRequest::read(text.as_bytes()).expect("valid");
        let key = MutationKey::new("key").expect("a key");
        let request = request.canonicalize(&own);
        let receipt = applied(database.ledger.append(run, &key, &request, None).await);

        for stranger in [&other, &Scope::none()] {
            let seen = database.ledger.under(stranger);
            assert_eq!(seen.lookup(run, &key).await.expect("asked"), None);
            assert_eq!(seen.parent(run).await.expect("asked"), None);
            assert_eq!(seen.history(run).await.expect("asked"), []);
            assert!(seen.rows::<Step>(run, &key).await.expect("asked").is_none());
            // Another's run is told from one that is not there by nothing, and waits for nobody.
            let mut holding = database.pool.begin().await.expect("a transaction");
            let lock = "SELECT 1 FROM workflow_runs FOR UPDATE";
            sqlx::query(lock).execute(&mut *holding).await.expect("locked");
            let absent = RunId::new();
            for (there, nowhere) in [
                (seen.open_window(run, "gate").await, seen.open_window(absent, "gate").await),
                (seen.close_window(run, "gate").await, seen.close_window(absent, "gate").await),
                (seen.finish(run, "FAILED").await, seen.finish(absent, "FAILED").await),
            ] {
                let message = |run: RunId, result: Result<(), Error>| {
                    let error = result.expect_err("another's");
                    assert_eq!(error.code(), "parent_not_found");
                    error.to_string().replace(&run.to_string(), "it")
                };
                assert_eq!(message(run, there), message(absent, nowhere));
            }
            holding.rollback().await.expect("rolled back");
        }

        let seen = database.ledger.under(&own);
        let entry = seen.lookup(run, &key).await.expect("asked").expect("an entry");
        assert_eq!(entry.elements, receipt.elements());
        assert_eq!(seen.history(run).await.expect("asked").len(), 1);
        assert_eq!(
            seen.rows::<Step>(run, &key).await.expect("asked").map(|rows| rows.len()),
            Some(1)
        );
        seen.close_window(run, "gate").await.expect("closed");
        seen.open_window(run, "gate").await.expect("open");
        seen.finish(run, "SUCCEEDED").await.expect("ended");
        assert_eq!(seen.parent(run).await.expect("asked").expect("there").status, "SUCCEEDED");
    })
    .await;
}
