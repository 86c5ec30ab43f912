//! What stands in a file is what the generator yields; with `TANTAMOUNT_BLESS=1` it is made so.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders directly below one of this crate's, sorted.
pub fn folders(below: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(below);
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Panics with a diff where the file says something else.
pub fn check(path: &Path, text: &str) {
    if std::env::var_os("TANTAMOUNT_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != text {
        let difference = similar::TextDiff::from_lines(expected.as_str(), text);
        panic!(
            "{} is not what the generator yields; TANTAMOUNT_BLESS=1 makes it so\n{}",
            path.display(),
            difference.unified_diff().context_radius(3)
        );
    }
}
