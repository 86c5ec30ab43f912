//! JSON as the judge builds it: small, exact, edited freely.

use crate::read::{Node, Value};
use std::fmt::{self, Write as _};

/// A JSON value. Numbers keep their spelling, members their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value that a text holds; `None` where it is no JSON that the reader takes.
    pub(super) fn parse(text: &str) -> Option<Json> {
        crate::read::value(text).map(|node| Json::from(&node))
    }

    pub(super) fn string(text: impl Into<String>) -> Json {
        Json::String(text.into())
    }

    pub(super) fn number(value: i64) -> Json {
        Json::Number(value.to_string())
    }

    /// How much there is to read.
    pub(super) fn size(&self) -> usize {
        match self {
            Json::Array(elements) => 2 + elements.iter().map(Json::size).sum::<usize>(),
            Json::Object(members) => {
                2 + members.iter().map(|(name, value)| name.len() + value.size()).sum::<usize>()
            }
            Json::String(text) => 2 + text.len(),
            Json::Number(text) => text.len(),
            Json::Null | Json::Boolean(_) => 4,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Sets a member, at the end where it is new.
    pub(super) fn set(&mut self, name: &str, value: Json) {
        let Json::Object(members) = self else { return };
        match members.iter_mut().find(|(n, _)| n == name) {
            Some((_, place)) => *place = value,
            None => members.push((name.to_owned(), value)),
        }
    }

    /// Every value that is one step simpler: something left out, or replaced by less.
    pub(super) fn simpler(&self) -> Vec<Json> {
        let mut all = Vec::new();
        match self {
            Json::Array(elements) => {
                for at in 0..elements.len() {
                    let mut fewer = elements.clone();
                    fewer.remove(at);
                    all.push(Json::Array(fewer));
                }
                for (at, element) in elements.iter().enumerate() {
                    all.extend(element.simpler().into_iter().map(|simpler| {
                        let mut changed = elements.clone();
                        if let Some(place) = changed.get_mut(at) {
                            *place = simpler;
                        }
                        Json::Array(changed)
                    }));
                }
            }
            Json::Object(members) => {
                for at in 0..members.len() {
                    let mut fewer = members.clone();
                    fewer.remove(at);
                    all.push(Json::Object(fewer));
                }
                for (at, (_, value)) in members.iter().enumerate() {
                    all.extend(value.simpler().into_iter().map(|simpler| {
                        let mut changed = members.clone();
                        if let Some((_, place)) = changed.get_mut(at) {
                            *place = simpler;
                        }
                        Json::Object(changed)
                    }));
                }
            }
            Json::String(text) if text.chars().count() > 1 => {
                let half = text.chars().count() / 2;
                all.push(Json::String("a".to_owned()));
                all.push(Json::String(text.chars().take(half).collect()));
                all.push(Json::String(text.chars().skip(1).collect()));
            }
            Json::Number(text) if text.len() > 1 => all.push(Json::number(1)),
            _ => {}
        }
        all
    }
}

impl From<&Node> for Json {
    fn from(node: &Node) -> Json {
        match node.value() {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::Boolean(*value),
            Value::Number(text) => Json::Number(text.clone()),
            Value::String(text) => Json::String(text.clone()),
            Value::Array(elements) => Json::Array(elements.iter().map(Json::from).collect()),
            Value::Object(members) => Json::Object(
                members.iter().map(|m| (m.name.clone(), Json::from(&m.value))).collect(),
            ),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Boolean(value) => write!(f, "{value}"),
            Json::Number(text) => f.write_str(text),
            Json::String(text) => f.write_str(&quoted(text)),
            Json::Array(elements) => {
                f.write_char('[')?;
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    write!(f, "{element}")?;
                }
                f.write_char(']')
            }
            Json::Object(members) => {
                f.write_char('{')?;
                for (index, (name, value)) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    write!(f, "{}:{value}", quoted(name))?;
                }
                f.write_char('}')
            }
        }
    }
}

/// A string as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where two canonical texts differ: instance pointers, the outermost ones that say it.
pub(super) fn differing(left: &Json, right: &Json, at: &str, found: &mut Vec<String>) {
    match (left, right) {
        (Json::Object(one), Json::Object(other)) => {
            for (name, value) in one {
                let below = format!("{at}/{name}");
                match right.get(name) {
                    Some(there) => differing(value, there, &below, found),
                    None => found.push(below),
                }
            }
            let added = other.iter().filter(|(name, _)| left.get(name).is_none());
            found.extend(added.map(|(name, _)| format!("{at}/{name}")));
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (index, (left, right)) in one.iter().zip(other).enumerate() {
                differing(left, right, &format!("{at}/{index}"), found);
            }
        }
        _ if left == right => {}
        _ => found.push(at.to_owned()),
    }
}
