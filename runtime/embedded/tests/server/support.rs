//! Folders whose servers end with the test, and questions to servers.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tantamount_embedded::{Error, Server, Settings};

/// A temporary folder. When it goes, a server that still runs in it is killed.
pub(crate) struct Home {
    folder: PathBuf,
    _temporary: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        set_mode(temporary.path(), 0o700);
        Self { folder: temporary.path().to_owned(), _temporary: temporary }
    }

    /// Below a folder that any user may pass.
    pub(crate) fn below(path: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        set_mode(temporary.path(), 0o711);
        Self { folder: temporary.path().join(path), _temporary: temporary }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("server/data")
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::new(&self.folder);
        settings.download = false;
        settings
    }

    pub(crate) fn start(&self) -> Server {
        self.start_and_tell().0
    }

    /// With the lines that were told.
    pub(crate) fn start_and_tell(&self) -> (Server, Vec<String>) {
        let mut told = Vec::new();
        let server = Server::start(&self.settings(), &mut |line| told.push(line.to_owned()));
        (server.unwrap(), told)
    }

    pub(crate) fn failure(&self) -> Error {
        failure(&self.settings())
    }

    /// The server's process, by its file.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    pub(crate) fn is_served(&self) -> bool {
        self.postmaster().is_some_and(is_running)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(process) = self.postmaster().filter(|process| is_running(*process)) {
            signal("QUIT", process);
            wait_for_the_end_of(process);
        }
    }
}

pub(crate) fn failure(settings: &Settings) -> Error {
    Server::start(settings, &mut |_| {}).unwrap_err()
}

/// The rows' first column.
pub(crate) fn query(url: &str, statement: &str) -> Result<Vec<String>, sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let rows = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(rows)
    })
}

pub(crate) fn is_root() -> bool {
    // Of the process itself, on every Unix: a folder that it makes is its own.
    fs::metadata(tempfile::tempdir().unwrap().path()).unwrap().uid() == 0
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(status.unwrap().success());
}

/// A zombie does not run.
pub(crate) fn is_running(process: u32) -> bool {
    let state = ps(process, "stat");
    !state.is_empty() && !state.starts_with('Z')
}

pub(crate) fn ps(process: u32, column: &str) -> String {
    let output =
        Command::new("ps").args(["-o", &format!("{column}="), "-p", &process.to_string()]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

pub(crate) fn wait_for_the_end_of(process: u32) {
    let begun = Instant::now();
    while is_running(process) {
        assert!(begun.elapsed() < Duration::from_secs(30), "process {process} does not end");
        thread::sleep(Duration::from_millis(20));
    }
}
