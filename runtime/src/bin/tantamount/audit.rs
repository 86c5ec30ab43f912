//! `audit`: our verdict over a database of runledger's, without a write.

use crate::arguments::Database;
use crate::database::{failure, with_ledger};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::report::Report;
use std::fmt::Write as _;
use tantamount_core::json::Output;
use tantamount_runtime::runledger::{Audit, Error, Runledger};

pub(crate) fn audit(database: &Database) -> Result<Report, Failure> {
    if database.database_url.is_none() {
        let message = "name runledger's database by --database-url or DATABASE_URL".to_owned();
        return Err(Failure::Rejected { code: "no_database", message });
    }
    let found = with_ledger(database, async |ledger| {
        let runledger = Runledger::new(ledger.pool().clone());
        let progress = Progress::of("rows");
        let audit = runledger.audit(|done, all| progress.tell(done, all)).await;
        audit.map_err(|error| match error {
            Error::Ledger(error) => failure(error),
            error => Failure::Impossible { code: error.code(), message: error.to_string() },
        })
    })?;
    Ok(report(&found))
}

fn report(found: &Audit) -> Report {
    let is_sound = found.counts.is_empty();
    let mut out = Output::new();
    out.begin_object();
    out.name("verdict");
    out.string(if is_sound { "sound" } else { "findings" });
    for (name, count) in [("rows", found.rows), ("sound", found.sound)] {
        out.name(name);
        out.integer(i64::try_from(count).unwrap_or(i64::MAX));
    }
    write_counts(&found.counts, &mut out);
    out.name("findings");
    out.begin_array();
    let mut text = String::new();
    for finding in &found.findings {
        let run = finding.run.as_uuid().to_string();
        let (code, message) = (finding.kind.code(), finding.kind.to_string());
        write_row(&run, &finding.key, code, &message, &mut out);
        text_row(&run, &finding.key, code, &message, &mut text);
    }
    out.end_array();
    out.end_object();
    text.push_str(&format!("{} rows, {} sound\n", found.rows, found.sound));
    text_counts(&found.counts, &mut text);
    Report::new(u8::from(!is_sound), text, out.into_string())
}

type Counts = std::collections::BTreeMap<&'static str, u64>;

/// Writes the member `counts`: codes and how many rows each has.
pub(crate) fn write_counts(counts: &Counts, out: &mut Output) {
    out.name("counts");
    out.begin_object();
    for (code, count) in counts {
        out.name(code);
        out.integer(i64::try_from(*count).unwrap_or(i64::MAX));
    }
    out.end_object();
}

pub(crate) fn text_counts(counts: &Counts, text: &mut String) {
    for (code, count) in counts {
        text.push_str(&format!("{count:>10} {code}\n"));
    }
}

/// Writes a row and what is said of it.
pub(crate) fn write_row(run: &str, key: &str, code: &str, message: &str, out: &mut Output) {
    out.begin_object();
    for (name, value) in [("run_id", run), ("key", key), ("code", code), ("message", message)] {
        out.name(name);
        out.string(value);
    }
    out.end_object();
}

pub(crate) fn text_row(run: &str, key: &str, code: &str, message: &str, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "run {run}   key {key}   {message} [{code}]");
}
