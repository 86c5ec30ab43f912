//! From a text that is known to be JSON to nodes.

use super::node::{Member, Node, Span, Value, child};
use crate::error::{Errors, Fault, Report};
use std::collections::BTreeSet;
use tantamount_core::Code;

/// Parses a text that [`tantamount_core::json::canonicalize`] has accepted, so nothing but names
/// that stand twice is left to find.
pub(super) fn parse(text: &str, report: &mut Report) -> Node {
    Parser { text, at: 0, report }.value(String::new())
}

impl Node {
    /// Parses any JSON text (RFC 8259). `name` is what errors call it.
    ///
    /// # Errors
    /// [`Errors`] where the text is no JSON, exceeds a limit, or holds a name twice in one object.
    pub fn parse(text: &str, name: &str) -> Result<Node, Errors> {
        let mut report = Report::default();
        if let Err(problems) = tantamount_core::validate::check_json(text.as_bytes()) {
            for problem in &problems {
                report.add(Fault::of_problem(problem));
            }
            return Err(report.into_errors(name, text));
        }
        let node = parse(text, &mut report);
        if report.is_empty() { Ok(node) } else { Err(report.into_errors(name, text)) }
    }
}

/// Parses a text that is known to be JSON, whose pointers begin with a place.
pub(super) fn parse_at(text: &str, place: &super::Place) -> Node {
    let mut report = Report::default();
    Parser { text, at: 0, report: &mut report }.value(place.in_trees())
}

/// Parses a text that is known to be canonical JSON.
pub(crate) fn parse_value(text: &str) -> Node {
    parse(text, &mut Report::default())
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    report: &'a mut Report,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space and, since the text is JSON, commas and colons with it.
    fn skip(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, pointer: String) -> Node {
        self.skip();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(&pointer),
            Some(b'[') => self.array(&pointer),
            Some(b'"') => Value::String(self.string()),
            _ => self.word(),
        };
        Node::new(value, Span { start, end: self.at }, pointer)
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        while let Some(b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.' | b'E') = self.peek() {
            self.at += 1;
        }
        match self.text.get(start..self.at).unwrap_or("") {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            "null" | "" => Value::Null,
            number => Value::Number(number.to_owned()),
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let raw = self.text.get(start..self.at).unwrap_or("\"\"");
        serde_json::from_str(raw).unwrap_or_default()
    }

    fn array(&mut self, pointer: &str) -> Value {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.skip();
            if matches!(self.peek(), Some(b']') | None) {
                self.at += 1;
                return Value::Array(elements);
            }
            elements.push(self.value(format!("{pointer}/{}", elements.len())));
        }
    }

    fn object(&mut self, pointer: &str) -> Value {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        let mut names = BTreeSet::new();
        loop {
            self.skip();
            if matches!(self.peek(), Some(b'}') | None) {
                self.at += 1;
                return Value::Object(members);
            }
            let start = self.at;
            let name = self.string();
            let name_span = Span { start, end: self.at };
            let value = self.value(child(pointer, &name));
            if !names.insert(name.clone()) {
                self.report.add(Fault::new(
                    name_span,
                    value.pointer(),
                    Code::DuplicateMember.as_str(),
                    format!("the member `{name}` stands twice in one object"),
                    "keep one of them",
                ));
                continue;
            }
            members.push(Member { name, name_span, value });
        }
    }
}
