//! Any text as a point in time and as a number; the body is [`tantamount_fuzz::checks::check_form`].
#![no_main]
#![expect(clippy::panic, reason = "a panic is how libFuzzer is told")]

use libfuzzer_sys::fuzz_target;
use tantamount_fuzz::checks::check_form;

fuzz_target!(|text: &str| {
    if let Err(disagreement) = check_form(text) {
        panic!("{disagreement}");
    }
});
