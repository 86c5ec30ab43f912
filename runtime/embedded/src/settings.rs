//! Where the data lies and which programs serve it.

use std::{ffi::OsString, path::PathBuf};

use crate::Error;

/// Where the data lies, and which programs serve it.
///
/// ```
/// use tantamount_embedded::Settings;
///
/// let mut settings = Settings::new("/tmp/a-folder-of-its-own");
/// settings.download = false;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Our own folder: the data, the locks, the password, the log. Made when it is not there.
    pub data_directory: PathBuf,
    /// The folder that holds `postgres`, `initdb` and `pg_ctl`. When left out, installed ones
    /// are searched for.
    pub binaries: Option<PathBuf>,
    /// Whether PostgreSQL may be downloaded when it is not installed. Without the crate's
    /// feature `download` this changes nothing.
    pub download: bool,
    /// Who the server is run as when root calls: by default `postgres`, or `nobody`.
    pub postgres_user: Option<String>,
}

impl Settings {
    /// Data in that folder, programs wherever they are found.
    pub fn new(data_directory: impl Into<PathBuf>) -> Self {
        Self {
            data_directory: data_directory.into(),
            binaries: None,
            download: true,
            postgres_user: None,
        }
    }

    /// What the environment says. A variable that is set to nothing counts as not set.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `TANTAMOUNT_HOME` | [`data_directory`](Self::data_directory); else `/var/lib/tantamount` for root, `$XDG_DATA_HOME/tantamount`, or `~/.local/share/tantamount` (macOS: `~/Library/Application Support/tantamount`) |
    /// | `TANTAMOUNT_POSTGRES_BINARIES` | [`binaries`](Self::binaries) |
    /// | `TANTAMOUNT_POSTGRES_USER` | [`postgres_user`](Self::postgres_user) |
    ///
    /// # Errors
    ///
    /// [`Error::NoPlace`] when nothing says where the data may lie, [`Error::User`] when the
    /// user's name is not valid UTF-8.
    pub fn from_environment() -> Result<Self, Error> {
        Self::from_variables(&|name| std::env::var_os(name), called_by_root())
    }

    fn from_variables(
        variable: &dyn Fn(&str) -> Option<OsString>,
        root: bool,
    ) -> Result<Self, Error> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| set(name).map(PathBuf::from);
        let data_directory = match folder("TANTAMOUNT_HOME") {
            Some(explicit) => explicit,
            // Another user serves root's data, and could not reach it in root's own home.
            None if root => PathBuf::from("/var/lib/tantamount"),
            None => {
                // The XDG Base Directory Specification: a relative path is to be ignored.
                let shared = folder("XDG_DATA_HOME").filter(|path| path.is_absolute());
                let home = folder("HOME").map(|home| {
                    home.join(if cfg!(target_os = "macos") {
                        "Library/Application Support"
                    } else {
                        ".local/share"
                    })
                });
                shared.or(home).ok_or(Error::NoPlace)?.join("tantamount")
            }
        };
        let postgres_user = match set("TANTAMOUNT_POSTGRES_USER").map(OsString::into_string) {
            None => None,
            Some(Ok(name)) => Some(name),
            Some(Err(name)) => {
                return Err(Error::User {
                    user: name.to_string_lossy().into_owned(),
                    reason: "the name is not valid UTF-8; set TANTAMOUNT_POSTGRES_USER to a \
                             user's name"
                        .to_owned(),
                });
            }
        };
        let binaries = folder("TANTAMOUNT_POSTGRES_BINARIES");
        Ok(Self { data_directory, binaries, download: true, postgres_user })
    }
}

#[cfg(unix)]
fn called_by_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(not(unix))]
fn called_by_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], root: bool) -> Result<Settings, Error> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        Settings::from_variables(&variable, root)
    }

    #[test]
    fn the_folder_is_the_first_that_is_named() {
        let shared = if cfg!(target_os = "macos") {
            "/home/ada/Library/Application Support/tantamount"
        } else {
            "/home/ada/.local/share/tantamount"
        };
        for (variables, root, expected) in [
            (&[("TANTAMOUNT_HOME", "/data"), ("HOME", "/home/ada")][..], false, "/data"),
            (&[("TANTAMOUNT_HOME", "/data")], true, "/data"),
            (&[("HOME", "/root"), ("XDG_DATA_HOME", "/x")], true, "/var/lib/tantamount"),
            (&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/x")], false, "/x/tantamount"),
            (&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "x")], false, shared),
            (&[("HOME", "/home/ada"), ("TANTAMOUNT_HOME", "")], false, shared),
        ] {
            let settings = read(variables, root).unwrap();
            assert_eq!(settings.data_directory, PathBuf::from(expected), "{variables:?}");
        }
    }

    #[test]
    fn without_any_place_the_error_names_the_variable_to_set() {
        let error = read(&[], false).unwrap_err().to_string();
        assert!(error.ends_with("set TANTAMOUNT_HOME to a folder"), "{error}");
    }

    #[test]
    fn programs_and_user_are_taken_from_the_environment() {
        let settings = read(
            &[
                ("TANTAMOUNT_HOME", "/data"),
                ("TANTAMOUNT_POSTGRES_BINARIES", "/programs"),
                ("TANTAMOUNT_POSTGRES_USER", "ada"),
            ],
            true,
        )
        .unwrap();
        assert_eq!(settings.binaries, Some(PathBuf::from("/programs")));
        assert_eq!(settings.postgres_user.as_deref(), Some("ada"));
    }
}
