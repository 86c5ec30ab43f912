//! Texts made to hurt: they are judged right, without a panic, an overflow of the stack, or more
//! than linear time (sorting aside). No test asserts a time; one that grew with the square of its
//! text would not end.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may panic")]

use tantamount_core::json::{canonicalize, compare};

#[track_caller]
fn canonical(text: &str) -> String {
    String::from_utf8(canonicalize(text.as_bytes()).expect("an accepted text")).unwrap()
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn a_million_members_of_one_name_leave_the_last() {
    let text = object((0..1_000_000).map(|number| format!(r#""a":{number}"#)));
    assert_eq!(canonical(&text), r#"{"a":999999}"#);
}

#[test]
fn one_huge_object_is_sorted() {
    let count = 300_000u32;
    let name = |number: u32| format!("{:08x}", number.wrapping_mul(0x9E37_79B1));
    let text = object((0..count).map(|number| format!(r#""{}":{number}"#, name(number))));
    let mut sorted: Vec<(String, u32)> = (0..count).map(|number| (name(number), number)).collect();
    sorted.sort();
    let expected = object(sorted.iter().map(|(name, number)| format!(r#""{name}":{number}"#)));
    assert_eq!(canonical(&text), expected);
}

#[test]
fn names_with_long_common_beginnings_are_told_apart() {
    let prefix = "x".repeat(2000);
    let text = object((0..4000).rev().map(|number| format!(r#""{prefix}{number:04}":0"#)));
    let expected = object((0..4000).map(|number| format!(r#""{prefix}{number:04}":0"#)));
    assert_eq!(canonical(&text), expected);
}

#[test]
fn long_numbers_are_exact() {
    let digits = "123456789".repeat(14_563);
    assert_eq!(canonical(&digits), format!("1.{}e+131066", &digits[1..]));
    let zeros = "0".repeat(131_000);
    assert_eq!(canonical(&format!("[1{zeros},1{zeros}.0]")), "[1e+131000,1e+131000]");
    let beyond = "9".repeat(3_000_000);
    let problems = canonicalize(beyond.as_bytes()).unwrap_err();
    assert_eq!(problems.as_slice()[0].code.as_str(), "number_range");
    let exponent = format!("1e{}", "0".repeat(3_000_000));
    assert_eq!(canonical(&exponent), "1");
}

#[test]
fn unsorted_objects_nested_to_the_limit_are_written_once() {
    // A megabyte at the bottom, below 511 objects that all must be sorted: copying it at each of
    // them would take half a gigabyte.
    let bottom = format!("\"{}\"", "y".repeat(1_000_000));
    let mut text = bottom.clone();
    let mut expected = bottom;
    for _ in 0..512 {
        text = format!(r#"{{"b":{text},"a":1}}"#);
        expected = format!(r#"{{"a":1,"b":{expected}}}"#);
    }
    assert_eq!(canonical(&text), expected);
    let deeper = format!("[{text}]");
    assert_eq!(
        canonicalize(deeper.as_bytes()).unwrap_err().as_slice()[0].code.as_str(),
        "too_deep"
    );
}

#[test]
fn a_difference_below_large_values_is_found() {
    let text = |leaf: &str| {
        let mut text = leaf.to_owned();
        for level in 0..500 {
            text = format!(r#"{{"n":{text},"z":"{}"}}"#, "z".repeat(2000 + level % 2));
        }
        text
    };
    let found = compare(text("[1,2]").as_bytes(), text("[1,3]").as_bytes()).unwrap();
    assert_eq!(found.count(), 1);
    assert!(found.to_string().ends_with(".n[1]: 2 → 3"));
    let many = |value: u32| format!("[{}]", vec![value.to_string(); 500_000].join(","));
    let found = compare(many(1).as_bytes(), many(2).as_bytes()).unwrap();
    assert_eq!((found.as_slice().len(), found.count()), (100, 500_000));
}

#[test]
fn deep_and_broken_texts_stop_early() {
    for text in ["[", "{\"a\":", "[[{\"a\":[", "[\"", "{\"a\":1,", "-", "[1,", "\"\\u", "nul"] {
        let text = text.repeat(100_000);
        let problems = canonicalize(text.as_bytes()).unwrap_err();
        assert_eq!(problems.as_slice().len(), 1, "{}", &text[..20]);
    }
}

#[test]
fn a_long_name_above_many_problems_is_not_repeated_for_each() {
    let name = "n".repeat(3_000_000);
    let text = format!(r#"{{"{name}":[{}]}}"#, vec![r#""\u0000""#; 5000].join(","));
    let problems = canonicalize(text.as_bytes()).unwrap_err();
    let bytes: usize = problems.iter().map(|problem| problem.pointer.len()).sum();
    assert!(bytes < 20 << 20, "{bytes}");
    assert_eq!(problems.as_slice().len() + problems.omitted(), 5000);
}

#[test]
fn objects_of_ever_new_shapes_are_read() {
    let text = format!(
        "[{}]",
        (0..50_000)
            .map(|number| format!(r#"{{"b{}":1,"a{number}":2}}"#, number % 300))
            .collect::<Vec<_>>()
            .join(",")
    );
    let expected = format!(
        "[{}]",
        (0..50_000)
            .map(|number| format!(r#"{{"a{number}":2,"b{}":1}}"#, number % 300))
            .collect::<Vec<_>>()
            .join(",")
    );
    assert_eq!(canonical(&text), expected);
}
