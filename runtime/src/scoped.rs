//! The ledger as one scope sees it.

use crate::append::{of_row, scope_values};
use crate::entries::{Entry, EntrySummary};
use crate::error::{Error, Named};
use crate::identity::ParentId;
use crate::ledger::Ledger;
use crate::parents::Parent;
use crate::relation::{Row, Storage};
use sqlx::Row as _;
use std::fmt;

/// The ledger as one scope sees it: what belongs to another is not there. Whoever answers a
/// tenant's call asks here; [`Ledger`]'s own reads are for whoever may see all of it.
///
/// A scope never changes once it is stored, so it is asked for first, by a statement of its own;
/// what is another's is neither read nor locked.
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
    /// [`Ledger::lookup`]; `None` too where the row is another scope's.
    ///
    /// # Errors
    /// As [`Ledger::lookup`].
    pub async fn lookup(&self, parent: R::Parent, key: &R::Key) -> Result<Option<Entry>, Error> {
        match self.sees(parent, R::key_text(key)).await? {
            true => self.ledger.lookup(parent, key).await,
            false => Ok(None),
        }
    }

    /// [`Ledger::rows`]; `None` too where they are another scope's.
    ///
    /// # Errors
    /// As [`Ledger::rows`].
    pub async fn rows<T: Row<R>>(
        &self,
        parent: R::Parent,
        key: &R::Key,
    ) -> Result<Option<Vec<T>>, Error> {
        match self.sees(parent, R::key_text(key)).await? {
            true => self.ledger.rows(parent, key).await,
            false => Ok(None),
        }
    }

    /// Whether the parent, or where there is none the key's row, is there and of this scope.
    async fn sees(&self, parent: R::Parent, key: &str) -> Result<bool, Error> {
        let mut query = of_row::<R>(R::relation().statements.lookup, parent, key);
        for value in scope_values::<R>(self.scope) {
            query = query.bind(value);
        }
        let mut connection = self.ledger.connection().await?;
        let row = query.fetch_optional(&mut *connection).await?;
        Ok(row.map(|row| row.try_get::<bool, _>("same_scope")).transpose()?.unwrap_or(false))
    }
}

impl<R: Storage<Parent = ParentId>> Scoped<'_, R> {
    /// [`Ledger::parent`]; `None` too where it is another scope's.
    ///
    /// # Errors
    /// As [`Ledger::parent`].
    pub async fn parent(&self, parent: ParentId) -> Result<Option<Parent>, Error> {
        match self.sees(parent, "").await? {
            true => self.ledger.parent(parent).await,
            false => Ok(None),
        }
    }

    /// [`Ledger::history`]; nothing where the parent is another scope's.
    ///
    /// # Errors
    /// As [`Ledger::history`].
    pub async fn history(&self, parent: ParentId) -> Result<Vec<EntrySummary>, Error> {
        match self.sees(parent, "").await? {
            true => self.ledger.history(parent).await,
            false => Ok(Vec::new()),
        }
    }

    /// [`Ledger::open_window`].
    ///
    /// # Errors
    /// As [`Ledger::open_window`]; [`Error::ParentNotFound`] too where the parent is another
    /// scope's.
    pub async fn open_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.own(parent).await?;
        self.ledger.open_window(parent, key).await
    }

    /// [`Ledger::close_window`].
    ///
    /// # Errors
    /// As [`Ledger::close_window`]; [`Error::ParentNotFound`] too where the parent is another
    /// scope's.
    pub async fn close_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.own(parent).await?;
        self.ledger.close_window(parent, key).await
    }

    /// [`Ledger::finish`].
    ///
    /// # Errors
    /// As [`Ledger::finish`]; [`Error::ParentNotFound`] too where the parent is another scope's.
    pub async fn finish(&self, parent: ParentId, status: &str) -> Result<(), Error> {
        self.own(parent).await?;
        self.ledger.finish(parent, status).await
    }

    async fn own(&self, parent: ParentId) -> Result<(), Error> {
        match self.sees(parent, "").await? {
            true => Ok(()),
            false => Err(Error::ParentNotFound { parent: Named::of::<R>(parent) }),
        }
    }
}
