//! What has to change on disk for generated files to be what the generator yields.
//!
//! Only files that differ are written, each at once: the new text goes to a file beside it, which
//! then takes its place, so that nobody reads half a file and a full disk leaves the old one.

use crate::error::Error;
use similar::TextDiff;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// One file that is not as the generator yields it. Paths are relative to a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file is not there.
    Missing {
        /// Where it belongs.
        path: PathBuf,
        /// What belongs there.
        generated: String,
    },
    /// The file says something else.
    Stale {
        /// Where it stands.
        path: PathBuf,
        /// What it says; bytes that are no UTF-8 are shown as such.
        found: String,
        /// What it should say.
        generated: String,
    },
    /// The generator no longer yields this file.
    LeftOver {
        /// Where it stands.
        path: PathBuf,
        /// What it says.
        found: String,
    },
}

impl Change {
    /// The file's path, relative to the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path, .. } | Self::Stale { path, .. } | Self::LeftOver { path, .. } => {
                path
            }
        }
    }

    /// What [`Change::apply`] does, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("{:<9} {}", self.done(), slashed(self.path()))
    }

    /// What [`Change::apply`] does, in one word.
    pub(crate) fn done(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "written",
            Self::Stale { .. } => "rewritten",
            Self::LeftOver { .. } => "removed",
        }
    }

    /// Makes the file what the generator yields.
    ///
    /// # Errors
    /// [`Error::File`]; the file is then what it was.
    pub fn apply(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(self.path());
        match self {
            Self::Missing { generated, .. } | Self::Stale { generated, .. } => {
                write(&path, generated)
            }
            Self::LeftOver { .. } => fs::remove_file(&path).map_err(Error::file("remove", &path)),
        }
    }
}

/// A unified diff from what is on disk to what the generator yields.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, found, generated) = match self {
            Self::Missing { generated, .. } => ("missing", "", generated.as_str()),
            Self::Stale { found, generated, .. } => ("stale", found.as_str(), generated.as_str()),
            Self::LeftOver { found, .. } => ("left over", found.as_str(), ""),
        };
        let path = slashed(self.path());
        writeln!(f, "{state}: {path}")?;
        let named = |side: &str, is_there: bool| match is_there {
            true => format!("{side}/{path}"),
            false => "/dev/null".to_owned(),
        };
        let before = named("a", !matches!(self, Self::Missing { .. }));
        let after = named("b", !matches!(self, Self::LeftOver { .. }));
        let difference = TextDiff::from_lines(found, generated);
        write!(f, "{}", difference.unified_diff().context_radius(3).header(&before, &after))
    }
}

/// Everything among the outputs that is not in the folder as it is yielded, in their order.
///
/// # Errors
/// [`Error::File`] where a file cannot be read.
pub fn changes(folder: &Path, outputs: &[(PathBuf, String)]) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    for (path, generated) in outputs {
        let (path, generated) = (path.clone(), generated.clone());
        match read(&folder.join(&path))? {
            None => changes.push(Change::Missing { path, generated }),
            Some(found) if found != generated => {
                changes.push(Change::Stale { path, found, generated });
            }
            Some(_) => {}
        }
    }
    Ok(changes)
}

/// A file's text; nothing when it is not there. Bytes that are no UTF-8 are shown as such.
///
/// # Errors
/// [`Error::File`] where it cannot be read.
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}

/// Writes a text at once: whoever reads the file sees what it was or what it becomes.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    // A link is followed: what it leads to is replaced, the link stays.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let beside = target.with_file_name(name);
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|cause| {
        // What could not be written is of no use; that it may not be there is no news.
        let _ = fs::remove_file(&beside);
        Error::file("write", path)(cause)
    })
}

/// A path with forward slashes on every platform.
pub(crate) fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(files: &[(&str, &str)]) -> Vec<(PathBuf, String)> {
        files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect()
    }

    #[test]
    fn a_stale_file_is_shown_as_a_unified_diff() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mod.rs"), "one\ntwo\nthree\n").unwrap();
        let found = changes(folder.path(), &outputs(&[("mod.rs", "one\n2\nthree\n")])).unwrap();
        let shown: String = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            "stale: mod.rs\n--- a/mod.rs\n+++ b/mod.rs\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
        );
    }

    #[test]
    fn only_what_differs_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let same = folder.path().join("same.rs");
        fs::write(&same, "same\n").unwrap();
        let before = fs::metadata(&same).unwrap().modified().unwrap();
        let wanted = outputs(&[("same.rs", "same\n"), ("deep/er/new.rs", "new\n")]);
        let found = changes(folder.path(), &wanted).unwrap();
        let summaries: Vec<String> = found.iter().map(Change::summary).collect();
        assert_eq!(summaries, ["written   deep/er/new.rs"]);
        for change in &found {
            change.apply(folder.path()).unwrap();
        }
        assert_eq!(changes(folder.path(), &wanted).unwrap(), []);
        assert_eq!(fs::metadata(&same).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn a_file_that_cannot_be_written_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let change = Change::Missing { path: "taken".into(), generated: String::new() };
        assert!(matches!(change.apply(folder.path()), Err(Error::File { .. })));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside it");
    }
}
