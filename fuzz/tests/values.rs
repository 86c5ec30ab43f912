//! Requests that `arbitrary` makes of any bytes, as cargo-fuzz's target `value` gets them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use tantamount_core::arbitrary::{Arbitrary as _, Unstructured};
use tantamount_fuzz::checks::{Verdict, check_value};
use tantamount_fuzz::generators::Random;
use tantamount_schema::{AppendRequest, JobStep, PositiveCount, Scope, Stage, Step};

fn bytes(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[0, 8, 64, 500, 4_000]);
    (0..length).map(|_| u8::try_from(random.below(256)).unwrap()).collect()
}

#[test]
fn any_bytes_make_a_request_that_the_oracle_accepts() {
    let mut random = Random::new(3);
    let mut requests = BTreeSet::new();
    let (mut with_dependencies, mut with_many_steps) = (0, 0);
    for _ in 0..300 {
        let bytes = bytes(&mut random);
        let request = AppendRequest::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        let verdict = check_value(&request).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(verdict, Verdict::Accepted);
        with_many_steps += u32::from(request.steps.len() > 2);
        let steps = &request.steps;
        with_dependencies += u32::from(steps.iter().any(|step| !step.dependencies().is_empty()));
        requests.insert(request.check().unwrap().text().to_owned());
    }
    // Not the least request each time.
    assert!(requests.len() > 150, "{}", requests.len());
    assert!(with_dependencies > 20, "{with_dependencies}");
    assert!(with_many_steps > 20, "{with_many_steps}");
}

#[test]
fn sizes_are_told_as_far_as_they_are_bounded() {
    assert_eq!(PositiveCount::size_hint(0), (4, Some(4)));
    assert_eq!(Stage::size_hint(0), (1, Some(1)));
    assert_eq!(Scope::size_hint(0), (1, Some(17)));
    for (least, most) in [AppendRequest::size_hint(0), Step::size_hint(0), JobStep::size_hint(0)] {
        assert!((1..64).contains(&least), "{least}");
        assert_eq!(most, None);
    }
}

#[test]
fn a_branch_is_made_as_itself() {
    let mut random = Random::new(4);
    for _ in 0..50 {
        let bytes = bytes(&mut random);
        let step = JobStep::arbitrary(&mut Unstructured::new(&bytes)).unwrap();
        let request = AppendRequest {
            append_window_step_key: tantamount_schema::WindowKey::new("gate").unwrap(),
            steps: vec![step.into()],
        };
        // What it depends on is no step of the batch, unless by chance itself.
        if let Err(problems) = request.check() {
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
            assert_eq!(codes, ["self_reference"], "{problems}");
        }
    }
}
