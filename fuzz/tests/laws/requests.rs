//! The laws of the append request: what must hold of every request, whatever it says.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tantamount_core::strategy::{PlanScope, different_pair, same_pair, valid};
use tantamount_core::{Checked, Problems};
use tantamount_fuzz::checks::{Verdict, check_request, check_stored, scope};
use tantamount_fuzz::generators::{Random, mangled, near_miss, respell_unshadowed};
use tantamount_fuzz::oracles;
use tantamount_schema::{AppendRequest, PLAN};

use crate::case::Case;
use crate::mutations::{bordered, crossed, doubled, permuted};
use crate::runner::{law, law_of_each};

impl Case {
    fn organization(&self) -> Option<String> {
        self.scope.text(0)
    }
}

fn mutated_requests() -> impl Strategy<Value = String> {
    (valid(&PLAN), any::<u64>(), 0..4).prop_map(|(sample, seed, way)| {
        let random = &mut Random::new(seed);
        match way {
            0 => crossed(&sample.text, random),
            1 => bordered(&sample.text, random),
            2 => near_miss(random, &sample.text),
            _ => {
                let bytes = mangled(random, sample.text.as_bytes());
                String::from_utf8_lossy(&bytes).into_owned()
            }
        }
    })
}

fn read(text: &str) -> Checked<'_, AppendRequest> {
    AppendRequest::read(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Canonical text and digest.
fn canonical(text: &str, case: &Case) -> (String, String) {
    let checked = read(text);
    let canonical = checked.canonicalize(&scope(case.organization().as_deref()));
    (canonical.as_str().to_owned(), canonical.digest().to_string())
}

#[test]
fn another_spelling_keeps_bytes_and_digest() {
    law("another_spelling", 300, same_pair(&PLAN), |case| {
        let (first, second) = (canonical(case.first(), case), canonical(case.second(), case));
        prop_assert_eq!(first, second);
        Ok(())
    });
}

/// Steps, dependencies and members in another order, in the text as it stands.
#[test]
fn permuting_a_batch_keeps_its_bytes() {
    let strategy = (valid(&PLAN), any::<u64>()).prop_map(|(sample, seed)| {
        let permuted = permuted(&sample.text, &mut Random::new(seed));
        let mut case = Case::from(sample);
        case.texts.push(permuted);
        case
    });
    law("permuting_a_batch", 200, strategy, |case| {
        prop_assert_eq!(canonical(case.first(), case), canonical(case.second(), case));
        Ok(())
    });
}

/// By a respeller that knows nothing of plans and strategies.
#[test]
fn respelling_numbers_and_strings_keeps_the_digest() {
    let strategy = (valid(&PLAN), any::<u64>()).prop_map(|(sample, seed)| {
        let respelt = respell_unshadowed(&mut Random::new(seed), &sample.text);
        let mut case = Case::from(sample);
        case.texts.push(respelt);
        case
    });
    law("respelling_numbers_and_strings", 200, strategy, |case| {
        prop_assert_eq!(canonical(case.first(), case), canonical(case.second(), case));
        Ok(())
    });
}

/// The oracle's canonical form has every default and every inherited value written out; the text
/// may leave them out.
#[test]
fn explicit_defaults_change_nothing() {
    law("explicit_defaults", 200, valid(&PLAN), |case| {
        let organization = case.organization();
        let explicit = oracles::canonical(case.first().as_bytes(), organization.as_deref());
        let explicit = explicit.unwrap();
        prop_assert_eq!(canonical(case.first(), case), canonical(&explicit, case));
        // What was inherited stands in it: another scope gives nothing any more.
        if organization.is_some() {
            let elsewhere = Case { scope: PlanScope::none(), ..case.clone() };
            prop_assert_eq!(canonical(case.first(), case), canonical(&explicit, &elsewhere));
        }
        Ok(())
    });
}

#[test]
fn canonicalising_twice_changes_nothing() {
    law("canonicalising_twice", 200, valid(&PLAN), |case| {
        let (once, digest) = canonical(case.first(), case);
        prop_assert_eq!(canonical(&once, case), (once, digest));
        Ok(())
    });
}

#[test]
fn one_difference_changes_the_digest_and_is_listed() {
    let kinds = [
        "branch changed",
        "default overridden",
        "element added",
        "element left out",
        "key changed",
        "member added",
        "member left out",
        "opaque null added",
        "opaque number changed",
        "opaque order changed",
        "opaque string changed",
        "value changed",
        "value of one's own added",
        "value of one's own left out",
    ]
    .map(str::to_owned);
    law_of_each(
        "one_difference",
        500,
        || different_pair(&PLAN),
        kinds,
        |case| {
            let scope = scope(case.organization().as_deref());
            let (first, second) = (read(case.first()), read(case.second()));
            let (first, second) = (first.canonicalize(&scope), second.canonicalize(&scope));
            prop_assert_ne!(first.digest(), second.digest());
            let stored = AppendRequest::read_stored(case.first().as_bytes()).unwrap();
            for differences in [first.compare(&second), stored.compare(&second)] {
                prop_assert!(!differences.is_empty());
                for difference in &differences {
                    let is_there = case.covers(&difference.path);
                    prop_assert!(is_there, "{} lies outside {}", difference, case.place);
                }
            }
            let backwards = second.compare(&first);
            prop_assert_eq!(first.compare(&second).count(), backwards.count());
            Ok(())
        },
    );
}

/// Bytes, digest, canonicalising twice, the stored row, the typed value: all of the fuzz body.
#[test]
fn the_canonical_bytes_are_the_oracles() {
    law("canonical_bytes", 200, valid(&PLAN), |case| {
        let verdict = check_request(case.first().as_bytes());
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
        let organization = case.organization();
        let expected = oracles::canonical(case.first().as_bytes(), organization.as_deref());
        prop_assert_eq!(Some(canonical(case.first(), case).0), expected);
        Ok(())
    });
}

#[test]
fn the_reader_accepts_what_the_oracle_accepts() {
    let verdicts = RefCell::new(BTreeMap::<Verdict, u32>::new());
    law("acceptance", 600, mutated_requests(), |case| {
        let verdict = check_request(case.first().as_bytes());
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
        *verdicts.borrow_mut().entry(verdict.unwrap()).or_default() += 1;
        Ok(())
    });
    let verdicts = verdicts.into_inner();
    assert!(verdicts.len() == 2 && verdicts.values().all(|count| *count >= 5), "{verdicts:?}");
}

/// Each place that the oracle finds fault with is reported, and no other one. Where the JSON
/// itself is broken or a limit is exceeded there is one problem, and where it is is the reader's
/// own business; of a member that stands twice either value may be the one that is judged; what
/// another element's key or a reference makes of a key that is wrong itself may be left unsaid
/// until that is mended, and so may circles through a key that two elements have.
#[test]
fn problems_stand_where_the_oracle_finds_them() {
    const ELSEWHERE: [&str; 4] =
        ["duplicate member", "depth", "printed too large", "at most 32 MiB"];
    const BETWEEN: [&str; 3] = ["duplicate", "itself", "cycle"];
    law("places_of_problems", 400, mutated_requests(), |case| {
        let expected = oracles::problems(case.first().as_bytes());
        let is_open = |about: &str| about.starts_with("syntax") || ELSEWHERE.contains(&about);
        if expected.iter().any(|problem| is_open(problem.about)) {
            return Ok(());
        }
        let is_wrong_key = expected.iter().any(|problem| {
            problem.pointer.ends_with("step_key") && !BETWEEN.contains(&problem.about)
        });
        let is_ambiguous = expected.iter().any(|problem| problem.about == "duplicate");
        let may_be_unsaid = |about: &str| match about {
            "cycle" => is_wrong_key || is_ambiguous,
            about => is_wrong_key && BETWEEN.contains(&about),
        };
        let needed: BTreeSet<String> = expected
            .iter()
            .filter(|problem| !may_be_unsaid(problem.about))
            .map(|problem| problem.pointer.clone())
            .collect();
        let all: BTreeSet<String> = expected.into_iter().map(|problem| problem.pointer).collect();
        let found: BTreeSet<String> = match AppendRequest::read(case.first().as_bytes()) {
            Ok(_) => BTreeSet::new(),
            Err(problems) => problems.iter().map(|problem| problem.pointer.clone()).collect(),
        };
        prop_assert!(found.is_superset(&needed), "{:?} lacks some of {:?}", found, needed);
        prop_assert!(found.is_subset(&all), "{:?} has more than {:?}", found, all);
        Ok(())
    });
}

#[test]
fn a_typed_value_survives_writing_and_reading() {
    law("typed_value", 200, valid(&PLAN), |case| {
        let scope = scope(case.organization().as_deref());
        let checked = read(case.first());
        let value = checked.to_value();
        let again = value.check();
        prop_assert!(again.is_ok(), "{:?}", again.err());
        let again: Result<_, Problems> = again;
        let again = again.unwrap();
        prop_assert_eq!(&again.to_value(), &value);
        let (first, second) = (checked.canonicalize(&scope), again.canonicalize(&scope));
        prop_assert_eq!(first.as_str(), second.as_str());
        // Payloads stand in it as they were sent.
        let sent: Vec<&str> =
            checked.root().member(1).elements().map(|step| step.member(5).raw()).collect();
        let kept: Vec<&str> =
            again.root().member(1).elements().map(|step| step.member(5).raw()).collect();
        prop_assert_eq!(sent, kept);
        Ok(())
    });
}

#[test]
fn a_stored_row_equals_the_request_that_made_it() {
    law("stored_row", 200, same_pair(&PLAN), |case| {
        let (row, _) = canonical(case.first(), case);
        for row in [row.as_str(), case.first()] {
            let organization = case.organization();
            let verdict =
                check_stored(row.as_bytes(), case.second().as_bytes(), organization.as_deref());
            prop_assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Some(true)));
        }
        Ok(())
    });
}

#[test]
fn a_stored_row_of_another_request_differs_as_the_oracle_says() {
    law("stored_row_of_another", 200, different_pair(&PLAN), |case| {
        let organization = case.organization();
        let verdict = check_stored(
            case.first().as_bytes(),
            case.second().as_bytes(),
            organization.as_deref(),
        );
        prop_assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Some(false)));
        Ok(())
    });
}

/// Rows of unknown verdict: read tolerantly when the oracle reads them, and as equal.
#[test]
fn a_mangled_row_is_read_as_the_oracle_reads_it() {
    let strategy = (valid(&PLAN), any::<u64>()).prop_map(|(sample, seed)| {
        let row = mangled(&mut Random::new(seed), sample.text.as_bytes());
        let mut case = Case::from(sample);
        case.texts.push(String::from_utf8_lossy(&row).into_owned());
        case
    });
    law("mangled_row", 300, strategy, |case| {
        let organization = case.organization();
        let verdict = check_stored(
            case.second().as_bytes(),
            case.first().as_bytes(),
            organization.as_deref(),
        );
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
        Ok(())
    });
}

/// Of two members of one name the last counts, as `jsonb` has it, also where the earlier one
/// comes before the member that selects the branch.
#[test]
fn the_last_of_two_members_of_a_row_counts() {
    let strategy = (same_pair(&PLAN), any::<u64>()).prop_map(|(pair, seed)| {
        let mut random = Random::new(seed);
        let row = doubled(&pair.first, &mut random);
        let mut case = Case::from(pair);
        case.texts.push(row);
        case
    });
    law("last_member_of_a_row", 200, strategy, |case| {
        let organization = case.organization();
        let row = case.texts[2].as_bytes();
        let verdict = check_stored(row, case.second().as_bytes(), organization.as_deref());
        prop_assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Some(true)));
        Ok(())
    });
}
