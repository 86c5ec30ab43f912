//! `cargo xtask bench codegen`: from a schema to everything that is generated, beside typify, which
//! generates the types alone, and our types alone.
//!
//! All get the same texts in one run, and take turns. Times are the processor's, all threads together,
//! so that a busy machine changes them little. typify may panic: that is told, not timed.
//! Then validation, in `validation.rs`.

use crate::{synthetic, validation};
use cpu_time::ProcessTime;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Kind, Options, outputs};

/// Generates from a schema's text: how many bytes come out, or why none do.
type Contender = fn(&str) -> Result<usize, String>;

/// The schema that the time is a goal for.
pub(crate) const OWN: &str = "schema/append-request.schema.json";

/// How long that may take, in milliseconds.
const GOAL: f64 = 300.0;

/// How many types the synthetic schemas have.
const SIZES: [usize; 4] = [10, 100, 1000, 10_000];

/// Those whose times say whether the growth is linear.
const GROWTH: [usize; 2] = [100, 1000];

/// What takes longer than that, in milliseconds, is not done again.
const PATIENCE: f64 = 5000.0;

/// What is run: its name, and how it generates.
const CONTENDERS: [(&str, Contender); 3] =
    [("tantamount", everything), ("tantamount, types", types_alone), ("typify, types", typify)];

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

pub(crate) fn run(
    out: &Path,
    rounds: usize,
    named: &[PathBuf],
    folder: Option<&Path>,
) -> std::io::Result<()> {
    let mut cases =
        vec![Case { name: OWN.to_owned(), text: std::fs::read_to_string(OWN)?, types: None }];
    for path in named {
        // The folder tells more than a name such as `schema.json`.
        let mut parts =
            path.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy());
        let (file, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let text = std::fs::read_to_string(path)?;
        cases.push(Case { name: format!("{folder}/{file}"), text, types: None });
    }
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
    println!(
        "medians of {rounds} rounds, in milliseconds of processor time; bytes are what comes out"
    );
    print!("  {:34} {:>9}", "schema", "bytes");
    CONTENDERS.iter().for_each(|(name, _)| print!("   {name:>26}"));
    println!();
    let (mut figures, mut growth, mut own) = (Vec::new(), Vec::new(), f64::NAN);
    for case in &cases {
        let outcomes = measure(&case.text, rounds);
        print!("  {:34} {:9}", case.name, case.text.len());
        outcomes.iter().for_each(|outcome| print!("   {}", shown(outcome, case)));
        println!();
        if let Some(Outcome::Done { milliseconds, .. }) = outcomes.first() {
            if case.name == OWN {
                own = *milliseconds;
            }
            let types = case.types.filter(|types| GROWTH.contains(types));
            growth.extend(types.map(|types| milliseconds / types as f64));
        }
        for ((contender, _), outcome) in CONTENDERS.iter().zip(&outcomes) {
            if let Outcome::Refused(why) = outcome {
                println!("    {contender} refused it: {}", first_line(why));
            }
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
    if let [less, more] = growth.as_slice() {
        println!(
            "a type of 1000 takes {:.2} of the time of a type of 100 (linear: 1)",
            more / less
        );
    }
    let validation = validation::run(rounds)?;
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let figures = serde_json::json!({ "runs": figures, "validation": validation });
    std::fs::write(out, format!("{figures:#}\n"))?;
    println!("written: {}", out.display());
    Ok(())
}

fn shown(outcome: &Outcome, case: &Case) -> String {
    match outcome {
        Outcome::Done { milliseconds, bytes } => {
            let each = case.types.map(|types| format!("{:.3} each", milliseconds / types as f64));
            let out = format!("{:.2} MB", *bytes as f64 / 1e6);
            format!("{milliseconds:11.1} {:>14}", each.unwrap_or(out))
        }
        Outcome::Refused(_) => format!("{:>26}", "refused"),
    }
}

/// The beginning of a message, on one line.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().chars().take(160).collect()
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

/// All contenders on one text, in turns.
fn measure(text: &str, rounds: usize) -> Vec<Outcome> {
    let mut times = CONTENDERS.map(|_| Vec::new());
    let mut last = CONTENDERS.map(|_| Ok(0));
    // What panics says so itself; its message is told in the table.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for _ in 0..rounds.max(1) {
        for (((_, contender), times), last) in CONTENDERS.iter().zip(&mut times).zip(&mut last) {
            if last.is_err() || times.iter().any(|time| *time > PATIENCE) {
                continue;
            }
            let start = ProcessTime::now();
            let done = catch_unwind(AssertUnwindSafe(|| contender(text)));
            times.push(start.elapsed().as_secs_f64() * 1e3);
            *last = done.unwrap_or_else(|panic| Err(format!("panic: {}", words(&*panic))));
        }
    }
    std::panic::set_hook(hook);
    let outcomes = times.into_iter().zip(last).map(|(mut times, last)| {
        times.sort_by(f64::total_cmp);
        match last {
            Ok(bytes) => Outcome::Done { milliseconds: times[times.len() / 2], bytes },
            Err(why) => Outcome::Refused(why),
        }
    });
    outcomes.collect()
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Everything: types, tables and statements, TypeScript, strategies, the reference page, the bundle.
fn everything(text: &str) -> Result<usize, String> {
    use Kind::{Bundle, Reference, Rust, Sql, Strategies, TypeScript};
    generate(text, &[Rust, Sql, TypeScript, Strategies, Reference, Bundle])
}

/// The types with their plan and readers.
fn types_alone(text: &str) -> Result<usize, String> {
    generate(text, &[Kind::Rust])
}

fn generate(text: &str, kinds: &[Kind]) -> Result<usize, String> {
    let schema = Schema::read(text, "schema.json").map_err(|errors| errors.to_string())?;
    let files = outputs(&schema, "schema.json", "bench", kinds, &Options::default());
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
