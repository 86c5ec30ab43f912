//! The oracle at the contract's borders. The verdicts on numbers, and how long they print, were
//! taken from a PostgreSQL 15 server.

use tantamount_fuzz::oracles::decimal::{Decimal, printed_length, within_numeric};
use tantamount_fuzz::oracles::{accepts, json_canonical, json_same, problems, read};

/// `None` where PostgreSQL 15 refuses the number, else how many characters it prints for it.
#[test]
fn numbers_are_taken_and_printed_as_postgresql_15_does() {
    let zeros = |count: usize| "0".repeat(count);
    let nines = |count: usize| "9".repeat(count);
    let cases: Vec<(String, Option<u64>)> = vec![
        ("0e-16383".into(), Some(16_385)),
        ("0e-16384".into(), None),
        ("0.0e-16382".into(), Some(16_385)),
        ("0.0e-16383".into(), None),
        ("1e-16383".into(), Some(16_385)),
        ("1e-16384".into(), None),
        ("1.5e-16382".into(), Some(16_385)),
        ("1.5e-16383".into(), None),
        ("1e131071".into(), Some(131_072)),
        ("-1e131071".into(), Some(131_073)),
        ("1e131072".into(), None),
        ("-1e131072".into(), None),
        ("0.1e131072".into(), Some(131_072)),
        ("0.1e131073".into(), None),
        ("0.01e131073".into(), Some(131_072)),
        ("0.01e131074".into(), None),
        ("10e131070".into(), Some(131_072)),
        ("10e131071".into(), None),
        ("12345e131067".into(), Some(131_072)),
        ("12345e131068".into(), None),
        ("0.00012345e131075".into(), Some(131_072)),
        ("0.00012345e131076".into(), None),
        (nines(131_072), Some(131_072)),
        (nines(131_073), None),
        (format!("-{}", nines(131_073)), None),
        (format!("0.{}", zeros(16_383)), Some(16_385)),
        (format!("0.{}", zeros(16_384)), None),
        (format!("0.{}1", zeros(16_382)), Some(16_385)),
        (format!("0.{}1", zeros(16_383)), None),
        (format!("1{}e-1", zeros(131_072)), Some(131_074)),
        (format!("1{}e-10", zeros(131_072)), Some(131_074)),
        (format!("1.{}e1", zeros(16_384)), Some(16_386)),
        (format!("1.{}e-1", zeros(16_383)), None),
        (format!("0.{}1e131100", zeros(48)), Some(131_052)),
        ("0e400000".into(), Some(1)),
        ("-0e400000".into(), Some(1)),
        ("0e1073741822".into(), Some(1)),
        ("0e1073741823".into(), None),
        ("0e-1073741823".into(), None),
        ("0e2147483648".into(), None),
        ("0e99999999999999999999".into(), None),
        ("1e-99999999999999999999".into(), None),
        ("1E0001".into(), Some(2)),
        ("1e+0000000000000000000000000000000005".into(), Some(6)),
        ("0e-1".into(), Some(3)),
    ];
    for (number, printed) in cases {
        let shown = &number[..number.len().min(40)];
        assert_eq!(within_numeric(&number), printed.is_some(), "{shown}");
        assert_eq!(read(number.as_bytes()).is_ok(), printed.is_some(), "{shown}");
        if let Some(printed) = printed {
            assert_eq!(printed_length(&number), printed, "{shown}");
        }
    }
}

#[test]
fn canonical_numbers_follow_ecmascript() {
    for (number, canonical) in [
        ("-0.0e5", "0"),
        ("1.50", "1.5"),
        ("-12.0300e1", "-120.3"),
        ("1e20", "100000000000000000000"),
        ("123e18", "123000000000000000000"),
        ("999999999999999999999", "999999999999999999999"),
        ("1e21", "1e+21"),
        ("1234567890123456789012", "1.234567890123456789012e+21"),
        ("123456789012345678901.5", "123456789012345678901.5"),
        ("0.000001", "0.000001"),
        ("0.00000123", "0.00000123"),
        ("0.0000001", "1e-7"),
        ("-0.000000123", "-1.23e-7"),
        ("5e-324", "5e-324"),
    ] {
        assert_eq!(Decimal::of(number).canonical(), canonical, "{number}");
        assert_eq!(json_same(number.as_bytes(), canonical.as_bytes()), Some(true), "{number}");
    }
}

#[test]
fn nesting_ends_at_512() {
    let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(read(arrays(512).as_bytes()).is_ok());
    assert!(read(objects(512).as_bytes()).is_ok());
    for text in [arrays(513), objects(513), arrays(100_000), "[".repeat(1_000_000)] {
        assert_eq!(read(text.as_bytes()).unwrap_err()[0].about, "depth");
    }
    // The payload of a request's step begins at depth 4.
    let request = |payload: &str| {
        format!(
            r#"{{"append_window_step_key":"g","steps":[{{"step_key":"a","execution_kind":"JOB","job_type":"j","payload":{payload}}}]}}"#
        )
    };
    assert!(accepts(request(&arrays(509)).as_bytes()));
    assert!(!accepts(request(&arrays(510)).as_bytes()));
}

#[test]
fn a_text_has_at_most_32_mebibytes() {
    let length = 32 * 1024 * 1024;
    let text = |length: usize| format!("1{}", " ".repeat(length - 1));
    assert!(read(text(length).as_bytes()).is_ok());
    assert_eq!(read(text(length + 1).as_bytes()).unwrap_err()[0].about, "at most 32 MiB");
}

#[test]
fn numbers_print_at_most_64_mebibytes_shadowed_ones_too() {
    // 512 numbers of 131,072 digits are exactly 64 MiB.
    let large = "1e131071,".repeat(511);
    assert!(read(format!("[{large}1e131071]").as_bytes()).is_ok());
    let refused = read(format!("[{large}1e131071,0]").as_bytes()).unwrap_err();
    assert_eq!(refused[0].about, "printed too large");
    assert!(read(format!("[{large}-1e131071]").as_bytes()).is_err());
    let shadowed = format!(r#"{{"a":[{large}1e131071],"a":{{}},"b":1}}"#);
    assert!(read(shadowed.as_bytes()).is_err());
}

#[test]
fn strings_are_refused_as_jsonb_refuses_them() {
    for accepted in [
        r#""\ud83d\ude00""#,
        r#""\uD83D\uDE00""#,
        "\"\u{7f}\u{2028}\u{ffff}\u{10ffff}\"",
        r#"{"":1}"#,
        r#""\/\b\f\n\r\t\"\\""#,
    ] {
        assert!(read(accepted.as_bytes()).is_ok(), "{accepted}");
    }
    for refused in [
        &br#""\u0000""#[..],
        br#""\ud800""#,
        br#""\udc00\ud800""#,
        br#""\ud83d\u0041""#,
        br#""\ud83d\ud83d\ude00""#,
        "\"\\ud83d\u{1f600}\"".as_bytes(),
        br#""\U0041""#,
        br#""\u00g0""#,
        b"\"\n\"",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
        b"\xef\xbb\xbf1",
        b"\x0b1",
        b"\xc2\xa01",
        b"",
        b"01",
        b"-",
        b"1.",
        b".5",
        b"+1",
        b"1e",
        b"[1,]",
        b"{\"a\":1,}",
        b"[1]]",
        b"nul",
        b"NaN",
    ] {
        assert!(read(refused).is_err(), "{refused:?}");
    }
}

#[test]
fn every_refused_string_and_number_is_reported_with_its_place() {
    let found = problems(
        br#"{"append_window_step_key":" ","steps":[{"step_key":"a","execution_kind":"JOB",
        "job_type":"j","payload":{"x/y":1e999999,"~":["\ud800"]}}]}"#,
    );
    let found: Vec<_> = found.iter().map(|at| (at.pointer.as_str(), at.about)).collect();
    assert_eq!(
        found,
        [
            ("/append_window_step_key", "blank"),
            ("/steps/0/payload/x~1y", "number out of range"),
            ("/steps/0/payload/~0/0", "surrogate"),
        ]
    );
}

#[test]
fn the_last_of_two_members_counts_after_unescaping() {
    assert_eq!(
        json_canonical(br#"{"b":{"x":1},"a":1,"\u0062":[2]}"#).as_deref(),
        Some(r#"{"a":1,"b":[2]}"#)
    );
    assert_eq!(json_same(b"1", b"[1]"), Some(false));
    assert_eq!(json_same(b"1", b"1e999999"), None);
}
