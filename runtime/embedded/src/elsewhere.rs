//! Systems that are not Unix: nothing is started, and the error says what to do instead.

use crate::{Error, Settings};

/// A running PostgreSQL server. On this system there is none: see [`Server::start`].
#[derive(Debug)]
pub struct Server {
    database_url: String,
}

impl Server {
    /// Always fails here.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`].
    pub fn start(_settings: &Settings, _report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        Err(Error::Unsupported)
    }

    /// The address of the server, as a `postgres://` URL.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Stops using the server.
    ///
    /// # Errors
    ///
    /// None here.
    pub fn release(self) -> Result<(), Error> {
        Ok(())
    }
}
