//! `schemars` for generated types: what they publish is their source schema.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use std::borrow::Cow;

/// A name in `$defs` and what publishes the type that has it.
pub type PublishedType<'n> = (&'n str, fn(&mut SchemaGenerator) -> Schema);

/// A definition that has no type: its name, its text, and the types that it mentions.
pub type UntypedDefinition<'n> = (&'n str, &'n str, &'n [PublishedType<'n>]);

/// Publishes a definition. `text` is plain JSON Schema in which `{"$ref": "#/$defs/NAME"}` stands
/// for a type of `types`; the generator decides where such a type is defined.
pub fn published(
    generator: &mut SchemaGenerator,
    text: &str,
    types: &[PublishedType<'_>],
) -> Schema {
    published_with(generator, text, types, &[])
}

/// [`published`] where definitions without a type, sorted by name, may be mentioned too. Each is
/// defined once, beside the types.
pub fn published_with(
    generator: &mut SchemaGenerator,
    text: &str,
    types: &[PublishedType<'_>],
    untyped: &[UntypedDefinition<'_>],
) -> Schema {
    let mut value: Value = serde_json::from_str(text).unwrap_or(Value::Bool(true));
    replace(generator, &mut value, types, untyped);
    Schema::try_from(value).unwrap_or_default()
}

fn replace(
    generator: &mut SchemaGenerator,
    value: &mut Value,
    types: &[PublishedType<'_>],
    untyped: &[UntypedDefinition<'_>],
) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(|value| replace(generator, value, types, untyped));
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
            } else if let Some(name) = name
                && let Ok(found) = untyped.binary_search_by(|(other, ..)| (*other).cmp(&name))
                && let Some((name, text, types)) = untyped.get(found)
                && !generator.definitions().contains_key(*name)
            {
                // It takes its place first: it may hold itself.
                generator.definitions_mut().insert((*name).to_owned(), Value::Bool(true));
                let schema = published_with(generator, text, types, untyped).to_value();
                generator.definitions_mut().insert((*name).to_owned(), schema);
            }
            members.values_mut().for_each(|value| replace(generator, value, types, untyped));
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
