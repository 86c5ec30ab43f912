//! One server for many, data that stay, deaths of every kind.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
};

use tantamount_embedded::{Server, Settings};

use crate::support::{Home, query, signal, wait_for_the_end_of};

const TABLE: &str = "create table if not exists seen (who text)";

fn write(url: &str, who: &str) {
    query(url, &format!("insert into seen values ('{who}')")).unwrap();
}

fn read(url: &str) -> Vec<String> {
    query(url, "select who from seen order by who").unwrap()
}

#[test]
fn rows_stay_from_one_server_to_the_next() {
    let home = Home::new();
    let (server, told) = home.start_and_tell();
    assert!(told[0].starts_with("starting PostgreSQL "), "{told:?}");
    assert!(told[1].starts_with("  on new data in `"), "{told:?}");
    assert!(told[2].starts_with("  as the user `"), "{told:?}");
    query(server.database_url(), TABLE).unwrap();
    write(server.database_url(), "first");
    server.release().unwrap();
    assert!(!home.is_served());

    let (server, told) = home.start_and_tell();
    assert!(told[1].starts_with("  on the data in `"), "{told:?}");
    assert_eq!(read(server.database_url()), ["first"]);
    drop(server);
    assert!(!home.is_served());
}

#[test]
fn who_joins_is_told_so_and_the_last_one_stops_the_server() {
    let home = Home::new();
    let first = home.start();
    let (second, told) = home.start_and_tell();
    let folder = home.path().canonicalize().unwrap();
    assert_eq!(told, [format!("using the PostgreSQL server that runs in `{}`", folder.display())]);
    assert_eq!(first.database_url(), second.database_url());
    first.release().unwrap();
    assert_eq!(query(second.database_url(), "select 'here'").unwrap(), ["here"]);
    second.release().unwrap();
    assert!(!home.is_served());
}

#[test]
fn ten_threads_share_one_server() {
    let home = Home::new();
    let mut urls: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..10)
            .map(|number| {
                let home = &home;
                scope.spawn(move || {
                    let server = home.start();
                    let url = server.database_url().to_owned();
                    assert_eq!(query(&url, &format!("select '{number}'")).unwrap().len(), 1);
                    server.release().unwrap();
                    url
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    urls.dedup();
    assert_eq!(urls.len(), 1);
    assert!(!home.is_served());
}

/// Tells another process of this test program which folder to use.
const FOLDER: &str = "TANTAMOUNT_TEST_FOLDER";

/// What another process does, below; by itself it is one process with a folder of its own.
#[test]
fn a_process_starts_writes_and_releases() {
    let Some(folder) = env::var_os(FOLDER) else {
        let home = Home::new();
        let server = home.start();
        query(server.database_url(), TABLE).unwrap();
        write(server.database_url(), "alone");
        assert_eq!(read(server.database_url()), ["alone"]);
        server.release().unwrap();
        return;
    };
    let mut settings = Settings::new(folder);
    settings.download = false;
    let mut told = Vec::new();
    let server = Server::start(&settings, &mut |line| told.push(line.to_owned())).unwrap();
    write(server.database_url(), &std::process::id().to_string());
    println!("\n{READY}{}", told[0]);
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    assert!(read(server.database_url()).contains(&std::process::id().to_string()));
    server.release().unwrap();
}

const READY: &str = "ready: ";

/// Another process that uses the folder's server until its input is closed.
struct Another {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Another {
    fn spawn(folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "sharing::a_process_starts_writes_and_releases", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Waits until it has the server, and says what it was told.
    fn told(&mut self) -> String {
        let mut lines = self.output.by_ref().lines().map(Result::unwrap);
        lines.find_map(|line| line.strip_prefix(READY).map(str::to_owned)).unwrap()
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        self.output.read_to_end(&mut Vec::new()).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

/// A folder with the table in it, and no server.
fn home_with_table() -> Home {
    let home = Home::new();
    let server = home.start();
    query(server.database_url(), TABLE).unwrap();
    server.release().unwrap();
    home
}

#[test]
fn ten_processes_share_one_server_and_the_last_one_stops_it() {
    let home = home_with_table();
    let mut others: Vec<Another> = (0..10).map(|_| Another::spawn(home.path())).collect();
    let told: Vec<String> = others.iter_mut().map(Another::told).collect();
    let starts = told.iter().filter(|line| line.starts_with("starting ")).count();
    let joins = told.iter().filter(|line| line.starts_with("using ")).count();
    assert_eq!((starts, joins), (1, 9), "{told:?}");

    let postmaster = home.postmaster().unwrap();
    let last = others.pop().unwrap();
    for other in others {
        other.end();
    }
    assert!(home.is_served());
    assert_eq!(home.postmaster(), Some(postmaster));
    last.end();
    assert!(!home.is_served());

    let server = home.start();
    assert_eq!(read(server.database_url()).len(), 10);
    server.release().unwrap();
}

#[test]
fn ten_calls_at_once_make_one_data_folder() {
    let home = Home::new();
    let mut urls: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(|| home.start())).collect();
        let servers: Vec<Server> = threads.into_iter().map(|each| each.join().unwrap()).collect();
        servers.iter().map(|server| server.database_url().to_owned()).collect()
    });
    urls.dedup();
    assert_eq!(urls.len(), 1);
    assert!(!home.is_served());
}

#[test]
fn a_server_that_a_killed_process_left_is_joined_and_stopped() {
    let home = home_with_table();
    let mut other = Another::spawn(home.path());
    other.told();
    let postmaster = home.postmaster().unwrap();
    other.child.kill().unwrap();
    other.child.wait().unwrap();
    assert!(home.is_served(), "the test needs a server that is left over");

    let (server, told) = home.start_and_tell();
    assert!(told[0].starts_with("using "), "{told:?}");
    assert_eq!(home.postmaster(), Some(postmaster));
    assert_eq!(read(server.database_url()).len(), 1);
    server.release().unwrap();
    assert!(!home.is_served());
}

#[test]
fn a_killed_server_is_started_again_with_its_data() {
    let home = home_with_table();
    let first = home.start();
    write(first.database_url(), "before");
    let killed = home.postmaster().unwrap();
    signal("KILL", killed);
    wait_for_the_end_of(killed);
    assert_eq!(home.postmaster(), Some(killed), "the test needs a stale file");

    let second = home.start();
    assert_ne!(home.postmaster(), Some(killed));
    assert_eq!(read(second.database_url()), ["before"]);
    first.release().unwrap();
    assert!(home.is_served());
    second.release().unwrap();
    assert!(!home.is_served());
}

#[test]
fn a_server_that_is_already_dead_is_released_without_a_complaint() {
    let home = Home::new();
    let server = home.start();
    let killed = home.postmaster().unwrap();
    signal("KILL", killed);
    wait_for_the_end_of(killed);
    server.release().unwrap();
}

/// After a restart of a machine or a container, the number in a dead server's file may be
/// another process's of the same user.
#[cfg(target_os = "linux")]
#[test]
fn a_dead_servers_number_may_have_gone_to_another_process() {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};

    let home = home_with_table();
    let server = home.start();
    let killed = home.postmaster().unwrap();
    signal("KILL", killed);
    wait_for_the_end_of(killed);
    drop(server);

    let mut sleep = Command::new("sleep");
    sleep.arg("60").current_dir("/");
    if crate::support::is_root() {
        sleep.uid(fs::metadata(home.data()).unwrap().uid());
    }
    let mut sleep = sleep.spawn().unwrap();
    let file = home.data().join("postmaster.pid");
    let stale = fs::read_to_string(&file).unwrap();
    fs::write(&file, stale.replacen(&killed.to_string(), &sleep.id().to_string(), 1)).unwrap();

    let server = home.start();
    assert_ne!(home.postmaster(), Some(sleep.id()));
    server.release().unwrap();
    assert!(sleep.try_wait().unwrap().is_none(), "the other process was not touched");
    sleep.kill().unwrap();
    sleep.wait().unwrap();
}

#[test]
fn a_data_folder_that_was_not_finished_is_made_anew() {
    let home = home_with_table();
    // As if `initdb` had been killed: no data, but a beginning of them.
    let (data, unfinished) = (home.data(), home.path().join("server/data.unfinished"));
    fs::rename(&data, &unfinished).unwrap();
    fs::remove_file(unfinished.join("PG_VERSION")).unwrap();
    let (server, told) = home.start_and_tell();
    assert!(told[1].starts_with("  on new data in `"), "{told:?}");
    assert!(!unfinished.exists());
    server.release().unwrap();
}

#[test]
fn a_folder_may_have_any_name() {
    let home = Home::below("it's \"so\", 100 % ä+b?c&d#e $HOME");
    let server = home.start();
    assert_eq!(query(server.database_url(), "select 'here'").unwrap(), ["here"]);
    server.release().unwrap();
    assert!(!home.is_served());
}

#[test]
fn a_long_path_has_its_socket_elsewhere() {
    let home = Home::below(&"long/".repeat(30));
    let server = home.start();
    let url = server.database_url().to_owned();
    assert_eq!(query(&url, "select 'here'").unwrap(), ["here"]);
    let name = url.split_once("?host=%2Ftmp%2F").unwrap().1;
    let socket_folder = Path::new("/tmp").join(name);
    assert_eq!(crate::support::mode(&socket_folder), 0o700);
    assert_eq!(home.start().database_url(), url);

    // After a death the folder is taken again, not left behind.
    let killed = home.postmaster().unwrap();
    signal("KILL", killed);
    wait_for_the_end_of(killed);
    let again = home.start();
    assert_eq!(again.database_url(), url);
    drop(server);
    again.release().unwrap();
    assert!(!socket_folder.exists());
}
