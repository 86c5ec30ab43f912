//! What a command answers, for people and for programs.

use crate::arguments::Format;
use std::io::{self, Write};
use tantamount_core::{Differences, Shown, json};
use uuid::Uuid;

/// An answer and its exit code.
#[derive(Debug)]
pub(crate) struct Report {
    exit_code: u8,
    text: String,
    json: String,
    note: Option<String>,
}

impl Report {
    pub(crate) fn new(exit_code: u8, text: String, json: String) -> Report {
        Report { exit_code, text, json, note: None }
    }

    /// A line for people that goes to standard error, beside an output that must stay exact.
    pub(crate) fn with_note(mut self, note: String) -> Report {
        self.note = Some(note);
        self
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }

    pub(crate) fn print(&self, format: Format) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match format {
            Format::Json => writeln!(out, "{}", self.json)?,
            Format::People => {
                out.write_all(self.text.as_bytes())?;
                if let Some(note) = &self.note {
                    writeln!(io::stderr(), "{note}")?;
                }
            }
        }
        out.flush()
    }
}

/// Writes the members `differences` and `omitted`.
pub(crate) fn write_differences(found: &Differences, out: &mut json::Output) {
    out.name("differences");
    out.begin_array();
    for difference in found {
        out.begin_object();
        out.name("path");
        out.string(&difference.path.to_string());
        for (name, value) in [("from", &difference.from), ("to", &difference.to)] {
            if let Some(value) = value {
                out.name(name);
                write_shown(value, out);
            }
        }
        out.end_object();
    }
    out.end_array();
    out.name("omitted");
    out.integer(i64::try_from(found.omitted()).unwrap_or(i64::MAX));
}

/// A value as canonical JSON in a string, so that its numbers stay exact.
fn write_shown(value: &Shown, out: &mut json::Output) {
    out.begin_object();
    out.name("json");
    out.string(&value.text);
    out.name("bytes");
    out.integer(i64::try_from(value.bytes).unwrap_or(i64::MAX));
    out.end_object();
}

/// Writes the member `steps`: keys and ids.
pub(crate) fn write_steps(steps: &[(String, Uuid)], out: &mut json::Output) {
    out.name("steps");
    out.begin_array();
    for (step, id) in steps {
        out.begin_object();
        out.name("step_key");
        out.string(step);
        out.name("id");
        out.string(&id.to_string());
        out.end_object();
    }
    out.end_array();
}
