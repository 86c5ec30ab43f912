//! Reads files and standard input, no more of them than a request may have.

use crate::failure::{Failure, shown};
use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use tantamount_core::json::TEXT_BYTES;

/// The bytes of a file. One byte more than the limit is read, so that the reader refuses it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let most = TEXT_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let result = if path.as_os_str() == "-" {
        stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::Impossible {
            code: "unreadable_file",
            message: format!("cannot read {}: {error}", shown(path)),
        }),
    }
}

/// Both files of a comparison; standard input can only be one of them.
pub(crate) fn read_both(left: &Path, right: &Path) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    if left.as_os_str() == "-" && right.as_os_str() == "-" {
        return Err(Failure::Rejected {
            code: "usage",
            message: "standard input can be one of the two files only".to_owned(),
        });
    }
    Ok((read(left)?, read(right)?))
}
