//! Verification: whether what is stored is what its digests say, and whether the rows of its elements
//! say the same.

use crate::entries::of_rows;
use crate::error::Error;
use crate::identity::{Ids, ParentId};
use crate::ledger::{Ledger, release};
use crate::observe::{self, Operation};
use crate::relation::{Lead, ParentKey as _, Storage};
use crate::retry::{Attempts, repeat};
use crate::rows::Wanted;
use crate::stop::Stop;
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use std::fmt;
use tantamount_core::plan::Rule;
use tantamount_core::{CANONICAL_VERSION, Digest, NoScope, canonicalize_by, json};
use uuid::Uuid;

/// How many ledger rows one statement reads, at most; they are read one after the other as they are
/// examined, so this bounds how long a statement lasts, not how much memory is taken.
const PAGE_ROWS: i64 = 1_000;

/// The most findings that are listed.
const LISTED: usize = 1_000;

/// The most characters of what a finding says.
const DETAIL_CHARACTERS: usize = 500;

/// What is verified, and from where on.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The last row that was examined before, to go on behind it.
    pub after: Option<Position>,
    /// Whether the rows of the elements are read too. Without them only requests and digests are.
    pub rows: bool,
}

impl Default for Verification {
    fn default() -> Self {
        Verification { after: None, rows: true }
    }
}

/// A row of the ledger, by its primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The parent, where there is such a thing.
    pub parent: Option<ParentId>,
    /// The key.
    pub key: String,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub position: Position,
    /// What, for programs.
    pub code: FindingCode,
    /// What, for people; it may show values of the request.
    pub detail: String,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FindingCode {
    /// The stored request is not JSON within the limits.
    RequestUnreadable,
    /// The stored request is not what its digest says.
    DigestDiffers,
    /// The digest, or the version of the canonical form, is none that is known here.
    DigestUnknown,
    /// The stored request is valid, but not in the schema's canonical form.
    NotCanonical,
    /// The stored request is none of this schema.
    RequestInvalid,
    /// The rows of the elements say something else than the request.
    RowsDiffer,
    /// The ids of the elements are not counted from the first, so receipts are wrong.
    IdsDiffer,
}

impl FindingCode {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::RequestUnreadable => "request_unreadable",
            FindingCode::DigestDiffers => "digest_differs",
            FindingCode::DigestUnknown => "digest_unknown",
            FindingCode::NotCanonical => "not_canonical",
            FindingCode::RequestInvalid => "request_invalid",
            FindingCode::RowsDiffer => "rows_differ",
            FindingCode::IdsDiffer => "ids_differ",
        }
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was verified, and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many ledger rows were examined.
    pub entries: u64,
    /// How many of them have no digest, being of an older system: nothing is said about them.
    pub without_digest: u64,
    /// How many were written under a newer version of the schema: only their digests were checked.
    pub newer: u64,
    /// How many had the rows of their elements read.
    pub with_rows: u64,
    /// What is not as it should be, the first thousand.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub omitted: u64,
    /// The last row that was examined; where the work was stopped, it goes on behind this one.
    pub last: Option<Position>,
    /// Whether all was examined.
    pub is_complete: bool,
}

impl Verified {
    fn add(&mut self, finding: Finding) {
        if self.findings.len() < LISTED {
            self.findings.push(finding);
        } else {
            self.omitted += 1;
        }
    }
}

impl<R: Storage> Ledger<R> {
    /// How many rows the ledger has, as the server estimates it; for a progress bar.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`].
    pub async fn estimated_entries(&self) -> Result<u64, Error> {
        let ledger = usize::from(R::relation().parent.is_some());
        let name = R::relation().operations.tables.get(ledger).copied().unwrap_or_default();
        let query = "SELECT CAST(reltuples AS bigint) AS rows FROM pg_catalog.pg_class
            WHERE oid = CAST(QUOTE_IDENT($1) AS regclass)";
        let read = repeat!(self, connection => async {
            let row = sqlx::query(query).bind(name).fetch_one(&mut *connection).await?;
            Ok::<_, Error>(u64::try_from(row.try_get::<i64, _>("rows")?).unwrap_or_default())
        });
        Operation::of::<R>("estimated_entries").observe(read, observe::done).await
    }

    /// Examines stored requests in the order of the primary key: each is put into canonical form
    /// again and held against its digest and against the rows of its elements. It reads only, takes
    /// two connections, and no more memory than the largest request and its rows take. What is
    /// written meanwhile behind the place that it has come to is examined too. Where a connection is
    /// lost it goes on behind the last row that was examined, as the
    /// [`RetryPolicy`](crate::RetryPolicy) says; the policy begins anew with each row.
    ///
    /// `progress` is called after each row.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::Database`]. What is wrong with rows is no error but a
    /// [`Finding`].
    pub async fn verify(
        &self,
        wanted: &Verification,
        stop: &Stop,
        mut progress: impl FnMut(&Verified),
    ) -> Result<Verified, Error> {
        let mut verified = Verified { last: wanted.after.clone(), ..Verified::default() };
        let work = async {
            let mut attempts = Attempts::new(&self.retry_policy());
            loop {
                let before = verified.entries;
                match self.walk(wanted.rows, stop, &mut verified, &mut progress).await {
                    Ok(()) => return Ok(verified),
                    Err(error) => {
                        if verified.entries > before {
                            attempts = Attempts::new(&self.retry_policy());
                        }
                        if !attempts.again(&error).await {
                            return Err(error);
                        }
                    }
                }
            }
        };
        let outcome = |verified: &Verified| observe::complete(verified.is_complete);
        Operation::of::<R>("verify").observe(work, outcome).await
    }

    /// Examines what is behind the last row that was examined, until the end or until it is to stop.
    async fn walk(
        &self,
        with_rows: bool,
        stop: &Stop,
        verified: &mut Verified,
        progress: &mut impl FnMut(&Verified),
    ) -> Result<(), Error> {
        let mut reading = self.connection().await?;
        let mut asking = self.connection().await?;
        let done = self.pages(&mut reading, &mut asking, with_rows, stop, verified, progress).await;
        release(asking, release(reading, done))
    }

    async fn pages(
        &self,
        reading: &mut PgConnection,
        asking: &mut PgConnection,
        with_rows: bool,
        stop: &Stop,
        verified: &mut Verified,
        progress: &mut impl FnMut(&Verified),
    ) -> Result<(), Error> {
        loop {
            let mut count = 0;
            let (parent, key) = match &verified.last {
                Some(last) => (last.parent, last.key.clone()),
                None => (None, String::new()),
            };
            let parent = parent.map_or(Uuid::nil(), |parent| parent.as_uuid());
            let mut query = sqlx::query(R::relation().operations.page);
            if R::relation().parent.is_some() {
                query = query.bind(parent);
            }
            let mut page = query.bind(&key).bind(PAGE_ROWS).fetch(&mut *reading);
            while let Some(row) = next(&mut page).await? {
                if stop.is_asked() {
                    return Ok(());
                }
                let entry = Entry::read::<R>(&row)?;
                // What it counts it counts at its end, so that no row that is begun again counts twice.
                let found = entry.examine::<R>(&mut *asking, with_rows, verified).await?;
                observe::verified(found.iter().map(|(code, _)| code.as_str()));
                for (code, detail) in found {
                    let detail = detail.chars().take(DETAIL_CHARACTERS).collect();
                    verified.add(Finding { position: entry.position.clone(), code, detail });
                }
                verified.entries += 1;
                verified.last = Some(entry.position);
                progress(verified);
                count += 1;
            }
            drop(page);
            if count < PAGE_ROWS {
                verified.is_complete = true;
                return Ok(());
            }
        }
    }
}

/// The next row of a stream.
async fn next(
    rows: &mut (impl futures_core::Stream<Item = Result<PgRow, sqlx::Error>> + Unpin),
) -> Result<Option<PgRow>, sqlx::Error> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *rows).poll_next(context))
        .await
        .transpose()
}

/// A ledger row.
struct Entry {
    position: Position,
    request: String,
    digest: Option<String>,
    canonical_version: Option<i32>,
    schema_version: Option<String>,
    first: Option<Uuid>,
}

type Found = Vec<(FindingCode, String)>;

impl Entry {
    fn read<R: Storage>(row: &PgRow) -> Result<Entry, sqlx::Error> {
        let parent = match &R::relation().parent {
            Some(_) => Some(ParentId::from(row.try_get::<Uuid, _>("parent")?)),
            None => None,
        };
        Ok(Entry {
            position: Position { parent, key: row.try_get("key")? },
            request: row.try_get("request")?,
            digest: row.try_get("digest")?,
            canonical_version: row.try_get("canonical_version")?,
            schema_version: row.try_get("schema_version")?,
            first: row.try_get("first")?,
        })
    }

    async fn examine<R: Storage>(
        &self,
        connection: &mut PgConnection,
        with_rows: bool,
        verified: &mut Verified,
    ) -> Result<Found, Error> {
        let limits = json::Limits::stored();
        let bytes = match json::canonicalize_within(self.request.as_bytes(), &limits) {
            Ok(bytes) => bytes,
            Err(problems) => {
                return Ok(vec![(FindingCode::RequestUnreadable, first_of(&problems))]);
            }
        };
        let Some(digest) = &self.digest else {
            verified.without_digest += 1;
            return Ok(Found::new());
        };
        let mut found = Found::new();
        let version = self.canonical_version.and_then(|version| u32::try_from(version).ok());
        match digest.parse::<Digest>() {
            Ok(digest) if version == Some(CANONICAL_VERSION) => {
                let own = Digest::of(&bytes);
                if digest != own {
                    let detail = format!("the request's digest is {own}, stored is {digest}");
                    found.push((FindingCode::DigestDiffers, detail));
                }
            }
            Ok(_) => {
                let detail = "the version of the canonical form is not known here".to_owned();
                return Ok(vec![(FindingCode::DigestUnknown, detail)]);
            }
            Err(_) => {
                let detail = "the digest is malformed".to_owned();
                found.push((FindingCode::DigestUnknown, detail));
            }
        }
        if self.is_newer::<R>() {
            verified.newer += 1;
            return Ok(found);
        }
        // In the canonical form all that is inherited is there, so it is its own canonical form
        // under no scope.
        match canonicalize_by(R::plan(), R::RULE, &bytes, &NoScope) {
            Ok(again) if again == bytes => {}
            Ok(again) => {
                found.push((FindingCode::NotCanonical, differences(&bytes, &again)));
            }
            Err(problems) => {
                found.push((FindingCode::RequestInvalid, first_of(&problems)));
                return Ok(found);
            }
        }
        if with_rows && (self.first.is_some() || R::relation().lead == Lead::Key) {
            let about_rows = self.examine_rows::<R>(connection, &bytes).await?;
            // What was pruned since the page was read is no finding.
            if about_rows.is_empty() || self.is_there::<R>(connection).await? {
                verified.with_rows += 1;
                found.extend(about_rows);
            }
        }
        Ok(found)
    }

    fn is_newer<R: Storage>(&self) -> bool {
        let stored = self.schema_version.as_deref();
        stored.is_some_and(|stored| crate::append::may_say_more(stored, &R::plan().version))
    }

    fn parent<R: Storage>(&self) -> R::Parent {
        R::Parent::of(self.position.parent.unwrap_or_else(|| ParentId::from(Uuid::nil())))
    }

    async fn is_there<R: Storage>(&self, connection: &mut PgConnection) -> Result<bool, Error> {
        let (parent, key) = (self.parent::<R>(), &self.position.key);
        let query = crate::append::of_row::<R>(R::relation().statements.lookup, parent, key);
        // Whose it is matters not.
        let query = R::relation().scope.iter().fold(query, |query, _| query.bind("null"));
        let row = query.fetch_optional(connection).await?;
        Ok(row.map(|row| row.try_get("found")).transpose()?.unwrap_or(false))
    }

    /// Puts the rows of the elements into the request's place, and compares.
    async fn examine_rows<R: Storage>(
        &self,
        connection: &mut PgConnection,
        bytes: &[u8],
    ) -> Result<Found, Error> {
        let relation = R::relation();
        let (parent, key) = (self.parent::<R>(), self.position.key.as_str());
        let ids = Ids::from_first(self.first.unwrap_or_default());
        let wanted = Wanted::<R> { parent, key, ids };
        let Some(open) = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('}'))
        else {
            return Ok(Found::new());
        };
        // Of members of the same name the last one counts.
        let mut text = open.to_owned();
        for (index, table) in relation.tables.iter().enumerate() {
            if table.parent.is_some() || table.rows.is_none() {
                continue;
            }
            let rows = wanted.json(connection, index).await?;
            let Some(name) = root_member::<R>(table.slot) else { continue };
            // Without rows an array is empty or not there: the request says which.
            if rows == "[]" && is_empty(bytes, name) {
                continue;
            }
            if text.len() > 1 {
                text.push(',');
            }
            let mut member = json::Output::new();
            member.begin_object();
            member.name(name);
            member.raw(&rows);
            member.end_object();
            let member = member.into_string();
            text.push_str(member.trim_start_matches('{').strip_suffix('}').unwrap_or_default());
        }
        text.push('}');
        let mut found = Found::new();
        let stored = json::canonicalize_within(text.as_bytes(), &json::Limits::stored());
        let from_rows =
            stored.and_then(|text| canonicalize_by(R::plan(), R::RULE, &text, &NoScope));
        match from_rows {
            Ok(from_rows) if from_rows == bytes => {}
            Ok(from_rows) => {
                found.push((FindingCode::RowsDiffer, differences(bytes, &from_rows)));
            }
            Err(problems) => {
                let detail = format!("the rows make no request: {}", first_of(&problems));
                found.push((FindingCode::RowsDiffer, detail));
            }
        }
        if let Some(elements) = &relation.elements {
            let query = of_rows::<R>(elements.by_id, parent, key);
            let rows = query.bind(ids.first()).bind(ids.last()).fetch_all(&mut *connection).await?;
            let counted = relation.lead.counted(ids);
            for (position, row) in rows.iter().enumerate() {
                let (id, wanted): (Uuid, Uuid) = (row.try_get("id")?, counted.at(position));
                if id != wanted {
                    let detail = format!("element {position} has the id {id}, not {wanted}");
                    found.push((FindingCode::IdsDiffer, detail));
                    break;
                }
            }
            let keys: Result<Vec<String>, sqlx::Error> =
                rows.iter().map(|row| row.try_get("key")).collect();
            if !keys?.is_sorted() {
                let detail = "the ids do not count in the order of the keys".to_owned();
                found.push((FindingCode::IdsDiffer, detail));
            }
        }
        Ok(found)
    }
}

/// The name of a member of the root.
fn root_member<R: Storage>(slot: u16) -> Option<&'static str> {
    let Rule::Record(root) = R::plan().root else { return None };
    Some(&R::plan().record(root)?.slots.get(usize::from(slot))?.name)
}

/// Whether an array in the root of a canonical text is empty, or not there.
fn is_empty(bytes: &[u8], name: &str) -> bool {
    let mut member = json::Output::new();
    member.string(name);
    let member = member.into_string();
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    !text.contains(&format!("{member}:[")) || text.contains(&format!("{member}:[]"))
}

fn first_of(problems: &tantamount_core::Problems) -> String {
    problems
        .iter()
        .next()
        .map_or_else(String::new, |problem| format!("{}: {}", problem.pointer, problem.message))
}

/// What differs, as far as it can be listed.
fn differences(from: &[u8], to: &[u8]) -> String {
    match json::compare(from, to) {
        Ok(differences) => differences.to_string().replace('\n', "; "),
        Err(_) => "they are too large to list what differs".to_owned(),
    }
}
