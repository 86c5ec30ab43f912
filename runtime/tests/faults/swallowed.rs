//! Experiment b: the answer of the COMMIT is lost, again and again.
//!
//! An append in its own transaction is one statement, whose `CommandComplete` is sent before it
//! commits and whose `ReadyForQuery` after; in a client's transaction it is that of `COMMIT`. The
//! proxy keeps all of the answer, and cuts the connection when the server has sent its end: then the
//! server has committed, and the client knows nothing.

use crate::client::{Client, Form, batch};
use crate::log::Log;
use crate::options::times;
use crate::proxy::{Message, Proxy, READY_FOR_QUERY, Side, Verdict};
use crate::world::{World, pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tantamount_runtime::{Fate, RetryPolicy};

/// Keeps one answer of a commit from the client.
fn swallow(
    swallowed: &Arc<AtomicUsize>,
    and_then: Verdict,
) -> impl FnMut(Message) -> Verdict + use<> {
    let swallowed = Arc::clone(swallowed);
    let mut done = false;
    move |message| {
        if done || message.side != Side::Server || !message.commits {
            return Verdict::Forward;
        }
        if message.kind == READY_FOR_QUERY {
            swallowed.fetch_add(1, Ordering::Relaxed);
            done = true;
            return and_then;
        }
        Verdict::Keep
    }
}

async fn experiment(form: Form, count: usize) {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let proxy = Proxy::start(&world.options);
    let pool = pool(&proxy.options, 2);
    let client = Client::new(pool.clone(), world.run, &log);
    let swallowed = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    for index in 0..count {
        proxy.set_rule(swallow(&swallowed, Verdict::Cut));
        let (key, text) = (form.key(index), batch(&form.key(index), "{}"));
        if form == Form::Callers {
            // A transaction of the client's own is for the client to run again, and it is told so.
            let error = client.call(form, &key, &text).await.expect_err("no answer");
            assert_eq!((error.code(), error.fate()), ("retry_transaction", Fate::Unknown));
        }
        let outcome = client.append(form, &key, &text).await;
        assert_eq!(outcome.code(), "replayed", "{key} was committed before its answer was lost");
    }
    assert_eq!(swallowed.load(Ordering::Relaxed), count);
    pool.close().await;
    let counts = log.check(&world).await;
    assert_eq!(counts.left_unknown, 0);
    println!("b, {form:?}: {count} answers swallowed in {:.1?}: {counts}", begun.elapsed());
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b_an_append_whose_answer_is_swallowed_is_resolved() {
    experiment(Form::Own, times(20, 1000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b_a_transaction_whose_commit_is_swallowed_is_resolved_by_running_it_again() {
    experiment(Form::Callers, times(20, 1000)).await;
}

/// The connection stays, and nothing ever comes: nobody but the client's clock can tell.
#[tokio::test(flavor = "multi_thread")]
async fn b_an_append_whose_answer_never_comes_is_resolved_on_another_connection() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let proxy = Proxy::start(&world.options);
    let pool = pool(&proxy.options, 4);
    let mut client = Client::new(pool.clone(), world.run, &log);
    let policy =
        RetryPolicy { answer_within: Some(Duration::from_millis(500)), ..RetryPolicy::default() };
    client.ledger = client.ledger.with_retry_policy(policy);
    let swallowed = Arc::new(AtomicUsize::new(0));
    for index in 0..times(3, 50) {
        let key = Form::Own.key(index);
        proxy.set_rule(swallow(&swallowed, Verdict::Keep));
        assert_eq!(client.append(Form::Own, &key, &batch(&key, "{}")).await.code(), "replayed");
    }
    let counts = log.check(&world).await;
    let swallowed = swallowed.load(Ordering::Relaxed);
    println!("b, silence: {swallowed} answers that never came: {counts}");
    world.remove().await;
}

/// Without a second attempt the caller is told that nothing is known, and can ask.
#[tokio::test(flavor = "multi_thread")]
async fn b_a_caller_who_wants_no_second_attempt_is_told_that_nothing_is_known() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let proxy = Proxy::start(&world.options);
    let pool = pool(&proxy.options, 2);
    let mut client = Client::new(pool.clone(), world.run, &log);
    client.ledger = client.ledger.with_retry_policy(RetryPolicy::none());
    proxy.set_rule(swallow(&Arc::default(), Verdict::Cut));
    let text = batch("own-key", "{}");
    let error = client.call(Form::Own, "own-key", &text).await.expect_err("no answer");
    assert_eq!((error.code(), error.fate()), ("database", Fate::Unknown));
    assert!(error.is_retryable() && error.sqlstate().is_none());
    assert_eq!(client.append(Form::Own, "own-key", &text).await.code(), "replayed");
    log.check(&world).await;
    world.remove().await;
}
