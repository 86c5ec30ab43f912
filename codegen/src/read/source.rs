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

/// A URI reference whose characters beyond ASCII are escaped; what is escaped stays so.
pub(crate) fn encode_percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A URI's percent escapes decoded; nothing where they are none, or no UTF-8 comes out.
pub(crate) fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        bytes.push(digit(rest.next()?)? << 4 | digit(rest.next()?)?);
    }
    String::from_utf8(bytes).ok()
}
