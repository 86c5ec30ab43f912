//! Clients that append until they know what became of their request, and write down all that they
//! are told.

use crate::log::{CALLERS, Log};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tantamount_core::Canonical;
use tantamount_runtime::{Error, Ledger, Outcome, Retry, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

/// Whose transaction an append is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Its own: one statement.
    Own,
    /// The client's, which does something else in it.
    Callers,
}

impl Form {
    pub(crate) const BOTH: [Form; 2] = [Form::Own, Form::Callers];

    /// A key that tells the form.
    pub(crate) fn key(self, name: impl std::fmt::Display) -> String {
        let beginning = if self == Form::Callers { CALLERS } else { "own-" };
        format!("{beginning}{name}")
    }
}

/// A client.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) ledger: Ledger,
    pub(crate) pool: PgPool,
    pub(crate) run: RunId,
    pub(crate) log: Arc<Log>,
}

/// How often a client asks again by itself. Whoever comes to that has been left without an answer.
const CALLS: u32 = 200;

impl Client {
    pub(crate) fn new(pool: PgPool, run: RunId, log: &Arc<Log>) -> Client {
        Client { ledger: Ledger::new(pool.clone()), pool, run, log: Arc::clone(log) }
    }

    /// Calls once.
    pub(crate) async fn call(&self, form: Form, key: &str, text: &str) -> Result<Outcome, Error> {
        let request = AppendRequest::read(text.as_bytes()).expect("a valid request");
        let request = request.canonicalize(&Scope::none());
        let mutation = MutationKey::new(key).expect("a key");
        let answer = match form {
            Form::Own => self.ledger.append(self.run, &mutation, &request, None).await,
            Form::Callers => self.in_transaction(&mutation, &request).await,
        };
        self.log.note(self.run, key, request.digest(), &answer);
        answer
    }

    /// Calls until there is an answer, as the errors say.
    pub(crate) async fn append(&self, form: Form, key: &str, text: &str) -> Outcome {
        for _ in 0..CALLS {
            let error = match self.call(form, key, text).await {
                Ok(outcome) => return outcome,
                Err(error) => error,
            };
            match error.retry() {
                Retry::After(time) | Retry::Transaction(time) => {
                    tokio::time::sleep(time.min(Duration::from_millis(100))).await;
                }
                _ => panic!("{key}: {error}"),
            }
        }
        panic!("{key} has no answer after {CALLS} calls")
    }

    async fn in_transaction(
        &self,
        key: &MutationKey,
        request: &Canonical<'_, AppendRequest>,
    ) -> Result<Outcome, Error> {
        let mut transaction = self.pool.begin().await.map_err(Error::before_commit)?;
        let outcome = self.ledger.append_tx(&mut transaction, self.run, key, request, None).await?;
        if let Outcome::Applied(_) = outcome {
            let side_effect = sqlx::query("INSERT INTO side_effects (key) VALUES ($1)");
            let done = side_effect.bind(key.as_str()).execute(&mut *transaction).await;
            done.map_err(Error::before_commit)?;
        }
        transaction.commit().await.map_err(Error::at_commit)?;
        Ok(outcome)
    }
}

/// A batch of three jobs, each waiting for the one before it, the first for the window.
pub(crate) fn batch(key: &str, payload: &str) -> String {
    let step = |name: String, before: &str| {
        format!(
            r#"{{"step_key": "{name}", "execution_kind": "JOB", "job_type": "test",
                "payload": {payload}, "dependencies": [{{"prerequisite_step_key": "{before}"}}]}}"#
        )
    };
    let (first, second, third) =
        (format!("{key}-first"), format!("{key}-second"), format!("{key}-third"));
    format!(
        r#"{{"append_window_step_key": "gate", "steps": [{}, {}, {}]}}"#,
        step(first.clone(), "gate"),
        step(second.clone(), &first),
        step(third, &second)
    )
}
