//! The limits, at their borders.

use tantamount_fuzz::checks::{Verdict, check_json, check_request};

fn request(payload: &str) -> String {
    format!(
        r#"{{"append_window_step_key":"g","steps":[{{"step_key":"a","execution_kind":"EXTERNAL","payload":{payload}}}]}}"#
    )
}

fn assert_request(payload: &str, expected: Verdict) {
    let verdict = check_request(request(payload).as_bytes());
    assert_eq!(verdict.map_err(|error| error.to_string()), Ok(expected));
}

fn assert_json(text: &str, expected: Verdict) {
    let verdict = check_json(text.as_bytes());
    assert_eq!(verdict.map_err(|error| error.to_string()), Ok(expected));
}

#[test]
fn the_limit_of_nesting_is_the_same() {
    let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}0{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for nested in [arrays, objects] {
        assert_json(&nested(512), Verdict::Accepted);
        assert_json(&nested(513), Verdict::Refused);
        assert_json(&nested(100_000), Verdict::Refused);
        // A payload begins at depth 4.
        assert_request(&nested(509), Verdict::Accepted);
        assert_request(&nested(510), Verdict::Refused);
    }
}

#[test]
fn the_limit_of_printed_numbers_is_the_same() {
    // 512 numbers of 131,072 digits are exactly 64 MiB.
    let large = vec!["1e131071"; 512].join(",");
    assert_json(&format!("[{large}]"), Verdict::Accepted);
    assert_json(&format!("[{large},0]"), Verdict::Refused);
    assert_json(&format!("[-{large}]"), Verdict::Refused);
    assert_json(&format!(r#"{{"a":[{large}],"a":1}}"#), Verdict::Refused);
    assert_request(&format!("[{large}]"), Verdict::Accepted);
    assert_request(&format!(r#"{{"a":[{large}],"a":1}}"#), Verdict::Refused);
    // A typed number counts, wherever it stands; this one is the 513th.
    let step = request(&format!("[{large}]")).replace("EXTERNAL", "JOB");
    for member in [r#""job_type":"j","priority":7,"#, r#""priority":7,"job_type":"j","#] {
        let text = step.replace(r#""execution_kind""#, &format!(r#"{member}"execution_kind""#));
        let verdict = check_request(text.as_bytes());
        assert_eq!(verdict.map_err(|error| error.to_string()), Ok(Verdict::Refused));
    }
}

#[test]
fn the_limit_of_length_is_the_same() {
    let length = 32 * 1024 * 1024;
    let padded = |text: &str, length: usize| text.to_owned() + &" ".repeat(length - text.len());
    for (length, expected) in [(length, Verdict::Accepted), (length + 1, Verdict::Refused)] {
        let verdict = check_request(padded(&request("0"), length).as_bytes());
        assert_eq!(verdict.map_err(|error| error.to_string()), Ok(expected));
        assert_json(&padded("1", length), expected);
    }
}

#[test]
fn the_limits_of_single_numbers_are_the_same() {
    for (number, expected) in [
        ("1e131071", Verdict::Accepted),
        ("1e131072", Verdict::Refused),
        ("1e-16383", Verdict::Accepted),
        ("1e-16384", Verdict::Refused),
        ("0.0e-16382", Verdict::Accepted),
        ("0e-16384", Verdict::Refused),
        ("0e1073741822", Verdict::Accepted),
        ("0e1073741823", Verdict::Refused),
    ] {
        assert_json(number, expected);
        assert_request(number, expected);
    }
}
