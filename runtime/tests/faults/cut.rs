//! Experiment c: the connection is cut at each message of an append, of both sides, before the
//! message and in its middle.

use crate::client::{Client, Form, batch};
use crate::log::Log;
use crate::options::{is_long, times};
use crate::proxy::{Message, Proxy, Side, Verdict};
use crate::world::{World, pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tantamount_runtime::RetryPolicy;

/// More messages than an append takes, those of the connection included.
pub(crate) const MOST_MESSAGES: usize = 400;

/// Cuts at the message of a number, counted from now on, and tells how many there were.
pub(crate) fn cut_at(
    number: usize,
    verdict: Verdict,
    seen: &Arc<AtomicUsize>,
) -> impl FnMut(Message) -> Verdict + use<> {
    let seen = Arc::clone(seen);
    move |_| {
        if seen.fetch_add(1, Ordering::Relaxed) == number { verdict } else { Verdict::Forward }
    }
}

/// On a connection that is made for the append, or on one that has made one before.
async fn experiment(form: Form, fresh: bool, verdict: Verdict) {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let proxy = Proxy::start(&world.options);
    let mut cuts = 0;
    for number in 0..MOST_MESSAGES {
        let seen = Arc::new(AtomicUsize::new(0));
        let pool = pool(&proxy.options, 1);
        let client = Client::new(pool.clone(), world.run, &log);
        if !fresh {
            let key = form.key(format!("before-{number}"));
            client.append(form, &key, &batch(&key, "1")).await;
        }
        proxy.set_rule(cut_at(number, verdict, &seen));
        let key = form.key(number);
        client.append(form, &key, &batch(&key, "2")).await;
        proxy.set_rule(|_| Verdict::Forward);
        pool.close().await;
        if seen.load(Ordering::Relaxed) <= number {
            break;
        }
        cuts += 1;
    }
    assert!((8..MOST_MESSAGES).contains(&cuts), "{cuts} cuts");
    let counts = log.check(&world).await;
    assert_eq!(counts.left_unknown, 0, "the ledger resolves what it began: {counts}");
    let connection = if fresh { "new" } else { "used" };
    println!("c, {form:?}, {connection} connection, {verdict:?}: {cuts} cuts: {counts}");
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c_an_append_whose_connection_is_cut_before_any_message_is_resolved() {
    experiment(Form::Own, is_long(), Verdict::Cut).await;
    if is_long() {
        experiment(Form::Own, false, Verdict::Cut).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c_an_append_whose_connection_is_cut_within_any_message_is_resolved() {
    for fresh in times(vec![true], vec![true, false]) {
        experiment(Form::Own, fresh, Verdict::Halve).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c_a_transaction_whose_connection_is_cut_at_any_message_is_resolved() {
    experiment(Form::Callers, false, Verdict::Cut).await;
    if is_long() {
        experiment(Form::Callers, true, Verdict::Cut).await;
        experiment(Form::Callers, true, Verdict::Halve).await;
        experiment(Form::Callers, false, Verdict::Halve).await;
    }
}

/// Messages that take their time are no fault, and those that take too long are asked for anew: in
/// either case there is one answer.
#[tokio::test(flavor = "multi_thread")]
async fn c_an_append_whose_messages_are_slow_is_answered() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let proxy = Proxy::start(&world.options);
    let pool = pool(&proxy.options, 2);
    let mut client = Client::new(pool.clone(), world.run, &log);
    let answer_within = Some(Duration::from_millis(400));
    client.ledger =
        client.ledger.with_retry_policy(RetryPolicy { answer_within, ..RetryPolicy::default() });
    for number in 0..times(4, 40) {
        for (delay, most) in [(5, usize::MAX), (600, 1)] {
            let key = Form::Own.key(format!("{number}-{delay}"));
            let mut delayed = 0;
            proxy.set_rule(move |message| {
                // The one long delay is at another message of the answer each time.
                let is_chosen = message.commits && (most > 1 || message.side == Side::Server);
                if !is_chosen || delayed >= most.saturating_add(number % 4) {
                    return Verdict::Forward;
                }
                delayed += 1;
                let is_turn = most > 1 || delayed > number % 4;
                let delay = Verdict::Delay(Duration::from_millis(delay));
                if is_turn { delay } else { Verdict::Forward }
            });
            let answer = client.append(Form::Own, &key, &batch(&key, "1")).await;
            assert!(["applied", "replayed"].contains(&answer.code()), "{key}");
        }
    }
    proxy.set_rule(|_| Verdict::Forward);
    let counts = log.check(&world).await;
    println!("c, slow: {counts}");
    world.remove().await;
}
