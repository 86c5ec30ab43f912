//! What is wrong with a schema, as data, and what else may stop the generator.

use crate::read::Span;
use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where it stands in the text, in bytes.
    pub span: Span,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), counted from 1.
    pub column: u32,
    /// JSON Pointer (RFC 6901) of the value; empty for the whole schema.
    pub pointer: String,
    /// The keyword, format or annotation that it is about.
    pub keyword: String,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl Fault {
    /// Line and column are filled in when the report is closed.
    pub(crate) fn new(
        span: Span,
        pointer: &str,
        keyword: &str,
        message: String,
        help: &str,
    ) -> Fault {
        Fault {
            span,
            line: 0,
            column: 0,
            pointer: pointer.to_owned(),
            keyword: keyword.to_owned(),
            message,
            help: help.to_owned(),
        }
    }
}

/// Everything found wrong with a schema, in the order of the text, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors {
    file: String,
    list: Vec<Fault>,
}

impl Errors {
    /// The name of the schema's file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
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
}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Errors {
    /// `file:line:column: pointer: message [keyword]`, and the help on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{}:{}: ", self.file, fault.line, fault.column)?;
            if !fault.pointer.is_empty() {
                write!(f, "{}: ", fault.pointer)?;
            }
            write!(f, "{} [{}]\n  help: {}", fault.message, fault.keyword, fault.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// Collects faults while a stage goes on.
#[derive(Debug, Default)]
pub(crate) struct Report {
    list: Vec<Fault>,
}

impl Report {
    pub(crate) fn add(&mut self, fault: Fault) {
        if !self.list.contains(&fault) {
            self.list.push(fault);
        }
    }

    /// Whether a fault was found at the pointer.
    pub(crate) fn mentions(&self, pointer: &str) -> bool {
        self.list.iter().any(|fault| fault.pointer == pointer)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Sorts the faults and finds their lines.
    pub(crate) fn into_errors(mut self, file: &str, text: &str) -> Errors {
        self.list.sort_by(|left, right| {
            (left.span, &left.keyword, &left.message).cmp(&(
                right.span,
                &right.keyword,
                &right.message,
            ))
        });
        for fault in &mut self.list {
            let before = text.get(..fault.span.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let lines = before.matches('\n').count();
            let characters = before.get(line_start..).unwrap_or("").chars().count();
            fault.line = u32::try_from(lines).map_or(u32::MAX, |lines| lines + 1);
            fault.column = u32::try_from(characters).map_or(u32::MAX, |before| before + 1);
        }
        Errors { file: file.to_owned(), list: self.list }
    }
}

/// What stops the generator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The schema is wrong.
    #[error("{0}")]
    Schema(#[from] Errors),
    /// A file could not be read or written.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        cause: std::io::Error,
    },
    /// The generator wrote something that is no Rust: a fault of the generator's.
    #[error("the generator wrote a file `{file}` that is no Rust: {cause}")]
    Output {
        /// The file.
        file: &'static str,
        /// What the parser says.
        cause: String,
    },
}
