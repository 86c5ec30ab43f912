//! How many pairs, which, and on which server.

use std::env;
use std::path::PathBuf;
use std::str::FromStr;

/// The pairs of each run in CI; another seed makes others.
const DEFAULT_SEED: u64 = 3;
/// How many pairs plain `cargo test` tries.
const DEFAULT_PAIRS: u64 = 10_000;

pub(crate) struct Options {
    pub(crate) pairs: u64,
    pub(crate) seed: u64,
    /// How many pairs are tried inside of requests.
    pub(crate) platform_pairs: Option<u64>,
    /// Where the programs of the server are, and where its data goes.
    pub(crate) binaries: Option<PathBuf>,
    pub(crate) home: PathBuf,
}

impl Options {
    pub(crate) fn from_environment() -> Options {
        let folder = |name: &str| variable(name).map(PathBuf::from);
        Options {
            pairs: number("PAIRS").unwrap_or(DEFAULT_PAIRS),
            platform_pairs: number("PLATFORM_PAIRS"),
            seed: number("SEED").unwrap_or(DEFAULT_SEED),
            binaries: folder("BINARIES"),
            home: folder("HOME")
                .unwrap_or_else(|| concat!(env!("CARGO_TARGET_TMPDIR"), "/postgresql").into()),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(format!("TANTAMOUNT_DIFFERENTIAL_{name}")).ok().filter(|value| !value.is_empty())
}

fn number<T: FromStr>(name: &str) -> Option<T> {
    let value = variable(name)?;
    let number = value.parse().ok();
    Some(number.unwrap_or_else(|| panic!("TANTAMOUNT_DIFFERENTIAL_{name}: `{value}` is no number")))
}
