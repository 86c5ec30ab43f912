//! Our own folder: its layout, who may enter, the password.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;

use crate::{Error, user::ServerUser};

/// Our own folder. The crate's documentation shows what lies in it.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder if it is not there, and refuses one in which others may write.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let path =
            std::path::absolute(path).map_err(Error::file("find the absolute path of", path))?;
        let caller = geteuid();
        make(&path, if caller.is_root() { 0o711 } else { 0o700 })?;
        // One path for every process, whichever way it was named.
        let root = path.canonicalize().map_err(Error::file("open the folder", &path))?;
        let about = fs::metadata(&root).map_err(Error::file("look at", &root))?;
        let untrusted =
            |complaint, remedy| Error::Untrusted { path: root.clone(), complaint, remedy };
        if about.uid() != caller.as_raw() {
            return Err(untrusted(
                format!("belongs to the user {}, not to the caller, {caller}", about.uid()),
                "run this as the user it belongs to, or set TANTAMOUNT_HOME to a new folder",
            ));
        }
        if about.mode() & 0o022 != 0 {
            return Err(untrusted(
                "can be written by other users".to_owned(),
                "close it with `chmod go-w`, or set TANTAMOUNT_HOME to a new folder",
            ));
        }
        if caller.is_root() && is_empty(&root)? {
            // The server's user must pass through to its own folder. One that has been used
            // before keeps the mode that it has.
            let mode = Permissions::from_mode(about.mode() & 0o777 | 0o011);
            fs::set_permissions(&root, mode).map_err(Error::file("set the mode of", &root))?;
        }
        Ok(Self { root })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    pub(crate) fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    pub(crate) fn use_lock(&self) -> PathBuf {
        self.root.join("use.lock")
    }

    pub(crate) fn programs(&self) -> PathBuf {
        self.root.join("programs")
    }

    /// The folder that belongs to the server's user.
    pub(crate) fn server(&self) -> PathBuf {
        self.root.join("server")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.server().join("data")
    }

    /// Where `initdb` works until it is done.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.server().join("data.unfinished")
    }

    /// A copy of the password that `initdb` can read, there only while it runs.
    pub(crate) fn password_for_initdb(&self) -> PathBuf {
        self.server().join("password.initdb")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.server().join("log")
    }

    pub(crate) fn previous_log(&self) -> PathBuf {
        self.server().join("log.previous")
    }

    fn password_file(&self) -> PathBuf {
        self.root.join("password")
    }

    /// Who owns the server's folder; nothing when there is none yet.
    pub(crate) fn server_owner(&self) -> Result<Option<u32>, Error> {
        let server = self.server();
        match fs::symlink_metadata(&server) {
            Ok(about) => Ok(Some(about.uid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("look at", &server)(error)),
        }
    }

    /// Makes the server's folder if it is not there, the server's user's own.
    pub(crate) fn make_server(&self, user: &ServerUser) -> Result<(), Error> {
        let server = self.server();
        if self.server_owner()?.is_some() {
            return Ok(());
        }
        DirBuilder::new().mode(0o700).create(&server).map_err(Error::file("make", &server))?;
        give(&server, user)
    }

    /// The major version that wrote the data; nothing when there is no data yet.
    pub(crate) fn data_major(&self) -> Result<Option<u32>, Error> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| {
                Error::file("read", &path)(io::Error::other(format!(
                    "`{}` is not a version of PostgreSQL",
                    text.trim()
                )))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", &path)(error)),
        }
    }

    /// The server's password. It is made when there is no data yet.
    pub(crate) fn password(&self, is_data_there: bool) -> Result<String, Error> {
        let path = self.password_file();
        match fs::read_to_string(&path) {
            Ok(password) => return Ok(password.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file("read", &path)(error));
            }
            Err(_) if is_data_there => {
                return Err(Error::NoPassword { data: self.data(), password: path });
            }
            Err(_) => {}
        }
        let password = random_password()?;
        // Renamed when complete, so that a crash leaves no half of it.
        let unfinished = self.root.join("password.unfinished");
        remove_if_there(&unfinished)?;
        write_new(&unfinished, &password).map_err(Error::file("write", &unfinished))?;
        fs::rename(&unfinished, &path).map_err(Error::file("write", &path))?;
        sync(&self.root)?;
        Ok(password)
    }

    /// The first folder on the way to the server's folder that lets no other user pass.
    pub(crate) fn obstacle(&self) -> PathBuf {
        let closed = |path: &&Path| {
            fs::metadata(path).is_ok_and(|about| about.is_dir() && about.mode() & 0o001 == 0)
        };
        let mut way: Vec<&Path> = self.root.ancestors().collect();
        way.reverse();
        way.into_iter().find(closed).unwrap_or(&self.root).to_owned()
    }
}

/// Makes the folder and those above it, each with that mode whatever the umask is.
fn make(path: &Path, mode: u32) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make(parent, mode)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(Error::file("set the mode of", path)),
        // Another call was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::file("make the folder", path)(error)),
    }
}

fn is_empty(path: &Path) -> Result<bool, Error> {
    let mut entries = fs::read_dir(path).map_err(Error::file("read the folder", path))?;
    Ok(entries.next().is_none())
}

/// Makes the server's user the owner, where that is another one than the caller.
pub(crate) fn give(path: &Path, user: &ServerUser) -> Result<(), Error> {
    if user.another {
        chown(path, Some(user.user), Some(user.group))
            .map_err(Error::file("change the owner of", path))?;
    }
    Ok(())
}

/// Writes a file of mode 0600 that must not be there yet, all the way to the disk.
pub(crate) fn write_new(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

pub(crate) fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::file("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Makes what was renamed in the folder last.
pub(crate) fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::file("write to the disk", folder))
}

/// 256 bits from the system, in hexadecimal.
fn random_password() -> Result<String, Error> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; 32];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::file("read", source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
