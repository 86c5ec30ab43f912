//! Any bytes as a schema; the body is [`tantamount_fuzz::checks::check_schema`].
#![no_main]
#![expect(clippy::panic, reason = "a panic is how libFuzzer is told")]

use libfuzzer_sys::fuzz_target;
use tantamount_fuzz::checks::check_schema;

fuzz_target!(|bytes: &[u8]| {
    if let Err(disagreement) = check_schema(bytes) {
        panic!("{disagreement}");
    }
});
