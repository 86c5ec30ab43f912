//! Beside the appends: whatever else a ledger is asked for or told is answered too when its connection
//! is cut at any message, or others are in the way, and says the same as without a fault.

use crate::client::{Client, Form, batch};
use crate::cut::{MOST_MESSAGES, cut_at};
use crate::log::Log;
use crate::options::times;
use crate::proxy::{Proxy, Verdict};
use crate::terminated::patient;
use crate::world::{World, pool};
use sqlx::PgPool;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tantamount_runtime::{Ledger, RetryPolicy, RunId, Stop, Verification};
use tantamount_schema::{MutationKey, Scope, Step};

/// What is asked; each may be asked again, and then says the same.
const QUESTIONS: [&str; 11] = [
    "lookup",
    "close_window",
    "verify",
    "backfill",
    "rows",
    "history",
    "parent",
    "open_window",
    "estimated_entries",
    "backfill_pending",
    "finish",
];

const KEY: &str = "own-key";

/// As patient as it takes: a machine that pauses is no fault.
fn ledger(pool: &PgPool) -> Ledger {
    Ledger::new(pool.clone()).with_retry_policy(patient())
}

/// The answer, as text.
async fn ask(ledger: &Ledger, run: RunId, question: &str) -> Result<String, String> {
    let scope = Scope::none();
    let own = ledger.under(&scope);
    let key = MutationKey::new(KEY).expect("a key");
    let answer = match question {
        "lookup" => own.lookup(run, &key).await.map(|entry| format!("{entry:?}")),
        "rows" => own.rows::<Step>(run, &key).await.map(|rows| format!("{rows:?}")),
        "history" => own.history(run).await.map(|entries| format!("{entries:?}")),
        "parent" => own.parent(run).await.map(|parent| format!("{parent:?}")),
        "open_window" => own.open_window(run, "gate").await.map(|()| String::new()),
        "close_window" => own.close_window(run, "gate").await.map(|()| String::new()),
        "finish" => own.finish(run, "SUCCEEDED").await.map(|()| String::new()),
        "estimated_entries" => ledger.estimated_entries().await.map(|count| count.to_string()),
        "backfill_pending" => ledger.backfill_pending().await.map(|count| count.to_string()),
        "backfill" => {
            ledger.backfill(NonZeroU32::MIN, |_| {}).await.map(|done| format!("{done:?}"))
        }
        _ => {
            let all = Verification::default();
            ledger.verify(&all, &Stop::new(), |_| {}).await.map(|found| format!("{found:?}"))
        }
    };
    answer.map_err(|error| format!("{question}: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_connection_is_cut_at_any_message_is_answered() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let client = Client::new(world.pool.clone(), world.run, &log);
    client.append(Form::Own, KEY, &batch(KEY, "1")).await;
    let proxy = Proxy::start(&world.options);
    for question in QUESTIONS.into_iter().take(times(4, QUESTIONS.len())) {
        let expected = ask(&world.ledger(), world.run, question).await;
        let mut cuts = 0;
        for (fresh, verdict) in times(
            vec![(false, Verdict::Cut)],
            vec![(false, Verdict::Cut), (true, Verdict::Cut), (true, Verdict::Halve)],
        ) {
            // `verify` takes two.
            let mut pool = pool(&proxy.options, 2);
            for number in 0..MOST_MESSAGES {
                if fresh {
                    pool.close().await;
                    pool = crate::world::pool(&proxy.options, 2);
                }
                let seen = Arc::new(AtomicUsize::new(0));
                proxy.set_rule(cut_at(number, verdict, &seen));
                let answer = ask(&ledger(&pool), world.run, question).await;
                assert_eq!(answer, expected, "{question}, {verdict:?} at {number}");
                proxy.set_rule(|_| Verdict::Forward);
                if seen.load(Ordering::Relaxed) <= number {
                    break;
                }
                cuts += 1;
            }
            pool.close().await;
        }
        assert!((4..MOST_MESSAGES * 3).contains(&cuts), "{question}: {cuts} cuts");
        println!("{question}: {cuts} cuts");
    }
    world.remove().await;
}

/// The table, seen through a condition that raises two states, one after the other, on each
/// connection. What it counts by, locks of the session, outlives a rollback.
fn failing(table: &str) -> String {
    format!(
        "CREATE FUNCTION fail() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
        DECLARE failures bigint;
        BEGIN
            SELECT COUNT(*) INTO failures FROM pg_locks
                WHERE locktype = 'advisory' AND pid = pg_backend_pid();
            IF failures < 2 THEN
                PERFORM pg_advisory_lock(pg_backend_pid(), CAST(failures AS integer));
                RAISE EXCEPTION 'in the way' USING ERRCODE = (ARRAY['40001', '40P01'])[failures + 1];
            END IF;
            RETURN TRUE;
        END $$;
        ALTER TABLE {table} RENAME TO kept;
        CREATE VIEW {table} AS SELECT * FROM kept WHERE fail();"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_others_are_in_the_way_of_is_asked_again() {
    for (table, questions) in [
        ("workflow_run_mutations", vec!["lookup", "rows", "history", "verify"]),
        ("workflow_runs", vec!["parent", "close_window", "finish"]),
    ] {
        let world = World::new().await;
        let log = Arc::new(Log::default());
        let client = Client::new(world.pool.clone(), world.run, &log);
        client.append(Form::Own, KEY, &batch(KEY, "1")).await;
        let mut expected = Vec::new();
        for question in &questions {
            // What changes something is asked for the first time below.
            let reads = !["close_window", "finish"].contains(question);
            expected.push(if reads {
                ask(&world.ledger(), world.run, question).await
            } else {
                Ok(String::new())
            });
        }
        world.execute(&failing(table)).await;
        for (question, expected) in questions.iter().zip(expected) {
            // `verify` asks on a second connection for what it has read on the first.
            let pool = pool(&world.options, 2);
            let ledger = ledger(&pool);
            if *question != "verify" {
                let impatient = ledger.clone().with_retry_policy(RetryPolicy::none());
                let error = ask(&impatient, world.run, question).await.expect_err("in the way");
                assert!(error.contains("40001"), "{error}");
            }
            assert_eq!(ask(&ledger, world.run, question).await, expected);
            pool.close().await;
        }
        world.remove().await;
    }
}
