//! The judge on pairs of schemas: what stands in `compatibility/NAME/judgement.txt` is what it
//! says, whatever it calls broken really differs, and whatever it calls kept does not.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "compatibility/default-changed/new/mod.rs"]
#[rustfmt::skip]
pub mod default_new;
#[path = "compatibility/default-changed/old/mod.rs"]
#[rustfmt::skip]
pub mod default_old;
pub mod expected;
#[path = "compatibility/inheritance-changed/new/mod.rs"]
#[rustfmt::skip]
pub mod inheritance_new;
#[path = "compatibility/inheritance-changed/old/mod.rs"]
#[rustfmt::skip]
pub mod inheritance_old;
#[path = "compatibility/set-key-changed/new/mod.rs"]
#[rustfmt::skip]
pub mod set_key_new;
#[path = "compatibility/set-key-changed/old/mod.rs"]
#[rustfmt::skip]
pub mod set_key_old;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json as value};
use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::compatibility::{
    Broken, Judgement, Question, Verdict, Waivers, Witness, json, judge, text,
};
use tantamount_codegen::read::Registry;
use tantamount_codegen::rules::Options;
use tantamount_codegen::{Schema, compatibility};
use tantamount_core::interpreted::Interpreted;
use tantamount_core::plan::Plan;
use tantamount_core::strategy::{PlanScope, valid};
use tantamount_core::{NoScope, Request};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility").join(name)
}

fn schema(folder: &Path, name: &str) -> Schema {
    let file = format!("{name}.schema.json");
    let text = fs::read_to_string(folder.join(&file)).unwrap();
    // In what is called after it `format` is asserted.
    let assert_formats = folder.file_name().unwrap().to_string_lossy().starts_with("format-");
    let options = Options { assert_formats };
    Schema::read_with(&text, &file, None, &Registry::default(), options)
        .unwrap_or_else(|errors| panic!("{}: {errors}", folder.display()))
}

fn judged(folder: &Path) -> Judgement {
    judge(&schema(folder, "old"), &schema(folder, "new"))
}

/// The witnesses that a judgement shows for a question.
fn witnesses(judgement: &Judgement, question: Question) -> Vec<Witness> {
    let verdicts = judgement.changes.iter().map(|change| change.verdict(question));
    verdicts
        .filter_map(|verdict| match verdict {
            Verdict::Broken(Broken { witness, .. }) => witness.clone(),
            _ => None,
        })
        .collect()
}

/// Whether a version accepts a request: its plan, and what is left to validation.
fn accepts(schema: &Schema, request: &str) -> bool {
    let plan = schema.plan();
    Interpreted::read(&plan, plan.root, request.as_bytes()).is_ok()
        && schema.rules().is_none_or(|rules| rules.program.check(request.as_bytes()).is_ok())
}

#[test]
fn the_judgements_are_what_they_were() {
    let folders = expected::folders("tests/compatibility");
    assert!(folders.len() >= 150, "{} cases", folders.len());
    let mut refusals = 0;
    for folder in folders {
        let judgement = judged(&folder);
        expected::check(&folder.join("judgement.txt"), &text(&judgement));
        let json: Value = serde_json::from_str(&json(&judgement)).unwrap();
        assert_eq!(json["compatible"], judgement.is_compatible());
        // Of what the rules decide nothing is left open, and the search never contradicts them.
        assert!(judgement.contradictions.is_empty(), "{}", folder.display());
        let unknown = |verdict: &Verdict| matches!(verdict, Verdict::Unknown(_));
        for change in &judgement.changes {
            let open = Question::ALL.into_iter().any(|q| unknown(change.verdict(q)));
            assert!(!open, "{}: {}\n{}", folder.display(), change.what, text(&judgement));
        }
        // The old version accepts what the new one refuses.
        let schemas = [schema(&folder, "old"), schema(&folder, "new")];
        for witness in witnesses(&judgement, Question::Acceptance) {
            let Witness::Refused { request, .. } = witness else { panic!("{witness:?}") };
            let accepted = schemas.each_ref().map(|schema| accepts(schema, &request));
            assert_eq!(accepted, [true, false], "{request}");
            refusals += 1;
        }
    }
    assert!(refusals >= 60, "{refusals} witnesses of refusals");
}

#[test]
fn a_schema_is_compatible_with_itself() {
    for folder in expected::folders("tests/compatibility").iter().step_by(6) {
        let schema = schema(folder, "new");
        let judgement = judge(&schema, &schema);
        assert!(judgement.is_compatible(), "{}", text(&judgement));
        assert!(judgement.changes.is_empty() && judgement.migrations.is_empty());
    }
}

/// The digest that compiled code gives a request.
fn digest<R: Request>(request: &str, scope: &R::Scope) -> String {
    let checked = tantamount_core::read::<R>(request.as_bytes()).unwrap();
    checked.canonicalize(scope).digest().to_string()
}

#[test]
fn compiled_code_of_both_versions_disagrees_on_the_witnesses() {
    let shown = |name: &str| {
        let found = witnesses(&judged(&folder(name)), Question::Identity);
        let [Witness::Digest { request, scope, was_digest, is_digest, .. }] = found.as_slice()
        else {
            panic!("{name}: {found:?}")
        };
        assert_ne!(was_digest, is_digest);
        (request.clone(), scope.clone(), [was_digest.clone(), is_digest.clone()])
    };
    let (request, _, digests) = shown("default-changed");
    let old = digest::<default_old::Note>(&request, &NoScope);
    assert_eq!([old, digest::<default_new::Note>(&request, &NoScope)], digests);

    let (request, _, digests) = shown("set-key-changed");
    let old = digest::<set_key_old::Note>(&request, &NoScope);
    assert_eq!([old, digest::<set_key_new::Note>(&request, &NoScope)], digests);

    let (request, scope, digests) = shown("inheritance-changed");
    let scope: Value = serde_json::from_str(&scope.unwrap()).unwrap();
    let id = |name: &str| scope[name].as_str().map(|text| text.parse().unwrap());
    let old = inheritance_old::Scope { tenant_id: id("tenant_id"), owner_id: id("owner_id") };
    let new = inheritance_new::Scope { tenant_id: id("tenant_id"), owner_id: id("owner_id") };
    let old = digest::<inheritance_old::Note>(&request, &old);
    assert_eq!([old, digest::<inheritance_new::Note>(&request, &new)], digests);
}

#[test]
fn the_documentation_shows_what_the_judge_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/evolution.md")).unwrap();
    let block = |after: &str| {
        let start = page.find(after).expect(after) + after.len();
        page[start..].split("\n```").next().unwrap().to_owned()
    };
    let first = block("```json\n");
    let second = first.replace("payment:1", "payment:2").replace("EUR", "USD");
    let old = Schema::read(&format!("{first}\n"), "v1.schema.json").unwrap();
    let new = Schema::read(&format!("{second}\n"), "v2.schema.json").unwrap();
    let said = text(&judge(&old, &new));
    let shown = block("compatibility v1.schema.json v2.schema.json\n");
    for part in shown.split("\n…\n") {
        assert!(said.contains(part), "{said}");
    }
    let waiver = block("```toml\n");
    for line in waiver.lines().filter(|line| !line.starts_with("reason")) {
        assert!(said.contains(line), "{said}");
    }
    let read =
        |path: &str| Schema::read(&fs::read_to_string(root.join(path)).unwrap(), path).unwrap();
    let old = read("schema/versions/1.schema.json");
    let said = text(&judge(&old, &read("schema/append-request.schema.json")));
    let shown = block("schema/versions/1.schema.json schema/append-request.schema.json\n");
    assert_eq!(format!("{shown}\n"), said);
}

#[test]
fn a_waiver_covers_one_change_and_is_an_error_where_nothing_needs_it() {
    let judgement = judged(&folder("default-changed"));
    let change = &judgement.changes[0];
    let (old, new) = (&change.old.as_ref().unwrap().digest, &change.new.as_ref().unwrap().digest);
    let waiver = |pointer: &str, question: &str, new: &str| {
        format!(
            "[[waiver]]\npointer = \"{pointer}\"\nquestion = \"{question}\"\nreason = \"no one \
             left it out\"\nold = \"{old}\"\nnew = \"{new}\"\n"
        )
    };
    let read = |text: &str| Waivers::read(text, "waivers.toml");
    let covering = waiver("/properties/currency", "identity", new);
    let waived = judgement.clone().waive(&read(&covering).unwrap());
    assert!(waived.is_compatible(), "{}", text(&waived));
    assert!(text(&waived).contains("  waived: no one left it out\n"));
    let as_json = value!({"waiver": [{"pointer": "/properties/currency", "question": "identity",
        "reason": "no one left it out", "old": old, "new": new}]});
    assert_eq!(read(&as_json.to_string()), read(&covering));
    // Another question, another place, another content.
    for other in [
        waiver("/properties/currency", "acceptance", new),
        waiver("/properties/text", "identity", new),
        waiver("/properties/currency", "identity", old),
    ] {
        let judged = judgement.clone().waive(&read(&other).unwrap());
        assert!(!judged.is_compatible() && judged.changes[0].fails());
        assert_eq!(judged.unused_waivers.len(), 1);
    }
    for (wrong, said) in [
        (covering.replace("identity", "identitty"), "has the question `identitty`"),
        (covering.replace("no one left it out", " "), "has no reason"),
        (covering.replace("reason", "because"), "unknown field `because`"),
        ("[[waiver]".to_owned(), "waivers.toml: "),
        ("{".to_owned(), "waivers.toml: "),
    ] {
        let error = read(&wrong).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn migrations_stay_what_they_were_when_another_version_comes() {
    let folder = folder("storage-column-added");
    let (old, new) = (schema(&folder, "old"), schema(&folder, "new"));
    let none = Waivers::default();
    let first = compatibility::migrations(&[&old], &none).unwrap();
    let both = compatibility::migrations(&[&old, &new], &none).unwrap();
    let names: Vec<String> = both.iter().map(|migration| migration.file_name()).collect();
    assert_eq!(names, ["0001_create.sql", "0002_version_2_add.sql", "0003_version_2_validate.sql"]);
    assert_eq!(both[..1], first[..]);
    assert_eq!(compatibility::migrations(&[&old, &old], &none).unwrap(), first);
}

#[test]
fn a_migration_that_rows_could_break_is_refused_unless_it_is_waived() {
    let folder = folder("storage-check-narrowed");
    let (old, new) = (schema(&folder, "old"), schema(&folder, "new"));
    let refused = compatibility::migrations(&[&old, &new], &Waivers::default()).unwrap_err();
    let refused = refused.to_string();
    assert!(refused.contains("/$defs/Line/properties/amount: "), "{refused}");
    assert!(refused.contains("old rows may break the check of `amount`"), "{refused}");
    let judgement = judge(&old, &new);
    let change = &judgement.changes[0];
    let waivers = value!({"waiver": [{
        "pointer": change.pointer(), "question": "storage", "reason": "old rows may stay",
        "old": change.old.as_ref().unwrap().digest, "new": change.new.as_ref().unwrap().digest,
    }]});
    let waivers = Waivers::read(&waivers.to_string(), "waivers.json").unwrap();
    let all = compatibility::migrations(&[&old, &new], &waivers).unwrap();
    // New rows are checked, old ones are not asked.
    assert!(all[1].sql.contains("NOT VALID") && all.len() == 2, "{all:?}");
}

/// Edits a schema: of the places where the edit can be made, one.
fn edited(schema: &mut Value, choice: usize, which: usize) {
    let mut pointers = Vec::new();
    collect(schema, String::new(), &mut pointers);
    let start = which % pointers.len().max(1);
    pointers.rotate_left(start);
    for pointer in pointers {
        let before = schema.clone();
        edit(place_of(schema, &pointer), &pointer, choice % 8, which);
        if *schema != before {
            return;
        }
    }
}

fn edit(place: &mut Value, pointer: &str, choice: usize, which: usize) {
    let member = pointer.rsplit('/').next().unwrap_or_default();
    match (choice, place) {
        (0, Value::Number(number)) => {
            *number = (number.as_i64().unwrap_or(0) + 1).into();
        }
        (1, Value::Number(number)) => {
            *number = (number.as_i64().unwrap_or(1) - 1).max(0).into();
        }
        (2, Value::Object(object)) if member == "properties" && object.len() > 1 => {
            let name = object.keys().nth(which % object.len()).cloned();
            name.map(|name| object.remove(&name));
        }
        (3, Value::Array(elements)) if elements.len() > 1 && member != "type" => {
            elements.remove(which % elements.len());
        }
        (4, Value::Array(elements)) if member == "set" => elements.rotate_left(1),
        (5, Value::Object(object)) if member == "properties" => {
            let canonical = match which % 2 {
                0 => value!({"emit": "non-default"}),
                _ => value!({}),
            };
            let added = value!({"type": ["string", "null"], "x-canonical": canonical});
            object.insert("another".to_owned(), added);
        }
        (6, Value::String(text)) if member == "default" => text.push('x'),
        (6, Value::Array(elements)) if member == "enum" => elements.push(value!("other")),
        (7, Value::Object(object)) if object.contains_key("emit") => {
            object.remove("emit");
        }
        (7, Value::Object(object)) if object.contains_key("inherit") => {
            object.remove("inherit");
        }
        (7, Value::Array(types)) if member == "type" && types.len() == 2 => {
            types.pop();
        }
        _ => {}
    }
}

fn place_of<'v>(schema: &'v mut Value, pointer: &str) -> &'v mut Value {
    schema.pointer_mut(pointer).expect("it was there")
}

fn collect(value: &Value, pointer: String, found: &mut Vec<String>) {
    let mut below =
        |name: String, inner: &Value| collect(inner, format!("{pointer}/{name}"), found);
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                below(name.replace('~', "~0").replace('/', "~1"), inner);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                below(index.to_string(), inner);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

#[test]
fn no_digest_changes_where_an_edit_is_judged_to_keep_them() {
    let folders = expected::folders("tests/compatibility");
    let edits = proptest::collection::vec((0usize..8, any::<proptest::sample::Index>()), 1..4);
    let strategy = (0..folders.len(), edits);
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 140, failure_persistence: None, ..Config::default() },
        TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]),
    );
    let judged = std::cell::Cell::new([0_usize; 2]);
    let outcome = runner.run(&strategy, |(case, edits)| {
        let source = fs::read_to_string(folders[case].join("new.schema.json")).unwrap();
        let old = Schema::read(&source, "old").unwrap();
        let mut changed: Value = serde_json::from_str(&source).unwrap();
        for (choice, which) in edits {
            edited(&mut changed, choice, which.index(4096));
        }
        let Ok(new) = Schema::read(&changed.to_string(), "new") else { return Ok(()) };
        let judgement = judge(&old, &new);
        let report = text(&judgement);
        prop_assert!(judgement.contradictions.is_empty(), "{report}\n{changed}");
        let keeps =
            |question| !judgement.changes.iter().any(|change| change.verdict(question).fails());
        let (accepts, digests) = (keeps(Question::Acceptance), keeps(Question::Identity));
        let [changes, kept] = judged.get();
        judged.set([
            changes + usize::from(!judgement.changes.is_empty()),
            kept + usize::from(!judgement.changes.is_empty() && digests),
        ]);
        assert_kept(&old, &new, accepts, digests)
            .map_err(|witness| TestCaseError::fail(format!("{witness}\n{report}\n{changed}")))
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let [changes, kept] = judged.get();
    assert!(changes >= 30 && kept >= 10, "{changes} edits changed something, {kept} kept digests");
}

/// Requests that the judge has not seen: those of another seed.
fn assert_kept(old: &Schema, new: &Schema, accepts: bool, digests: bool) -> Result<(), String> {
    let plan: &'static _ = Box::leak(Box::new(old.plan()));
    let is = new.plan();
    let names = |plan: &Plan| {
        plan.scope.iter().map(|member| member.name.to_string()).collect::<Vec<String>>()
    };
    let (was_names, is_names) = (names(plan), names(&is));
    let strategy = valid(plan);
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]),
    );
    for _ in 0..64 {
        let Ok(tree) = strategy.new_tree(&mut runner) else { continue };
        let sample = proptest::strategy::ValueTree::current(&tree);
        let text = sample.text.as_str();
        let Ok(first) = Interpreted::read(plan, plan.root, text.as_bytes()) else { continue };
        let Ok(second) = Interpreted::read(&is, is.root, text.as_bytes()) else {
            if accepts {
                return Err(format!("refused: {text}"));
            }
            continue;
        };
        let scope = PlanScope::new(is_names.iter().map(|name| {
            let index = was_names.iter().position(|other| other == name)?;
            sample.scope.canonical(u16::try_from(index).ok()?).map(str::to_owned)
        }));
        if digests && first.digest(&sample.scope) != second.digest(&scope) {
            return Err(format!("another digest: {text}"));
        }
    }
    Ok(())
}
