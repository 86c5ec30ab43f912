//! `cargo xtask conformance`: what is generated for every group of a JSON Schema test suite,
//! compiled and run on the group's tests.
//!
//! The rules of a schema and its types are asked each by themselves, and both must judge as the suite
//! does. What the types read becomes a value, and the value must be the same request again.

mod build;
mod generated;
mod real;
mod report;
mod suite;

use crate::arguments::ConformanceOptions;
use crate::error::Error;
use crate::workspace::Workspace;
pub(crate) use real::large_schema;
use report::Report;
use std::path::PathBuf;
use suite::Suite;

/// The suite of the repository, relative to its root.
const SUITE: &str = "schema/suite/json-schema-test-suite";

/// What the names of the groups begin with that this repository adds.
const OURS: &str = "ours/";

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// The generated code judges as the suite.
    Agreed,
    /// The schema was refused, with a reason; or the text is JSON that no request may hold, such as
    /// U+0000, and it is only the rules that agree with the suite.
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
    let mut suite = Suite::read(&folder)?;
    if options.suite.is_none() {
        suite.add(OURS, &workspace.root().join("schema/suite/schemas"))?;
    }
    suite.keep(options.filter.as_deref())?;
    let verdicts = build::judge(workspace, &suite)?;
    let report = Report::new(&suite, verdicts);
    print!("{report}");
    let path: PathBuf = workspace.root().join("target").join("conformance.json");
    report.write(&path)?;
    println!("every verdict: {}", path.display());
    report.verdict()
}
