//! Names of types: the model's, but for those that mean something else in TypeScript.

use crate::error::{Error, Fault, Report};
use crate::model::{Model, snake_case};
use crate::read::Node;
use crate::schema::Schema;
use std::collections::BTreeMap;

/// The types that the module declares beside the schema's.
const OWN: &[&str] = &["Json", "Scope", "Uuid"];

/// Names of the language, by which a reader would take one thing for another. Names of the
/// browser's (`Event`, `Location`) are left alone: they are common words, and an import says
/// which one is meant.
const GLOBAL: &[&str] = &[
    "Array",
    "Awaited",
    "Boolean",
    "Capitalize",
    "Date",
    "Error",
    "Exclude",
    "Extract",
    "Function",
    "Infinity",
    "Intl",
    "Iterator",
    "Lowercase",
    "Map",
    "Math",
    "Number",
    "Object",
    "Omit",
    "Parameters",
    "Partial",
    "Pick",
    "Promise",
    "Proxy",
    "Readonly",
    "Record",
    "Reflect",
    "Required",
    "Set",
    "String",
    "Symbol",
    "Uncapitalize",
    "Uppercase",
];

/// The names of the types in TypeScript by those in the model.
pub(super) struct Names {
    settled: BTreeMap<String, String>,
}

impl Names {
    /// Settles every name of a schema, beside these, which are taken.
    pub(super) fn settle_beside(schema: &Schema, taken: &[&str]) -> Result<Names, Error> {
        let declared = declared(schema.model());
        let mut settled = BTreeMap::new();
        let mut report = Report::default();
        for (name, node) in &declared {
            let is_taken = [OWN, GLOBAL, taken].iter().any(|list| list.contains(name));
            let chosen = if is_taken { format!("{name}Type") } else { (*name).to_owned() };
            if is_taken && declared.iter().any(|(other, _)| *other == chosen) {
                let at = node.get("title").unwrap_or(node);
                let message =
                    format!("the name `{name}` is taken in TypeScript, and so is `{chosen}`");
                let help = "give one of the two another `title`";
                report.add(Fault::new(at.span(), at.pointer(), "title", message, help));
            }
            settled.insert((*name).to_owned(), chosen);
        }
        if report.is_empty() {
            return Ok(Names { settled });
        }
        Err(Error::Schema(schema.errors(report)))
    }

    /// The name of a type.
    pub(super) fn of<'n>(&'n self, name: &'n str) -> &'n str {
        self.settled.get(name).map_or(name, String::as_str)
    }

    /// The name of the list of a choice's values. Names of types have no `_`, so it is no type's.
    pub(super) fn list(&self, name: &str) -> String {
        let words = snake_case(name).unwrap_or_else(|| name.to_owned());
        format!("{}_VALUES", words.to_uppercase())
    }
}

/// The types of a model with the schemas that define them.
fn declared(model: &Model) -> Vec<(&str, &Node)> {
    let own = || model.records.iter().filter(|record| !record.is_map && record.alone.is_none());
    let records = own().map(|record| (record.name.as_str(), &record.node));
    let unions = own().filter(|record| record.tag.is_some());
    let branches = unions.flat_map(|record| &record.branches);
    let branches = branches.map(|branch| (branch.name.as_str(), &branch.node));
    let choices = model.choices.iter().filter(|choice| !choice.is_tag);
    let choices = choices.map(|choice| (choice.name.as_str(), &choice.node));
    let texts = model.texts.iter().filter_map(|text| Some((text.name.as_deref()?, &text.node)));
    let integers = model.integers.iter();
    let integers = integers.filter_map(|found| Some((found.name.as_deref()?, &found.node)));
    let numbers = model.numbers.iter();
    let numbers = numbers.filter_map(|found| Some((found.name.as_deref()?, &found.node)));
    let scalars = texts.chain(integers).chain(numbers);
    records.chain(branches).chain(choices).chain(scalars).collect()
}
