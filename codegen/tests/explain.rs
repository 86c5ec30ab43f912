//! `explain/<name>/of` names a schema of these tests and a pointer, and `explanation.txt` is what
//! is known of that place.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use std::path::Path;
use tantamount_codegen::Schema;
use tantamount_codegen::explain::explain;

#[test]
fn every_place_is_explained() {
    let cases = expected::folders("tests/explain");
    assert!(cases.len() >= 8);
    for case in cases {
        let of = fs::read_to_string(case.join("of")).unwrap();
        let (path, pointer) = of.trim_end_matches('\n').split_once(' ').unwrap();
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path));
        let schema = Schema::read(&text.unwrap(), "schema.json").unwrap();
        let explained = match explain(&schema, pointer) {
            Ok(explanation) => explanation.to_string(),
            Err(error) => format!("{error}\n"),
        };
        expected::check(&case.join("explanation.txt"), &explained);
    }
}

/// The pointers of every value below a node.
fn pointers(value: &serde_json::Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    let mut below = |name: &str, value: &serde_json::Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        pointers(value, &format!("{pointer}/{name}"), found);
    };
    match value {
        serde_json::Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(at, value)| below(&at.to_string(), value));
        }
        serde_json::Value::Object(members) => {
            members.iter().for_each(|(name, value)| below(name, value));
        }
        _ => {}
    }
}

#[test]
fn every_place_of_every_schema_is_known_and_none_beside_it() {
    for folder in ["tests/cases", "tests/storage"] {
        for case in expected::folders(folder) {
            let text = fs::read_to_string(case.join("schema.json")).unwrap();
            let schema = Schema::read(&text, "schema.json").unwrap();
            let mut found = Vec::new();
            pointers(&serde_json::from_str(&text).unwrap(), "", &mut found);
            for pointer in &found {
                let explanation = explain(&schema, pointer).unwrap_or_else(|e| panic!("{e}"));
                assert_eq!(explanation.pointer, *pointer);
                assert!(explanation.line > 0 && explanation.column > 0);
                assert!(!explanation.sections.is_empty(), "{pointer}");
                let astray = format!("{pointer}/no such name");
                let error = explain(&schema, &astray).expect_err(&astray).to_string();
                assert!(error.contains("leads nowhere"), "{error}");
            }
        }
    }
}
