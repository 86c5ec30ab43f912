//! A schema's text, its tree, and where its references lead.

use super::node::{Node, Span};
use super::parse::parse;
use crate::error::{Errors, Fault, Report};
use std::collections::BTreeMap;

/// A schema as it was read.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    root: Node,
    anchors: BTreeMap<String, Node>,
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
        if !matches!(root.value(), super::Value::Object(_)) {
            report.add(Fault::new(
                root.span(),
                "",
                "type",
                "the schema is no object".to_owned(),
                "describe the request by an object with `$id`, `title`, `type` and `properties`",
            ));
        }
        let mut anchors = BTreeMap::new();
        collect_anchors(&root, &mut anchors, &mut report);
        if !report.is_empty() {
            return Err(report.into_errors(name, text));
        }
        Ok(Source { name: name.to_owned(), text: text.to_owned(), root, anchors })
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

    /// Line and column of an offset, both from 1, the column in characters.
    pub(crate) fn line_and_column(&self, offset: usize) -> (u32, u32) {
        crate::error::line_and_column(&self.text, offset)
    }

    /// Where the `$ref` of a schema leads.
    pub(crate) fn resolve(&self, reference: &Node) -> Result<Node, Fault> {
        let text = reference.as_str().unwrap_or("");
        let fault = |message: String, help: &str| {
            Fault::new(reference.span(), reference.pointer(), "$ref", message, help)
        };
        let Some(fragment) = text.strip_prefix('#') else {
            return Err(fault(
                format!("`{text}` leads out of this file"),
                "references to other files are not supported yet: copy the definition into \
                 `$defs` and refer to it as `#/$defs/…`",
            ));
        };
        let Some(fragment) = decode_percent(fragment) else {
            return Err(fault(
                format!("`{text}` is no URI reference"),
                "write `%` as `%25`, and other escapes as `%` and two hexadecimal digits",
            ));
        };
        let found = if fragment.is_empty() || fragment.starts_with('/') {
            self.root.at(&fragment)
        } else {
            self.anchors.get(&fragment)
        };
        found.cloned().ok_or_else(|| {
            let names: Vec<String> = self
                .root
                .get("$defs")
                .map(Node::members)
                .unwrap_or_default()
                .iter()
                .map(|member| format!("#/$defs/{}", member.name))
                .collect();
            let near = super::suggestion(text, names.iter().map(String::as_str));
            fault(
                format!("`{text}` leads nowhere"),
                &near.map_or_else(
                    || "point at a definition under `$defs`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            )
        })
    }
}

fn collect_anchors(node: &Node, anchors: &mut BTreeMap<String, Node>, report: &mut Report) {
    for (_, schema) in super::keywords::subschemas(node) {
        collect_anchors(schema, anchors, report);
    }
    let Some(anchor) = node.get("$anchor") else { return };
    let Some(name) = anchor.as_str() else { return };
    if anchors.insert(name.to_owned(), node.clone()).is_some() {
        report.add(Fault::new(
            anchor.span(),
            anchor.pointer(),
            "$anchor",
            format!("the anchor `{name}` stands twice"),
            "give each anchor a name of its own",
        ));
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
