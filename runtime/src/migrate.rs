//! Migrations: what creates the tables, each applied once.

use crate::error::Error;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::{Migration, Storage};
use crate::retry::Attempts;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};
use std::collections::BTreeMap;
use tantamount_core::Digest;
use tantamount_core::plan::Plan;

const EXISTS: &str = "SELECT TO_REGCLASS('tantamount_migrations') IS NOT NULL AS found, EXISTS (
    SELECT 1 FROM pg_catalog.pg_attribute
    WHERE attrelid = TO_REGCLASS('tantamount_migrations') AND attname = 'schema' AND attnum > 0
) AS has_schemas";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS tantamount_migrations (
    schema text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone NOT NULL DEFAULT NOW(),
    PRIMARY KEY (schema, version)
)";

/// Before the table knew of several schemas in one database there was one.
const ADD_SCHEMAS: &str = "ALTER TABLE tantamount_migrations
    ADD COLUMN schema text NOT NULL DEFAULT 'urn:tantamount:append-request',
    DROP CONSTRAINT tantamount_migrations_pkey,
    ADD PRIMARY KEY (schema, version);
    ALTER TABLE tantamount_migrations ALTER COLUMN schema DROP DEFAULT";

/// Whoever migrates holds this lock; readers do not wait for it.
const LOCK: &str = "LOCK TABLE tantamount_migrations IN EXCLUSIVE MODE";

pub(crate) const APPLIED: &str =
    "SELECT version, checksum FROM tantamount_migrations WHERE schema = $1";

const RECORD: &str =
    "INSERT INTO tantamount_migrations (schema, version, name, checksum) VALUES ($1, $2, $3, $4)";

impl<R: Storage> Ledger<R> {
    /// Brings the database to what this version needs, and tells how many migrations that took;
    /// none where it was there already. Each runs in a transaction of its own, so that the locks
    /// of one are gone when the next reads old rows; where one fails, those before it stay, and
    /// migrating again goes on from there. Two at once are safe: the second waits, and takes what
    /// is left. The tables go to the first schema of the connection's search path.
    ///
    /// # Errors
    /// [`Error::MigrationChanged`], [`Error::MigrationUnknown`], [`Error::Database`].
    pub async fn migrate(&self) -> Result<usize, Error> {
        Operation::of::<R>("migrate").observe(self.bring_up(), observe::done).await
    }

    async fn bring_up(&self) -> Result<usize, Error> {
        let mut attempts = Attempts::new(&self.retry_policy());
        loop {
            let mut connection = self.connection().await?;
            match prepare(&mut connection).await {
                Err(error) if is_creation_raced(&error) && attempts.another().await => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    let all = R::relation().migrations;
                    return migrate(&mut connection, family(R::plan()), all).await;
                }
            }
        }
    }
}

/// `CREATE TABLE IF NOT EXISTS` fails where another connection creates the table at the same
/// moment: with a unique violation in the catalog, or because the table is there after all.
fn is_creation_raced(error: &Error) -> bool {
    error.is_transient()
        || error.sqlstate().is_some_and(|state| state == "42P07" || state == "42710")
}

/// The schema's `$id` without its version: what all its versions have in common.
pub(crate) fn family(plan: &Plan) -> &str {
    let id = plan.id.strip_suffix(plan.version.as_ref()).unwrap_or(&plan.id);
    id.strip_suffix([':', '/']).unwrap_or(id)
}

/// Creates the table of what was applied.
async fn prepare(connection: &mut PgConnection) -> Result<(), Error> {
    let found = sqlx::query(EXISTS).fetch_one(&mut *connection).await?;
    if !found.try_get::<bool, _>("found")? {
        sqlx::query(CREATE).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn migrate(
    connection: &mut PgConnection,
    schema: &str,
    all: &[Migration],
) -> Result<usize, Error> {
    let mut count = 0;
    while next(connection, schema, all).await? {
        count += 1;
    }
    Ok(count)
}

/// Applies the first migration that was not, in a transaction; tells whether there was one.
async fn next(
    connection: &mut PgConnection,
    schema: &str,
    all: &[Migration],
) -> Result<bool, Error> {
    let mut transaction = connection.begin().await?;
    // The lock comes before the first snapshot, so the transaction sees all that was applied
    // before it, at any isolation level.
    sqlx::raw_sql(LOCK).execute(&mut *transaction).await?;
    if !sqlx::query(EXISTS).fetch_one(&mut *transaction).await?.try_get::<bool, _>("has_schemas")? {
        sqlx::raw_sql(ADD_SCHEMAS).execute(&mut *transaction).await?;
    }
    let mut applied: BTreeMap<i32, String> = BTreeMap::new();
    for row in sqlx::query(APPLIED).bind(schema).fetch_all(&mut *transaction).await? {
        applied.insert(row.try_get("version")?, row.try_get("checksum")?);
    }
    let mut pending = None;
    for migration in all {
        let version = migration.version;
        let checksum = Digest::of(migration.sql.as_bytes()).to_string();
        match applied.remove(&version) {
            Some(stored) if stored == checksum => {}
            Some(_) => return Err(Error::MigrationChanged { version }),
            None => pending = pending.or(Some((migration, checksum))),
        }
    }
    if let Some((&version, _)) = applied.first_key_value() {
        return Err(Error::MigrationUnknown { version });
    }
    let Some((migration, checksum)) = pending else { return Ok(false) };
    sqlx::raw_sql(migration.sql).execute(&mut *transaction).await?;
    let record = sqlx::query(RECORD)
        .bind(schema)
        .bind(migration.version)
        .bind(migration.name)
        .bind(checksum);
    record.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}
