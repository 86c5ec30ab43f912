//! A running server, and this process's share in it.

use std::fmt;

use crate::{
    Error, Settings,
    cluster::Cluster,
    folder::Folder,
    locks::{StartLock, UseLock},
    programs::Programs,
    socket,
    user::ServerUser,
};

/// A running PostgreSQL server, and this process's share in it.
///
/// The server runs as long as any process, or any other [`Server`] of this one, uses it.
/// [`release`](Self::release) gives the share back, and so does dropping it.
pub struct Server {
    cluster: Cluster,
    database_url: String,
    /// Nothing once the share is given back.
    share: Option<UseLock>,
}

impl Server {
    /// Joins the server that runs on the data, or starts one, and waits until it answers.
    ///
    /// What happens is told to `report`, in lines for people: one line when it joins a server;
    /// programs, data, user and socket when it starts one. Any number of calls, in any number of
    /// processes, may be made at once. It blocks, for a few seconds at the very first call, and
    /// for as long as a download takes when there is one.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]. Data that are there are never deleted or overwritten.
    pub fn start(settings: &Settings, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let folder = Folder::open(&settings.data_directory)?;
        if folder.path().to_str().is_none() {
            return Err(Error::PathNotText { path: folder.path().to_owned() });
        }
        let held = StartLock::acquire(&folder.start_lock())?;
        let asked = settings.postgres_user.as_deref();
        let user = ServerUser::choose(asked, folder.server_owner()?, &folder.server())?;
        let programs = Programs::find(settings, &folder, &user, report)?;
        let cluster = Cluster::open(folder, user, programs)?;

        let is_data_there = cluster.folder().data_major()?.is_some();
        let password = cluster.folder().password(is_data_there)?;
        let socket_folder = match cluster.running()? {
            Some(socket_folder) => {
                let folder = cluster.folder().path().display();
                report(&format!("using the PostgreSQL server that runs in `{folder}`"));
                socket_folder
            }
            None => start(&cluster, &password, is_data_there, report)?,
        };
        let database_url = socket::url(&socket_folder, &password)?;
        let share = Some(UseLock::acquire(&cluster.folder().use_lock(), &held)?);
        Ok(Self { cluster, database_url, share })
    }

    /// The address of the server, as a `postgres://` URL, with its password. The database is
    /// `postgres`, and the user owns everything in it.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// The folder with the programs that serve the data, such as `pg_dump`. A download and some
    /// packages have no `psql` there.
    #[must_use]
    pub fn binaries(&self) -> &std::path::Path {
        self.cluster.programs().folder()
    }

    /// Gives the share back, and stops the server if no one else has one.
    ///
    /// # Errors
    ///
    /// When the lock cannot be had or the server does not stop. The share is given back all the
    /// same.
    pub fn release(mut self) -> Result<(), Error> {
        self.give_back()
    }

    fn give_back(&mut self) -> Result<(), Error> {
        let Some(share) = self.share.take() else { return Ok(()) };
        let folder = self.cluster.folder();
        let held = StartLock::acquire(&folder.start_lock())?;
        if share.was_last(&folder.use_lock(), &held)? {
            self.cluster.stop()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever wants to know of a failure calls `release`; the next call mends it.
        self.give_back().ok();
    }
}

impl fmt::Debug for Server {
    /// Without the URL, which holds the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("cluster", &self.cluster).finish_non_exhaustive()
    }
}

/// Makes the data if there are none, and starts a server on them.
fn start(
    cluster: &Cluster,
    password: &str,
    is_data_there: bool,
    report: &mut dyn FnMut(&str),
) -> Result<std::path::PathBuf, Error> {
    let data = cluster.folder().data();
    report(&format!("starting {}", cluster.programs()));
    if is_data_there {
        report(&format!("  on the data in `{}`", data.display()));
    } else {
        report(&format!("  on new data in `{}`", data.display()));
        cluster.initialise(password)?;
    }
    let socket_folder = cluster.start()?;
    report(&format!(
        "  as the user `{}`, listening on a socket in `{}` only",
        cluster.user().name,
        socket_folder.display()
    ));
    Ok(socket_folder)
}
