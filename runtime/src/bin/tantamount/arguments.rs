//! What the command line takes.

use crate::backfill::BackfillArguments;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use uuid::Uuid;

/// Appends batches of workflow steps idempotently, and judges whether two batches are the same.
///
/// Exit codes: 0 the same, valid, applied, replayed; 1 different, conflict; 2 the input was
/// refused; 3 it could not be done (no database, unreadable file).
#[derive(Debug, Parser)]
#[command(name = "tantamount", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// What the output is for.
    #[arg(long, global = true, value_enum, default_value_t = Format::People)]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people.
    People,
    /// One JSON document on standard output, for programs; described in docs/command-line.md.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell every problem of a batch, or that there is none.
    Validate(File),
    /// Write the canonical bytes of a batch to standard output, without a line end.
    Canonicalize(ScopedFile),
    /// Write the digest of a batch.
    Digest(ScopedFile),
    /// Tell whether two batches are the same, and what differs.
    Compare(Compare),
    /// Append a batch to a run, once however often it is called.
    Append(Append),
    /// List what was appended to a run.
    History(OfRun),
    /// Show one append of a run: the stored request, its digest, the ids of the steps.
    Show(Show),
    /// Create the tables, or bring them up to date.
    Migrate(Database),
    /// Judge everything that runledger stored in its own tables, without a write.
    Audit(Database),
    /// Give rows of older systems and versions digests, and the versions of today.
    Backfill(BackfillArguments),
}

#[derive(Debug, Args)]
pub(crate) struct File {
    /// The file; `-` is standard input.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ScopedFile {
    #[command(flatten)]
    pub(crate) file: File,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ScopeArguments {
    /// The organization that the run belongs to; none when left out.
    #[arg(long, value_name = "UUID", value_parser = hyphenated)]
    pub(crate) organization: Option<Uuid>,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The first file; `-` is standard input.
    pub(crate) left: PathBuf,
    /// The second file; `-` is standard input.
    pub(crate) right: PathBuf,
    /// Compare any two JSON texts, as PostgreSQL's jsonb does.
    #[arg(long, conflicts_with_all = ["stored", "organization"])]
    pub(crate) json: bool,
    /// The first file is a stored row of any age, read tolerantly.
    #[arg(long)]
    pub(crate) stored: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct Database {
    /// The server; an embedded one is started when neither this nor DATABASE_URL is given.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The run: its UUID, or a name that stands for one.
    #[arg(long, default_value = "default")]
    pub(crate) run: String,
}

#[derive(Debug, Args)]
pub(crate) struct Append {
    #[command(flatten)]
    pub(crate) file: File,
    /// The mutation key: the name under which the batch is appended, and retried.
    #[arg(long)]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    /// Any JSON kept beside the batch; no part of its identity.
    #[arg(long, value_name = "JSON")]
    pub(crate) metadata: Option<String>,
    /// Do everything but the writing.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct OfRun {
    /// The run: its UUID, or the name that it was opened by.
    #[arg(default_value = "default")]
    pub(crate) run: String,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The run: its UUID, or the name that it was opened by.
    pub(crate) run: String,
    /// The mutation key.
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) database: Database,
}

/// A UUID in the one spelling that requests take.
fn hyphenated(text: &str) -> Result<Uuid, String> {
    match Uuid::try_parse(text) {
        Ok(id) if text.len() == 36 => Ok(id),
        _ => Err("write a UUID as 8-4-4-4-12 hexadecimal digits with hyphens".to_owned()),
    }
}
