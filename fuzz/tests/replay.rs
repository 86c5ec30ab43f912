//! The fuzz bodies over the seeds, over everything that was once found, and over texts that a
//! short seeded run makes from the seeds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../schema/tests/suite/folders.rs"]
pub mod folders;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tantamount_fuzz::checks::{Disagreement, Verdict, check_json, check_request};
use tantamount_fuzz::generators::{Random, mangled, near_miss, respell};

type Body = fn(&[u8]) -> Result<Verdict, Disagreement>;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// Replays a folder; how many files were accepted and refused.
fn replay(folder: &str, body: Body) -> BTreeMap<Verdict, usize> {
    let mut verdicts = BTreeMap::new();
    for file in files(folder) {
        let bytes = fs::read(&file).unwrap();
        let verdict = body(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        *verdicts.entry(verdict).or_default() += 1;
    }
    verdicts
}

#[test]
fn the_seeds_are_judged_as_the_oracle_judges_them() {
    let verdicts = replay("seeds/request", check_request);
    assert!(verdicts[&Verdict::Accepted] >= 40, "{verdicts:?}");
    assert!(verdicts[&Verdict::Refused] >= 20, "{verdicts:?}");
    let verdicts = replay("seeds/json", check_json);
    assert!(verdicts[&Verdict::Accepted] >= 100, "{verdicts:?}");
}

#[test]
fn the_regressions_stay_mended() {
    replay("regressions/request", check_request);
    replay("regressions/json", check_json);
}

#[test]
fn the_suite_is_judged_as_it_says() {
    let accepted = folders::accepted().into_iter().map(|case| (case.name, case.text));
    let pairs = folders::same().into_iter().chain(folders::different());
    let pairs = pairs.flat_map(|pair| [(pair.name.clone(), pair.first), (pair.name, pair.second)]);
    let refused = folders::refused().into_iter().map(|case| (case.name, case.text));
    let valid = accepted.chain(pairs).map(|case| (case, Verdict::Accepted));
    for ((name, text), expected) in valid.chain(refused.map(|case| (case, Verdict::Refused))) {
        let verdict = check_request(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(verdict, expected, "{name}");
    }
}

/// How many texts are made of each seed.
const ROUNDS: u64 = 8;

fn smoke(folder: &str, body: Body) {
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for (index, file) in files(folder).iter().enumerate() {
        let original = fs::read(file).unwrap();
        for round in 0..ROUNDS {
            let mut random = Random::new(index as u64 * ROUNDS + round);
            let bytes = match (round % 4, std::str::from_utf8(&original)) {
                (0, Ok(text)) => near_miss(&mut random, text).into_bytes(),
                (1, Ok(text)) => respell(&mut random, text).into_bytes(),
                _ => mangled(&mut random, &original),
            };
            let verdict =
                body(&bytes).unwrap_or_else(|error| panic!("{}, {round}: {error}", file.display()));
            *verdicts.entry(verdict).or_default() += 1;
        }
    }
    assert!(verdicts.len() == 2 && verdicts.values().all(|count| *count > 50), "{verdicts:?}");
}

#[test]
fn a_short_run_finds_no_request_that_is_judged_otherwise() {
    smoke("seeds/request", check_request);
}

#[test]
fn a_short_run_finds_no_json_that_is_judged_otherwise() {
    smoke("seeds/json", check_json);
}
