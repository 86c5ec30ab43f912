//! Figures as a table, as ratios, and as JSON.

use std::path::Path;
use std::time::Duration;

/// What one contender did.
pub(crate) struct Run {
    pub(crate) contender: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) steps: usize,
    /// How many steps the run had before.
    pub(crate) run_steps: usize,
    pub(crate) connections: u32,
    pub(crate) same_run: bool,
    /// What a machine that does much else besides gives when it is undisturbed.
    pub(crate) p10: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) per_second: f64,
    pub(crate) wal_bytes: i64,
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

pub(crate) fn print(runs: &[Run]) {
    println!(
        "{:11} {:9} {:>6} {:>9} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8} {:>8}",
        "contender",
        "operation",
        "steps",
        "run steps",
        "connections",
        "same run",
        "p10 ms",
        "p50 ms",
        "p99 ms",
        "per s",
        "WAL bytes",
        "p10/flr",
        "p50/flr"
    );
    for run in runs {
        let floor = runs.iter().find(|floor| {
            floor.contender == "floor"
                && floor.operation == run.operation
                && floor.steps == run.steps
                && (floor.run_steps == run.run_steps || run.connections > 1)
                && floor.connections == run.connections
                && floor.same_run == run.same_run
        });
        let ratio = |of: fn(&Run) -> Duration| {
            floor.map_or(f64::NAN, |floor| of(run).as_secs_f64() / of(floor).as_secs_f64())
        };
        println!(
            "{:11} {:9} {:6} {:9} {:11} {:>9} {:9.3} {:9.3} {:9.3} {:9.0} {:10} {:8.2} {:8.2}",
            run.contender,
            run.operation,
            run.steps,
            run.run_steps,
            run.connections,
            run.same_run,
            milliseconds(run.p10),
            milliseconds(run.p50),
            milliseconds(run.p99),
            run.per_second,
            run.wal_bytes,
            ratio(|run| run.p10),
            ratio(|run| run.p50)
        );
    }
}

pub(crate) fn write(path: &Path, runs: &[Run]) -> std::io::Result<()> {
    let list: serde_json::Value = runs
        .iter()
        .map(|run| {
            serde_json::json!({
                "contender": run.contender,
                "operation": run.operation,
                "steps": run.steps,
                "run_steps": run.run_steps,
                "connections": run.connections,
                "same_run": run.same_run,
                "p10_ms": milliseconds(run.p10),
                "p50_ms": milliseconds(run.p50),
                "p99_ms": milliseconds(run.p99),
                "per_s": run.per_second.round(),
                "wal_bytes": run.wal_bytes,
            })
        })
        .collect();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, format!("{:#}\n", serde_json::json!({ "runs": list })))
}
