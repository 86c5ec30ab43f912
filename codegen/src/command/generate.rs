//! `generate`: writes generated files, or says which are not up to date.

use super::answer::{Answer, NO};
use crate::emit::Kind;
use crate::error::Error;
use crate::files::{Change, slashed};
use crate::generate::Generate;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The schema
    schema: PathBuf,
    /// The folder that the files are written to
    #[arg(long)]
    out: PathBuf,
    /// What to generate
    #[arg(long, value_enum, value_delimiter = ',', default_value = "rust")]
    emit: Vec<Kind>,
    /// Write nothing: print a diff for each file that is not up to date, and exit with 1
    #[arg(long)]
    check: bool,
    /// With `sql`: the released versions of the schema, oldest first; their migrations stay, and
    /// what brings their tables along is added
    #[arg(long, value_delimiter = ',', value_name = "SCHEMA")]
    after: Vec<PathBuf>,
    /// With `--after`: breaks that are meant, as `compatibility` takes them
    #[arg(long, value_name = "FILE", requires = "after")]
    waivers: Option<PathBuf>,
    /// With `sql`: the path by which the generated statements name the generated types, where these
    /// are not in the same folder
    #[arg(long, value_name = "PATH")]
    types: Option<String>,
    /// Implement the traits of serde and schemars always, not behind features
    #[arg(long)]
    without_features: bool,
    /// With `npm`: the package's name; without one it is made of the schema's title
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// With `npm`: the folder of the crate `tantamount-core`, as the generated manifest is to name it;
    /// without one it names its version
    #[arg(long, value_name = "PATH")]
    core: Option<PathBuf>,
    /// With `bundle`: keep `x-canonical`, `x-storage` and names for Rust
    #[arg(long)]
    with_annotations: bool,
}

pub(super) fn run(options: &Options) -> Result<Answer, Error> {
    let mut generate = Generate::from(&options.schema).out_dir(&options.out);
    for kind in &options.emit {
        generate = match kind {
            Kind::Npm => generate.npm(options.package.clone()),
            kind => generate.emit(*kind),
        };
    }
    if let Some(core) = &options.core {
        generate = generate.core(core);
    }
    for released in &options.after {
        generate = generate.after(released);
    }
    if let Some(waivers) = &options.waivers {
        generate = generate.waivers(waivers);
    }
    if let Some(types) = &options.types {
        generate = generate.types(types);
    }
    if options.without_features {
        generate = generate.without_features();
    }
    if options.with_annotations {
        generate = generate.with_annotations();
    }
    let generated = generate.outputs()?;
    let changes = generated.changes(&options.out)?;
    if !options.check {
        changes.iter().try_for_each(|change| change.apply(&options.out))?;
    }
    let mut text = String::new();
    for change in &changes {
        text.push_str(&match options.check {
            true => change.to_string(),
            false => format!("{}\n", change.summary()),
        });
    }
    let (total, changed) = (generated.files.len(), changes.len());
    let is_stale = options.check && changed > 0;
    text.push_str(&match options.check {
        true if is_stale => {
            let gone = changes.iter().filter(|one| matches!(one, Change::LeftOver { .. })).count();
            let all = total + gone;
            format!("{changed} of {all} files are not up to date\n")
        }
        true => format!("{total} files are up to date\n"),
        false => format!("{total} files, {changed} changed\n"),
    });
    let listed: Vec<Value> = changes
        .iter()
        .map(|change| {
            let path = slashed(change.path());
            match options.check {
                true => json!({ "path": path, "diff": change.to_string() }),
                false => json!({ "path": path, "done": change.done() }),
            }
        })
        .collect();
    let files: Vec<String> = generated.files.iter().map(|(path, _)| slashed(path)).collect();
    let verdict = match (options.check, is_stale) {
        (_, true) => "stale",
        (true, false) => "up_to_date",
        (false, false) => "generated",
    };
    let json = json!({ "verdict": verdict, "files": files, "changes": listed });
    let mut answer = Answer::well(text, json);
    if is_stale {
        answer.code = NO;
    }
    Ok(answer)
}
