//! Whether a server runs on the data: what `postmaster.pid` says, and whether it is true.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Error,
    socket::{DATABASE, DATABASE_USER},
};

/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// PostgreSQL's protocol, version 3.0.
const PROTOCOL: u32 = 3 << 16;
/// The request for a password by SASL, that is by SCRAM-SHA-256.
const AUTHENTICATION_SASL: u32 = 10;
/// `cannot_connect_now`: the server starts, recovers or stops.
const CANNOT_CONNECT_NOW: &[u8] = b"\0C57P03\0";

/// What `postmaster.pid` says. The file may be a dead server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) process: u32,
    /// Where it listens. Nothing as long as it has not come to listen.
    pub(crate) socket_folder: Option<PathBuf>,
}

impl Postmaster {
    pub(crate) fn file(data: &Path) -> PathBuf {
        data.join("postmaster.pid")
    }

    /// Reads the file; nothing when it is not there or not yet written.
    pub(crate) fn read(data: &Path) -> Result<Option<Self>, Error> {
        let path = Self::file(data);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", &path)(error)),
        }
    }

    /// Line 1 is the process, negative for a server without a postmaster; line 5 is the socket's
    /// folder (PostgreSQL's `miscadmin.h`, `LOCK_FILE_LINE_SOCKET_DIR`).
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let process = lines.next()?.trim().parse::<i32>().ok()?.unsigned_abs();
        let socket_folder = lines.nth(3).filter(|line| !line.is_empty()).map(PathBuf::from);
        Some(Self { process, socket_folder })
    }

    /// Whether the process is one that works in the data folder, as every server does.
    pub(crate) fn holder(&self, data: &Path) -> Holder {
        let processes = Path::new("/proc");
        if !processes.join("self/cwd").exists() {
            return Holder::Unknown;
        }
        let process = processes.join(self.process.to_string());
        // A working folder has no links in its path.
        let Ok(data) = data.canonicalize() else { return Holder::Unknown };
        match fs::read_link(process.join("cwd")) {
            Ok(folder) if folder == data => Holder::Server,
            Ok(_) => Holder::Another,
            // A zombie is listed, but works nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if process.exists() {
                    Holder::Another
                } else {
                    Holder::Gone
                }
            }
            Err(_) => Holder::Unknown,
        }
    }
}

/// Who has the process number that `postmaster.pid` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A server on these data.
    Server,
    /// None.
    Gone,
    /// A zombie, or a process that has got the number since. PostgreSQL takes either for a
    /// server if it is the same user's, and refuses to start.
    Another,
    /// The system does not say; PostgreSQL itself will find out.
    Unknown,
}

/// What is heard on a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A server that asks for a password as ours do.
    Ready,
    /// A server that takes no connections now: it starts, recovers or stops.
    Busy,
    /// Nothing, or not a server of ours.
    Nothing,
}

/// Begins to connect, and leaves when the server asks for the password.
pub(crate) fn ask(socket: &Path) -> Answer {
    exchange(socket).unwrap_or(Answer::Nothing)
}

fn exchange(socket: &Path) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&startup_message()?)?;

    let mut kind = [0];
    stream.read_exact(&mut kind)?;
    match kind {
        [b'R'] => {
            let (mut length, mut method) = ([0; 4], [0; 4]);
            stream.read_exact(&mut length)?;
            stream.read_exact(&mut method)?;
            let is_sasl = u32::from_be_bytes(method) == AUTHENTICATION_SASL;
            Ok(if is_sasl { Answer::Ready } else { Answer::Nothing })
        }
        [b'E'] => {
            let mut message = Vec::new();
            stream.take(4096).read_to_end(&mut message)?;
            let is_busy =
                message.windows(CANNOT_CONNECT_NOW.len()).any(|part| part == CANNOT_CONNECT_NOW);
            // Any other refusal, such as too many connections, is a running server's.
            Ok(if is_busy { Answer::Busy } else { Answer::Ready })
        }
        _ => Ok(Answer::Nothing),
    }
}

/// PostgreSQL's documentation, "Message Formats", `StartupMessage`.
fn startup_message() -> io::Result<Vec<u8>> {
    let parameters = format!("user\0{DATABASE_USER}\0database\0{DATABASE}\0\0");
    let length = u32::try_from(parameters.len() + 8).map_err(io::Error::other)?;
    let mut message = Vec::new();
    message.extend(length.to_be_bytes());
    message.extend(PROTOCOL.to_be_bytes());
    message.extend(parameters.into_bytes());
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_server_is_read_at_every_stage() {
        let listens = Some(Postmaster { process: 42, socket_folder: Some("/s".into()) });
        let begins = Some(Postmaster { process: 42, socket_folder: None });
        for (text, expected) in [
            ("42\n/data\n1700000000\n5432\n/s\n\n  5432  7\nready   \n", &listens),
            ("42\n/data\n1700000000\n5432\n\n", &begins),
            ("42\n/data\n", &begins),
            ("-42\n/data\n", &begins),
            ("", &None),
            ("none\n", &None),
        ] {
            assert_eq!(&Postmaster::parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_process_that_works_elsewhere_holds_nothing() {
        let here = Postmaster { process: std::process::id(), socket_folder: None };
        let current = std::env::current_dir().unwrap();
        let (own, other) = (here.holder(&current), here.holder(Path::new("/")));
        if Path::new("/proc/self/cwd").exists() {
            assert_eq!((own, other), (Holder::Server, Holder::Another));
        } else {
            assert_eq!((own, other), (Holder::Unknown, Holder::Unknown));
        }
    }
}
