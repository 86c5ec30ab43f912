//! The second half of `cargo xtask bench codegen`: how the time of validation grows with the text,
//! beside the crate `jsonschema`.
//!
//! Both get a text and say whether it is valid; `jsonschema` has `serde_json` parse it first. Ours
//! is what is generated for the append request, and a program as it is generated for any schema.

use cpu_time::ProcessTime;
use serde_json::{Value, json};
use std::fmt::Write as _;
use tantamount_codegen::read::{Registry, Sources};
use tantamount_codegen::rules;
use tantamount_core::validate::Program;
use tantamount_schema::AppendRequest;

/// How many elements the texts have.
const SIZES: [usize; 5] = [10, 100, 1000, 10_000, 100_000];

/// Short texts are judged several times in a row, as the clock is no finer.
const BYTES_A_TURN: usize = 200_000;

/// A list of objects of which no two may be equal.
const UNIQUE: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "array",
  "uniqueItems": true,
  "items": {
    "type": "object",
    "required": ["id", "at"],
    "properties": { "id": { "type": "integer", "minimum": 0 }, "at": { "type": "array", "items": { "type": "number" } } }
  }
}"#;

/// What is validated.
struct Case {
    name: &'static str,
    text: fn(usize) -> String,
    ours: Box<dyn Fn(&str) -> bool>,
    theirs: jsonschema::Validator,
}

pub(crate) fn run(rounds: usize) -> std::io::Result<Vec<Value>> {
    let own = std::fs::read_to_string(super::codegen::OWN)?;
    let unique = program(UNIQUE)?;
    let cases = [
        Case {
            name: "steps of the append request",
            text: steps,
            ours: Box::new(|text| AppendRequest::read(text.as_bytes()).is_ok()),
            theirs: peer(&own)?,
        },
        Case {
            name: "elements under uniqueItems",
            text: elements,
            ours: Box::new(move |text| unique.allows(text.as_bytes()).is_ok_and(|valid| valid)),
            theirs: peer(UNIQUE)?,
        },
    ];
    println!("validation, from a text to its verdict; medians of {rounds} rounds, ns an element");
    println!(
        "  {:30} {:>9} {:>10}   {:>12} {:>12} {:>8}",
        "what", "elements", "bytes", "tantamount", "jsonschema", "times"
    );
    let mut figures = Vec::new();
    for case in &cases {
        let mut per_element = Vec::new();
        for size in SIZES {
            let text = (case.text)(size);
            let theirs = |text: &str| {
                serde_json::from_str(text).is_ok_and(|value: Value| case.theirs.is_valid(&value))
            };
            let [own, other] = measure(&text, rounds, [&*case.ours, &theirs])?;
            let (own, other) = (own / size as f64, other / size as f64);
            println!(
                "  {:30} {size:9} {:10}   {own:12.0} {other:12.0} {:8.1}",
                case.name,
                text.len(),
                other / own
            );
            per_element.push((own, other));
            for (contender, nanoseconds) in [("tantamount", own), ("jsonschema", other)] {
                figures.push(json!({
                    "what": case.name, "elements": size, "bytes": text.len(),
                    "contender": contender, "nanoseconds_per_element": nanoseconds,
                }));
            }
        }
        if let [_, (own, other), .., (own_last, other_last)] = per_element.as_slice() {
            println!(
                "  an element of 100,000 takes {:.2} of the time of one of 100, jsonschema {:.2} \
                 (linear: 1)",
                own_last / own,
                other_last / other
            );
        }
    }
    Ok(figures)
}

/// The median time of each contender, in nanoseconds for one text.
fn measure(
    text: &str,
    rounds: usize,
    contenders: [&dyn Fn(&str) -> bool; 2],
) -> std::io::Result<[f64; 2]> {
    let turns = (BYTES_A_TURN / text.len()).max(1);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds.max(1) {
        for (contender, times) in contenders.iter().zip(&mut times) {
            let start = ProcessTime::now();
            let is_valid = (0..turns).all(|_| contender(std::hint::black_box(text)));
            times.push(start.elapsed().as_secs_f64() * 1e9 / turns as f64);
            if !is_valid {
                return Err(std::io::Error::other("a valid text is refused"));
            }
        }
    }
    Ok(times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }))
}

fn program(schema: &str) -> std::io::Result<Program> {
    let sources = Sources::read(schema, "schema.json", None, &Registry::default());
    let lowered = sources.and_then(|sources| rules::lower(&sources, rules::Options::default()));
    lowered.map(|rules| rules.program).map_err(std::io::Error::other)
}

fn peer(schema: &str) -> std::io::Result<jsonschema::Validator> {
    let mut schema: Value = serde_json::from_str(schema)?;
    // Our vocabularies mean nothing to it, and are nowhere to be fetched.
    if let Some(root) = schema.as_object_mut() {
        root.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    }
    jsonschema::validator_for(&schema).map_err(|error| std::io::Error::other(error.to_string()))
}

/// A batch of small steps, so that 100,000 of them are within the limits of a request.
fn steps(count: usize) -> String {
    let mut out = String::from(r#"{"append_window_step_key":"gate","steps":["#);
    for index in 0..count {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(
            out,
            r#"{comma}{{"step_key":"step-{index}","execution_kind":"JOB","job_type":"mail.send","payload":{{"to":"a{index}"}},"dependencies":["#
        );
        if index > 0 {
            let before = index - 1;
            let _ = write!(
                out,
                r#"{{"prerequisite_step_key":"step-{before}","release_mode":"ON_SUCCESS"}}"#
            );
        }
        out.push_str("]}");
    }
    out.push_str("]}");
    out
}

/// Objects of which no two are equal.
fn elements(count: usize) -> String {
    let elements: Vec<String> = (0..count)
        .map(|index| format!(r#"{{"id":{index},"at":[{}.5,{}]}}"#, index % 90, index / 2))
        .collect();
    format!("[{}]", elements.join(","))
}
