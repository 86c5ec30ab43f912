//! Who gets in, and as whom the server runs.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::Command,
};

use crate::support::{Home, is_root, mode, ps, query};

#[test]
fn the_server_is_safe_by_its_settings() {
    let home = Home::new();
    let server = home.start();
    for (statement, expected) in [
        ("show fsync", "on"),
        ("show full_page_writes", "on"),
        ("show synchronous_commit", "on"),
        ("show listen_addresses", ""),
        ("show unix_socket_permissions", "0700"),
        ("show server_encoding", "UTF8"),
        ("show password_encryption", "scram-sha-256"),
        ("select datcollate from pg_database where datname = current_database()", "C"),
        ("select datctype from pg_database where datname = current_database()", "C"),
        (
            "select string_agg(distinct type || ' ' || auth_method, ', ' order by type || ' ' \
             || auth_method) from pg_hba_file_rules",
            "host scram-sha-256, local scram-sha-256",
        ),
        ("select string_agg(rolname, ',') from pg_roles where rolcanlogin", "tantamount"),
    ] {
        assert_eq!(query(server.database_url(), statement).unwrap(), [expected], "{statement}");
    }
    server.release().unwrap();
}

#[test]
fn files_are_closed_to_others() {
    let home = Home::new();
    let server = home.start();
    let own = fs::metadata(home.path()).unwrap().uid();
    for name in ["password", "start.lock", "use.lock"] {
        let path = home.path().join(name);
        assert_eq!((mode(&path), fs::metadata(&path).unwrap().uid()), (0o600, own), "{name}");
    }
    assert_eq!(mode(home.path()), if is_root() { 0o711 } else { 0o700 });
    assert_eq!(mode(&home.path().join("server")), 0o700);
    assert_eq!(mode(&home.data()), 0o700);
    assert_eq!(mode(&home.path().join("server/.s.PGSQL.5432")), 0o700);
    assert!(!home.path().join("server/password.initdb").exists());
    let password = fs::read_to_string(home.path().join("password")).unwrap();
    assert_eq!(password.len(), 64);
    assert!(!format!("{server:?}").contains(&password));
    server.release().unwrap();
}

#[test]
fn the_server_is_not_roots() {
    let home = Home::new();
    let server = home.start();
    let postmaster = home.postmaster().unwrap();
    let owner = fs::metadata(home.data()).unwrap().uid();
    assert_ne!(owner, 0);
    assert_eq!(ps(postmaster, "uid"), owner.to_string());
    assert_ne!(ps(postmaster, "gid"), "0");
    if let Ok(status) = fs::read_to_string(format!("/proc/{postmaster}/status"))
        && is_root()
    {
        let groups = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap();
        assert_eq!(groups.trim(), "", "supplementary groups");
        let environment = fs::read(format!("/proc/{postmaster}/environ")).unwrap();
        let environment = String::from_utf8_lossy(&environment);
        assert!(!environment.contains("HOME="), "{environment}");
    }
    server.release().unwrap();
}

#[test]
fn no_one_gets_in_without_the_password() {
    let home = Home::new();
    let server = home.start();
    let url = server.database_url();
    assert_eq!(query(url, "select 'here'").unwrap(), ["here"]);
    let password = fs::read_to_string(home.path().join("password")).unwrap();
    for wrong in ["wrong", ""] {
        let error = query(&url.replace(&password, wrong), "select 'here'").unwrap_err();
        assert!(error.to_string().contains("password authentication failed"), "{error}");
    }
    server.release().unwrap();
}

/// What `psql` says as that user, or as the caller.
fn psql(programs: &Path, user: Option<(u32, u32)>, url: &str) -> (bool, String) {
    let mut command = Command::new(programs.join("psql"));
    command.args(["--no-psqlrc", "--no-password", "--tuples-only", "--no-align"]);
    command.args([url, "--command", "select 'here'"]).current_dir("/").env("HOME", "/");
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// Only root can try as another user; elsewhere the modes above and the password below stand
/// for it.
#[test]
fn another_user_does_not_get_in() {
    let home = Home::new();
    let server = home.start();
    let url = server.database_url();
    let password = fs::read_to_string(home.path().join("password")).unwrap();
    let without_password = url.replace(&format!(":{password}"), "");
    assert!(without_password.len() < url.len());
    if !server.binaries().join("psql").is_file() {
        println!("skipped: `{}` holds no `psql`", server.binaries().display());
        return;
    }

    assert_eq!(psql(server.binaries(), None, url), (true, "here\n".to_owned()));
    let (done, said) = psql(server.binaries(), None, &without_password);
    assert!(!done && said.contains("no password supplied"), "{said}");

    if is_root() {
        let about = fs::metadata(home.data()).unwrap();
        let servers_own = Some((about.uid(), about.gid()));
        let (done, said) = psql(server.binaries(), servers_own, &without_password);
        assert!(!done && said.contains("no password supplied"), "{said}");
        let readable = Command::new("cat")
            .arg(home.path().join("password"))
            .uid(about.uid())
            .gid(about.gid())
            .output()
            .unwrap();
        assert!(!readable.status.success());

        // Not even one who knows the password.
        let stranger = if about.uid() == 1 { 2 } else { 1 };
        let (done, said) = psql(server.binaries(), Some((stranger, stranger)), url);
        assert!(!done && said.contains("Permission denied"), "{said}");
    }
    server.release().unwrap();
}
