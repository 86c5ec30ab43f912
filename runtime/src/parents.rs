//! What requests are appended to, and the windows in it.

use crate::error::{Error, Named};
use crate::identity::ParentId;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::{Parent as Description, Source, Storage, Window};
use crate::retry::repeat;
use crate::rows::record;
use crate::scoped::of_scope;
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

/// What is done to a parent under its lock.
pub(crate) enum Change<'c> {
    Open { name: Option<&'c str>, window: Option<&'c str> },
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
        let change = Change::Open { name: new.name, window: new.window };
        let work = self.change(new.id, new.scope, &change);
        Operation::of::<R>("open").observe(work, observe::done).await
    }

    /// Runs a change in a transaction of its own, again where others were in its way or the
    /// connection was lost: what it did before it does not do twice.
    pub(crate) async fn change(
        &self,
        id: ParentId,
        scope: &R::Scope,
        change: &Change<'_>,
    ) -> Result<(), Error> {
        // Generated code gives every schema whose parents have ids a description of them.
        let Some(known) = &R::relation().parent else { return Ok(()) };
        change.check::<R>(known)?;
        let parent = &Changed::<R> { known, id, scope };
        repeat!(self, connection => parent.run(&mut connection, change)).await
    }
}

impl Change<'_> {
    /// Refuses what cannot be done to any parent.
    fn check<R: Storage>(&self, known: &'static Description) -> Result<(), Error> {
        match *self {
            Change::Open { window: Some(key), .. } if !may_be_window::<R>(key) => {
                Err(Error::InvalidKey)
            }
            Change::Open { name: Some(name), .. } if name.contains('\0') => Err(Error::InvalidName),
            Change::SetWindow { key, .. } if key.contains('\0') => Err(Error::InvalidKey),
            Change::Finish { status } if !known.terminal.contains(&status) => {
                Err(Error::UnknownStatus { noun: known.noun, status: status.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

/// A parent of a scope.
pub(crate) async fn read<R: Storage>(
    connection: &mut PgConnection,
    scope: &R::Scope,
    parent: ParentId,
) -> Result<Option<Parent>, Error> {
    let Some(known) = &R::relation().parent else { return Ok(None) };
    let query = sqlx::query(known.statements.read).bind(parent.as_uuid());
    let row = of_scope::<R>(query, scope).fetch_optional(connection).await?;
    row.map(|row| read_parent::<R>(parent, &row)).transpose()
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
struct Changed<'c, R: Storage> {
    known: &'static Description,
    id: ParentId,
    scope: &'c R::Scope,
}

impl<R: Storage> Changed<'_, R> {
    async fn run(&self, connection: &mut PgConnection, change: &Change<'_>) -> Result<(), Error> {
        let mut transaction = connection.begin().await?;
        match *change {
            Change::Open { name, window } => self.open(&mut transaction, name, window).await?,
            Change::SetWindow { key, open } => {
                self.set_window(&mut transaction, key, open).await?;
            }
            Change::Finish { status } => self.finish(&mut transaction, status).await?,
        }
        transaction.commit().await?;
        Ok(())
    }

    fn named(&self) -> Named {
        Named { noun: self.known.noun, id: Some(self.id) }
    }

    /// Locks it, and tells its status; `None` where the scope has none of this id.
    async fn find(&self, connection: &mut PgConnection) -> Result<Option<String>, Error> {
        let query = sqlx::query(self.known.statements.lock).bind(self.id.as_uuid());
        let row = of_scope::<R>(query, self.scope).fetch_optional(connection).await?;
        Ok(row.map(|row| row.try_get("status")).transpose()?)
    }

    /// Locks it, and tells its status.
    async fn lock(&self, connection: &mut PgConnection) -> Result<String, Error> {
        self.find(connection).await?.ok_or_else(|| Error::ParentNotFound { parent: self.named() })
    }

    fn has_ended(&self, status: &str) -> bool {
        !self.known.open.contains(&status)
    }

    async fn open(
        &self,
        connection: &mut PgConnection,
        name: Option<&str>,
        window: Option<&str>,
    ) -> Result<(), Error> {
        let parent = self.named();
        let create = sqlx::query(self.known.statements.create).bind(self.id.as_uuid()).bind(name);
        of_scope::<R>(create, self.scope).execute(&mut *connection).await?;
        // It is there by now, so what is not found is another scope's.
        let status = self.find(connection).await?.ok_or(Error::ScopeMismatch { parent })?;
        let Some(key) = window else { return Ok(()) };
        let Some(window) = &R::relation().window else {
            return Err(Error::WindowNotFound { parent, noun: "window", window: key.to_owned() });
        };
        if self.read_window(connection, window, key).await?.is_some() {
            return Ok(());
        }
        if self.has_ended(&status) {
            return Err(Error::ParentClosed { parent });
        }
        let create = sqlx::query(window.statements.open);
        let create = create.bind(self.id.as_uuid()).bind(Uuid::now_v7()).bind(key);
        let create = of_scope::<R>(create, self.scope);
        if create.execute(&mut *connection).await?.rows_affected() == 0 {
            // There is an element of this key, which cannot be a window.
            let (noun, window) = (window.noun, key.to_owned());
            return Err(Error::WindowNotFound { parent, noun, window });
        }
        Ok(())
    }

    /// The status of an element that can be a window.
    async fn read_window(
        &self,
        connection: &mut PgConnection,
        window: &Window,
        key: &str,
    ) -> Result<Option<String>, Error> {
        let query = sqlx::query(window.statements.read).bind(self.id.as_uuid()).bind(key);
        let row = query.fetch_optional(connection).await?;
        Ok(row.map(|row| row.try_get("status")).transpose()?)
    }

    async fn set_window(
        &self,
        connection: &mut PgConnection,
        key: &str,
        open: bool,
    ) -> Result<(), Error> {
        let parent = self.named();
        let window = R::relation().window.as_ref();
        let noun = window.map_or("window", |window| window.noun);
        let not_found = || Error::WindowNotFound { parent, noun, window: key.to_owned() };
        let window = window.ok_or_else(not_found)?;
        let locked = self.lock(connection).await?;
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

    async fn finish(&self, connection: &mut PgConnection, status: &str) -> Result<(), Error> {
        let locked = self.lock(connection).await?;
        if locked == status {
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
