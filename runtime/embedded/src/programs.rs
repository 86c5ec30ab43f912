//! Finding PostgreSQL's programs on this machine.

use std::{
    ffi::OsStr,
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::{Error, Settings, folder::Folder, user::ServerUser};

/// The oldest major version that is used.
const OLDEST_MAJOR: u32 = 15;
/// What is downloaded for new data.
#[cfg(feature = "download")]
const DOWNLOADED_MAJOR: u32 = 17;
/// The programs that are needed of a folder.
const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Where packages put the programs: in a folder, the entries whose name begins so, and in each
/// of them the folder below.
const USUAL: [(&str, &str, &str); 10] = [
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                  // the project's own RPMs
    ("/usr/lib", "postgresql", "bin"),          // openSUSE
    ("/usr/lib64", "postgresql-", "bin"),       // Gentoo
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/usr/local", "pgsql", "bin"),             // built from source
    ("/opt/homebrew/opt", "postgresql", "bin"), // Homebrew on Apple's processors
    ("/usr/local/opt", "postgresql", "bin"),    // Homebrew on Intel's
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"), // Homebrew on Linux
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
];

/// A folder with PostgreSQL's programs, which the server's user can run.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
    version: Version,
}

/// As `postgres --version` gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    major: u32,
    minor: u32,
    /// Such as `15.13` or `18beta1`.
    text: String,
}

impl fmt::Display for Programs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgreSQL {} from `{}`", self.version.text, self.folder.display())
    }
}

impl Programs {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The first that will do: those named in the settings and no others; else those on `PATH`,
    /// those that `pg_config` names, those in the usual folders and those downloaded before,
    /// the newest first; else a download.
    ///
    /// With data there, only their major version will do.
    pub(crate) fn find(
        settings: &Settings,
        folder: &Folder,
        user: &ServerUser,
        report: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let mut search = Search { user, major: folder.data_major()?, tried: Vec::new() };
        if let Some(named) = &settings.binaries {
            let named = std::path::absolute(named)
                .map_err(Error::file("find the absolute path of", named))?;
            if let Some(found) = search.first("the settings", vec![named]) {
                return Ok(found);
            }
            return Err(search.failure(folder));
        }
        let on_path = folders_on_path();
        if let Some(found) = search.first("PATH", on_path.clone()) {
            return Ok(found);
        }
        let by_pg_config = named_by_pg_config(user).into_iter().collect();
        if let Some(found) = search.first("`pg_config --bindir`", by_pg_config) {
            return Ok(found);
        }
        if let Some(found) = search.newest("the usual folders", usual_folders()) {
            return Ok(found);
        }
        let downloaded = entries(&folder.programs(), "", "bin");
        if let Some(found) = search.newest("earlier downloads", downloaded) {
            return Ok(found);
        }
        search.download(settings, folder, report).ok_or_else(|| search.failure(folder))
    }

    /// Looks at a folder, or says why it will not do.
    fn examine(folder: &Path, user: &ServerUser, major: Option<u32>) -> Result<Self, String> {
        let shown = folder.display();
        if let Some(missing) = NEEDED.iter().find(|name| !folder.join(name).is_file()) {
            return Err(format!("`{shown}` holds no `{missing}`"));
        }
        // Run as the server's user, who must be able to.
        let program = folder.join("postgres");
        let output =
            user.command(&program, Path::new("/")).arg("--version").output().map_err(|error| {
                format!(
                    "`{}` cannot be run by the user `{}`: {error}",
                    program.display(),
                    user.name
                )
            })?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version =
            Version::parse(&said).filter(|_| output.status.success()).ok_or_else(|| {
                format!("`{} --version` gives no version: {}", program.display(), said.trim())
            })?;
        let found = Self { folder: folder.to_owned(), version };
        match major {
            Some(major) if found.version.major != major => {
                Err(format!("{found} is not of major version {major}"))
            }
            None if found.version.major < OLDEST_MAJOR => {
                Err(format!("{found} is older than {OLDEST_MAJOR}"))
            }
            _ => Ok(found),
        }
    }
}

impl Version {
    /// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`; `18beta1` and `19devel` are of
    /// major versions 18 and 19.
    fn parse(said: &str) -> Option<Self> {
        let text = said.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
        let (major, rest) = leading_number(text)?;
        let minor = rest.strip_prefix('.').and_then(leading_number).map_or(0, |(minor, _)| minor);
        Some(Self { major, minor, text: text.to_owned() })
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// What is searched for, and what was found wanting.
struct Search<'search> {
    user: &'search ServerUser,
    major: Option<u32>,
    tried: Vec<String>,
}

impl Search<'_> {
    /// The first of the folders that will do.
    fn first(&mut self, place: &str, folders: Vec<PathBuf>) -> Option<Programs> {
        if folders.is_empty() {
            self.tried.push(format!("{place}: no `postgres`"));
        }
        for folder in folders {
            match Programs::examine(&folder, self.user, self.major) {
                Ok(found) => return Some(found),
                Err(why_not) => self.tried.push(format!("{place}: {why_not}")),
            }
        }
        None
    }

    /// The newest of the folders that will do.
    fn newest(&mut self, place: &str, folders: Vec<PathBuf>) -> Option<Programs> {
        if folders.is_empty() {
            self.tried.push(format!("{place}: no `postgres`"));
        }
        let mut newest: Option<Programs> = None;
        let order = |programs: &Programs| (programs.version.major, programs.version.minor);
        for folder in folders {
            match Programs::examine(&folder, self.user, self.major) {
                Ok(found) if newest.as_ref().is_none_or(|best| order(best) < order(&found)) => {
                    newest = Some(found);
                }
                Ok(_) => {}
                Err(why_not) => self.tried.push(format!("{place}: {why_not}")),
            }
        }
        newest
    }

    #[cfg(feature = "download")]
    fn download(
        &mut self,
        settings: &Settings,
        folder: &Folder,
        report: &mut dyn FnMut(&str),
    ) -> Option<Programs> {
        if !settings.download {
            self.tried.push("download: turned off in the settings".to_owned());
            return None;
        }
        let major = self.major.unwrap_or(DOWNLOADED_MAJOR);
        report(&format!(
            "no installed PostgreSQL will do; downloading version {major} into `{}`",
            folder.programs().display()
        ));
        match crate::download::download(&folder.programs(), major) {
            Ok(downloaded) => self.first("download", vec![downloaded]),
            Err(why_not) => {
                self.tried.push(format!("download: {why_not}"));
                None
            }
        }
    }

    #[cfg(not(feature = "download"))]
    fn download(
        &mut self,
        _settings: &Settings,
        _folder: &Folder,
        _report: &mut dyn FnMut(&str),
    ) -> Option<Programs> {
        self.tried.push("download: this program was built without it".to_owned());
        None
    }

    fn failure(&mut self, folder: &Folder) -> Error {
        let tried = std::mem::take(&mut self.tried);
        match self.major {
            Some(major) => Error::OtherMajor { data: folder.data(), major, tried },
            None => Error::NoPrograms { wanted: format!("{OLDEST_MAJOR} or newer"), tried },
        }
    }
}

/// The folders on `PATH` that hold `postgres`. A link is followed to where the other programs
/// lie beside it.
fn folders_on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = Vec::new();
    for program in std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("postgres"))
        .filter(|program| program.is_file())
    {
        let real = program.canonicalize().unwrap_or(program);
        if let Some(folder) =
            real.parent().filter(|folder| !folders.contains(&folder.to_path_buf()))
        {
            folders.push(folder.to_owned());
        }
    }
    folders
}

fn named_by_pg_config(user: &ServerUser) -> Option<PathBuf> {
    let output =
        user.command(Path::new("pg_config"), Path::new("/")).arg("--bindir").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let folder = Path::new(said.trim());
    (output.status.success() && folder.is_absolute()).then(|| folder.to_owned())
}

fn usual_folders() -> Vec<PathBuf> {
    USUAL
        .iter()
        .flat_map(|(folder, beginning, below)| entries(Path::new(folder), beginning, below))
        .collect()
}

/// The folders `below` the entries whose name begins so, as far as they hold `postgres`, in the
/// order of their names.
fn entries(folder: &Path, beginning: &str, below: &str) -> Vec<PathBuf> {
    let begins = |name: &OsStr| name.as_encoded_bytes().starts_with(beginning.as_bytes());
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| begins(&entry.file_name()))
        .map(|entry| entry.path().join(below))
        .filter(|folder| folder.join("postgres").is_file())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_give_them() {
        for (said, expected) in [
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n", Some((15, 13, "15.13"))),
            ("postgres (PostgreSQL) 17.0\n", Some((17, 0, "17.0"))),
            ("postgres (PostgreSQL) 18beta1\n", Some((18, 0, "18beta1"))),
            ("postgres (PostgreSQL) 19devel\n", Some((19, 0, "19devel"))),
            ("postgres (PostgreSQL) 9.6.24\n", Some((9, 6, "9.6.24"))),
            ("postgres (EnterpriseDB) 15.1\n", None),
            ("", None),
        ] {
            let expected =
                expected.map(|(major, minor, text)| Version { major, minor, text: text.into() });
            assert_eq!(Version::parse(said), expected, "{said:?}");
        }
    }
}
