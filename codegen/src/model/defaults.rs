//! Defaults, held against the rules of their members.

use super::build::Builder;
use super::types::{Absence, Form, Type};
use crate::read::{Member as Property, Node, Value};

impl Builder<'_> {
    /// What absence means where it means a default.
    pub(super) fn default_value(
        &mut self,
        ty: Type,
        nullable: bool,
        default: &Property,
    ) -> Option<Absence> {
        let node = &default.value;
        if node.is_null() && nullable && ty != Type::Opaque {
            return Some(Absence::Null);
        }
        match self.canonical_default(ty, node) {
            Ok(canonical) => Some(Absence::Default(canonical)),
            Err(message) => {
                self.fault(default, message, "write a default that the member itself would take");
                None
            }
        }
    }

    fn canonical_default(&self, ty: Type, node: &Node) -> Result<String, String> {
        let span = node.span();
        let text = self.source.text().get(span.start..span.end).unwrap_or("");
        let bytes = tantamount_core::json::canonicalize(text.as_bytes()).unwrap_or_default();
        let shown = String::from_utf8(bytes).unwrap_or_default();
        let refused = |what: &str| Err(format!("the default `{shown}` is {what}"));
        let canonical = || Ok(shown.clone());
        match (ty, node.value()) {
            (Type::Opaque, _) | (Type::Boolean, Value::Boolean(_)) => canonical(),
            (Type::Boolean, _) => refused("no boolean"),
            (Type::Integer(index), _) => {
                let Some(Ok(whole)) = node.as_integer() else { return refused("no integer") };
                match self.model.integers.get(index) {
                    Some(rule) if whole < rule.minimum => refused("too small"),
                    Some(rule) if whole > rule.maximum => refused("too large"),
                    _ => canonical(),
                }
            }
            (Type::Text(index), Value::String(string)) => {
                let Some(rule) = self.model.texts.get(index) else { return canonical() };
                let bytes = u32::try_from(string.len()).unwrap_or(u32::MAX);
                if rule.not_blank && string.chars().all(char::is_whitespace) {
                    return refused("blank");
                }
                if rule.max_bytes.is_some_and(|most| bytes > most) {
                    return refused("too long");
                }
                match rule.form {
                    Form::Plain => canonical(),
                    Form::Uuid if is_uuid(string) => Ok(format!("\"{}\"", string.to_lowercase())),
                    Form::Uuid => refused("no hyphenated UUID"),
                }
            }
            (Type::Choice(index), Value::String(string)) => {
                let values = self.model.choices.get(index).map(|choice| &choice.values);
                match values.is_some_and(|values| values.contains(string)) {
                    true => canonical(),
                    false => refused("not in the list"),
                }
            }
            (Type::Text(_) | Type::Choice(_), _) => refused("no string"),
            (Type::Array(index), Value::Array(elements)) => {
                let least = self.model.arrays.get(index).map_or(0, |array| array.min_items);
                match (elements.is_empty(), least) {
                    (true, 0) => canonical(),
                    (true, _) => refused("too short"),
                    (false, _) => refused("no empty array, and no other is supported yet"),
                }
            }
            (Type::Array(_), _) => refused("no array"),
            (Type::Record(_), _) => refused("an object's, which is not supported yet"),
            // The one boolean that it may be, which was checked where it is listed.
            (Type::Null, Value::Boolean(_)) => canonical(),
            (Type::Null, _) => refused("not null"),
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
