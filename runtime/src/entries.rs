//! What the ledger holds.

use crate::append::{elements_by_key, of_parent, of_row};
use crate::error::{Error, Named, Unreadable};
use crate::identity::{Ids, ParentId};
use crate::relation::{Lead, ParentKey as _, Storage};
use crate::scoped::{of_scope, snapshot};
use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use tantamount_core::{Digest, json};
use uuid::Uuid;

/// A ledger row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it says in short.
    pub summary: EntrySummary,
    /// The request as canonical JSON. Of a row without a digest it is what was stored, in the
    /// canonical form of any JSON.
    pub request: String,
    /// The caller's metadata, of the first append, as canonical JSON.
    pub metadata: Option<String>,
    /// The request's own id, where the schema gives it one.
    pub id: Option<Uuid>,
    /// The keys and ids of the elements that were written and have ids, in canonical order.
    pub elements: Vec<(String, Uuid)>,
    /// Keys of elements that a row without ids of its own names and the parent no longer has.
    pub missing_elements: Vec<String>,
}

/// A ledger row in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntrySummary {
    /// What it was appended to, where there is such a thing.
    pub parent: Option<ParentId>,
    /// The key.
    pub key: String,
    /// The request's digest; rows of an older system have none.
    pub digest: Option<Digest>,
    /// The version of the canonical form that was digested.
    pub canonical_version: Option<i32>,
    /// The version of the schema under which the request was written.
    pub schema_version: Option<String>,
    /// When it was written: RFC 3339, in UTC, with microseconds.
    pub created_at: String,
    /// How many elements with ids the request has, where that can be told.
    pub elements: Option<u32>,
}

/// What the ledger holds of a scope under a key.
pub(crate) async fn entry<R: Storage>(
    connection: &mut PgConnection,
    scope: &R::Scope,
    parent: R::Parent,
    key: &str,
) -> Result<Option<Entry>, Error> {
    let mut snapshot = snapshot(connection).await?;
    let query = of_row::<R>(R::relation().statements.entry, parent, key);
    let query = of_scope::<R>(query, scope);
    let Some(row) = query.fetch_optional(&mut *snapshot).await? else { return Ok(None) };
    let request = canonical::<R>(parent, &row.try_get::<String, _>("request")?)?;
    let metadata: Option<String> = row.try_get("metadata")?;
    let metadata = metadata.map(|text| canonical::<R>(parent, &text)).transpose()?;
    let first: Option<Uuid> = row.try_get("first")?;
    let (elements, missing_elements) = match (&R::relation().elements, first) {
        (Some(elements), Some(first)) => {
            let ids = Ids::from_first(first);
            let query = of_rows::<R>(elements.by_id, parent, key);
            let rows = query.bind(ids.first()).bind(ids.last()).fetch_all(&mut *snapshot).await?;
            let pair = |row: &PgRow| Ok((row.try_get("key")?, row.try_get("id")?));
            let found: Result<Vec<(String, Uuid)>, sqlx::Error> = rows.iter().map(pair).collect();
            (found?, Vec::new())
        }
        (Some(elements), None) => match elements.by_key {
            Some(by_key) => elements_by_key::<R>(&mut snapshot, by_key, parent, key).await?,
            None => (Vec::new(), Vec::new()),
        },
        (None, _) => (Vec::new(), Vec::new()),
    };
    let count = elements.len() + missing_elements.len();
    let count = R::relation().elements.is_some().then(|| u32::try_from(count).ok());
    let summary = summary::<R>(parent, key.to_owned(), count.flatten(), &row)?;
    let id = first.filter(|_| R::relation().lead == Lead::Entry);
    Ok(Some(Entry { summary, request, metadata, id, elements, missing_elements }))
}

/// What the ledger holds of a scope, to a parent where there is one.
pub(crate) async fn history<R: Storage>(
    connection: &mut PgConnection,
    scope: &R::Scope,
    parent: R::Parent,
) -> Result<Vec<EntrySummary>, Error> {
    let query = of_parent::<R>(R::relation().statements.history, parent);
    let rows = of_scope::<R>(query, scope).fetch_all(connection).await?;
    let entry = |row: &PgRow| {
        let elements: Option<i32> = row.try_get("elements")?;
        let elements = elements.and_then(|elements| u32::try_from(elements).ok());
        summary::<R>(parent, row.try_get("key")?, elements, row)
    };
    rows.iter().map(entry).collect()
}

/// A statement about the rows of one request: its parent, if there is one, and its key, where that
/// leads the keys of its elements.
pub(crate) fn of_rows<'k, R: Storage>(
    statement: &'static str,
    parent: R::Parent,
    key: &'k str,
) -> Query<'k, Postgres, PgArguments> {
    match R::relation().lead {
        Lead::Key => of_row::<R>(statement, parent, key),
        Lead::Parent | Lead::Entry => of_parent::<R>(statement, parent),
    }
}

fn canonical<R: Storage>(parent: R::Parent, text: &str) -> Result<String, Error> {
    let canonical = json::canonicalize_within(text.as_bytes(), &json::Limits::stored()).ok();
    let (parent, reason) = (Named::of::<R>(parent), Unreadable::Request);
    canonical
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(Error::StoredRowUnreadable { parent, reason })
}

fn summary<R: Storage>(
    parent: R::Parent,
    key: String,
    elements: Option<u32>,
    row: &PgRow,
) -> Result<EntrySummary, Error> {
    let digest: Option<String> = row.try_get("digest")?;
    let digest = digest.map(|digest| digest.parse()).transpose();
    let (named, reason) = (Named::of::<R>(parent), Unreadable::Digest);
    Ok(EntrySummary {
        parent: parent.id(),
        key,
        digest: digest.map_err(|_| Error::StoredRowUnreadable { parent: named, reason })?,
        canonical_version: row.try_get("canonical_version")?,
        schema_version: row.try_get("schema_version")?,
        created_at: row.try_get("created_at")?,
        elements,
    })
}
