//! What cannot be done, and what is said about it.

use std::{fs, os::unix::fs::chown, path::Path};

use crate::support::{Home, failure, is_root, set_mode};

#[test]
fn programs_that_are_not_there_are_named_with_what_to_install() {
    let home = Home::new();
    let mut settings = home.settings();
    settings.binaries = Some("/nowhere/bin".into());
    assert_eq!(
        failure(&settings).to_string(),
        "no PostgreSQL server is running for us, and its programs (15 or newer) were not found; \
         install them (Debian, Ubuntu: `apt install postgresql`; Fedora: `dnf install \
         postgresql-server`; macOS: `brew install postgresql@17`), or set \
         TANTAMOUNT_POSTGRES_BINARIES to the folder that holds `postgres`, or name a running \
         server with --database-url or DATABASE_URL; tried:\
         \n  the settings: `/nowhere/bin` holds no `postgres`"
    );
}

/// A folder with programs that say they are of that version.
fn programs(version: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    set_mode(folder.path(), 0o755);
    for name in ["postgres", "initdb", "pg_ctl"] {
        let program = folder.path().join(name);
        fs::write(&program, format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")).unwrap();
        set_mode(&program, 0o755);
    }
    folder
}

#[test]
fn programs_that_are_too_old_are_not_used() {
    let home = Home::new();
    let old = programs("14.18");
    let mut settings = home.settings();
    settings.binaries = Some(old.path().to_owned());
    let expected = format!(
        "tried:\n  the settings: PostgreSQL 14.18 from `{}` is older than 15",
        old.path().display()
    );
    let error = failure(&settings).to_string();
    assert!(error.ends_with(&expected), "{error}");
}

#[test]
fn programs_that_the_servers_user_cannot_run_are_not_used() {
    let home = Home::new();
    let closed = programs("17.0");
    set_mode(&closed.path().join("postgres"), 0o600);
    let mut settings = home.settings();
    settings.binaries = Some(closed.path().to_owned());
    let error = failure(&settings).to_string();
    assert!(error.contains("/postgres` cannot be run by the user `"), "{error}");
}

#[test]
fn data_of_another_major_version_stay_as_they_are() {
    let home = Home::new();
    home.start().release().unwrap();
    let version = home.data().join("PG_VERSION");
    let before = fs::read_to_string(&version).unwrap();
    fs::write(&version, "99\n").unwrap();
    let error = home.failure().to_string();
    let data = home.data().canonicalize().unwrap();
    let expected = format!(
        "the data in `{}` is PostgreSQL 99's, and no other version can read it; install \
         PostgreSQL 99 (Debian, Ubuntu: `apt install postgresql-99`)",
        data.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    assert!(error.contains("is not of major version 99"), "{error}");
    assert!(error.ends_with("\n  download: turned off in the settings"), "{error}");

    fs::write(&version, before).unwrap();
    home.start().release().unwrap();
}

#[test]
fn a_start_that_fails_shows_the_log() {
    let home = Home::new();
    home.start().release().unwrap();
    let configuration = home.data().join("postgresql.conf");
    let before = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, format!("{before}\nno_such_setting = 1\n")).unwrap();
    let error = home.failure().to_string();
    assert!(error.starts_with("`pg_ctl` failed while it was to start the server"), "{error}");
    assert!(error.contains("unrecognized configuration parameter \"no_such_setting\""), "{error}");

    fs::write(&configuration, before).unwrap();
    home.start().release().unwrap();
}

#[test]
fn a_password_that_is_gone_is_missed() {
    let home = Home::new();
    home.start().release().unwrap();
    let (password, aside) = (home.path().join("password"), home.path().join("aside"));
    fs::rename(&password, &aside).unwrap();
    let error = home.failure().to_string();
    assert!(error.contains("/password`, is not there; put it back, or set"), "{error}");
    fs::rename(&aside, &password).unwrap();
    home.start().release().unwrap();
}

#[test]
fn a_folder_that_others_may_write_is_refused() {
    let home = Home::new();
    set_mode(home.path(), 0o770);
    let error = home.failure().to_string();
    assert!(error.contains("` can be written by other users, so"), "{error}");
    assert!(error.contains("close it with `chmod go-w`"), "{error}");
}

#[test]
fn a_folder_of_another_user_is_refused() {
    let home = Home::new();
    let error = if is_root() {
        chown(home.path(), Some(1), None).unwrap();
        home.failure()
    } else {
        let mut settings = home.settings();
        settings.data_directory = "/".into();
        failure(&settings)
    };
    assert!(error.to_string().contains("not to the caller, "), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let home = Home::new();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let mut settings = home.settings();
    settings.data_directory = file.join("below");
    let error = failure(&settings).to_string();
    let expected = format!("cannot make the folder `{}`: ", file.join("below").display());
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_server_is_for_a_user_that_exists_and_is_allowed() {
    let home = Home::new();
    let mut settings = home.settings();
    settings.postgres_user = Some("no-such-user".to_owned());
    let error = failure(&settings).to_string();
    assert!(error.contains("`no-such-user`: there is no such user; set"), "{error}");

    settings.postgres_user = Some("root".to_owned());
    let error = failure(&settings).to_string();
    let expected = if is_root() { "PostgreSQL refuses root; set" } else { "only root can start" };
    assert!(error.contains(expected), "{error}");
    assert!(!home.path().join("server").exists());
}

/// Only root serves its data as another user.
#[test]
fn a_folder_out_of_the_servers_reach_is_named_with_its_obstacle() {
    let home = Home::below("closed/home");
    let closed = home.path().parent().map(Path::to_owned).unwrap();
    fs::create_dir(&closed).unwrap();
    set_mode(&closed, 0o700);
    if !is_root() {
        // The caller's own folder may well be closed to others.
        home.start().release().unwrap();
        return;
    }
    let error = home.failure().to_string();
    let closed = closed.canonicalize().unwrap();
    assert!(error.contains(&format!("who cannot enter `{}/home/server`", closed.display())));
    assert!(error.ends_with(&format!("`chmod o+x {}`", closed.display())), "{error}");
    set_mode(&closed, 0o711);
    home.start().release().unwrap();
}

/// Data stay with the user that they were made for.
#[test]
fn data_of_another_user_are_not_taken_over() {
    if !is_root() {
        let home = Home::new();
        let mut settings = home.settings();
        settings.postgres_user = Some("daemon".to_owned());
        let error = failure(&settings).to_string();
        assert!(error.contains("only root can start a server for another user"), "{error}");
        return;
    }
    let home = Home::new();
    let mut settings = home.settings();
    settings.postgres_user = Some("nobody".to_owned());
    let server = tantamount_embedded::Server::start(&settings, &mut |_| {}).unwrap();
    server.release().unwrap();
    // Without a wish, the server is its data's owner's.
    let (server, told) = home.start_and_tell();
    assert!(told[2].starts_with("  as the user `nobody`, "), "{told:?}");
    server.release().unwrap();
    settings.postgres_user = Some("daemon".to_owned());
    let error = failure(&settings).to_string();
    assert!(error.contains("not to `daemon`, so"), "{error}");
}
