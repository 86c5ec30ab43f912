//! `cases/<name>/schema.json` yields the files in `cases/<name>/generated`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
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

/// The versions of a schema that `compatibility.rs` compiles. They are written by another test than
/// the one that compiles them, so that they can be blessed when the plan has changed.
#[test]
fn the_versions_that_the_judge_is_held_to_yield_their_types() {
    for name in ["default-changed", "inheritance-changed", "set-key-changed"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility").join(name);
        for version in ["old", "new"] {
            let file = format!("{version}.schema.json");
            let text = fs::read_to_string(folder.join(&file)).unwrap();
            let schema = Schema::read(&text, &file).unwrap_or_else(|errors| panic!("{errors}"));
            for (name, text) in rust::emit(&schema, &file, Gates::Open).unwrap() {
                expected::check(&folder.join(version).join(name), &text);
            }
        }
    }
}
