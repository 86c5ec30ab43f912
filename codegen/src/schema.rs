//! The library's face: a text in, a schema or everything that is wrong with it out.

use crate::error::{Errors, Report};
use crate::lower::lower;
use crate::model::{self, Model};
use crate::read::{Source, check_keywords, check_vocabulary};
use tantamount_core::plan::Plan;

/// A schema that was read, checked and understood.
#[derive(Clone, Debug)]
pub struct Schema {
    source: Source,
    model: Model,
}

impl Schema {
    /// Reads a schema. `name` is what errors call it, a path as a rule.
    ///
    /// # Errors
    /// [`Errors`] with everything that is wrong: first what the text, the keywords and the
    /// annotations are by themselves, and where those are right, what they say together.
    pub fn read(text: &str, name: &str) -> Result<Schema, Errors> {
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
        Ok(Schema { source, model })
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
