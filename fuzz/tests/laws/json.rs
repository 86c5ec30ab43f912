//! The laws of JSON, whatever the schema.

use proptest::prelude::*;
use tantamount_core::strategy::{json_different_pair, json_same_pair, json_text};
use tantamount_fuzz::checks::{Verdict, check_json, check_json_pair};
use tantamount_fuzz::generators::{Random, invalid_text, mangled, near_miss, respell, text};

use crate::runner::law;

#[test]
fn any_json_canonicalises_as_the_oracle_says() {
    law("json_canonical", 500, json_text(), |case| {
        let verdict = check_json(case.first().as_bytes()).map_err(|error| error.to_string());
        prop_assert_eq!(verdict, Ok(Verdict::Accepted));
        Ok(())
    });
}

#[test]
fn json_compare_is_the_oracles_same() {
    let strategy = prop_oneof![json_same_pair(), json_different_pair()];
    law("json_compare", 500, strategy, |case| {
        let verdict = check_json_pair(case.first().as_bytes(), case.second().as_bytes());
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
        Ok(())
    });
}

#[test]
fn two_spellings_are_the_same_json() {
    law("json_same", 300, json_same_pair(), |case| {
        let verdict = check_json_pair(case.first().as_bytes(), case.second().as_bytes());
        prop_assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Some(true)));
        Ok(())
    });
}

#[test]
fn one_difference_is_another_json() {
    law("json_different", 300, json_different_pair(), |case| {
        let verdict = check_json_pair(case.first().as_bytes(), case.second().as_bytes());
        prop_assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Some(false)));
        Ok(())
    });
}

/// How many seeds of the generators are tried.
const SEEDS: u64 = 1_000;

#[test]
fn generated_texts_are_accepted_and_invalid_ones_refused() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let valid = text(&mut random);
        let verdict = check_json(valid.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(verdict, Verdict::Accepted, "seed {seed}");
        let invalid = invalid_text(&mut random);
        let verdict = check_json(&invalid).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(verdict, Verdict::Refused, "seed {seed}");
        let mangled = mangled(&mut random, valid.as_bytes());
        check_json(&mangled).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn respelt_texts_are_the_same_and_near_misses_are_not() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let original = text(&mut random);
        for (other, is_same) in
            [(respell(&mut random, &original), true), (near_miss(&mut random, &original), false)]
        {
            let verdict = check_json_pair(original.as_bytes(), other.as_bytes());
            assert_eq!(verdict, Ok(Some(is_same)), "seed {seed}");
        }
    }
}
