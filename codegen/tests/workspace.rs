//! The generated files of this repository are what its schema yields, and a schema with one more
//! member yields it everywhere.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::{Schema, workspace};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

#[test]
fn the_generated_files_are_what_the_schema_yields() {
    let outputs = workspace::outputs(&root()).unwrap_or_else(|error| panic!("{error}"));
    assert!(outputs.len() >= 6);
    for (path, text) in outputs {
        expected::check(&root().join(path), &text);
    }
}

#[test]
fn a_member_added_to_the_schema_is_in_every_output() {
    let source = fs::read_to_string(root().join(workspace::SCHEMA)).unwrap();
    let at = r##""job_type": { "$ref": "#/$defs/JobType" },"##;
    assert_eq!(source.matches(at).count(), 1);
    let added = r#""tenant_note": {
        "description": "A word about the tenant.",
        "type": ["string", "null"],
        "x-canonical": { "max-bytes": 99, "emit": "non-default" }
    },"#;
    let changed = source.replace(at, &format!("{at}{added}"));
    let schema = Schema::read(&changed, "changed.schema.json").unwrap_or_else(|e| panic!("{e}"));
    let plan = schema.plan();
    let step = plan.records.iter().find(|record| record.name == "Step").unwrap();
    let slot = step.slots.iter().position(|slot| slot.name == "tenant_note").unwrap();
    let members: Vec<bool> =
        step.branches.iter().map(|branch| branch.members[slot].is_some()).collect();
    assert_eq!(members, [true, false]);
    let outputs = workspace::outputs_of(&schema).unwrap();
    let holds = |file: &str, text: &str| {
        let (_, found) = outputs.iter().find(|(path, _)| path.ends_with(file)).expect(file);
        assert!(found.contains(text), "{file} does not say {text}");
    };
    holds("schema/src/generated/types.rs", "/// A word about the tenant.");
    holds("schema/src/generated/types.rs", "pub tenant_note: Option<String>,");
    holds("schema/src/generated/types.rs", "tenant_note: None,");
    holds("schema/src/generated/types.rs", r#"out.name("tenant_note");"#);
    holds("schema/src/generated/plan.rs", r#"name: Cow::Borrowed("tenant_note"),"#);
    holds("schema/src/generated/plan.rs", "max_bytes: Some(99u32),");
    holds("schema/src/generated/publish.rs", r#"\"tenant_note\":{"#);
}
