//! Figures as a table, as ratios, and as JSON.

use std::path::Path;

/// What one contender did on one batch.
pub(crate) struct Run {
    pub(crate) contender: &'static str,
    pub(crate) work: &'static str,
    pub(crate) steps: usize,
    pub(crate) variant: &'static str,
    pub(crate) bytes: usize,
    pub(crate) mb_per_s: f64,
    pub(crate) peak_bytes: usize,
    pub(crate) allocations: usize,
}

pub(crate) fn print_table(runs: &[Run]) {
    println!(
        "  {:26} {:13} {:>9} {:>10} {:>12}",
        "contender", "work", "MB/s", "peak", "allocations"
    );
    for run in runs {
        let peak = run.peak_bytes as f64 / run.bytes as f64;
        println!(
            "  {:26} {:13} {:9.0} {:9.2}x {:12}",
            run.contender, run.work, run.mb_per_s, peak, run.allocations
        );
    }
}

/// The ratios that the measures are about. "Both" is what parsing at sonic-rs's speed and hashing
/// at SHA-256's would give together.
pub(crate) fn print_ratios(runs: &[Run]) {
    let find = |name: &str, work: &str, steps: usize| {
        runs.iter()
            .find(|run| run.contender == name && run.work == work && run.steps == steps)
            .map_or(f64::NAN, |run| run.mb_per_s)
    };
    println!("ratios");
    for steps in [3, 100, 10_000] {
        let request = find("tantamount", "request", steps);
        let both =
            1.0 / (1.0 / find("sonic_rs", "parse", steps) + 1.0 / find("sha256", "hash", steps));
        let fastest = ["serde_json_canonicalizer", "serde_jcs", "json_canon"]
            .map(|name| find(name, "canonicalize", steps))
            .into_iter()
            .fold(0.0, f64::max);
        println!(
            "  {steps:6} steps: request / both {:.2} (goal 0.75), request / fastest JCS crate {:.1} (goal 8)",
            request / both,
            request / fastest
        );
    }
    let own = find("tantamount", "request", 10_000) / find("tantamount", "request", 100);
    let sonic = find("sonic_rs", "parse", 10_000) / find("sonic_rs", "parse", 100);
    println!(
        "  10,000 steps / 100 steps: {own:.2}, sonic-rs {sonic:.2}, of it {:.2} (goal 0.9)",
        own / sonic
    );
    let peak = runs
        .iter()
        .filter(|run| run.contender == "tantamount")
        .map(|run| run.peak_bytes as f64 / run.bytes as f64)
        .fold(0.0, f64::max);
    println!("  peak memory of ours at most {peak:.2} times the input (goal 3)");
}

pub(crate) fn write_json(path: &Path, runs: &[Run], variants: &[Run]) -> std::io::Result<()> {
    let list = |runs: &[Run]| -> serde_json::Value {
        runs.iter()
            .map(|run| {
                serde_json::json!({
                    "contender": run.contender,
                    "work": run.work,
                    "steps": run.steps,
                    "payloads": run.variant,
                    "bytes": run.bytes,
                    "mb_per_s": run.mb_per_s,
                    "peak_bytes": run.peak_bytes,
                    "allocations": run.allocations,
                })
            })
            .collect()
    };
    let figures = serde_json::json!({ "runs": list(runs), "variants": list(variants) });
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, format!("{figures:#}\n"))
}
