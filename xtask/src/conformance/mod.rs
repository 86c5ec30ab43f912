//! `cargo xtask conformance`: what is generated for every group of a JSON Schema test suite,
//! compiled and run on the group's tests.

mod build;
mod generated;
mod real;
mod report;
mod suite;

use crate::arguments::ConformanceOptions;
use crate::error::Error;
use crate::workspace::Workspace;
use report::Report;
use std::path::PathBuf;
use suite::Suite;

/// The suite of the repository, relative to its root.
const SUITE: &str = "schema/suite/json-schema-test-suite";

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The generated code judges as the suite.
    Agreed,
    /// The schema was refused, with a reason.
    Refused,
    /// The generated code judges otherwise.
    Wrong,
    /// The generator or what it generated panicked.
    Panicked,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Refused => "refused",
            Self::Wrong => "wrong",
            Self::Panicked => "panicked",
        }
    }
}

/// Generates, compiles and runs every group; fails where a test is judged wrongly, or too many
/// schemas are refused.
pub(crate) fn run(workspace: &Workspace, options: &ConformanceOptions) -> Result<(), Error> {
    if options.real {
        return real::run(workspace);
    }
    let folder = match &options.suite {
        Some(folder) => folder.clone(),
        None => workspace.root().join(SUITE),
    };
    let suite = Suite::read(&folder, options.filter.as_deref())?;
    let verdicts = build::judge(workspace, &suite)?;
    let report = Report::new(&suite, verdicts);
    print!("{report}");
    let path: PathBuf = workspace.root().join("target").join("conformance.json");
    report.write(&path)?;
    println!("every verdict: {}", path.display());
    report.verdict()
}
