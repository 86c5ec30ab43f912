//! Benchmarks: a package of their own, as their peers take long to build.

use crate::arguments::{Bench, BenchOptions};
use crate::conformance;
use crate::error::Error;
use crate::npm;
use crate::process;
use crate::workspace::Workspace;

/// Builds the benchmarks for release and runs one.
pub(crate) fn run(workspace: &Workspace, options: &BenchOptions) -> Result<(), Error> {
    let mut schemas = Vec::new();
    let name = match options.bench {
        Bench::Codegen => {
            schemas.push(conformance::large_schema(workspace)?);
            "codegen"
        }
        Bench::Engine => "engine",
        Bench::Npm => return npm::bench(workspace, &options.options),
    };
    println!("building the benchmarks and their peers for release");
    let mut command = process::cargo();
    command.current_dir(workspace.root());
    command.args(["run", "--quiet", "--release", "--package", "tantamount-bench", "--", name]);
    for schema in schemas {
        command.arg("--schema").arg(schema);
    }
    command.args(&options.options);
    process::run(&mut command)
}
