//! `compatibility`: what becomes of requests, stored rows and tables from one version to the next.

use super::answer::{Answer, NO};
use crate::compatibility::{Waivers, json, judge, text};
use crate::error::Error;
use crate::schema::Schema;
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is judged.
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The version before
    old: PathBuf,
    /// The version after
    new: PathBuf,
    /// Breaks that are meant: a file of TOML or JSON
    #[arg(long)]
    waivers: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<Answer, Error> {
    let waivers = options.waivers.as_deref().map_or(Ok(Waivers::default()), Waivers::open)?;
    let judgement = judge(&open(&options.old)?, &open(&options.new)?).waive(&waivers);
    let mut answer = Answer::well(text(&judgement), Value::Null);
    answer.exact = Some(json(&judgement));
    if !judgement.is_compatible() {
        answer.code = NO;
    }
    Ok(answer)
}

fn open(path: &Path) -> Result<Schema, Error> {
    let schema = Schema::open(path)?;
    // What `x-storage` says is judged where it is used.
    crate::emit::sql::storage(&schema)?;
    Ok(schema)
}
