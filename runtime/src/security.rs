//! Policies and privileges: who sees and does what.

use crate::error::Error;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::Storage;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

/// Who sees and does what: policies and privileges to set. All of them may be set again at any time;
/// what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Security<'s> {
    /// Whether policies keep scopes apart. With them a session sees and writes rows of the scope that
    /// it names in `tantamount.scope`, and none where it names none; owners are held to them too.
    /// Of a schema without a scope this means nothing.
    pub row_security: Option<bool>,
    /// The role that appends: it owns nothing, reads and inserts, and sets the status of parents and
    /// windows.
    pub application: Option<&'s str>,
    /// The role that examines and prunes: it reads and deletes.
    pub maintenance: Option<&'s str>,
}

/// A name in double quotes.
fn named(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string, whatever `standard_conforming_strings` says.
fn text(value: &str) -> String {
    format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

/// Who grants what is not theirs to grant is only warned by the server; here that is an error.
fn granted_check(role: &str, tables: &[&str]) -> String {
    let tables: Vec<String> = tables.iter().map(|table| text(&named(table))).collect();
    format!(
        "SELECT CAST(CASE WHEN HAS_SCHEMA_PRIVILEGE({role}, CURRENT_SCHEMA(), 'USAGE') AND \
         (SELECT BOOL_AND(HAS_TABLE_PRIVILEGE({role}, name, 'SELECT')) FROM UNNEST(ARRAY[{}]) AS name) \
         THEN '1' ELSE 'not granted: run this as the owner of the tables and of their schema' END AS integer)",
        tables.join(", "),
        role = text(role),
    )
}

impl Security<'_> {
    /// The statements, for a schema's tables.
    #[must_use]
    pub fn script<R: Storage>(&self) -> String {
        let operations = R::relation().operations;
        let mut sql = String::new();
        match (self.row_security, operations.row_security) {
            (Some(true), Some(policies)) => sql.push_str(policies),
            (Some(false), Some(_)) => {
                for table in operations.tables {
                    let table = named(table);
                    sql.push_str(&format!(
                        "DROP POLICY IF EXISTS \"tantamount_scope\" ON {table};\n\
                         ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, \
                         DISABLE ROW LEVEL SECURITY;\n"
                    ));
                }
            }
            _ => {}
        }
        for (role, text, variable) in [
            (self.application, operations.application, "application"),
            (self.maintenance, operations.maintenance, "maintenance"),
        ] {
            let Some(role) = role else { continue };
            // Quotes within a table's name are doubled, so nothing else reads so.
            let granted = format!(" TO {};", named(role));
            sql.push_str(&text.replace(&format!(" TO :\"{variable}\";"), &granted));
            sql.push_str(&format!("GRANT SELECT ON tantamount_migrations{granted}\n"));
        }
        sql
    }

    fn roles(&self) -> impl Iterator<Item = &str> {
        [self.application, self.maintenance].into_iter().flatten()
    }
}

impl<R: Storage> Ledger<R> {
    /// Sets policies and privileges, in one transaction. Roles that are named get the use of the
    /// tables' schema besides.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn secure(&self, security: &Security<'_>) -> Result<(), Error> {
        Operation::of::<R>("secure").observe(self.set(security), observe::done).await
    }

    async fn set(&self, security: &Security<'_>) -> Result<(), Error> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin().await?;
        let script = security.script::<R>();
        sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut *transaction).await?;
        for role in security.roles() {
            let schema = sqlx::query("SELECT QUOTE_IDENT(CURRENT_SCHEMA()) AS schema");
            let schema: String = schema.fetch_one(&mut *transaction).await?.try_get("schema")?;
            let usage = format!("GRANT USAGE ON SCHEMA {schema} TO {}", named(role));
            sqlx::raw_sql(AssertSqlSafe(usage)).execute(&mut *transaction).await?;
            let check = granted_check(role, R::relation().operations.tables);
            sqlx::raw_sql(AssertSqlSafe(check)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Distributes the tables over the servers of a Citus cluster, by what leads their keys; those
    /// that are distributed already stay. The address is the coordinator's.
    ///
    /// # Errors
    /// [`Error::NotDistributable`] where nothing leads the keys of all tables, or where the database
    /// has no Citus; [`Error::NotMigrated`], [`Error::Database`].
    pub async fn distribute(&self) -> Result<(), Error> {
        Operation::of::<R>("distribute").observe(self.spread(), observe::done).await
    }

    async fn spread(&self) -> Result<(), Error> {
        let Some(statements) = R::relation().operations.distribution else {
            let reason = "no column leads the keys of all tables";
            return Err(Error::NotDistributable { reason });
        };
        let mut connection = self.connection().await?;
        let found = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') AS found";
        let found = sqlx::query(found).fetch_one(&mut *connection).await?;
        if !found.try_get::<bool, _>("found")? {
            let reason = "the database has no extension `citus`: create it on all servers first";
            return Err(Error::NotDistributable { reason });
        }
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql(statements).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
