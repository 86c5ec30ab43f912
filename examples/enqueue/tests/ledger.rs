//! Whole workflows through the ledger, against a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../laws/mod.rs"]
pub mod laws;

use laws::Case;
use laws::database::{Database, with_database};
use tantamount_core::strategy::PlanScope;
use tantamount_core::uuid::Uuid;
use tantamount_example_enqueue::enqueue::storage::relation::{NewQueue, QueueId};
use tantamount_example_enqueue::enqueue::{EnqueueRequest, IdempotencyKey, Scope, Step, strategy};
use tantamount_runtime::{Ledger, Outcome};

const SAMPLES: u32 = 150;

const CLOSE_MONTH: &str = r#"{
    "metadata": {"asked by": "ada", "attempt": 1.0},
    "result_step_key": "report",
    "active_key": "close-2026-11",
    "steps": [
        {"step_key": "collect", "execution_kind": "JOB", "job_type": "ledger.collect",
         "payload": {"month": "2026-11"}, "max_attempts": 3, "execution_resource_key": "ledger"},
        {"step_key": "approve", "execution_kind": "EXTERNAL", "payload": null,
         "dependencies": [{"prerequisite_step_key": "collect", "release_mode": "ON_SUCCESS"}]},
        {"step_key": "report", "execution_kind": "JOB", "job_type": "ledger.report", "payload": [1, 2],
         "dependencies": [{"prerequisite_step_key": "approve"}, {"prerequisite_step_key": "collect"}]}
    ]
}"#;

/// The same in another spelling: members, steps and dependencies in another order, defaults said,
/// numbers written otherwise.
const RETRY: &str = r#"{
    "steps": [
        {"dependencies": [{"prerequisite_step_key": "collect"},
                          {"release_mode": "ON_TERMINAL", "prerequisite_step_key": "approve"}],
         "payload": [1.0, 2e0], "stage": "queued", "job_type": "ledger.report",
         "execution_kind": "JOB", "step_key": "report", "allow_handler_continuation": false},
        {"step_key": "collect", "execution_kind": "JOB", "job_type": "ledger.collect", "priority": null,
         "payload": {"month": "2026\u002d11"}, "max_attempts": 3.0, "execution_resource_key": "ledger"},
        {"step_key": "approve", "execution_kind": "EXTERNAL", "payload": null, "job_type": null,
         "dependencies": [{"prerequisite_step_key": "collect", "release_mode": "ON_SUCCESS"}]}
    ],
    "active_key": "close-2026-11", "result_step_key": "report",
    "metadata": {"attempt": 1, "asked by": "ada"}
}"#;

impl Case for EnqueueRequest {
    fn scope(scope: &PlanScope) -> Scope {
        strategy::scope(scope)
    }

    fn key(text: &str) -> IdempotencyKey {
        IdempotencyKey::new(text).expect("a key")
    }

    async fn parent(ledger: &Ledger<Self>, scope: &Scope) -> QueueId {
        let id = QueueId::new();
        let new = NewQueue { id, name: Some("billing.close-month"), scope, window: None };
        ledger.open(&new).await.expect("a queue");
        id
    }
}

#[test]
fn enqueued_workflows_keep_the_laws() {
    laws::all::<EnqueueRequest>(SAMPLES);
}

#[test]
fn steps_are_read_back_with_what_they_wait_for() {
    laws::rows_are_read_back(
        SAMPLES,
        |request: EnqueueRequest| request.steps,
        |step: &mut Step| {
            let dependencies = match step {
                Step::Job(step) => &mut step.dependencies,
                Step::External(step) => &mut step.dependencies,
            };
            dependencies.sort_by_key(|dependency| dependency.prerequisite_step_key.clone());
        },
    );
}

#[test]
fn a_queue_that_was_retired_takes_no_more_runs() {
    laws::ended_parents_are_refused::<EnqueueRequest>("queue", "RETIRED", CLOSE_MONTH);
}

#[test]
fn a_workflow_is_enqueued_once_however_it_is_spelt() {
    with_database(async |database: &Database<EnqueueRequest>| {
        let ledger = &database.ledger;
        let scope = Scope::organization(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        let queue = EnqueueRequest::parent(ledger, &scope).await;
        let key = EnqueueRequest::key("close-2026-11");
        let enqueue = async |text: &str| {
            let request = EnqueueRequest::read(text.as_bytes()).unwrap_or_else(|p| panic!("{p}"));
            ledger
                .append(queue, &key, &request.canonicalize(&scope), None)
                .await
                .expect("an answer")
        };
        let Outcome::Applied(receipt) = enqueue(CLOSE_MONTH).await else { panic!("not applied") };
        let keys: Vec<&str> = receipt.elements().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["approve", "collect", "report"]);
        let run = receipt.id().expect("a run has an id");
        assert!(receipt.elements().iter().all(|(_, step)| *step > run));
        assert_eq!(enqueue(RETRY).await, Outcome::Replayed(receipt.clone()));

        let other = RETRY
            .replace("\"result_step_key\": \"report\"", "\"result_step_key\": \"approve\"")
            .replace("ON_SUCCESS", "ON_TERMINAL")
            .replace("\"ada\"", "\"grace\"");
        let Outcome::Conflict(conflict) = enqueue(&other).await else { panic!("no conflict") };
        assert_eq!(
            conflict.differences().to_string(),
            "metadata[\"asked by\"]: \"ada\" → \"grace\"\n\
             result_step_key: \"report\" → \"approve\"\n\
             steps[\"approve\"].dependencies[\"collect\"].release_mode: \"ON_SUCCESS\" → \"ON_TERMINAL\""
        );

        let row = sqlx::query_as::<_, (Uuid, String, String, String, String)>(
            "SELECT workflow_run_id, status, active_key, result_step_key, run_metadata::text
             FROM enqueued_runs",
        );
        let row = row.fetch_one(&database.pool).await.expect("a run");
        let expected = (run, "RUNNING", "close-2026-11", "report");
        assert_eq!((row.0, row.1.as_str(), row.2.as_str(), row.3.as_str()), expected);

        let steps: Vec<Step> =
            ledger.under(&scope).rows(queue, &key).await.expect("rows").expect("a run");
        let Step::External(approve) = &steps[0] else { panic!("{:?}", steps[0]) };
        assert_eq!(approve.organization_id, scope.organization_id);
        assert_eq!(approve.dependencies.len(), 1);
        let Step::Job(collect) = &steps[1] else { panic!("{:?}", steps[1]) };
        assert_eq!(collect.max_attempts.map(|most| most.get()), Some(3));
        assert_eq!(collect.payload.canonical(), r#"{"month":"2026-11"}"#);
    });
}

/// Another run of the same queue has steps of the same keys: they are the run's own. The same key
/// in another queue is another run.
#[test]
fn runs_have_steps_of_their_own() {
    with_database(async |database: &Database<EnqueueRequest>| {
        let ledger = &database.ledger;
        let scope = Scope::none();
        let request = EnqueueRequest::read(CLOSE_MONTH.as_bytes()).expect("valid");
        let request = request.canonicalize(&scope);
        let (one, two) = (
            EnqueueRequest::parent(ledger, &scope).await,
            EnqueueRequest::parent(ledger, &scope).await,
        );
        let mut runs = std::collections::BTreeSet::new();
        for (queue, key) in [(one, "november"), (one, "december"), (two, "november")] {
            let key = EnqueueRequest::key(key);
            let outcome = ledger.append(queue, &key, &request, None).await.expect("an answer");
            assert_eq!(outcome.code(), "applied");
            runs.extend(outcome.receipt().and_then(|receipt| receipt.id()));
        }
        assert_eq!(runs.len(), 3);
        assert_eq!(database.counts().await, [9, 9]);
    });
}

#[test]
fn the_result_is_a_step_of_the_run() {
    let text = CLOSE_MONTH.replace("\"result_step_key\": \"report\"", "\"result_step_key\": \"x\"");
    let problems = EnqueueRequest::read(text.as_bytes()).expect_err("no such step");
    assert_eq!(
        problems.to_string(),
        "3:24: /result_step_key: `x` is the key of no element [unknown_reference]"
    );
    with_database(async |database: &Database<EnqueueRequest>| {
        let (ledger, scope) = (&database.ledger, Scope::none());
        let queue = EnqueueRequest::parent(ledger, &scope).await;
        let request = EnqueueRequest::read(CLOSE_MONTH.as_bytes()).expect("valid");
        let key = EnqueueRequest::key("key");
        let outcome = ledger.append(queue, &key, &request.canonicalize(&scope), None).await;
        assert_eq!(outcome.expect("applied").code(), "applied");
        let set = "UPDATE enqueued_runs SET result_step_key = 'x'";
        let error = sqlx::query(set).execute(&database.pool).await.expect_err("no such step");
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("23503"));
    });
}
