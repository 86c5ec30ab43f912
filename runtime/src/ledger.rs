//! The ledger.

use crate::append::Append;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::relation::Storage;
use crate::retry::Attempts;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection as _, Postgres, Row as _};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tantamount_core::{Canonical, json};
use tantamount_schema::AppendRequest;

const ENCODING: &str = "SELECT CURRENT_SETTING('server_encoding') AS encoding";

/// The ledger of a database: appends each request once.
///
/// It holds a pool and is cheap to clone. `R` is the root type of a schema, the append request
/// where nothing else is said.
pub struct Ledger<R = AppendRequest> {
    pool: PgPool,
    /// Whether a connection was found to be of an encoding that keeps the meaning of JSON texts.
    checked: Arc<AtomicBool>,
    request: PhantomData<fn() -> R>,
}

impl Ledger<AppendRequest> {
    /// The ledger of append requests.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Ledger::of(pool)
    }
}

impl<R> Clone for Ledger<R> {
    fn clone(&self) -> Self {
        Ledger { pool: self.pool.clone(), checked: Arc::clone(&self.checked), request: PhantomData }
    }
}

impl<R> fmt::Debug for Ledger<R> {
    /// Shows nothing of the connection, whose address may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

impl<R: Storage> Ledger<R> {
    /// The ledger of another schema's requests.
    #[must_use]
    pub fn of(pool: PgPool) -> Self {
        Ledger { pool, checked: Arc::default(), request: PhantomData }
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Appends a request under a key to its parent (where there is none: [`NoParent`](crate::NoParent)): applied where the key is new, replayed where the
    /// same request was appended under it before, a conflict where another one was. Metadata is no
    /// part of the request; that of the first append stays.
    ///
    /// Where other transactions are in the way it tries again, a bounded number of times.
    ///
    /// # Errors
    /// In the order in which they are looked for: [`Error::ParentNotFound`],
    /// [`Error::ScopeMismatch`]; and where the ledger does not know the key,
    /// [`Error::WindowNotFound`], [`Error::WindowNotOpen`], [`Error::ParentClosed`],
    /// [`Error::KeyTaken`], [`Error::UnknownReference`]. With any of them nothing was written.
    pub async fn append(
        &self,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let append = self.begin(parent, key, request, metadata)?;
        let mut attempts = Attempts::default();
        loop {
            let mut connection = self.connection().await?;
            match append.run(&mut connection).await {
                Err(error) if error.is_raced() && attempts.again().await => {}
                done => return done,
            }
        }
    }

    /// [`Ledger::append`] within a transaction of the caller's: what it wrote is there when that
    /// is committed, and not otherwise. Nothing is tried again here.
    ///
    /// # Errors
    /// As [`Ledger::append`]; and [`Error::RetryTransaction`] where another transaction was in the
    /// way: roll back, and run the whole transaction again. After an error of a check the
    /// transaction can go on; after one of the database it cannot.
    pub async fn append_tx(
        &self,
        connection: &mut PgConnection,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let append = self.begin(parent, key, request, metadata)?;
        self.check_encoding(connection).await?;
        append.run(connection).await.map_err(Error::in_transaction)
    }

    /// What [`Ledger::append`] would do: everything is tried out in a transaction that is rolled
    /// back.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub async fn append_check(
        &self,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
    ) -> Result<Outcome, Error> {
        let append = self.begin(parent, key, request, None)?;
        let mut attempts = Attempts::default();
        loop {
            match self.try_out(&append).await {
                Err(error) if error.is_raced() && attempts.again().await => {}
                Ok(Outcome::Applied(_)) => return Ok(Outcome::WouldApply),
                done => return done,
            }
        }
    }

    async fn try_out(&self, append: &Append<'_, '_, R>) -> Result<Outcome, Error> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.begin().await?;
        let outcome = append.run(&mut transaction).await?;
        transaction.rollback().await?;
        Ok(outcome)
    }

    fn begin<'r, 'd>(
        &self,
        parent: R::Parent,
        key: &'r R::Key,
        request: &'r Canonical<'d, R>,
        metadata: Option<&'r json::Text>,
    ) -> Result<Append<'r, 'd, R>, Error> {
        let key = R::key_text(key);
        if key.is_empty() || key.contains('\0') {
            return Err(Error::InvalidKey);
        }
        Ok(Append { parent, key, request, metadata })
    }

    /// A connection of the pool, to a database whose encoding keeps the meaning of JSON texts.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        let mut connection = self.pool.acquire().await?;
        self.check_encoding(&mut connection).await?;
        Ok(connection)
    }

    async fn check_encoding(&self, connection: &mut PgConnection) -> Result<(), Error> {
        if self.checked.load(Ordering::Relaxed) {
            return Ok(());
        }
        let row = sqlx::query(ENCODING).fetch_one(connection).await?;
        let found: String = row.try_get("encoding")?;
        if found != "UTF8" {
            return Err(Error::Encoding { found });
        }
        self.checked.store(true, Ordering::Relaxed);
        Ok(())
    }
}
