//! `append`: once however often it is called.

use crate::arguments::Append;
use crate::database::{failure, with_held_ledger};
use crate::failure::Failure;
use crate::input;
use crate::ledger::run_id;
use crate::report::{Report, write_differences, write_steps};
use tantamount_core::json::{Output, Text};
use tantamount_core::{Canonical, Problem};
use tantamount_runtime::{Conflict, Error, Ledger, NewRun, Outcome, RunId};
use tantamount_schema::{AppendRequest, MutationKey};

pub(crate) fn append(arguments: &Append) -> Result<Report, Failure> {
    let bytes = input::read(&arguments.file.file)?;
    let checked = AppendRequest::read(&bytes).map_err(Failure::refused(&arguments.file.file))?;
    let key = MutationKey::new(arguments.key.as_str())
        .map_err(|problem: Problem| rejected("--key", &problem))?;
    let metadata = match &arguments.metadata {
        Some(text) => Some(
            Text::new(text.as_str())
                .map_err(|problems| Failure::Refused { name: "--metadata".to_owned(), problems })?,
        ),
        None => None,
    };
    let scope = arguments.scope.scope();
    let request = checked.canonicalize(&scope);
    let window = checked.to_value().append_window_step_key.to_string();
    let run = run_id(&arguments.run.run);
    let outcome = with_held_ledger(&arguments.database, Some(&scope), async |ledger| {
        if arguments.check {
            return check(&ledger, run, &key, &request, &window).await.map_err(failure);
        }
        match ledger.append(run, &key, &request, metadata.as_ref()).await {
            Err(Error::ParentNotFound { .. }) => {}
            answer => return answer.map_err(failure),
        }
        let name = Some(arguments.run.run.as_str());
        let new = NewRun { id: run, name, scope: &scope, window: Some(&window) };
        ledger.open(&new).await.map_err(failure)?;
        ledger.append(run, &key, &request, metadata.as_ref()).await.map_err(failure)
    })?;
    Ok(report(arguments, run, &request, &outcome))
}

/// What an append would answer. A run that is not there would be opened with the window, so its
/// only step would be the window.
async fn check(
    ledger: &Ledger,
    run: RunId,
    key: &MutationKey,
    request: &Canonical<'_, AppendRequest>,
    window: &str,
) -> Result<Outcome, Error> {
    match ledger.append_check(run, key, request).await {
        Err(missing @ Error::ParentNotFound { .. }) => {
            let outside = request.outside_references();
            let is_window_alone = outside.iter().all(|name| *name == window);
            if is_window_alone { Ok(Outcome::WouldApply) } else { Err(missing) }
        }
        answer => answer,
    }
}

fn rejected(name: &str, problem: &Problem) -> Failure {
    Failure::Rejected {
        code: problem.code.as_str(),
        message: format!("{name}: {}, {}", problem.message, problem.fix),
    }
}

fn report(
    arguments: &Append,
    run: RunId,
    request: &Canonical<'_, AppendRequest>,
    outcome: &Outcome,
) -> Report {
    let mut out = Output::new();
    out.begin_object();
    out.name("verdict");
    out.string(outcome.code());
    for (name, value) in [
        ("run", arguments.run.run.clone()),
        ("run_id", run.as_uuid().to_string()),
        ("key", arguments.key.clone()),
        ("digest", request.digest().to_string()),
    ] {
        out.name(name);
        out.string(&value);
    }
    arguments.scope.write_json(&mut out);
    let mut text = format!(
        "{:<9} run {}   key {}   ",
        outcome.code().replace('_', " "),
        arguments.run.run,
        arguments.key,
    );
    let mut exit_code = 0;
    match outcome {
        Outcome::Applied(receipt) | Outcome::Replayed(receipt) => {
            let count = receipt.elements().len();
            text.push_str(&format!("{count} steps   {}   ", request.digest()));
            text.push_str(&format!("{}\n", arguments.scope.to_text()));
            for (step, id) in receipt.elements() {
                text.push_str(&format!("  {id}  {step}\n"));
            }
            write_steps(receipt.elements(), &mut out);
        }
        Outcome::Conflict(conflict) => {
            exit_code = 1;
            text.push_str(&conflict_text(conflict));
            text.push_str(&format!("   {}\n", arguments.scope.to_text()));
            for line in conflict.differences().to_string().lines() {
                text.push_str(&format!("  {line}\n"));
            }
            if let Some(unlisted) = conflict.unlisted() {
                text.push_str(&format!("  note: {unlisted}\n"));
                out.name("note");
                out.string(&unlisted.to_string());
            }
            write_differences(conflict.differences(), &mut out);
        }
        Outcome::WouldApply => {
            text.push_str(&format!("{}   {}\n", request.digest(), arguments.scope.to_text()));
        }
    }
    out.end_object();
    Report::new(exit_code, text, out.into_string())
}

fn conflict_text(conflict: &Conflict) -> String {
    match conflict.differences().count() {
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    }
}
