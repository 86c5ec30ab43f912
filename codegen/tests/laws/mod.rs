//! What holds of the strategies of any plan.

use std::collections::BTreeSet;
use tantamount_core::arbitrary::Unstructured;
use tantamount_core::json::Output;
use tantamount_core::plan::Plan;
use tantamount_core::proptest::collection::vec;
use tantamount_core::proptest::prelude::*;
use tantamount_core::proptest::strategy::ValueTree as _;
use tantamount_core::proptest::test_runner::{Config, TestCaseError, TestRunner};
use tantamount_core::strategy::{
    PlanScope, Predicate, different_pair, predicates, same_pair, valid, violated,
};
use tantamount_core::{
    Canonical, Checked, Request, Value, arbitrary_support, read, read_stored, read_value,
};

/// `TANTAMOUNT_LAW_PERCENT` raises the number of cases, in percent.
fn law<S: Strategy>(
    cases: u32,
    strategy: S,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let percent = std::env::var("TANTAMOUNT_LAW_PERCENT").ok();
    let percent: u32 = percent.and_then(|text| text.parse().ok()).unwrap_or(100);
    let cases = (cases.saturating_mul(percent) / 100).max(1);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    if let Err(error) = TestRunner::new(config).run(&strategy, check) {
        panic!("{error}");
    }
}

fn checked<R: Request>(text: &str) -> Result<Checked<'_, R>, TestCaseError> {
    read(text.as_bytes()).map_err(|problems| TestCaseError::fail(format!("{problems}\n{text}")))
}

pub(crate) fn a_valid_value_is_accepted<R: Request<Scope = PlanScope>>(plan: &'static Plan) {
    law(100, valid(plan), |sample| {
        let first = checked::<R>(&sample.text)?;
        let canonical = first.canonicalize(&sample.scope);
        // What is stored is read again, whatever stands for absence in it.
        let row = read_stored::<R>(canonical.bytes());
        prop_assert!(row.is_ok(), "{}\n{}", row.unwrap_err(), canonical.as_str());
        let differences = row.unwrap().compare(&canonical);
        prop_assert!(differences.is_empty(), "{}", differences);
        Ok(())
    });
}

pub(crate) fn a_violated_value_is_refused_for_exactly_the_problem_told<R: Request>(
    plan: &'static Plan,
) {
    law(400, violated(plan), |sample| {
        let Err(problems) = read::<R>(sample.text.as_bytes()) else {
            return Err(TestCaseError::fail(format!("{} holds", sample.predicate)));
        };
        let found: Vec<_> =
            problems.iter().map(|problem| (problem.pointer.as_str(), problem.code)).collect();
        prop_assert_eq!(
            found,
            [(sample.pointer.as_str(), sample.predicate.code)],
            "{}",
            sample.predicate
        );
        Ok(())
    });
}

/// And nothing is violated that is no predicate of the plan.
pub(crate) fn each_predicate_is_violated_now_and_then(plan: &'static Plan) {
    let mut wanted: BTreeSet<Predicate> = predicates(plan).into_iter().collect();
    let all = wanted.clone();
    let strategy = violated(plan);
    let mut runner = TestRunner::deterministic();
    // The more there are, the longer the last one takes to come.
    for _ in 0..5_000.max(100 * all.len()) {
        let found = strategy.new_tree(&mut runner).unwrap().current().predicate;
        assert!(all.contains(&found), "{found} is no predicate of the plan");
        wanted.remove(&found);
        if wanted.is_empty() {
            return;
        }
    }
    let missed: Vec<String> = wanted.iter().map(ToString::to_string).collect();
    panic!("never violated: {missed:#?}");
}

pub(crate) fn a_same_pair_has_one_digest<R: Request<Scope = PlanScope>>(plan: &'static Plan) {
    law(100, same_pair(plan), |pair| {
        let (first, second) = (checked::<R>(&pair.first)?, checked::<R>(&pair.second)?);
        let (first, second) = (first.canonicalize(&pair.scope), second.canonicalize(&pair.scope));
        prop_assert_eq!(first.digest(), second.digest());
        prop_assert!(Canonical::compare(&first, &second).is_empty());
        Ok(())
    });
}

pub(crate) fn a_differing_pair_has_two_digests_and_the_difference_told<
    R: Request<Scope = PlanScope>,
>(
    plan: &'static Plan,
) {
    law(200, different_pair(plan), |pair| {
        let (first, second) = (checked::<R>(&pair.first)?, checked::<R>(&pair.second)?);
        let (first, second) = (first.canonicalize(&pair.scope), second.canonicalize(&pair.scope));
        prop_assert_ne!(first.digest(), second.digest());
        let differences = first.compare(&second);
        prop_assert!(!differences.is_empty());
        for difference in &differences {
            let is_told = difference.path.starts_with(&pair.place);
            prop_assert!(is_told, "{} lies outside {}", difference, pair.place);
        }
        Ok(())
    });
}

/// No bytes, few, or many: whatever a fuzzer gives is a valid value, and the same one again.
pub(crate) fn any_bytes_make_a_valid_value<T: Value + PartialEq + std::fmt::Debug>() {
    let lengths = prop_oneof![Just(0usize), 1..40usize, 40..4_000usize];
    let bytes = lengths.prop_flat_map(|length| vec(any::<u8>(), length));
    law(150, bytes, |bytes| {
        let value = arbitrary_support::value::<T>(&mut Unstructured::new(&bytes));
        prop_assert!(value.is_ok(), "{:?}", value);
        let value = value.unwrap();
        let mut out = Output::new();
        value.write_json(&mut out);
        let text = out.into_string();
        let again = read_value::<T>(text.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&value), "{}", text);
        let again = arbitrary_support::value::<T>(&mut Unstructured::new(&bytes));
        prop_assert_eq!(again.as_ref(), Ok(&value));
        Ok(())
    });
}
