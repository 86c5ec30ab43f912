//! `schemars` for generated types: what they publish is their source schema.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use std::borrow::Cow;

/// A name in `$defs` and what publishes the type that has it.
pub type PublishedType<'n> = (&'n str, fn(&mut SchemaGenerator) -> Schema);

/// Publishes a definition. `text` is plain JSON Schema in which `{"$ref": "#/$defs/NAME"}` stands
/// for a type of `types`; the generator decides where such a type is defined.
pub fn published(
    generator: &mut SchemaGenerator,
    text: &str,
    types: &[PublishedType<'_>],
) -> Schema {
    let mut value: Value = serde_json::from_str(text).unwrap_or(Value::Bool(true));
    replace(generator, &mut value, types);
    Schema::try_from(value).unwrap_or_default()
}

fn replace(generator: &mut SchemaGenerator, value: &mut Value, types: &[PublishedType<'_>]) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(|value| replace(generator, value, types));
        }
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|name| name.strip_prefix("#/$defs/")).map(str::to_owned);
            let publish = types.iter().find(|(other, _)| Some(*other) == name.as_deref());
            if let Some((_, publish)) = publish {
                members.remove("$ref");
                if let Value::Object(published) = publish(generator).to_value() {
                    // A reference among other members keeps them; they only narrow it.
                    for (name, value) in published {
                        members.entry(name).or_insert(value);
                    }
                }
                return;
            }
            members.values_mut().for_each(|value| replace(generator, value, types));
        }
        _ => {}
    }
}

impl JsonSchema for crate::json::Text {
    fn schema_name() -> Cow<'static, str> {
        "AnyJson".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
