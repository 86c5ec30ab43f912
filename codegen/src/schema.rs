//! The library's face: a text in, a schema or everything that is wrong with it out.

use crate::deep::deep;
use crate::error::{Error, Errors, Report};
use crate::lower::lower;
use crate::model::{self, Model};
use crate::read::{Source, check_keywords, check_vocabulary};
use std::path::{Path, PathBuf};
use tantamount_core::plan::Plan;

/// A schema that was read, checked and understood.
#[derive(Clone, Debug)]
pub struct Schema {
    source: Source,
    model: Model,
    files: Vec<PathBuf>,
}

impl Schema {
    /// Reads the schema in a file.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Schema`] where it is wrong.
    pub fn open(path: &Path) -> Result<Schema, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let schema = Schema::read(&text, &path.display().to_string())?;
        Ok(Schema { files: vec![path.to_path_buf()], ..schema })
    }

    /// Reads a schema. `name` is what errors call it, a path as a rule.
    ///
    /// # Errors
    /// [`Errors`] with everything that is wrong: first what the text, the keywords and the
    /// annotations are by themselves, and where those are right, what they say together.
    pub fn read(text: &str, name: &str) -> Result<Schema, Errors> {
        deep(|| Schema::read_here(text, name))
    }

    fn read_here(text: &str, name: &str) -> Result<Schema, Errors> {
        let source = Source::read(text, name)?;
        let mut report = Report::default();
        check_keywords(source.root(), &mut report);
        check_vocabulary(source.root(), &mut report);
        if !report.is_empty() {
            return Err(report.into_errors(name, text));
        }
        let model = model::build(&source, &mut report);
        if !report.is_empty() {
            return Err(report.into_errors(name, text));
        }
        Ok(Schema { source, model, files: Vec::new() })
    }

    /// The files that were read, the schema's own first; none where it was given as a text.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The text with its tree.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What it says, as tables for the engine of `tantamount-core`.
    #[must_use]
    pub fn plan(&self) -> Plan {
        lower(&self.model)
    }

    /// What it says.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }
}
