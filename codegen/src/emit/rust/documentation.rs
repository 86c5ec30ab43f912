//! Documentation comments, from the schema's own words and its rules.

use crate::model::{
    Absence, Documentation, Form, Integer, Member, Model, Number, Order, Text, Type,
};
use proc_macro2::TokenStream;
use quote::quote;

/// `#[doc]` attributes for paragraphs; empty ones are left out.
pub(super) fn paragraphs(paragraphs: &[String]) -> TokenStream {
    let full: Vec<&String> = paragraphs.iter().filter(|text| !text.is_empty()).collect();
    let mut lines: Vec<String> = Vec::new();
    for paragraph in full {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut fence = None;
        for line in paragraph.split(['\n', '\r']) {
            lines.push(match prose(line, &mut fence).trim_end() {
                "" => String::new(),
                line => format!(" {line}"),
            });
        }
        lines.extend(fence.map(|fence| format!(" {fence}")));
    }
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    quote!(#(#[doc = #lines])*)
}

/// A line of what the schema says: never code that rustdoc would run as a test, and no character
/// that the compiler refuses in a comment. `fence` is what closes the block that the line is in.
fn prose(line: &str, fence: &mut Option<&'static str>) -> String {
    let line = crate::error::shown(line).replace("\\u{9}", "    ");
    let text = line.trim_start();
    if let Some(open) = *fence {
        if text.starts_with(open) {
            *fence = None;
        }
        return line;
    }
    for mark in ["```", "~~~"] {
        if let Some(language) = text.strip_prefix(mark) {
            *fence = Some(mark);
            let language = language.trim_matches(['`', '~', ' ']);
            let is_other = !language.is_empty()
                && language.chars().all(|character| character.is_ascii_alphabetic())
                && !matches!(language, "ignore" | "rust" | "norun");
            return format!("{mark}{}", if is_other { language } else { "text" });
        }
    }
    // Four spaces begin a block of code.
    let indentation = line.len() - text.len();
    format!("{}{text}", " ".repeat(indentation.min(3)))
}

/// What a schema says of a value, or else `otherwise`.
pub(super) fn description(documentation: &Documentation, otherwise: &str) -> String {
    let words = match (&documentation.description, &documentation.title) {
        (Some(text), _) => escaped(text),
        // A title that is more than a name.
        (None, Some(title)) if title.contains(' ') => escaped(title),
        (None, _) => otherwise.to_owned(),
    };
    match examples(documentation) {
        Some(examples) => format!("{words}\n\n{examples}"),
        None => words,
    }
}

/// How many examples are told, and how long each may be.
const EXAMPLES: (usize, usize) = (5, 80);

/// The examples that the schema gives, as a sentence.
fn examples(documentation: &Documentation) -> Option<String> {
    let short = documentation.examples.iter().filter(|text| text.chars().count() <= EXAMPLES.1);
    let short: Vec<String> = short.take(EXAMPLES.0).map(|text| code(text)).collect();
    match short.as_slice() {
        [] => None,
        [one] => Some(format!("Example: {one}.")),
        several => Some(format!("Examples: {}.", several.join(", "))),
    }
}

/// JSON between as many backticks as it takes.
fn code(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{text}{fence}"),
        _ => format!("{fence} {text} {fence}"),
    }
}

/// Keeps what the schema says from being read as markup that it is not.
fn escaped(text: &str) -> String {
    text.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<")
}

pub(super) fn deprecated(documentation: &Documentation) -> Option<String> {
    documentation.deprecated.then(|| "Deprecated.".to_owned())
}

/// The rules of a string, as a sentence; empty where it has none.
pub(in crate::emit) fn text_rules(text: &Text) -> String {
    let mut rules = Vec::new();
    match text.form {
        Form::Plain => {}
        Form::Uuid => rules.push("a UUID".to_owned()),
        Form::DateTime => rules.push("a point in time".to_owned()),
        Form::Decimal => rules.push("a decimal number".to_owned()),
    }
    if text.not_blank {
        rules.push("not blank".to_owned());
    }
    if let Some(most) = text.max_bytes {
        rules.push(format!("at most {most} bytes in UTF-8"));
    }
    sentence(&rules)
}

/// The range of an integer, as a sentence.
pub(in crate::emit) fn integer_rules(integer: &Integer) -> String {
    sentence(&[format!("from {} to {}", integer.minimum, integer.maximum)])
}

/// The range of a number, as a sentence; empty where it has none.
pub(in crate::emit) fn number_rules(number: &Number) -> String {
    let mut rules = Vec::new();
    if number.is_whole {
        rules.push("a whole number".to_owned());
    }
    if let Some(bound) = &number.minimum {
        let what = if bound.is_exclusive { "greater than" } else { "at least" };
        rules.push(format!("{what} {}", bound.value));
    }
    if let Some(bound) = &number.maximum {
        let what = if bound.is_exclusive { "less than" } else { "at most" };
        rules.push(format!("{what} {}", bound.value));
    }
    sentence(&rules)
}

/// The rules of a member, and what its absence means.
pub(super) fn member_rules(model: &Model, member: &Member) -> String {
    let mut rules = vec![value_rules(model, member)];
    rules.push(match &member.absence {
        Absence::Required if member.nullable => "May be null.".to_owned(),
        Absence::Required => String::new(),
        Absence::Null => "May be absent.".to_owned(),
        Absence::Default(value) => format!("`{value}` when absent."),
        Absence::Inherit(index) => {
            let name = model.scope.get(*index).map_or("", |member| member.name.as_str());
            format!("The scope's `{name}` when absent.")
        }
    });
    rules.retain(|rule| !rule.is_empty());
    rules.join(" ")
}

/// The rules of a member's value that no type of its own tells.
pub(in crate::emit) fn value_rules(model: &Model, member: &Member) -> String {
    let value = match member.ty {
        Type::Text(index) => model.texts.get(index).filter(|text| text.name.is_none()),
        _ => None,
    };
    let mut rules = vec![value.map(text_rules).unwrap_or_default()];
    if let Type::Integer(index) = member.ty
        && let Some(integer) = model.integers.get(index).filter(|integer| integer.name.is_none())
    {
        rules.push(integer_rules(integer));
    }
    if let Type::Number(index) = member.ty
        && let Some(number) = model.numbers.get(index).filter(|number| number.name.is_none())
    {
        rules.push(number_rules(number));
    }
    if let Type::Array(index) = member.ty
        && let Some(array) = model.arrays.get(index)
    {
        rules.push(match &array.order {
            Order::List => String::new(),
            Order::Set(keys) => format!("A set, by `{}`.", keys.join("`, `")),
            Order::Multiset => "The order means nothing; equal elements may repeat.".to_owned(),
        });
        rules.push(match (array.min_items, array.max_items) {
            (0, None) => String::new(),
            (1, None) => "At least one element.".to_owned(),
            (least, None) => format!("At least {least} elements."),
            (0, Some(most)) => format!("At most {most} elements."),
            (least, Some(most)) => format!("From {least} to {most} elements."),
        });
    }
    rules.retain(|rule| !rule.is_empty());
    rules.join(" ")
}

fn sentence(rules: &[String]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let text = rules.join(", ") + ".";
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + characters.as_str()
}
