//! A schema's text, its tree, and where its references lead.

use super::node::{Node, Span};
use super::parse::parse;
use crate::error::{Errors, Fault, Report};

/// A schema as it was read.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    root: Node,
}

impl Source {
    /// Reads a text. `name` is what errors call it, a path as a rule.
    pub(crate) fn read(text: &str, name: &str) -> Result<Source, Errors> {
        let mut report = Report::default();
        if let Err(problems) = tantamount_core::json::canonicalize(text.as_bytes()) {
            for problem in &problems {
                let start = problem.offset.unwrap_or(0);
                report.add(Fault::new(
                    Span { start, end: start },
                    &problem.pointer,
                    problem.code.as_str(),
                    problem.message.clone(),
                    &problem.fix,
                ));
            }
            return Err(report.into_errors(name, text));
        }
        let root = parse(text, &mut report);
        if !matches!(root.value(), super::Value::Object(_) | super::Value::Boolean(_)) {
            report.add(Fault::new(
                root.span(),
                "",
                "type",
                "the schema is no object".to_owned(),
                "describe the request by an object with `$id`, `title`, `type` and `properties`",
            ));
        }
        if !report.is_empty() {
            return Err(report.into_errors(name, text));
        }
        Ok(Source { name: name.to_owned(), text: text.to_owned(), root })
    }

    /// What errors call the schema.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }
}
