//! `cargo xtask faults`: the ledger under faults.
//!
//! The experiments themselves are `runtime/tests/faults`; here they are run one after the other, on
//! servers of their own, with what they print.

use std::time::Instant;

use clap::ValueEnum;

use crate::arguments::FaultsOptions;
use crate::differential::{Version, binaries};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// Which server is put under faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Server {
    /// PostgreSQL 15.
    #[value(name = "15")]
    Fifteen,
    /// PostgreSQL 18.
    #[value(name = "18")]
    Eighteen,
}

/// Runs the experiments; fails when one of them does.
pub(crate) fn run(workspace: &Workspace, options: &FaultsOptions) -> Result<(), Error> {
    let version = match options.postgres {
        Server::Fifteen => Version::Fifteen,
        Server::Eighteen => Version::Eighteen,
    };
    let binaries = binaries(workspace, version)?;
    println!("PostgreSQL {version} from `{}`", binaries.display());
    let mut command = process::cargo();
    command
        .current_dir(workspace.root())
        .args(["test", "--locked", "--package", "tantamount-runtime", "--test", "faults", "--"])
        .args(["--nocapture", "--test-threads", "1"])
        .env("TANTAMOUNT_FAULTS", if options.long { "long" } else { "short" })
        .env("TANTAMOUNT_FAULTS_BINARIES", &binaries);
    // The names of an experiment's tests begin with its letter.
    command.args(options.only.iter().map(|letter| format!("::{letter}_")));
    let start = Instant::now();
    process::run(&mut command)?;
    println!(
        "nothing lost, nothing twice, every retry resolved, in {} s",
        start.elapsed().as_secs()
    );
    Ok(())
}
