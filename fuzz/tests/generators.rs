//! The generators keep their promises, as the naive oracle judges.

use std::collections::BTreeSet;

use tantamount_fuzz::generators::{
    Random, invalid_text, mangled, near_miss, respell, respell_unshadowed, text,
};
use tantamount_fuzz::oracles::{canonical_json, json_canonical, json_same, read, same};

const CASES: u64 = 5_000;

#[test]
fn every_generated_text_is_accepted() {
    let mut seen = BTreeSet::new();
    for seed in 0..CASES {
        let text = text(&mut Random::new(seed));
        assert!(read(text.as_bytes()).is_ok(), "seed {seed}: {text}");
        seen.insert(text);
    }
    assert!(seen.len() as u64 > CASES / 2, "only {} different texts", seen.len());
}

#[test]
fn a_seed_makes_the_same_text_again() {
    for seed in 0..100 {
        assert_eq!(text(&mut Random::new(seed)), text(&mut Random::new(seed)));
    }
}

#[test]
fn a_respelling_means_the_same() {
    let mut changed = 0;
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let original = text(&mut random);
        for respell in [respell, respell_unshadowed] {
            let respelt = respell(&mut random, &original);
            let verdict = json_same(original.as_bytes(), respelt.as_bytes());
            assert_eq!(verdict, Some(true), "seed {seed}: {original} {respelt}");
            assert_eq!(json_canonical(original.as_bytes()), json_canonical(respelt.as_bytes()));
            changed += u64::from(original != respelt);
        }
    }
    assert!(changed > CASES, "only {changed} respellings differ in spelling");
}

#[test]
fn a_respelling_without_shadows_has_no_member_twice() {
    fn check(value: &tantamount_fuzz::oracles::Value) -> bool {
        use tantamount_fuzz::oracles::Value;
        match value {
            Value::Array(elements) => elements.iter().all(check),
            Value::Object(members) => {
                let names: BTreeSet<_> = members.iter().map(|member| &member.0).collect();
                names.len() == members.len() && members.iter().all(|member| check(&member.1))
            }
            _ => true,
        }
    }
    let mut with_shadows = 0;
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let original = text(&mut random);
        let respelt = respell_unshadowed(&mut random, &original);
        assert!(check(&read(respelt.as_bytes()).unwrap()), "seed {seed}: {respelt}");
        let respelt = respell(&mut random, &original);
        with_shadows += u32::from(!check(&read(respelt.as_bytes()).unwrap()));
    }
    assert!(with_shadows > 100, "only {with_shadows} respellings with shadows");
}

#[test]
fn a_near_miss_means_something_else() {
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let original = text(&mut random);
        let missed = near_miss(&mut random, &original);
        let verdict = json_same(original.as_bytes(), missed.as_bytes());
        assert_eq!(verdict, Some(false), "seed {seed}: {original} {missed}");
        assert_ne!(json_canonical(original.as_bytes()), json_canonical(missed.as_bytes()));
        let missed = respell(&mut random, &missed);
        assert_eq!(json_same(original.as_bytes(), missed.as_bytes()), Some(false));
    }
}

#[test]
fn every_invalid_text_is_refused() {
    for seed in 0..CASES {
        let bytes = invalid_text(&mut Random::new(seed));
        assert!(read(&bytes).is_err(), "seed {seed}: {}", String::from_utf8_lossy(&bytes));
    }
}

/// Equality by walking and equality of canonical bytes are two pieces of code; they agree on
/// mangled texts too, and canonicalising twice changes nothing.
#[test]
fn equality_is_equality_of_canonical_bytes() {
    let mut verdicts = [0, 0, 0];
    for seed in 0..CASES {
        let mut random = Random::new(seed);
        let original = text(&mut random);
        let bytes = mangled(&mut random, original.as_bytes());
        let first = read(original.as_bytes()).unwrap();
        let canonical = canonical_json(&first);
        assert_eq!(json_canonical(canonical.as_bytes()).as_deref(), Some(canonical.as_str()));
        let Ok(second) = read(&bytes) else {
            verdicts[0] += 1;
            continue;
        };
        let equal = same(&first, &second);
        assert_eq!(equal, canonical == canonical_json(&second), "seed {seed}");
        verdicts[if equal { 1 } else { 2 }] += 1;
    }
    assert!(verdicts.iter().all(|count| *count > 50), "refused, same, different: {verdicts:?}");
}
