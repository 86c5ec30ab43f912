//! `compatibility`: what becomes of requests, stored rows and tables from one version to the next.

use super::answer::{Answer, NO};
use crate::compatibility::{Waivers, json, judge, text};
use crate::emit::sql;
use crate::error::Error;
use crate::schema::Schema;
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

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
    let (old, new) = (Schema::open(&options.old)?, Schema::open(&options.new)?);
    // What `x-storage` says is judged where it is used; what was released stays as it is.
    sql::released_storage(&old)?;
    sql::storage(&new)?;
    let judgement = judge(&old, &new).waive(&waivers);
    let mut answer = Answer::well(text(&judgement), Value::Null);
    answer.exact = Some(json(&judgement));
    if !judgement.is_compatible() {
        answer.code = NO;
    }
    Ok(answer)
}
