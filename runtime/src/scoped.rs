//! The ledger as one scope sees it.

use crate::append::scope_values;
use crate::entries::{self, Entry, EntrySummary};
use crate::error::Error;
use crate::identity::ParentId;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::parents::{self, Change, Parent};
use crate::relation::{Row, Storage};
use crate::retry::repeat;
use crate::rows;
use sqlx::postgres::{PgArguments, PgConnection, Postgres};
use sqlx::query::Query;
use sqlx::{Connection as _, Transaction};
use std::fmt;

/// The ledger as one scope sees it: what belongs to another is not there. There is no other way to
/// what the ledger holds, so whoever asks says for whom.
///
/// Each statement names the scope itself, so what is another's is neither read, nor locked, nor
/// waited for, and is told from what is not there by nothing. Of a schema without a scope it is
/// [`NoScope`](tantamount_core::NoScope), which sees all.
///
/// Where other transactions are in the way, or the connection is lost, every call is tried again, as
/// the ledger's [`RetryPolicy`](crate::RetryPolicy) says.
pub struct Scoped<'l, R: Storage> {
    ledger: &'l Ledger<R>,
    scope: &'l R::Scope,
}

impl<R: Storage> Ledger<R> {
    /// The ledger as a scope sees it.
    ///
    /// ```no_run
    /// # use tantamount_runtime::{Ledger, RunId};
    /// # use tantamount_schema::{MutationKey, Scope};
    /// # async fn example(ledger: Ledger, run: RunId, key: MutationKey, scope: Scope) -> Result<(), Box<dyn std::error::Error>> {
    /// let own = ledger.under(&scope);
    /// if own.lookup(run, &key).await?.is_some() {
    ///     own.close_window(run, "gate").await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn under<'l>(&'l self, scope: &'l R::Scope) -> Scoped<'l, R> {
        Scoped { ledger: self, scope }
    }
}

impl<R: Storage> fmt::Debug for Scoped<'_, R> {
    /// Shows nothing of the scope's values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}

impl<R: Storage> Scoped<'_, R> {
    /// What the ledger holds under a key; `None` where it holds nothing of this scope's.
    ///
    /// # Errors
    /// [`Error::StoredRowUnreadable`], [`Error::NotMigrated`], [`Error::Database`].
    pub async fn lookup(&self, parent: R::Parent, key: &R::Key) -> Result<Option<Entry>, Error> {
        let key = R::key_text(key);
        let read = repeat!(self.ledger, connection => entries::entry::<R>(&mut connection, self.scope, parent, key));
        Operation::of::<R>("lookup").observe(read, observe::found).await
    }

    /// The elements of a type that a request wrote into their table, in the order of their keys (of
    /// a list in its order), with those that they hold; `None` where the ledger has nothing of this
    /// scope's under the key. They are what stands in the tables now: what inherits from the scope
    /// or has a default says so, what was never there is left out, and so is an empty array that may
    /// be left out.
    ///
    /// # Errors
    /// [`Error::StoredRowUnreadable`] where a row is not what the type allows, or the ledger's row
    /// is of an older system and has no id; [`Error::NotMigrated`], [`Error::Database`].
    pub async fn rows<T: Row<R>>(
        &self,
        parent: R::Parent,
        key: &R::Key,
    ) -> Result<Option<Vec<T>>, Error> {
        let key = R::key_text(key);
        let read = repeat!(self.ledger, connection => rows::rows::<R, T>(&mut connection, self.scope, parent, key));
        Operation::of::<R>("rows").observe(read, observe::found).await
    }

    /// Everything that was appended to a parent, the oldest first; where there is no parent, all
    /// that the ledger holds of this scope's.
    ///
    /// # Errors
    /// [`Error::StoredRowUnreadable`], [`Error::NotMigrated`], [`Error::Database`].
    pub async fn history(&self, parent: R::Parent) -> Result<Vec<EntrySummary>, Error> {
        let read = repeat!(self.ledger, connection => entries::history::<R>(&mut connection, self.scope, parent));
        Operation::of::<R>("history").observe(read, observe::done).await
    }
}

impl<R: Storage<Parent = ParentId>> Scoped<'_, R> {
    /// A parent; `None` where this scope has none of this id.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn parent(&self, parent: ParentId) -> Result<Option<Parent>, Error> {
        let read = repeat!(self.ledger, connection => parents::read::<R>(&mut connection, self.scope, parent));
        Operation::of::<R>("parent").observe(read, observe::found).await
    }

    /// Lets a window wait for requests. One that waits already is left as it is.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], also where the parent is another scope's; [`Error::ParentClosed`],
    /// [`Error::WindowNotFound`].
    pub async fn open_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.change("open_window", parent, &Change::SetWindow { key, open: true }).await
    }

    /// Closes a window: later appends that name it are refused, replays are answered still. One
    /// that is closed already is left as it is.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], also where the parent is another scope's;
    /// [`Error::WindowNotFound`].
    pub async fn close_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.change("close_window", parent, &Change::SetWindow { key, open: false }).await
    }

    /// Ends a parent: later appends are refused, replays are answered still. Ending it again with
    /// the same status changes nothing.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], also where the parent is another scope's;
    /// [`Error::UnknownStatus`] where the status is none of the schema's terminal ones,
    /// [`Error::ParentClosed`] where it ended with another status.
    pub async fn finish(&self, parent: ParentId, status: &str) -> Result<(), Error> {
        self.change("finish", parent, &Change::Finish { status }).await
    }

    async fn change(
        &self,
        operation: &'static str,
        parent: ParentId,
        change: &Change<'_>,
    ) -> Result<(), Error> {
        let work = self.ledger.change(parent, self.scope, change);
        Operation::of::<R>(operation).observe(work, observe::done).await
    }
}

/// A statement whose last parameters are the scope.
pub(crate) fn of_scope<'q, R: Storage>(
    query: Query<'q, Postgres, PgArguments>,
    scope: &R::Scope,
) -> Query<'q, Postgres, PgArguments> {
    scope_values::<R>(scope).fold(query, Query::bind)
}

/// Begins the snapshot in which several statements read. There is nothing to commit, so nobody waits
/// for its end: the pool rolls it back as it takes the connection again.
pub(crate) async fn snapshot(
    connection: &mut PgConnection,
) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
}
