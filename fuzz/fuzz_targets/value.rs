//! An append request as a value of its type, which spends no input on texts that are refused; the
//! body is [`tantamount_fuzz::checks::check_value`].
#![no_main]
#![expect(clippy::panic, reason = "a panic is how libFuzzer is told")]

use libfuzzer_sys::fuzz_target;
use tantamount_fuzz::checks::check_value;
use tantamount_schema::AppendRequest;

fuzz_target!(|request: AppendRequest| {
    if let Err(disagreement) = check_value(&request) {
        panic!("{disagreement}");
    }
});
