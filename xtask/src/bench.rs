//! Benchmarks: a package of their own, as their peers take long to build.

use crate::arguments::{Bench, BenchOptions};
use crate::conformance;
use crate::differential;
use crate::error::Error;
use crate::npm;
use crate::process;
use crate::workspace::Workspace;

/// Builds the benchmarks for release and runs one.
pub(crate) fn run(workspace: &Workspace, options: &BenchOptions) -> Result<(), Error> {
    let mut schemas = Vec::new();
    let (package, name) = match options.bench {
        Bench::Codegen => {
            schemas.push(conformance::large_schema(workspace)?);
            ("tantamount-bench", "codegen")
        }
        Bench::Engine => ("tantamount-bench", "engine"),
        Bench::Ledger => ("tantamount-bench-ledger", "ledger"),
        Bench::Npm => return npm::bench(workspace, &options.options),
    };
    println!("building the benchmarks and their peers for release");
    let mut command = process::cargo();
    command.current_dir(workspace.root());
    if matches!(options.bench, Bench::Ledger) {
        let programs = differential::binaries(workspace, differential::Version::Eighteen)?;
        command.env("TANTAMOUNT_POSTGRES_BINARIES", programs);
    }
    command.args(["run", "--quiet", "--release", "--package", package, "--", name]);
    for schema in schemas {
        command.arg("--schema").arg(schema);
    }
    command.args(&options.options);
    process::run(&mut command)
}
