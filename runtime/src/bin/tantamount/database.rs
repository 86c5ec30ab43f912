//! The server that a command talks to: the caller's, or an embedded one.

use crate::arguments::{Database, ScopeArguments};
use crate::failure::Failure;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::future::Future;
use std::str::FromStr as _;
use std::time::Duration;
use tantamount_embedded::{Server, Settings};
use tantamount_runtime::{Error, Ledger, SCOPE_SETTING, scope_setting};
use tantamount_schema::{AppendRequest, Scope};

/// Runs `work` with a ledger, and stops what was started for it.
///
/// The tables of an embedded server are brought up to date here: nobody else uses it. A caller's
/// own server is changed by `tantamount migrate` only.
pub(crate) fn with_ledger<T, W>(
    database: &Database,
    work: impl FnOnce(Ledger) -> W,
) -> Result<T, Failure>
where
    W: Future<Output = Result<T, Failure>>,
{
    with_held_ledger(database, None, work)
}

/// [`with_held_ledger`] of a command that is at all rows which the server shows it. Where an
/// organization is named and the server would show those of others too, it is refused.
pub(crate) fn with_bound_ledger<T, W>(
    database: &Database,
    arguments: &ScopeArguments,
    work: impl FnOnce(Ledger) -> W,
) -> Result<T, Failure>
where
    W: Future<Output = Result<T, Failure>>,
{
    with_held_ledger(database, Some(&arguments.scope()), async |ledger: Ledger| {
        if let Some(organization) = arguments.organization
            && !ledger.is_held().await.map_err(failure)?
        {
            return Err(Failure::Rejected {
                code: "not_held",
                message: format!(
                    "this would be done to the rows of all organizations, not of `{organization}` alone: row-level \
                     security is off, or does not bind this user\n    leave `--organization` out if all are meant, \
                     or turn it on by `tantamount secure --row-security` and connect as a user that it binds"
                ),
            });
        }
        work(ledger).await
    })
}

/// [`with_ledger`] that names a scope to the server, for row-level security.
pub(crate) fn with_held_ledger<T, W>(
    database: &Database,
    scope: Option<&Scope>,
    work: impl FnOnce(Ledger) -> W,
) -> Result<T, Failure>
where
    W: Future<Output = Result<T, Failure>>,
{
    let server = match &database.database_url {
        Some(_) => None,
        None => Some(start()?),
    };
    let url = match (&database.database_url, &server) {
        (Some(url), _) => url.as_str(),
        (None, Some(server)) => server.database_url(),
        (None, None) => "",
    };
    let result = connected(url, server.is_some(), scope, work);
    let released = server.map_or(Ok(()), Server::release);
    let answer = result?;
    released.map_err(|error| impossible("embedded_server", &error))?;
    Ok(answer)
}

fn start() -> Result<Server, Failure> {
    let settings =
        Settings::from_environment().map_err(|error| impossible("embedded_server", &error))?;
    Server::start(&settings, &mut |line| eprintln!("tantamount: {line}"))
        .map_err(|error| impossible("embedded_server", &error))
}

fn connected<T, W>(
    url: &str,
    is_embedded: bool,
    scope: Option<&Scope>,
    work: impl FnOnce(Ledger) -> W,
) -> Result<T, Failure>
where
    W: Future<Output = Result<T, Failure>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| impossible("runtime", &error))?;
    let unreachable = |error: sqlx::Error| Failure::Impossible {
        code: "no_database",
        message: format!("cannot connect to the database: {error}"),
    };
    let options = PgConnectOptions::from_str(url).map_err(unreachable)?;
    let options = match scope {
        Some(scope) => options.options([(SCOPE_SETTING, scope_setting::<AppendRequest>(scope))]),
        None => options,
    };
    runtime.block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await
            .map_err(unreachable)?;
        let ledger = Ledger::new(pool.clone());
        if is_embedded {
            ledger.migrate().await.map_err(failure)?;
        }
        let answer = work(ledger).await;
        pool.close().await;
        answer
    })
}

fn impossible(code: &'static str, error: &dyn std::error::Error) -> Failure {
    Failure::Impossible { code, message: error.to_string() }
}

/// What the ledger refused is the input's fault; the rest could not be done. The codes are the
/// command's own, in the words of the append request.
pub(crate) fn failure(error: Error) -> Failure {
    let code = match error.code() {
        "parent_not_found" => "run_not_found",
        "parent_closed" => "run_terminal",
        "key_taken" => "step_key_taken",
        "unknown_reference" => "unknown_dependency",
        code => code,
    };
    let mut message = error.to_string();
    match &error {
        Error::KeyTaken { keys, .. } | Error::UnknownReference { keys, .. } => {
            for key in keys.as_slice() {
                message.push_str(&format!("\n    {key}"));
            }
        }
        Error::WindowNotFound { window, .. } | Error::WindowNotOpen { window, .. } => {
            message.push_str(&format!("\n    {window}"));
        }
        Error::NotMigrated { source } => {
            message.push_str(&format!(" by `tantamount migrate`: {source}"));
        }
        _ => {}
    }
    match error {
        Error::ParentNotFound { .. }
        | Error::ScopeMismatch { .. }
        | Error::WindowNotFound { .. }
        | Error::WindowNotOpen { .. }
        | Error::ParentClosed { .. }
        | Error::KeyTaken { .. }
        | Error::UnknownReference { .. }
        | Error::InvalidKey
        | Error::InvalidName => Failure::Rejected { code, message },
        _ => Failure::Impossible { code, message },
    }
}
