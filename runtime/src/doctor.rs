//! The doctor: whether a database is fit for a ledger, and how to mend what is not.

use crate::error::Error;
use crate::ledger::Ledger;
use crate::migrate::{APPLIED, family};
use crate::observe::{self, Operation};
use crate::relation::Storage;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use tantamount_core::Digest;

/// The oldest version of PostgreSQL that will do.
const OLDEST: i32 = 150_000;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is as it should be.
    Fine,
    /// It works, and may do harm.
    Warning,
    /// It does not work.
    Problem,
}

impl Severity {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Fine => "fine",
            Severity::Warning => "warning",
            Severity::Problem => "problem",
        }
    }
}

/// What the doctor says of one matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// A stable name of the matter.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the case.
    pub message: String,
    /// How to mend it; empty where it is fine.
    pub help: String,
}

/// What is said of a matter.
struct Chart(Vec<Diagnosis>);

impl Chart {
    fn fine(&mut self, code: &'static str, message: impl Into<String>) {
        let (message, help) = (message.into(), String::new());
        self.0.push(Diagnosis { code, severity: Severity::Fine, message, help });
    }

    fn warn(&mut self, code: &'static str, message: impl Into<String>, help: &str) {
        let (message, help) = (message.into(), help.to_owned());
        self.0.push(Diagnosis { code, severity: Severity::Warning, message, help });
    }

    fn problem(&mut self, code: &'static str, message: impl Into<String>, help: &str) {
        let (message, help) = (message.into(), help.to_owned());
        self.0.push(Diagnosis { code, severity: Severity::Problem, message, help });
    }
}

const SERVER: &str = "SELECT
    CAST(CURRENT_SETTING('server_version_num') AS integer) AS version,
    CURRENT_SETTING('server_version') AS version_text,
    CURRENT_SETTING('server_encoding') AS encoding,
    CURRENT_SETTING('default_transaction_isolation') AS isolation,
    CURRENT_SETTING('transaction_read_only') = 'on' AS read_only,
    PG_IS_IN_RECOVERY() AS standby,
    CURRENT_SETTING('fsync') = 'on' AND CURRENT_SETTING('full_page_writes') = 'on' AS durable,
    CURRENT_SETTING('synchronous_commit') AS synchronous_commit,
    CAST(CURRENT_USER AS text) AS role,
    rolsuper AS superuser,
    rolsuper OR rolbypassrls AS bypasses
    FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER";

const MIGRATIONS: &str = "SELECT TO_REGCLASS('tantamount_migrations') IS NOT NULL AS found,
    CASE WHEN TO_REGCLASS('tantamount_migrations') IS NOT NULL
    THEN HAS_TABLE_PRIVILEGE(TO_REGCLASS('tantamount_migrations'), 'SELECT') END AS readable";

const TABLES: &str = "SELECT wanted.name AS name, found.oid IS NOT NULL AS found,
    HAS_TABLE_PRIVILEGE(found.oid, 'SELECT') AS reads,
    HAS_TABLE_PRIVILEGE(found.oid, 'INSERT') AS inserts,
    HAS_ANY_COLUMN_PRIVILEGE(found.oid, 'UPDATE') AS updates,
    HAS_TABLE_PRIVILEGE(found.oid, 'DELETE') AS deletes,
    PG_HAS_ROLE(found.relowner, 'USAGE') AS owns,
    found.relrowsecurity AS secured, found.relforcerowsecurity AS forced,
    CAST(found.relnamespace AS regnamespace)::text AS schema,
    EXISTS (SELECT 1 FROM pg_catalog.pg_policy WHERE polrelid = found.oid AND polname = 'tantamount_scope') AS has_policy,
    (SELECT COUNT(*) FROM pg_catalog.pg_policy WHERE polrelid = found.oid AND polname <> 'tantamount_scope' AND polpermissive) AS other_policies,
    (SELECT COUNT(*) FROM pg_catalog.pg_constraint WHERE conrelid = found.oid AND NOT convalidated) AS unvalidated
    FROM UNNEST(CAST($1 AS text[])) WITH ORDINALITY AS wanted (name, place)
    LEFT JOIN pg_catalog.pg_class AS found ON found.oid = TO_REGCLASS(QUOTE_IDENT(wanted.name))
    ORDER BY wanted.place";

/// A table, as it was found.
struct Table {
    name: String,
    is_found: bool,
    may: [Option<bool>; 4],
    owns: Option<bool>,
    is_secured: Option<bool>,
    is_forced: Option<bool>,
    schema: Option<String>,
    has_policy: bool,
    other_policies: i64,
    unvalidated: i64,
}

impl<R: Storage> Ledger<R> {
    /// Examines the server, the tables, the role and the policies. It reads the catalog only.
    ///
    /// # Errors
    /// [`Error::Database`], where the server cannot be asked.
    pub async fn diagnose(&self) -> Result<Vec<Diagnosis>, Error> {
        Operation::of::<R>("diagnose").observe(self.examine(), observe::done).await
    }

    async fn examine(&self) -> Result<Vec<Diagnosis>, Error> {
        let mut connection = self.pool().acquire().await?;
        let mut chart = Chart(Vec::new());
        let bypasses = server(&mut connection, &mut chart).await?;
        migrations::<R>(&mut connection, &mut chart).await?;
        let tables = tables::<R>(&mut connection).await?;
        let missing = listed(tables.iter().filter(|table| !table.is_found));
        if !missing.is_empty() {
            chart.problem(
                "tables",
                format!("missing, or not in the search path: {missing}"),
                "run `tantamount migrate`, or name the schema in the search path of the role or the address",
            );
            return Ok(chart.0);
        }
        privileges::<R>(&tables, &mut chart);
        constraints(&tables, &mut chart);
        row_security::<R>(&tables, bypasses, &mut chart);
        distribution::<R>(&mut connection, &mut chart).await?;
        Ok(chart.0)
    }
}

/// Examines the server; tells whether the role is above policies.
async fn server(connection: &mut PgConnection, chart: &mut Chart) -> Result<bool, Error> {
    let row = sqlx::query(SERVER).fetch_one(connection).await?;
    let version: String = row.try_get("version_text")?;
    if row.try_get::<i32, _>("version")? >= OLDEST {
        chart.fine("server_version", format!("PostgreSQL {version}"));
    } else {
        let help = "upgrade the server to PostgreSQL 15 or later";
        chart.problem("server_version", format!("PostgreSQL {version} is too old"), help);
    }
    let encoding: String = row.try_get("encoding")?;
    if encoding == "UTF8" {
        chart.fine("encoding", "the database's encoding is UTF8");
    } else {
        let help = "create a database with `ENCODING 'UTF8' TEMPLATE template0` and move there";
        chart.problem("encoding", format!("the database's encoding is {encoding}"), help);
    }
    let isolation: String = row.try_get("isolation")?;
    chart.fine("isolation", format!("transactions are {isolation} by default; any level will do"));
    match (row.try_get::<bool, _>("standby")?, row.try_get::<bool, _>("read_only")?) {
        (true, _) => chart.problem(
            "writable",
            "the server is a standby, which takes no writes",
            "give the address of the primary, `target_session_attrs=read-write` where there are several",
        ),
        (false, true) => chart.problem(
            "writable",
            "transactions are read only",
            "set `default_transaction_read_only` to `off` for the role and the database",
        ),
        (false, false) => chart.fine("writable", "the server takes writes"),
    }
    let synchronous: String = row.try_get("synchronous_commit")?;
    if !row.try_get::<bool, _>("durable")? {
        let help = "set `fsync` and `full_page_writes` to `on`";
        chart.warn("durability", "a crash of the machine may destroy the database", help);
    } else if synchronous == "off" {
        let help = "set `synchronous_commit` to `on` for the role that appends";
        chart.warn("durability", "a crash may lose what was answered as applied", help);
    } else {
        chart.fine("durability", "what was answered as applied outlasts a crash");
    }
    let role: String = row.try_get("role")?;
    if row.try_get::<bool, _>("superuser")? {
        chart.warn(
            "role",
            format!("the role `{role}` is a superuser"),
            "append as a role of its own: `tantamount secure --application ROLE`",
        );
    } else {
        chart.fine("role", format!("the role is `{role}`"));
    }
    Ok(row.try_get("bypasses")?)
}

/// Holds what was applied against what this version brings.
async fn migrations<R: Storage>(
    connection: &mut PgConnection,
    chart: &mut Chart,
) -> Result<(), Error> {
    let code = "migrations";
    let found = sqlx::query(MIGRATIONS).fetch_one(&mut *connection).await?;
    if !found.try_get::<bool, _>("found")? {
        chart.problem(code, "nothing was migrated yet", "run `tantamount migrate`");
        return Ok(());
    }
    if found.try_get::<Option<bool>, _>("readable")? != Some(true) {
        chart.warn(
            code,
            "the role may not read which migrations were applied",
            "grant it SELECT on `tantamount_migrations`, or ask as the role that migrates",
        );
        return Ok(());
    }
    let mut applied = BTreeMap::new();
    let rows = sqlx::query(APPLIED).bind(family(R::plan())).fetch_all(connection).await;
    let rows = match rows {
        // The table is of a version that knew one schema only.
        Err(error)
            if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("42703") =>
        {
            chart.problem(
                code,
                "the migrations are of an older version",
                "run `tantamount migrate`",
            );
            return Ok(());
        }
        rows => rows?,
    };
    for row in rows {
        applied.insert(row.try_get::<i32, _>("version")?, row.try_get::<String, _>("checksum")?);
    }
    let mut missing = Vec::new();
    let mut changed = Vec::new();
    for migration in R::relation().migrations {
        match applied.remove(&migration.version) {
            None => missing.push(migration.version.to_string()),
            Some(stored) if stored == Digest::of(migration.sql.as_bytes()).to_string() => {}
            Some(_) => changed.push(migration.version.to_string()),
        }
    }
    let count = R::relation().migrations.len();
    if !missing.is_empty() {
        let message = format!("not applied yet: {}", missing.join(", "));
        chart.problem(code, message, "run `tantamount migrate`");
    }
    if !changed.is_empty() {
        chart.problem(
            code,
            format!("applied with other contents: {}", changed.join(", ")),
            "a released migration was edited: restore it, and bring the change in a new version",
        );
    }
    if !applied.is_empty() {
        let unknown: Vec<String> = applied.keys().map(ToString::to_string).collect();
        chart.problem(
            code,
            format!("applied, and not known here: {}", unknown.join(", ")),
            "this program is older than the database: update it",
        );
    }
    if missing.is_empty() && changed.is_empty() && applied.is_empty() {
        chart.fine(code, format!("all {count} are applied as they are here"));
    }
    Ok(())
}

async fn tables<R: Storage>(connection: &mut PgConnection) -> Result<Vec<Table>, Error> {
    let names = R::relation().operations.tables.to_vec();
    let rows = sqlx::query(TABLES).bind(names).fetch_all(connection).await?;
    let tables = rows.iter().map(|row| {
        Ok(Table {
            name: row.try_get("name")?,
            is_found: row.try_get("found")?,
            may: [
                row.try_get("reads")?,
                row.try_get("inserts")?,
                row.try_get("updates")?,
                row.try_get("deletes")?,
            ],
            owns: row.try_get("owns")?,
            is_secured: row.try_get("secured")?,
            is_forced: row.try_get("forced")?,
            schema: row.try_get("schema")?,
            has_policy: row.try_get("has_policy")?,
            other_policies: row.try_get("other_policies")?,
            unvalidated: row.try_get("unvalidated")?,
        })
    });
    tables.collect::<Result<_, sqlx::Error>>().map_err(Error::from)
}

/// `a`, `b`
fn listed<'t>(tables: impl Iterator<Item = &'t Table>) -> String {
    let names: Vec<String> = tables.map(|table| format!("`{}`", table.name)).collect();
    names.join(", ")
}

fn privileges<R: Storage>(tables: &[Table], chart: &mut Chart) {
    let [reads, inserts] = [0, 1].map(|privilege| {
        listed(tables.iter().filter(|table| table.may.get(privilege) != Some(&Some(true))))
    });
    // What is locked: the parent, and the window's table.
    let window = R::relation().window.is_some();
    let locked = tables.iter().enumerate().filter(|(index, table)| {
        let is_parent = *index == 0 && R::relation().parent.is_some();
        let elements = R::relation().elements.as_ref().map(|elements| elements.table);
        let elements = elements.and_then(|table| R::relation().tables.get(table));
        is_parent || (window && elements.is_some_and(|elements| elements.name == table.name))
    });
    let updates = listed(
        locked.map(|(_, table)| table).filter(|table| table.may.get(2) != Some(&Some(true))),
    );
    let mut lacking = Vec::new();
    for (what, tables) in [("SELECT", reads), ("INSERT", inserts), ("UPDATE of a column", updates)]
    {
        if !tables.is_empty() {
            lacking.push(format!("{what} on {tables}"));
        }
    }
    let help = "as the tables' owner, run `tantamount secure --application ROLE`";
    if !lacking.is_empty() {
        let message = format!("the role may not append; it lacks {}", lacking.join("; "));
        chart.problem("privileges", message, help);
    } else if tables.iter().any(|table| table.owns == Some(true)) {
        chart.warn("privileges", "the role owns the tables: it can drop and change them", help);
    } else if tables.iter().any(|table| table.may.get(3) == Some(&Some(true))) {
        chart.fine("privileges", "the role may append and delete, and owns nothing");
    } else {
        chart.fine("privileges", "the role may append, and owns nothing");
    }
    let mut schemas: Vec<&str> =
        tables.iter().filter_map(|table| table.schema.as_deref()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    match schemas.as_slice() {
        [one] => chart.fine("tables", format!("all are in the schema {one}")),
        several => chart.problem(
            "tables",
            format!("they are found in several schemas: {}", several.join(", ")),
            "leave one schema with such tables in the search path",
        ),
    }
}

fn constraints(tables: &[Table], chart: &mut Chart) {
    let unvalidated = listed(tables.iter().filter(|table| table.unvalidated > 0));
    if unvalidated.is_empty() {
        chart.fine("constraints", "all constraints were checked on all rows");
    } else {
        chart.warn(
            "constraints",
            format!("constraints were not checked on old rows of {unvalidated}"),
            "run `tantamount migrate`; where a row breaks one, mend it and migrate again",
        );
    }
}

fn row_security<R: Storage>(tables: &[Table], bypasses: bool, chart: &mut Chart) {
    let code = "row_security";
    let help = "as the tables' owner, run `tantamount secure --row-security`";
    if R::relation().operations.row_security.is_none() {
        chart.fine(code, "the schema has no scope, so there are no tenants to keep apart");
        return;
    }
    let is_held = |table: &&Table| {
        table.is_secured == Some(true) && table.is_forced == Some(true) && table.has_policy
    };
    let held = tables.iter().filter(is_held).count();
    let touched = tables.iter().any(|table| table.is_secured == Some(true) || table.has_policy);
    let other = listed(tables.iter().filter(|table| table.other_policies > 0));
    if !touched {
        chart.fine(code, format!("it is off; {help} to have the database keep tenants apart"));
    } else if held < tables.len() {
        let open = listed(tables.iter().filter(|table| !is_held(table)));
        chart.problem(code, format!("it is on, but not for {open}"), help);
    } else if !other.is_empty() {
        chart.problem(
            code,
            format!("other permissive policies let more through on {other}"),
            "drop them, or make them restrictive",
        );
    } else if bypasses {
        chart.warn(
            code,
            "it is on, but the role is above it",
            "append as a role without SUPERUSER and BYPASSRLS",
        );
    } else {
        chart.fine(code, "it is on for all tables, owners included");
    }
}

/// Where Citus is there, all tables are distributed together or none is.
async fn distribution<R: Storage>(
    connection: &mut PgConnection,
    chart: &mut Chart,
) -> Result<(), Error> {
    let citus =
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AS found";
    if !sqlx::query(citus).fetch_one(&mut *connection).await?.try_get::<bool, _>("found")? {
        return Ok(());
    }
    let count = "SELECT COUNT(DISTINCT logicalrelid) AS tables, COUNT(DISTINCT colocationid) AS groups
        FROM pg_dist_partition
        WHERE logicalrelid IN (SELECT TO_REGCLASS(QUOTE_IDENT(name)) FROM UNNEST(CAST($1 AS text[])) AS name)";
    let names = R::relation().operations.tables;
    let row = sqlx::query(AssertSqlSafe(count)).bind(names.to_vec()).fetch_one(connection).await?;
    let tables = usize::try_from(row.try_get::<i64, _>("tables")?).unwrap_or_default();
    let help = "run `tantamount migrate --engine citus`";
    match (tables, row.try_get::<i64, _>("groups")?) {
        (0, _) => chart.warn("distribution", "Citus is there, and no table is distributed", help),
        (count, 1) if count == names.len() => {
            chart.fine("distribution", "all tables are distributed together");
        }
        _ => chart.problem("distribution", "some tables are not where the others are", help),
    }
    Ok(())
}
