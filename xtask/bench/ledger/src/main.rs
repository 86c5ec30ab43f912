//! `cargo xtask bench ledger`: ours beside runledger and beside the floor, on one server.
//!
//! The floor is the least that the same server can do for the same work on the same tables: for an
//! append one prepared statement that inserts the ledger's row, the steps and the dependencies and
//! checks nothing; for a replay one select by the ledger's primary key.

mod batch;
mod contenders;
mod floor;
mod measure;
mod ours;
mod peer;
mod report;
mod server;

use clap::Parser;
use std::path::PathBuf;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(clap::Subcommand)]
enum Bench {
    /// The ledger.
    Ledger(Options),
}

/// What is measured, and how often.
#[derive(clap::Args)]
struct Options {
    /// Where the figures are written.
    #[arg(long, default_value = "target/bench/ledger.json")]
    out: PathBuf,
    /// How many appends of ten steps the medians are of; of 1,000 steps there are a tenth.
    #[arg(long, default_value_t = 200)]
    samples: usize,
    /// For how many seconds appends are counted.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How many steps the largest run has.
    #[arg(long, default_value_t = 100_000)]
    run_steps: usize,
    /// How many steps the largest of runledger's runs has: its appends lock each of them.
    #[arg(long, default_value_t = 10_000)]
    peer_run_steps: usize,
    /// Leave runledger out.
    #[arg(long)]
    without_peer: bool,
    /// Measure only these: latency, throughput, growth.
    #[arg(long)]
    only: Vec<String>,
}

fn main() -> Result<(), Failure> {
    let Bench::Ledger(options) = Arguments::parse().bench;
    let server = server::Server::start()?;
    let wanted =
        |part: &str| options.only.is_empty() || options.only.iter().any(|only| only == part);
    let mut runs = Vec::new();
    // One client that waits for its answers needs one thread; many are given two.
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if wanted("latency") {
        runs.extend(alone.block_on(measure::latency(&server, &options))?);
    }
    if wanted("growth") {
        runs.extend(alone.block_on(measure::growth(&server, &options))?);
    }
    if wanted("throughput") {
        let many =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runs.extend(many.block_on(measure::throughput(&server, &options))?);
    }
    alone.block_on(server.remove())?;
    report::print(&runs);
    report::write(&options.out, &runs)?;
    Ok(())
}
