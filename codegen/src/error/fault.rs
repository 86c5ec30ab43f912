//! Faults of a schema.

use super::render::shown;
use crate::read::Span;
use std::fmt;
use std::sync::Arc;

/// One thing that is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What the file that it stands in is called; a schema may be of several.
    pub file: Arc<str>,
    /// Where it stands in the text of that file, in bytes.
    pub span: Span,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), counted from 1.
    pub column: u32,
    /// JSON Pointer (RFC 6901) of the value; empty for the whole schema.
    pub pointer: String,
    /// The keyword, format or annotation that it is about, never empty; of a text that is no schema
    /// yet, the code of the problem as `tantamount_core::Code` spells it.
    pub keyword: Box<str>,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Box<str>,
}

impl Fault {
    /// A fault in the schema's first file. Line and column are filled in when the report is closed.
    pub(crate) fn new(
        span: Span,
        pointer: &str,
        keyword: &str,
        message: String,
        help: &str,
    ) -> Fault {
        Fault {
            file: Arc::from(""),
            span,
            line: 0,
            column: 0,
            pointer: pointer.to_owned(),
            keyword: keyword.into(),
            message,
            help: help.into(),
        }
    }
}

impl Fault {
    /// A problem of a schema's text, found before it was a schema.
    pub(crate) fn of_problem(problem: &tantamount_core::Problem) -> Fault {
        let start = problem.offset.unwrap_or(0);
        let (span, message) = (Span { start, end: start }, problem.message.clone());
        Fault::new(span, &problem.pointer, problem.code.as_str(), message, &problem.fix)
    }
}

impl fmt::Display for Fault {
    /// `file:line:column: pointer: message [keyword]`, and the help on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", shown(&self.file), self.line, self.column)?;
        if !self.pointer.is_empty() {
            write!(f, "{}: ", shown(&self.pointer))?;
        }
        let (message, keyword) = (shown(&self.message), shown(&self.keyword));
        write!(f, "{message} [{keyword}]\n  help: {}", shown(&self.help))
    }
}

/// Everything found wrong with a schema, never empty: file by file, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors {
    pub(super) list: Vec<Fault>,
    /// The files that faults stand in, by name, the schema's first one in front.
    pub(super) texts: Vec<(Arc<str>, Arc<str>)>,
}

impl Errors {
    /// The name of the schema's first file.
    #[must_use]
    pub fn file(&self) -> &str {
        self.texts.first().map_or("", |(name, _)| name)
    }

    /// The text of a file that a fault stands in.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| **name == *file).map(|(_, text)| &**text)
    }

    /// What is wrong.
    #[must_use]
    pub fn as_slice(&self) -> &[Fault] {
        &self.list
    }

    /// What is wrong, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.list.iter()
    }

    /// As JSON: `{"verdict": "refused", "faults": […]}`, each fault with `file`, `line`, `column`,
    /// `offset` (in bytes), `pointer`, `keyword`, `message` and `help`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let faults: Vec<serde_json::Value> = self
            .list
            .iter()
            .map(|fault| {
                serde_json::json!({
                    "file": &*fault.file,
                    "line": fault.line,
                    "column": fault.column,
                    "offset": fault.span.start,
                    "pointer": fault.pointer,
                    "keyword": &*fault.keyword,
                    "message": fault.message,
                    "help": &*fault.help,
                })
            })
            .collect();
        serde_json::json!({ "verdict": "refused", "faults": faults })
    }
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Errors {
    /// One [`Fault`] after the other; [`Errors::render`] shows them in the schema's text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
