//! `cargo xtask differential`: the exact JSON engine against real PostgreSQL servers.
//!
//! The test itself is `runtime/tests/differential`; here it is built optimised and run on each
//! version of PostgreSQL that is asked for and can be had.

mod postgresql;

use std::time::Instant;

use clap::ValueEnum;

pub(crate) use self::postgresql::{Version, binaries};
use crate::arguments::DifferentialOptions;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// How many pairs each run in CI tries.
pub(crate) const PAIRS: u64 = 100_000;
/// Which pairs these are; any other number makes others.
pub(crate) const SEED: u64 = 3;

/// The profile in the workspace's `Cargo.toml`: optimised, with overflow checks.
const PROFILE: &str = "differential";

/// Which servers to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Servers {
    /// PostgreSQL 15, the version whose verdicts are ours.
    #[value(name = "15")]
    Fifteen,
    /// PostgreSQL 18.
    #[value(name = "18")]
    Eighteen,
    /// Both, as far as they can be had.
    All,
}

impl Servers {
    const fn versions(self) -> &'static [Version] {
        match self {
            Self::Fifteen => &[Version::Fifteen],
            Self::Eighteen => &[Version::Eighteen],
            Self::All => &[Version::Fifteen, Version::Eighteen],
        }
    }
}

/// Runs the test on each server; fails when one disagrees, or when there is none.
pub(crate) fn run(workspace: &Workspace, options: &DifferentialOptions) -> Result<(), Error> {
    let mut ran = Vec::new();
    for &version in options.postgres.versions() {
        let binaries = match binaries(workspace, version) {
            Ok(binaries) => binaries,
            Err(error) if options.postgres == Servers::All => {
                println!("PostgreSQL {version} cannot be had: {error}");
                continue;
            }
            Err(error) => return Err(error),
        };
        println!(
            "{} pairs of seed {} on PostgreSQL {version} from `{}`",
            options.pairs,
            options.seed,
            binaries.display()
        );
        let home = workspace.target().join("differential").join(format!("postgresql-{version}"));
        let mut command = process::cargo();
        command
            .current_dir(workspace.root())
            .args(["test", "--locked", "--profile", PROFILE, "--package", "tantamount-runtime"])
            .args(["--test", "differential", "--", "--nocapture", "--test-threads", "1"])
            .env("TANTAMOUNT_DIFFERENTIAL_PAIRS", options.pairs.to_string())
            .env("TANTAMOUNT_DIFFERENTIAL_SEED", options.seed.to_string())
            .env("TANTAMOUNT_DIFFERENTIAL_BINARIES", &binaries)
            .env("TANTAMOUNT_DIFFERENTIAL_HOME", home);
        let start = Instant::now();
        process::run(&mut command)?;
        ran.push(format!("PostgreSQL {version} in {} s", start.elapsed().as_secs()));
    }
    if ran.is_empty() {
        return Err(Error::missing(
            "no PostgreSQL to compare with",
            "install PostgreSQL 15 (on Debian, `apt-get install postgresql-15`)",
        ));
    }
    println!(
        "0 disagreements on {} pairs of seed {}: {}",
        options.pairs,
        options.seed,
        ran.join(", ")
    );
    Ok(())
}
