//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::differential;
use crate::faults;
use crate::test::StageName;
use crate::wasm::Situation;

/// Tantamount's build tool.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write every file that is generated from the schema.
    Generate(GenerateOptions),
    /// Build the WebAssembly module.
    Wasm(WasmOptions),
    /// Build the npm package, below target/npm, and hold its size to wasm/npm/budget.json; or the
    /// package of any schema.
    Npm(NpmOptions),
    /// Try the npm package in bundlers and runtimes, headless Chromium among them.
    Matrix(MatrixOptions),
    /// Have the native library, PostgreSQL, Node and Chromium judge the same pairs of requests.
    Platforms(PlatformsOptions),
    /// Run the whole gate: format, lints, generated files, tests, documentation, WebAssembly, fuzzing.
    Test(TestOptions),
    /// Run peers and ours side by side, print a table and write the figures below target/bench/.
    Bench(BenchOptions),
    /// Generate, compile and run every group of a JSON Schema test suite; write every verdict to
    /// target/conformance.json.
    Conformance(ConformanceOptions),
    /// Hold the exact JSON engine against real PostgreSQL servers, on generated pairs of texts.
    Differential(DifferentialOptions),
    /// Put the ledger under faults: servers that are killed, connections that are cut, full disks.
    Faults(FaultsOptions),
}

#[derive(Args)]
pub(crate) struct GenerateOptions {
    /// Write nothing; print a diff for each stale, missing or left-over file and exit with 1.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Args, Default)]
pub(crate) struct WasmOptions {
    /// Build with this toolchain only, instead of the first that is there.
    #[arg(long, value_enum, value_name = "SITUATION")]
    pub(crate) toolchain: Option<Situation>,
}

#[derive(Args, Default)]
pub(crate) struct NpmOptions {
    #[command(flatten)]
    pub(crate) wasm: WasmOptions,
    /// The package of this schema instead: generated, built, checked, and held against the native
    /// library on seeded requests.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<std::path::PathBuf>,
    /// What that package is called; without one it is made of the schema's title.
    #[arg(long, value_name = "NAME", requires = "schema")]
    pub(crate) name: Option<String>,
    /// The folder that the package is written to, below target/npm without one; its crate stands
    /// beside it, in a folder of that name with `-crate` behind.
    #[arg(long, value_name = "DIR", requires = "schema")]
    pub(crate) out: Option<std::path::PathBuf>,
    /// How many seeded requests, and pairs of them, the native library and the package judge.
    #[arg(long, value_name = "NUMBER", default_value_t = crate::npm::CASES, requires = "schema")]
    pub(crate) cases: u32,
}

#[derive(Args, Default)]
pub(crate) struct MatrixOptions {
    /// Only this row; may be given several times.
    #[arg(long, value_name = "ROW", conflicts_with = "core")]
    pub(crate) only: Vec<String>,
    /// Only the rows that the gate runs: Node, Chromium, vite, webpack, esbuild, workerd.
    #[arg(long)]
    pub(crate) core: bool,
}

#[derive(Args)]
pub(crate) struct PlatformsOptions {
    /// How many pairs to try.
    #[arg(long, value_name = "NUMBER", default_value_t = crate::npm::PAIRS)]
    pub(crate) pairs: u64,
    /// Instead of pairs: the inputs that fuzzing starts from, found or left behind, natively and in Node.
    #[arg(long, conflicts_with_all = ["pairs", "seed"])]
    pub(crate) corpora: bool,
    /// Which pairs: the same number makes the same ones, another number makes others.
    #[arg(long, value_name = "NUMBER", default_value_t = differential::SEED)]
    pub(crate) seed: u64,
}

impl Default for PlatformsOptions {
    /// What a run in CI tries.
    fn default() -> Self {
        Self { pairs: crate::npm::PAIRS, corpora: false, seed: differential::SEED }
    }
}

#[derive(Args)]
pub(crate) struct TestOptions {
    /// Leave a stage out; may be given several times. Refused in CI.
    #[arg(long, value_enum, value_name = "STAGE", conflicts_with = "only")]
    pub(crate) skip: Vec<StageName>,
    /// Run only this stage; may be given several times. Refused in CI.
    #[arg(long, value_enum, value_name = "STAGE")]
    pub(crate) only: Vec<StageName>,
    /// How long to run each fuzz target, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 40)]
    pub(crate) fuzz_seconds: u32,
}

#[derive(Args)]
pub(crate) struct BenchOptions {
    /// Which benchmark.
    #[arg(value_enum)]
    pub(crate) bench: Bench,
    /// Options for the benchmark itself; `-- --help` lists them.
    #[arg(last = true)]
    pub(crate) options: Vec<String>,
}

/// A benchmark.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Bench {
    /// Everything that is generated from a schema, beside typify.
    Codegen,
    /// Exact JSON and the request's reader, beside parsers, JCS crates and SHA-256.
    Engine,
    /// The ledger on PostgreSQL 18, beside runledger and the least that the server can do.
    Ledger,
    /// The npm package beside the JavaScript stack, in Node and in Chromium.
    Npm,
}

#[derive(Args, Default)]
pub(crate) struct ConformanceOptions {
    /// The suite's folder for one draft, instead of the repository's; documents that it refers to
    /// stand in a folder beside it whose name ends in `-remotes`, or in `remotes`.
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<std::path::PathBuf>,
    /// Only groups whose file or name holds this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Instead of a suite: schemas that npm packages publish, generated, compiled, and their
    /// examples judged as the crate `jsonschema` judges them.
    #[arg(long, conflicts_with_all = ["suite", "filter"])]
    pub(crate) real: bool,
}

#[derive(Args)]
pub(crate) struct DifferentialOptions {
    /// How many pairs to try.
    #[arg(long, value_name = "NUMBER", default_value_t = differential::PAIRS)]
    pub(crate) pairs: u64,
    /// Which pairs: the same number makes the same ones, another number makes others.
    #[arg(long, value_name = "NUMBER", default_value_t = differential::SEED)]
    pub(crate) seed: u64,
    /// Which servers to ask. 18 is fetched from npm where it is not installed.
    #[arg(long, value_enum, value_name = "VERSION", default_value = "all")]
    pub(crate) postgres: differential::Servers,
}

#[derive(Args)]
pub(crate) struct FaultsOptions {
    /// The long forms, instead of the short ones that plain `cargo test` runs.
    #[arg(long)]
    pub(crate) long: bool,
    /// Only this experiment, by its letter, a to j; may be given several times.
    #[arg(long, value_name = "LETTER")]
    pub(crate) only: Vec<char>,
    /// Which server. 18 is fetched from npm where it is not installed.
    #[arg(long, value_enum, value_name = "VERSION", default_value = "15")]
    pub(crate) postgres: faults::Server,
}

impl Default for DifferentialOptions {
    /// What a run in CI tries.
    fn default() -> Self {
        Self {
            pairs: differential::PAIRS,
            seed: differential::SEED,
            postgres: differential::Servers::All,
        }
    }
}
