//! What is just allowed is stored, read and replayed for ever; what is just too much is refused
//! before the first statement.

use crate::database::{Database, applied, batch_with, conflict, quoted, replayed, with_database};
use std::sync::Arc;
use tantamount_core::json;
use tantamount_runtime::{Ledger, NewRun};
use tantamount_schema::{AppendRequest, MutationKey, Scope, Step};

/// How deep a payload may be nested: 512 levels from the request's root, less the request, its
/// steps and the step.
const DEPTH: usize = 512 - 3;
/// How many numbers of 131,072 printed digits a request may have: 64 MiB of them.
const NUMBERS: usize = 511;
/// The longest request, in bytes.
const LONGEST: usize = 32 << 20;

fn nested(depth: usize) -> String {
    format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
}

fn printed(count: usize) -> String {
    format!("[{}]", vec!["1e131071"; count].join(","))
}

/// A batch of exactly so many bytes.
fn long(bytes: usize) -> String {
    let rest = batch_with(&["step"], "\"\"").len();
    batch_with(&["step"], &format!("\"{}\"", "x".repeat(bytes - rest)))
}

#[test]
fn what_is_just_too_much_is_refused_by_the_reader() {
    for (text, code) in [
        (batch_with(&["step"], &nested(DEPTH + 1)), "too_deep"),
        (batch_with(&["step"], &printed(NUMBERS + 2)), "printed_too_large"),
        (long(LONGEST + 1), "too_long"),
        (batch_with(&["step"], "1e131072"), "number_range"),
        (batch_with(&["step"], "0e-16384"), "number_range"),
        (batch_with(&[&"k".repeat(513)], "1"), "max_bytes"),
    ] {
        let problems = AppendRequest::read(text.as_bytes()).expect_err(code);
        let found: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert!(found.contains(&code), "{code}: {found:?}");
    }
    assert!(MutationKey::new("k".repeat(513)).is_err());
    assert!(MutationKey::new("\u{2003}\n").is_err());
}

/// Appends it; another process, which knows nothing of the first, replays it, contradicts it and
/// reads all of it.
async fn is_kept(database: &Arc<Database>, name: &str, text: &str) {
    let scope = Scope::none();
    let checked = AppendRequest::read(text.as_bytes()).expect(name);
    let request = checked.canonicalize(&scope);
    // 512 bytes of four each.
    let key = format!("{name}{}", "🙂".repeat((512 - name.len()) / 4));
    let key = MutationKey::new(key).expect("a key");
    let metadata: json::Text = format!("[{}, 1e131071]", nested(400)).parse().expect("JSON");
    let ledger = &database.ledger;
    let receipt = applied(ledger.append(database.run, &key, &request, Some(&metadata)).await);

    let elsewhere = Ledger::new(database.pool.clone());
    for ledger in [ledger, &elsewhere] {
        assert_eq!(replayed(ledger.append(database.run, &key, &request, None).await), receipt);
    }
    let other = batch_with(&["another"], "1");
    let other = AppendRequest::read(other.as_bytes()).expect("valid");
    let other = other.canonicalize(&scope);
    let found = conflict(elsewhere.append(database.run, &key, &other, None).await);
    assert!(!found.differences().is_empty(), "{name}");
    assert_eq!(found.unlisted(), None, "{name}");

    let entry =
        elsewhere.under(&Scope::none()).lookup(database.run, &key).await.expect(name).expect(name);
    assert!(entry.request == request.as_str(), "{name}: another request is stored");
    assert_eq!(entry.elements, receipt.elements(), "{name}");
    let rows = elsewhere
        .under(&Scope::none())
        .rows::<Step>(database.run, &key)
        .await
        .expect(name)
        .expect(name);
    assert_eq!(rows.len(), receipt.elements().len(), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_just_allowed_is_kept_for_ever() {
    with_database(async |database: Arc<Database>| {
        // 512 bytes, two each.
        let key = "é".repeat(256);
        let strings = quoted("\u{1}\u{7f}\u{ffff}\u{2028}\u{10ffff}\\\"/ \u{feff}");
        let strings = format!(r#"{{"": {strings}, {strings}: "", "a": 1, "a": {strings}}}"#);
        let numbers = "[1e131071, -1e131071, 0e-16383, 1e-16383, 9007199254740993, 1.0, -0]";
        let many: Vec<String> = (0..2000).map(|step| format!("many-{step}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (name, text) in [
            ("deep", batch_with(&["deep"], &nested(DEPTH))),
            ("printed", batch_with(&["printed"], &printed(NUMBERS))),
            ("numbers", batch_with(&["numbers"], numbers)),
            ("strings", batch_with(&["strings"], &strings)),
            ("key", batch_with(&[&key], "null")),
            ("many", batch_with(&many, "{}")),
            ("long", long(LONGEST)),
        ] {
            is_kept(&database, name, &text).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_named_as_a_step_may_be() {
    with_database(async |database: Arc<Database>| {
        let scope = Scope::none();
        let open = async |name: Option<&str>, window: &str| {
            let new = NewRun { id: database.run, name, scope: &scope, window: Some(window) };
            database.ledger.open(&new).await
        };
        for window in ["", " \n", "a\0b", "\u{2003}", &"k".repeat(513)] {
            let error = open(None, window).await.expect_err("no key of a step");
            assert_eq!(error.code(), "invalid_key", "{window:?}");
        }
        let error = open(Some("a\0b"), "window").await.expect_err("a NUL");
        assert_eq!(error.code(), "invalid_name");
        open(Some("\u{1}"), &"k".repeat(512)).await.expect("the longest");
    })
    .await;
}
