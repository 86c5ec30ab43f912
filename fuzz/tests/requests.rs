//! The oracle on the rules of the contract's table that the reference cases do not touch, each
//! at its border.

use tantamount_fuzz::oracles::{accepts, canonical, problems, stored_same};

/// A request with one JOB step of these members.
fn job(members: &str) -> String {
    request(&format!(r#"{{"execution_kind":"JOB",{members}}}"#))
}

fn external(members: &str) -> String {
    request(&format!(r#"{{"step_key":"a","execution_kind":"EXTERNAL","payload":0{members}}}"#))
}

fn request(steps: &str) -> String {
    format!(r#"{{"append_window_step_key":"gate","steps":[{steps}]}}"#)
}

const REST: &str = r#""step_key":"a","job_type":"j","payload":0"#;

fn assert_accepted(request: &str) {
    assert_eq!(problems(request.as_bytes()), [], "{request}");
    assert!(accepts(request.as_bytes()));
    assert!(canonical(request.as_bytes(), None).is_some());
}

fn assert_refused(request: &str, pointer: &str, about: &str) {
    let problems = problems(request.as_bytes());
    let found: Vec<_> = problems.iter().map(|at| (at.pointer.as_str(), at.about)).collect();
    assert_eq!(found, [(pointer, about)], "{request}");
    assert!(!accepts(request.as_bytes()));
    assert_eq!(canonical(request.as_bytes(), None), None);
}

#[test]
fn keys_are_limited_in_bytes_and_not_blank() {
    let keys = |step: &str, job_type: &str| {
        job(&format!(r#""step_key":"{step}","job_type":"{job_type}","payload":0"#))
    };
    let (full, over) = ("é".repeat(256), format!("{}k", "é".repeat(256)));
    assert_accepted(&keys(&full, &full));
    assert_refused(&keys(&over, "j"), "/steps/0/step_key", "at most 512 bytes");
    assert_refused(&keys("a", &over), "/steps/0/job_type", "at most 512 bytes");
    assert_refused(&keys("", "j"), "/steps/0/step_key", "blank");
    assert_refused(&keys("a", "\u{a0}\u{3000}\u{85}\u{2028}"), "/steps/0/job_type", "blank");
    assert_refused(&keys("\\u000b\\f\\u1680", "j"), "/steps/0/step_key", "blank");
    // Not White_Space: zero-width space, Mongolian vowel separator, unit separator.
    assert_accepted(&keys("\u{200b}", "\u{180e}"));
    assert_accepted(&keys("\\u001f", "j"));
    // The window's key has no limit of length, a prerequisite's no limit at all.
    let window = request(&format!(r#"{{"execution_kind":"JOB",{REST}}}"#));
    assert_accepted(&window.replace("gate", &over));
    let waiting =
        |key: &str| job(&format!(r#"{REST},"dependencies":[{{"prerequisite_step_key":"{key}"}}]"#));
    assert_accepted(&waiting(""));
    assert_accepted(&waiting(" "));
    assert_accepted(&waiting(&over));
}

#[test]
fn integers_are_int32_however_spelt() {
    for (name, value, about) in [
        ("priority", "-2147483648", None),
        ("priority", "2147483647.000", None),
        ("priority", "-214748364.8e1", None),
        ("priority", "2147483648", Some("at most 2147483647")),
        ("priority", "-2147483649", Some("at least -2147483648")),
        ("priority", "-1e131071", Some("at least -2147483648")),
        ("priority", "2147483647.5", Some("integer")),
        ("priority", "1e-16383", Some("integer")),
        ("priority", "0e-5", None),
        ("priority", "true", Some("integer")),
        ("max_attempts", "1", None),
        ("max_attempts", "0.0", Some("greater than 0")),
        ("max_attempts", "-2147483649", Some("greater than 0")),
        ("max_attempts", "0.5", Some("integer")),
        ("timeout_seconds", "2147483647", None),
        ("timeout_seconds", "214748364.8e1", Some("at most 2147483647")),
        ("timeout_seconds", "null", None),
    ] {
        let request = job(&format!(r#"{REST},"{name}":{value}"#));
        match about {
            None => assert_accepted(&request),
            Some(about) => assert_refused(&request, &format!("/steps/0/{name}"), about),
        }
    }
}

#[test]
fn external_steps_take_null_only_for_what_is_a_jobs() {
    for name in ["job_type", "priority", "max_attempts", "timeout_seconds", "stage"] {
        assert_accepted(&external(&format!(r#","{name}":null"#)));
        for value in ["\"queued\"", "1", "\"\"", "false", "[]"] {
            let request = external(&format!(r#","{name}":{value}"#));
            assert_refused(&request, &format!("/steps/0/{name}"), "not for EXTERNAL");
        }
    }
    let uuid = "018f3a52-0000-7000-8000-00000000000A";
    let inherited = canonical(external("").as_bytes(), Some(uuid));
    let own = canonical(external(&format!(r#","organization_id":"{uuid}""#)).as_bytes(), None);
    assert!(own.is_some());
    assert_eq!(own, inherited);
    assert_eq!(canonical(external("").as_bytes(), Some("018f3a52")), None);
}

#[test]
fn null_is_absent_only_where_the_table_says_so() {
    for name in
        ["organization_id", "priority", "max_attempts", "timeout_seconds", "stage", "dependencies"]
    {
        assert_accepted(&job(&format!(r#"{REST},"{name}":null"#)));
    }
    assert_refused(
        &job(r#""step_key":null,"job_type":"j","payload":0"#),
        "/steps/0/step_key",
        "type",
    );
    assert_refused(
        &job(r#""step_key":"a","job_type":null,"payload":0"#),
        "/steps/0/job_type",
        "type",
    );
    let null_window = r#"{"append_window_step_key":null,"steps":[]}"#;
    let found: Vec<_> = problems(null_window.as_bytes()).into_iter().map(|at| at.pointer).collect();
    assert_eq!(found, ["/append_window_step_key", "/steps"]);
    assert_refused(r#"{"append_window_step_key":"g","steps":null}"#, "/steps", "type");
    assert_refused(&request("null"), "/steps/0", "type");
    let dependency = |text: &str| job(&format!(r#"{REST},"dependencies":[{text}]"#));
    let at = "/steps/0/dependencies/0";
    let key = format!("{at}/prerequisite_step_key");
    assert_accepted(&dependency(r#"{"prerequisite_step_key":"z","release_mode":null}"#));
    assert_refused(&dependency(r#"{"prerequisite_step_key":null}"#), &key, "type");
    assert_refused(&dependency("{}"), &key, "required");
    assert_refused(&dependency("\"z\""), at, "type");
    let mode = r#"{"prerequisite_step_key":"z","release_mode":"on_success"}"#;
    assert_refused(&dependency(mode), &format!("{at}/release_mode"), "one of");
}

#[test]
fn typed_objects_have_no_unknown_and_no_duplicate_members() {
    let valid = format!(
        r#"{{"append_window_step_key":"g","steps":[{{"execution_kind":"JOB",{REST},"dependencies":[{{"prerequisite_step_key":"z"}}]}}]}}"#
    );
    assert_accepted(&valid);
    for (at, from) in
        [("", "{\"append"), ("/steps/0", "{\"exec"), ("/steps/0/dependencies/0", "{\"pre")]
    {
        let with = |member: &str| valid.replacen(from, &format!("{{{member},{}", &from[1..]), 1);
        assert_refused(&with(r#""Steps":1"#), &format!("{at}/Steps"), "unknown member");
        assert_refused(&with(r#""":1"#), &format!("{at}/"), "unknown member");
        let own = match at {
            "" => "append_window_step_key",
            "/steps/0" => "step_key",
            _ => "prerequisite_step_key",
        };
        // Spelt with an escape, and of another value: the same member twice.
        let twice = with(&format!(r#""\u{:04x}{}":"other""#, own.as_bytes()[0], &own[1..]));
        assert_refused(&twice, &format!("{at}/{own}"), "duplicate member");
    }
    for (later, wrong, about) in [
        ("allow_handler_continuation", "0", "type"),
        ("allow_handler_continuation", r#""false""#, "type"),
        ("execution_resource_key", r#"" ""#, "blank"),
        ("execution_resource_key", "1", "type"),
    ] {
        let request = job(&format!(r#"{REST},"{later}":{wrong}"#));
        assert_refused(&request, &format!("/steps/0/{later}"), about);
    }
}

#[test]
fn uuids_are_hyphenated() {
    for (text, accepted) in [
        ("018F3a52-0000-7000-8000-00000000000f", true),
        ("00000000-0000-0000-0000-000000000000", true),
        ("{018f3a52-0000-7000-8000-000000000001}", false),
        ("018f3a520000-7000-8000-0000-00000001", false),
        ("018f3a52-0000-7000-8000-00000000000g", false),
        ("018f3a52-0000-7000-8000-0000000000011", false),
        ("urn:uuid:018f3a52-0000-7000-8000-000000000001", false),
        (" 018f3a52-0000-7000-8000-000000000001", false),
        ("018f3a52-0000-7000-8000-00000000000é", false),
        ("", false),
    ] {
        let request = job(&format!(r#"{REST},"organization_id":"{text}""#));
        match accepted {
            true => assert_accepted(&request),
            false => assert_refused(&request, "/steps/0/organization_id", "uuid"),
        }
    }
}

#[test]
fn a_circle_is_one_problem_and_a_chain_is_none() {
    let step = |key: &str, waits_for: &str| {
        format!(
            r#"{{"step_key":"{key}","execution_kind":"EXTERNAL","payload":0,"dependencies":[{{"prerequisite_step_key":"{waits_for}"}}]}}"#
        )
    };
    let steps = |pairs: &[(&str, &str)]| {
        let steps: Vec<String> = pairs.iter().map(|(key, other)| step(key, other)).collect();
        request(&steps.join(","))
    };
    assert_accepted(&steps(&[("a", "b"), ("b", "c"), ("c", "outside"), ("d", "b")]));
    assert_refused(&steps(&[("a", "b"), ("b", "a")]), "/steps", "cycle");
    // What waits for a circle is in none; it is still one problem.
    assert_refused(&steps(&[("c", "a"), ("a", "b"), ("b", "a")]), "/steps", "cycle");
    let own = "/steps/0/dependencies/0/prerequisite_step_key";
    assert_refused(&steps(&[("a", "a"), ("b", "a")]), own, "itself");
}

#[test]
fn stored_rows_are_read_tolerantly() {
    let asked = request(&format!(r#"{{"execution_kind":"JOB",{REST}}}"#));
    let verdict = |stored: &str| stored_same(stored.as_bytes(), asked.as_bytes(), None);
    let step = format!(r#"{{"execution_kind":"JOB",{REST},"later":[1]}}"#);
    assert_eq!(verdict(&request(&step)), Some(true));
    assert_eq!(verdict(&format!(r#"{{"steps":[{step}],"window":1}}"#)), Some(true));
    assert_eq!(
        verdict(&format!(r#"{{"append_window_step_key":null,"steps":[{step}]}}"#)),
        Some(true)
    );
    let long = "k".repeat(513);
    assert_eq!(verdict(&request(&step.replace("\"j\"", &format!("\"{long}\"")))), Some(false));
    assert_eq!(verdict(&request(&step.replace("\"payload\":0", "\"payload\":-0.0"))), Some(true));
    // What neither a length, an unknown nor a missing member explains cannot be compared.
    assert_eq!(verdict(&request(&step.replace(r#","payload":0"#, ""))), None);
    assert_eq!(verdict(&request(&step.replace("JOB", "TIMER"))), None);
    assert_eq!(verdict(&request(&step.replace("\"j\"", "5"))), None);
    // A row that names no window is compared, a request that names none is refused.
    assert_eq!(
        stored_same(asked.as_bytes(), format!(r#"{{"steps":[{step}]}}"#).as_bytes(), None),
        None
    );
}
