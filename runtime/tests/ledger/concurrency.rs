//! Many at once.

use crate::database::{Database, batch, batch_with, code, with_isolation};
use std::collections::BTreeMap;
use std::sync::Arc;
use tantamount_schema::Scope;

const LEVELS: [&str; 3] = ["read committed", "repeatable read", "serializable"];

/// Appends all of these at once, and counts the answers.
async fn at_once(
    database: &Arc<Database>,
    requests: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<&'static str, usize> {
    let mut appends = Vec::new();
    for (key, text) in requests {
        let database = Arc::clone(database);
        appends.push(tokio::spawn(async move {
            let outcome = database.append(&key, &text).await;
            if let Err(error) = &outcome
                && error.is_retryable()
            {
                panic!("{error}: {:?}", std::error::Error::source(error));
            }
            code(&outcome)
        }));
    }
    let mut counts = BTreeMap::new();
    for append in appends {
        *counts.entry(append.await.expect("no panic")).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_appends_of_one_key_one_is_applied_and_the_rest_replayed() {
    for isolation in LEVELS {
        with_isolation(isolation, async |database: Arc<Database>| {
            for (round, count) in [20, 64].into_iter().enumerate() {
                let steps = [format!("a{round}"), format!("b{round}"), format!("c{round}")];
                let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
                let text = batch(&steps);
                let requests = (0..count).map(|_| (format!("key{round}"), text.clone()));
                let counts = at_once(&database, requests).await;
                assert_eq!(counts, BTreeMap::from([("applied", 1), ("replayed", count - 1)]));
            }
            assert_eq!(database.counts().await, [2, 7, 6]);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_under_one_key_one_is_applied_and_the_other_a_conflict() {
    for isolation in LEVELS {
        with_isolation(isolation, async |database: Arc<Database>| {
            for round in 0..10 {
                let step = format!("a{round}");
                let requests = (0..8).map(|index| {
                    let payload = (index % 2).to_string();
                    (format!("key{round}"), batch_with(&[&step], &payload))
                });
                let counts = at_once(&database, requests).await;
                let expected = BTreeMap::from([("applied", 1), ("replayed", 3), ("conflict", 4)]);
                assert_eq!(counts, expected);
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_keys_with_the_same_steps_one_is_applied_and_the_other_refused() {
    for isolation in LEVELS {
        with_isolation(isolation, async |database: Arc<Database>| {
            for round in 0..10 {
                let (a, b) = (format!("a{round}"), format!("b{round}"));
                let requests = (0..8).map(|index| {
                    let steps = if index % 2 == 0 { [&*a, &*b] } else { [&*b, &*a] };
                    (format!("key{round}-{index}"), batch(&steps))
                });
                let counts = at_once(&database, requests).await;
                assert_eq!(counts, BTreeMap::from([("applied", 1), ("key_taken", 7)]));
            }
            assert_eq!(database.counts().await, [10, 21, 20]);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn different_appends_to_one_run_are_all_applied() {
    for isolation in LEVELS {
        with_isolation(isolation, async |database: Arc<Database>| {
            let requests =
                (0..40).map(|index| (format!("key{index}"), batch(&[&format!("step{index}")])));
            let counts = at_once(&database, requests).await;
            assert_eq!(counts, BTreeMap::from([("applied", 40)]));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_applied_after_the_window_was_closed() {
    for isolation in LEVELS {
        with_isolation(isolation, async |database: Arc<Database>| {
            for round in 0..20 {
                let closing = Arc::clone(&database);
                let close = tokio::spawn(async move {
                    closing
                        .ledger
                        .under(&Scope::none())
                        .close_window(closing.run, "gate")
                        .await
                        .expect("closed");
                    closing.counts().await
                });
                let requests = (0..6).map(|index| {
                    let name = format!("{round}-{index}");
                    (name.clone(), batch(&[&name]))
                });
                let counts = at_once(&database, requests).await;
                let known = ["applied", "window_not_open"];
                assert!(counts.keys().all(|code| known.contains(code)), "{counts:?}");
                // Whatever was applied was there when the closing came back.
                let then = close.await.expect("no panic");
                assert_eq!(then, database.counts().await);
                database
                    .ledger
                    .under(&Scope::none())
                    .open_window(database.run, "gate")
                    .await
                    .expect("open");
            }
        })
        .await;
    }
}
