//! `backfill`: rows of older systems and versions get what rows of today have.

use crate::arguments::{Database, ScopeArguments};
use crate::audit::{text_counts, text_row, write_counts, write_row};
use crate::database::{failure, with_bound_ledger};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::report::Report;
use clap::Args;
use std::num::NonZeroU32;
use tantamount_core::json::Output;
use tantamount_runtime::Ledger;

#[derive(Debug, Args)]
pub(crate) struct BackfillArguments {
    /// How many rows a transaction writes.
    #[arg(long, default_value = "100", value_name = "ROWS")]
    batch: NonZeroU32,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: Database,
}

pub(crate) fn backfill(arguments: &BackfillArguments) -> Result<Report, Failure> {
    let done = with_bound_ledger(&arguments.database, &arguments.scope, async |ledger: Ledger| {
        let progress = Progress::of("rows");
        let tell = |done: &tantamount_runtime::Backfill| progress.tell(done.rows, done.pending);
        ledger.backfill(arguments.batch, tell).await.map_err(failure)
    })?;
    let mut out = Output::new();
    out.begin_object();
    for (name, count) in [("rows", done.rows), ("updated", done.updated)] {
        out.name(name);
        out.integer(i64::try_from(count).unwrap_or(i64::MAX));
    }
    write_counts(&done.counts, &mut out);
    out.name("left");
    out.begin_array();
    let mut text = String::new();
    for row in &done.left {
        let run = row.position.parent.map(|run| run.to_string()).unwrap_or_default();
        let key = &row.position.key;
        let (code, message) = (row.reason.code(), row.reason.to_string());
        write_row(&run, key, code, &message, &mut out);
        text_row(&run, key, code, &message, &mut text);
    }
    out.end_array();
    out.end_object();
    text.push_str(&format!("{} rows, {} brought up to date\n", done.rows, done.updated));
    text_counts(&done.counts, &mut text);
    Ok(Report::new(0, text, out.into_string()))
}
