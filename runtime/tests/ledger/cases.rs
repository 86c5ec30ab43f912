//! Every reference case: the stored text as a ledger row without a digest, the requested one
//! appended under its key. And the rows of ours, asked for by the same request.

use crate::database::{Database, applied, code, replayed, with_empty_database};
use serde::Deserialize;
use std::sync::Arc;
use tantamount_runtime::{Ledger, NewRun, Outcome, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    scope: CaseScope,
    pub(crate) stored: String,
    pub(crate) requested: String,
    pub(crate) same: bool,
}

#[derive(Deserialize)]
struct CaseScope {
    organization_id: Option<String>,
}

pub(crate) fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/suite/reference/append-cases.json");
    let text = std::fs::read_to_string(path).expect("the reference cases");
    let cases: Cases = serde_json::from_str(&text).expect("cases");
    assert!(cases.cases.len() >= 42, "only {} cases", cases.cases.len());
    cases.cases
}

pub(crate) fn scope(case: &Case) -> Scope {
    let organization = case.scope.organization_id.as_deref();
    let organization = organization.map(|id| Uuid::parse_str(id).expect("a UUID"));
    organization.map_or_else(Scope::none, Scope::organization)
}

/// A run of its own for each case.
pub(crate) async fn open(ledger: &Ledger, scope: &Scope, window: &str) -> RunId {
    let run = RunId::new();
    let new = NewRun { id: run, name: None, scope, window: Some(window) };
    ledger.open(&new).await.expect("the run is opened");
    run
}

pub(crate) async fn insert_stored(database: &Database, run: RunId, request: &str) {
    let insert = "INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request) \
                  VALUES ($1, 'key', CAST($2 AS jsonb))";
    let query = sqlx::query(insert).bind(run.as_uuid()).bind(request);
    query.execute(&database.pool).await.expect("a row without a digest");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_without_a_digest_is_judged_as_the_reference_judges_it() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        for case in cases() {
            let scope = scope(&case);
            let run = open(&database.ledger, &scope, "gate").await;
            insert_stored(&database, run, &case.stored).await;
            let request = AppendRequest::read(case.requested.as_bytes()).expect("valid");
            let request = request.canonicalize(&scope);
            let key = MutationKey::new("key").expect("a key");
            let outcome = database.ledger.append(run, &key, &request, None).await;
            let expected = if case.same { "replayed" } else { "conflict" };
            assert_eq!(code(&outcome), expected, "{}: {outcome:?}", case.name);
            match outcome.expect("an outcome") {
                Outcome::Conflict(conflict) => {
                    assert!(!conflict.differences().is_empty(), "{}", case.name);
                    assert_eq!(conflict.stored_digest(), None);
                    assert_eq!(conflict.unlisted(), None);
                }
                Outcome::Replayed(receipt) => {
                    assert!(
                        receipt.elements().is_empty() && !receipt.missing_elements().is_empty()
                    );
                }
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_ours_is_judged_as_the_reference_judges_it() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let mut judged = 0;
        for case in cases() {
            let scope = scope(&case);
            // Rows that only an older system can have written cannot be appended.
            let Ok(stored) = AppendRequest::read(case.stored.as_bytes()) else { continue };
            let stored = stored.canonicalize(&scope);
            let window = stored.root().member(0).as_str().to_owned();
            let run = open(&database.ledger, &scope, &window).await;
            for reference in stored.outside_references() {
                let window = Some(reference);
                let new = NewRun { id: run, name: None, scope: &scope, window };
                database.ledger.open(&new).await.expect("what is depended on");
            }
            let key = MutationKey::new("key").expect("a key");
            let first = applied(database.ledger.append(run, &key, &stored, None).await);
            let request = AppendRequest::read(case.requested.as_bytes()).expect("valid");
            let request = request.canonicalize(&scope);
            let outcome = database.ledger.append(run, &key, &request, None).await;
            if case.same {
                assert_eq!(replayed(outcome), first, "{}", case.name);
            } else {
                assert_eq!(code(&outcome), "conflict", "{}", case.name);
            }
            judged += 1;
        }
        assert!(judged >= 35, "only {judged} cases were judged");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_row_is_answered_with_the_ids_of_its_steps() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        database.open(&Scope::none()).await;
        let text = crate::database::batch(&["b", "a", "é"]);
        let first = applied(database.append("key", &text).await);
        let forget = "UPDATE workflow_run_mutations SET digest = NULL, canonical_version = NULL, \
                      schema_version = NULL, first_step_id = NULL";
        sqlx::query(forget).execute(&database.pool).await.expect("an older row");
        assert_eq!(replayed(database.append("key", &text).await), first);
        let key = MutationKey::new("key").expect("a key");
        let entry =
            database.ledger.under(&Scope::none()).lookup(database.run, &key).await.expect("found");
        let entry = entry.expect("an entry");
        assert_eq!(entry.elements, first.elements());
        assert_eq!((entry.summary.digest, entry.summary.elements), (None, Some(3)));
    })
    .await;
}
