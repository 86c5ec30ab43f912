//! `explain`: what is known of a place, and what is generated for it.

use super::answer::Answer;
use crate::error::Error;
use crate::schema::Schema;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The schema
    schema: PathBuf,
    /// JSON Pointer of the place, as in `/$defs/Step/properties/key`; empty for the whole schema
    #[arg(default_value = "")]
    pointer: String,
}

pub(super) fn run(options: &Options) -> Result<Answer, Error> {
    let schema = Schema::open(&options.schema)?;
    let explanation = crate::explain::explain(&schema, &options.pointer)?;
    Ok(Answer::well(explanation.to_string(), explanation.to_json()))
}
