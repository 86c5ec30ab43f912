//! The strategies that the schema yields make requests that mean what they say.
#![cfg(feature = "proptest")]

use std::collections::BTreeSet;
use tantamount_core::proptest::prelude::*;
use tantamount_core::proptest::strategy::ValueTree as _;
use tantamount_core::proptest::test_runner::TestRunner;
use tantamount_schema::strategy::{different_pair, predicates, same_pair, scope, valid, violated};
use tantamount_schema::{AppendRequest, Scope};

fn digest(text: &str, scope: &Scope) -> String {
    match AppendRequest::read(text.as_bytes()) {
        Ok(checked) => checked.canonicalize(scope).digest().to_string(),
        Err(problems) => problems.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_requests_are_accepted_and_survive_their_type(sample in valid()) {
        let checked = AppendRequest::read(sample.text.as_bytes());
        prop_assert!(checked.is_ok(), "{:?}", checked);
        let scope = scope(&sample.scope);
        for checked in checked.iter() {
            let value = checked.to_value();
            let again = value.check();
            prop_assert!(again.is_ok(), "{:?}", again);
            for again in again.iter() {
                let (one, other) = (checked.canonicalize(&scope), again.canonicalize(&scope));
                prop_assert_eq!(one.as_str(), other.as_str());
            }
        }
    }

    #[test]
    fn a_violated_request_is_refused_for_exactly_the_problem_told(sample in violated()) {
        let read = AppendRequest::read(sample.text.as_bytes());
        prop_assert!(read.is_err(), "{} holds", sample.predicate);
        if let Some(problems) = read.err() {
            let found: Vec<_> = problems.iter().map(|one| (one.pointer.as_str(), one.code)).collect();
            let told = [(sample.pointer.as_str(), sample.predicate.code)];
            prop_assert_eq!(found, told, "{}", sample.predicate);
        }
    }

    #[test]
    fn the_same_requests_have_one_digest(pair in same_pair()) {
        let scope = scope(&pair.scope);
        prop_assert_eq!(digest(&pair.first, &scope), digest(&pair.second, &scope));
    }

    #[test]
    fn different_requests_have_different_digests(pair in different_pair()) {
        let scope = scope(&pair.scope);
        prop_assert_ne!(digest(&pair.first, &scope), digest(&pair.second, &scope));
        let (first, second) =
            (AppendRequest::read(pair.first.as_bytes()), AppendRequest::read(pair.second.as_bytes()));
        for (first, second) in first.iter().zip(second.iter()) {
            let differences = first.canonicalize(&scope).compare(&second.canonicalize(&scope));
            prop_assert!(!differences.is_empty());
            for difference in &differences {
                let is_told = difference.path.starts_with(&pair.place);
                prop_assert!(is_told, "{} lies outside {}", difference, pair.place);
            }
        }
    }
}

#[test]
fn each_predicate_of_the_schema_is_violated_now_and_then() {
    let names: Vec<String> = predicates().iter().map(ToString::to_string).collect();
    for name in [
        "AppendRequest.steps: min_items",
        "AppendRequest.steps: duplicate_key",
        "Dependency.prerequisite_step_key: cycle",
        "Dependency.prerequisite_step_key: self_reference",
        "Step(EXTERNAL).priority: not_allowed",
        "Step(JOB).max_attempts: minimum",
        "Step(JOB).step_key: max_bytes",
        "Step.execution_kind: one_of",
    ] {
        assert!(names.iter().any(|other| other == name), "{name} is not among {names:#?}");
    }
    let mut left: BTreeSet<_> = predicates().into_iter().collect();
    let strategy = violated();
    let mut runner = TestRunner::deterministic();
    for _ in 0..5_000 {
        if left.is_empty() {
            return;
        }
        if let Ok(found) = strategy.new_tree(&mut runner) {
            left.remove(&found.current().predicate);
        }
    }
    panic!("never violated: {left:#?}");
}
