//! What requests are appended to, and the windows in it.

use crate::append::scope_values;
use crate::error::{Error, Named};
use crate::identity::ParentId;
use crate::ledger::{Ledger, release};
use crate::relation::{Parent as Description, Source, Storage, Window};
use crate::rows::record;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Row as _};
use tantamount_core::check_text;
use uuid::Uuid;

/// A parent to open: a run, an account, whatever the schema's requests are appended to.
#[derive(Clone, Copy, Debug)]
pub struct NewParent<'n, R: Storage> {
    /// Its id: the same one opens the same parent.
    pub id: ParentId,
    /// A name for people; the first stays.
    pub name: Option<&'n str>,
    /// What all requests of the parent are seen under.
    pub scope: &'n R::Scope,
    /// The key of a window that waits for requests, created where the parent has no such element.
    pub window: Option<&'n str>,
}

/// A parent, as it stands in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its id.
    pub id: ParentId,
    /// Its name for people.
    pub name: Option<String>,
    /// Its status.
    pub status: String,
    /// The members of its scope with their values, as text.
    pub scope: Vec<(&'static str, Option<String>)>,
    /// When it was created: RFC 3339, in UTC, with microseconds.
    pub created_at: String,
}

/// What a lock on a parent found.
struct Locked {
    same_scope: bool,
    status: String,
}

/// What is done to a parent under its lock.
enum Change<'c, R: Storage> {
    Open(NewParent<'c, R>),
    SetWindow { key: &'c str, open: bool },
    Finish { status: &'c str },
}

impl<R: Storage<Parent = ParentId>> Ledger<R> {
    /// Creates the parent, and its window, unless they are there. Opening one that is there changes
    /// nothing; a window that was closed stays closed.
    ///
    /// # Errors
    /// [`Error::ScopeMismatch`] where the parent is there with another scope,
    /// [`Error::WindowNotFound`] where an element of the window's key is none that can be a window,
    /// or the schema has no windows, [`Error::ParentClosed`] where a window would have to be created
    /// in a parent that has ended, [`Error::InvalidKey`] where no element could have the window's key,
    /// [`Error::InvalidName`].
    pub async fn open(&self, new: &NewParent<'_, R>) -> Result<(), Error> {
        if new.window.is_some_and(|key| !may_be_window::<R>(key)) {
            return Err(Error::InvalidKey);
        }
        if new.name.is_some_and(|name| name.contains('\0')) {
            return Err(Error::InvalidName);
        }
        self.change(new.id, &Change::Open(NewParent { ..*new })).await
    }

    /// Lets a window wait for requests. One that waits already is left as it is.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], [`Error::ParentClosed`], [`Error::WindowNotFound`].
    pub async fn open_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.change(parent, &Change::SetWindow { key, open: true }).await
    }

    /// Closes a window: later appends that name it are refused, replays are answered still. One
    /// that is closed already is left as it is.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], [`Error::WindowNotFound`].
    pub async fn close_window(&self, parent: ParentId, key: &str) -> Result<(), Error> {
        self.change(parent, &Change::SetWindow { key, open: false }).await
    }

    /// Ends a parent: later appends are refused, replays are answered still. Ending it again with
    /// the same status changes nothing.
    ///
    /// # Errors
    /// [`Error::ParentNotFound`], [`Error::UnknownStatus`] where the status is none of the schema's
    /// terminal ones, [`Error::ParentClosed`] where it ended with another status.
    pub async fn finish(&self, parent: ParentId, status: &str) -> Result<(), Error> {
        let Some(known) = &R::relation().parent else { return Ok(()) };
        if !known.terminal.contains(&status) {
            return Err(Error::UnknownStatus { noun: known.noun, status: status.to_owned() });
        }
        self.change(parent, &Change::Finish { status }).await
    }

    /// A parent; `None` where it is not there.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn parent(&self, parent: ParentId) -> Result<Option<Parent>, Error> {
        let Some(known) = &R::relation().parent else { return Ok(None) };
        let mut connection = self.connection().await?;
        let query = sqlx::query(known.statements.read).bind(parent.as_uuid());
        let row = query.fetch_optional(&mut *connection).await?;
        row.map(|row| read_parent::<R>(parent, &row)).transpose()
    }

    /// Runs a change in a transaction of its own, again where others were in its way or the
    /// connection was lost: what it did before it does not do twice.
    async fn change(&self, parent: ParentId, change: &Change<'_, R>) -> Result<(), Error> {
        // Generated code gives every schema whose parents have ids a description of them.
        let Some(known) = &R::relation().parent else { return Ok(()) };
        let policy = self.retry_policy();
        let attempt = || async {
            let mut connection = self.connection().await?;
            let done = policy.answer(try_change(&mut connection, known, parent, change)).await;
            release(connection, done)
        };
        policy.repeat(attempt).await
    }
}

/// Changes the parent, which changes nothing where it was changed so before.
async fn try_change<R: Storage>(
    connection: &mut PgConnection,
    known: &'static Description,
    id: ParentId,
    change: &Change<'_, R>,
) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    let parent = Opened { known, id };
    match change {
        Change::Open(new) => parent.open::<R>(&mut transaction, new).await?,
        Change::SetWindow { key, open } => {
            parent.set_window::<R>(&mut transaction, key, *open).await?;
        }
        Change::Finish { status } => parent.finish::<R>(&mut transaction, status).await?,
    }
    transaction.commit().await?;
    Ok(())
}

/// Whether a window can have this key: it is one that the schema allows an element.
fn may_be_window<R: Storage>(key: &str) -> bool {
    let (plan, relation) = (R::plan(), R::relation());
    let elements = relation.elements.as_ref().map(|elements| elements.table);
    let rule = elements.and_then(|table| {
        let Some(Source::Slot(slot)) =
            relation.tables.get(table)?.columns.first().map(|key| key.source)
        else {
            return None;
        };
        let record = record(plan, relation, table)?;
        let mut branches = (0u16..).take(record.branches.len());
        branches.find_map(|branch| Some(record.member(branch, slot)?.rule))
    });
    match rule {
        Some(rule) => check_text(plan, rule, key).is_ok(),
        None => !key.is_empty() && !key.contains('\0'),
    }
}

fn read_parent<R: Storage>(parent: ParentId, row: &PgRow) -> Result<Parent, Error> {
    let members = R::relation().scope.iter().enumerate();
    let scope = members.map(|(index, &name)| {
        Ok((name, row.try_get::<Option<String>, _>(format!("scope_{index}").as_str())?))
    });
    Ok(Parent {
        id: parent,
        name: row.try_get("name")?,
        status: row.try_get("status")?,
        scope: scope.collect::<Result<_, sqlx::Error>>()?,
        created_at: row.try_get("created_at")?,
    })
}

/// A parent that is changed in a transaction.
#[derive(Clone, Copy)]
struct Opened {
    known: &'static Description,
    id: ParentId,
}

impl Opened {
    fn named(self) -> Named {
        Named { noun: self.known.noun, id: Some(self.id) }
    }

    /// Locks it. Without a scope there is nothing to compare its own with.
    async fn lock<R: Storage>(
        self,
        connection: &mut PgConnection,
        scope: Option<&R::Scope>,
    ) -> Result<Locked, Error> {
        let mut query = sqlx::query(self.known.statements.lock).bind(self.id.as_uuid());
        query = match scope {
            Some(scope) => scope_values::<R>(scope).fold(query, sqlx::query::Query::bind),
            None => R::relation().scope.iter().fold(query, |query, _| query.bind("null")),
        };
        let row = query.fetch_optional(connection).await?;
        let row = row.ok_or(Error::ParentNotFound { parent: self.named() })?;
        Ok(Locked { same_scope: row.try_get("same_scope")?, status: row.try_get("status")? })
    }

    fn has_ended(self, locked: &Locked) -> bool {
        !self.known.open.contains(&locked.status.as_str())
    }

    async fn open<R: Storage>(
        self,
        connection: &mut PgConnection,
        new: &NewParent<'_, R>,
    ) -> Result<(), Error> {
        let parent = self.named();
        let create = sqlx::query(self.known.statements.create);
        let mut create = create.bind(self.id.as_uuid()).bind(new.name);
        for value in scope_values::<R>(new.scope) {
            create = create.bind(value);
        }
        create.execute(&mut *connection).await?;
        let locked = self.lock::<R>(connection, Some(new.scope)).await?;
        if !locked.same_scope {
            return Err(Error::ScopeMismatch { parent });
        }
        let Some(key) = new.window else { return Ok(()) };
        let Some(window) = &R::relation().window else {
            return Err(Error::WindowNotFound { parent, noun: "window", window: key.to_owned() });
        };
        if self.read_window(connection, window, key).await?.is_some() {
            return Ok(());
        }
        if self.has_ended(&locked) {
            return Err(Error::ParentClosed { parent });
        }
        let create = sqlx::query(window.statements.open);
        let mut create = create.bind(self.id.as_uuid()).bind(Uuid::now_v7()).bind(key);
        for value in scope_values::<R>(new.scope) {
            create = create.bind(value);
        }
        if create.execute(&mut *connection).await?.rows_affected() == 0 {
            // There is an element of this key, which cannot be a window.
            let (noun, window) = (window.noun, key.to_owned());
            return Err(Error::WindowNotFound { parent, noun, window });
        }
        Ok(())
    }

    /// The status of an element that can be a window.
    async fn read_window(
        self,
        connection: &mut PgConnection,
        window: &Window,
        key: &str,
    ) -> Result<Option<String>, Error> {
        let query = sqlx::query(window.statements.read).bind(self.id.as_uuid()).bind(key);
        let row = query.fetch_optional(connection).await?;
        Ok(row.map(|row| row.try_get("status")).transpose()?)
    }

    async fn set_window<R: Storage>(
        self,
        connection: &mut PgConnection,
        key: &str,
        open: bool,
    ) -> Result<(), Error> {
        let parent = self.named();
        let window = R::relation().window.as_ref();
        let noun = window.map_or("window", |window| window.noun);
        let not_found = || Error::WindowNotFound { parent, noun, window: key.to_owned() };
        if key.contains('\0') {
            return Err(Error::InvalidKey);
        }
        let window = window.ok_or_else(not_found)?;
        let locked = self.lock::<R>(connection, None).await?;
        let status = self.read_window(connection, window, key).await?.ok_or_else(not_found)?;
        let wanted = if open { window.waiting } else { window.closed };
        if status == wanted {
            return Ok(());
        }
        if open && self.has_ended(&locked) {
            return Err(Error::ParentClosed { parent });
        }
        sqlx::query(window.statements.set)
            .bind(self.id.as_uuid())
            .bind(key)
            .bind(wanted)
            .execute(connection)
            .await?;
        Ok(())
    }

    async fn finish<R: Storage>(
        self,
        connection: &mut PgConnection,
        status: &str,
    ) -> Result<(), Error> {
        let locked = self.lock::<R>(connection, None).await?;
        if locked.status == status {
            return Ok(());
        }
        if self.has_ended(&locked) {
            return Err(Error::ParentClosed { parent: self.named() });
        }
        sqlx::query(self.known.statements.close)
            .bind(self.id.as_uuid())
            .bind(status)
            .execute(connection)
            .await?;
        Ok(())
    }
}
