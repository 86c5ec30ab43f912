//! The generated files of this repository are what its schema yields, and a schema with one more
//! member yields it everywhere.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::{Generate, Schema, workspace};

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
fn released_versions_are_what_they_were_and_the_present_one_is_compatible_with_the_last() {
    workspace::check_released(&root()).unwrap_or_else(|error| panic!("{error}"));
    let judgement = workspace::judgement(&root()).unwrap().unwrap();
    assert!(judgement.is_compatible(), "{}", tantamount_codegen::compatibility::text(&judgement));
}

#[test]
fn a_released_version_that_was_edited_is_refused() {
    let folder = std::env::temp_dir().join(format!("tantamount-released-{}", std::process::id()));
    let versions = folder.join(workspace::VERSIONS);
    fs::create_dir_all(&versions).unwrap();
    let text = fs::read_to_string(root().join(workspace::VERSIONS).join("1.schema.json")).unwrap();
    let digest = tantamount_core::Digest::of(text.as_bytes()).to_string();
    let line = format!("{}  1.schema.json\n", digest.strip_prefix("sha256:").unwrap());
    let check = |schema: &str, sums: &str| {
        fs::write(versions.join("1.schema.json"), schema).unwrap();
        fs::write(versions.join("SHA256SUMS"), sums).unwrap();
        workspace::check_released(&folder).map_err(|error| error.to_string())
    };
    check(&text, &line).unwrap();
    let edited = check(&text.replace("512", "511"), &line).unwrap_err();
    assert!(edited.contains("it was released, and is not what it was"), "{edited}");
    let missing = check(&text, "").unwrap_err();
    assert!(missing.contains("no digest is recorded for it"), "{missing}");
    fs::remove_dir_all(&folder).unwrap();
}

/// The first migration was written before checks of blank strings were: it stays, and the next
/// version adds them.
#[test]
fn a_released_migration_stays_when_a_later_generator_knows_more_checks() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("released");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let ours = root().join("runtime/migrations");
    let migrations = folder.join("migrations");
    fs::create_dir_all(&migrations).unwrap();
    fs::copy(ours.join("0001_create.sql"), migrations.join("0001_create.sql")).unwrap();
    let next = Generate::from(root().join(workspace::SCHEMA))
        .sql()
        .out_dir(&folder)
        .after(root().join(workspace::VERSIONS).join("1.schema.json"));
    // Behind the line that says by what it was generated.
    let statements = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    let file = |name: &str| {
        let files = next.outputs().unwrap().files;
        files.iter().find(|(path, _)| path.ends_with(name)).map(|(_, text)| statements(text))
    };
    for name in ["0001_create.sql", "0002_version_2_add.sql", "0003_version_2_validate.sql"] {
        let expected = fs::read_to_string(ours.join(name)).unwrap();
        assert_eq!(file(name), Some(statements(&expected)));
    }
    fs::remove_file(migrations.join("0001_create.sql")).unwrap();
    assert!(file("0001_create.sql").unwrap().contains("step_key_not_blank"));
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
    let outputs = workspace::outputs_of(&workspace::released(&root()).unwrap(), &schema).unwrap();
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
