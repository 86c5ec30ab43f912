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
    /// Judge everything that runledger stored in its own tables, without a write.
    Audit(Database),
    /// Give rows of older systems and versions digests, and the versions of today.
    Backfill(BackfillArguments),
    /// Create the tables, or bring them up to date.
    Migrate(Migrate),
    /// Set policies and privileges: who sees and does what.
    Secure(Secure),
    /// Put every stored request into canonical form again, and hold it against its digest and the
    /// rows of its steps. Exit code 1 where something is found.
    Verify(Verify),
    /// Delete runs that are old and done, with all that was appended to them.
    Prune(Prune),
    /// Tell whether a database is fit for a ledger, and how to mend what is not. Exit code 1 where
    /// there is a problem.
    Doctor(Doctor),
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// What keeps the tables: one server, or several by Citus, distributed by run.
    #[arg(long, value_enum, default_value_t = Engine::Postgresql)]
    pub(crate) engine: Engine,
    #[command(flatten)]
    pub(crate) database: Database,
}

/// What keeps the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// One server.
    Postgresql,
    /// Several servers, by the extension Citus.
    Citus,
}

#[derive(Debug, Args)]
#[group(id = "what", multiple = true, required = true)]
pub(crate) struct SecureWhat {
    /// Have the database keep organizations apart by row-level security.
    #[arg(long, conflicts_with = "no_row_security")]
    pub(crate) row_security: bool,
    /// Take these policies away.
    #[arg(long)]
    pub(crate) no_row_security: bool,
    /// The role that appends: it gets the privileges that takes, and no more.
    #[arg(long, value_name = "ROLE")]
    pub(crate) application: Option<String>,
    /// The role that verifies and prunes.
    #[arg(long, value_name = "ROLE")]
    pub(crate) maintenance: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Secure {
    #[command(flatten)]
    pub(crate) what: SecureWhat,
    /// Write the statements to standard output, and run nothing.
    #[arg(long)]
    pub(crate) print: bool,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Go on behind this key of the run in `--after-run`, as an interrupted verification says.
    #[arg(long, value_name = "KEY", requires = "after_run")]
    pub(crate) after_key: Option<String>,
    /// The run's UUID.
    #[arg(long, value_name = "UUID", requires = "after_key", value_parser = hyphenated)]
    pub(crate) after_run: Option<Uuid>,
    /// Read requests and digests alone, not the rows of the steps.
    #[arg(long)]
    pub(crate) digests_only: bool,
    /// Under row-level security: the organization whose rows are verified.
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// How long ago a run was created, and the last batch appended to it, at least: `90d`, `1y 6months`.
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    pub(crate) older_than: std::time::Duration,
    /// The statuses in which a run ended that is deleted; any in which it ended when left out.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Vec<String>,
    /// How many runs are deleted in one transaction.
    #[arg(long, value_name = "RUNS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) batch: u32,
    /// Delete nothing; tell what would be deleted.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) database: Database,
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
    pub(crate) scope: ScopeArguments,
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
    pub(crate) scope: ScopeArguments,
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
