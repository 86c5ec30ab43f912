//! The reference cases: problems, canonical bytes, digests, verdicts.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

pub mod reference;

use reference::{cases, scope, text};
use std::collections::BTreeSet;
use tantamount_schema::AppendRequest;

#[test]
fn every_refusal_has_exactly_its_problems() {
    let cases = cases("refusals.json");
    assert!(cases.len() >= 33);
    for case in &cases {
        let expected: BTreeSet<&str> =
            case["problems"].as_array().unwrap().iter().map(|p| text(p, "pointer")).collect();
        let found = AppendRequest::read(text(case, "request").as_bytes());
        let problems = match &found {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().collect(),
        };
        let pointers: BTreeSet<&str> = problems.iter().map(|p| p.pointer.as_str()).collect();
        let name = text(case, "name");
        assert_eq!(pointers, expected, "{name}: {problems:#?}");
        assert_eq!(problems.len(), case["problems"].as_array().unwrap().len(), "{name}");
        for problem in problems {
            assert!(problem.line > 0 && problem.column > 0, "{name}: {problem:?}");
            assert!(!problem.message.is_empty() && !problem.fix.is_empty(), "{name}: {problem:?}");
        }
    }
}

#[test]
fn every_canonical_case_has_its_bytes_and_its_digest() {
    let cases = cases("canonical-cases.json");
    assert_eq!(cases.len(), 10);
    for case in &cases {
        let name = text(case, "name");
        let checked = AppendRequest::read(text(case, "request").as_bytes()).expect(name);
        let canonical = checked.canonicalize(&scope(case));
        assert_eq!(canonical.as_str(), text(case, "canonical"), "{name}");
        assert_eq!(canonical.digest().to_string(), text(case, "digest"), "{name}");
        let again = AppendRequest::read(canonical.bytes()).expect(name);
        assert_eq!(again.canonicalize(&scope(case)).bytes(), canonical.bytes(), "{name}");
        let rebuilt = checked.to_value().check().expect(name);
        assert_eq!(rebuilt.canonicalize(&scope(case)).bytes(), canonical.bytes(), "{name}");
    }
}

#[test]
fn every_append_case_has_its_verdict() {
    let cases = cases("append-cases.json");
    assert!(cases.len() >= 42);
    for case in &cases {
        let name = text(case, "name");
        let stored = AppendRequest::read_stored(text(case, "stored").as_bytes()).expect(name);
        let requested = AppendRequest::read(text(case, "requested").as_bytes()).expect(name);
        let differences = stored.compare(&requested.canonicalize(&scope(case)));
        assert_eq!(
            differences.is_empty(),
            case["same"].as_bool().unwrap(),
            "{name}: {differences}"
        );
    }
}

#[test]
fn requests_are_the_same_exactly_when_their_digests_are() {
    for case in &cases("append-cases.json") {
        let name = text(case, "name");
        // A row of another age is no request: it may lack what a request must have.
        let Ok(stored) = AppendRequest::read(text(case, "stored").as_bytes()) else { continue };
        let requested = AppendRequest::read(text(case, "requested").as_bytes()).expect(name);
        let (stored, requested) =
            (stored.canonicalize(&scope(case)), requested.canonicalize(&scope(case)));
        let same = case["same"].as_bool().unwrap();
        assert_eq!(stored.digest() == requested.digest(), same, "{name}");
        assert_eq!(stored.compare(&requested).is_empty(), same, "{name}");
    }
}
