//! `prune`: what is old and done goes.

use crate::arguments::Prune;
use crate::database::{failure, with_bound_ledger};
use crate::failure::Failure;
use crate::interruption::{bar, stop_when_asked};
use crate::report::Report;
use tantamount_core::json::Output;
use tantamount_runtime::{Ledger, Retention};

pub(crate) fn prune(arguments: &Prune) -> Result<Report, Failure> {
    let statuses: Vec<&str> = arguments.status.iter().map(String::as_str).collect();
    let retention = Retention {
        age: arguments.older_than,
        statuses: &statuses,
        batch: arguments.batch,
        dry_run: arguments.dry_run,
    };
    let pruned =
        with_bound_ledger(&arguments.database, &arguments.scope, async |ledger: Ledger| {
            let stop = stop_when_asked();
            let bar = bar(0, "runs");
            let done = ledger.prune(&retention, &stop, |pruned| {
                bar.set_position(pruned.rows.first().map_or(0, |(_, rows)| *rows));
            });
            let done = done.await.map_err(failure);
            bar.finish_and_clear();
            done
        })?;
    let mut out = Output::new();
    out.begin_object();
    out.name("complete");
    out.boolean(pruned.is_complete);
    out.name("dry_run");
    out.boolean(arguments.dry_run);
    out.name("batches");
    out.integer(i64::try_from(pruned.batches).unwrap_or(i64::MAX));
    out.name("rows");
    out.begin_object();
    let would = if arguments.dry_run { "would delete" } else { "deleted" };
    let mut text = String::new();
    for (table, rows) in &pruned.rows {
        out.name(table);
        out.integer(i64::try_from(*rows).unwrap_or(i64::MAX));
        text.push_str(&format!("{would} {rows:>12} rows of {table}\n"));
    }
    out.end_object();
    out.end_object();
    if !pruned.is_complete {
        text.push_str("stopped before all was looked at: call it again to go on\n");
    }
    let exit_code = if pruned.is_complete { 0 } else { 3 };
    Ok(Report::new(exit_code, text, out.into_string()))
}
