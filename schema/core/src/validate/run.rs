//! The face of the engine: a text in, a verdict or every problem out.

use super::engine::{self, Mode};
use super::program::Program;
use super::tape::Tape;
use crate::json::Limits;
use crate::locate::locate;
use crate::problem::Problems;

impl Program {
    /// Checks a JSON text.
    ///
    /// # Errors
    /// [`Problems`]: the text is no JSON or exceeds a limit, or whatever the schema refuses.
    pub fn check(&self, text: &[u8]) -> Result<(), Problems> {
        self.check_within(text, &Limits::default())
    }

    /// [`Program::check`] with limits of one's own.
    ///
    /// # Errors
    /// As [`Program::check`].
    pub fn check_within(&self, text: &[u8], limits: &Limits) -> Result<(), Problems> {
        let tape = Tape::read(text, limits)?;
        // Most texts are right, and asking that alone costs less than telling what is wrong.
        if engine::run(self, &tape, limits, Mode::Quiet).is_empty() {
            return Ok(());
        }
        let flaws = engine::run(self, &tape, limits, Mode::Loud);
        Err(locate(tape.text().as_bytes(), flaws))
    }

    /// [`Program::check_within`] by one of the program's schemas, an index into
    /// [`Program::schemas`].
    ///
    /// # Errors
    /// As [`Program::check`].
    pub fn check_by(&self, schema: u32, text: &[u8], limits: &Limits) -> Result<(), Problems> {
        if schema == self.root {
            return self.check_within(text, limits);
        }
        // Its tables are borrowed where it is `static`.
        Program { root: schema, ..self.clone() }.check_within(text, limits)
    }

    /// Whether the schema allows a JSON text, without what is wrong with it.
    ///
    /// # Errors
    /// [`Problems`] where the text is no JSON or exceeds a limit.
    pub fn allows(&self, text: &[u8]) -> Result<bool, Problems> {
        let limits = Limits::default();
        let tape = Tape::read(text, &limits)?;
        Ok(engine::run(self, &tape, &limits, Mode::Quiet).is_empty())
    }
}

/// Checks that a text is JSON (RFC 8259), U+0000 and numbers of any size included.
///
/// # Errors
/// [`Problems`] where it is not, or exceeds a limit.
pub fn check_json(text: &[u8]) -> Result<(), Problems> {
    Tape::read(text, &Limits::default()).map(|_| ())
}

/// The canonical bytes of any JSON text, as [`crate::json::canonicalize`] gives them for what
/// `jsonb` takes.
///
/// # Errors
/// [`Problems`] where the text is no JSON or exceeds a limit.
pub fn canonicalize(text: &[u8]) -> Result<String, Problems> {
    let tape = Tape::read(text, &Limits::default())?;
    Ok(String::from_utf8_lossy(tape.canonical(0)).into_owned())
}
