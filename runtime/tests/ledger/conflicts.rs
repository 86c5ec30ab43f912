//! What a conflict tells.

use crate::database::{Database, applied, batch, batch_with, code, conflict, with_database};
use std::sync::Arc;
use tantamount_runtime::Unlisted;

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_lists_what_differs_from_stored_to_requested() {
    with_database(async |database: Arc<Database>| {
        let first = r#"{"append_window_step_key": "gate", "steps": [
            {"step_key": "child", "execution_kind": "JOB", "job_type": "t", "payload": {"n": 1.0},
             "priority": 5, "dependencies": [{"prerequisite_step_key": "gate"}]},
            {"step_key": "gone", "execution_kind": "EXTERNAL", "payload": null}]}"#;
        let receipt = applied(database.append("key", first).await);
        let other = first
            .replace("\"priority\": 5", "\"priority\": 7")
            .replace("{\"n\": 1.0}", "{\"n\": 1.5}")
            .replace("\"EXTERNAL\", \"payload\": null", "\"EXTERNAL\", \"payload\": []");
        let conflict = conflict(database.append("key", &other).await);
        assert_eq!(
            conflict.differences().to_string(),
            "steps[\"child\"].payload.n: 1 → 1.5\nsteps[\"child\"].priority: 5 → 7\n\
             steps[\"gone\"].payload: null → []"
        );
        assert_eq!(conflict.stored_digest(), Some(receipt.digest()));
        assert_ne!(conflict.requested_digest(), receipt.digest());
        assert_eq!(conflict.stored_schema_version(), Some("2"));
        assert_eq!(conflict.unlisted(), None);
        assert_eq!(database.counts().await, [1, 3, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_decides_where_a_newer_schema_wrote_the_row() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch(&["a"])).await);
        let newer = "UPDATE workflow_run_mutations SET schema_version = '3', \
                     digest = 'sha256:' || repeat('0', 64), \
                     request = jsonb_set(request, '{steps,0,novel}', 'true')";
        sqlx::query(newer).execute(&database.pool).await.expect("a newer row");
        let found = conflict(database.append("key", &batch(&["a"])).await);
        assert!(found.differences().is_empty());
        assert_eq!(found.unlisted(), Some(Unlisted::OtherSchemaVersion));
        let unreadable = "UPDATE workflow_run_mutations SET request = '[1]'";
        sqlx::query(unreadable).execute(&database.pool).await.expect("an unreadable row");
        let found = conflict(database.append("key", &batch(&["a"])).await);
        assert_eq!(found.unlisted(), Some(Unlisted::Unreadable));
        let undigested =
            "UPDATE workflow_run_mutations SET digest = NULL, canonical_version = NULL";
        sqlx::query(undigested).execute(&database.pool).await.expect("no digest");
        let outcome = database.append("key", &batch(&["a"])).await;
        assert_eq!(code(&outcome), "stored_row_unreadable");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_of_an_unknown_canonical_form_is_not_compared() {
    with_database(async |database: Arc<Database>| {
        applied(database.append("key", &batch_with(&["a"], "1")).await);
        let newer = "UPDATE workflow_run_mutations SET canonical_version = 2";
        sqlx::query(newer).execute(&database.pool).await.expect("a newer form");
        let outcome = database.append("key", &batch_with(&["a"], "1")).await;
        assert_eq!(code(&outcome), "stored_row_unreadable");
    })
    .await;
}
