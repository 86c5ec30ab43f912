//! The audit: our verdict over everything that runledger stored, in one snapshot, without a write.

use super::error::{Error, Refusal};
use super::reading::Reading;
use super::tables::Runledger;
use crate::append::{element_keys, is_windowless};
use crate::backfill::first;
use crate::generated::relation::RunId;
use crate::observe::{self, Operation};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};
use std::collections::{BTreeMap, HashMap};
use tantamount_core::{Digest, read_stored};
use tantamount_schema::{AppendRequest, Scope};
use uuid::Uuid;

/// How many rows are fetched at once.
const ROWS: i64 = 100;
/// The most findings that a report lists; all are counted.
const LISTED: usize = 1_000;

const SNAPSHOT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

const COUNT: &str = "SELECT COUNT(*) AS count FROM workflow_run_mutations";

const PAGE: &str = "SELECT mutation.workflow_run_id, mutation.mutation_key, run.organization_id,
    CAST(mutation.request AS text) AS request
FROM workflow_run_mutations AS mutation
JOIN workflow_runs AS run ON run.id = mutation.workflow_run_id
WHERE (mutation.workflow_run_id, mutation.mutation_key) > ($1, $2)
ORDER BY mutation.workflow_run_id, mutation.mutation_key LIMIT $3";

/// Which steps that rows name their runs do not have.
const MISSING: &str = "SELECT sent.run, sent.key, COUNT(*) AS missing
FROM UNNEST($1::uuid[], $2::text[], $3::text[]) AS sent (run, key, step)
WHERE NOT EXISTS (SELECT 1 FROM workflow_steps AS step
    WHERE step.workflow_run_id = sent.run AND step.step_key = sent.step)
GROUP BY sent.run, sent.key ORDER BY sent.run, sent.key";

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many rows were looked at.
    pub rows: u64,
    /// How many of them are as they should be.
    pub sound: u64,
    /// How many findings there are of each code, in the order of the codes.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first thousand findings, by run and key.
    pub findings: Vec<Finding>,
}

/// Something that a row of runledger's has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The run.
    pub run: RunId,
    /// The key.
    pub key: String,
    /// What it is.
    pub kind: Kind,
}

/// What a row of runledger's may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing can be compared with it: it is no append request of any age.
    #[error("no append request: {problem}")]
    Unreadable {
        /// The first problem, with its place.
        problem: String,
    },
    /// runledger fails each retry of it.
    #[error("runledger fails each retry: {0}")]
    Refused(Refusal),
    /// runledger reads other numbers than stand there, so that another request may pass for it.
    #[error("runledger reads numbers as doubles, and other ones than are stored")]
    Lossy,
    /// It names no append window, so that it matches any: it has no canonical form.
    #[error("it names no append window, and matches any")]
    Windowless,
    /// It can be compared, but says more, or other things, than a request may.
    #[error("a request would be refused: {problem}")]
    Legacy {
        /// The first problem, with its place.
        problem: String,
    },
    /// The same request stands under another key of the same run.
    #[error("the same request as under the key `{key}`")]
    Duplicate {
        /// The other key, the first in the order of keys.
        key: String,
    },
    /// Steps that it names are not in the run: runledger fails each retry of it.
    #[error("runledger fails each retry: the run has {steps} of its steps no longer")]
    MissingSteps {
        /// How many.
        steps: u64,
    },
}

impl Kind {
    /// A stable name, for programs to decide by.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Kind::Unreadable { .. } => "unreadable",
            Kind::Refused(Refusal::TooDeep) => "too_deep",
            Kind::Refused(_) => "number_out_of_range",
            Kind::Lossy => "lossy",
            Kind::Windowless => "windowless",
            Kind::Legacy { .. } => "legacy",
            Kind::Duplicate { .. } => "duplicate",
            Kind::MissingSteps { .. } => "missing_steps",
        }
    }
}

impl Audit {
    fn add(&mut self, run: RunId, key: &str, kind: Kind) {
        *self.counts.entry(kind.code()).or_default() += 1;
        if self.findings.len() < LISTED {
            self.findings.push(Finding { run, key: key.to_owned(), kind });
        }
    }
}

impl Runledger {
    /// Reads every stored request again, and names those that are unreadable, lossy, duplicates in
    /// meaning or of another age. It runs in one read-only transaction of one snapshot, and holds
    /// a hundred rows at a time. `tell` hears of rows done, and of how many there are.
    ///
    /// # Errors
    /// [`Error::NotRunledger`], [`Error::Ledger`].
    pub async fn audit(&self, tell: impl FnMut(u64, u64)) -> Result<Audit, Error> {
        Operation::of::<AppendRequest>("audit").observe(self.walk(tell), observe::done).await
    }

    async fn walk(&self, mut tell: impl FnMut(u64, u64)) -> Result<Audit, Error> {
        let mut transaction = self.pool().begin().await?;
        sqlx::query(SNAPSHOT).execute(&mut *transaction).await?;
        self.layout(&mut transaction).await?;
        let row = sqlx::query(COUNT).fetch_one(&mut *transaction).await?;
        let total = u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default();
        let mut walk = Walk::default();
        let (mut run, mut key) = (Uuid::nil(), String::new());
        loop {
            tell(walk.audit.rows, total);
            let query = sqlx::query(PAGE).bind(run).bind(&key).bind(ROWS);
            let rows = query.fetch_all(&mut *transaction).await?;
            let Some(last) = rows.last() else { break };
            (run, key) = (last.try_get("workflow_run_id")?, last.try_get("mutation_key")?);
            walk.page(&mut transaction, &rows).await?;
        }
        transaction.rollback().await?;
        Ok(walk.audit)
    }
}

/// An audit on its way.
#[derive(Default)]
struct Walk {
    audit: Audit,
    /// The run of the last row, and the requests that it has.
    run: Option<Uuid>,
    digests: HashMap<Digest, String>,
}

/// The steps that rows name.
#[derive(Default)]
struct Named {
    runs: Vec<Uuid>,
    keys: Vec<String>,
    steps: Vec<String>,
}

impl Walk {
    async fn page(&mut self, connection: &mut PgConnection, rows: &[PgRow]) -> Result<(), Error> {
        let mut named = Named::default();
        let mut found: Vec<(Uuid, String, Vec<Kind>)> = Vec::with_capacity(rows.len());
        for row in rows {
            let run: Uuid = row.try_get("workflow_run_id")?;
            let key: String = row.try_get("mutation_key")?;
            if self.run.replace(run) != Some(run) {
                self.digests.clear();
            }
            let kinds = self.judge(row, run, &key, &mut named)?;
            found.push((run, key, kinds));
        }
        let query = sqlx::query(MISSING).bind(named.runs).bind(named.keys).bind(named.steps);
        let mut missing: HashMap<(Uuid, String), u64> = HashMap::new();
        for row in query.fetch_all(connection).await? {
            let steps = u64::try_from(row.try_get::<i64, _>("missing")?).unwrap_or_default();
            missing.insert((row.try_get("run")?, row.try_get("key")?), steps);
        }
        for (run, key, mut kinds) in found {
            let steps = missing.get(&(run, key.clone()));
            kinds.extend(steps.map(|steps| Kind::MissingSteps { steps: *steps }));
            self.audit.rows += 1;
            self.audit.sound += u64::from(kinds.is_empty());
            for kind in kinds {
                self.audit.add(run.into(), &key, kind);
            }
        }
        Ok(())
    }

    fn judge(
        &mut self,
        row: &PgRow,
        run: Uuid,
        key: &str,
        named: &mut Named,
    ) -> Result<Vec<Kind>, sqlx::Error> {
        let text: String = row.try_get("request")?;
        let mut kinds = Vec::new();
        match Reading::of(&text) {
            Reading::Exact => {}
            Reading::Lossy => kinds.push(Kind::Lossy),
            Reading::Refused(refusal) => kinds.push(Kind::Refused(refusal)),
        }
        let stored = match read_stored::<AppendRequest>(text.as_bytes()) {
            Ok(stored) => stored,
            Err(problems) => {
                kinds.push(Kind::Unreadable { problem: first(&problems) });
                return Ok(kinds);
            }
        };
        for step in element_keys(&stored) {
            named.runs.push(run);
            named.keys.push(key.to_owned());
            named.steps.push(step);
        }
        match AppendRequest::read(text.as_bytes()) {
            Ok(checked) => {
                let scope = Scope { organization_id: row.try_get("organization_id")? };
                let digest = checked.canonicalize(&scope).digest();
                match self.digests.get(&digest) {
                    Some(first) => kinds.push(Kind::Duplicate { key: first.clone() }),
                    None => {
                        self.digests.insert(digest, key.to_owned());
                    }
                }
            }
            Err(_) if is_windowless(&stored) => kinds.push(Kind::Windowless),
            Err(problems) => kinds.push(Kind::Legacy { problem: first(&problems) }),
        }
        Ok(kinds)
    }
}
