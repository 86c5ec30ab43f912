//! What is told of the work: spans, events and metrics, by names that stay. docs/operations.md lists
//! them. They carry no payloads, keys, ids or credentials.

use crate::failure::Failure;
use crate::migrate::family;
use crate::relation::Storage;
use std::time::Instant;
use tracing::Instrument as _;
use tracing::field::Empty;

/// The target of all spans and events.
const TARGET: &str = "tantamount";

/// What an operation is told by.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Its name.
    name: &'static str,
    /// The schema's `$id` without its version.
    schema: &'static str,
}

impl Operation {
    /// One on the rows of a schema.
    pub(crate) fn of<R: Storage>(name: &'static str) -> Operation {
        Operation { name, schema: family(R::plan()) }
    }

    /// Runs it within its span, and tells how it ended: by the outcome's name, or the error's code.
    pub(crate) async fn observe<T, E: Failure>(
        self,
        work: impl Future<Output = Result<T, E>>,
        outcome: impl FnOnce(&T) -> &'static str,
    ) -> Result<T, E> {
        let Operation { name: operation, schema } = self;
        let span = tracing::info_span!(
            target: TARGET,
            "tantamount.operation",
            operation,
            schema,
            outcome = Empty,
            sqlstate = Empty,
        );
        let begun = Instant::now();
        let done = work.instrument(span.clone()).await;
        let name = match &done {
            Ok(value) => outcome(value),
            Err(error) => error.code(),
        };
        span.record("outcome", name);
        let sqlstate = done.as_ref().err().and_then(Failure::sqlstate);
        if let Some(sqlstate) = sqlstate {
            span.record("sqlstate", sqlstate);
        }
        span.in_scope(|| match &done {
            Err(error) if error.is_retryable() || sqlstate.is_some() => {
                tracing::warn!(target: TARGET, operation, outcome = name, sqlstate, "operation failed");
            }
            _ => tracing::debug!(target: TARGET, operation, outcome = name, "operation ended"),
        });
        let labels = [("operation", operation), ("schema", schema), ("outcome", name)];
        metrics::counter!("tantamount_operations_total", &labels).increment(1);
        metrics::histogram!("tantamount_operation_seconds", &labels).record(begun.elapsed());
        done
    }
}

/// The outcome of what is done or fails.
pub(crate) fn done<T>(_: &T) -> &'static str {
    "done"
}

/// The outcome of a question that may have no answer.
pub(crate) fn found<T>(answer: &Option<T>) -> &'static str {
    if answer.is_some() { "found" } else { "not_found" }
}

/// The outcome of what can be stopped.
pub(crate) fn complete(is_complete: bool) -> &'static str {
    if is_complete { "complete" } else { "stopped" }
}

/// Another transaction was in the way, and the work is begun again.
pub(crate) fn retried() {
    tracing::debug!(target: TARGET, "operation is tried again");
    metrics::counter!("tantamount_retries_total").increment(1);
}

/// A ledger row was verified.
pub(crate) fn verified(findings: impl Iterator<Item = &'static str>) {
    metrics::counter!("tantamount_verified_entries_total").increment(1);
    for code in findings {
        tracing::warn!(target: TARGET, code, "verification found");
        metrics::counter!("tantamount_verification_findings_total", "code" => code).increment(1);
    }
}

/// Rows were pruned.
pub(crate) fn pruned(table: &'static str, rows: u64) {
    metrics::counter!("tantamount_pruned_rows_total", "table" => table).increment(rows);
}
