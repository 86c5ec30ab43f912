//! Two locks let any number of processes share one server.
//!
//! The *start* lock is held alone, for a moment, by whoever looks whether a server runs, starts
//! one or stops one. The *use* lock is held, shared, by every process as long as it uses the
//! server: whoever leaves and can then have it alone was the last. The system frees both when a
//! process dies, however it dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::Error;

fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::file("open the lock file", path))
}

/// Held alone while a server is looked for, started or stopped. Dropping it frees it.
#[derive(Debug)]
pub(crate) struct StartLock(#[expect(dead_code, reason = "open as long as the lock is held")] File);

impl StartLock {
    /// Waits until no one else starts or stops.
    pub(crate) fn acquire(path: &Path) -> Result<Self, Error> {
        let file = open(path)?;
        file.lock().map_err(Error::file("lock", path))?;
        Ok(Self(file))
    }
}

/// Held, shared, as long as this process uses the server. Dropping it frees it.
#[derive(Debug)]
pub(crate) struct UseLock(File);

impl UseLock {
    /// To be called with the start lock held: then no one has it alone, and it is had at once.
    pub(crate) fn acquire(path: &Path, _held: &StartLock) -> Result<Self, Error> {
        let file = open(path)?;
        file.lock_shared().map_err(Error::file("lock", path))?;
        Ok(Self(file))
    }

    /// Gives the lock back and says whether no one else has it, which stays so as long as the
    /// start lock is held.
    pub(crate) fn was_last(self, path: &Path, _held: &StartLock) -> Result<bool, Error> {
        self.0.unlock().map_err(Error::file("unlock", path))?;
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(cause)) => Err(Error::file("lock", path)(cause)),
        }
    }
}
