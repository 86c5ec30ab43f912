//! What is serialised reads back to an equal value, and nothing else is read than requests.
#![cfg(feature = "serde")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

pub mod reference;

use reference::{cases, text};
use tantamount_core::serde::{Deserialize, Serialize};
use tantamount_schema::{AppendRequest, JobStep, PositiveCount, ReleaseMode, Stage, Step, StepKey};

fn survives<T>(value: &T)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(value).unwrap();
    let again: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(again, *value, "{text}");
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}

#[test]
fn every_accepted_request_survives_serde() {
    let mut count = 0;
    let files = ["append-cases.json", "canonical-cases.json", "refusals.json"];
    for case in files.into_iter().flat_map(cases) {
        for name in ["request", "requested", "stored"] {
            let Some(request) = case[name].as_str() else { continue };
            let Ok(checked) = AppendRequest::read(request.as_bytes()) else { continue };
            let value = checked.to_value();
            survives(&value);
            for step in &value.steps {
                survives(step);
                match step {
                    Step::Job(job) => survives(job),
                    Step::External(external) => survives(external),
                }
            }
            let read: AppendRequest = serde_json::from_str(request).unwrap();
            assert_eq!(read, value);
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

#[test]
fn opaque_values_keep_their_text() {
    let text = r#"{"step_key":"a","execution_kind":"JOB","job_type":"j","payload":[1.50, 9007199254740993,1e400]}"#;
    let step: Step = serde_json::from_str(text).unwrap();
    assert_eq!(step.payload().as_str(), "[1.50, 9007199254740993,1e400]");
    assert!(serde_json::to_string(&step).unwrap().contains("[1.50, 9007199254740993,1e400]"));
}

#[test]
fn deserialising_lists_every_problem() {
    let error = serde_json::from_str::<AppendRequest>(r#"{"steps": [], "stesp": []}"#).unwrap_err();
    for part in ["append_window_step_key", "at least 1", "stesp"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn refused_requests_are_refused_by_serde_too() {
    for case in &cases("refusals.json") {
        let refused = !case["problems"].as_array().unwrap().is_empty();
        let read = serde_json::from_str::<AppendRequest>(text(case, "request"));
        assert_eq!(read.is_err(), refused, "{}", text(case, "name"));
    }
}

#[test]
fn scalars_are_read_by_their_rules() {
    survives(&StepKey::new("é").unwrap());
    survives(&PositiveCount::new(7).unwrap());
    survives(&Stage::Running);
    survives(&ReleaseMode::OnSuccess);
    assert_eq!(serde_json::to_string(&ReleaseMode::OnSuccess).unwrap(), r#""ON_SUCCESS""#);
    assert!(serde_json::from_str::<StepKey>(r#"" ""#).is_err());
    assert!(serde_json::from_str::<PositiveCount>("0").is_err());
    assert_eq!(serde_json::from_str::<PositiveCount>("7e0").unwrap().get(), 7);
    assert!(serde_json::from_str::<Stage>(r#""Queued""#).is_err());
    let external = r#"{"step_key":"a","execution_kind":"EXTERNAL","payload":null}"#;
    assert!(serde_json::from_str::<JobStep>(external).is_err());
}
