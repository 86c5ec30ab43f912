//! `cargo xtask conformance --real`: schemas that nobody here wrote, from npm packages.
//!
//! Types and rules are generated from each, compiled, and judge the published examples, and seeded
//! changes of them, beside the crate `jsonschema`. Where packages publish no examples, those in
//! `examples/` beside this file stand in.

mod documents;
mod program;

use crate::error::Error;
use crate::workspace::Workspace;
use documents::{Schema as Document, read};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Gates, rust};
use tantamount_codegen::rules;

/// How many schemas must be generated, in percent.
const LEAST_PERCENT: usize = 90;

/// What became of a schema.
struct Outcome {
    name: String,
    bytes: usize,
    took: Duration,
    result: Generated,
    /// How many samples were judged, and which otherwise than by `jsonschema`.
    samples: usize,
    accepted: usize,
    wrong: Vec<String>,
}

enum Generated {
    Yes { types: usize },
    Refused(String),
    Panicked,
}

/// Generates, compiles, judges; fails where a sample is judged wrongly or too many are refused.
pub(super) fn run(workspace: &Workspace) -> Result<(), Error> {
    let packages = read(workspace)?;
    let mut program = program::Program::new(workspace);
    let mut outcomes = Vec::new();
    for package in &packages {
        for document in &package.schemas {
            let started = Instant::now();
            let made = catch_unwind(AssertUnwindSafe(|| generate(package, document)));
            let took = started.elapsed();
            let result = match made {
                Err(_) => Generated::Panicked,
                Ok(Err(reason)) => Generated::Refused(reason),
                Ok(Ok(generated)) => {
                    let types = generated.types;
                    program.add(outcomes.len(), &generated, document, package)?;
                    Generated::Yes { types }
                }
            };
            let bytes = document.text.len();
            let name = document.name.clone();
            println!("{name}: {:.2} s", took.as_secs_f64());
            let (samples, accepted, wrong) = (0, 0, Vec::new());
            outcomes.push(Outcome { name, bytes, took, result, samples, accepted, wrong });
        }
    }
    for judged in program.run(workspace)? {
        let Some(outcome) = outcomes.get_mut(judged.schema) else { continue };
        outcome.samples += 1;
        outcome.accepted += usize::from(judged.theirs);
        if judged.ours != judged.theirs {
            let (ours, theirs) = (said(judged.ours), said(judged.theirs));
            outcome.wrong.push(format!("{}: {ours}, jsonschema says {theirs}", judged.sample));
        }
    }
    print!("{}", table(&outcomes));
    write(workspace, &outcomes)?;
    verdict(&outcomes)
}

/// The largest of the schemas that are objects for the most part, fetched where it is not there yet:
/// what a benchmark takes for a real one.
pub(crate) fn large_schema(workspace: &Workspace) -> Result<PathBuf, Error> {
    Ok(documents::modules(workspace)?.join(documents::OCTOKIT))
}

const fn said(is_valid: bool) -> &'static str {
    if is_valid { "valid" } else { "invalid" }
}

/// The files generated from a schema.
pub(super) struct Files {
    files: Vec<(&'static str, String)>,
    root: String,
    types: usize,
}

fn generate(package: &documents::Package, document: &Document) -> Result<Files, String> {
    let schema = Schema::read_with(
        &document.text,
        &document.name,
        None,
        &package.registry,
        rules::Options::default(),
    )
    .map_err(|errors| errors.to_string())?;
    let files =
        rust::emit(&schema, &document.name, Gates::Features).map_err(|error| error.to_string())?;
    let root = schema.model().title.clone();
    Ok(Files { files, root, types: schema.model().records.len() })
}

fn table(outcomes: &[Outcome]) -> String {
    let mut out = format!(
        "\n{:<64} {:>8} {:>7} {:>6} {:>8} {:>8} {:>6}\n",
        "schema", "kB", "s", "types", "samples", "accepted", "wrong"
    );
    for outcome in outcomes {
        let kilobytes = outcome.bytes / 1000;
        let _ =
            write!(out, "{:<64} {kilobytes:>8} {:>7.2}", outcome.name, outcome.took.as_secs_f64());
        let _ = match &outcome.result {
            Generated::Yes { types } => writeln!(
                out,
                " {types:>6} {:>8} {:>8} {:>6}",
                outcome.samples,
                outcome.accepted,
                outcome.wrong.len()
            ),
            Generated::Refused(_) => writeln!(out, " refused"),
            Generated::Panicked => writeln!(out, " panicked"),
        };
    }
    for outcome in outcomes {
        if let Generated::Refused(reason) = &outcome.result {
            let _ =
                writeln!(out, "\nrefused: {}\n  {}", outcome.name, reason.replace('\n', "\n  "));
        }
        for wrong in &outcome.wrong {
            let _ = writeln!(out, "\nwrong: {}: {wrong}", outcome.name);
        }
    }
    out
}

fn write(workspace: &Workspace, outcomes: &[Outcome]) -> Result<(), Error> {
    let schemas: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            let (verdict, types, reason) = match &outcome.result {
                Generated::Yes { types } => ("generated", *types, None),
                Generated::Refused(reason) => ("refused", 0, Some(reason)),
                Generated::Panicked => ("panicked", 0, None),
            };
            json!({
                "schema": outcome.name,
                "bytes": outcome.bytes,
                "seconds": outcome.took.as_secs_f64(),
                "verdict": verdict,
                "types": types,
                "reason": reason,
                "samples": outcome.samples,
                "accepted": outcome.accepted,
                "wrong": outcome.wrong,
            })
        })
        .collect();
    let path = workspace.root().join("target").join("conformance-real.json");
    let text = format!("{:#}\n", json!({ "schemas": schemas }));
    fs::write(&path, text).map_err(Error::file("write", &path))?;
    println!("\nevery verdict: {}", path.display());
    Ok(())
}

fn verdict(outcomes: &[Outcome]) -> Result<(), Error> {
    let generated = outcomes.iter().filter(|o| matches!(o.result, Generated::Yes { .. })).count();
    let panicked = outcomes.iter().filter(|o| matches!(o.result, Generated::Panicked)).count();
    let wrong: usize = outcomes.iter().map(|outcome| outcome.wrong.len()).sum();
    let samples: usize = outcomes.iter().map(|outcome| outcome.samples).sum();
    println!(
        "{generated} of {} schemas generated; {samples} samples judged, {wrong} wrongly",
        outcomes.len()
    );
    if wrong + panicked > 0 {
        return Err(Error::Refused(format!(
            "{wrong} samples are judged wrongly, {panicked} schemas panicked"
        )));
    }
    if generated * 100 < outcomes.len() * LEAST_PERCENT {
        return Err(Error::Refused(format!(
            "{generated} of {} schemas are generated, fewer than {LEAST_PERCENT} in 100",
            outcomes.len()
        )));
    }
    Ok(())
}
