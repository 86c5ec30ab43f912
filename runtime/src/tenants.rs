//! Tenants: ledgers that the database itself holds to one scope.
//!
//! The policies of [`Security`](crate::Security) show and take rows of the scope that the session
//! names in the setting `tantamount.scope`. A ledger of a [`TenantPool`] names it.

use crate::append::scope_values;
use crate::error::{Error, Named};
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::{ParentKey as _, Storage};
use crate::retry::repeat;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, Postgres};
use sqlx::{AssertSqlSafe, Row as _, Transaction};
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use tantamount_core::json::Output;

/// The setting that says whose rows a session sees: a JSON object with the scope's members.
pub const SCOPE_SETTING: &str = "tantamount.scope";

const HOLD: &str = "SELECT SET_CONFIG('tantamount.scope', $1, FALSE)";
const FORGET: &str = "SELECT SET_CONFIG('tantamount.scope', '', FALSE)";
const IS_HELD: &str =
    "SELECT COALESCE(BOOL_AND(ROW_SECURITY_ACTIVE(QUOTE_IDENT(name))), FALSE) AS held
FROM UNNEST($1::text[]) AS name";

/// What `tantamount.scope` says for a scope: `{"organization_id":null}`.
#[must_use]
pub fn scope_setting<R: Storage>(scope: &R::Scope) -> String {
    let mut out = Output::new();
    out.begin_object();
    for (name, value) in R::relation().scope.iter().zip(scope_values::<R>(scope)) {
        out.name(name);
        out.raw(&value);
    }
    out.end_object();
    out.into_string()
}

/// A pool for ledgers that are each held to one scope. A connection is told the scope when it is
/// taken, and forgets it before it is taken again, whatever became of the work in between: one that
/// cannot forget is closed. So whoever takes a connection without naming a scope sees nothing.
///
/// The scope is the session's, which a proxy that shares sessions between transactions (PgBouncer's
/// `pool_mode = transaction`) would mix up: there, use [`Ledger::begin_scoped`] and
/// [`append_tx`](Ledger::append_tx).
#[derive(Clone)]
pub struct TenantPool {
    pool: PgPool,
}

impl fmt::Debug for TenantPool {
    /// Shows nothing of the connections, whose address may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantPool").finish_non_exhaustive()
    }
}

impl TenantPool {
    /// A pool by these options; connections are made when they are needed. The options' own
    /// `after_release` is replaced.
    #[must_use]
    pub fn new(options: PgPoolOptions, server: PgConnectOptions) -> TenantPool {
        let options = options.after_release(|connection, _| {
            Box::pin(async move {
                sqlx::query(FORGET).execute(connection).await?;
                Ok(true)
            })
        });
        TenantPool { pool: options.connect_lazy_with(server) }
    }

    /// The pool. Connections that are taken from it here see no rows until they name a scope.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The ledger of one scope: whatever it is asked, the database shows it rows of this scope
    /// alone. What belongs to another is not there: [`Error::ParentNotFound`], or, of a request
    /// under another scope than the ledger's, and of a parent to open whose id another scope has,
    /// [`Error::ScopeMismatch`]. It is cheap to make, so make one per request.
    ///
    /// It takes one round trip more than a ledger that is not held.
    #[must_use]
    pub fn ledger<R: Storage>(&self, scope: &R::Scope) -> Ledger<R> {
        let mut ledger = Ledger::of(self.pool.clone());
        ledger.held_to = Some(Arc::from(scope_setting::<R>(scope)));
        ledger
    }
}

impl<R: Storage> Ledger<R> {
    /// Begins a transaction, held to a scope until it ends; the setting is made in the round trip
    /// that begins it. It suits any pool and any proxy.
    ///
    /// ```no_run
    /// # use tantamount_runtime::{Error, Ledger, PgPool, RunId};
    /// # use tantamount_schema::{AppendRequest, MutationKey, Scope};
    /// # async fn example(ledger: Ledger, run: RunId, key: MutationKey, request: tantamount_core::Canonical<'_, AppendRequest>) -> Result<(), Error> {
    /// let mut transaction = ledger.begin_scoped(request.scope()).await?;
    /// let outcome = ledger.append_tx(&mut transaction, run, &key, &request, None).await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn begin_scoped(
        &self,
        scope: &R::Scope,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        // The text goes in as hexadecimal digits, so there is nothing in it to be quoted.
        let mut digits = String::new();
        for byte in scope_setting::<R>(scope).bytes() {
            let _ = write!(digits, "{byte:02x}");
        }
        let begin = format!(
            "BEGIN; SELECT SET_CONFIG('{SCOPE_SETTING}', CONVERT_FROM(DECODE('{digits}', 'hex'), 'UTF8'), TRUE)"
        );
        Ok(self.pool().begin_with(AssertSqlSafe(begin)).await?)
    }

    /// Whether the database holds the pool's user to the scope that a session names: row-level
    /// security is on for every table, and the user is none whom it does not bind. What has no scope
    /// of its own in a call ([`Ledger::verify`], [`Ledger::prune`], [`Ledger::backfill`]) is at
    /// everybody's rows where this is `false`.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn is_held(&self) -> Result<bool, Error> {
        let tables = R::relation().operations.tables;
        let held = repeat!(self, connection => held(&mut connection, tables));
        Operation::of::<R>("is_held").observe(held, observe::done).await
    }

    /// Names the scope that the ledger is held to, where it is.
    pub(crate) async fn hold(&self, connection: &mut PgConnection) -> Result<(), Error> {
        if let Some(scope) = &self.held_to {
            sqlx::query(HOLD).bind(scope.as_ref()).execute(connection).await?;
        }
        Ok(())
    }

    /// A request of another scope than the ledger's is refused before a statement.
    pub(crate) fn in_scope(&self, parent: R::Parent, scope: &R::Scope) -> Result<(), Error> {
        match &self.held_to {
            Some(held) if held.as_ref() != scope_setting::<R>(scope) => {
                Err(Error::ScopeMismatch { parent: Named::of::<R>(parent) })
            }
            _ => Ok(()),
        }
    }

    /// Where requests are appended to nothing, a key that another scope has is neither seen nor free,
    /// which looks as if others wrote and deleted it all the time.
    pub(crate) fn hidden(&self, parent: R::Parent, error: Error) -> Error {
        let is_hidden = self.held_to.is_some() && parent.id().is_none();
        match error {
            Error::RetryTransaction { source: None } if is_hidden => {
                Error::ScopeMismatch { parent: Named::of::<R>(parent) }
            }
            other => other,
        }
    }
}

async fn held(connection: &mut PgConnection, tables: &[&str]) -> Result<bool, Error> {
    let row = sqlx::query(IS_HELD).bind(tables).fetch_one(connection).await?;
    Ok(row.try_get("held")?)
}
