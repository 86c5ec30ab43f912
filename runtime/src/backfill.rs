//! The backfill: rows of older systems and older versions get what rows of today have.

use crate::append::is_windowless;
use crate::error::{Error, Named, Unreadable};
use crate::identity::ParentId;
use crate::ledger::Ledger;
use crate::observe::{self, Operation};
use crate::relation::Storage;
use crate::retry::repeat;
use crate::verify::Position;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{Connection as _, Row as _};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use tantamount_core::{
    CANONICAL_VERSION, Digest, Problems, Scope, canonicalize_by, json, read, read_stored,
};
use uuid::Uuid;

/// The most rows that a report lists; all are counted.
const LISTED: usize = 1_000;

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
    /// The first thousand of these rows, in the order of the ledger's primary key.
    pub left: Vec<LeftRow>,
}

/// A row that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftRow {
    /// Where it is.
    pub position: Position,
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
    /// It is no request of any age.
    #[error("no request of any age: {problem}")]
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

impl<R: Storage> Ledger<R> {
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
        Operation::of::<R>("backfill").observe(self.renew_all(batch, tell), observe::done).await
    }

    async fn renew_all(
        &self,
        batch: NonZeroU32,
        mut tell: impl FnMut(&Backfill),
    ) -> Result<Backfill, Error> {
        let mut done = Backfill { pending: self.backfill_pending().await?, ..Backfill::default() };
        let mut last = Position { parent: None, key: String::new() };
        loop {
            tell(&done);
            let from = &last;
            let rows = repeat!(self, connection => page::<R>(&mut connection, from, batch)).await?;
            let mut sent = Rows::default();
            let mut end = None;
            for row in &rows {
                let position = position::<R>(row)?;
                if let Err(reason) = sent.add::<R>(row, &position)? {
                    *done.counts.entry(reason.code()).or_default() += 1;
                    if done.left.len() < LISTED {
                        done.left.push(LeftRow { position: position.clone(), reason });
                    }
                }
                end = Some(position);
            }
            let Some(end) = end else { return Ok(done) };
            if !sent.keys.is_empty() {
                let sent = &sent;
                done.updated +=
                    repeat!(self, connection => sent.renew::<R>(&mut connection)).await?;
            }
            done.rows += u64::try_from(rows.len()).unwrap_or_default();
            last = end;
        }
    }

    /// How many rows a backfill would look at.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn backfill_pending(&self) -> Result<u64, Error> {
        let read = repeat!(self, connection => async {
            let query = of_today::<R>(R::relation().operations.pending);
            let row = query.fetch_one(&mut *connection).await?;
            Ok::<_, Error>(u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default())
        });
        Operation::of::<R>("backfill_pending").observe(read, observe::done).await
    }
}

/// A statement whose first parameters are the versions of today.
fn of_today<R: Storage>(statement: &'static str) -> Query<'static, Postgres, PgArguments> {
    // A version that is no number has none before it.
    let schema = R::plan().version.parse::<i32>().unwrap_or_default();
    sqlx::query(statement).bind(canonical_version()).bind(schema)
}

/// The rows behind a place that are not of today.
async fn page<R: Storage>(
    connection: &mut PgConnection,
    behind: &Position,
    batch: NonZeroU32,
) -> Result<Vec<PgRow>, Error> {
    let mut query = of_today::<R>(R::relation().operations.pending_page);
    if R::relation().parent.is_some() {
        query = query.bind(behind.parent.map_or(Uuid::nil(), |parent| parent.as_uuid()));
    }
    let query = query.bind(behind.key.clone()).bind(i64::from(batch.get()));
    Ok(query.fetch_all(connection).await?)
}

fn position<R: Storage>(row: &PgRow) -> Result<Position, sqlx::Error> {
    let parent = match &R::relation().parent {
        Some(_) => Some(ParentId::from(row.try_get::<Uuid, _>("parent")?)),
        None => None,
    };
    Ok(Position { parent, key: row.try_get("key")? })
}

/// What the database and the canonical form never are: no JSON, no UTF-8.
fn unreadable<R: Storage>(position: &Position) -> Error {
    let noun = R::relation().parent.as_ref().map_or("ledger", |parent| parent.noun);
    let parent = Named { noun, id: position.parent };
    Error::StoredRowUnreadable { parent, reason: Unreadable::Request }
}

/// The scope of a row, as the database has it: its members in canonical JSON.
#[derive(Clone, Debug, PartialEq)]
struct StoredScope(Vec<Vec<u8>>);

impl StoredScope {
    fn of<R: Storage>(row: &PgRow, position: &Position) -> Result<StoredScope, Error> {
        let mut members = Vec::new();
        for index in 0..R::relation().scope.len() {
            let text: Option<String> = row.try_get(format!("scope_{index}").as_str())?;
            let text = text.unwrap_or_else(|| "null".to_owned());
            let canonical = json::canonicalize_within(text.as_bytes(), &json::Limits::stored());
            members.push(canonical.map_err(|_| unreadable::<R>(position))?);
        }
        Ok(StoredScope(members))
    }
}

impl Scope for StoredScope {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        let value = self.0.get(usize::from(member));
        out.extend_from_slice(value.map_or(b"null", Vec::as_slice));
    }
}

/// The columns of the rows to write.
#[derive(Default)]
struct Rows {
    parents: Vec<Uuid>,
    keys: Vec<String>,
    requests: Vec<String>,
    digests: Vec<String>,
    old_digests: Vec<Option<String>>,
    old_canonicals: Vec<Option<i32>>,
    old_schemas: Vec<Option<String>>,
}

impl Rows {
    /// Adds a row in its canonical form, or tells why it has none.
    fn add<R: Storage>(
        &mut self,
        row: &PgRow,
        position: &Position,
    ) -> Result<Result<(), LeftReason>, Error> {
        let text: String = row.try_get("request")?;
        // Reading knows rules that the plan does not; the scope's type is known to the plan alone.
        let scope = StoredScope::of::<R>(row, position)?;
        let canonical = read::<R>(text.as_bytes())
            .map(drop)
            .and_then(|()| canonicalize_by(R::plan(), R::RULE, text.as_bytes(), &scope));
        let request = match canonical {
            Ok(request) => request,
            Err(problems) => return Ok(Err(reason::<R>(&text, &problems))),
        };
        let old_digest: Option<String> = row.try_get("digest")?;
        let old_canonical: Option<i32> = row.try_get("canonical_version")?;
        let digest = Digest::of(&request);
        // A digest of an older canonical form is another one by right.
        let is_same = |old: &str| old.parse::<Digest>().is_ok_and(|old| old == digest);
        if old_canonical == Some(canonical_version()) && !old_digest.as_deref().is_some_and(is_same)
        {
            return Ok(Err(LeftReason::OtherDigest));
        }
        self.parents.extend(position.parent.map(|parent| parent.as_uuid()));
        self.keys.push(position.key.clone());
        let request = String::from_utf8(request).map_err(|_| unreadable::<R>(position))?;
        self.requests.push(request);
        self.digests.push(digest.to_string());
        self.old_digests.push(old_digest);
        self.old_canonicals.push(old_canonical);
        self.old_schemas.push(row.try_get("schema_version")?);
        Ok(Ok(()))
    }

    /// Writes them, those that are still as they were read; tells how many.
    async fn renew<R: Storage>(&self, connection: &mut PgConnection) -> Result<u64, Error> {
        let version = R::plan().version.as_ref();
        let statement = R::relation().operations.renew;
        let mut query = sqlx::query(statement).bind(canonical_version()).bind(version);
        if R::relation().parent.is_some() {
            query = query.bind(&self.parents);
        }
        let query = query.bind(&self.keys).bind(&self.requests).bind(&self.digests);
        let query = query.bind(&self.old_digests).bind(&self.old_canonicals);
        let query = query.bind(&self.old_schemas);
        // Of a statement whose client has gone while it waited nothing stays: that takes a COMMIT.
        let mut transaction = connection.begin().await?;
        let updated = query.execute(&mut *transaction).await?.rows_affected();
        transaction.commit().await?;
        Ok(updated)
    }
}

/// Why a text that is refused as a request cannot be written anew.
fn reason<R: Storage>(text: &str, problems: &Problems) -> LeftReason {
    match read_stored::<R>(text.as_bytes()) {
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
