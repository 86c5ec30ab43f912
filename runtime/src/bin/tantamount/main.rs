//! The command `tantamount`; docs/command-line.md describes it.

mod append;
mod arguments;
mod audit;
mod backfill;
mod database;
mod failure;
mod input;
mod ledger;
mod offline;
mod progress;
mod report;

use arguments::{Arguments, Command, Format};
use clap::Parser as _;
use failure::Failure;
use report::Report;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Validate(file) => offline::validate(file),
        Command::Canonicalize(file) => offline::canonicalize(file),
        Command::Digest(file) => offline::digest(file),
        Command::Compare(compare) => offline::compare(compare),
        Command::Append(append) => append::append(append),
        Command::History(run) => ledger::history(run),
        Command::Show(show) => ledger::show(show),
        Command::Migrate(database) => ledger::migrate(database),
        Command::Audit(database) => audit::audit(database),
        Command::Backfill(backfill) => backfill::backfill(backfill),
    };
    ExitCode::from(answer(&result, arguments.format))
}

/// Prints the answer and gives the exit code. Who closed the pipe has read enough; an answer that
/// cannot be written for another reason (a full disk) must not pass for one that was given.
fn answer(result: &Result<Report, Failure>, format: Format) -> u8 {
    let (printed, exit_code) = match result {
        Ok(report) => (report.print(format), report.exit_code()),
        Err(failure) => {
            let printed = match format {
                Format::People => std::io::stderr().write_all(failure.to_text().as_bytes()),
                Format::Json => writeln!(std::io::stdout(), "{}", failure.to_json()),
            };
            (printed, failure.exit_code())
        }
    };
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("tantamount: cannot write the answer: {error} [unwritable_output]");
            3
        }
        _ => exit_code,
    }
}
