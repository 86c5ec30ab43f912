//! Runs and their windows.

use crate::append::scope_values;
use crate::error::Error;
use crate::identity::RunId;
use crate::ledger::Ledger;
use crate::relation::{Storage, Window};
use crate::retry::Attempts;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Row as _};
use uuid::Uuid;

/// A run to open.
#[derive(Clone, Copy, Debug)]
pub struct NewRun<'n, R: Storage> {
    /// Its id: the same one opens the same run.
    pub id: RunId,
    /// A name for people; the first stays.
    pub name: Option<&'n str>,
    /// What all requests of the run are seen under.
    pub scope: &'n R::Scope,
    /// The key of a window that waits for batches, created where the run has no such step.
    pub window: Option<&'n str>,
}

/// A run, as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its status.
    pub status: String,
    /// The members of its scope with their values, as text.
    pub scope: Vec<(&'static str, Option<String>)>,
    /// When it was created: RFC 3339, in UTC, with microseconds.
    pub created_at: String,
}

/// What a lock on a run found.
struct Locked {
    same_scope: bool,
    status: String,
}

/// What is done to a run under its lock.
enum Change<'c, R: Storage> {
    Open(NewRun<'c, R>),
    SetWindow { key: &'c str, open: bool },
    Finish { status: &'c str },
}

impl<R: Storage> Ledger<R> {
    /// Creates the run, and its window, unless they are there. Opening a run that is there changes
    /// nothing; a window that was closed stays closed.
    ///
    /// # Errors
    /// [`Error::ScopeMismatch`] where the run is there with another scope,
    /// [`Error::WindowNotFound`] where a step of the window's key is none that can be a window,
    /// [`Error::RunTerminal`] where a window would have to be created in a run that has ended.
    pub async fn open_run(&self, new: &NewRun<'_, R>) -> Result<(), Error> {
        if new.window.is_some_and(|key| key.is_empty() || key.contains('\0')) {
            return Err(Error::InvalidKey);
        }
        self.change(new.id, &Change::Open(NewRun { ..*new })).await
    }

    /// Lets a window wait for batches: an EXTERNAL step of the run. One that waits already is left
    /// as it is.
    ///
    /// # Errors
    /// [`Error::RunNotFound`], [`Error::RunTerminal`], [`Error::WindowNotFound`].
    pub async fn open_window(&self, run: RunId, step_key: &str) -> Result<(), Error> {
        self.change(run, &Change::SetWindow { key: step_key, open: true }).await
    }

    /// Closes a window: later appends that name it are refused, replays are answered still. One
    /// that is closed already is left as it is.
    ///
    /// # Errors
    /// [`Error::RunNotFound`], [`Error::WindowNotFound`].
    pub async fn close_window(&self, run: RunId, step_key: &str) -> Result<(), Error> {
        self.change(run, &Change::SetWindow { key: step_key, open: false }).await
    }

    /// Ends a run: later appends are refused, replays are answered still. Ending it again with the
    /// same status changes nothing.
    ///
    /// # Errors
    /// [`Error::RunNotFound`], [`Error::UnknownStatus`] where the status is none of the schema's
    /// terminal ones, [`Error::RunTerminal`] where the run ended with another status.
    pub async fn finish_run(&self, run: RunId, status: &str) -> Result<(), Error> {
        if !R::relation().runs.terminal.contains(&status) {
            return Err(Error::UnknownStatus { status: status.to_owned() });
        }
        self.change(run, &Change::Finish { status }).await
    }

    /// A run; `None` where it is not there.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn run(&self, run: RunId) -> Result<Option<Run>, Error> {
        let mut connection = self.connection().await?;
        let query = sqlx::query(R::relation().statements.read_run).bind(run.as_uuid());
        let row = query.fetch_optional(&mut *connection).await?;
        row.map(|row| read_run::<R>(run, &row)).transpose()
    }

    /// Runs a change in a transaction of its own, again where others were in its way.
    async fn change(&self, run: RunId, change: &Change<'_, R>) -> Result<(), Error> {
        let mut attempts = Attempts::default();
        loop {
            match self.try_change(run, change).await {
                Err(error) if error.is_raced() && attempts.again().await => {}
                done => return done,
            }
        }
    }

    async fn try_change(&self, run: RunId, change: &Change<'_, R>) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin().await?;
        match change {
            Change::Open(new) => open::<R>(&mut transaction, new).await?,
            Change::SetWindow { key, open } => {
                set_window::<R>(&mut transaction, run, key, *open).await?;
            }
            Change::Finish { status } => finish::<R>(&mut transaction, run, status).await?,
        }
        transaction.commit().await?;
        Ok(())
    }
}

fn read_run<R: Storage>(run: RunId, row: &PgRow) -> Result<Run, Error> {
    let members = R::relation().scope.iter().enumerate();
    let scope = members.map(|(index, &name)| {
        Ok((name, row.try_get::<Option<String>, _>(format!("scope_{index}").as_str())?))
    });
    Ok(Run {
        id: run,
        name: row.try_get("name")?,
        status: row.try_get("status")?,
        scope: scope.collect::<Result<_, sqlx::Error>>()?,
        created_at: row.try_get("created_at")?,
    })
}

/// Locks a run. Without a scope there is nothing to compare the run's with.
async fn lock<R: Storage>(
    connection: &mut PgConnection,
    run: RunId,
    scope: Option<&R::Scope>,
) -> Result<Locked, Error> {
    let mut query = sqlx::query(R::relation().statements.lock_run).bind(run.as_uuid());
    query = match scope {
        Some(scope) => scope_values::<R>(scope).fold(query, sqlx::query::Query::bind),
        None => R::relation().scope.iter().fold(query, |query, _| query.bind("null")),
    };
    let row = query.fetch_optional(connection).await?.ok_or(Error::RunNotFound { run })?;
    Ok(Locked { same_scope: row.try_get("same_scope")?, status: row.try_get("status")? })
}

fn is_terminal<R: Storage>(locked: &Locked) -> bool {
    !R::relation().runs.open.contains(&locked.status.as_str())
}

async fn open<R: Storage>(connection: &mut PgConnection, new: &NewRun<'_, R>) -> Result<(), Error> {
    let run = new.id;
    let mut create =
        sqlx::query(R::relation().statements.create_run).bind(run.as_uuid()).bind(new.name);
    for value in scope_values::<R>(new.scope) {
        create = create.bind(value);
    }
    create.execute(&mut *connection).await?;
    let locked = lock::<R>(connection, run, Some(new.scope)).await?;
    if !locked.same_scope {
        return Err(Error::ScopeMismatch { run });
    }
    let (Some(key), Some(window)) = (new.window, &R::relation().window) else { return Ok(()) };
    if read_window(connection, window, run, key).await?.is_some() {
        return Ok(());
    }
    if is_terminal::<R>(&locked) {
        return Err(Error::RunTerminal { run });
    }
    let mut create =
        sqlx::query(window.statements.open).bind(run.as_uuid()).bind(Uuid::now_v7()).bind(key);
    for value in scope_values::<R>(new.scope) {
        create = create.bind(value);
    }
    if create.execute(&mut *connection).await?.rows_affected() == 0 {
        // There is a step of this key, which cannot be a window.
        return Err(Error::WindowNotFound { run, window: key.to_owned() });
    }
    Ok(())
}

/// The status of a step that can be a window.
async fn read_window(
    connection: &mut PgConnection,
    window: &Window,
    run: RunId,
    key: &str,
) -> Result<Option<String>, Error> {
    let query = sqlx::query(window.statements.read).bind(run.as_uuid()).bind(key);
    let row = query.fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get("status")).transpose()?)
}

async fn set_window<R: Storage>(
    connection: &mut PgConnection,
    run: RunId,
    key: &str,
    open: bool,
) -> Result<(), Error> {
    let not_found = || Error::WindowNotFound { run, window: key.to_owned() };
    if key.contains('\0') {
        return Err(Error::InvalidKey);
    }
    let window = R::relation().window.as_ref().ok_or_else(not_found)?;
    let locked = lock::<R>(connection, run, None).await?;
    let status = read_window(connection, window, run, key).await?.ok_or_else(not_found)?;
    let wanted = if open { window.waiting } else { window.closed };
    if status == wanted {
        return Ok(());
    }
    if open && is_terminal::<R>(&locked) {
        return Err(Error::RunTerminal { run });
    }
    sqlx::query(window.statements.set)
        .bind(run.as_uuid())
        .bind(key)
        .bind(wanted)
        .execute(connection)
        .await?;
    Ok(())
}

async fn finish<R: Storage>(
    connection: &mut PgConnection,
    run: RunId,
    status: &str,
) -> Result<(), Error> {
    let locked = lock::<R>(connection, run, None).await?;
    if locked.status == status {
        return Ok(());
    }
    if is_terminal::<R>(&locked) {
        return Err(Error::RunTerminal { run });
    }
    sqlx::query(R::relation().statements.finish_run)
        .bind(run.as_uuid())
        .bind(status)
        .execute(connection)
        .await?;
    Ok(())
}
