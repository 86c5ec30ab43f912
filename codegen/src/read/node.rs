//! A JSON value that knows where it stands in its text.

use std::sync::Arc;
use tantamount_core::json::{Decimal, NotInteger};

/// A range of bytes in the schema's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// Past the last byte.
    pub end: usize,
}

/// A JSON value with its place. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Node {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    value: Value,
    span: Span,
    pointer: String,
}

/// What a [`Node`] holds.
#[derive(Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number as it is spelt.
    Number(String),
    /// A string, its escapes decoded.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object: its members in the order of the text, names unique.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where the name stands, quotes included.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    pub(crate) fn new(value: Value, span: Span, pointer: String) -> Node {
        Node { inner: Arc::new(Inner { value, span, pointer }) }
    }

    /// What it holds.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.inner.value
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.inner.span
    }

    /// Its JSON Pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.inner.pointer
    }

    /// The string that it is.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean that it is.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value() {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value(), Value::Null)
    }

    /// The whole number that it is, however spelt; `None` where it is no number.
    pub(crate) fn as_integer(&self) -> Option<Result<i64, NotInteger>> {
        match self.value() {
            Value::Number(text) => Decimal::parse(text.as_bytes()).map(|number| number.to_i64()),
            _ => None,
        }
    }

    /// The elements, where it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        match self.value() {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, where it is an object; none otherwise.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match self.value() {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The member with its name's place.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|member| &member.value)
    }

    /// The text of a member that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The value that a JSON Pointer leads to from here.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for token in pointer.split('/').skip(1) {
            let token = unescaped(token);
            node = match node.value() {
                Value::Object(_) => node.get(&token)?,
                Value::Array(elements) => elements.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The schemas directly below this one, each with the keyword that it stands under.
    pub(crate) fn subschemas(&self) -> Vec<(&str, &Node)> {
        super::keywords::below(self)
    }

    /// As JSON on one line, numbers as they are spelt.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out);
        out
    }

    fn write_text(&self, out: &mut String) {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self.value() {
            Value::Null => out.push_str("null"),
            Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Number(text) => out.push_str(text),
            Value::String(text) => out.push_str(&quoted(text)),
            Value::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    element.write_text(out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(&quoted(&member.name));
                    out.push_str(": ");
                    member.value.write_text(out);
                }
                out.push('}');
            }
        }
    }

    /// As a value of `serde_json`, for validators and for documents that are published. A number
    /// that is no whole number of 64 bits becomes the nearest double there.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self.value() {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(value) => (*value).into(),
            Value::Number(text) => match self.as_integer() {
                Some(Ok(whole)) => whole.into(),
                _ => serde_json::from_str(text).unwrap_or_else(|_| serde_json::json!(f64::MAX)),
            },
            Value::String(text) => text.as_str().into(),
            Value::Array(elements) => elements.iter().map(Node::to_json).collect(),
            Value::Object(members) => {
                members.iter().map(|m| (m.name.clone(), m.value.to_json())).collect()
            }
        }
    }
}

/// A reference token of a JSON Pointer as the name that it stands for.
pub(crate) fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// `pointer` followed by one more reference token.
pub(crate) fn child(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}
