//! Laws that hold for the ledger of any schema, against a real PostgreSQL: that of `DATABASE_URL`,
//! or one of our own. Tests include this folder by path, and say for their schema what a [`Case`]
//! asks.

pub mod backfill;
pub mod database;
pub mod violations;

use database::{Database, with_database};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use tantamount_core::strategy::{PlanScope, SamePair, different_pair, same_pair};
use tantamount_core::{Canonical, View};
use tantamount_runtime::relation::{ParentKey as _, Row, Storage, Table};
use tantamount_runtime::{Error, Ledger, Outcome};

/// What the laws must know of a schema beside what is generated.
pub trait Case: Storage<Scope: Send + Sync, Key: Send + Sync> + 'static {
    /// The scope of a sample.
    fn scope(scope: &PlanScope) -> Self::Scope;

    /// A key.
    fn key(text: &str) -> Self::Key;

    /// A new parent, where requests have one.
    fn parent(
        ledger: &Ledger<Self>,
        scope: &Self::Scope,
    ) -> impl Future<Output = Self::Parent> + Send;
}

/// So many samples, always the same ones.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn fails(message: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(message.to_string())
}

/// All laws of this module.
pub fn all<R: Case>(cases: u32) {
    retries_are_replayed::<R>(cases);
    others_are_conflicts::<R>(cases);
    concurrent_duplicates_are_applied_once::<R>();
    violations::are_refused::<R>(cases);
    backfill::keeps_what_was_said::<R>(cases / 2);
}

/// Appends a text that is valid.
async fn append<R: Case>(
    ledger: &Ledger<R>,
    parent: R::Parent,
    text: &str,
    scope: &R::Scope,
) -> Result<Outcome, Error> {
    let request = tantamount_core::read::<R>(text.as_bytes()).expect("a valid request");
    ledger.append(parent, &R::key("key"), &request.canonicalize(scope), None).await
}

/// A place to append to where nothing was appended yet: the key is the same for all.
async fn fresh<R: Case>(database: &Database<R>, scope: &R::Scope) -> R::Parent {
    database.clear().await;
    R::parent(&database.ledger, scope).await
}

/// A request is applied; a retry in any spelling is replayed, with the same receipt; the database
/// finds both equal by its own `jsonb`; and the tables have a row for each element.
pub fn retries_are_replayed<R: Case>(cases: u32) {
    holds_of_what_is_applied(cases, replays::<R>);
}

/// Runs a law on requests with another spelling of each. It says whether the request could be
/// applied, as at least a tenth of them must be.
fn holds_of_what_is_applied<R: Case>(
    cases: u32,
    law: impl AsyncFn(&Database<R>, &SamePair) -> Result<bool, TestCaseError>,
) {
    let mut applied = 0;
    with_database(async |database: &Database<R>| {
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            let law = |pair: SamePair| {
                applied += u32::from(runtime.block_on(law(database, &pair))?);
                Ok(())
            };
            let law = std::cell::RefCell::new(law);
            let result = runner(cases).run(&same_pair(R::plan()), |pair| law.borrow_mut()(pair));
            result.unwrap_or_else(|error| panic!("{error}"));
        });
    });
    assert!(applied * 10 >= cases, "only {applied} of {cases} samples could be applied");
}

async fn replays<R: Case>(database: &Database<R>, pair: &SamePair) -> Result<bool, TestCaseError> {
    let scope = R::scope(&pair.scope);
    let parent = fresh(database, &scope).await;
    let first = tantamount_core::read::<R>(pair.first.as_bytes()).map_err(fails)?;
    let second = tantamount_core::read::<R>(pair.second.as_bytes()).map_err(fails)?;
    let (first, second) = (first.canonicalize(&scope), second.canonicalize(&scope));
    let receipt = match database.ledger.append(parent, &R::key("key"), &first, None).await {
        Ok(Outcome::Applied(receipt)) => receipt,
        // What is named outside of the request is not there.
        Err(Error::UnknownReference { .. }) if !first.outside_references().is_empty() => {
            return Ok(false);
        }
        other => return Err(fails(format!("not applied: {other:?}"))),
    };
    let expected = rows_of(&first);
    let found = database.counts().await;
    if expected != found {
        return Err(fails(format!("rows: {found:?} instead of {expected:?}")));
    }
    for request in [&first, &second] {
        let outcome = database.ledger.append(parent, &R::key("key"), request, None).await;
        match outcome {
            Ok(Outcome::Replayed(again)) if again == receipt => {}
            other => return Err(fails(format!("not replayed as {receipt:?}: {other:?}"))),
        }
        if !database.holds(request.as_str()).await {
            return Err(fails("the stored request is another one by jsonb"));
        }
    }
    let entry =
        database.ledger.under(&scope).lookup(parent, &R::key("key")).await.map_err(fails)?;
    let entry = entry.ok_or_else(|| fails("no entry"))?;
    if entry.request != first.as_str() || entry.elements != receipt.elements() {
        return Err(fails(format!("another entry: {entry:?}")));
    }
    Ok(true)
}

/// How many rows a request has in each table.
fn rows_of<R: Case>(request: &Canonical<'_, R>) -> Vec<i64> {
    fn elements<'d>(tables: &[Table], table: &Table, root: View<'d>) -> Vec<View<'d>> {
        match table.parent {
            None => root.member(table.slot).elements().collect(),
            Some(parent) => elements(tables, &tables[parent], root)
                .into_iter()
                .flat_map(|holder| holder.member(table.slot).elements().collect::<Vec<_>>())
                .collect(),
        }
    }
    let tables = R::relation().tables;
    let count = |table| elements(tables, table, request.root()).len() as i64;
    tables.iter().map(count).collect()
}

/// A request that means another thing is a conflict that lists what differs, and changes nothing.
pub fn others_are_conflicts<R: Case>(cases: u32) {
    with_database(async |database: &Database<R>| {
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            let law = |pair: tantamount_core::strategy::DifferentPair| {
                runtime.block_on(conflicts(database, &pair))
            };
            let result = runner(cases).run(&different_pair(R::plan()), law);
            result.unwrap_or_else(|error| panic!("{error}"));
        });
    });
}

async fn conflicts<R: Case>(
    database: &Database<R>,
    pair: &tantamount_core::strategy::DifferentPair,
) -> Result<(), TestCaseError> {
    let scope = R::scope(&pair.scope);
    let parent = fresh(database, &scope).await;
    match append(&database.ledger, parent, &pair.first, &scope).await {
        Ok(Outcome::Applied(_)) => {}
        Err(Error::UnknownReference { .. }) => return Ok(()),
        other => return Err(fails(format!("not applied: {other:?}"))),
    }
    let before = database.counts().await;
    let outcome = append(&database.ledger, parent, &pair.second, &scope).await;
    let Ok(Outcome::Conflict(conflict)) = outcome else {
        return Err(fails(format!("no conflict after `{}`: {outcome:?}", pair.change)));
    };
    if conflict.differences().is_empty() || conflict.unlisted().is_some() {
        return Err(fails(format!("nothing is told of `{}`: {conflict:?}", pair.change)));
    }
    let second = tantamount_core::read::<R>(pair.second.as_bytes()).map_err(fails)?;
    if database.holds(second.canonicalize(&scope).as_str()).await {
        return Err(fails(format!("jsonb finds no difference after `{}`", pair.change)));
    }
    if before != database.counts().await {
        return Err(fails("a conflict wrote something"));
    }
    Ok(())
}

/// Of many appends of one request under one key at once, and of another one, one is applied; its
/// like are replayed with its receipt, and the others are conflicts, at every isolation level.
pub fn concurrent_duplicates_are_applied_once<R: Case>() {
    const EACH: usize = 8;
    let mut runner = runner(1);
    // The first pair without names of what is outside.
    let pair = (0..200)
        .filter_map(|_| {
            use proptest::strategy::{Strategy as _, ValueTree as _};
            let pair = different_pair(R::plan()).new_tree(&mut runner).ok()?.current();
            let none = |text: &str| {
                let request = tantamount_core::read::<R>(text.as_bytes()).expect("a valid request");
                request.outside_references().is_empty()
            };
            (none(&pair.first) && none(&pair.second)).then_some(pair)
        })
        .next()
        .expect("a pair without references to the outside");
    for isolation in ["read committed", "repeatable read", "serializable"] {
        with_database(async |database: &Database<R>| {
            let scope = R::scope(&pair.scope);
            for _ in 0..6 {
                let parent = fresh(database, &scope).await;
                database.isolate(isolation).await;
                let mut appends = Vec::new();
                for index in 0..2 * EACH {
                    let (ledger, scope) = (database.ledger.clone(), scope.clone());
                    let text = if index % 2 == 0 { &pair.first } else { &pair.second };
                    let text: Arc<str> = text.as_str().into();
                    appends.push(tokio::spawn(async move {
                        append(&ledger, parent, &text, &scope).await
                    }));
                }
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                let mut receipts = Vec::new();
                for append in appends {
                    let outcome = append.await.expect("no panic");
                    let outcome = outcome.unwrap_or_else(|error| panic!("{error}: {error:?}"));
                    *counts.entry(outcome.code()).or_default() += 1;
                    receipts.extend(outcome.receipt().cloned());
                }
                let expected =
                    BTreeMap::from([("applied", 1), ("replayed", EACH - 1), ("conflict", EACH)]);
                assert_eq!(counts, expected, "at {isolation}");
                assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]));
            }
        });
    }
}

/// The rows of a table, read back as values of their type, are the elements that were sent.
/// `normal` brings what differs on purpose to one form: an empty array that may be left out is.
pub fn rows_are_read_back<R, T>(cases: u32, elements: impl Fn(R) -> Vec<T>, normal: impl Fn(&mut T))
where
    R: Case,
    T: Row<R> + PartialEq + std::fmt::Debug,
{
    with_database(async |database: &Database<R>| {
        let runtime = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            let law = |pair: SamePair| {
                runtime.block_on(async {
                    let scope = R::scope(&PlanScope::none());
                    let parent = fresh(database, &scope).await;
                    let key = R::key("key");
                    let none = database
                        .ledger
                        .under(&scope)
                        .rows::<T>(parent, &key)
                        .await
                        .map_err(fails)?;
                    assert!(none.is_none(), "nothing was appended yet");
                    let request =
                        tantamount_core::read::<R>(pair.first.as_bytes()).map_err(fails)?;
                    match append(&database.ledger, parent, &pair.first, &scope).await {
                        Ok(Outcome::Applied(_)) => {}
                        Err(Error::UnknownReference { .. }) => return Ok(()),
                        other => return Err(fails(format!("not applied: {other:?}"))),
                    }
                    let rows = database
                        .ledger
                        .under(&scope)
                        .rows::<T>(parent, &key)
                        .await
                        .map_err(fails)?;
                    let mut rows = rows.ok_or_else(|| fails("no rows"))?;
                    let mut sent = elements(request.to_value());
                    for list in [&mut rows, &mut sent] {
                        list.iter_mut().for_each(&normal);
                        list.sort_by_key(|value| format!("{value:?}"));
                    }
                    if rows == sent { Ok(()) } else { Err(fails(format!("{rows:?}\n{sent:?}"))) }
                })
            };
            let result = runner(cases).run(&same_pair(R::plan()), law);
            result.unwrap_or_else(|error| panic!("{error}"));
        });
    });
}

/// What a schema with a parent refuses: no such parent, another scope, a parent that has ended; and
/// that its messages name it as the schema does.
pub fn ended_parents_are_refused<R>(noun: &str, terminal: &str, text: &str)
where
    R: Case<Parent = tantamount_runtime::ParentId>,
{
    with_database(async |database: &Database<R>| {
        let scope = R::scope(&PlanScope::none());
        let nowhere = tantamount_runtime::ParentId::new();
        let error = append(&database.ledger, nowhere, text, &scope).await.expect_err("no parent");
        assert_eq!(error.to_string(), format!("there is no {noun} {nowhere}"));
        assert_eq!(error.code(), "parent_not_found");
        let parent = fresh(database, &scope).await;
        let outcome = append(&database.ledger, parent, text, &scope).await.expect("applied");
        assert_eq!(outcome.code(), "applied");
        let error = database
            .ledger
            .under(&scope)
            .finish(parent, "nonsense")
            .await
            .expect_err("no such status");
        assert_eq!(
            error.to_string(),
            format!("`nonsense` is no status in which a {noun} has ended")
        );
        database.ledger.under(&scope).finish(parent, terminal).await.expect("ended");
        let again = append(&database.ledger, parent, text, &scope).await.expect("replayed");
        assert_eq!(again.code(), "replayed");
        let request = tantamount_core::read::<R>(text.as_bytes()).expect("a valid request");
        let request = request.canonicalize(&scope);
        let other = database.ledger.append(parent, &R::key("other"), &request, None).await;
        let error = other.expect_err("it has ended");
        assert_eq!(error.to_string(), format!("{noun} {parent} has ended"));
        let history = database.ledger.under(&scope).history(parent).await.expect("a history");
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].parent, parent.id());
    });
}

/// The number of rows that a statement counts.
async fn count(pool: &sqlx::PgPool, statement: String) -> i64 {
    let row = sqlx::query(AssertSqlSafe(statement)).fetch_one(pool).await.expect("a count");
    row.get("count")
}
