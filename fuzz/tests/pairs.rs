//! The pairs of the differential test, judged by the naive oracle instead of by a server: what
//! is promised of each class holds, and the engine says the same.

use std::collections::BTreeMap;

use tantamount_fuzz::checks::check_json_pair;
use tantamount_fuzz::generators::pair;
use tantamount_fuzz::generators::pairs::CLASSES;

const SEED: u64 = 3;
const PAIRS_EACH: u64 = 200;

#[test]
fn every_class_shows_the_verdicts_that_it_promises() {
    let mut seen: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for index in 0..PAIRS_EACH * CLASSES.len() as u64 {
        let pair = pair(SEED, index);
        let verdict = check_json_pair(&pair.first, &pair.second)
            .unwrap_or_else(|error| panic!("{}, pair {index}: {error}", pair.class));
        let column = match verdict {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        seen.entry(pair.class).or_default()[column] += 1;
    }
    for (class, counts) in &seen {
        println!("{class:<40} same, different, refused: {counts:?}");
    }
    for class in CLASSES {
        let [same, different, refused] = seen[class.name];
        assert!(same > 0 || !class.must_show.same, "{}: none the same", class.name);
        assert!(different > 0 || !class.must_show.different, "{}: none different", class.name);
        assert!(refused > 0 || !class.must_show.refused, "{}: none refused", class.name);
    }
}

#[test]
fn a_seed_and_an_index_make_the_same_pair_again() {
    for index in 0..200 {
        assert_eq!(pair(7, index), pair(7, index));
        assert_eq!(pair(7, index).class, pair(8, index).class);
    }
    assert!((0..200).filter(|index| pair(7, *index) != pair(8, *index)).count() > 190);
}
