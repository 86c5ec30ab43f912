//! The command as a user runs it: what it writes, what it says, and its exit codes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tantamount_codegen::Generate;

const PAYMENTS: &str = "tests/storage/payments/schema.json";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the command in this crate's folder.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tantamount-codegen"));
    command.current_dir(here("")).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn generating_writes_what_the_library_yields_and_only_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let out_dir = folder.path().join("deep/er");
    let target = out_dir.to_str().unwrap();
    let kinds = "rust,sql,strategies,reference,bundle";
    let arguments = ["generate", PAYMENTS, "--out", target, "--emit", kinds];
    let first = run(&arguments);
    assert_eq!(code(&first), 0, "{}", err(&first));
    let expected = Generate::from(here(PAYMENTS))
        .rust()
        .sql()
        .strategies()
        .reference()
        .bundle()
        .outputs()
        .unwrap();
    assert_eq!(expected.read, [here(PAYMENTS)]);
    for (path, text) in &expected.files {
        assert_eq!(fs::read_to_string(out_dir.join(path)).unwrap(), *text, "{}", path.display());
    }
    let total = expected.files.len();
    assert!(out(&first).ends_with(&format!("{total} files, {total} changed\n")));

    let again = run(&arguments);
    assert_eq!(out(&again), format!("{total} files, 0 changed\n"));
    fs::write(out_dir.join("types.rs"), "// by hand\n").unwrap();
    fs::remove_file(out_dir.join("plan.rs")).unwrap();
    let third = run(&arguments);
    assert_eq!(
        out(&third),
        format!("written   plan.rs\nrewritten types.rs\n{total} files, 2 changed\n")
    );
}

#[test]
fn modules_that_are_generated_no_more_are_removed_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    let there = |name: &str| folder.path().join(name).exists();
    let generate = |kinds: &str, more: &[&str]| {
        let arguments = ["generate", PAYMENTS, "--out", target, "--emit", kinds];
        run(&[&arguments, more].concat())
    };
    assert_eq!(code(&generate("rust,sql,strategies", &[])), 0);
    let head = fs::read_to_string(folder.path().join("mod.rs")).unwrap();
    let head = head.lines().next().unwrap().to_owned();
    // Of another schema, by hand, no module, and a migration of a version that is no more.
    let others = [
        ("other.rs", head.replace("schema.json", "other.schema.json")),
        ("own.rs", format!("// by hand\n{head}\n")),
        ("notes.txt", head.clone()),
        ("migrations/0009_gone.sql", head.replace("//", "--")),
    ];
    for (name, text) in &others {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::write(folder.path().join("storage/gone.rs"), &head).unwrap();
    // What another kind puts there stays.
    let checked = generate("rust", &["--check"]);
    assert_eq!(code(&checked), 1);
    assert!(out(&checked).contains("left over: strategy.rs\n"), "{}", out(&checked));
    assert!(!out(&checked).contains("left over: storage"), "{}", out(&checked));
    assert!(there("strategy.rs") && there("arbitrary.rs"));
    let removed = generate("rust,sql", &[]);
    assert_eq!(code(&removed), 0);
    for name in ["strategy.rs", "arbitrary.rs", "storage/gone.rs"] {
        assert!(out(&removed).contains(&format!("removed   {name}\n")), "{}", out(&removed));
        assert!(!there(name), "{name}");
    }
    assert!(others.iter().all(|(name, _)| there(name)));
    assert_eq!(code(&generate("rust,sql", &["--check"])), 0);
}

#[test]
fn a_migration_stays_byte_for_byte_when_the_schema_s_file_is_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    let other = folder.path().join("renamed.schema.json");
    fs::copy(here(PAYMENTS), &other).unwrap();
    let generate = |schema: &str| {
        let made = run(&["generate", schema, "--out", target, "--emit", "sql"]);
        assert_eq!(code(&made), 0, "{}", err(&made));
    };
    generate(PAYMENTS);
    let migration = folder.path().join("migrations/0001_create.sql");
    let before = fs::read_to_string(&migration).unwrap();
    generate(other.to_str().unwrap());
    assert_eq!(fs::read_to_string(&migration).unwrap(), before);
    let statements = fs::read_to_string(folder.path().join("storage/statements.rs")).unwrap();
    assert!(statements.lines().next().unwrap().ends_with("edit renamed.schema.json"));
    // Another statement is another matter.
    fs::write(&migration, format!("{before}\n-- more\n")).unwrap();
    generate(other.to_str().unwrap());
    assert_ne!(fs::read_to_string(&migration).unwrap(), format!("{before}\n-- more\n"));
}

#[test]
fn checking_what_was_generated_fails_with_a_diff_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    let arguments = ["generate", PAYMENTS, "--out", target, "--emit", "reference", "--check"];
    let missing = run(&arguments);
    assert_eq!(code(&missing), 1);
    assert!(
        out(&missing).starts_with("missing: reference.md\n--- /dev/null\n+++ b/reference.md\n")
    );
    assert!(!folder.path().join("reference.md").exists());

    assert_eq!(code(&run(&arguments[..6])), 0);
    assert_eq!(out(&run(&arguments)), "1 files are up to date\n");
    let page = folder.path().join("reference.md");
    let text = fs::read_to_string(&page).unwrap().replace("# PaymentBatch", "# Payments");
    fs::write(&page, &text).unwrap();
    let stale = run(&arguments);
    assert_eq!(code(&stale), 1);
    assert!(out(&stale).contains("\n-# Payments\n+# PaymentBatch\n"), "{}", out(&stale));
    assert_eq!(fs::read_to_string(&page).unwrap(), text);

    let answer = run(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!((code(&answer), &json(&answer)["verdict"]), (1, &"stale".into()));
    assert_eq!(json(&answer)["changes"][0]["path"], "reference.md");
}

#[test]
fn several_schemas_are_checked_and_the_worst_decides() {
    let wrong = "tests/refused/misspelt-member/schema.json";
    let checked = run(&["check", PAYMENTS, wrong, "tests/cases/order/schema.json"]);
    assert_eq!(code(&checked), 2);
    assert_eq!(
        out(&checked),
        format!(
            "{PAYMENTS}: urn:example:payments:3, version 3: nothing is wrong with it\n\
             tests/cases/order/schema.json: https://example.com/schemas/order/2.1, version 2.1: \
             nothing is wrong with it\n"
        )
    );
    let expected = fs::read_to_string(here("tests/refused/misspelt-member/error.txt")).unwrap();
    assert_eq!(err(&checked), expected.replace("schema.json:", &format!("{wrong}:")));

    let answer = run(&["--format", "json", "check", PAYMENTS, wrong]);
    assert_eq!(code(&answer), 2);
    let answer = json(&answer);
    assert_eq!(answer["verdict"], "refused");
    assert_eq!(answer["schemas"][0]["verdict"], "valid");
    let fault = &answer["schemas"][1]["faults"][0];
    assert_eq!((&fault["line"], &fault["keyword"]), (&20.into(), &"not_blank".into()));
    assert_eq!(fault["help"], "did you mean `not-blank`?");
}

#[test]
fn what_is_wrong_with_storage_is_found_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let text = fs::read_to_string(here(PAYMENTS)).unwrap();
    fs::write(&path, text.replace(r#""table": "rates""#, r#""table": "payments""#)).unwrap();
    let path = path.to_str().unwrap();
    let target = folder.path().join("out");
    let target = target.to_str().unwrap();
    for arguments in [
        &["check", path][..],
        &["explain", path, "/properties"][..],
        &["generate", path, "--out", target, "--emit", "sql"][..],
        &["generate", path, "--out", target, "--emit", "reference"][..],
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(err(&output).contains("two tables would be named `payments`"), "{}", err(&output));
    }
    assert!(!Path::new(target).exists());
}

#[test]
fn what_cannot_be_done_is_told_apart_from_what_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().to_str().unwrap();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["check", "no/such.json"], 3, "cannot read `no/such.json`"),
        (&["check", "src"], 3, "cannot read `src`"),
        (&["explain", PAYMENTS, "/x"], 2, "`/x` leads nowhere"),
        (&["generate", PAYMENTS, "--out", PAYMENTS], 3, "cannot "),
        (&["generate", PAYMENTS, "--out", target, "--emit", "strategies"], 2, "generate `rust`"),
        (&["generate", PAYMENTS, "--out", target, "--emit", "cobol"], 2, "invalid value 'cobol'"),
        (&["check"], 2, "required arguments"),
    ];
    for (arguments, expected, words) in cases {
        let output = run(arguments);
        assert_eq!(code(&output), *expected, "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(words), "{arguments:?}: {}", err(&output));
    }
    let answer = run(&["--format", "json", "explain", PAYMENTS, "/x"]);
    assert_eq!(json(&answer)["verdict"], "refused");
    assert_eq!(err(&answer), "");
    let answer = run(&["--format", "json", "check", "no/such.json"]);
    assert_eq!(json(&answer)["schemas"][0]["verdict"], "failed");
}

#[test]
fn an_explanation_is_text_or_json() {
    let pointer = "/$defs/Payment/properties/reference";
    let explained = run(&["explain", PAYMENTS, pointer]);
    let expected = fs::read_to_string(here("tests/explain/member-with-a-column/explanation.txt"));
    assert_eq!(out(&explained), expected.unwrap().replace("schema.json:", &format!("{PAYMENTS}:")));
    let answer = json(&run(&["explain", PAYMENTS, pointer, "--format", "json"]));
    assert_eq!(answer["pointer"], pointer);
    let sections = answer["sections"].as_array().unwrap();
    let names: Vec<_> = sections.iter().map(|section| section["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["says", "means", "stored", "generated"]);
}

#[test]
fn the_names_of_hostile_files_and_members_reach_no_terminal_raw() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\u{1b}[31m\nb.json");
    fs::write(&path, "{\"ti\\u001btle\\u202e\": 1}").unwrap();
    for arguments in [["check", path.to_str().unwrap()], ["check", "no\u{1b}such"]] {
        let output = run(&arguments);
        assert_ne!(code(&output), 0);
        assert!(!err(&output).contains(['\u{1b}', '\u{202e}']), "{:?}", err(&output));
    }
}
