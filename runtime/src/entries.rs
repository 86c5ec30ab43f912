//! What the ledger holds.

use crate::append::elements_by_key;
use crate::error::{Error, Unreadable};
use crate::identity::{Ids, RunId};
use crate::ledger::Ledger;
use crate::relation::Storage;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
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
    /// The keys and ids of the steps that were appended, in canonical order.
    pub steps: Vec<(String, Uuid)>,
    /// Keys of steps that a row without ids of its own names and the run no longer has.
    pub missing_steps: Vec<String>,
}

/// A ledger row in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntrySummary {
    /// The run.
    pub run: RunId,
    /// The mutation key.
    pub key: String,
    /// The request's digest; rows of an older system have none.
    pub digest: Option<Digest>,
    /// The version of the canonical form that was digested.
    pub canonical_version: Option<i32>,
    /// The version of the schema under which the request was written.
    pub schema_version: Option<String>,
    /// When it was written: RFC 3339, in UTC, with microseconds.
    pub created_at: String,
    /// How many steps the request has, where that can be told.
    pub steps: Option<u32>,
}

impl<R: Storage> Ledger<R> {
    /// What the ledger holds under a key; `None` where it holds nothing.
    ///
    /// # Errors
    /// [`Error::StoredRowUnreadable`], [`Error::NotMigrated`], [`Error::Database`].
    pub async fn lookup(&self, run: RunId, key: &R::Key) -> Result<Option<Entry>, Error> {
        let key = R::key_text(key);
        let mut connection = self.connection().await?;
        let query = sqlx::query(R::relation().statements.entry).bind(run.as_uuid()).bind(key);
        let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(None) };
        let request = canonical(run, &row.try_get::<String, _>("request")?)?;
        let metadata: Option<String> = row.try_get("metadata")?;
        let metadata = metadata.map(|text| canonical(run, &text)).transpose()?;
        let (steps, missing_steps) = match (&R::relation().elements, row.try_get("first")?) {
            (None, _) => (Vec::new(), Vec::new()),
            (Some(elements), None) => {
                elements_by_key(&mut connection, elements.by_key, run, key).await?
            }
            (Some(elements), Some(first)) => {
                let ids = Ids::from_first(first);
                let rows = sqlx::query(elements.by_id)
                    .bind(run.as_uuid())
                    .bind(ids.first())
                    .bind(ids.last())
                    .fetch_all(&mut *connection)
                    .await?;
                let pair = |row: &PgRow| Ok((row.try_get("key")?, row.try_get("id")?));
                let steps: Result<Vec<(String, Uuid)>, sqlx::Error> =
                    rows.iter().map(pair).collect();
                (steps?, Vec::new())
            }
        };
        let count = steps.len() + missing_steps.len();
        let steps_count = R::relation().elements.is_some().then(|| u32::try_from(count).ok());
        let summary = summary(run, key.to_owned(), steps_count.flatten(), &row)?;
        Ok(Some(Entry { summary, request, metadata, steps, missing_steps }))
    }

    /// Everything that was appended to a run, the oldest first.
    ///
    /// # Errors
    /// [`Error::StoredRowUnreadable`], [`Error::NotMigrated`], [`Error::Database`].
    pub async fn history(&self, run: RunId) -> Result<Vec<EntrySummary>, Error> {
        let mut connection = self.connection().await?;
        let query = sqlx::query(R::relation().statements.history).bind(run.as_uuid());
        let rows = query.fetch_all(&mut *connection).await?;
        let entry = |row: &PgRow| {
            let steps: Option<i32> = row.try_get("elements")?;
            let steps = steps.and_then(|steps| u32::try_from(steps).ok());
            summary(run, row.try_get("key")?, steps, row)
        };
        rows.iter().map(entry).collect()
    }
}

fn canonical(run: RunId, text: &str) -> Result<String, Error> {
    let canonical = json::canonicalize_within(text.as_bytes(), &json::Limits::stored()).ok();
    canonical
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(Error::StoredRowUnreadable { run, reason: Unreadable::Request })
}

fn summary(
    run: RunId,
    key: String,
    steps: Option<u32>,
    row: &PgRow,
) -> Result<EntrySummary, Error> {
    let digest: Option<String> = row.try_get("digest")?;
    let digest = digest.map(|digest| digest.parse()).transpose();
    let reason = Unreadable::Digest;
    Ok(EntrySummary {
        run,
        key,
        digest: digest.map_err(|_| Error::StoredRowUnreadable { run, reason })?,
        canonical_version: row.try_get("canonical_version")?,
        schema_version: row.try_get("schema_version")?,
        created_at: row.try_get("created_at")?,
        steps,
    })
}
