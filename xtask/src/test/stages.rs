//! The stages of the gate, run one after the other, each told as it goes.

use std::fmt;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::{cargo, compatibility, fuzz, node, postgresql};
use crate::arguments::{
    ConformanceOptions, DifferentialOptions, MatrixOptions, NpmOptions, PlatformsOptions,
    TestOptions,
};
use crate::conformance;
use crate::differential;
use crate::error::Error;
use crate::generate;
use crate::npm;
use crate::workspace::Workspace;

/// A stage of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageName {
    /// `cargo fmt --check` finds nothing to change.
    Format,
    /// Clippy warns of nothing.
    Lints,
    /// Every generated file is what the schema yields.
    Generated,
    /// The schema is compatible with its last released version, and no released one was edited.
    Compatibility,
    /// Server binaries are there for the tests that start a PostgreSQL.
    Postgresql,
    /// `cargo test` on the whole workspace.
    Tests,
    /// What is generated for the JSON Schema test suite judges as the suite does.
    Conformance,
    /// The exact JSON engine judges 100,000 pairs of texts as PostgreSQL does.
    Differential,
    /// The documentation builds without a warning.
    Documentation,
    /// The npm package builds, and is no larger than its budget.
    Npm,
    /// Node gets the shared cases' verdicts from the package; its types and its form are right.
    Node,
    /// The package works in Chromium, bundlers and Cloudflare's runtime.
    Matrix,
    /// 1,000 pairs of requests get the same verdicts natively, in PostgreSQL, Node and Chromium.
    Platforms,
    /// Each fuzz target runs for some seconds.
    Fuzz,
}

impl fmt::Display for StageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        formatter.pad(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// How a stage ended, when it did not fail.
pub(super) enum Outcome {
    Passed,
    /// Nothing was tested, for this reason. In CI that is a failure.
    Skipped(String),
}

/// What became of one stage.
enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

/// One stage, how it ended and how long it took.
struct StageReport {
    stage: StageName,
    verdict: Verdict,
    duration: Duration,
}

/// Runs every stage that was asked for, then tells how each ended.
pub(crate) fn run(workspace: &Workspace, options: &TestOptions) -> Result<(), Error> {
    if workspace.in_ci() && !(options.skip.is_empty() && options.only.is_empty()) {
        return Err(Error::Refused("nothing is skipped in CI: leave out --skip and --only".into()));
    }
    let mut reports = Vec::new();
    for stage in StageName::value_variants().iter().copied() {
        let left_out = options.skip.contains(&stage)
            || !(options.only.is_empty() || options.only.contains(&stage));
        println!("── {stage}: {}", describe(stage));
        let start = Instant::now();
        let verdict = if left_out {
            Verdict::Skipped("by request".to_owned())
        } else {
            judge(workspace, run_stage(workspace, stage, options))
        };
        let report = StageReport { stage, verdict, duration: start.elapsed() };
        println!("{report}\n");
        reports.push(report);
    }
    summarise(&reports)
}

/// What a stage checks, in a few words.
const fn describe(stage: StageName) -> &'static str {
    match stage {
        StageName::Format => "cargo fmt --check",
        StageName::Lints => "cargo clippy, warnings are errors",
        StageName::Generated => "cargo xtask generate --check",
        StageName::Compatibility => "the schema against its last released version",
        StageName::Postgresql => "server binaries for the tests that start a server",
        StageName::Tests => "cargo test --workspace",
        StageName::Conformance => "cargo xtask conformance: the JSON Schema test suite",
        StageName::Differential => "cargo xtask differential: ours against PostgreSQL",
        StageName::Documentation => "cargo doc, warnings are errors",
        StageName::Npm => "cargo xtask npm",
        StageName::Node => "node --test and checks of types and form, on the package just built",
        StageName::Matrix => "cargo xtask matrix --core",
        StageName::Platforms => "cargo xtask platforms: native, PostgreSQL, Node, Chromium",
        StageName::Fuzz => "cargo fuzz run, each target for some seconds, seeded",
    }
}

fn run_stage(
    workspace: &Workspace,
    stage: StageName,
    options: &TestOptions,
) -> Result<Outcome, Error> {
    match stage {
        StageName::Format => cargo::format(workspace),
        StageName::Lints => cargo::lints(workspace),
        StageName::Generated => generate::check(workspace).map(|()| Outcome::Passed),
        StageName::Compatibility => compatibility::run(workspace),
        StageName::Postgresql => postgresql::ensure(workspace),
        StageName::Tests => cargo::tests(workspace),
        StageName::Conformance => {
            conformance::run(workspace, &ConformanceOptions::default()).map(|()| Outcome::Passed)
        }
        StageName::Differential => {
            differential::run(workspace, &DifferentialOptions::default()).map(|()| Outcome::Passed)
        }
        StageName::Documentation => cargo::documentation(workspace),
        StageName::Npm => npm::run(workspace, &NpmOptions::default()).map(|()| Outcome::Passed),
        StageName::Node => node::run(workspace),
        StageName::Matrix => {
            let options = MatrixOptions { core: true, ..MatrixOptions::default() };
            npm::matrix(workspace, &options).map(|()| Outcome::Passed)
        }
        StageName::Platforms => {
            npm::platforms(workspace, &PlatformsOptions::default()).map(|()| Outcome::Passed)
        }
        StageName::Fuzz => fuzz::run(workspace, options.fuzz_seconds),
    }
}

/// A failed stage does not stop the next one; a skipped stage has failed where nothing may be.
fn judge(workspace: &Workspace, outcome: Result<Outcome, Error>) -> Verdict {
    match outcome {
        Ok(Outcome::Passed) => Verdict::Passed,
        Ok(Outcome::Skipped(why)) if workspace.in_ci() => {
            Verdict::Failed(format!("would be skipped, which CI does not allow: {why}"))
        }
        Ok(Outcome::Skipped(why)) => Verdict::Skipped(why),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

/// Prints every stage's end and the count, and fails when a stage did.
fn summarise(reports: &[StageReport]) -> Result<(), Error> {
    let count = |wanted: fn(&Verdict) -> bool| {
        reports.iter().filter(|report| wanted(&report.verdict)).count()
    };
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    println!("── summary");
    for report in reports {
        println!("{report}");
    }
    println!(
        "{} passed, {failed} failed, {} skipped",
        count(|verdict| matches!(verdict, Verdict::Passed)),
        count(|verdict| matches!(verdict, Verdict::Skipped(_)))
    );
    if failed == 0 { Ok(()) } else { Err(Error::Stages(failed)) }
}

impl fmt::Display for StageReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.duration.as_millis() / 100;
        let duration = format!("{}.{} s", tenths / 10, tenths % 10);
        let (word, note) = match &self.verdict {
            Verdict::Passed => ("passed", None),
            Verdict::Failed(why) => ("FAILED", Some(why)),
            Verdict::Skipped(why) => ("skipped", Some(why)),
        };
        write!(formatter, "   {:<14} {word:<8} {duration:>9}", self.stage)?;
        match note {
            Some(note) => write!(formatter, "   {note}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdict: Verdict) -> StageReport {
        StageReport { stage: StageName::Lints, verdict, duration: Duration::from_millis(12_345) }
    }

    #[test]
    fn a_report_tells_stage_verdict_duration_and_reason() {
        assert_eq!(report(Verdict::Passed).to_string(), "   lints          passed      12.3 s");
        assert_eq!(
            report(Verdict::Failed("no clippy".to_owned())).to_string(),
            "   lints          FAILED      12.3 s   no clippy"
        );
    }

    #[test]
    fn one_failed_stage_fails_the_gate() {
        assert!(summarise(&[report(Verdict::Passed)]).is_ok());
        assert!(summarise(&[report(Verdict::Skipped("not here".to_owned()))]).is_ok());
        let failed = [report(Verdict::Passed), report(Verdict::Failed("wrong".to_owned()))];
        assert!(matches!(summarise(&failed), Err(Error::Stages(1))));
    }

    #[test]
    fn a_stage_that_ci_cannot_run_has_failed() {
        let skipped = || Ok(Outcome::Skipped("no server".to_owned()));
        let here = Workspace::for_tests(false);
        let ci = Workspace::for_tests(true);
        assert!(matches!(judge(&here, skipped()), Verdict::Skipped(_)));
        assert!(matches!(judge(&ci, skipped()), Verdict::Failed(_)));
        assert!(matches!(judge(&ci, Ok(Outcome::Passed)), Verdict::Passed));
    }
}
