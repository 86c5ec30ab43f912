//! Schemas of any size, each type like those that people write.

use std::fmt::Write as _;

/// A schema with so many named types, a root not counted: objects that refer to each other, every
/// fifth a choice and every tenth a tagged union.
pub(crate) fn schema(types: usize) -> String {
    let mut definitions = String::new();
    for index in 0..types {
        if index > 0 {
            definitions.push_str(",\n");
        }
        let _ = match index % 10 {
            4 | 9 => write!(
                definitions,
                r#"    "Choice{index}": {{ "title": "Choice{index}", "description": "One of four.", "enum": ["first", "second", "third", "fourth"] }}"#
            ),
            7 => write!(
                definitions,
                r##"    "Union{index}": {{
      "title": "Union{index}",
      "oneOf": [
        {{ "title": "Left{index}", "type": "object", "required": ["kind", "amount"], "unevaluatedProperties": false,
          "properties": {{ "kind": {{ "const": "left" }}, "amount": {{ "type": "integer", "minimum": 0, "maximum": 1000 }} }} }},
        {{ "title": "Right{index}", "type": "object", "required": ["kind"], "unevaluatedProperties": false,
          "properties": {{ "kind": {{ "const": "right" }}, "choice": {{ "$ref": "#/$defs/Choice{choice}" }} }} }}
      ]
    }}"##,
                choice = index - 3,
            ),
            _ => write!(definitions, "{}", object(index)),
        };
    }
    let members: Vec<String> = (0..types)
        .map(|index| format!(r##"    "member_{index}": {{ "$ref": "#/$defs/{}" }}"##, name(index)))
        .collect();
    format!(
        r#"{{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:example:synthetic:1",
  "title": "Synthetic",
  "type": "object",
  "unevaluatedProperties": false,
  "properties": {{
{}
  }},
  "$defs": {{
{definitions}
  }}
}}
"#,
        members.join(",\n")
    )
}

fn name(index: usize) -> String {
    match index % 10 {
        4 | 9 => format!("Choice{index}"),
        7 => format!("Union{index}"),
        _ => format!("Object{index}"),
    }
}

fn object(index: usize) -> String {
    // To one before, so that nothing holds itself.
    let other = match index {
        0 => r#"{ "type": "boolean" }"#.to_owned(),
        _ => format!(r##"{{ "$ref": "#/$defs/{}" }}"##, name(index - 1)),
    };
    format!(
        r#"    "Object{index}": {{
      "title": "Object{index}",
      "description": "The object number {index}, with members of many kinds.",
      "type": "object",
      "required": ["id", "label"],
      "unevaluatedProperties": false,
      "properties": {{
        "id": {{ "type": "integer", "minimum": 0, "maximum": 9007199254740991 }},
        "label": {{ "type": "string", "description": "What people call it." }},
        "is_open": {{ "type": "boolean" }},
        "note": {{ "type": ["string", "null"] }},
        "tags": {{ "type": "array", "items": {{ "type": "string" }} }},
        "other": {other}
      }}
    }}"#
    )
}
