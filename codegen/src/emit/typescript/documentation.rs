//! Documentation comments (TSDoc), from the schema's own words and its rules.

use super::printer::literal;
use crate::emit::rust::documentation::value_rules;
use crate::model::{Absence, Documentation, Member, Model, Type, pascal_case};
use crate::read::Node;
use crate::schema::Schema;

/// What a type's comment says.
pub(super) struct About<'a> {
    /// The name of the type: a title that only repeats it is left out.
    pub(super) name: &'a str,
    pub(super) documentation: &'a Documentation,
    /// What is said where the schema says nothing.
    pub(super) otherwise: String,
    pub(super) rules: String,
    pub(super) node: &'a Node,
}

/// The paragraphs for a type.
pub(super) fn of_type(schema: &Schema, about: &About<'_>) -> Vec<String> {
    let mut paragraphs = words(about.documentation, about.name);
    if paragraphs.is_empty() {
        paragraphs.push(about.otherwise.clone());
    }
    paragraphs.push(about.rules.clone());
    paragraphs.extend(tags(schema, about.documentation, about.node, None));
    paragraphs
}

/// The paragraphs for a member; `owner` says whose, in words.
pub(super) fn of_member(schema: &Schema, member: &Member, owner: &str) -> Vec<String> {
    let model = schema.model();
    let mut paragraphs = words(&member.documentation, model.type_name(member.ty).unwrap_or(""));
    paragraphs.push(match member.ty {
        Type::Null => format!("Has no value in {owner}."),
        _ => format!("{} {}", value_rules(model, member), absence(model, member)),
    });
    if member.name == "__proto__" {
        paragraphs.push("Write it as `[\"__proto__\"]`: a literal would set the prototype.".into());
    }
    let default = match &member.absence {
        Absence::Default(value) => Some(value.as_str()),
        Absence::Required | Absence::Null | Absence::Inherit(_) => None,
    };
    paragraphs.extend(tags(schema, &member.documentation, &member.node, default));
    paragraphs
}

/// What it means that a member is left out, and `null` where that may be written.
fn absence(model: &Model, member: &Member) -> String {
    let meaning = match &member.absence {
        Absence::Required => return String::new(),
        Absence::Null => "May be left out",
        Absence::Default(_) => "Has its default when it is left out",
        Absence::Inherit(index) => {
            let name = model.scope.get(*index).map_or("", |member| member.name.as_str());
            let null = if member.nullable { " or `null`" } else { "" };
            return format!("The scope's `{name}` when it is left out{null}.");
        }
    };
    let is_opaque = member.ty == Type::Opaque;
    let null = if member.nullable && !is_opaque { "; `null` means the same" } else { "" };
    format!("{meaning}{null}.")
}

/// Title and description, each where it says something.
fn words(documentation: &Documentation, name: &str) -> Vec<String> {
    let title =
        documentation.title.as_deref().filter(|title| pascal_case(title).as_deref() != Some(name));
    title.into_iter().chain(documentation.description.as_deref()).map(escaped).collect()
}

fn tags(
    schema: &Schema,
    documentation: &Documentation,
    node: &Node,
    default: Option<&str>,
) -> Vec<String> {
    let mut tags = Vec::new();
    tags.extend(default.map(|value| format!("@defaultValue {}", code(value))));
    let examples = node.get("examples").and_then(Node::as_array).unwrap_or_default();
    tags.extend(examples.iter().filter_map(|example| {
        let text = schema.text_of(example)?;
        let exact = tantamount_core::json::canonicalize(text.as_bytes()).ok()?;
        Some(format!("@example {}", code(&String::from_utf8(exact).ok()?)))
    }));
    if documentation.deprecated {
        tags.push("@deprecated The schema says so.".to_owned());
    }
    tags
}

/// JSON as code in a comment.
pub(super) fn code(json: &str) -> String {
    let ticks = if json.contains('`') { "``" } else { "`" };
    format!("{ticks}{json}{ticks}")
}

/// The schema's words for a comment: nothing in them is taken for a tag, but code stays as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_code = false;
    for character in text.chars() {
        match character {
            '`' => is_code = !is_code,
            '@' | '{' | '}' | '<' | '>' if !is_code => out.push('\\'),
            // Ends a line in JavaScript, but not for `str::lines`.
            '\r' | '\u{2028}' | '\u{2029}' => {
                out.push(' ');
                continue;
            }
            _ => {}
        }
        out.push(character);
    }
    out
}

/// The values of a choice, for a comment.
pub(super) fn listed(values: &[String]) -> String {
    values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(" | ")
}
