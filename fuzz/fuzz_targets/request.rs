//! Any bytes as an append request; the body is [`tantamount_fuzz::checks::check_request`].
#![no_main]
#![expect(clippy::panic, reason = "a panic is how libFuzzer is told")]

use libfuzzer_sys::fuzz_target;
use tantamount_fuzz::checks::check_request;

fuzz_target!(|bytes: &[u8]| {
    if let Err(disagreement) = check_request(bytes) {
        panic!("{disagreement}");
    }
});
