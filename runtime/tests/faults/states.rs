//! Experiment f: the server refuses with a state of its choice, at each isolation level.
//!
//! A trigger raises it, with the request in its message and its detail, as PostgreSQL's own errors
//! may have; a sequence counts how often, since what it counted is not rolled back. Besides, locks,
//! timeouts and deadlocks of the server's own.

use crate::client::{Client, Form, batch};
use crate::log::Log;
use crate::world::{World, connection, pool};
use sqlx::Connection as _;
use sqlx::postgres::PgConnectOptions;
use std::sync::Arc;
use std::time::Duration;
use tantamount_runtime::{Error, Fate, Retry, RetryPolicy};

const LEVELS: [&str; 3] = ["read committed", "repeatable read", "serializable"];
/// Whether an append in its own transaction is tried again.
const STATES: [(&str, bool); 5] =
    [("40001", true), ("40P01", true), ("23505", true), ("55P03", false), ("57014", false)];
const SECRET: &str = "a secret payload";

fn at(options: &PgConnectOptions, level: &str) -> PgConnectOptions {
    options.clone().options([("default_transaction_isolation", level)])
}

/// Lets the next appends fail with the state, so many times.
async fn fail(world: &World, state: &str, times: u32) {
    let sql = format!(
        "DROP TRIGGER IF EXISTS fail ON workflow_run_mutations;
        DROP SEQUENCE IF EXISTS failures;
        CREATE SEQUENCE failures;
        CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('failures') <= {times} THEN
                RAISE EXCEPTION 'refused: %', NEW.request
                    USING ERRCODE = '{state}', DETAIL = NEW.request::text, HINT = NEW.mutation_key;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER fail BEFORE INSERT ON workflow_run_mutations
            FOR EACH ROW EXECUTE FUNCTION fail();"
    );
    world.execute(&sql).await;
}

async fn failures(world: &World) -> i64 {
    let value = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM failures";
    sqlx::query_scalar(value).fetch_one(&world.pool).await.expect("a number")
}

/// Nothing of a request stands in what is shown of an error, or of what it says it comes from.
fn is_discreet(error: &Error, key: &str) {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        shown.push_str(&format!("{inner} {inner:?}"));
        source = inner.source();
    }
    assert!(!shown.contains(SECRET) && !shown.contains(key), "{shown}");
    // Whoever asks is told.
    let database = error.database().and_then(|database| database.unredacted());
    assert!(database.is_some_and(|all| format!("{all:?}").contains(SECRET)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f_a_forced_state_is_tried_again_or_told_at_each_isolation_level() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let (mut forced, mut resolved) = (0, 0);
    for level in LEVELS {
        let pool = pool(&at(&world.options, level), 2);
        let client = Client::new(pool.clone(), world.run, &log);
        for (state, is_retried) in STATES {
            for form in Form::BOTH {
                let shown = format!("{state}, {form:?}, {level}");
                let key = form.key(format!("{state}-{}", level.replace(' ', "-")));
                let text = batch(&key, &format!("\"{SECRET}\""));
                fail(&world, state, 2).await;
                let answer = client.call(form, &key, &text).await;
                if form == Form::Own && is_retried {
                    assert_eq!(answer.expect("tried again").code(), "applied", "{shown}");
                    assert_eq!(failures(&world).await, 3, "{shown}");
                    resolved += 1;
                } else {
                    let error = answer.expect_err("told");
                    let code = if form == Form::Own { "database" } else { "retry_transaction" };
                    assert_eq!(error.code(), code, "{shown}");
                    assert_eq!(error.sqlstate(), Some(state), "{shown}");
                    assert_eq!(error.fate(), Fate::NotApplied, "{shown}");
                    assert!(error.is_retryable(), "{shown}");
                    is_discreet(&error, &key);
                    // Nothing was tried again, and nothing is there.
                    assert_eq!(failures(&world).await, 1, "{shown}");
                    assert_eq!(client.append(form, &key, &text).await.code(), "applied", "{shown}");
                }
                forced += 1;
            }
        }
        pool.close().await;
    }
    let counts = log.check(&world).await;
    println!("f: {forced} forced states, {resolved} resolved by the ledger itself: {counts}");
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_a_state_that_does_not_pass_is_told_after_a_bounded_number_of_attempts() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let mut client = Client::new(world.pool.clone(), world.run, &log);
    let policy = RetryPolicy {
        attempts: 5,
        longest_wait: Duration::from_millis(20),
        ..RetryPolicy::default()
    };
    client.ledger = client.ledger.with_retry_policy(policy);
    fail(&world, "40001", 1_000_000).await;
    let text = batch("own-key", "null");
    let error = client.call(Form::Own, "own-key", &text).await.expect_err("it does not pass");
    assert_eq!((error.code(), error.sqlstate()), ("database", Some("40001")));
    assert_eq!(error.fate(), Fate::NotApplied);
    assert!(matches!(error.retry(), Retry::After(_)));
    assert_eq!(failures(&world).await, 5);
    assert_eq!(world.count("workflow_run_mutations").await, 0);
    world.remove().await;
}

/// What no second attempt can mend is told at once, with what would.
#[tokio::test(flavor = "multi_thread")]
async fn f_a_state_that_no_attempt_can_mend_is_told_at_once() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let client = Client::new(world.pool.clone(), world.run, &log);
    for (state, expected) in [
        ("23514", Retry::Never),
        ("22003", Retry::Never),
        ("53100", Retry::Once(tantamount_runtime::Condition::Mended)),
        ("42501", Retry::Once(tantamount_runtime::Condition::Mended)),
        ("XX001", Retry::Once(tantamount_runtime::Condition::Mended)),
    ] {
        fail(&world, state, 1).await;
        for form in Form::BOTH {
            fail(&world, state, 1).await;
            let key = form.key(state);
            let text = batch(&key, &format!("\"{SECRET}\""));
            let error = client.call(form, &key, &text).await.expect_err("told");
            assert_eq!((error.code(), error.sqlstate()), ("database", Some(state)));
            assert_eq!((error.retry(), error.fate()), (expected, Fate::NotApplied), "{state}");
            is_discreet(&error, &key);
            assert_eq!(failures(&world).await, 1);
        }
    }
    assert_eq!(world.count("workflow_run_mutations").await, 0);
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f_a_lock_that_others_hold_is_told_as_a_lock_or_as_a_timeout() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    for level in LEVELS {
        for (setting, state) in [("lock_timeout", "55P03"), ("statement_timeout", "57014")] {
            let options = at(&world.options, level).options([(setting, "500ms")]);
            let pool = pool(&options, 2);
            let client = Client::new(pool.clone(), world.run, &log);
            for form in Form::BOTH {
                let mut holder = world.pool.begin().await.expect("a transaction");
                let lock = "SELECT FROM workflow_runs FOR UPDATE";
                sqlx::query(lock).execute(&mut *holder).await.expect("the lock");
                let key = form.key(format!("{state}-{}", level.replace(' ', "-")));
                let text = batch(&key, "null");
                let error = client.call(form, &key, &text).await.expect_err("locked");
                assert_eq!(error.sqlstate(), Some(state), "{form:?} at {level}");
                assert_eq!(error.fate(), Fate::NotApplied, "{form:?} at {level}");
                holder.rollback().await.expect("the lock is released");
                assert_eq!(client.append(form, &key, &text).await.code(), "applied");
            }
            pool.close().await;
        }
    }
    log.check(&world).await;
    world.remove().await;
}

/// The append holds the run and waits for the window; who holds the window wants the run.
#[tokio::test(flavor = "multi_thread")]
async fn f_a_deadlock_of_the_servers_own_is_tried_again_or_told() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    for level in LEVELS {
        for form in Form::BOTH {
            // The append finds the deadlock first, so it is the one that is ended.
            let options = at(&world.options, level).options([("deadlock_timeout", "20ms")]);
            let pool = pool(&options, 2);
            let client = Client::new(pool.clone(), world.run, &log);
            let patient = world.options.clone().options([("deadlock_timeout", "60s")]);
            let mut other = connection(&patient).await;
            let mut holder = other.begin().await.expect("a transaction");
            let window = "SELECT FROM workflow_steps WHERE step_key = 'gate' FOR UPDATE";
            sqlx::query(window).execute(&mut *holder).await.expect("the window");
            let key = form.key(level.replace(' ', "-"));
            let (call, sent) = (client.clone(), key.clone());
            let append = tokio::spawn(async move {
                let text = batch(&sent, "null");
                call.call(form, &sent, &text).await
            });
            let run = "SELECT FROM workflow_runs FOR UPDATE";
            sqlx::query(run)
                .execute(&mut *holder)
                .await
                .expect("the run, when the append is ended");
            holder.commit().await.expect("committed");
            match (form, append.await.expect("an answer")) {
                (Form::Own, answer) => assert_eq!(answer.expect("tried again").code(), "applied"),
                // Whether it met the deadlock, or came to the window when all was over.
                (Form::Callers, Ok(outcome)) => assert_eq!(outcome.code(), "applied"),
                (Form::Callers, Err(error)) => {
                    assert_eq!(error.code(), "retry_transaction");
                    assert_eq!(error.sqlstate(), Some("40P01"));
                    assert_eq!(error.fate(), Fate::NotApplied);
                    client.append(form, &key, &batch(&key, "null")).await;
                }
            }
            pool.close().await;
        }
    }
    log.check(&world).await;
    world.remove().await;
}
