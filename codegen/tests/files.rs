//! A schema may be of several files: their definitions have types, rules, tables and faults of
//! their own.
#![expect(clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::Schema;
use tantamount_codegen::compatibility;
use tantamount_codegen::emit::bundle::{self, Annotations};
use tantamount_codegen::emit::{reference, rust, sql, typescript};
use tantamount_core::NoScope;
use tantamount_core::interpreted::Interpreted;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

fn shop() -> Schema {
    let path = folder("shop").join("order.schema.json");
    Schema::open(&path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_file_that_is_used_is_known() {
    let schema = shop();
    let mut names: Vec<String> = schema
        .files()
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.remove(0), "order.schema.json");
    names.sort();
    assert_eq!(names, ["line.schema.json", "money.schema.json", "names.schema.json"]);
}

#[test]
fn definitions_of_other_files_have_types() {
    let schema = shop();
    let files = rust::emit(&schema, "order.schema.json", Default::default()).unwrap();
    let types = files.iter().find(|(name, _)| *name == "types.rs").map(|(_, text)| text).unwrap();
    let expected = [
        "pub struct Order ",
        "pub struct Line ",
        "pub struct Money ",
        "pub struct Name(",
        "pub struct Note(",
        "pub enum MoneyCurrency ",
        "pub id: Name,",
        "pub total: Money,",
        "pub lines: Vec<Line>,",
        "pub parts: Option<Vec<Line>>,",
    ];
    for expected in expected {
        assert!(types.contains(expected), "{expected} is not in\n{types}");
    }
    assert!(files.iter().any(|(name, _)| *name == "rules.rs"));
    assert!(typescript::emit(&schema, "order.schema.json").is_ok());
    assert!(reference::emit(&schema, "order.schema.json").unwrap().contains("money"));
}

#[test]
fn the_plan_and_the_rules_hold_for_what_stands_in_other_files() {
    let schema = shop();
    let plan = schema.plan();
    let text = br#"{"id": "o", "total": {"amount": "10.50"}, "lines": [
        {"sku": "b", "price": {"amount": "1.0", "currency": "USD"}}, {"sku": "a", "price": {"amount": "1"}}]}"#;
    let read = Interpreted::read(&plan, plan.root, text).unwrap();
    assert_eq!(
        String::from_utf8(read.canonical(&NoScope)).unwrap(),
        concat!(
            r#"{"gift":null,"id":"o","lines":[{"code":null,"count":1,"parts":null,"#,
            r#""price":{"amount":"1","currency":"EUR"},"sku":"a"},{"code":null,"count":1,"parts":null,"#,
            r#""price":{"amount":"1","currency":"USD"},"sku":"b"}],"total":{"amount":"10.5","currency":"EUR"}}"#
        )
    );
    let rules = &schema.rules().unwrap().program;
    assert!(rules.check(text).is_ok());
    let wrong =
        String::from_utf8_lossy(text).replace("\"sku\": \"b\"", "\"sku\": \"b\", \"code\": \"x\"");
    let problems = rules.check(wrong.as_bytes()).unwrap_err();
    assert_eq!(problems.as_slice()[0].pointer, "/lines/0/code");
}

#[test]
fn a_bundle_of_several_files_is_one_that_means_the_same() {
    let schema = shop();
    let text = bundle::emit(&schema, "order.schema.json", Annotations::Kept).unwrap();
    let again = Schema::read(&text, "bundle").unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!(format!("{:?}", again.plan()), format!("{:?}", schema.plan()), "{text}");
    assert!(compatibility::judge(&schema, &again).is_compatible());
    let tables = |schema: &Schema| sql::emit(schema, "order.schema.json", "orders").unwrap();
    assert_eq!(tables(&again), tables(&schema));
    let plain = bundle::emit(&schema, "order.schema.json", Annotations::Dropped).unwrap();
    let plain: serde_json::Value = serde_json::from_str(&plain).unwrap();
    let validator = jsonschema::validator_for(&plain).unwrap();
    let order = |code: &str| {
        serde_json::json!({ "id": "o", "total": { "amount": "1" },
            "lines": [{ "sku": "s", "price": { "amount": "1" }, "parts": [{ "sku": "t",
            "price": { "amount": "2" }, "code": code }] }] })
    };
    assert!(validator.is_valid(&order("AB")));
    assert!(!validator.is_valid(&order("ab")));
}

#[test]
fn faults_stand_in_their_own_file() {
    let path = folder("wrong").join("schema.json");
    let error = Schema::open(&path).map(|_| ()).unwrap_err().to_string();
    let shown = error.replace(&format!("{}/", folder("wrong").display()), "");
    assert!(
        shown.contains("other.json:4:47: /$defs/b/x-canonical/not_blank: `x-canonical` has no"),
        "{shown}"
    );
    // Nothing else is wrong but what stands in `a`.
    let temporary = tempfile::tempdir().unwrap();
    for name in ["schema.json", "other.json"] {
        let text = fs::read_to_string(folder("wrong").join(name)).unwrap();
        fs::write(temporary.path().join(name), text.replace("not_blank", "not-blank")).unwrap();
    }
    let error = Schema::open(&temporary.path().join("schema.json")).map(|_| ()).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("other.json:3:47: /$defs/a/x-canonical/not-blank: "), "{error}");
    assert_eq!(error.matches("other.json:").count(), 1, "{error}");
}
