//! `cargo xtask bench codegen`: from a schema to everything that is generated, beside typify, which
//! generates the types alone.
//!
//! Both get the same texts in one run, and take turns. typify may panic: that is told, not timed.

use crate::synthetic;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Kind, Options, outputs};

/// Generates from a schema's text: how many bytes come out, or why none do.
type Contender = fn(&str) -> Result<usize, String>;

/// The schema that the time is a goal for.
const OWN: &str = "schema/append-request.schema.json";

/// How long that may take, in milliseconds.
const GOAL: f64 = 300.0;

/// How many types the synthetic schemas have.
const SIZES: [usize; 3] = [10, 100, 1000];

struct Case {
    name: String,
    text: String,
    /// How many types it has, where that is known.
    types: Option<usize>,
}

/// What came out of a contender's turns.
enum Outcome {
    /// The median in milliseconds, and the bytes that were generated.
    Done { milliseconds: f64, bytes: usize },
    /// Why it generated nothing.
    Refused(String),
}

pub(crate) fn run(out: &Path, rounds: usize, folder: Option<&Path>) -> std::io::Result<()> {
    let mut cases =
        vec![Case { name: OWN.to_owned(), text: std::fs::read_to_string(OWN)?, types: None }];
    for types in SIZES {
        let (name, text) = (format!("{types} types"), synthetic::schema(types));
        cases.push(Case { name, text, types: Some(types) });
    }
    if let Some(folder) = folder {
        for path in schemas(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            cases.push(Case { name, text: std::fs::read_to_string(&path)?, types: None });
        }
    }
    println!("medians of {rounds} rounds; types alone for typify, everything for tantamount");
    println!(
        "  {:34} {:>9}   {:>12} {:>9} {:>9}   {:>12} {:>9}",
        "schema", "bytes", "tantamount", "ms/type", "MB out", "typify", "ms/type"
    );
    let mut figures = Vec::new();
    let mut per_type = Vec::new();
    let mut own = f64::NAN;
    for case in &cases {
        let [ours, theirs] = measure(&case.text, rounds);
        println!(
            "  {:34} {:9}   {}   {}",
            case.name,
            case.text.len(),
            shown(&ours, case, true),
            shown(&theirs, case, false)
        );
        if let Outcome::Done { milliseconds, .. } = ours {
            if case.name == OWN {
                own = milliseconds;
            }
            per_type.extend(case.types.map(|types| milliseconds / types as f64));
        }
        for (contender, outcome) in [("tantamount", &ours), ("typify", &theirs)] {
            figures.push(match outcome {
                Outcome::Done { milliseconds, bytes } => serde_json::json!({
                    "schema": case.name, "bytes": case.text.len(), "types": case.types,
                    "contender": contender, "milliseconds": milliseconds, "generated_bytes": bytes,
                }),
                Outcome::Refused(why) => serde_json::json!({
                    "schema": case.name, "bytes": case.text.len(), "types": case.types,
                    "contender": contender, "refused": why,
                }),
            });
        }
    }
    println!("everything for the append request: {own:.1} ms (goal {GOAL:.0})");
    if let [_, middle, .., last] = per_type.as_slice() {
        println!(
            "a type of 1000 takes {:.2} of the time of a type of 100 (linear: 1)",
            last / middle
        );
    }
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(out, format!("{:#}\n", serde_json::json!({ "runs": figures })))?;
    println!("written: {}", out.display());
    Ok(())
}

fn shown(outcome: &Outcome, case: &Case, with_bytes: bool) -> String {
    match outcome {
        Outcome::Done { milliseconds, bytes } => {
            let each =
                case.types.map_or(String::new(), |n| format!("{:.3}", milliseconds / n as f64));
            let out =
                if with_bytes { format!(" {:9.2}", *bytes as f64 / 1e6) } else { String::new() };
            format!("{milliseconds:9.1} ms {each:>9}{out}")
        }
        Outcome::Refused(why) => {
            let why: String = why.lines().next().unwrap_or_default().chars().take(60).collect();
            format!("refused: {why}")
        }
    }
}

/// The JSON files below a folder, sorted.
fn schemas(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Both contenders on one text, in turns.
fn measure(text: &str, rounds: usize) -> [Outcome; 2] {
    let contenders: [Contender; 2] = [tantamount, typify];
    let mut times = [Vec::new(), Vec::new()];
    let mut last = [Ok(0), Ok(0)];
    // What panics says so itself; its message is told in the table.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for _ in 0..rounds.max(1) {
        for (index, contender) in contenders.iter().enumerate() {
            if last[index].is_err() {
                continue;
            }
            let start = Instant::now();
            let done = catch_unwind(AssertUnwindSafe(|| contender(text)));
            times[index].push(start.elapsed().as_secs_f64() * 1e3);
            last[index] = done.unwrap_or_else(|panic| Err(format!("panic: {}", words(&*panic))));
        }
    }
    std::panic::set_hook(hook);
    let mut outcome = |index: usize| {
        times[index].sort_by(f64::total_cmp);
        match &last[index] {
            Ok(bytes) => {
                Outcome::Done { milliseconds: times[index][times[index].len() / 2], bytes: *bytes }
            }
            Err(why) => Outcome::Refused(why.clone()),
        }
    };
    [outcome(0), outcome(1)]
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Everything: types, tables and statements, strategies, the reference page, the bundle.
fn tantamount(text: &str) -> Result<usize, String> {
    let schema = Schema::read(text, "schema.json").map_err(|errors| errors.to_string())?;
    let kinds = [Kind::Rust, Kind::Sql, Kind::Strategies, Kind::Reference, Kind::Bundle];
    let files = outputs(&schema, "schema.json", "bench", &kinds, &Options::default());
    let files = files.map_err(|error| error.to_string())?;
    Ok(files.iter().map(|(_, text)| text.len()).sum())
}

/// The types, formatted as its command line formats them.
fn typify(text: &str) -> Result<usize, String> {
    let schema = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut types = typify::TypeSpace::new(&typify::TypeSpaceSettings::default());
    types.add_root_schema(schema).map_err(|error| error.to_string())?;
    let file = syn::parse2(types.to_stream()).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file).len())
}
