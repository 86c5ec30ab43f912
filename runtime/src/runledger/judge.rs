//! The verdict on what is stored.

use super::append::value;
use super::error::Error;
use super::outcome::{Outcome, Steps};
use super::reading::Reading;
use super::tables::Runledger;
use crate::error::{Named, Unreadable};
use crate::generated::relation::RunId;
use crate::observe::Operation;
use crate::retry::repeat;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;
use tantamount_core::{Canonical, read_stored};
use tantamount_schema::{AppendRequest, MutationKey};
use uuid::Uuid;

const STORED: &str = "SELECT run.organization_id, CAST(mutation.request AS text) AS request
FROM workflow_runs AS run
LEFT JOIN workflow_run_mutations AS mutation
    ON mutation.workflow_run_id = run.id AND mutation.mutation_key = $2
WHERE run.id = $1";

const IDS: &str = "SELECT step_key, id FROM workflow_steps
WHERE workflow_run_id = $1 AND step_key = ANY($2)";

impl Runledger {
    /// What became of a request that was appended under a key; `None` where nothing was. It only
    /// reads, and tries again as [`Runledger::append`] does.
    ///
    /// # Errors
    /// [`Error::NotRunledger`]; the codes `parent_not_found`, `scope_mismatch`,
    /// `stored_row_unreadable` and the database's own in [`Error::Ledger`].
    pub async fn judge(
        &self,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
    ) -> Result<Option<Outcome>, Error> {
        let read = repeat!(self, connection => self.ask(&mut connection, run, key, request));
        Operation::of::<AppendRequest>("runledger_judge").observe(read, judged).await
    }

    /// [`Runledger::judge`] within a transaction of the caller's.
    ///
    /// # Errors
    /// As [`Runledger::judge`].
    pub async fn judge_tx(
        &self,
        connection: &mut PgConnection,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
    ) -> Result<Option<Outcome>, Error> {
        let read = self.ask(connection, run, key, request);
        Operation::of::<AppendRequest>("runledger_judge_tx").observe(read, judged).await
    }

    async fn ask(
        &self,
        connection: &mut PgConnection,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
    ) -> Result<Option<Outcome>, Error> {
        self.layout(connection).await?;
        stored(connection, run, key, request).await
    }
}

/// The outcome's name.
fn judged(outcome: &Option<Outcome>) -> &'static str {
    outcome.as_ref().map_or("not_found", Outcome::code)
}

/// Looks the key up, and compares member by member.
pub(super) async fn stored(
    connection: &mut PgConnection,
    run: RunId,
    key: &MutationKey,
    request: &Canonical<'_, AppendRequest>,
) -> Result<Option<Outcome>, Error> {
    let parent = named(run);
    let query = sqlx::query(STORED).bind(run.as_uuid()).bind(key.as_str());
    let Some(row) = query.fetch_optional(&mut *connection).await? else {
        return Err(crate::Error::ParentNotFound { parent }.into());
    };
    if row.try_get::<Option<Uuid>, _>("organization_id")? != organization(request) {
        return Err(crate::Error::ScopeMismatch { parent }.into());
    }
    let Some(text) = row.try_get::<Option<String>, _>("request")? else { return Ok(None) };
    let Ok(stored) = read_stored::<AppendRequest>(text.as_bytes()) else {
        let reason = Unreadable::Request;
        return Err(crate::Error::StoredRowUnreadable { parent, reason }.into());
    };
    let differences = stored.compare(request);
    if !differences.is_empty() {
        return Ok(Some(Outcome::Conflict(differences)));
    }
    let is_lossy = Reading::of(&text) != Reading::Exact;
    Ok(Some(Outcome::Replayed(steps(connection, run, request, is_lossy).await?)))
}

/// The ids of a request's steps, in canonical order.
async fn steps(
    connection: &mut PgConnection,
    run: RunId,
    request: &Canonical<'_, AppendRequest>,
    is_lossy: bool,
) -> Result<Steps, Error> {
    let steps = value(request).steps;
    let mut keys: Vec<String> =
        steps.iter().map(|step| step.step_key().as_str().to_owned()).collect();
    keys.sort_unstable();
    let query = sqlx::query(IDS).bind(run.as_uuid()).bind(&keys);
    let mut ids = Vec::with_capacity(keys.len());
    for row in query.fetch_all(connection).await? {
        ids.push((row.try_get::<String, _>("step_key")?, row.try_get::<Uuid, _>("id")?));
    }
    ids.sort_unstable();
    let missing =
        keys.into_iter().filter(|key| ids.binary_search_by(|(id, _)| id.cmp(key)).is_err());
    let missing = missing.collect();
    Ok(Steps { ids, missing, is_lossy })
}

/// The run, as messages name it.
pub(super) fn named(run: RunId) -> Named {
    Named { noun: "run", id: Some(run) }
}

/// The organization that a request was canonicalised for.
pub(super) fn organization(request: &Canonical<'_, AppendRequest>) -> Option<Uuid> {
    request.scope().organization_id
}
