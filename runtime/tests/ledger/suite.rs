//! The cases of `schema/suite` through the database: what is accepted is applied, what is the same
//! is replayed, what differs is a conflict with the differences that the case lists.

#[path = "../../../schema/tests/suite/folders.rs"]
pub mod folders;

use crate::database::{Database, applied, code, conflict, replayed, with_empty_database};
use folders::Pair;
use std::sync::Arc;
use tantamount_core::Canonical;
use tantamount_runtime::{Error, NewRun, Outcome, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope, StepKey};

/// A run of its own, with the window and everything outside the batch that the batch names; the
/// code of the refusal instead, where the batch names what can be no step.
async fn open(
    database: &Database,
    scope: &Scope,
    request: &Canonical<'_, AppendRequest>,
) -> (RunId, Option<&'static str>) {
    let run = RunId::new();
    let mut refusal = None;
    let window = request.root().member(0).as_str().to_owned();
    let references =
        request.outside_references().into_iter().map(|name| (name, "unknown_reference"));
    for (name, code) in references.chain([(window.as_str(), "window_not_found")]) {
        let is_step = StepKey::new(name).is_ok();
        let new = NewRun { id: run, name: None, scope, window: is_step.then_some(name) };
        database.ledger.open(&new).await.expect("the run is opened");
        refusal = if is_step { refusal } else { Some(code) };
    }
    (run, refusal)
}

async fn append(
    database: &Database,
    run: RunId,
    request: &Canonical<'_, AppendRequest>,
) -> Result<Outcome, Error> {
    database.ledger.append(run, &key(), request, None).await
}

fn key() -> MutationKey {
    MutationKey::new("key").expect("a key")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_applied_and_kept_in_canonical_form() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        for case in folders::accepted() {
            let name = &case.name;
            let checked = AppendRequest::read(&case.text).expect(name);
            let request = checked.canonicalize(&Scope::none());
            let (run, refusal) = open(&database, &Scope::none(), &request).await;
            let outcome = append(&database, run, &request).await;
            if let Some(refusal) = refusal {
                assert_eq!(code(&outcome), refusal, "{name}: {outcome:?}");
                continue;
            }
            assert_eq!(code(&outcome), "applied", "{name}: {outcome:?}");
            let receipt = applied(outcome);
            let again = AppendRequest::read(request.bytes()).expect(name);
            let again = again.canonicalize(&Scope::none());
            assert_eq!(replayed(append(&database, run, &again).await), receipt, "{name}");
            let entry = database
                .ledger
                .under(&Scope::none())
                .lookup(run, &key())
                .await
                .expect(name)
                .expect(name);
            assert_eq!(entry.request, request.as_str(), "{name}");
            assert_eq!(entry.summary.digest, Some(request.digest()), "{name}");
        }
    })
    .await;
}

/// Appends the first request of each pair, then the second under the same key.
async fn append_pairs(pairs: Vec<Pair>) {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        for Pair { name, first, second, scope, differences } in pairs {
            let first = AppendRequest::read(&first).expect(&name);
            let first = first.canonicalize(&scope);
            let (run, refusal) = open(&database, &scope, &first).await;
            assert_eq!(refusal, None, "{name} names what can be no step");
            let receipt = applied(append(&database, run, &first).await);
            let second = AppendRequest::read(&second).expect(&name);
            let outcome = append(&database, run, &second.canonicalize(&scope)).await;
            if differences.is_empty() {
                assert_eq!(code(&outcome), "replayed", "{name}: {outcome:?}");
                assert_eq!(replayed(outcome), receipt, "{name}");
            } else {
                assert_eq!(code(&outcome), "conflict", "{name}: {outcome:?}");
                let found = conflict(outcome);
                assert_eq!(format!("{}\n", found.differences()), differences, "{name}");
                assert_eq!(found.unlisted(), None, "{name}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_same_is_replayed() {
    append_pairs(folders::same()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_different_is_a_conflict_with_its_differences() {
    append_pairs(folders::different()).await;
}
