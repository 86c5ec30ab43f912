//! `cargo xtask npm --schema FILE`: the package of any schema, by the way that strangers go, and held
//! against the native library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tantamount_codegen::{Generate, Schema};

use super::{build, check_in, folder, native, stranger};
use crate::arguments::NpmOptions;
use crate::error::Error;
use crate::process;
use crate::wasm;
use crate::workspace::Workspace;

/// How many seeded requests, and pairs of them, are judged unless another number is asked for.
pub(crate) const CASES: u32 = 300;

/// The schema whose package the gate builds within the workspace.
const NEAR: &str = "examples/enqueue/enqueue.schema.json";

/// The schema whose package the gate builds as a stranger does.
const FAR: &str = "examples/payments/payments.schema.json";

/// The file of what is judged twice, in the folder of the package's crate.
pub(super) const JUDGED: &str = "judged.jsonl";

/// Builds, checks and tries the packages of the examples.
pub(crate) fn examples(workspace: &Workspace) -> Result<(), Error> {
    let options = NpmOptions { cases: CASES, ..NpmOptions::default() };
    run(workspace, &workspace.root().join(NEAR), &options)?;
    stranger::run(workspace, &workspace.root().join(FAR), &options)
}

/// Generates, builds, checks and tries the package of a schema.
pub(super) fn run(workspace: &Workspace, schema: &Path, options: &NpmOptions) -> Result<(), Error> {
    let core = workspace.root().join("schema").join("core");
    let generate = Generate::from(schema).npm(options.name.clone()).core(core);
    let generated = generate.outputs().map_err(generator)?;
    let stem = stem(&generated.files)?;
    let package = match &options.out {
        Some(folder) => std::path::absolute(folder).map_err(Error::file("find", folder))?,
        None => folder(workspace).join(&stem),
    };
    let source = beside(&package);
    write(&source, &generated.files)?;
    // What is built here is built of the versions that everything else is.
    let lock = workspace.root().join("Cargo.lock");
    fs::copy(&lock, source.join("Cargo.lock")).map_err(Error::file("copy", &lock))?;
    let npm = source.join("npm");
    build(workspace, &npm, &package, |command| {
        wasm::prepare_generated(workspace, &options.wasm, command)
    })?;
    check_in(workspace, &npm, &package)?;
    judge(workspace, schema, &package, &source.join(JUDGED), options.cases)?;
    println!("{}", package.display());
    Ok(())
}

/// Holds a package against the native library, on seeded requests that are written to a file.
pub(super) fn judge(
    workspace: &Workspace,
    schema: &Path,
    package: &Path,
    judged: &Path,
    cases: u32,
) -> Result<(), Error> {
    let schema = Schema::open(schema).map_err(generator)?;
    let lines = native::judged(schema, cases)?;
    fs::write(judged, lines).map_err(Error::file("write", judged))?;
    let mut command = Command::new("node");
    command
        .current_dir(workspace.root())
        .env("TANTAMOUNT_PACKAGE", package)
        .env("TANTAMOUNT_JUDGED", judged)
        .args(["--test", "--test-reporter=spec"])
        .arg(workspace.root().join("wasm").join("tests").join("generated").join("native.test.mjs"));
    process::run(&mut command)
}

/// The folder of a package's crate: `payments-crate` beside `payments`.
fn beside(package: &Path) -> PathBuf {
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    package.with_file_name(format!("{name}-crate"))
}

/// Writes the files that differ, so that Cargo builds only what has changed.
fn write(folder: &Path, files: &[(PathBuf, String)]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let changes = tantamount_codegen::files::changes(folder, files).map_err(generator)?;
    changes.iter().try_for_each(|change| change.apply(folder)).map_err(generator)
}

/// The last part of the package's name.
fn stem(files: &[(PathBuf, String)]) -> Result<String, Error> {
    let wanted = Path::new("npm/package.json");
    let text = files.iter().find(|(path, _)| path == wanted).map_or("", |(_, text)| text);
    let described: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| Error::Generator(format!("`npm/package.json` is no JSON: {error}")))?;
    let name = described.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
    Ok(name.rsplit('/').next().unwrap_or_default().to_owned())
}

pub(super) fn generator(error: impl std::fmt::Display) -> Error {
    Error::Generator(error.to_string())
}
