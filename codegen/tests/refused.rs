//! `refused/<name>/schema.json` is refused with the words of `refused/<name>/error.txt`,
//! and `report.txt` shows them in its lines.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use tantamount_codegen::{Look, Schema};

#[test]
fn every_wrong_schema_is_refused_with_its_words() {
    let cases = expected::folders("tests/refused");
    assert!(cases.len() >= 20);
    for case in cases {
        let text = fs::read_to_string(case.join("schema.json")).unwrap();
        let errors = match Schema::read(&text, "schema.json") {
            Err(errors) => errors,
            Ok(_) => panic!("{} is not refused", case.display()),
        };
        for fault in &errors {
            assert!(!fault.help.is_empty() && !fault.keyword.is_empty(), "{fault:?}");
            assert!(fault.line > 0 && fault.column > 0, "{fault:?}");
            assert!(text.get(fault.span.start..fault.span.end).is_some(), "{fault:?}");
        }
        expected::check(&case.join("error.txt"), &format!("{errors}\n"));
        expected::check(&case.join("report.txt"), &errors.render(Look::Unicode));
    }
}
