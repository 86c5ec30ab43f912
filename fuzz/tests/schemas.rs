//! The code generator on schemas that are changed, hostile or huge.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tantamount_fuzz::checks::{Verdict, check_schema};
use tantamount_fuzz::generators::{Random, mangled, near_miss};

/// The schemas of the repository: the generator's cases, the refused ones, the append request, the
/// meta-schemas, and the regressions.
fn schemas() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = [
        "codegen/tests/cases",
        "codegen/tests/storage",
        "codegen/tests/refused",
        "schema/vocabulary",
        "fuzz/regressions/schema",
    ]
    .iter()
    .map(|folder| root.join(folder))
    .collect();
    found.push(root.join("schema/append-request.schema.json"));
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn check(name: &str, text: &[u8]) -> Verdict {
    check_schema(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_schema_is_understood_or_refused() {
    let schemas = schemas();
    assert!(schemas.len() > 40);
    for (path, text) in schemas {
        check(&path.display().to_string(), text.as_bytes());
    }
}

/// How many texts are made of each schema.
const ROUNDS: u64 = 12;

#[test]
fn a_schema_with_changed_bytes_is_understood_or_refused() {
    let mut refused = 0;
    for (index, (path, text)) in schemas().iter().enumerate() {
        for round in 0..ROUNDS {
            let mut random = Random::new(index as u64 * ROUNDS + round);
            let changed = match round % 3 {
                0 => near_miss(&mut random, text).into_bytes(),
                _ => mangled(&mut random, text.as_bytes()),
            };
            let name = format!("{}, {round}", path.display());
            refused += usize::from(check(&name, &changed) == Verdict::Refused);
        }
    }
    assert!(refused > 100, "{refused}");
}

/// The values of a document, by pointer.
fn pointers(value: &Value, pointer: &str, found: &mut Vec<String>) {
    found.push(pointer.to_owned());
    let mut below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        pointers(value, &format!("{pointer}/{name}"), found);
    };
    match value {
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(at, value)| below(&at.to_string(), value));
        }
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        _ => {}
    }
}

#[test]
fn a_piece_of_one_schema_in_another_is_understood_or_refused() {
    let schemas: Vec<Value> =
        schemas().iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    let places: Vec<Vec<String>> = schemas
        .iter()
        .map(|schema| {
            let mut found = Vec::new();
            pointers(schema, "", &mut found);
            found
        })
        .collect();
    let mut random = Random::new(11);
    let mut understood = 0;
    for round in 0..400 {
        let from = random.below(schemas.len());
        let to = random.below(schemas.len());
        let piece = schemas[from].pointer(&places[from][random.below(places[from].len())]).unwrap();
        let mut changed = schemas[to].clone();
        let place = &places[to][random.below(places[to].len())];
        *changed.pointer_mut(place).unwrap() = piece.clone();
        let verdict = check(&format!("{round}: {place}"), changed.to_string().as_bytes());
        understood += usize::from(verdict == Verdict::Accepted);
    }
    assert!(understood > 5, "{understood}");
}

/// Where the names of members stand in a text, quotes included.
fn names(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, start) {
            (b'"', None) => start = Some(at),
            (b'"', Some(from)) => {
                let end = at + 1;
                found.extend(text[end..].trim_start().starts_with(':').then_some(from..end));
                start = None;
            }
            (b'\\', Some(_)) => _ = bytes.next(),
            _ => {}
        }
    }
    found
}

#[test]
fn a_schema_with_names_that_say_nothing_is_understood_or_refused() {
    let mut random = Random::new(17);
    let mut refused = 0;
    for (path, text) in schemas() {
        let names = names(&text);
        for name in [r#""""#, r#""\u0000""#, r#"" ""#, r#""~/""#, r#""\u202e""#] {
            let place = names[random.below(names.len())].clone();
            for written in [name.to_owned(), format!("{name}: 0, {name}")] {
                let mut changed = text.clone();
                changed.replace_range(place.clone(), &written);
                let name = format!("{}, {written} at {place:?}", path.display());
                refused += usize::from(check(&name, changed.as_bytes()) == Verdict::Refused);
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

/// A schema whose only definition is this text.
fn with_definition(definition: &str) -> String {
    format!(
        r##"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:example:a:1",
            "title": "A", "type": "object", "unevaluatedProperties": false,
            "properties": {{"b": {{"$ref": "#/$defs/B"}}}}, "$defs": {{"B": {definition}}}}}"##
    )
}

#[test]
fn hostile_schemas_are_understood_or_refused() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}{{\"type\": \"string\"}}{}", open.repeat(depth), close.repeat(depth))
    };
    let many = |count: usize, one: &dyn Fn(usize) -> String| {
        (0..count).map(one).collect::<Vec<_>>().join(",")
    };
    let definitions = [
        nested(r#"{"type": "array", "items": "#, "}", 450),
        nested(r#"{"allOf": ["#, "]}", 240),
        nested(r#"{"anyOf": ["#, ", {\"type\": \"null\"}]}", 240),
        nested(r#"{"type": "array", "items": "#, "}", 20_000),
        nested(r#"{"not": "#, "}", 480),
        nested(r#"{"title": "x", "type": "object", "unevaluatedProperties": false, "properties": {"a": "#, "}}", 200),
        format!(r#"{{"enum": [{}]}}"#, many(1_000, &|at| format!("\"value {at}\""))),
        format!(
            r#"{{"type": "object", "unevaluatedProperties": false, "properties": {{{}}}}}"#,
            many(400, &|at| format!(r#""member {at}": {{"type": "boolean"}}"#))
        ),
        format!(r#"{{"type": "object", "{}": 1, "unknown": 2}}"#, "x".repeat(1_000_000)),
        format!(r#"{{{}}}"#, many(2_000, &|at| format!(r#""unknown{at}": 1"#))),
        format!(r#"{{"$comment": "{}", "type": "strin"}}"#, "\\u202e\\u0007".repeat(10_000)),
        r##"{"$ref": "#/$defs/B"}"##.to_owned(),
        r##"{"allOf": [{"$ref": "#"}]}"##.to_owned(),
        r#"{"type": "integer", "minimum": 1e400, "maximum": -1e-400}"#.to_owned(),
        r#"{"type": "integer", "minimum": 9e1000000, "maximum": 0}"#.to_owned(),
        r#"{"type": "array", "items": {"type": "string"}, "minItems": 99999999999999999999}"#.to_owned(),
        r#"{"enum": ["a\u0000b"]}"#.to_owned(),
        r#"{"title": "\"; DROP TABLE x; --", "type": "object", "unevaluatedProperties": false, "properties": {"*/ panic!()": {"type": "string"}}}"#.to_owned(),
        r##"{"$ref": "#/$defs/%zz"}"##.to_owned(),
        r#"{"$ref": "http://[::1"}"#.to_owned(),
        r#"{"pattern": "((((((((((((((((((((a*)*)*)*)*)*)*)*)*)*"}"#.to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
    ];
    for (index, definition) in definitions.iter().enumerate() {
        check(&format!("definition {index}"), with_definition(definition).as_bytes());
    }
    for (index, text) in
        ["", " ", "{", "\u{feff}{}", "[[[[", "\"", "{\"\\ud800\": 1}", "1e", "{}{}"]
            .iter()
            .enumerate()
    {
        assert_eq!(check(&format!("text {index}"), text.as_bytes()), Verdict::Refused);
    }
    assert_eq!(check("bytes", b"{\"a\": \"\xff\"}"), Verdict::Refused);
    assert_eq!(check("deep", "[".repeat(1_000_000).as_bytes()), Verdict::Refused);
    let json = json!({"$defs": {"A": {"$defs": {"A": {"$ref": "#/$defs/A/$defs/A"}}}}});
    check("definitions in definitions", json.to_string().as_bytes());
}
