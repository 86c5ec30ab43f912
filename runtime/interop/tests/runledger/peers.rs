//! runledger's append, of each version, called with a request of ours.

use tantamount_runtime::RunId;
use tantamount_schema::AppendRequest;
use uuid::Uuid;

/// A version of runledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// 0.3
    Older,
    /// 0.12
    Newer,
}

/// What runledger said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Theirs {
    Applied,
    Replayed,
    Conflict,
    /// Another refusal, by its code.
    Refused(String),
    /// A payload cannot be given to it: `serde_json` does not read it.
    Unsayable,
}

impl Peer {
    pub(crate) async fn migrate(self, pool: &sqlx_0_8::PgPool) {
        match self {
            Peer::Older => older::migrate(pool).await,
            Peer::Newer => newer::migrate(pool).await,
        }
    }

    /// Appends a request under the key of the tests.
    pub(crate) async fn append(
        self,
        pool: &sqlx_0_8::PgPool,
        run: RunId,
        organization: Option<Uuid>,
        request: &AppendRequest,
    ) -> Theirs {
        let mut payloads = Vec::new();
        for step in &request.steps {
            match serde_json::from_str(step.payload().as_str()) {
                Ok(payload) => payloads.push(payload),
                Err(_) => return Theirs::Unsayable,
            }
        }
        match self {
            Peer::Older => older::append(pool, run, organization, request, &payloads).await,
            Peer::Newer => newer::append(pool, run, organization, request, &payloads).await,
        }
    }
}

/// 0.3 does not know the members that came later: only requests without them are put to it.
macro_rules! peer {
    ($module:ident, $core:ident, $postgres:ident, |$job:ident, $builder:ident| $later:expr) => {
        mod $module {
            use super::Theirs;
            use tantamount_runtime::RunId;
            use tantamount_schema::{AppendRequest, ReleaseMode, Step};
            use uuid::Uuid;
            use $core::jobs::{JobStage, JobType, StepKey, WorkflowStepEnqueueBuilder};
            use $postgres::jobs::{
                AppendWorkflowStepsInput, AppendWorkflowStepsOutcome, append_workflow_steps,
            };

            pub(super) async fn migrate(pool: &sqlx_0_8::PgPool) {
                $postgres::migrate_after_idempotency_cutover(pool).await.expect("migrated");
            }

            pub(super) async fn append(
                pool: &sqlx_0_8::PgPool,
                run: RunId,
                organization: Option<Uuid>,
                request: &AppendRequest,
                payloads: &[serde_json::Value],
            ) -> Theirs {
                let mut steps = Vec::new();
                for (step, payload) in request.steps.iter().zip(payloads) {
                    let key = StepKey::new(step.step_key().as_str());
                    let mut builder = match step {
                        Step::External(_) => WorkflowStepEnqueueBuilder::new_external(key, payload),
                        Step::Job($job) => {
                            let job_type = JobType::new($job.job_type.as_str());
                            let stage = JobStage::from_db_value($job.stage.as_str());
                            let mut $builder =
                                WorkflowStepEnqueueBuilder::new(key, job_type, payload)
                                    .stage(stage.expect("a stage"));
                            if let Some(priority) = $job.priority {
                                $builder = $builder.priority(priority);
                            }
                            if let Some(attempts) = &$job.max_attempts {
                                $builder = $builder.max_attempts(attempts.get());
                            }
                            if let Some(seconds) = &$job.timeout_seconds {
                                $builder = $builder.timeout_seconds(seconds.get());
                            }
                            $later
                        }
                    };
                    if let Some(organization) = step.organization_id() {
                        builder = builder.organization_id(*organization);
                    }
                    for dependency in step.dependencies() {
                        let name = StepKey::new(&dependency.prerequisite_step_key);
                        builder = match dependency.release_mode {
                            ReleaseMode::OnSuccess => builder.depends_on_success(&[name]),
                            ReleaseMode::OnTerminal => builder.depends_on_terminal(&[name]),
                        };
                    }
                    match builder.try_build() {
                        Ok(step) => steps.push(step),
                        Err(error) => return Theirs::Refused(format!("workflow.build: {error}")),
                    }
                }
                let input = AppendWorkflowStepsInput {
                    workflow_run_id: run.as_uuid(),
                    organization_id: organization,
                    mutation_key: "key",
                    mutation_metadata: &serde_json::Value::Object(serde_json::Map::new()),
                    append_window_step_key: StepKey::new(request.append_window_step_key.as_str()),
                    steps,
                };
                match append_workflow_steps(pool, &input).await {
                    Ok(result) => match result.outcome {
                        AppendWorkflowStepsOutcome::Appended => Theirs::Applied,
                        AppendWorkflowStepsOutcome::AlreadyApplied => Theirs::Replayed,
                    },
                    Err($postgres::Error::QueryError(error)) => match error.code() {
                        "workflow.append_conflicting_retry" => Theirs::Conflict,
                        code => Theirs::Refused(format!("{code}: {error}")),
                    },
                    Err(error) => Theirs::Refused(error.to_string()),
                }
            }
        }
    };
}

peer!(older, runledger_core_0_3, runledger_postgres_0_3, |job, builder| builder);
peer!(newer, runledger_core_0_12, runledger_postgres_0_12, |job, builder| {
    if job.allow_handler_continuation {
        builder = builder.allow_handler_continuation();
    }
    if let Some(resource) = &job.execution_resource_key {
        builder = builder.execution_resource(resource.as_str());
    }
    builder
});
