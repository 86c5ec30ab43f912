//! The naive oracle against every reference case: the verdicts came before the oracle.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::Value as Case;
use tantamount_fuzz::oracles::{self, json_canonical, json_same, read};

fn reference(name: &str) -> String {
    let path = format!("{}/../schema/suite/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn cases(name: &str) -> Vec<Case> {
    let file: Case = serde_json::from_str(&reference(name)).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn text<'case>(case: &'case Case, member: &str) -> &'case str {
    case[member].as_str().unwrap()
}

fn organization(case: &Case) -> Option<&str> {
    case["scope"]["organization_id"].as_str()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}

#[test]
fn a_stored_row_is_the_request_exactly_where_the_cases_say_so() {
    let cases = cases("append-cases.json");
    assert_eq!(cases.len(), 42);
    for case in &cases {
        let (stored, requested) = (text(case, "stored"), text(case, "requested"));
        let verdict =
            oracles::stored_same(stored.as_bytes(), requested.as_bytes(), organization(case));
        assert_eq!(verdict, case["same"].as_bool(), "{}", case["name"]);
        assert!(verdict.is_some(), "{}", case["name"]);
        // Where the stored row is a full request too, its canonical bytes give the same verdict.
        if oracles::accepts(stored.as_bytes()) {
            let canonical = |text: &str| oracles::canonical(text.as_bytes(), organization(case));
            assert_eq!(Some(canonical(stored) == canonical(requested)), verdict);
        }
    }
}

#[test]
fn requests_have_the_canonical_bytes_and_digests_of_the_cases() {
    let cases = cases("canonical-cases.json");
    assert_eq!(cases.len(), 10);
    for case in &cases {
        let request = text(case, "request").as_bytes();
        let canonical = oracles::canonical(request, organization(case));
        let digest = oracles::digest(request, organization(case));
        assert_eq!(canonical.as_deref(), Some(text(case, "canonical")), "{}", case["name"]);
        assert_eq!(digest.as_deref(), Some(text(case, "digest")), "{}", case["name"]);
        // The canonical form is a request of the same meaning.
        assert_eq!(
            oracles::canonical(canonical.unwrap().as_bytes(), None),
            oracles::canonical(request, organization(case))
        );
    }
}

#[test]
fn refused_requests_have_exactly_the_problems_of_the_cases() {
    let cases = cases("refusals.json");
    assert_eq!(cases.len(), 33);
    for case in &cases {
        let request = text(case, "request").as_bytes();
        let expected = case["problems"].as_array().unwrap();
        let found = oracles::problems(request);
        assert_eq!(oracles::accepts(request), expected.is_empty(), "{}", case["name"]);
        assert_eq!(oracles::canonical(request, None).is_some(), expected.is_empty());
        let pointers: Vec<&str> = found.iter().map(|problem| problem.pointer.as_str()).collect();
        let expected_pointers: Vec<&str> =
            expected.iter().map(|problem| text(problem, "pointer")).collect();
        assert_eq!(pointers, expected_pointers, "{}", case["name"]);
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                text(expected, "about").contains(found.about),
                "{}: {found:?} {expected}",
                case["name"]
            );
        }
    }
}

#[test]
fn the_json_test_suite_is_accepted_where_postgresql_15_accepts_it() {
    let lines = reference("json-test-suite.jsonl");
    let mut accepted = 0;
    for line in lines.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let file = bytes(text(&case, "hex"));
        let verdict = read(&file).is_ok();
        assert_eq!(verdict, text(&case, "pg15") == "ok", "{}", case["name"]);
        assert_eq!(json_same(&file, &file), verdict.then_some(true));
        accepted += usize::from(verdict);
    }
    assert_eq!((accepted, lines.lines().count()), (117, 340));
}

/// All six files of RFC 8785: every number in them but one is the shortest form of a double.
/// That one is `333333333.33333329` in `values.json`, which RFC 8785 rounds to
/// `333333333.3333333` and which an exact decimal leaves as it is.
#[test]
fn the_files_of_rfc_8785_keep_their_bytes() {
    for name in ["arrays", "french", "structures", "unicode", "values", "weird"] {
        let input = reference(&format!("rfc8785/input/{name}.json"));
        let output = reference(&format!("rfc8785/output/{name}.json"));
        let output_bytes = bytes(&reference(&format!("rfc8785/outhex/{name}.txt")));
        assert_eq!(output.trim_end().as_bytes(), output_bytes, "{name}");
        let expected = if name == "values" {
            assert!(output.contains("333333333.3333333,"));
            output.replace("333333333.3333333,", "333333333.33333329,")
        } else {
            output.clone()
        };
        assert_eq!(json_canonical(input.as_bytes()).as_deref(), Some(expected.trim_end()));
        assert_eq!(json_canonical(output.as_bytes()).as_deref(), Some(output.trim_end()));
    }
}
