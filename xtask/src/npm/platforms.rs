//! `cargo xtask platforms`: the same generated pairs get the same verdicts, canonical bytes and digests from the
//! native library, PostgreSQL, Node and Chromium; and what fuzzing knows, from the native library and Node.
//!
//! The native library and PostgreSQL are held against each other by `runtime/tests/differential`, which
//! writes what they say; the package judges the same requests by that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tantamount_codegen::Schema;
use tantamount_codegen::workspace::SCHEMA;

use super::{matrix, native, package, require_node, tools};
use crate::arguments::PlatformsOptions;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// How many pairs a run in CI tries.
pub(crate) const PAIRS: u64 = 1_000;

/// The folders of inputs that fuzzing starts from, found, or left behind. Those below the target
/// folder are there where cargo-fuzz has run.
const CORPORA: [&str; 5] = [
    "fuzz/seeds/json",
    "fuzz/seeds/request",
    "fuzz/regressions",
    "target/fuzz-corpus/json",
    "target/fuzz-corpus/request",
];

/// Where the last two are.
const CORPUS_FOLDER: &str = "target/";

/// Runs the test of the pairs, and has Node and Chromium judge what it wrote.
pub(crate) fn run(workspace: &Workspace, options: &PlatformsOptions) -> Result<(), Error> {
    println!("Node {}", require_node()?);
    needs_package(workspace)?;
    if options.corpora {
        return corpora(workspace);
    }
    let chromium = matrix::chromium()?;
    let installed = tools::install(workspace, "matrix")?;
    let judged = super::folder(workspace).join("pairs.jsonl");
    // What an earlier run wrote is not taken for this one's.
    if judged.exists() {
        fs::remove_file(&judged).map_err(Error::file("remove", &judged))?;
    }
    let mut command = process::cargo();
    command
        .current_dir(workspace.root())
        .args([
            "test",
            "--locked",
            "--package",
            "tantamount-runtime",
            "--test",
            "differential",
            "--",
        ])
        .args(["--nocapture", "requests_are_judged_as_postgresql_judges_their_payloads"])
        .env("TANTAMOUNT_DIFFERENTIAL_PLATFORM_PAIRS", options.pairs.to_string())
        .env("TANTAMOUNT_DIFFERENTIAL_SEED", options.seed.to_string())
        .env("TANTAMOUNT_DIFFERENTIAL_JUDGED", &judged);
    process::run(&mut command)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .arg(workspace.root().join("wasm").join("tests").join("platforms").join("platforms.mjs"))
        .arg("--package")
        .arg(package(workspace))
        .arg("--judged")
        .arg(&judged)
        .args(["--lines", &options.pairs.to_string()])
        .arg("--installed")
        .arg(installed)
        .arg("--chromium")
        .arg(chromium);
    process::run(&mut command)
}

/// Has Node judge every input of the fuzz corpora as the native library does.
pub(crate) fn corpora(workspace: &Workspace) -> Result<(), Error> {
    needs_package(workspace)?;
    let mut files = Vec::new();
    for folder in CORPORA {
        let found = match folder.strip_prefix(CORPUS_FOLDER) {
            Some(below) => workspace.target().join(below),
            None => workspace.root().join(folder),
        };
        let count = files.len();
        list(&found, &mut files)?;
        println!("{}: {} inputs", found.display(), files.len() - count);
    }
    let schema = workspace.root().join(SCHEMA);
    let schema = Schema::open(&schema).map_err(|error| Error::Generator(error.to_string()))?;
    let judged = super::folder(workspace).join("corpora.jsonl");
    native::judged_files(schema, &files, &judged)?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .env("TANTAMOUNT_PACKAGE", package(workspace))
        .env("TANTAMOUNT_JUDGED", &judged)
        .args(["--test", "--test-reporter=spec"])
        .arg(
            workspace.root().join("wasm").join("tests").join("platforms").join("corpora.test.mjs"),
        );
    process::run(&mut command)
}

fn needs_package(workspace: &Workspace) -> Result<(), Error> {
    match package(workspace).is_dir() {
        true => Ok(()),
        false => Err(Error::missing("the package is not built", "run `cargo xtask npm`")),
    }
}

/// The files in a folder and those in it, sorted; a folder that is not there holds none.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("list", folder))? {
        entries.push(entry.map_err(Error::file("list", folder))?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
