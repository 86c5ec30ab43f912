//! The bundled schema is plain JSON Schema that refuses nothing that the schema accepts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::bundle::{Annotations, emit};

fn schemas() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["tests/cases", "tests/storage"]
        .iter()
        .flat_map(|folder| expected::folders(folder))
        .map(|case| case.join("schema.json"))
        .collect();
    found.push(root().join("append-request.schema.json"));
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema")
}

fn open(path: &Path) -> Schema {
    Schema::open(path).unwrap_or_else(|error| panic!("{error}"))
}

/// The bundle of a schema as a plain validator reads it.
fn bundled(schema: &Schema, annotations: Annotations) -> (String, Value) {
    let text = emit(schema, "schema.json", annotations).unwrap_or_else(|error| panic!("{error}"));
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

fn mentions_us(value: &Value) -> bool {
    value.to_string().contains("\"x-canonical\"") || value.to_string().contains("\"x-storage\"")
}

#[test]
fn a_bundle_is_a_schema_without_our_annotations() {
    for path in schemas() {
        let (_, plain) = bundled(&open(&path), Annotations::Dropped);
        assert!(jsonschema::draft202012::meta::is_valid(&plain), "{}", path.display());
        assert!(jsonschema::validator_for(&plain).is_ok(), "{}", path.display());
        assert!(!mentions_us(&plain), "{}", path.display());
    }
}

#[test]
fn a_bundle_with_our_annotations_means_what_the_schema_means() {
    for path in schemas() {
        let schema = open(&path);
        let (text, _) = bundled(&schema, Annotations::Kept);
        let again = Schema::read(&text, "bundle").unwrap_or_else(|errors| panic!("{errors}"));
        let plans = [again.plan(), schema.plan()].map(|plan| format!("{plan:?}"));
        assert_eq!(plans[0], plans[1], "{}", path.display());
    }
}

/// The texts of the suite that stand alone, from its folders of cases.
fn texts(folder: &str) -> Vec<(PathBuf, Value)> {
    let mut found: Vec<(PathBuf, Value)> = fs::read_dir(root().join("suite").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| {
            let value = serde_json::from_str(&fs::read_to_string(&path).ok()?).ok()?;
            Some((path, value))
        })
        .collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

#[test]
fn a_plain_validator_with_the_bundle_refuses_no_more_than_the_contract_and_no_less_than_before() {
    let path = root().join("append-request.schema.json");
    let source: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let source = jsonschema::validator_for(&source).unwrap();
    let (_, bundle) = bundled(&open(&path), Annotations::Dropped);
    let bundle = jsonschema::validator_for(&bundle).unwrap();

    let accepted = texts("accept");
    assert!(accepted.len() > 20);
    for (path, text) in &accepted {
        assert!(bundle.is_valid(text), "{}", path.display());
    }
    let (mut refused, mut more) = (0, 0);
    for (path, text) in texts("reject") {
        if !source.is_valid(&text) {
            assert!(!bundle.is_valid(&text), "{}", path.display());
            refused += 1;
        } else if !bundle.is_valid(&text) {
            more += 1;
        }
    }
    assert!(refused > 20, "{refused} are refused by both");
    assert!(more > 0, "what is blank is refused by the bundle alone");
}
