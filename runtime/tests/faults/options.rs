//! Which form of the experiments is run, and on which server.

use std::env;
use std::path::PathBuf;

/// Whether the long forms are run.
pub(crate) fn is_long() -> bool {
    env::var("TANTAMOUNT_FAULTS").is_ok_and(|form| form == "long")
}

/// As often as this form does something.
pub(crate) fn times<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// The folder of the server's programs, where one is named.
pub(crate) fn binaries() -> Option<PathBuf> {
    env::var_os("TANTAMOUNT_FAULTS_BINARIES").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}
