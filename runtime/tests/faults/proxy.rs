//! A proxy before PostgreSQL that knows the messages of the protocol, and does to each of them what a
//! rule says: hand it on, keep it, delay it, or cut the connection before it, or in its middle.
//!
//! Messages are those of PostgreSQL's documentation, "Message Formats": a byte that tells the kind,
//! four that tell the length, and the rest; the first of a client has no kind.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) side: Side,
    /// Its kind; 0 for the first message of a client.
    pub(crate) kind: u8,
    /// Whether it belongs to a statement that commits: a `COMMIT`, or one that writes the ledger's
    /// row outside of a transaction.
    pub(crate) commits: bool,
}

/// What is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Forward,
    /// It is never handed on, and the connection stays.
    Keep,
    Delay(Duration),
    /// The connection ends for both sides, before the message.
    Cut,
    /// The connection ends for both sides, when half of the message is handed on.
    Halve,
}

type Rule = Box<dyn FnMut(Message) -> Verdict + Send>;

/// What the server sends at the end of every answer.
pub(crate) const READY_FOR_QUERY: u8 = b'Z';
/// No message of an append is longer.
const LONGEST: usize = 256 << 20;

/// The proxy, while it is not dropped.
pub(crate) struct Proxy {
    /// The way through it.
    pub(crate) options: PgConnectOptions,
    rule: Arc<Mutex<Rule>>,
    task: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Proxy {
    /// A proxy that hands on everything.
    pub(crate) fn start(server: &PgConnectOptions) -> Proxy {
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!(".s.PGSQL.{}", server.get_port());
        let upstream = server.get_socket().expect("a server of our own has a socket").join(&name);
        let listener = UnixListener::bind(folder.path().join(&name)).expect("a socket");
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(|_| Verdict::Forward)));
        let task = tokio::spawn(serve(listener, upstream, Arc::clone(&rule)));
        let options = server.clone().socket(folder.path()).ssl_mode(PgSslMode::Disable);
        Proxy { options, rule, task, _folder: folder }
    }

    /// From now on this rule holds.
    pub(crate) fn set_rule(&self, rule: impl FnMut(Message) -> Verdict + Send + 'static) {
        *self.rule.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(rule);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: UnixListener, upstream: PathBuf, rule: Arc<Mutex<Rule>>) {
    while let Ok((client, _)) = listener.accept().await {
        let (upstream, rule) = (upstream.clone(), Arc::clone(&rule));
        tokio::spawn(async move {
            let Ok(server) = UnixStream::connect(upstream).await else { return };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let state = Arc::default();
            let (cut, is_cut) = watch::channel(false);
            let one =
                Way { side: Side::Client, rule: Arc::clone(&rule), state: Arc::clone(&state) };
            let other = Way { side: Side::Server, rule, state };
            // Dropping both halves of both sockets is the cut.
            tokio::join!(
                one.carry(from_client, to_server, &cut, is_cut.clone()),
                other.carry(from_server, to_client, &cut, is_cut)
            );
        });
    }
}

/// What is known of a connection.
#[derive(Default)]
struct State {
    /// The prepared statements that write the ledger's row.
    writes: BTreeSet<Vec<u8>>,
    /// Whether the client awaits the answer of a statement that commits.
    commits: bool,
    in_transaction: bool,
}

struct Way {
    side: Side,
    rule: Arc<Mutex<Rule>>,
    state: Arc<Mutex<State>>,
}

impl Way {
    /// Carries messages until the connection ends or is cut.
    async fn carry(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        cut: &watch::Sender<bool>,
        mut is_cut: watch::Receiver<bool>,
    ) {
        let mut first = self.side == Side::Client;
        loop {
            let read = tokio::select! {
                read = read(&mut from, first) => read,
                _ = is_cut.changed() => return,
            };
            let Ok((kind, bytes)) = read else { break };
            first = false;
            let message = Message { side: self.side, kind, commits: self.commits(kind, &bytes) };
            let verdict = (self.rule.lock().unwrap_or_else(PoisonError::into_inner))(message);
            if let Verdict::Delay(time) = verdict {
                tokio::time::sleep(time).await;
            }
            let part = match verdict {
                Verdict::Forward | Verdict::Delay(_) => bytes.as_slice(),
                Verdict::Keep => continue,
                Verdict::Cut => break,
                Verdict::Halve => bytes.get(..bytes.len() / 2).unwrap_or_default(),
            };
            if to.write_all(part).await.is_err() || verdict == Verdict::Halve {
                break;
            }
        }
        cut.send_replace(true);
    }

    /// Whether the message belongs to a statement that commits.
    fn commits(&self, kind: u8, bytes: &[u8]) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let body = bytes.get(5..).unwrap_or_default();
        let mut parts = body.split(|byte| *byte == 0);
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let commits = state.commits;
        match (self.side, kind) {
            (Side::Client, b'P') if is_write(second) => {
                state.writes.insert(first.to_vec());
            }
            (Side::Client, b'B') => {
                state.commits = !state.in_transaction && state.writes.contains(second);
            }
            (Side::Client, b'Q') => state.commits = first == b"COMMIT",
            (Side::Server, READY_FOR_QUERY) => {
                state.in_transaction = body.first() != Some(&b'I');
                state.commits = false;
            }
            _ => {}
        }
        commits || state.commits
    }
}

fn is_write(statement: &[u8]) -> bool {
    const WRITE: &[u8] = b"INSERT INTO \"workflow_run_mutations\"";
    statement.windows(WRITE.len()).any(|part| part == WRITE)
}

/// A whole message, with its kind.
async fn read(from: &mut (impl AsyncRead + Unpin), first: bool) -> io::Result<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    let kind = if first {
        0
    } else {
        let kind = from.read_u8().await?;
        bytes.push(kind);
        kind
    };
    let length = from.read_u32().await?;
    bytes.extend(length.to_be_bytes());
    let rest = usize::try_from(length).ok().and_then(|length| length.checked_sub(4));
    let Some(rest) = rest.filter(|rest| *rest <= LONGEST) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let head = bytes.len();
    bytes.resize(head + rest, 0);
    from.read_exact(bytes.get_mut(head..).unwrap_or_default()).await?;
    Ok((kind, bytes))
}
