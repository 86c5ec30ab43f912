//! Where the server listens, and its address as a URL.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    Error,
    folder::{Folder, give},
    user::ServerUser,
};

/// Names the socket's file; nothing listens on this port of the network.
pub(crate) const PORT: u16 = 5432;
/// The database user that `initdb` makes, the only one.
pub(crate) const DATABASE_USER: &str = "tantamount";
/// The database that `initdb` makes.
pub(crate) const DATABASE: &str = "postgres";

/// The longest path of a socket, in bytes: the least of the systems' limits (macOS and the BSDs
/// have room for 104, Linux for 108, the closing zero among them).
const LONGEST_SOCKET_PATH: usize = 103;
/// Where the socket goes when our folder's path is too long for it.
const SHORT_FOLDER: &str = "/tmp";
const SHORT_PREFIX: &str = "tantamount-";

/// The socket's file in its folder, as PostgreSQL names it.
pub(crate) fn socket_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Chooses the folder for the socket: the server's own, or a private one with a short path. The
/// private folder that a dead server has left is taken again if it is such a one.
pub(crate) fn choose(
    folder: &Folder,
    user: &ServerUser,
    before: Option<&Path>,
) -> Result<PathBuf, Error> {
    let own = folder.server();
    if socket_file(&own).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return Ok(own);
    }
    if let Some(before) = before.filter(|before| is_short(before)) {
        return Ok(before.to_owned());
    }
    let short = Path::new(SHORT_FOLDER);
    // A random name with mode 0700: no one else can have made it before.
    let private = tempfile::Builder::new()
        .prefix(SHORT_PREFIX)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(short)
        .map_err(Error::file("make a folder for the socket in", short))?;
    give(private.path(), user)?;
    Ok(private.keep())
}

/// Whether only the server's user can be listening in the folder.
pub(crate) fn is_private(folder: &Path, user: &ServerUser) -> bool {
    fs::symlink_metadata(folder)
        .is_ok_and(|about| about.is_dir() && about.uid() == user.user && about.mode() & 0o077 == 0)
}

/// The file in which PostgreSQL notes whose the socket is.
pub(crate) fn lock_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}.lock"))
}

/// Removes a short folder that is empty; any other stays.
pub(crate) fn clear(folder: &Path) {
    if is_short(folder) {
        // One that is not empty or already gone is no one's concern here.
        fs::remove_dir(folder).ok();
    }
}

fn is_short(folder: &Path) -> bool {
    folder.parent() == Some(Path::new(SHORT_FOLDER))
        && folder
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(SHORT_PREFIX.as_bytes()))
}

/// The server's address. The host in the URL's middle only fills its place: `host=` at the end
/// is what clients use (PostgreSQL's documentation, "Connection URIs").
pub(crate) fn url(folder: &Path, password: &str) -> Result<String, Error> {
    let host = folder.to_str().ok_or_else(|| Error::PathNotText { path: folder.to_owned() })?;
    Ok(format!(
        "postgres://{DATABASE_USER}:{}@localhost:{PORT}/{DATABASE}?host={}",
        percent_encoded(password),
        percent_encoded(host)
    ))
}

/// RFC 3986: every byte that is not unreserved is escaped.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_path_has_is_escaped() {
        assert_eq!(
            url(Path::new("/a b/ä+%?&'\"#,~"), "f00").unwrap(),
            "postgres://tantamount:f00@localhost:5432/postgres\
             ?host=%2Fa%20b%2F%C3%A4%2B%25%3F%26%27%22%23%2C~"
        );
    }
}
