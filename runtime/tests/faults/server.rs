//! Servers: the one that the experiments of this process share, and those that one breaks.

use crate::options;
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tantamount_embedded::{Server, Settings};

/// The server that the experiments of this process share, while one of them runs.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

fn settings(folder: &Path) -> Settings {
    let mut settings = Settings::new(folder);
    settings.binaries = options::binaries();
    settings
}

fn started(settings: &Settings) -> Server {
    Server::start(settings, &mut |line| eprintln!("{line}")).expect("a server of our own")
}

pub(crate) fn address(server: &Server) -> PgConnectOptions {
    PgConnectOptions::from_str(server.database_url()).expect("an address")
}

/// The shared server.
pub(crate) async fn shared() -> Arc<Server> {
    let start = || {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let version = if options::binaries().is_some() { "named" } else { "found" };
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults").join(version);
            let server = Arc::new(started(&settings(&folder)));
            *shared = Arc::downgrade(&server);
            server
        })
    };
    tokio::task::spawn_blocking(start).await.expect("a server")
}

/// A server of one experiment alone, in a folder that goes with it.
pub(crate) struct OwnServer {
    settings: Settings,
    /// Its last start; nothing while it is down.
    server: Option<Server>,
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl OwnServer {
    pub(crate) async fn start() -> OwnServer {
        let temporary = tempfile::tempdir().expect("a folder");
        let mut server = OwnServer::start_in(&temporary.path().join("server")).await;
        // The server's user has to pass.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let open = std::fs::Permissions::from_mode(0o711);
            std::fs::set_permissions(temporary.path(), open).expect("its folder can be passed");
        }
        server.start_again().await;
        server._temporary = Some(temporary);
        server
    }

    /// Its settings, before it is started by [`OwnServer::start_again`].
    pub(crate) async fn start_in(folder: &Path) -> OwnServer {
        OwnServer {
            settings: settings(folder),
            server: None,
            folder: folder.to_owned(),
            _temporary: None,
        }
    }

    pub(crate) fn address(&self) -> PgConnectOptions {
        address(self.server.as_ref().expect("it was started"))
    }

    /// Starts it where it does not run.
    pub(crate) async fn start_again(&mut self) {
        let settings = self.settings.clone();
        let start = move || Server::start(&settings, &mut |_| {});
        let server = tokio::task::spawn_blocking(start).await.expect("a thread");
        self.server = Some(server.expect("the server starts again"));
    }

    /// What it has logged since its last start.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read(self.folder.join("server/log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    pub(crate) fn postmaster(&self) -> Option<u32> {
        let file = self.folder.join("server/data/postmaster.pid");
        std::fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
    }

    /// The server's processes but the first.
    pub(crate) fn children(&self) -> Vec<u32> {
        let listed = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output();
        let listed = String::from_utf8(listed.expect("ps runs").stdout).expect("numbers");
        let postmaster = self.postmaster();
        let pair = |line: &str| {
            let mut numbers = line.split_whitespace().map(|number| number.parse::<u32>().ok());
            Some((numbers.next()??, numbers.next()??))
        };
        let pairs = listed.lines().filter_map(pair);
        pairs.filter(|(parent, _)| Some(*parent) == postmaster).map(|(_, own)| own).collect()
    }
}

/// `kill -9`. A process that has ended meanwhile needs none.
pub(crate) fn kill(processes: &[u32]) {
    let processes = processes.iter().map(u32::to_string);
    Command::new("kill")
        .arg("-KILL")
        .args(processes)
        .stderr(std::process::Stdio::null())
        .status()
        .expect("kill runs");
}
