//! The append: one statement asks the ledger, checks and writes; where a replay is likely, the
//! ledger is asked before it.

use crate::batch::Batch;
use crate::database_error::Fate;
use crate::elements::Elements;
use crate::error::{Error, Keys, Named, Unreadable};
use crate::guess::Guess;
use crate::identity::Ids;
use crate::outcome::{Conflict, Outcome, Receipt, Unlisted};
use crate::relation::{Lead, ParentKey as _, Source, Storage};
use crate::scoped::of_scope;
use sqlx::postgres::Postgres;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{Arguments as _, Row as _};
use tantamount_core::{CANONICAL_VERSION, Canonical, Digest, Stored, json, read_stored};
use uuid::Uuid;

/// How often the ledger and the parent are looked at in turn before the caller is told to try again:
/// rows that others write meanwhile make it more than once, others that delete rows more than
/// twice.
const LOOKS: usize = 3;

/// A request to append.
pub(crate) struct Append<'r, 'd, R: Storage> {
    pub(crate) parent: R::Parent,
    pub(crate) key: &'r str,
    pub(crate) request: &'r Canonical<'d, R>,
    pub(crate) metadata: Option<&'r json::Text>,
    pub(crate) guess: &'r Guess,
}

/// What the append statement found.
enum Written {
    /// Everything is written.
    Now(Receipt),
    /// The ledger had a row when the statement began, and nothing is written.
    Before(Outcome),
    /// A check failed, and nothing is written.
    Refused(Error),
    /// The ledger has got a row since it was asked, and nothing is written.
    Elsewhere,
}

impl<R: Storage> Append<'_, '_, R> {
    /// Appends the request, or tells what became of it before. It may be run in any transaction;
    /// where it fails with a database's error the transaction cannot go on.
    pub(crate) async fn run(&self, connection: &mut PgConnection) -> Result<Outcome, Error> {
        let was_tried = self.guess.was_tried(self.guess.trace((self.parent.id(), self.key)));
        let learn = |was_known| {
            if !was_tried {
                self.guess.learn(was_known);
            }
        };
        let mut look_first = was_tried || !self.guess.is_new(self.request.bytes().len());
        for _ in 0..LOOKS {
            if look_first && let Some(outcome) = self.look(connection).await? {
                learn(true);
                return Ok(outcome);
            }
            look_first = true;
            // In a place of its own, as is what is rare: a replay's future would take it along.
            match Box::pin(self.write(connection)).await? {
                Written::Now(receipt) => {
                    learn(false);
                    return Ok(Outcome::Applied(receipt));
                }
                Written::Before(outcome) => {
                    learn(true);
                    return Ok(outcome);
                }
                Written::Elsewhere => {}
                // Another may have written the same request, and closed the window after it, while
                // this one waited for the run: the ledger comes first.
                Written::Refused(error) => {
                    return match self.look(connection).await? {
                        Some(outcome) => Ok(outcome),
                        None => Err(error),
                    };
                }
            }
        }
        Err(Error::RetryTransaction { source: None })
    }

    /// What a server that only reads knows of the request, where it has refused `error` the statement
    /// that writes before that could ask the ledger. The transaction is over by then.
    pub(crate) async fn reread(
        &self,
        connection: &mut PgConnection,
        error: Error,
    ) -> Result<Outcome, Error> {
        match self.look(connection).await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// Asks the ledger: `None` where it does not know the key.
    async fn look(&self, connection: &mut PgConnection) -> Result<Option<Outcome>, Error> {
        let query = of_row::<R>(R::relation().statements.lookup, self.parent, self.key);
        let query = of_scope::<R>(query, self.request.scope());
        let Some(row) = query.fetch_optional(&mut *connection).await? else {
            // Without a parent there is no row because the ledger knows nothing of the key.
            return match self.parent.id() {
                Some(_) => Err(Error::ParentNotFound { parent: self.named() }),
                None => Ok(None),
            };
        };
        if !row.try_get::<bool, _>("same_scope")? {
            return Err(Error::ScopeMismatch { parent: self.named() });
        }
        if !row.try_get::<bool, _>("found")? {
            return Ok(None);
        }
        self.known(connection, &row).await
    }

    /// What became of the request, by what the ledger knows of its key. `None` where it has gone
    /// meanwhile.
    async fn known(
        &self,
        connection: &mut PgConnection,
        row: &PgRow,
    ) -> Result<Option<Outcome>, Error> {
        let first: Option<Uuid> = row.try_get("first")?;
        match self.stored_digest(row)? {
            Some(digest) if digest == self.request.digest() => {
                let receipt = self.receipt(connection, first).await;
                receipt.map(Outcome::Replayed).map(Some).map_err(known_applied)
            }
            digest => Box::pin(self.compare(connection, digest, first)).await,
        }
    }

    /// The digest of a ledger row, of a version that can be compared with the request's.
    fn stored_digest(&self, row: &PgRow) -> Result<Option<Digest>, Error> {
        let unreadable = |reason| Error::StoredRowUnreadable { parent: self.named(), reason };
        let Some(digest) = row.try_get::<Option<String>, _>("digest")? else { return Ok(None) };
        match row.try_get::<Option<i32>, _>("canonical_version")? {
            Some(version) if u32::try_from(version) == Ok(CANONICAL_VERSION) => {}
            version => {
                let version = version.unwrap_or_default();
                return Err(unreadable(Unreadable::CanonicalVersion(version)));
            }
        }
        digest.parse().map(Some).map_err(|_| unreadable(Unreadable::Digest))
    }

    /// Compares the stored request with this one, member by member: a row with another digest is
    /// another request whatever comes out, a row without one is what comes out. `None` where the
    /// row has gone meanwhile.
    async fn compare(
        &self,
        connection: &mut PgConnection,
        digest: Option<Digest>,
        first: Option<Uuid>,
    ) -> Result<Option<Outcome>, Error> {
        let query = of_row::<R>(R::relation().statements.entry, self.parent, self.key);
        let query = of_scope::<R>(query, self.request.scope());
        let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(None) };
        let text: String = row.try_get("request")?;
        let stored_schema_version: Option<String> = row.try_get("schema_version")?;
        let stored = read_stored::<R>(text.as_bytes());
        let differences = stored.as_ref().ok().map(|stored| stored.compare(self.request));
        let unlisted = match (digest, &differences) {
            (None, None) => {
                let reason = Unreadable::Request;
                return Err(Error::StoredRowUnreadable { parent: self.named(), reason });
            }
            (None, Some(differences)) if differences.is_empty() => {
                let receipt = self.receipt(connection, first).await;
                return receipt.map(Outcome::Replayed).map(Some).map_err(known_applied);
            }
            (None, Some(_)) => None,
            (Some(_), None) => Some(Unlisted::Unreadable),
            (Some(_), Some(differences)) => {
                let other = stored_schema_version
                    .as_deref()
                    .is_some_and(|version| may_say_more(version, &R::plan().version));
                let other = other.then_some(Unlisted::OtherSchemaVersion);
                other.or_else(|| differences.is_empty().then_some(Unlisted::Unreadable))
            }
        };
        Ok(Some(Outcome::Conflict(Conflict {
            differences: differences.unwrap_or_default(),
            stored_digest: digest,
            requested_digest: self.request.digest(),
            stored_schema_version,
            unlisted,
        })))
    }

    /// The receipt of a stored request: counted from the first id, or, where the row has none,
    /// asked for by the elements' keys.
    async fn receipt(
        &self,
        connection: &mut PgConnection,
        first: Option<Uuid>,
    ) -> Result<Receipt, Error> {
        if let Some(first) = first {
            return Ok(self.counted(Ids::from_first(first)));
        }
        let by_key = R::relation().elements.as_ref().and_then(|elements| elements.by_key);
        let Some(by_key) = by_key else {
            return Ok(self.receipt_of(None, Elements::listed(Vec::new()), Vec::new()));
        };
        let (elements, missing) =
            Box::pin(elements_by_key::<R>(connection, by_key, self.parent, self.key)).await?;
        Ok(self.receipt_of(None, Elements::listed(elements), missing))
    }

    fn counted(&self, ids: Ids) -> Receipt {
        let counted = R::relation().lead.counted(ids);
        let elements = Elements::counted(counted, self.request.shared_bytes(), keys::<R>);
        self.receipt_of(Some(ids), elements, Vec::new())
    }

    fn receipt_of(&self, ids: Option<Ids>, elements: Elements, missing: Vec<String>) -> Receipt {
        let has_id = R::relation().lead == Lead::Entry;
        Receipt {
            parent: self.parent.id(),
            key: self.key.to_owned(),
            digest: self.request.digest(),
            id: ids.filter(|_| has_id).map(Ids::first),
            elements,
            missing,
        }
    }

    fn named(&self) -> Named {
        Named::of::<R>(self.parent)
    }

    /// Checks what the schema says, and writes everything or nothing.
    async fn write(&self, connection: &mut PgConnection) -> Result<Written, Error> {
        let ids = Ids::new();
        let batch = Batch::new(self.request);
        let arguments = self.arguments(&batch, ids).map_err(sqlx::Error::Encode)?;
        let statement = sqlx::query_with(R::relation().statements.append, arguments);
        let row = statement.fetch_one(&mut *connection).await?;
        let parent = self.named();
        let window = || self.window().to_owned();
        let noun = R::relation().window.as_ref().map_or("", |window| window.noun);
        let refused = match row.try_get::<&str, _>("verdict")? {
            "ready" if row.try_get::<i64, _>("written")? > 0 => {
                return Ok(Written::Now(self.counted(ids)));
            }
            "present" => {
                let known = self.known(connection, &row).await?;
                return Ok(known.map_or(Written::Elsewhere, Written::Before));
            }
            "ready" => return Ok(Written::Elsewhere),
            "parent_not_found" => Error::ParentNotFound { parent },
            "scope_mismatch" => Error::ScopeMismatch { parent },
            "window_not_found" => Error::WindowNotFound { parent, noun, window: window() },
            "window_not_open" => Error::WindowNotOpen { parent, noun, window: window() },
            "parent_closed" => Error::ParentClosed { parent },
            "key_taken" => {
                let table = R::relation().elements.as_ref().map(|elements| elements.table);
                let noun = noun_of::<R>(table);
                Error::KeyTaken { parent, noun, keys: Keys::new(row.try_get("taken")?) }
            }
            _ => {
                let mut missing: Vec<String> = Vec::new();
                let mut table = None;
                for (index, outside) in R::relation().outside.iter().enumerate() {
                    let names: Option<Vec<String>> =
                        row.try_get(format!("missing_{index}").as_str())?;
                    table = table.or(names.as_ref().map(|_| outside.table));
                    missing.extend(names.unwrap_or_default());
                }
                let noun = noun_of::<R>(table);
                Error::UnknownReference { parent, noun, keys: Keys::new(missing) }
            }
        };
        Ok(Written::Refused(refused))
    }

    /// The key of the window that the request names.
    fn window(&self) -> &str {
        let window = R::relation().window.as_ref();
        window.map_or("", |window| self.request.root().member(window.slot).as_str())
    }

    fn arguments(
        &self,
        batch: &Batch<'_>,
        ids: Ids,
    ) -> Result<PgArguments, sqlx::error::BoxDynError> {
        let mut arguments = PgArguments::default();
        if let Some(parent) = self.parent.id() {
            arguments.add(parent.as_uuid())?;
        }
        arguments.add(self.key)?;
        arguments.add(self.request.as_str())?;
        arguments.add(self.request.digest().to_string())?;
        arguments.add(i32::try_from(CANONICAL_VERSION)?)?;
        arguments.add(R::plan().version.as_ref())?;
        arguments.add(self.metadata.map(json::Text::as_str))?;
        arguments.add(ids.first())?;
        for value in scope_values::<R>(self.request.scope()) {
            arguments.add(value)?;
        }
        if R::relation().window.is_some() {
            arguments.add(self.window())?;
        }
        batch.bind(R::relation(), R::relation().lead.counted(ids), &mut arguments)?;
        Ok(arguments)
    }
}

/// What fails once the request was found in the ledger leaves it there.
fn known_applied(error: Error) -> Error {
    error.with_fate(Fate::Applied)
}

/// The members of a scope, as JSON.
pub(crate) fn scope_values<R: Storage>(scope: &R::Scope) -> impl Iterator<Item = String> + '_ {
    use tantamount_core::Scope as _;
    let members = 0..u16::try_from(R::relation().scope.len()).unwrap_or(u16::MAX);
    members.map(|member| {
        let mut value = Vec::new();
        scope.write(member, &mut value);
        String::from_utf8(value).unwrap_or_default()
    })
}

/// The keys of the elements with ids, out of a request's canonical bytes. What was written in
/// canonical form can be read.
fn keys<R: Storage>(canonical: &[u8]) -> Vec<String> {
    read_stored::<R>(canonical).map(|stored| element_keys(&stored)).unwrap_or_default()
}

/// The keys of the elements with ids that a stored request has, in its order.
pub(crate) fn element_keys<R: Storage>(stored: &Stored<'_, R>) -> Vec<String> {
    let relation = R::relation();
    let table = relation.elements.as_ref().and_then(|known| relation.tables.get(known.table));
    let key = table.and_then(|table| table.columns.first()).map(|column| column.source);
    let (Some(table), Some(Source::Slot(key))) = (table, key) else { return Vec::new() };
    let elements = stored.root().member(table.slot).elements();
    elements.map(|element| element.member(key).as_str().to_owned()).collect()
}

/// Whether a stored request names no window, where the schema has windows.
pub(crate) fn is_windowless<R: Storage>(stored: &Stored<'_, R>) -> bool {
    let window = R::relation().window.as_ref();
    window.is_some_and(|window| stored.root().member(window.slot).is_absent())
}

/// What people call the elements of a table.
fn noun_of<R: Storage>(table: Option<usize>) -> &'static str {
    let table = table.and_then(|table| R::relation().tables.get(table));
    table.map_or("element", |table| table.noun)
}

/// A statement about a parent, if there is one.
pub(crate) fn of_parent<R: Storage>(
    statement: &'static str,
    parent: R::Parent,
) -> Query<'static, Postgres, PgArguments> {
    let query = sqlx::query(statement);
    match parent.id() {
        Some(parent) => query.bind(parent.as_uuid()),
        None => query,
    }
}

/// A statement about a ledger row.
pub(crate) fn of_row<'k, R: Storage>(
    statement: &'static str,
    parent: R::Parent,
    key: &'k str,
) -> Query<'k, Postgres, PgArguments> {
    of_parent::<R>(statement, parent).bind(key)
}

/// The keys and ids of the elements that a stored request names, and the keys of those that are
/// not there.
pub(crate) async fn elements_by_key<R: Storage>(
    connection: &mut PgConnection,
    statement: &'static str,
    parent: R::Parent,
    key: &str,
) -> Result<(Vec<(String, Uuid)>, Vec<String>), Error> {
    let query = of_row::<R>(statement, parent, key);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for row in query.fetch_all(connection).await? {
        let key = row.try_get::<Option<String>, _>("key")?.unwrap_or_default();
        match row.try_get("id")? {
            Some(id) => found.push((key, id)),
            None => missing.push(key),
        }
    }
    Ok((found, missing))
}

/// Whether a row of a schema's version may say what another one does not know. Versions are
/// numbers as a rule, and an older one says nothing that a later one would not read.
pub(crate) fn may_say_more(stored: &str, own: &str) -> bool {
    match (stored.parse::<u64>(), own.parse::<u64>()) {
        (Ok(stored), Ok(own)) => stored > own,
        _ => stored != own,
    }
}
