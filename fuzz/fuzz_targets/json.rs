//! Any bytes as a JSON text; the body is [`tantamount_fuzz::checks::check_json`].
#![no_main]
#![expect(clippy::panic, reason = "a panic is how libFuzzer is told")]

use libfuzzer_sys::fuzz_target;
use tantamount_fuzz::checks::check_json;

fuzz_target!(|bytes: &[u8]| {
    if let Err(disagreement) = check_json(bytes) {
        panic!("{disagreement}");
    }
});
