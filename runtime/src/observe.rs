//! What is told of the work: spans, events and metrics, by names that stay. docs/operations.md lists
//! them. They carry no payloads, keys, ids or credentials.

use crate::error::Error;
use crate::outcome::Outcome;
use std::time::Instant;
use tracing::Instrument as _;
use tracing::field::Empty;

/// The target of all spans and events.
const TARGET: &str = "tantamount";

/// Runs an operation within its span, and tells how it ended.
pub(crate) async fn observed<T>(
    operation: &'static str,
    schema: &'static str,
    work: impl Future<Output = Result<T, Error>>,
    outcome: impl FnOnce(&T) -> &'static str,
) -> Result<T, Error> {
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
    let sqlstate = done.as_ref().err().and_then(Error::sqlstate);
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

/// [`observed`], of an append.
pub(crate) async fn appended(
    operation: &'static str,
    schema: &'static str,
    work: impl Future<Output = Result<Outcome, Error>>,
) -> Result<Outcome, Error> {
    observed(operation, schema, work, Outcome::code).await
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
