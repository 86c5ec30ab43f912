//! Experiment e: the same request 64 times at once, and requests that differ under one key.

use crate::client::{Client, Form, batch};
use crate::log::Log;
use crate::options::times;
use crate::world::{World, pool};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

const DUPLICATES: usize = 64;
const CONNECTIONS: u32 = 20;

/// In each round all are sent at once under one key, with as many bodies, which take turns.
async fn experiment(bodies: usize) {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let pool = pool(&world.options, CONNECTIONS);
    let begun = Instant::now();
    let rounds = times(5, 1000);
    for round in 0..rounds {
        let form = if round % 2 == 0 { Form::Own } else { Form::Callers };
        let key = form.key(round);
        let tasks: Vec<_> = (0..DUPLICATES)
            .map(|index| {
                let client = Client::new(pool.clone(), world.run, &log);
                let key = key.clone();
                let text = batch(&key, &(index % bodies).to_string());
                tokio::spawn(async move { client.append(form, &key, &text).await.code() })
            })
            .collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for task in tasks {
            *counts.entry(task.await.expect("an answer")).or_default() += 1;
        }
        // One is written; its like are replays, the others conflicts.
        let same = DUPLICATES / bodies;
        let mut expected = BTreeMap::from([("applied", 1), ("replayed", same - 1)]);
        if bodies > 1 {
            expected.insert("conflict", DUPLICATES - same);
        }
        assert_eq!(counts, expected, "{key}");
    }
    pool.close().await;
    let counts = log.check(&world).await;
    println!(
        "e: {rounds} rounds of {DUPLICATES}, {bodies} bodies, {:.1?}: {counts}",
        begun.elapsed()
    );
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e_of_64_duplicates_one_is_applied_and_the_rest_replayed() {
    experiment(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e_of_64_requests_with_two_bodies_one_is_applied_and_the_others_replayed_or_conflicts() {
    experiment(2).await;
}
