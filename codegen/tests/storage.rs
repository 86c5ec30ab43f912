//! `storage/<name>/schema.json` yields the SQL and the Rust in `storage/<name>/generated`, whole
//! texts; and what cannot be stored is refused with its place.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use tantamount_codegen::Schema;
use tantamount_codegen::emit::sql;

const PAYMENTS: &str = "tests/storage/payments/schema.json";

#[test]
fn every_schema_yields_its_statements() {
    let cases = expected::folders("tests/storage");
    assert!(!cases.is_empty());
    for case in cases {
        let text = fs::read_to_string(case.join("schema.json")).unwrap();
        let schema = Schema::read(&text, "schema.json").unwrap_or_else(|errors| panic!("{errors}"));
        let files = sql::emit(&schema, "schema.json", "types").unwrap();
        assert!(files.len() > 5);
        for (path, text) in &files {
            let name = path.file_name().unwrap();
            expected::check(&case.join("generated").join(name), text);
        }
        assert_eq!(sql::emit(&schema, "schema.json", "types").unwrap(), files);
    }
}

#[test]
fn a_schema_without_storage_yields_nothing() {
    let text = fs::read_to_string(PAYMENTS).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    strip(&mut value);
    let schema = Schema::read(&value.to_string(), "schema.json").unwrap();
    assert!(sql::emit(&schema, "schema.json", "types").unwrap().is_empty());
}

fn strip(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        object.remove("x-storage");
        object.values_mut().for_each(strip);
    }
    if let Some(array) = value.as_array_mut() {
        array.iter_mut().for_each(strip);
    }
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_place() {
    let text = fs::read_to_string(PAYMENTS).unwrap();
    for (from, to, expected) in [
        (
            r#""x-canonical": { "set": ["position"] },"#,
            "",
            "/$defs/Payment/properties/lines/x-storage: the elements of a list or a multiset have no \
             key: name a column for their place in it by `position`",
        ),
        (
            r#""x-canonical": { "set": ["position"] },"#,
            r#""x-canonical": { "multiset": true },"#,
            "/$defs/Payment/properties/lines/x-storage: the elements of a list or a multiset have no \
             key",
        ),
        (
            r#""table": "rates""#,
            r#""table": "rates", "position": "place""#,
            "/properties/rates/x-storage: the elements of a set are told apart by their key",
        ),
        (
            r#""digest": "sha256""#,
            r#""digest": "sha256", "id": "batch_id""#,
            "/properties/payments: references to `/payments` have `\"outside\": \"allowed\"`, but rows \
             of other requests are none of this one's",
        ),
        (
            r#""digest": "sha256""#,
            r#""id": "batch_id", "first": "first_id""#,
            "/x-storage/ledger/first: the elements' ids are counted from the `id`",
        ),
        (
            r#""note": { "type": ["string", "null"] }"#,
            r#""note": { "type": ["string", "null"], "x-storage": { "column": "request" } }"#,
            "/x-storage: two columns of `batches` would be named `request`",
        ),
        (
            r#""note": { "type": ["string", "null"] }"#,
            r#""note": { "type": ["string", "null"], "x-storage": { "column": "note", "table": "t" } }"#,
            "/properties/note/x-storage",
        ),
        (
            r#""from": { "type": "string", "x-canonical": { "max-bytes": 1000 } }"#,
            r#""from": { "type": "string" }"#,
            "/properties/rates/x-storage: `from` is part of a key, and may be longer than an index \
             can hold: give it `x-canonical: {\"max-bytes\": …}` of at most 2568",
        ),
        (
            r#""max-bytes": 2500"#,
            r#""max-bytes": 2600"#,
            "/x-storage: `batch_key` is part of a key, and may be longer than an index can hold",
        ),
        (
            r#""x-storage": { "column": "payment_status" }"#,
            r#""x-storage": { "column": "payment_id" }"#,
            "/properties/payments/x-storage: two columns would be named `payment_id`",
        ),
        (
            r#""table": "rates""#,
            r#""table": "payments""#,
            "/x-storage: two tables would be named `payments`",
        ),
        (
            r#""table": "rates""#,
            r#""table": "_run""#,
            "/x-storage: `_run`: names that begin with `_` are the statements' own",
        ),
        (
            r##"{ "$ref": "#/$defs/BatchKey" }"##,
            r##"{ "$ref": "#/$defs/Line" }"##,
            "/$defs/Line: a ledger's key must be a string",
        ),
        (
            r#""table": "rates""#,
            r#""table": "rates", "id": "rate_id""#,
            "/properties/rates/x-storage: one table has ids, that of an array in the root",
        ),
        (
            r#""initial": "it's \\ new""#,
            r#""initial": "other""#,
            "/properties/payments/x-storage/status: `other` is not one of the values",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        let refused = Schema::read(&changed, "schema.json")
            .map_err(|errors| errors.to_string())
            .and_then(|schema| {
                sql::emit(&schema, "schema.json", "types").map_err(|error| error.to_string())
            });
        let message = refused.expect_err(expected);
        assert!(message.contains(expected), "expected\n{expected}\nin\n{message}");
    }
}
