//! Validation by the programs that schemas are lowered to.
//!
//! `rules/<name>/`: `schema.json` with the files beside it allows every `valid….json`, and tells of
//! every `invalid….json` what `invalid….problems` says. `rules_refused/<name>/schema.json` is
//! refused with the words of `error.txt`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

#[rustfmt::skip]
#[path = "rules/every-keyword/rules.rs"]
pub mod every_keyword;
#[rustfmt::skip]
#[path = "rules/extensible-tree/rules.rs"]
pub mod extensible_tree;

use std::fs;
use std::path::Path;
use tantamount_codegen::Errors;
use tantamount_codegen::emit::rust::emit_rules;
use tantamount_codegen::read::{Registry, Sources};
use tantamount_codegen::rules::{Options, Rules, lower};

fn read(case: &Path) -> Result<Rules, Errors> {
    let text = fs::read_to_string(case.join("schema.json")).unwrap();
    let sources = Sources::read(&text, "schema.json", Some(case), &Registry::default())?;
    let opened = Sources::open(&case.join("schema.json"), &Registry::default()).unwrap();
    assert_eq!(opened.documents().len(), sources.documents().len());
    lower(&sources, Options::default())
}

fn rules(schema: &str) -> Rules {
    let sources = Sources::read(schema, "schema.json", None, &Registry::default()).unwrap();
    lower(&sources, Options::default()).unwrap()
}

#[test]
fn every_case_is_judged_as_its_files_say() {
    let cases = expected::folders("tests/rules");
    assert!(cases.len() >= 8);
    for case in cases {
        let program = read(&case).unwrap().program;
        let mut names: Vec<String> = fs::read_dir(&case)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".json") && name != "schema.json")
            .collect();
        names.sort();
        for name in names {
            let path = case.join(&name);
            let text = fs::read(&path).unwrap();
            let outcome = program.check(&text);
            assert_eq!(program.allows(&text).unwrap(), outcome.is_ok(), "{}", path.display());
            match outcome {
                Ok(()) => assert!(name.starts_with("valid"), "{} is allowed", path.display()),
                Err(problems) => {
                    assert!(name.starts_with("invalid"), "{}: {problems}", path.display());
                    let lines: Vec<String> = problems
                        .iter()
                        .map(|problem| format!("{problem}\n    {}\n", problem.fix))
                        .collect();
                    expected::check(&path.with_extension("problems"), &lines.concat());
                }
            }
        }
    }
}

#[test]
fn every_wrong_schema_is_refused_with_its_words() {
    let cases = expected::folders("tests/rules_refused");
    assert!(cases.len() >= 8);
    for case in cases {
        let Err(errors) = read(&case) else { panic!("{} is not refused", case.display()) };
        for fault in &errors {
            assert!(!fault.help.is_empty() && !fault.keyword.is_empty(), "{fault:?}");
            assert!(fault.line > 0 && fault.column > 0, "{fault:?}");
        }
        expected::check(&case.join("error.txt"), &format!("{errors}\n"));
    }
}

#[test]
fn what_is_emitted_stays_what_it_was() {
    let cases =
        [("every-keyword", &every_keyword::RULES), ("extensible-tree", &extensible_tree::RULES)];
    for (name, compiled) in cases {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules").join(name);
        let program = read(&case).unwrap().program;
        expected::check(&case.join("rules.rs"), &emit_rules(&program, "schema.json").unwrap());
        for file in ["valid.json", "invalid.json"] {
            let text = fs::read(case.join(file)).unwrap();
            assert_eq!(compiled.check(&text), program.check(&text), "{name}/{file}");
        }
    }
}

#[test]
fn nothing_in_a_schema_is_passed_over_in_silence() {
    let schema = r#"{ "title": "A", "format": "date", "then": true, "minContains": 2,
        "x-mine": {}, "frobnicate": 1, "default": 0, "$comment": "c", "contentEncoding": "base64" }"#;
    let carried = rules(schema).carried;
    let mut names: Vec<&str> = carried.iter().map(|one| one.keyword.as_str()).collect();
    names.sort_unstable();
    let all = [
        "$comment",
        "contentEncoding",
        "default",
        "format",
        "frobnicate",
        "minContains",
        "then",
        "title",
        "x-mine",
    ];
    assert_eq!(names, all);
}

// The rest ends promptly by construction, or not within anybody's patience.

#[test]
fn many_unique_items_take_no_square_of_time() {
    let program = rules(r#"{ "uniqueItems": true, "items": { "uniqueItems": true } }"#).program;
    let elements: Vec<String> =
        (0..100_000).map(|i| format!("[{i}, {{ \"k\": {i}.0 }}]")).collect();
    let text = format!("[{}]", elements.join(","));
    assert!(program.check(text.as_bytes()).is_ok());
    let text = format!("[{}, [99999.0, {{ \"k\": 99999 }}]]", elements.join(","));
    let problems = program.check(text.as_bytes()).unwrap_err();
    assert_eq!(problems.as_slice().len(), 1);
    assert_eq!(problems.as_slice()[0].pointer, "/100000");
    assert!(problems.to_string().contains("/99999"), "{problems}");
}

#[test]
fn many_equal_items_are_told_up_to_the_limit() {
    let program = rules(r#"{ "uniqueItems": true }"#).program;
    let text = format!("[{}0]", "0,".repeat(100_000));
    let problems = program.check(text.as_bytes()).unwrap_err();
    assert_eq!(problems.as_slice().len() + problems.omitted(), 100_000);
}

#[test]
fn hostile_patterns_take_linear_time() {
    let long = "a".repeat(50_000);
    for pattern in
        ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(?=(a+)+$)(?!(a*)*c)a+$", "(?<=(a+)+)b"]
    {
        let schema = format!(r#"{{ "pattern": {pattern:?} }}"#);
        let program = rules(&schema).program;
        let allowed = program.allows(format!("\"{long}!\"").as_bytes()).unwrap();
        assert!(!allowed, "{pattern}");
    }
}

#[test]
fn recursion_as_deep_as_a_text_may_be_is_followed_once_for_each_value() {
    // Asked naively, each level asks the next one four times.
    let schema = r##"{ "$ref": "#/$defs/a", "$defs": { "a": {
        "type": "array",
        "oneOf": [{ "items": { "$ref": "#/$defs/a" } }, { "items": { "$ref": "#/$defs/a" }, "minItems": 2 }],
        "allOf": [{ "items": { "$ref": "#/$defs/a" } }, { "items": { "$ref": "#/$defs/a" } }] } } }"##;
    let program = rules(schema).program;
    let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(511), "]".repeat(511));
    assert!(program.allows(nested("[]").as_bytes()).unwrap());
    assert!(!program.allows(nested("0").as_bytes()).unwrap());
    assert!(program.check(nested("0").as_bytes()).is_err());
    assert!(program.allows("[".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn long_chains_of_references_do_not_exhaust_the_stack() {
    let count = 20_000;
    let mut schema = String::from(r##"{ "$ref": "#/$defs/d0", "$defs": {"##);
    for i in 0..count {
        schema.push_str(&format!(r##""d{i}": {{ "$ref": "#/$defs/d{}" }}, "##, i + 1));
    }
    schema.push_str(&format!(r#""d{count}": {{ "type": "string" }} }} }}"#));
    let program = rules(&schema).program;
    assert!(program.allows(b"\"a\"").unwrap());
    assert!(!program.allows(b"1").unwrap());
}

#[test]
fn a_dynamic_reference_that_leads_round_is_cut() {
    let schema = r##"{ "$id": "urn:example:outer", "$dynamicAnchor": "n", "$ref": "urn:example:inner",
        "$defs": { "inner": { "$id": "urn:example:inner", "$dynamicRef": "#n",
            "$defs": { "n": { "$dynamicAnchor": "n" } } } } }"##;
    assert!(!rules(schema).program.allows(b"1").unwrap());
}

#[test]
fn any_text_is_a_schema_or_refused() {
    // Every suite schema with each of its parts replaced by values that hardly belong there.
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/suite/json-schema-test-suite");
    let odd =
        ["null", "-1", "1e400", "\"#\"", "[]", "[[]]", "{}", "{\"$ref\": \"#\"}", "\"\\u0000\""];
    let mut tried = 0;
    for name in [
        "ref.json",
        "dynamicRef.json",
        "unevaluatedItems.json",
        "properties.json",
        "anchor.json",
        "not.json",
    ] {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let root = tantamount_codegen::read::Node::parse(&text, name).unwrap();
        for group in root.as_array().unwrap() {
            let schema = group.get("schema").unwrap();
            let mut open = vec![schema.clone()];
            let mut spans = Vec::new();
            while let Some(node) = open.pop() {
                spans.push(node.span());
                open.extend(node.members().iter().map(|member| member.value.clone()));
                open.extend(node.as_array().unwrap_or_default().iter().cloned());
            }
            let (start, end) = (schema.span().start, schema.span().end);
            for (index, span) in spans.iter().enumerate() {
                let other = odd[(index + tried) % odd.len()];
                let changed =
                    format!("{}{other}{}", &text[start..span.start], &text[span.end..end]);
                tried += 1;
                let sources = Sources::read(&changed, name, None, &Registry::default());
                let Ok(sources) = sources else { continue };
                let Ok(rules) = lower(&sources, Options { assert_formats: true }) else { continue };
                for text in
                    ["1", "\"a\"", "[[], 1, \"a\"]", "{\"foo\": {\"bar\": [1]}, \"baz\": null}"]
                {
                    let told = rules.program.check(text.as_bytes()).is_ok();
                    assert_eq!(rules.program.allows(text.as_bytes()).unwrap(), told, "{changed}");
                }
            }
        }
    }
    assert!(tried > 1000);
}
