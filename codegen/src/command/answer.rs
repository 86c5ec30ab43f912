//! What a command answers, for people and for programs.

use crate::error::{Error, Look};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

/// All is well.
pub(super) const WELL: u8 = 0;
/// The answer is no.
pub(super) const NO: u8 = 1;
/// The input was refused.
pub(super) const REFUSED: u8 = 2;
/// It could not be done.
pub(super) const FAILED: u8 = 3;

/// How to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document on standard output, errors too
    Json,
}

/// What a command answers.
pub(super) struct Answer {
    /// The exit code.
    pub(super) code: u8,
    /// For people, on standard output.
    pub(super) text: String,
    /// What went wrong, on standard error.
    pub(super) errors: Vec<Error>,
    /// For programs.
    pub(super) json: Value,
    /// For programs, where it is a text already: its numbers are exact.
    pub(super) exact: Option<String>,
}

impl Answer {
    /// That all is well.
    pub(super) fn well(text: String, json: Value) -> Answer {
        Answer { code: WELL, text, errors: Vec::new(), json, exact: None }
    }

    /// Prints it: answers to standard output, what went wrong to standard error.
    pub(super) fn print(self, format: Format) -> ExitCode {
        let (out, errors) = match format {
            Format::Json => {
                let text = self.exact.unwrap_or_else(|| format!("{:#}\n", self.json));
                (text, String::new())
            }
            Format::Text => {
                let look = look();
                (self.text, self.errors.iter().map(|error| drawn(error, look)).collect())
            }
        };
        let written = io::stdout().write_all(out.as_bytes()).and_then(|()| io::stdout().flush());
        // Nobody is left to tell where standard error is closed.
        let _ = io::stderr().write_all(errors.as_bytes());
        ExitCode::from(if written.is_ok() { self.code } else { FAILED })
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Answer {
        let (code, json) = (code(&error), to_json(&error));
        Answer { code, text: String::new(), errors: vec![error], json, exact: None }
    }
}

/// The exit code of an error.
pub(super) fn code(error: &Error) -> u8 {
    match error {
        Error::Schema(_) | Error::Request { .. } | Error::Waivers(_) | Error::Released { .. } => {
            REFUSED
        }
        _ => FAILED,
    }
}

/// An error for programs.
pub(super) fn to_json(error: &Error) -> Value {
    match error {
        Error::Schema(errors) => errors.to_json(),
        Error::Request { message, help } => {
            json!({ "verdict": "refused", "message": message, "help": help })
        }
        other => json!({ "verdict": "failed", "message": other.to_string() }),
    }
}

/// An error for people, ending in a line end.
fn drawn(error: &Error, look: Look) -> String {
    match error {
        Error::Schema(errors) => errors.render(look),
        other => format!("{}\n", crate::error::shown_lines(&other.to_string())),
    }
}

/// Drawn where a terminal shows it, in colours unless `NO_COLOR` is set; else plain.
fn look() -> Look {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match (io::stderr().is_terminal() && !is_dumb, is_set("NO_COLOR")) {
        (false, _) => Look::Plain,
        (true, true) => Look::Unicode,
        (true, false) => Look::Colour,
    }
}
