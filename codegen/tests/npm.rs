//! What the emitter yields for npm: golden where it depends on the schema, and strict TypeScript for every
//! schema. That the packages build and judge as the native library does is tried by `cargo xtask npm --schema`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

pub mod expected;
pub mod typescript_compiler;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tantamount_codegen::Schema;
use tantamount_codegen::emit::npm::{Package, emit};
use typescript_compiler::{compiler, run};

/// As strict as the packages' own configuration.
const CONFIGURATION: &str = r#"{
  "compilerOptions": {
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "noUncheckedIndexedAccess": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "isolatedModules": true,
    "verbatimModuleSyntax": true,
    "noEmit": true,
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "types": []
  },
  "include": ["source"]
}
"#;

/// The schemas whose files are golden: with and without a scope, with references and a graph, with rules that the
/// plan does not enforce, with names that mean something else in TypeScript.
const GOLDEN: [&str; 4] = ["enqueue", "names", "payments", "strange"];

/// What is golden of them: what depends on the schema, and stands nowhere else.
const FILES: [&str; 9] = [
    ".cargo/config.toml",
    "Cargo.toml",
    "npm/README.md",
    "npm/contents.txt",
    "npm/generated/graph.ts",
    "npm/generated/index.ts",
    "npm/generated/subject.ts",
    "npm/package.json",
    "src/generated/subject.rs",
];

fn package(schema: &Schema, name: &str) -> Vec<(PathBuf, String)> {
    let package = Package { name: Some(format!("@example/{name}")), core: None };
    let files = emit(schema, "schema.json", &package).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(emit(schema, "schema.json", &package).unwrap(), files, "not deterministic");
    files
}

fn cases() -> Vec<(String, Schema)> {
    let folders = expected::folders("tests/cases");
    let read = |folder: &PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(folder.join("schema.json")).unwrap();
        (name, Schema::read(&text, "schema.json").unwrap_or_else(|errors| panic!("{errors}")))
    };
    folders.iter().map(read).collect()
}

#[test]
fn what_depends_on_the_schema_is_golden() {
    let mut seen = 0;
    for (name, schema) in cases().iter().filter(|(name, _)| GOLDEN.contains(&name.as_str())) {
        let files = package(schema, name);
        for golden in FILES {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm").join(name);
            match files.iter().find(|(path, _)| path == Path::new(golden)) {
                Some((_, text)) => expected::check(&path.join(golden), text),
                None => assert!(!path.join(golden).exists(), "{name}/{golden} is left over"),
            }
        }
        seen += 1;
    }
    assert_eq!(seen, GOLDEN.len());
}

#[test]
fn no_file_is_written_twice_and_none_names_the_append_request() {
    for (name, schema) in cases() {
        let files = package(&schema, &name);
        let paths: BTreeSet<&PathBuf> = files.iter().map(|(path, _)| path).collect();
        assert_eq!(paths.len(), files.len(), "{name}");
        for (path, text) in &files {
            let is_named = ["append-request", "AppendRequest", "tantamount_schema"]
                .iter()
                .any(|other| text.contains(other));
            assert!(!is_named, "{name}: {}", path.display());
            assert!(!text.contains("{{"), "{name}: {} has a gap", path.display());
        }
    }
}

/// Beside the schemas of the cases: what a package must not confuse with names of its own.
const SHAPES: [&str; 3] = [
    // Types by the face's own names, a scope of several kinds of values, a set that is nobody's graph.
    r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:example:problem:1",
  "title": "Problem",
  "type": "object",
  "unevaluatedProperties": false,
  "x-canonical": { "scope": {
    "tenant_id": { "type": ["string", "null"], "format": "uuid" },
    "size": { "description": "How many.", "type": ["integer", "null"], "minimum": 0, "maximum": 9 },
    "verdict": { "anyOf": [{ "$ref": "#/$defs/Verdict" }, { "type": "null" }] }
  } },
  "properties": {
    "refusal": { "$ref": "#/$defs/Refusal" },
    "verdict": { "anyOf": [{ "$ref": "#/$defs/Verdict" }, { "type": "null" }], "x-canonical": { "inherit": "verdict" } },
    "bytes": { "$ref": "#/$defs/Uint8Array" }
  },
  "$defs": {
    "Verdict": { "title": "Verdict", "enum": ["yes", "no"] },
    "Refusal": { "title": "Refusal", "type": "object", "unevaluatedProperties": false,
      "properties": { "why": { "$ref": "#/$defs/Verdict" } } },
    "Uint8Array": { "title": "Uint8Array", "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 255 } }
  }
}"##,
    // References that lead out of the request, from elements to themselves, without an array between.
    r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:example:tree:1",
  "title": "Tree",
  "type": "object",
  "unevaluatedProperties": false,
  "properties": {
    "nodes": { "type": ["array", "null"], "items": { "$ref": "#/$defs/Node" }, "x-canonical": { "set": ["from"] } }
  },
  "$defs": {
    "Node": { "title": "Node", "type": "object", "required": ["from"], "unevaluatedProperties": false,
      "properties": {
        "from": { "type": "string", "x-canonical": { "max-bytes": 40 } },
        "parent": { "type": ["string", "null"],
          "x-canonical": { "references": "/nodes/from", "acyclic": true, "outside": "allowed" } }
      } }
  }
}"##,
    // A root that is no object.
    r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:example:numbers:1",
  "title": "Numbers",
  "type": "array",
  "items": { "type": "integer" }
}"##,
];

#[test]
fn packages_are_strict_typescript_whatever_the_schema() {
    if Command::new("node").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "Node is not installed");
        println!("not checked: Node is not installed");
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let compiler = compiler(&root);
    let source = root.join("source");
    if source.exists() {
        fs::remove_dir_all(&source).unwrap();
    }
    let shapes = SHAPES.iter().enumerate().map(|(index, text)| {
        let schema = Schema::read(text, "schema.json").unwrap_or_else(|errors| panic!("{errors}"));
        (format!("shape-{index}"), schema)
    });
    for (name, schema) in cases().into_iter().chain(shapes) {
        let own = format!("@example/{name}");
        for (path, text) in package(&schema, &name) {
            // One of the ambient declarations is enough for all.
            let is_ambient = path.ends_with("wasm.d.ts") && name != "bare";
            if is_ambient || path.extension().is_none_or(|ending| ending != "ts") {
                continue;
            }
            // What is imported from the package stands beside.
            let text = text
                .replace(&format!("\"{own}/wasm\""), "\"./src/file.js\"")
                .replace(&format!("\"{own}\""), "\"./src/index.js\"");
            let path = source.join(&name).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    fs::write(root.join("tsconfig.json"), CONFIGURATION).unwrap();
    run(Command::new("node").arg(compiler).arg("--project").arg(&root).current_dir(&root));
}

#[test]
fn a_name_that_npm_forbids_is_refused() {
    let (_, schema) = cases().remove(0);
    for name in ["Payments", "@acme", "../payments", "a b", ""] {
        let package = Package { name: Some(name.to_owned()), core: None };
        let error = emit(&schema, "schema.json", &package).unwrap_err().to_string();
        assert!(error.contains(&format!("`{name}` is no name of an npm package")), "{error}");
    }
}
