//! `cases/<name>/schema.json` yields the files in `cases/<name>/generated`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::collections::BTreeSet;
use std::fs;
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Gates, rust};

#[test]
fn every_case_yields_its_files() {
    let cases = expected::folders("tests/cases");
    assert!(cases.len() >= 3);
    for case in cases {
        let text = fs::read_to_string(case.join("schema.json")).unwrap();
        let schema = Schema::read(&text, "schema.json").unwrap_or_else(|errors| panic!("{errors}"));
        let files = rust::emit(&schema, "schema.json", Gates::Open).unwrap();
        for (name, text) in &files {
            expected::check(&case.join("generated").join(name), text);
        }
        let written: BTreeSet<String> = fs::read_dir(case.join("generated"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let yielded: BTreeSet<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(written, yielded, "{}", case.display());
        let again = rust::emit(&schema, "schema.json", Gates::Open).unwrap();
        assert_eq!(again, files, "the generator is deterministic");
    }
}
