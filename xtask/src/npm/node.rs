//! Node itself.

use std::process::Command;

use crate::error::Error;
use crate::process;

/// The oldest Node with every feature that the tests use.
const OLDEST_MAJOR_VERSION: u32 = 20;

/// Fails where Node is missing or too old; tells its version.
pub(crate) fn require() -> Result<String, Error> {
    let remedy = || format!("install Node {OLDEST_MAJOR_VERSION} or newer");
    let version = process::capture(Command::new("node").arg("--version"))
        .map_err(|_| Error::missing("Node is not installed", remedy()))?;
    if major(&version) < OLDEST_MAJOR_VERSION {
        return Err(Error::missing(format!("Node {version} is too old"), remedy()));
    }
    Ok(version)
}

/// The major version in `v20.20.2`.
fn major(version: &str) -> u32 {
    version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2"), 20);
        assert_eq!(major("nightly"), 0);
    }
}
