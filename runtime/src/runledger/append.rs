//! The append into runledger's tables, as runledger's own leaves them.

use super::error::{Error, Refusal};
use super::judge::{named, organization, stored};
use super::outcome::{Outcome, Steps};
use super::reading::Reading;
use super::release;
use super::tables::{Layout, Runledger};
use crate::error::Keys;
use crate::generated::relation::RunId;
use crate::observe::Operation;
use crate::retry::repeat;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use tantamount_core::{Canonical, Value as _, json};
use tantamount_schema::{AppendRequest, Dependency, MutationKey, ReleaseMode, Step};
use uuid::Uuid;

/// runledger refuses any other level; a statement must see what was committed while it waited.
const READ_COMMITTED: &str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// runledger locks a run's steps before the run; who locks some of them in the same order gets in
/// nobody's way.
const LOCK_STEPS: &str = "SELECT id, step_key, execution_kind::text AS kind, status::text AS status
FROM workflow_steps WHERE workflow_run_id = $1 AND step_key = ANY($2) ORDER BY id FOR UPDATE";

const LOCK_RUN: &str = "SELECT status::text AS status FROM workflow_runs WHERE id = $1 FOR UPDATE";

const DEFINITIONS: &str = "SELECT job_type, default_priority, max_attempts, default_timeout_seconds
FROM job_definitions WHERE is_enabled AND job_type = ANY($1) FOR SHARE";

const INSERT_MUTATION: &str = "INSERT INTO workflow_run_mutations
    (workflow_run_id, mutation_key, metadata, request)
VALUES ($1, $2, CAST($3 AS jsonb), CAST($4 AS jsonb))";

const INSERT_STEPS: &str = "INSERT INTO workflow_steps (id, workflow_run_id, step_key,
    execution_kind, job_type, organization_id, payload, priority, max_attempts, timeout_seconds,
    stage, status, dependency_count_total, dependency_count_pending, dependency_count_unsatisfied)
SELECT sent.id, $1, sent.step_key, CAST(sent.kind AS workflow_step_execution_kind), sent.job_type,
    sent.organization_id, CAST(sent.payload AS jsonb), sent.priority, sent.max_attempts,
    sent.timeout_seconds, sent.stage, 'BLOCKED', sent.total, sent.pending, sent.unsatisfied
FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::integer[],
    $9::integer[], $10::integer[], $11::text[], $12::integer[], $13::integer[], $14::integer[])
    AS sent (id, step_key, kind, job_type, organization_id, payload, priority, max_attempts,
        timeout_seconds, stage, total, pending, unsatisfied)";

const SET_CONTINUATION: &str =
    "UPDATE workflow_steps SET allow_handler_continuation = true WHERE id = ANY($1)";

const SET_RESOURCES: &str = "UPDATE workflow_steps AS step SET execution_resource_key = sent.key
FROM UNNEST($1::uuid[], $2::text[]) AS sent (id, key) WHERE step.id = sent.id";

const INSERT_DEPENDENCIES: &str = "INSERT INTO workflow_step_dependencies
    (workflow_run_id, prerequisite_step_id, dependent_step_id, release_mode)
SELECT $1, sent.prerequisite, sent.dependent, CAST(sent.mode AS workflow_dependency_release_mode)
FROM UNNEST($2::uuid[], $3::uuid[], $4::text[]) AS sent (prerequisite, dependent, mode)";

/// A step of the run.
struct Known {
    id: Uuid,
    is_external: bool,
    status: String,
}

impl Known {
    fn is_terminal(&self) -> bool {
        ["SUCCEEDED", "FAILED", "CANCELED"].contains(&self.status.as_str())
    }
}

impl Runledger {
    /// Appends a request under a key to a run, as runledger's own append would: applied where the
    /// key is new, replayed where the same request was appended under it before, by whomever, a
    /// conflict where another one was. Where other transactions are in the way, or the connection is
    /// lost, it tries again, as the [`RetryPolicy`](crate::RetryPolicy) says; what an attempt wrote
    /// whose answer was lost is replayed by the next one.
    ///
    /// # Errors
    /// As [`Runledger::judge`]; [`Error::Refused`], [`Error::Cancelling`]; and the codes
    /// `window_not_found`, `window_not_open`, `parent_closed`, `key_taken`, `unknown_reference` in
    /// [`Error::Ledger`]. With any of them nothing was written.
    pub async fn append(
        &self,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let work =
            repeat!(self, connection => self.alone(&mut connection, run, key, request, metadata));
        Operation::of::<AppendRequest>("runledger_append").observe(work, Outcome::code).await
    }

    /// One attempt, in a transaction of its own.
    async fn alone(
        &self,
        connection: &mut PgConnection,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let mut transaction = connection.begin().await?;
        sqlx::query(READ_COMMITTED).execute(&mut *transaction).await?;
        let outcome = self.write(&mut transaction, run, key, request, metadata).await?;
        transaction.commit().await?;
        Ok(outcome)
    }

    /// [`Runledger::append`] within a transaction of the caller's, of level `READ COMMITTED`.
    /// Nothing is tried again here, and after an error the transaction is to be rolled back.
    ///
    /// # Errors
    /// As [`Runledger::append`].
    pub async fn append_tx(
        &self,
        connection: &mut PgConnection,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let work = self.write(connection, run, key, request, metadata);
        Operation::of::<AppendRequest>("runledger_append_tx").observe(work, Outcome::code).await
    }

    async fn write(
        &self,
        connection: &mut PgConnection,
        run: RunId,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
        metadata: Option<&json::Text>,
    ) -> Result<Outcome, Error> {
        let layout = self.layout(connection).await?;
        if let Some(outcome) = stored(connection, run, key, request).await? {
            return Ok(outcome);
        }
        let is_lossy = match Reading::of(request.as_str()) {
            Reading::Refused(refusal) => return Err(refusal.into()),
            reading => reading == Reading::Lossy,
        };
        let append = Append { layout, run, request: value(request), named: BTreeSet::new() };
        append.write(connection, key, request, metadata, is_lossy).await
    }
}

/// The request as a value.
pub(super) fn value(request: &Canonical<'_, AppendRequest>) -> AppendRequest {
    AppendRequest::from_view(request.root())
}

struct Append {
    layout: Layout,
    run: RunId,
    request: AppendRequest,
    named: BTreeSet<String>,
}

impl Append {
    async fn write(
        mut self,
        connection: &mut PgConnection,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
        metadata: Option<&json::Text>,
        is_lossy: bool,
    ) -> Result<Outcome, Error> {
        self.refuse_later_members()?;
        self.named.insert(self.request.append_window_step_key.as_str().to_owned());
        for step in &self.request.steps {
            self.named.insert(step.step_key().as_str().to_owned());
            let names = step.dependencies().iter().map(|one| one.prerequisite_step_key.clone());
            self.named.extend(names);
        }
        self.known(connection).await?;
        let row =
            sqlx::query(LOCK_RUN).bind(self.run.as_uuid()).fetch_one(&mut *connection).await?;
        let status: String = row.try_get("status")?;
        // Whoever appended while this one waited for the run may have written the key, and steps
        // that are named here.
        if let Some(outcome) = stored(connection, self.run, key, request).await? {
            return Ok(outcome);
        }
        let known = self.known(connection).await?;
        self.check(&known, &status)?;
        let ids = self.insert(connection, &known, organization(request)).await?;
        let query = sqlx::query(INSERT_MUTATION).bind(self.run.as_uuid()).bind(key.as_str());
        let query = query.bind(metadata.map_or("{}", json::Text::as_str)).bind(request.as_str());
        query.execute(&mut *connection).await?;
        release::ready(connection, self.layout, self.run).await?;
        Ok(Outcome::Applied(Steps {
            ids: ids.into_iter().collect(),
            missing: Vec::new(),
            is_lossy,
        }))
    }

    /// Tables that do not know a member would have runledger take requests with and without it
    /// for the same.
    fn refuse_later_members(&self) -> Result<(), Refusal> {
        for step in &self.request.steps {
            let Step::Job(job) = step else { continue };
            if job.allow_handler_continuation && !self.layout.continuation {
                return Err(Refusal::UnknownMember { member: "allow_handler_continuation" });
            }
            if job.execution_resource_key.is_some() && !self.layout.resources {
                return Err(Refusal::UnknownMember { member: "execution_resource_key" });
            }
        }
        Ok(())
    }

    /// The steps of the run that the request names, locked.
    async fn known(&self, connection: &mut PgConnection) -> Result<BTreeMap<String, Known>, Error> {
        let names: Vec<&str> = self.named.iter().map(String::as_str).collect();
        let query = sqlx::query(LOCK_STEPS).bind(self.run.as_uuid()).bind(names);
        let mut known = BTreeMap::new();
        for row in query.fetch_all(connection).await? {
            let is_external = row.try_get::<&str, _>("kind")? == "EXTERNAL";
            let step =
                Known { id: row.try_get("id")?, is_external, status: row.try_get("status")? };
            known.insert(row.try_get("step_key")?, step);
        }
        Ok(known)
    }

    fn check(&self, known: &BTreeMap<String, Known>, status: &str) -> Result<(), Error> {
        let parent = named(self.run);
        let window = self.request.append_window_step_key.as_str().to_owned();
        let noun = "append window";
        match known.get(&window) {
            Some(step) if !step.is_external => {
                return Err(crate::Error::WindowNotFound { parent, noun, window }.into());
            }
            None => return Err(crate::Error::WindowNotFound { parent, noun, window }.into()),
            Some(step) if step.status != "WAITING_FOR_EXTERNAL" => {
                return Err(crate::Error::WindowNotOpen { parent, noun, window }.into());
            }
            Some(_) => {}
        }
        if !["RUNNING", "WAITING_FOR_EXTERNAL"].contains(&status) {
            return Err(crate::Error::ParentClosed { parent }.into());
        }
        let steps = &self.request.steps;
        let own: BTreeSet<&str> = steps.iter().map(|step| step.step_key().as_str()).collect();
        let noun = "step";
        let taken: Vec<String> = own
            .iter()
            .filter(|key| known.contains_key(**key))
            .map(|key| (*key).to_owned())
            .collect();
        if !taken.is_empty() {
            return Err(crate::Error::KeyTaken { parent, noun, keys: Keys::new(taken) }.into());
        }
        let unknown: BTreeSet<&str> = steps
            .iter()
            .flat_map(Step::dependencies)
            .map(|dependency| dependency.prerequisite_step_key.as_str())
            .filter(|key| !own.contains(key) && !known.contains_key(*key))
            .collect();
        if !unknown.is_empty() {
            let keys = Keys::new(unknown.into_iter().map(str::to_owned).collect());
            return Err(crate::Error::UnknownReference { parent, noun, keys }.into());
        }
        Ok(())
    }

    /// Writes steps and dependencies; the ids by key.
    async fn insert(
        &self,
        connection: &mut PgConnection,
        known: &BTreeMap<String, Known>,
        organization: Option<Uuid>,
    ) -> Result<BTreeMap<String, Uuid>, Error> {
        let defaults = self.defaults(connection).await?;
        let mut ids = BTreeMap::new();
        let mut rows = Rows::default();
        let mut continuing = Vec::new();
        let (mut holders, mut resources) = (Vec::new(), Vec::new());
        for step in &self.request.steps {
            let id = Uuid::now_v7();
            ids.insert(step.step_key().as_str().to_owned(), id);
            rows.add(id, step, organization, known, &defaults)?;
            if let Step::Job(job) = step {
                continuing.extend(job.allow_handler_continuation.then_some(id));
                if let Some(resource) = &job.execution_resource_key {
                    holders.push(id);
                    resources.push(resource.as_str());
                }
            }
        }
        rows.insert(connection, self.run).await?;
        if !continuing.is_empty() {
            sqlx::query(SET_CONTINUATION).bind(continuing).execute(&mut *connection).await?;
        }
        if !holders.is_empty() {
            let query = sqlx::query(SET_RESOURCES).bind(holders).bind(resources);
            query.execute(&mut *connection).await?;
        }
        let (mut before, mut after, mut modes) = (Vec::new(), Vec::new(), Vec::new());
        for step in &self.request.steps {
            let Some(id) = ids.get(step.step_key().as_str()) else { continue };
            for dependency in step.dependencies() {
                let name = dependency.prerequisite_step_key.as_str();
                let prerequisite =
                    ids.get(name).copied().or_else(|| known.get(name).map(|step| step.id));
                let Some(prerequisite) = prerequisite else { continue };
                before.push(prerequisite);
                after.push(*id);
                modes.push(dependency.release_mode.as_str());
            }
        }
        if !before.is_empty() {
            let query = sqlx::query(INSERT_DEPENDENCIES).bind(self.run.as_uuid());
            query.bind(before).bind(after).bind(modes).execute(connection).await?;
        }
        Ok(ids)
    }

    /// The defaults of each job type: priority, attempts, seconds.
    async fn defaults(
        &self,
        connection: &mut PgConnection,
    ) -> Result<BTreeMap<String, [i32; 3]>, Error> {
        let types: BTreeSet<&str> = self.request.steps.iter().filter_map(job_type).collect();
        let types: Vec<&str> = types.into_iter().collect();
        let mut defaults = BTreeMap::new();
        if types.is_empty() {
            return Ok(defaults);
        }
        for row in sqlx::query(DEFINITIONS).bind(types).fetch_all(connection).await? {
            let values = [
                row.try_get("default_priority")?,
                row.try_get("max_attempts")?,
                row.try_get("default_timeout_seconds")?,
            ];
            defaults.insert(row.try_get("job_type")?, values);
        }
        Ok(defaults)
    }
}

fn job_type(step: &Step) -> Option<&str> {
    match step {
        Step::Job(job) => Some(job.job_type.as_str()),
        Step::External(_) => None,
    }
}

/// The columns of the steps to write.
#[derive(Default)]
struct Rows<'r> {
    ids: Vec<Uuid>,
    keys: Vec<&'r str>,
    kinds: Vec<&'static str>,
    job_types: Vec<Option<&'r str>>,
    organizations: Vec<Option<Uuid>>,
    payloads: Vec<&'r str>,
    priorities: Vec<Option<i32>>,
    attempts: Vec<Option<i32>>,
    seconds: Vec<Option<i32>>,
    stages: Vec<Option<&'static str>>,
    totals: Vec<i32>,
    pending: Vec<i32>,
    unsatisfied: Vec<i32>,
}

impl<'r> Rows<'r> {
    fn add(
        &mut self,
        id: Uuid,
        step: &'r Step,
        organization: Option<Uuid>,
        known: &BTreeMap<String, Known>,
        defaults: &BTreeMap<String, [i32; 3]>,
    ) -> Result<(), Refusal> {
        let ended = |one: &&Dependency| {
            known.get(&one.prerequisite_step_key).filter(|step| step.is_terminal())
        };
        let total = step.dependencies().len();
        let over = step.dependencies().iter().filter(|one| ended(one).is_some()).count();
        let unsatisfied = step
            .dependencies()
            .iter()
            .filter(|one| one.release_mode == ReleaseMode::OnSuccess)
            .filter(|one| ended(one).is_some_and(|step| step.status != "SUCCEEDED"))
            .count();
        if unsatisfied > 0 && over == total {
            return Err(Refusal::Unsatisfiable { step_key: step.step_key().as_str().to_owned() });
        }
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        self.totals.push(count(total));
        self.pending.push(count(total - over));
        self.unsatisfied.push(count(unsatisfied));
        self.ids.push(id);
        self.keys.push(step.step_key().as_str());
        self.kinds.push(step.execution_kind());
        self.job_types.push(job_type(step));
        self.organizations.push(step.organization_id().copied().or(organization));
        self.payloads.push(step.payload().as_str());
        match step {
            Step::Job(job) => {
                let Some([priority, attempts, seconds]) = defaults.get(job.job_type.as_str())
                else {
                    let job_type = job.job_type.as_str().to_owned();
                    return Err(Refusal::NoDefinition { job_type });
                };
                self.priorities.push(Some(job.priority.unwrap_or(*priority)));
                let given = |count: &Option<tantamount_schema::PositiveCount>, default: i32| {
                    Some(count.as_ref().map_or(default, |count| count.get()))
                };
                self.attempts.push(given(&job.max_attempts, *attempts));
                self.seconds.push(given(&job.timeout_seconds, *seconds));
                self.stages.push(Some(job.stage.as_str()));
            }
            Step::External(_) => {
                self.priorities.push(None);
                self.attempts.push(None);
                self.seconds.push(None);
                self.stages.push(None);
            }
        }
        Ok(())
    }

    async fn insert(self, connection: &mut PgConnection, run: RunId) -> Result<(), sqlx::Error> {
        let query = sqlx::query(INSERT_STEPS).bind(run.as_uuid()).bind(self.ids).bind(self.keys);
        let query = query.bind(self.kinds).bind(self.job_types).bind(self.organizations);
        let query = query.bind(self.payloads).bind(self.priorities).bind(self.attempts);
        let query = query.bind(self.seconds).bind(self.stages).bind(self.totals);
        let query = query.bind(self.pending).bind(self.unsatisfied);
        query.execute(connection).await?;
        Ok(())
    }
}
