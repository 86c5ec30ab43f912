//! Experiments g and h: requests that some part of the way cannot stand. Each is refused before a
//! statement, or can be replayed for ever; a huge one is refused before any work is done on it.

use crate::client::Client;
use crate::log::Log;
use crate::options::times;
use crate::world::{World, pool};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use tantamount_core::json;
use tantamount_runtime::{Ledger, Outcome};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

/// A batch of one step.
fn with_payload(step: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"append_window_step_key": "gate", "steps": [{{"step_key": "{step}",
            "execution_kind": "JOB", "job_type": "test", "payload": "#
    );
    [head.as_bytes(), payload, b"}]}"].concat()
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> Vec<u8> {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth)).into_bytes()
}

fn text(payload: impl Into<String>) -> Vec<u8> {
    payload.into().into_bytes()
}

/// Payloads, each with what it tries.
fn payloads() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let depths =
        (120..=132).chain(250..=260).chain(500..=516).chain([701, 1000, 6400, 6401, 10_000]);
    for depth in depths {
        all.push((format!("{depth} arrays"), nested("[", "", "]", depth)));
        all.push((format!("{depth} objects"), nested("{\"a\":", "1", "}", depth)));
        all.push((format!("{depth} of both"), nested("[{\"a\":", "null", "}]", depth / 2)));
    }
    for (name, payload) in [
        ("an escaped NUL", r#""\u0000""#),
        ("an escaped NUL within", r#"{"a": ["x\u0000y"]}"#),
        ("a NUL in a name", r#"{"a\u0000": 1}"#),
        ("a high surrogate", r#""\ud83d""#),
        ("a low surrogate", r#""\ude42""#),
        ("surrogates in the wrong order", r#""\ude42\ud83d""#),
        ("a surrogate in a name", r#"{"\ud800": 1}"#),
        ("two high surrogates", r#""\ud83d\ud83d""#),
        ("a pair", r#""\ud83d\ude42""#),
        ("noncharacters", r#""\uffff\ufffe\ufdd0""#),
        ("separators", "\"\u{2028}\u{2029}\u{7f}\u{85}\u{feff}\""),
        ("a raw NUL", "\"a\0b\""),
        ("a raw line feed", "\"a\nb\""),
        ("a shadowed NUL", r#"{"a": "\u0000", "a": 1}"#),
        ("duplicate names", r#"{"a": 1, "\u0061": 2}"#),
        ("an empty name", r#"{"": {"": ""}}"#),
        ("a large exponent", "1e131071"),
        ("too large an exponent", "1e131072"),
        ("many digits after the point", "1e-16383"),
        ("too many digits after the point", "1e-16384"),
        ("a zero with too many", "0e-16384"),
        ("a huge exponent of zero", "0e1073741823"),
        ("a huge exponent", "1e999999999999999999999"),
        ("beyond a double", "[1e309, -1e309, 1e-400]"),
        ("beyond 53 bits", "[9007199254740993, 18446744073709551616, 0.1000000000000000055]"),
        ("minus zero", "[-0, -0.0, -0e5]"),
        ("no number", "NaN"),
        ("a hexadecimal number", "0x10"),
        ("a leading zero", "01"),
        ("nothing", ""),
        ("a comment", "/* */ 1"),
        ("text like a row", r#""(1,\"2\",{3})\\N""#),
    ] {
        all.push((name.to_owned(), text(payload)));
    }
    for bytes in [
        &b"\"\xff\""[..],
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"\xef\xbb\xbf1",
    ] {
        all.push((format!("the bytes {}", bytes.escape_ascii()), bytes.to_vec()));
    }
    let large = times(128 << 10, 12 << 20);
    all.push(("131,072 digits".to_owned(), text("9".repeat(131_072))));
    all.push(("131,073 digits".to_owned(), text("9".repeat(131_073))));
    all.push((
        "16,384 digits after the point".to_owned(),
        text(format!("0.{}", "1".repeat(16_384))),
    ));
    all.push(("100 large numbers".to_owned(), text(format!("[{}0]", "1e131071,".repeat(100)))));
    all.push((
        "10,000 large numbers".to_owned(),
        text(format!("[{}0]", "1e131071,".repeat(10_000))),
    ));
    all.push(("a large name".to_owned(), text(format!("{{\"{}\": 1}}", "n".repeat(large)))));
    all.push(("a large string".to_owned(), text(format!("\"{}\"", "é".repeat(large / 2)))));
    all.push(("many elements".to_owned(), text(format!("[{}0]", "0,".repeat(large / 2)))));
    let names = (0..large / 16).map(|index| format!("\"{index}\": {index},"));
    all.push(("many names".to_owned(), text(format!("{{{}\"\": 0}}", names.collect::<String>()))));
    all.push((
        "more than a request may have".to_owned(),
        text(format!("\"{}\"", "x".repeat(33 << 20))),
    ));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn g_a_poison_payload_is_refused_before_a_statement_or_replayed_for_ever() {
    let world = World::new().await;
    let log = Arc::new(Log::default());
    let client = Client::new(world.pool.clone(), world.run, &log);
    let later = pool(&world.options, 1);
    let scope = Scope::none();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut accepted = 0;
    for (index, (name, payload)) in payloads().into_iter().enumerate() {
        let body = with_payload(&format!("step-{index}"), &payload);
        let request = match AppendRequest::read(&body) {
            Ok(request) => request,
            Err(problems) => {
                let code = problems.iter().next().map(|problem| problem.code.as_str().to_owned());
                *refused.entry(code.expect("a problem")).or_default() += 1;
                continue;
            }
        };
        accepted += 1;
        let request = request.canonicalize(&scope);
        let key = MutationKey::new(format!("own-{index}").as_str()).expect("a key");
        let first = client.ledger.append(world.run, &key, &request, None).await;
        log.note(world.run, key.as_str(), request.digest(), &first);
        let first = first.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(first.code(), "applied", "{name}");
        // Another process, later: on another connection, from the canonical text.
        let ledger = Ledger::new(later.clone());
        let entry = ledger.under(&Scope::none()).lookup(world.run, &key).await;
        let entry = entry.unwrap_or_else(|error| panic!("{name}: {error}")).expect("an entry");
        let again = AppendRequest::read(entry.request.as_bytes());
        let again = again.unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let again = again.canonicalize(&scope);
        assert_eq!(again.digest(), request.digest(), "{name}");
        let answer = ledger.append(world.run, &key, &again, None).await;
        log.note(world.run, key.as_str(), again.digest(), &answer);
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((answer.code(), answer.receipt()), ("replayed", first.receipt()), "{name}");
        // And a conflict can say what differs.
        let other = with_payload("another", b"\"other\"");
        let other = AppendRequest::read(&other).expect("valid");
        let other = other.canonicalize(&scope);
        let answer = ledger.append(world.run, &key, &other, None).await;
        let conflict = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(matches!(conflict, Outcome::Conflict(_)), "{name}");
    }
    later.close().await;
    let history =
        client.ledger.under(&Scope::none()).history(world.run).await.expect("the history");
    assert_eq!(history.len(), accepted);
    assert!(accepted > 40 && refused.values().sum::<usize>() > 40);
    let counts = log.check(&world).await;
    println!("g: {accepted} accepted, refused {refused:?}: {counts}");
    world.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g_keys_are_refused_or_taken_at_their_exact_length() {
    let world = World::new().await;
    for (key, is_taken) in [
        ("k".repeat(512), true),
        ("k".repeat(513), false),
        ("é".repeat(256), true),
        ("é".repeat(257), false),
        ("🙂".repeat(128), true),
        (" \u{3000}\t".to_owned(), false),
        ("a\0".to_owned(), false),
        (String::new(), false),
        ("\u{feff}".to_owned(), true),
    ] {
        assert_eq!(MutationKey::new(key.as_str()).is_ok(), is_taken, "{key:?}");
        let quoted = serde_json::to_string(&key).expect("a string");
        let body = format!(
            r#"{{"append_window_step_key": "gate", "steps": [{{"step_key": {quoted},
                "execution_kind": "JOB", "job_type": {quoted}, "payload": null}}]}}"#
        );
        let request = AppendRequest::read(body.as_bytes());
        assert_eq!(request.is_ok(), is_taken, "{key:?}");
        let Ok(request) = request else { continue };
        let request = request.canonicalize(&Scope::none());
        let ledger = world.ledger();
        let mutation = MutationKey::new(key.as_str()).expect("a key");
        for expected in ["applied", "replayed"] {
            let answer = ledger.append(world.run, &mutation, &request, None).await;
            assert_eq!(answer.expect("an answer").code(), expected, "{key:?}");
        }
    }
    world.remove().await;
}

/// Each body is 100 MB, of a kind that some part of a reader would have to walk through.
#[test]
fn h_a_body_of_100_mb_is_refused_before_any_work_is_done_on_it() {
    const BYTES: usize = 100_000_000;
    let bodies: [(&str, Vec<u8>); 5] = [
        ("spaces", vec![b' '; BYTES]),
        ("brackets", vec![b'['; BYTES]),
        ("digits", vec![b'9'; BYTES]),
        ("no UTF-8", vec![0xff; BYTES]),
        (
            "one string",
            with_payload("step", &[b"\"", vec![b'x'; BYTES].as_slice(), b"\""].concat()),
        ),
    ];
    for (name, body) in &bodies {
        let mut answer = None;
        let begun = Instant::now();
        let work = allocation_counter::measure(|| answer = Some(AppendRequest::read(body)));
        let time = begun.elapsed();
        let problems = answer.expect("an answer").expect_err("too large");
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["too_long"], "{name}");
        // What is allocated is the problem that is told.
        assert!(work.bytes_total < 65_536, "{name}: {} bytes", work.bytes_total);
        println!(
            "h: {} bytes of {name}: refused in {time:.1?}, {} bytes in {} allocations",
            body.len(),
            work.bytes_total,
            work.count_total
        );
    }
    // A text of metadata has the same limit.
    let metadata = json::Text::new(String::from_utf8(vec![b' '; BYTES]).expect("text").as_str());
    assert!(metadata.is_err());
}
