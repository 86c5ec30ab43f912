//! The data folder and the server on it: making, starting, stopping. All of it is to be done
//! with the start lock held.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Error,
    folder::{self, Folder},
    postmaster::{Answer, Holder, Postmaster, ask},
    programs::Programs,
    socket::{self, DATABASE_USER, PORT, socket_file},
    user::ServerUser,
};

/// How long a server is waited for that starts, recovers or stops.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the processes of a server that was killed are waited for.
const PATIENCE_WITH_ORPHANS: Duration = Duration::from_secs(10);
/// What the log says as long as they live.
const ORPHANS: &str = "pre-existing shared memory block";
/// How much of a program's output or of the log is shown.
const LINES_SHOWN: usize = 20;

/// PostgreSQL's data folder, the programs that serve it, and the user they are run as.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: Folder,
    user: ServerUser,
    programs: Programs,
}

impl Cluster {
    /// Makes the server's folder, and checks that the server's user gets there.
    pub(crate) fn open(
        folder: Folder,
        user: ServerUser,
        programs: Programs,
    ) -> Result<Self, Error> {
        folder.make_server(&user)?;
        let cluster = Self { folder, user, programs };
        // The program could be run from `/`, so what fails here is entering the folder.
        match cluster.command("postgres").arg("--version").output() {
            Ok(_) => Ok(cluster),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(Error::Unreachable {
                    user: cluster.user.name,
                    folder: cluster.folder.server(),
                    obstacle: cluster.folder.obstacle(),
                })
            }
            Err(error) => Err(Error::file("run", &cluster.programs.program("postgres"))(error)),
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(crate) fn user(&self) -> &ServerUser {
        &self.user
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The folder of the socket of the server that runs on the data; nothing when none does.
    /// One that starts, recovers or stops is waited for.
    pub(crate) fn running(&self) -> Result<Option<PathBuf>, Error> {
        let data = self.folder.data();
        let begun = Instant::now();
        loop {
            let Some(postmaster) = Postmaster::read(&data)? else { return Ok(None) };
            let answer = self.answer(&postmaster);
            if let (Answer::Ready, Some(socket_folder)) = (answer, &postmaster.socket_folder) {
                return Ok(Some(socket_folder.clone()));
            }
            match (answer, postmaster.holder(&data)) {
                (Answer::Busy, _) | (_, Holder::Server) => {}
                (_, Holder::Gone | Holder::Another | Holder::Unknown) => return Ok(None),
            }
            if begun.elapsed() > PATIENCE {
                return Err(Error::Silent {
                    process: postmaster.process,
                    seconds: PATIENCE.as_secs(),
                    data,
                    log: self.folder.log(),
                });
            }
            thread::sleep(PAUSE);
        }
    }

    fn answer(&self, postmaster: &Postmaster) -> Answer {
        self.socket_folder(postmaster).map_or(Answer::Nothing, |folder| ask(&socket_file(folder)))
    }

    /// Only a socket in a folder that no one but the server's user can write is believed.
    fn socket_folder<'file>(&self, postmaster: &'file Postmaster) -> Option<&'file Path> {
        let folder = postmaster.socket_folder.as_deref()?;
        socket::is_private(folder, &self.user).then_some(folder)
    }

    /// Makes the data folder. What an earlier call left unfinished is made anew.
    pub(crate) fn initialise(&self, password: &str) -> Result<(), Error> {
        let (unfinished, data) = (self.folder.unfinished(), self.folder.data());
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file("remove", &unfinished)(error));
            }
            _ => {}
        }
        let password_file = self.folder.password_for_initdb();
        folder::remove_if_there(&password_file)?;
        folder::write_new(&password_file, password)
            .map_err(Error::file("write", &password_file))?;
        folder::give(&password_file, &self.user)?;
        let done = self.run(
            self.command("initdb")
                .arg("--pgdata")
                .arg(&unfinished)
                .arg("--pwfile")
                .arg(&password_file)
                .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"])
                .arg(format!("--username={DATABASE_USER}"))
                .arg("--no-instructions"),
            "initdb",
            "make the data folder",
        );
        folder::remove_if_there(&password_file)?;
        done?;
        // What lies at `data` is whole, whenever a crash comes. The rename fails rather than
        // replace a folder with something in it.
        fs::rename(&unfinished, &data).map_err(Error::file("make", &data))?;
        folder::sync(&self.folder.server())
    }

    /// Starts the server and says in which folder its socket is.
    pub(crate) fn start(&self) -> Result<PathBuf, Error> {
        let data = self.folder.data();
        let dead = Postmaster::read(&data)?;
        let before = dead.as_ref().and_then(|dead| self.socket_folder(dead));
        let socket_folder = socket::choose(&self.folder, &self.user, before)?;
        let options = options(&socket_folder)?;
        if dead.is_some_and(|dead| dead.holder(&data) == Holder::Another) {
            // PostgreSQL would take that process for a server, by the data's file and by the
            // socket's. What a server before has left of shared memory it finds by the data
            // folder itself, so two servers at once stay impossible.
            folder::remove_if_there(&socket::lock_file(&socket_folder))?;
            folder::remove_if_there(&Postmaster::file(&data))?;
        }
        let begun = Instant::now();
        loop {
            self.put_log_aside()?;
            let started = self.run(
                // `pg_ctl` hands these paths to a shell as they are; relative to the server's
                // folder they hold nothing that a shell would change.
                self.command("pg_ctl")
                    .args(["start", "--pgdata=data", "--log=log", "--wait", "--silent"])
                    .arg(format!("--timeout={}", PATIENCE.as_secs()))
                    .arg("--options")
                    .arg(&options),
                "pg_ctl",
                "start the server",
            );
            match started {
                Ok(()) => break,
                Err(Error::Program { program, purpose, mut output }) => {
                    let log = last_lines(&fs::read(self.folder.log()).unwrap_or_default());
                    let are_orphans = log.iter().any(|line| line.contains(ORPHANS));
                    if are_orphans && begun.elapsed() < PATIENCE_WITH_ORPHANS {
                        thread::sleep(PAUSE);
                        continue;
                    }
                    socket::clear(&socket_folder);
                    output.push(format!("the last lines of `{}`:", self.folder.log().display()));
                    output.extend(log.into_iter().map(|line| format!("  {line}")));
                    return Err(Error::Program { program, purpose, output });
                }
                Err(other) => return Err(other),
            }
        }
        let error = match self.running() {
            Ok(Some(folder)) => return Ok(folder),
            Ok(None) => Error::Program {
                program: "postgres",
                purpose: "serve the data",
                output: last_lines(&fs::read(self.folder.log()).unwrap_or_default()),
            },
            Err(error) => error,
        };
        // The first failure is the one to tell.
        self.stop().ok();
        Err(error)
    }

    /// Stops the server: its sessions are ended, what they committed stays.
    pub(crate) fn stop(&self) -> Result<(), Error> {
        let data = self.folder.data();
        let Some(postmaster) = Postmaster::read(&data)? else { return Ok(()) };
        let stopped = self.run(
            self.command("pg_ctl")
                .arg("stop")
                .arg("--pgdata")
                .arg(&data)
                .args(["--mode=fast", "--wait", "--silent"])
                .arg(format!("--timeout={}", PATIENCE.as_secs())),
            "pg_ctl",
            "stop the server",
        );
        // A server that has died meanwhile needs no stopping.
        if let Err(error) = stopped
            && self.running()?.is_some()
        {
            return Err(error);
        }
        if let Some(folder) = postmaster.socket_folder {
            socket::clear(&folder);
        }
        Ok(())
    }

    /// One of PostgreSQL's programs, run as the server's user in the server's folder.
    fn command(&self, program: &str) -> Command {
        self.user.command(&self.programs.program(program), &self.folder.server())
    }

    fn run(
        &self,
        command: &mut Command,
        program: &'static str,
        purpose: &'static str,
    ) -> Result<(), Error> {
        let Output { status, stdout, stderr } =
            command.output().map_err(Error::file("run", &self.programs.program(program)))?;
        if status.success() {
            return Ok(());
        }
        let mut output = last_lines(&stdout);
        output.extend(last_lines(&stderr));
        Err(Error::Program { program, purpose, output })
    }

    /// The log is this start's alone; the one before it is kept.
    fn put_log_aside(&self) -> Result<(), Error> {
        let log = self.folder.log();
        match fs::rename(&log, self.folder.previous_log()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::file("rename", &log)(error))
            }
            _ => Ok(()),
        }
    }
}

/// The server's options, as `pg_ctl` gives them to a shell: the socket, and nothing else to
/// listen on.
fn options(socket_folder: &Path) -> Result<String, Error> {
    let folder = socket_folder
        .to_str()
        .ok_or_else(|| Error::PathNotText { path: socket_folder.to_owned() })?;
    // A list of folders, separated by commas; in double quotes it is one.
    let list = format!("\"{}\"", folder.replace('"', "\"\""));
    let settings = [
        "listen_addresses=".to_owned(),
        format!("port={PORT}"),
        "unix_socket_permissions=0700".to_owned(),
        format!("unix_socket_directories={list}"),
    ];
    let quoted = |setting: &String| format!("-c '{}'", setting.replace('\'', r"'\''"));
    Ok(settings.iter().map(quoted).collect::<Vec<_>>().join(" "))
}

fn last_lines(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let skipped = lines.len().saturating_sub(LINES_SHOWN);
    lines.into_iter().skip(skipped).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_for_the_shell_and_for_the_list() {
        assert_eq!(
            options(Path::new("/it's, \"so\"")).unwrap(),
            "-c 'listen_addresses=' -c 'port=5432' -c 'unix_socket_permissions=0700' \
             -c 'unix_socket_directories=\"/it'\\''s, \"\"so\"\"\"'"
        );
    }

    #[test]
    fn the_last_lines_are_shown() {
        let output: String = (0..30).map(|number| format!("{number}\n\n")).collect();
        let shown = last_lines(output.as_bytes());
        assert_eq!((shown.len(), shown[0].as_str(), shown[19].as_str()), (20, "10", "29"));
    }
}
