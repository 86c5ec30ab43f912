//! A PostgreSQL server of one's own, for whoever has none running.
//!
//! [`Server::start`] finds PostgreSQL's programs on the machine (or downloads them), makes a
//! data folder once, starts a server on it and says where it listens. The next call, in this
//! process or another, joins the server that already runs; the last one to leave stops it. The
//! data stays.
//!
//! ```no_run
//! use tantamount_embedded::{Server, Settings};
//!
//! let settings = Settings::from_environment()?;
//! let server = Server::start(&settings, &mut |line| eprintln!("{line}"))?;
//! println!("connect to {}", server.database_url());
//! server.release()?;
//! # Ok::<(), tantamount_embedded::Error>(())
//! ```
//!
//! # Who gets in
//!
//! The server listens on a Unix socket only, in a folder that no other user may enter, and asks
//! every connection for a password (SCRAM-SHA-256) that stands in a file of mode 0600. There is
//! no TCP port: nothing to choose, nothing to lose to another program between two calls, and
//! nobody else can stand at our address when the server is down. Where the folder's path is too
//! long for a socket (about 100 bytes), the socket lies in a private folder under `/tmp`.
//!
//! A server refuses to be run by root. Called by root it is run as the user `postgres`, or
//! `nobody` where there is none, with that user's group alone; only root can read the password.
//!
//! # What lies in the folder
//!
//! ```text
//! <data directory>/
//!   password             the server's password; 0600, the caller's
//!   start.lock           held for a moment: starting and stopping
//!   use.lock             held, shared, by every process that uses the server
//!   programs/<major>/    PostgreSQL's programs, if they were downloaded
//!   server/              0700, the server's user's
//!     data/              PostgreSQL's data folder (fsync on, UTF8, locale C)
//!     log, log.previous  what this server and the one before it wrote
//!     .s.PGSQL.5432      the socket
//! ```
//!
//! # Limits
//!
//! Unix only. A process that ends without dropping its [`Server`] (a signal,
//! [`std::process::exit`]) leaves the server running; the next call joins it and stops it at its
//! own end. The folder must be on a file system of this machine that knows file locks and
//! sockets. Data of one PostgreSQL major version is not carried over to the next: a folder is
//! served by programs of its own major version.

#[cfg(unix)]
mod cluster;
#[cfg(all(unix, feature = "download"))]
mod download;
#[cfg(not(unix))]
mod elsewhere;
mod error;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod locks;
#[cfg(unix)]
mod postmaster;
#[cfg(unix)]
mod programs;
#[cfg(unix)]
mod server;
mod settings;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod user;

#[cfg(not(unix))]
pub use elsewhere::Server;
pub use error::Error;
#[cfg(unix)]
pub use server::Server;
pub use settings::Settings;
