//! Trees of defaults and scope values, from their canonical JSON.

use super::tree::{Json, Number, Tree};
use crate::document::{Mode, View, read};
use crate::json::Limits;
use crate::json::scan::unescape;
use crate::plan::{Plan, Rule};

/// The value of a rule that a canonical text stands for; absent where it stands for none.
pub(super) fn from_canonical(plan: &Plan, rule: Rule, text: &str) -> Tree {
    if text == "null" && rule != Rule::Opaque {
        return Tree::Absent;
    }
    match read(plan, rule, text.as_bytes(), Mode::Request, &Limits::default()) {
        Ok(document) => tree(plan, rule, View::root(&document)),
        Err(_) => Tree::Absent,
    }
}

fn tree(plan: &Plan, rule: Rule, view: View<'_>) -> Tree {
    if view.is_absent() {
        return Tree::Absent;
    }
    match rule {
        Rule::Null => Tree::Absent,
        Rule::Opaque => parse(&mut view.json().canonical()).map_or(Tree::Absent, Tree::Json),
        Rule::Boolean => Tree::Boolean(view.as_bool()),
        Rule::Integer(_) => Tree::Integer(view.as_i64()),
        Rule::Number(_) => Number::read(view.number().as_str()).map_or(Tree::Absent, Tree::Number),
        Rule::Text(_) | Rule::Choice(_) => Tree::Text(view.as_str().to_owned()),
        Rule::Array(index) => {
            let items = plan.array(index).map_or(Rule::Opaque, |array| array.items);
            Tree::Array(view.elements().map(|element| tree(plan, items, element)).collect())
        }
        Rule::Record(index) => {
            let Some(record) = plan.record(index) else { return Tree::Absent };
            let branch = view.branch();
            let slots = 0..u16::try_from(record.slots.len()).unwrap_or(u16::MAX);
            let members = slots.map(|slot| match record.member(branch, slot) {
                Some(taken) if record.tag != Some(slot) => {
                    tree(plan, taken.rule, view.member(slot))
                }
                _ => Tree::Absent,
            });
            Tree::Record { branch, members: members.collect() }
        }
    }
}

/// Reads canonical JSON from the front of a text.
fn parse(text: &mut &str) -> Option<Json> {
    for (word, value) in
        [("null", Json::Null), ("true", Json::Boolean(true)), ("false", Json::Boolean(false))]
    {
        if let Some(rest) = text.strip_prefix(word) {
            *text = rest;
            return Some(value);
        }
    }
    match text.chars().next()? {
        '"' => string(text).map(Json::String),
        '[' => {
            let mut elements = Vec::new();
            sequence(text, ']', |text| {
                elements.push(parse(text)?);
                Some(())
            })?;
            Some(Json::Array(elements))
        }
        '{' => {
            let mut members = Vec::new();
            sequence(text, '}', |text| {
                let name = string(text)?;
                *text = text.strip_prefix(':')?;
                members.push((name, parse(text)?));
                Some(())
            })?;
            Some(Json::Object(members))
        }
        _ => {
            let end = text.find([',', ']', '}']).unwrap_or(text.len());
            let (number, rest) = text.split_at(end);
            *text = rest;
            Number::read(number).map(Json::Number)
        }
    }
}

fn sequence(
    text: &mut &str,
    close: char,
    mut each: impl FnMut(&mut &str) -> Option<()>,
) -> Option<()> {
    *text = text.get(1..)?;
    loop {
        if let Some(rest) = text.strip_prefix(close) {
            *text = rest;
            return Some(());
        }
        *text = text.strip_prefix(',').unwrap_or(text);
        each(text)?;
    }
}

fn string(text: &mut &str) -> Option<String> {
    let rest = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = rest.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    })?;
    let contents = unescape(rest.get(..end)?);
    *text = rest.get(end + 1..)?;
    Some(contents)
}
