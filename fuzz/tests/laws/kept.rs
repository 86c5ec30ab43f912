//! A thread keeps buffers and the shapes of objects from text to text: that must change nothing.

use proptest::prelude::*;
use tantamount_core::json;
use tantamount_core::strategy::{json_text, valid};
use tantamount_fuzz::generators::{Random, mangled, near_miss, respell};
use tantamount_schema::{AppendRequest, PLAN, Scope};

use crate::case::Case;
use crate::runner::law;

/// All that is said of a text.
fn said_of(text: &[u8]) -> (String, String) {
    let request = match AppendRequest::read(text) {
        Ok(checked) => {
            let canonical = checked.canonicalize(&Scope::none());
            format!("{} {}", canonical.digest(), canonical.as_str())
        }
        Err(problems) => problems.to_string(),
    };
    let plain = match json::canonicalize(text) {
        Ok(bytes) => String::from_utf8(bytes).unwrap(),
        Err(problems) => problems.to_string(),
    };
    (request, plain)
}

#[test]
fn what_a_thread_read_before_changes_nothing() {
    let requests = valid(&PLAN).prop_map(|sample| sample.text);
    let texts = json_text();
    let strategy =
        (prop_oneof![requests, texts], any::<u64>(), 0..4).prop_map(|(text, seed, way)| {
            let random = &mut Random::new(seed);
            let text = match way {
                0 => text,
                1 => respell(random, &text),
                2 => near_miss(random, &text),
                _ => String::from_utf8_lossy(&mangled(random, text.as_bytes())).into_owned(),
            };
            Case::new([text], tantamount_core::strategy::PlanScope::default())
        });
    law("what_was_kept", 1500, strategy, |case| {
        let text = case.first().as_bytes();
        let fresh = std::thread::scope(|scope| scope.spawn(|| said_of(text)).join().unwrap());
        prop_assert_eq!(said_of(text), fresh);
        Ok(())
    });
}
