//! The same pairs inside of append requests: what the library, PostgreSQL, and JavaScript say of them.
//!
//! A text of a pair stands as the payload of a step, so that a request is taken where PostgreSQL takes it as
//! `jsonb`, and two are the same where they are equal as `jsonb`. Where `TANTAMOUNT_DIFFERENTIAL_JUDGED`
//! names a file, a line of JSON is written to it for each pair: `cargo xtask platforms` has Node and
//! Chromium judge the same requests by it. The form of the lines is that of `xtask/src/npm/native.rs`.

use crate::limits::exemption;
use crate::options::Options;
use crate::server::Server;
use crate::verdicts::{Case, Ours, TAKEN, judge};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use tantamount_core::{Checked, Problems};
use tantamount_fuzz::generators::pair;
use tantamount_schema::{AppendRequest, Scope};

/// How many pairs plain `cargo test` tries.
const DEFAULT_PAIRS: u64 = 1_000;

fn request(payload: &[u8]) -> Vec<u8> {
    let before = br#"{"append_window_step_key":"gate","steps":[{"step_key":"one","execution_kind":"EXTERNAL","payload":"#;
    [before.as_slice(), payload, b"}]}"].concat()
}

#[test]
fn requests_are_judged_as_postgresql_judges_their_payloads() {
    let mut options = Options::from_environment();
    options.pairs = options.platform_pairs.unwrap_or(DEFAULT_PAIRS);
    // Beside the other test's server, which may run at the same time.
    options.home = options.home.with_extension("platforms");
    let server = Server::start(&options);
    let mut connection = server.connect();
    let cases: Vec<(Case, Ours)> = (0..options.pairs)
        .map(|index| {
            let pair = pair(options.seed, index);
            let case = Case { first: request(&pair.first), second: request(&pair.second) };
            let ours = Ours::of(&case);
            (case, ours)
        })
        .collect();
    let mut lines = String::new();
    let (mut same_count, mut different_count, mut refused_count) = (0, 0, 0);
    for chunk in cases.chunks(500) {
        for ((case, ours), theirs) in chunk.iter().zip(connection.ask(chunk)) {
            let shown =
                || format!("`{}` and `{}`", case.first.escape_ascii(), case.second.escape_ascii());
            if let Err(question) = judge(case, ours, &theirs, connection.major) {
                panic!("{question}\n{}", shown());
            }
            let (first, second) =
                (AppendRequest::read(&case.first), AppendRequest::read(&case.second));
            for (text, read, state) in [
                (&case.first, &first, &theirs.first_state),
                (&case.second, &second, &theirs.second_state),
            ] {
                let is_taken = state == TAKEN && exemption(text, connection.major).is_none();
                assert_eq!(read.is_ok(), is_taken, "{state}: {}", text.escape_ascii());
            }
            let same = compared(&first, &second);
            if let Some((is_same, _)) = &same {
                assert_eq!(Some(*is_same), theirs.same, "{}", shown());
            }
            match &same {
                Some((true, _)) => same_count += 1,
                Some((false, _)) => different_count += 1,
                None => refused_count += 1,
            }
            let line = json!({
                "texts": [text(&case.first), text(&case.second)],
                "scope": [null],
                "read": [told(&first), told(&second)],
                "compared": same.map(|(_, differences)| differences),
            });
            let _ = writeln!(lines, "{line}");
        }
    }
    println!(
        "{} pairs in requests, seed {}, judged as PostgreSQL {} does: {same_count} the same, \
         {different_count} different, {refused_count} with one that is refused",
        options.pairs, options.seed, connection.version
    );
    let fewest = options.pairs / 20;
    assert!([same_count, different_count, refused_count].iter().all(|count| *count >= fewest));
    if let Some(path) = std::env::var_os("TANTAMOUNT_DIFFERENTIAL_JUDGED").map(PathBuf::from) {
        std::fs::write(&path, lines).expect("the lines are written");
    }
}

type Read<'a> = Result<Checked<'a, AppendRequest>, Problems>;

/// Whether two requests are the same, and the verdict as JSON; nothing where one is refused.
fn compared(first: &Read<'_>, second: &Read<'_>) -> Option<(bool, Value)> {
    let scope = Scope::none();
    let (first, second) = (first.as_ref().ok()?, second.as_ref().ok()?);
    let (first, second) = (first.canonicalize(&scope), second.canonicalize(&scope));
    let differences = first.compare(&second);
    assert_eq!(differences.is_empty(), first.digest() == second.digest());
    let listed = differences.iter().map(|difference| {
        json!({
            "path": difference.path.to_string(),
            "from": difference.from.as_ref().map(ToString::to_string),
            "to": difference.to.as_ref().map(ToString::to_string),
        })
    });
    let (same, omitted) = (differences.is_empty(), differences.omitted());
    let differences: Vec<Value> = listed.collect();
    Some((same, json!({ "same": same, "differences": differences, "omitted": omitted })))
}

/// What was read, as JSON.
fn told(read: &Read<'_>) -> Value {
    match read {
        Ok(request) => {
            let canonical = request.canonicalize(&Scope::none());
            json!({ "canonical": canonical.as_str(), "digest": canonical.digest().to_string() })
        }
        Err(problems) => {
            let listed = problems.iter().map(|problem| {
                json!({
                    "pointer": problem.pointer,
                    "line": problem.line,
                    "column": problem.column,
                    "code": problem.code.as_str(),
                    "message": problem.message,
                    "fix": problem.fix,
                })
            });
            json!({ "problems": listed.collect::<Vec<_>>(), "omitted": problems.omitted() })
        }
    }
}

/// A text, or where it is none its bytes.
fn text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "hex": digits })
        }
    }
}
