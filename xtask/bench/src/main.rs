//! The benchmarks behind `cargo xtask bench`: ours beside the peers, in one run.

mod allocation;
mod batch;
mod codegen;
mod contenders;
mod engine;
mod report;
mod synthetic;
mod validation;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Exact JSON and the request's reader.
    Engine {
        /// Where the figures are written.
        #[arg(long, default_value = "target/bench/engine.json")]
        out: PathBuf,
        /// How many rounds the medians are of.
        #[arg(long, default_value_t = 15)]
        rounds: usize,
        /// The seed of the batches.
        #[arg(long, default_value_t = 42)]
        seed: u64,
    },
    /// Generating code from schemas.
    Codegen {
        /// Where the figures are written.
        #[arg(long, default_value = "target/bench/codegen.json")]
        out: PathBuf,
        /// How many rounds the medians are of.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// A further schema; may be given several times.
        #[arg(long)]
        schema: Vec<PathBuf>,
        /// A folder of further schemas; every JSON file below it is one.
        #[arg(long)]
        schemas: Option<PathBuf>,
    },
}

fn main() -> std::io::Result<()> {
    match Arguments::parse().bench {
        Bench::Engine { out, rounds, seed } => engine::run(&out, rounds, seed),
        Bench::Codegen { out, rounds, schema, schemas } => {
            codegen::run(&out, rounds, &schema, schemas.as_deref())
        }
    }
}
