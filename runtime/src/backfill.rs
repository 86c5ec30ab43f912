//! The backfill: rows of older systems and older versions get what rows of today have.

use crate::append::is_windowless;
use crate::error::Error;
use crate::generated::relation::RunId;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::retry::repeat;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Row as _};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use tantamount_core::{CANONICAL_VERSION, Digest, Problems, Value as _, read_stored};
use tantamount_schema::{AppendRequest, Scope};
use uuid::Uuid;

/// The most rows that a report lists; all are counted.
const LISTED: usize = 1_000;

/// A condition on rows: that they are not of today. Of another version that is no number nothing
/// is known, and rows of a later one are left to those who know it.
macro_rules! is_pending {
    () => {
        "(entry.digest IS NULL OR entry.canonical_version < $1 OR entry.schema_version IS NULL
    OR CASE WHEN entry.schema_version ~ '^[0-9]{1,9}$' THEN CAST(entry.schema_version AS integer) < $2
        ELSE FALSE END)"
    };
}

const PENDING: &str =
    concat!("SELECT COUNT(*) AS count FROM workflow_run_mutations AS entry WHERE ", is_pending!());

const PAGE: &str = concat!(
    "SELECT entry.workflow_run_id, entry.mutation_key, entry.digest,
    entry.canonical_version, entry.schema_version, run.organization_id,
    CAST(entry.request AS text) AS request
FROM workflow_run_mutations AS entry
JOIN workflow_runs AS run ON run.workflow_run_id = entry.workflow_run_id
WHERE (entry.workflow_run_id, entry.mutation_key) > ($3, $4) AND ",
    is_pending!(),
    "
ORDER BY entry.workflow_run_id, entry.mutation_key LIMIT $5"
);

/// Only rows that are still as they were read: two backfills at once do not undo each other.
const UPDATE: &str = "UPDATE workflow_run_mutations AS entry
SET request = CAST(sent.request AS jsonb), digest = sent.digest, canonical_version = $1,
    schema_version = $2
FROM UNNEST($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::integer[])
    AS sent (run, key, request, digest, old_digest, old_schema, old_canonical)
WHERE entry.workflow_run_id = sent.run AND entry.mutation_key = sent.key
    AND entry.digest IS NOT DISTINCT FROM sent.old_digest
    AND entry.schema_version IS NOT DISTINCT FROM sent.old_schema
    AND entry.canonical_version IS NOT DISTINCT FROM sent.old_canonical";

/// What a backfill has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backfill {
    /// How many rows there were to look at when it began.
    pub pending: u64,
    /// How many of them it has looked at.
    pub rows: u64,
    /// How many it has brought up to date.
    pub updated: u64,
    /// How many rows it left as they were, for each reason's code.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first thousand of these rows, by run and key.
    pub left: Vec<LeftRow>,
}

/// A row that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftRow {
    /// The run.
    pub run: RunId,
    /// The key.
    pub key: String,
    /// Why.
    pub reason: LeftReason,
}

/// Why a row stays as it is. It is compared as before: by its digest where it has one, else member
/// by member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeftReason {
    /// It names no append window, so it matches any, and has no canonical form.
    #[error("it names no append window, so it has no canonical form")]
    Windowless,
    /// It says more, or other things, than a request may; writing it anew would lose that.
    #[error("a request would be refused: {problem}")]
    Legacy {
        /// The first problem: its place and its code.
        problem: String,
    },
    /// It is no append request of any age.
    #[error("no append request: {problem}")]
    Unreadable {
        /// The first problem: its place and its code.
        problem: String,
    },
    /// Its digest is another one than its request has.
    #[error("its digest is not that of its request")]
    OtherDigest,
}

impl LeftReason {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LeftReason::Windowless => "windowless",
            LeftReason::Legacy { .. } => "legacy",
            LeftReason::Unreadable { .. } => "unreadable",
            LeftReason::OtherDigest => "other_digest",
        }
    }
}

/// The columns of the rows to write.
#[derive(Default)]
struct Rows {
    runs: Vec<Uuid>,
    keys: Vec<String>,
    requests: Vec<String>,
    digests: Vec<String>,
    old_digests: Vec<Option<String>>,
    old_schemas: Vec<Option<String>>,
    old_canonicals: Vec<Option<i32>>,
}

impl Ledger<AppendRequest> {
    /// Gives rows without a digest, and rows of older versions of the canonical form or the schema,
    /// their canonical request, its digest and the versions of today, `batch` rows a transaction.
    /// Verdicts stay what they were: a row that has no canonical form is not touched.
    ///
    /// It takes no lock that an append would wait for, may be ended at any time and run again (rows
    /// that are done are not looked at again), and may run twice at once. `tell` hears of it
    /// after each batch.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`]; batches that were written stay.
    pub async fn backfill(
        &self,
        batch: NonZeroU32,
        tell: impl FnMut(&Backfill),
    ) -> Result<Backfill, Error> {
        let work = self.bring_pages(batch, tell);
        Operation::of::<AppendRequest>("backfill").observe(work, observe::done).await
    }

    async fn bring_pages(
        &self,
        batch: NonZeroU32,
        mut tell: impl FnMut(&Backfill),
    ) -> Result<Backfill, Error> {
        let mut done = Backfill { pending: self.backfill_pending().await?, ..Backfill::default() };
        let (mut run, mut key) = (Uuid::nil(), String::new());
        loop {
            tell(&done);
            let from = key.as_str();
            let (rows, updated, left) =
                repeat!(self, connection => page(&mut connection, run, from, batch)).await?;
            let Some(last) = rows.last() else { return Ok(done) };
            (run, key) = (last.try_get("workflow_run_id")?, last.try_get("mutation_key")?);
            done.rows += u64::try_from(rows.len()).unwrap_or_default();
            done.updated += updated;
            for row in left {
                *done.counts.entry(row.reason.code()).or_default() += 1;
                if done.left.len() < LISTED {
                    done.left.push(row);
                }
            }
        }
    }

    /// How many rows a backfill would look at.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn backfill_pending(&self) -> Result<u64, Error> {
        let read = repeat!(self, connection => async {
            let query = sqlx::query(PENDING).bind(canonical_version()).bind(schema_version());
            let row = query.fetch_one(&mut *connection).await?;
            Ok::<_, Error>(u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default())
        });
        Operation::of::<AppendRequest>("backfill_pending").observe(read, observe::done).await
    }
}

/// One batch, in a transaction of its own.
async fn page(
    connection: &mut PgConnection,
    run: Uuid,
    key: &str,
    batch: NonZeroU32,
) -> Result<(Vec<PgRow>, u64, Vec<LeftRow>), Error> {
    let mut transaction = connection.begin().await?;
    let query = sqlx::query(PAGE).bind(canonical_version()).bind(schema_version());
    let query = query.bind(run).bind(key).bind(i64::from(batch.get()));
    let rows = query.fetch_all(&mut *transaction).await?;
    let (mut sent, mut left) = (Rows::default(), Vec::new());
    for row in &rows {
        if let Err(reason) = sent.add(row)? {
            let run: Uuid = row.try_get("workflow_run_id")?;
            left.push(LeftRow { run: run.into(), key: row.try_get("mutation_key")?, reason });
        }
    }
    let updated = if sent.runs.is_empty() {
        0
    } else {
        let version = AppendRequest::plan().version.as_ref();
        let query = sqlx::query(UPDATE).bind(canonical_version()).bind(version);
        let query = query.bind(sent.runs).bind(sent.keys).bind(sent.requests);
        let query = query.bind(sent.digests).bind(sent.old_digests).bind(sent.old_schemas);
        query.bind(sent.old_canonicals).execute(&mut *transaction).await?.rows_affected()
    };
    transaction.commit().await?;
    Ok((rows, updated, left))
}

impl Rows {
    /// Adds a row in its canonical form, or tells why it has none.
    fn add(&mut self, row: &PgRow) -> Result<Result<(), LeftReason>, sqlx::Error> {
        let text: String = row.try_get("request")?;
        let request = match AppendRequest::read(text.as_bytes()) {
            Ok(request) => request,
            Err(problems) => return Ok(Err(reason(&text, &problems))),
        };
        let request =
            request.canonicalize(&Scope { organization_id: row.try_get("organization_id")? });
        let old_digest: Option<String> = row.try_get("digest")?;
        let old_canonical: Option<i32> = row.try_get("canonical_version")?;
        let digest = request.digest();
        // A digest of an older canonical form is another one by right.
        let is_same = |old: &str| old.parse::<Digest>().is_ok_and(|old| old == digest);
        if old_canonical == Some(canonical_version()) && !old_digest.as_deref().is_some_and(is_same)
        {
            return Ok(Err(LeftReason::OtherDigest));
        }
        self.runs.push(row.try_get("workflow_run_id")?);
        self.keys.push(row.try_get("mutation_key")?);
        self.requests.push(request.as_str().to_owned());
        self.digests.push(digest.to_string());
        self.old_digests.push(old_digest);
        self.old_schemas.push(row.try_get("schema_version")?);
        self.old_canonicals.push(old_canonical);
        Ok(Ok(()))
    }
}

/// Why a text that is refused as a request cannot be written anew.
fn reason(text: &str, problems: &Problems) -> LeftReason {
    match read_stored::<AppendRequest>(text.as_bytes()) {
        Ok(stored) if is_windowless(&stored) => LeftReason::Windowless,
        Ok(_) => LeftReason::Legacy { problem: first(problems) },
        Err(problems) => LeftReason::Unreadable { problem: first(&problems) },
    }
}

/// The place and the code of the first problem. They tell no value.
pub(crate) fn first(problems: &Problems) -> String {
    problems.iter().next().map_or_else(String::new, |problem| {
        let place = if problem.pointer.is_empty() { "the whole" } else { &problem.pointer };
        format!("`{place}`: {}", problem.code.as_str())
    })
}

fn canonical_version() -> i32 {
    i32::try_from(CANONICAL_VERSION).unwrap_or(i32::MAX)
}

/// The schema's version as a number, 0 where it is none: then no version is older.
fn schema_version() -> i32 {
    AppendRequest::plan().version.parse().unwrap_or_default()
}
