//! The ledger.

use crate::append::Append;
use crate::database_error::{DatabaseError, Fate, READ_ONLY};
use crate::error::Error;
use crate::failure::Failure;
use crate::guess::Guess;
use crate::observe::Operation;
use crate::outcome::Outcome;
use crate::relation::Storage;
use crate::retry::RetryPolicy;
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
    policy: RetryPolicy,
    guess: Arc<Guess>,
    /// The scope that the database holds every connection to, as its setting says it.
    pub(crate) held_to: Option<Arc<str>>,
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
        Ledger {
            pool: self.pool.clone(),
            checked: Arc::clone(&self.checked),
            policy: self.policy,
            guess: Arc::clone(&self.guess),
            held_to: self.held_to.clone(),
            request: PhantomData,
        }
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
        Ledger {
            pool,
            checked: Arc::default(),
            policy: RetryPolicy::default(),
            guess: Arc::default(),
            held_to: None,
            request: PhantomData,
        }
    }

    /// The ledger with another policy of trying again.
    #[must_use]
    pub fn with_retry_policy(self, policy: RetryPolicy) -> Self {
        Ledger { policy, ..self }
    }

    /// How it tries its own transactions again.
    #[must_use]
    pub fn retry_policy(&self) -> RetryPolicy {
        self.policy
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
    /// Where other transactions are in the way, or the connection is lost, it tries again, as the
    /// [`RetryPolicy`] says. A lost connection leaves it open whether the request was applied; the
    /// next attempt asks the ledger, and so tells.
    ///
    /// # Errors
    /// In the order in which they are looked for: [`Error::ParentNotFound`],
    /// [`Error::ScopeMismatch`]; and where the ledger does not know the key,
    /// [`Error::WindowNotFound`], [`Error::WindowNotOpen`], [`Error::ParentClosed`],
    /// [`Error::KeyTaken`], [`Error::UnknownReference`]. With any of them nothing was written.
    /// [`Error::Database`] where the policy allows no further attempt, or none can help; its
    /// [`fate`](Error::fate) is [`Fate::Unknown`] where an attempt was lost and none after it got
    /// through.
    pub async fn append(
        &self,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let work = self.append_alone(parent, key, request, metadata);
        Operation::of::<R>("append").observe(work, Outcome::code).await
    }

    async fn append_alone(
        &self,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        self.in_scope(parent, request.scope())?;
        let append = self.begin(parent, key, request, metadata)?;
        let attempt =
            || async { self.attempt(&append).await.map_err(|error| self.hidden(parent, error)) };
        self.policy.repeat(attempt).await
    }

    /// One attempt, in the statement's own transaction.
    async fn attempt(&self, append: &Append<'_, '_, R>) -> Result<Outcome, Error> {
        let mut connection = self.connection().await?;
        let work = async {
            match append.run(&mut connection).await {
                Err(error) if error.sqlstate() == Some(READ_ONLY) => {
                    Box::pin(append.reread(&mut connection, error)).await
                }
                done => done,
            }
        };
        let done = self.policy.answer(work).await;
        release(connection, done)
    }

    /// [`Ledger::append`] within a transaction of the caller's: what it wrote is there when that
    /// is committed, and not otherwise. Nothing is tried again here.
    ///
    /// # Errors
    /// As [`Ledger::append`]; and [`Error::RetryTransaction`] where another transaction was in the
    /// way or the connection is lost: roll back, and run the whole transaction again, on another
    /// connection. After an error of a check the transaction can go on; after one of the database
    /// it cannot. [`Error::at_commit`] tells what a `COMMIT` that failed means.
    pub async fn append_tx(
        &self,
        connection: &mut PgConnection,
        parent: R::Parent,
        key: &R::Key,
        request: &Canonical<'_, R>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let append = self.begin(parent, key, request, metadata)?;
        let work = async {
            let done = match self.check_encoding(connection).await {
                Ok(()) => append.run(connection).await,
                Err(error) => Err(error),
            };
            // Without a COMMIT nothing is applied, whatever became of a statement.
            done.map_err(|error| error.in_transaction(Some(Fate::NotApplied)))
        };
        Operation::of::<R>("append_tx").observe(work, Outcome::code).await
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
        let work = async {
            self.in_scope(parent, request.scope())?;
            let append = self.begin(parent, key, request, None)?;
            match self.policy.repeat(|| self.try_out(&append)).await? {
                Outcome::Applied(_) => Ok(Outcome::WouldApply),
                outcome => Ok(outcome),
            }
        };
        Operation::of::<R>("append_check").observe(work, Outcome::code).await
    }

    async fn try_out(&self, append: &Append<'_, '_, R>) -> Result<Outcome, Error> {
        let mut connection = self.connection().await?;
        let tried = async {
            let mut transaction = connection.begin().await?;
            let outcome = append.run(&mut transaction).await?;
            transaction.rollback().await?;
            Ok(outcome)
        };
        let done = self.policy.answer(tried).await;
        release(connection, done).map_err(|error: Error| error.with_fate(Fate::NotApplied))
    }

    fn begin<'r, 'd>(
        &'r self,
        parent: R::Parent,
        key: &'r R::Key,
        request: &'r Canonical<'d, R>,
        metadata: Option<&'r json::Text>,
    ) -> Result<Append<'r, 'd, R>, Error> {
        let key = R::key_text(key);
        if key.is_empty() || key.contains('\0') {
            return Err(Error::InvalidKey);
        }
        Ok(Append { parent, key, request, metadata, guess: &self.guess })
    }

    /// A connection of the pool, to a database whose encoding keeps the meaning of JSON texts.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        let unasked = |error: Error| error.with_fate(Fate::NotApplied);
        // In a place of its own: what may have to log in is large, and each call would take it along.
        let acquired = Box::pin(self.pool.acquire()).await;
        let mut connection = acquired.map_err(|source| unasked(Error::from(source)))?;
        self.check_encoding(&mut connection).await.map_err(unasked)?;
        self.hold(&mut connection).await.map_err(unasked)?;
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

/// Gives a connection back to its pool, or closes it where it is of no more use.
pub(crate) fn release<T, E: Failure>(
    connection: PoolConnection<Postgres>,
    done: Result<T, E>,
) -> Result<T, E> {
    let error = done.as_ref().err();
    if error.and_then(Failure::database).is_some_and(DatabaseError::spoils_connection) {
        // The pool would ask it whether it still works, and wait for the answer.
        drop(connection.detach());
    }
    done
}
