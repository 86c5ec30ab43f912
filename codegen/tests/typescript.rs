//! What the emitter yields for TypeScript is golden, strict, and does what its documentation says.
//!
//! Each schema has the file that it yields beside it, `typescript/types.ts`, and `use.ts`, by hand:
//! how the types narrow, with `@ts-expect-error` where a wrong state must not be written down. The
//! compiler, of npm, checks both together; then Node runs `use.js`, which throws where something is
//! not as it says. Beside them stands `agree.ts`, made here: values that the strategies make, each
//! accepted or refused by the compiler as by the reader. Without Node nothing can be checked: that is said, and in CI it is a failure.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;
pub mod typescript_compiler;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tantamount_codegen::emit::typescript;
use tantamount_codegen::{Schema, workspace};
use tantamount_core::plan::Plan;
use tantamount_core::proptest::strategy::{Strategy, ValueTree as _};
use tantamount_core::proptest::test_runner::TestRunner;
use tantamount_core::strategy::{valid, violated};
use tantamount_core::{Code, json};
use typescript_compiler::{compiler, run};

const CONFIGURATION: &str = r#"{
  "compilerOptions": {
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "noUncheckedIndexedAccess": true,
    "noImplicitOverride": true,
    "noImplicitReturns": true,
    "noPropertyAccessFromIndexSignature": true,
    "noFallthroughCasesInSwitch": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "isolatedModules": true,
    "isolatedDeclarations": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "declaration": true,
    "forceConsistentCasingInFileNames": true,
    "target": "ES2020",
    "lib": ["ES2020"],
    "module": "NodeNext",
    "types": [],
    "rootDir": "source",
    "outDir": "built"
  },
  "include": ["source"]
}
"#;

/// A schema, and the folder of its `types.ts` and `use.ts`.
struct Case {
    name: String,
    schema: PathBuf,
    files: PathBuf,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for below in ["tests/cases", "tests/storage"] {
        for folder in expected::folders(below) {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let (schema, files) = (folder.join("schema.json"), folder.join("typescript"));
            cases.push(Case { name, schema, files });
        }
    }
    for files in expected::folders("tests/typescript") {
        let name = files.file_name().unwrap().to_str().unwrap().to_owned();
        let schema = match name.as_str() {
            "append-request" => {
                Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(workspace::SCHEMA)
            }
            _ => files.join("schema.json"),
        };
        cases.push(Case { name, schema, files });
    }
    cases
}

fn schema(case: &Case) -> Schema {
    let text = fs::read_to_string(&case.schema).unwrap();
    Schema::read(&text, "schema.json").unwrap_or_else(|errors| panic!("{errors}"))
}

fn emitted(case: &Case) -> String {
    let schema = schema(case);
    let files = typescript::emit(&schema, "schema.json").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(typescript::emit(&schema, "schema.json").unwrap(), files, "not deterministic");
    let [(name, text)] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(*name, "types.ts");
    text.clone()
}

#[test]
fn every_schema_yields_its_types() {
    let cases = cases();
    assert!(cases.len() >= 7);
    for case in cases {
        expected::check(&case.files.join("types.ts"), &emitted(&case));
    }
}

#[test]
fn the_types_are_strict_and_narrow() {
    if Command::new("node").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "Node is not installed");
        println!("not checked: Node is not installed");
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("typescript");
    let compiler = compiler(&root);
    let (source, built) = (root.join("source"), root.join("built"));
    for folder in [&source, &built] {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
    let cases = cases();
    for case in &cases {
        let folder = source.join(&case.name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("types.ts"), emitted(case)).unwrap();
        let by_hand = case.files.join("use.ts");
        let text = fs::read_to_string(&by_hand).unwrap_or_else(|error| {
            panic!("{}: {error}; write how the types are used", by_hand.display())
        });
        fs::write(folder.join("use.ts"), text).unwrap();
        fs::write(folder.join("agree.ts"), agreeing(case)).unwrap();
    }
    fs::write(root.join("tsconfig.json"), CONFIGURATION).unwrap();
    run(Command::new("node").arg(compiler).arg("--project").arg(&root).current_dir(&root));
    for case in &cases {
        run(Command::new("node").arg(built.join(&case.name).join("use.js")));
    }
}

/// How many values of each kind are tried.
const VALUES: usize = 150;

/// Values of the root type as literals. Those with another shape than the schema's are errors to
/// the compiler; lengths, bounds and what crosses elements it cannot know.
fn agreeing(case: &Case) -> String {
    let schema = schema(case);
    let plan: &'static Plan = Box::leak(Box::new(schema.plan()));
    let types = emitted(case);
    // A root that is no object has a type of its own, an alias.
    let alias = format!("export type {} = ", schema.model().title);
    let root = match types.contains(&alias) && schema.model().root().is_none() {
        true => schema.model().title.as_str(),
        false => types
            .lines()
            .find_map(|line| line.strip_prefix("export interface "))
            .and_then(|rest| rest.split(' ').next())
            .unwrap(),
    };
    let mut text = format!("import type {{ {root} }} from \"./types.js\";\n\n");
    let mut runner = TestRunner::deterministic();
    for sample in samples(valid(plan), &mut runner) {
        let value = literal(&sample.text).unwrap();
        text.push_str(&format!("void ({value} satisfies {root});\n"));
    }
    let mut refused = 0;
    for sample in samples(violated(plan), &mut runner) {
        let is_shape = matches!(
            sample.predicate.code,
            Code::Type | Code::Required | Code::UnknownMember | Code::NotAllowed | Code::OneOf
        );
        let Some(value) = literal(&sample.text).filter(|_| is_shape) else { continue };
        // Numbers beyond a double's range are valid, but no JSON to the reader used here.
        let Ok(document) = serde_json::from_str::<serde_json::Value>(&value) else { continue };
        let wrong = document.pointer(&sample.pointer).map(ToString::to_string);
        // No type tells integers from other numbers.
        if wrong.as_deref() == Some("0.5") {
            continue;
        }
        refused += 1;
        let why = &sample.predicate;
        text.push_str(&format!("// @ts-expect-error {why}\nvoid ({value} satisfies {root});\n"));
    }
    assert!(refused > VALUES / 10, "{}: only {refused} are refused", case.name);
    text
}

fn samples<S: Strategy>(strategy: S, runner: &mut TestRunner) -> Vec<S::Value> {
    (0..VALUES).map(|_| strategy.new_tree(runner).unwrap().current()).collect()
}

/// The text with each member once, on one line; `None` where it is no JSON.
fn literal(text: &str) -> Option<String> {
    let text = String::from_utf8(json::canonicalize(text.as_bytes()).ok()?).unwrap();
    Some(text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

#[test]
fn two_types_that_would_have_one_name_are_refused() {
    let text = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:example:clock:1",
  "title": "Clock",
  "type": "object",
  "unevaluatedProperties": false,
  "properties": { "now": { "$ref": "#/$defs/Date" }, "kind": { "$ref": "#/$defs/DateType" } },
  "$defs": {
    "Date": { "title": "date", "type": "string" },
    "DateType": { "enum": ["day", "night"] }
  }
}"##;
    let schema = Schema::read(text, "clock.json").unwrap_or_else(|errors| panic!("{errors}"));
    let error = typescript::emit(&schema, "clock.json").unwrap_err();
    assert_eq!(
        error.to_string(),
        "clock.json:9:24: /$defs/Date/title: the name `Date` is taken in TypeScript, and so is \
         `DateType` [title]\n  help: give one of the two another `title`"
    );
}
