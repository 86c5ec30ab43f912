//! `verify`: whether what is stored is what its digests say.

use crate::arguments::Verify;
use crate::database::{failure, with_bound_ledger};
use crate::failure::Failure;
use crate::interruption::{bar, stop_when_asked};
use crate::report::Report;
use tantamount_core::json::Output;
use tantamount_runtime::{Ledger, Position, RunId, Verification, Verified};

pub(crate) fn verify(arguments: &Verify) -> Result<Report, Failure> {
    let after = arguments
        .after_key
        .as_ref()
        .map(|key| Position { parent: arguments.after_run.map(RunId::from), key: key.clone() });
    let wanted = Verification { after, rows: !arguments.digests_only };
    let verified =
        with_bound_ledger(&arguments.database, &arguments.scope, async |ledger: Ledger| {
            let stop = stop_when_asked();
            let total = ledger.estimated_entries().await.map_err(failure)?;
            let bar = bar(total, "requests");
            let done = ledger.verify(&wanted, &stop, |verified| {
                bar.set_position(verified.entries);
                let found = verified.findings.len();
                if found > 0 {
                    bar.set_message(format!("{found} findings"));
                }
            });
            let done = done.await.map_err(failure);
            bar.finish_and_clear();
            done
        })?;
    Ok(report(&verified))
}

fn report(verified: &Verified) -> Report {
    let mut out = Output::new();
    out.begin_object();
    out.name("complete");
    out.boolean(verified.is_complete);
    for (name, count) in [
        ("entries", verified.entries),
        ("with_rows", verified.with_rows),
        ("without_digest", verified.without_digest),
        ("newer", verified.newer),
        ("omitted", verified.omitted),
    ] {
        out.name(name);
        out.integer(i64::try_from(count).unwrap_or(i64::MAX));
    }
    out.name("last");
    match &verified.last {
        Some(last) => write_position(last, &mut out),
        None => out.null(),
    }
    out.name("findings");
    out.begin_array();
    let mut text = String::new();
    for finding in &verified.findings {
        out.begin_object();
        out.name("at");
        write_position(&finding.position, &mut out);
        out.name("code");
        out.string(finding.code.as_str());
        out.name("detail");
        out.string(&finding.detail);
        out.end_object();
        let run = finding.position.parent.map(|run| run.to_string()).unwrap_or_default();
        let (key, code, detail) = (&finding.position.key, finding.code, &finding.detail);
        text.push_str(&format!("run {run}   key {key}   {code}\n    {detail}\n"));
    }
    out.end_array();
    out.end_object();
    if verified.omitted > 0 {
        text.push_str(&format!("and {} more findings\n", verified.omitted));
    }
    let found = verified.findings.len();
    text.push_str(&format!("{} requests verified, {found} findings\n", verified.entries));
    for (count, what) in [
        (verified.without_digest, "have no digest, being of an older system"),
        (verified.newer, "are of a newer schema: only their digests were checked"),
    ] {
        if count > 0 {
            text.push_str(&format!("{count} {what}\n"));
        }
    }
    if let (false, Some(last)) = (verified.is_complete, &verified.last) {
        let run = last.parent.map(|run| run.to_string()).unwrap_or_default();
        text.push_str(&format!(
            "stopped; to go on: --after-run {run} --after-key {:?}\n",
            last.key
        ));
    }
    let exit_code = match (found, verified.is_complete) {
        (0, true) => 0,
        (0, false) => 3,
        _ => 1,
    };
    Report::new(exit_code, text, out.into_string())
}

fn write_position(position: &Position, out: &mut Output) {
    out.begin_object();
    out.name("run_id");
    match position.parent {
        Some(run) => out.string(&run.to_string()),
        None => out.null(),
    }
    out.name("key");
    out.string(&position.key);
    out.end_object();
}
