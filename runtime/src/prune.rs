//! Retention: what is old and done goes, in batches.

use crate::database_error::DatabaseError;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::{Lead, Storage};
use crate::retry::Attempts;
use crate::stop::Stop;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{Connection as _, Row as _};
use std::time::Duration;
use uuid::Uuid;

/// A thousand years; a server counts no further back than some thousands.
const LONGEST_AGE_SECONDS: u64 = 1_000 * 365 * 24 * 60 * 60;

/// What goes: with a parent, whole parents with all that was appended to them; where there is none,
/// requests. A retry of what is gone is not a replay any more: with a parent it is refused, as that is
/// not there; without one it is *applied again*. So nothing should go that may still be retried.
#[derive(Clone, Copy, Debug)]
pub struct Retention<'r> {
    /// How old it is, at least: since it was created, and since anything was appended to it.
    pub age: Duration,
    /// Its statuses. Of parents the schema's terminal ones where none are named, and never another;
    /// of requests that have a status none is taken by default.
    pub statuses: &'r [&'r str],
    /// How many parents, or requests, go in one transaction.
    pub batch: u32,
    /// Whether nothing is deleted, only counted.
    pub dry_run: bool,
}

impl Default for Retention<'_> {
    /// 90 days, terminal statuses, 100 in a batch.
    fn default() -> Self {
        let age = Duration::from_secs(90 * 24 * 60 * 60);
        Retention { age, statuses: &[], batch: 100, dry_run: false }
    }
}

/// What went, or would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Rows by table: what they refer to comes first.
    pub rows: Vec<(&'static str, u64)>,
    /// How many transactions it took.
    pub batches: u64,
    /// Whether all that is old enough is gone. What is left goes when it is called again.
    pub is_complete: bool,
}

/// What is pruned as a whole, by the column that all its rows have.
#[derive(Clone, Debug)]
enum Units {
    Ids(Vec<Uuid>),
    Keys(Vec<String>),
}

type Statement = Query<'static, Postgres, PgArguments>;

impl Units {
    fn none<R: Storage>() -> Units {
        match R::relation().lead {
            Lead::Parent | Lead::Entry => Units::Ids(Vec::new()),
            Lead::Key => Units::Keys(Vec::new()),
        }
    }

    fn read<R: Storage>(rows: &[PgRow]) -> Result<Units, sqlx::Error> {
        Ok(match Units::none::<R>() {
            Units::Ids(_) => {
                Units::Ids(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
            }
            Units::Keys(_) => {
                Units::Keys(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
            }
        })
    }

    fn count(&self) -> usize {
        match self {
            Units::Ids(ids) => ids.len(),
            Units::Keys(keys) => keys.len(),
        }
    }

    fn bind(&self, query: Statement) -> Statement {
        match self {
            Units::Ids(ids) => query.bind(ids.clone()),
            Units::Keys(keys) => query.bind(keys.clone()),
        }
    }

    /// Binds the last one, or what comes before all.
    fn bind_last(&self, query: Statement) -> Statement {
        match self {
            Units::Ids(ids) => query.bind(ids.last().copied().unwrap_or_default()),
            Units::Keys(keys) => query.bind(keys.last().cloned().unwrap_or_default()),
        }
    }
}

impl<R: Storage> Ledger<R> {
    /// Deletes what is old and done, oldest ids first, each batch in a transaction of its own; what a
    /// transaction of another is at work on is waited for. Stopped or failed, it goes on where it
    /// was when it is called again. `progress` is called after each batch.
    ///
    /// # Errors
    /// [`Error::UnknownStatus`] for a status in which a parent takes requests still, or that is none;
    /// [`Error::NotMigrated`], [`Error::Database`]: where tables of one's own refer to what would go,
    /// SQLSTATE 23503.
    pub async fn prune(
        &self,
        retention: &Retention<'_>,
        stop: &Stop,
        progress: impl FnMut(&Pruned),
    ) -> Result<Pruned, Error> {
        let outcome = |pruned: &Pruned| observe::complete(pruned.is_complete);
        Operation::of::<R>("prune").observe(self.batches(retention, stop, progress), outcome).await
    }

    async fn batches(
        &self,
        retention: &Retention<'_>,
        stop: &Stop,
        mut progress: impl FnMut(&Pruned),
    ) -> Result<Pruned, Error> {
        let statuses = statuses::<R>(retention)?;
        let tables = R::relation().operations.tables;
        let mut pruned =
            Pruned { rows: tables.iter().map(|&table| (table, 0)).collect(), ..Pruned::default() };
        let mut last = Units::none::<R>();
        while !stop.is_asked() {
            let mut connection = self.connection().await?;
            let criteria = Criteria { age: retention.age, statuses: statuses.as_deref() };
            let query = last.bind_last(sqlx::query(R::relation().operations.prunable));
            let query = criteria.bind(query).bind(i64::from(retention.batch.max(1)));
            let found = Units::read::<R>(&query.fetch_all(&mut *connection).await?)?;
            if found.count() == 0 {
                pruned.is_complete = true;
                break;
            }
            let mut attempts = Attempts::new(&self.retry_policy());
            let counts = loop {
                let done = match retention.dry_run {
                    true => count::<R>(&mut connection, &found).await,
                    false => delete::<R>(&mut connection, &found, &criteria).await,
                };
                // What became of a lost connection's deletion is told by what is left at the next
                // call, so only what leaves the connection of use is tried again.
                let is_lost =
                    |error: &Error| error.database().is_some_and(DatabaseError::spoils_connection);
                match done {
                    Err(error) if !is_lost(&error) && attempts.again(&error).await => {}
                    done => break done?,
                }
            };
            for ((table, rows), count) in pruned.rows.iter_mut().zip(counts) {
                *rows += count;
                if !retention.dry_run {
                    observe::pruned(table, count);
                }
            }
            pruned.batches += 1;
            last = found;
            progress(&pruned);
        }
        Ok(pruned)
    }
}

/// The statuses that are asked for; `None` where there is no status to ask for.
fn statuses<R: Storage>(retention: &Retention<'_>) -> Result<Option<Vec<String>>, Error> {
    let owned = |statuses: &[&str]| statuses.iter().map(|&status| status.to_owned()).collect();
    let Some(parent) = &R::relation().parent else {
        let has_status = R::relation().operations.has_status;
        return Ok(has_status.then(|| owned(retention.statuses)));
    };
    let open = retention.statuses.iter().find(|status| !parent.terminal.contains(status));
    if let Some(&status) = open {
        return Err(Error::UnknownStatus { noun: parent.noun, status: status.to_owned() });
    }
    let all = retention.statuses.is_empty();
    Ok(Some(owned(if all { parent.terminal } else { retention.statuses })))
}

/// What makes something old and done.
struct Criteria<'c> {
    age: Duration,
    statuses: Option<&'c [String]>,
}

impl Criteria<'_> {
    fn bind(&self, query: Statement) -> Statement {
        let seconds = self.age.as_secs().min(LONGEST_AGE_SECONDS);
        let query = query.bind(i64::try_from(seconds).unwrap_or_default());
        match self.statuses {
            Some(statuses) => query.bind(statuses.to_vec()),
            None => query,
        }
    }
}

async fn count<R: Storage>(
    connection: &mut PgConnection,
    units: &Units,
) -> Result<Vec<u64>, Error> {
    let query = units.bind(sqlx::query(R::relation().operations.count));
    counts::<R>(&query.fetch_one(connection).await?)
}

/// Locks what is still old and done, and deletes it.
async fn delete<R: Storage>(
    connection: &mut PgConnection,
    units: &Units,
    criteria: &Criteria<'_>,
) -> Result<Vec<u64>, Error> {
    let operations = R::relation().operations;
    let mut transaction = connection.begin().await?;
    let query = criteria.bind(units.bind(sqlx::query(operations.claim)));
    let claimed = Units::read::<R>(&query.fetch_all(&mut *transaction).await?)?;
    let query = claimed.bind(sqlx::query(operations.delete));
    let counts = counts::<R>(&query.fetch_one(&mut *transaction).await?)?;
    transaction.commit().await?;
    Ok(counts)
}

fn counts<R: Storage>(row: &PgRow) -> Result<Vec<u64>, Error> {
    let tables = 0..R::relation().operations.tables.len();
    let counts = tables.map(|index| row.try_get::<i64, _>(format!("count_{index}").as_str()));
    let counts = counts.map(|count| Ok(u64::try_from(count?).unwrap_or_default()));
    counts.collect()
}
