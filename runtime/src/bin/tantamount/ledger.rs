//! `history`, `show` and `migrate`.

use crate::arguments::{Engine, Migrate, OfRun, Show};
use crate::database::{failure, with_held_ledger, with_ledger};
use crate::failure::Failure;
use crate::report::{Report, write_steps};
use tantamount_core::json::Output;
use tantamount_runtime::{EntrySummary, Ledger, RunId};
use tantamount_schema::MutationKey;

/// A run by its UUID, or by the name that stands for one.
pub(crate) fn run_id(text: &str) -> RunId {
    text.parse().unwrap_or_else(|_| RunId::named(text))
}

pub(crate) fn migrate(arguments: &Migrate) -> Result<Report, Failure> {
    let applied = with_ledger(&arguments.database, async |ledger: Ledger| {
        let applied = ledger.migrate().await.map_err(failure)?;
        if arguments.engine == Engine::Citus {
            ledger.distribute().await.map_err(failure)?;
        }
        Ok(applied)
    })?;
    let mut out = Output::new();
    out.begin_object();
    out.name("applied");
    out.integer(i64::try_from(applied).unwrap_or(i64::MAX));
    out.end_object();
    let text = match applied {
        0 => "up to date\n".to_owned(),
        1 => "1 migration applied\n".to_owned(),
        count => format!("{count} migrations applied\n"),
    };
    Ok(Report::new(0, text, out.into_string()))
}

pub(crate) fn history(arguments: &OfRun) -> Result<Report, Failure> {
    let run = run_id(&arguments.run);
    let scope = arguments.scope.scope();
    let entries = with_held_ledger(&arguments.database, Some(&scope), async |ledger: Ledger| {
        let own = ledger.under(&scope);
        if own.parent(run).await.map_err(failure)?.is_none() {
            return Err(Failure::Rejected {
                code: "run_not_found",
                message: format!(
                    "{} has no run `{}` ({run}): name the organization of the run by `--organization`",
                    arguments.scope.to_text(),
                    arguments.run
                ),
            });
        }
        own.history(run).await.map_err(failure)
    })?;
    let mut out = Output::new();
    out.begin_object();
    write_run(&arguments.run, run, &mut out);
    arguments.scope.write_json(&mut out);
    out.name("mutations");
    out.begin_array();
    let mut text = String::new();
    for entry in &entries {
        let digest = entry.digest.map_or_else(|| "no digest".to_owned(), |d| d.to_string());
        let steps = entry.elements.map_or_else(|| "?".to_owned(), |steps| steps.to_string());
        text.push_str(&format!(
            "{}   key {}   {steps} steps   {digest}\n",
            entry.created_at, entry.key
        ));
        out.begin_object();
        write_summary(entry, &mut out);
        out.end_object();
    }
    if entries.is_empty() {
        text.push_str("nothing was appended yet\n");
    }
    out.end_array();
    out.end_object();
    Ok(Report::new(0, text, out.into_string()))
}

pub(crate) fn show(arguments: &Show) -> Result<Report, Failure> {
    let run = run_id(&arguments.run);
    let key = MutationKey::new(arguments.key.as_str()).map_err(|problem| Failure::Rejected {
        code: problem.code.as_str(),
        message: format!("the key: {}", problem.message),
    })?;
    let scope = arguments.scope.scope();
    let entry = with_held_ledger(&arguments.database, Some(&scope), async |ledger: Ledger| {
        ledger.under(&scope).lookup(run, &key).await.map_err(failure)
    })?;
    let Some(entry) = entry else {
        return Err(Failure::Rejected {
            code: "key_not_found",
            message: format!(
                "{} has nothing under the key `{}` of run `{}`: name the organization of the run by `--organization`",
                arguments.scope.to_text(),
                arguments.key,
                arguments.run
            ),
        });
    };
    let mut out = Output::new();
    out.begin_object();
    write_run(&arguments.run, run, &mut out);
    arguments.scope.write_json(&mut out);
    write_summary(&entry.summary, &mut out);
    out.name("request");
    out.string(&entry.request);
    out.name("metadata");
    match &entry.metadata {
        Some(metadata) => out.string(metadata),
        None => out.null(),
    }
    write_steps(&entry.elements, &mut out);
    out.end_object();

    let mut text = format!("run {}   key {}\n", arguments.run, arguments.key);
    let mut line = |name: &str, value: &str| text.push_str(&format!("{name:<18}{value}\n"));
    line("created at", &entry.summary.created_at);
    match &entry.summary.digest {
        Some(digest) => line("digest", &digest.to_string()),
        None => line("digest", "none"),
    }
    if let Some(version) = entry.summary.canonical_version {
        line("canonical version", &version.to_string());
    }
    if let Some(version) = &entry.summary.schema_version {
        line("schema version", version);
    }
    if let Some(metadata) = &entry.metadata {
        line("metadata", metadata);
    }
    line("request", &entry.request);
    for (step, id) in &entry.elements {
        text.push_str(&format!("  {id}  {step}\n"));
    }
    for step in &entry.missing_elements {
        text.push_str(&format!("  (no longer in the run)  {step}\n"));
    }
    Ok(Report::new(0, text, out.into_string()))
}

fn write_run(name: &str, run: RunId, out: &mut Output) {
    out.name("run");
    out.string(name);
    out.name("run_id");
    out.string(&run.as_uuid().to_string());
}

fn write_summary(entry: &EntrySummary, out: &mut Output) {
    out.name("key");
    out.string(&entry.key);
    out.name("digest");
    match &entry.digest {
        Some(digest) => out.string(&digest.to_string()),
        None => out.null(),
    }
    out.name("canonical_version");
    match entry.canonical_version {
        Some(version) => out.integer(i64::from(version)),
        None => out.null(),
    }
    out.name("schema_version");
    match &entry.schema_version {
        Some(version) => out.string(version),
        None => out.null(),
    }
    out.name("created_at");
    out.string(&entry.created_at);
}
