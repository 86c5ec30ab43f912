//! Points in time and numbers in strings: the suite's cases, and the engine against the oracle.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use tantamount_fuzz::checks::{Verdict, check_form, check_times};
use tantamount_fuzz::generators::Random;
use tantamount_fuzz::oracles::forms::{canonical_date_time, canonical_number};

/// A text, and its canonical spelling where it is not refused.
fn cases(name: &str) -> Vec<(String, Option<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/suite/forms").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let case = |line: &str| {
        let (text, said) = line.split_once(' ').unwrap_or_else(|| panic!("{name}: {line}"));
        (text.to_owned(), (said != "refused").then(|| said.to_owned()))
    };
    text.lines().map(case).collect()
}

fn agreed(text: &str) -> Verdict {
    check_form(text).unwrap_or_else(|disagreement| panic!("{disagreement}"))
}

#[test]
fn engine_and_oracle_say_of_each_case_what_the_suite_says() {
    for (name, canonical) in [
        ("date-time.txt", canonical_date_time as fn(&str) -> Option<String>),
        ("number.txt", canonical_number),
    ] {
        let cases = cases(name);
        assert!(cases.len() > 40, "{name}: {}", cases.len());
        for (text, expected) in cases {
            assert_eq!(canonical(&text), expected, "{text}");
            let wanted = if expected.is_some() { Verdict::Accepted } else { Verdict::Refused };
            assert_eq!(agreed(&text), wanted, "{text}");
            for around in [format!(" {text}"), format!("{text} "), format!("{text}\n")] {
                assert_eq!(agreed(&around), Verdict::Refused, "{around:?}");
            }
        }
    }
}

/// A text of the suite with characters changed, left out and put in.
fn mangled(random: &mut Random, all: &[String]) -> String {
    let at = random.below(all.len());
    let mut characters: Vec<char> = all.get(at).into_iter().flat_map(|text| text.chars()).collect();
    for _ in 0..random.below(4) {
        let at = random.below(characters.len() + 1);
        let other = random.pick(&['0', '1', '2', '9', '-', '+', '.', ':', 'e', 'T', 'Z', 'é']);
        match random.below(3) {
            0 => characters.insert(at, other),
            1 if at < characters.len() => {
                characters.remove(at);
            }
            _ => {
                if let Some(place) = characters.get_mut(at) {
                    *place = other;
                }
            }
        }
    }
    characters.into_iter().collect()
}

/// A date and time in any spelling, most of them of a real day.
fn time(random: &mut Random) -> String {
    let year = random.pick(&[0, 1, 1900, 1999, 2000, 2023, 2024, 2026, 9998, 9999]);
    let (month, day) = (random.below(12) + 1, random.below(31) + 1);
    let time = [random.below(24), random.below(60), random.below(60)].map(|n| format!("{n:02}"));
    let fraction = random.pick(&["", "", ".0", ".5", ".500", ".05", ".123456789012345678900"]);
    let (hours, minutes) = (random.below(24), random.below(60));
    let offset = match random.below(4) {
        0 => "Z".to_owned(),
        1 => "-00:00".to_owned(),
        2 => format!("+{hours:02}:{minutes:02}"),
        _ => format!("-{hours:02}:{minutes:02}"),
    };
    format!("{year:04}-{month:02}-{day:02}T{}{fraction}{offset}", time.join(":"))
}

#[test]
fn engine_and_oracle_agree_on_mangled_spellings() {
    let mut all: Vec<String> = Vec::new();
    for name in ["date-time.txt", "number.txt"] {
        all.extend(cases(name).into_iter().map(|(text, _)| text));
    }
    let mut random = Random::new(11);
    let mut seen = BTreeMap::new();
    for _ in 0..4_000 {
        let text = mangled(&mut random, &all);
        *seen.entry(agreed(&text)).or_insert(0) += 1;
    }
    assert!(seen.len() == 2 && seen.values().all(|count| *count > 200), "{seen:?}");
}

#[test]
fn points_in_time_are_ordered_as_the_oracle_orders_them() {
    let mut random = Random::new(12);
    let mut accepted = 0;
    for _ in 0..2_000 {
        let (first, second) = (time(&mut random), time(&mut random));
        agreed(&first);
        let verdict = check_times(&first, &second).unwrap_or_else(|error| panic!("{error}"));
        accepted += u32::from(verdict == Verdict::Accepted);
    }
    assert!(accepted > 1_000, "{accepted}");
}
