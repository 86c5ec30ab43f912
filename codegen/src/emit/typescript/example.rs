//! A request such as will come: what a package reads when it is loaded, so that engines have compiled by the first
//! call what the call needs.

use serde_json::Value;
use tantamount_core::plan::{Absent, Branch, Form, Plan, Rule, TextRule};

/// Deeper values, and values behind so many bytes, have what they must have alone.
const ENOUGH_DEPTH: usize = 4;
const ENOUGH_BYTES: usize = 600;

/// Deeper, and behind so many bytes, nothing is written: a schema may require what never ends, or a million elements.
const MOST_DEPTH: usize = 32;
const MOST_BYTES: usize = 4 * ENOUGH_BYTES;

/// A value that may stand anywhere, with all that canonical form changes.
const OPAQUE: &str = r#"{"b":[1.50,"é\u0001\/"],"a":{"c":true}}"#;

/// A request of the plan, as JSON. It is valid unless the schema has rules that only a search could keep to, or wants
/// more than is worth reading.
pub(super) fn example(plan: &Plan) -> String {
    let mut writer = Writer { plan, text: String::new(), names: 0 };
    writer.value(plan.root, 0);
    writer.text
}

struct Writer<'a> {
    plan: &'a Plan,
    text: String,
    /// How many strings were written: each is another one, so that keys differ.
    names: usize,
}

impl<'a> Writer<'a> {
    fn value(&mut self, rule: Rule, depth: usize) {
        let plan = self.plan;
        if depth > MOST_DEPTH || self.text.len() > MOST_BYTES {
            return self.text.push_str("null");
        }
        match rule {
            Rule::Opaque => self.text.push_str(OPAQUE),
            Rule::Null => self.text.push_str("null"),
            Rule::Boolean => self.text.push_str("true"),
            Rule::Integer(index) => {
                let integer = plan.integers.get(usize::from(index));
                let value = integer.map_or(0, |rule| 0.clamp(rule.minimum, rule.maximum));
                self.text.push_str(&value.to_string());
            }
            Rule::Number(index) => {
                let bound = plan.number(index).and_then(|rule| rule.minimum.as_ref());
                self.text.push_str(bound.map_or("0", |bound| &bound.value));
            }
            Rule::Text(index) => self.string(plan.texts.get(usize::from(index))),
            Rule::Choice(index) => {
                let choice = plan.choices.get(usize::from(index));
                self.literal(choice.and_then(|choice| choice.values.first()).map_or("", |v| v));
            }
            Rule::Array(index) => {
                self.text.push('[');
                if let Some(array) = plan.array(index) {
                    let wanted = array.min_items.max(u32::from(self.is_generous(depth)));
                    for position in 0..wanted.min(array.max_items.unwrap_or(wanted)) {
                        if self.text.len() > MOST_BYTES {
                            break;
                        }
                        if position > 0 {
                            self.text.push(',');
                        }
                        self.value(array.items, depth + 1);
                    }
                }
                self.text.push(']');
            }
            Rule::Record(index) => {
                self.text.push('{');
                if let Some(record) = plan.record(index)
                    && let Some(branch) = record.branches.first()
                {
                    let mut is_first = true;
                    for (slot, place) in record.slots.iter().enumerate() {
                        let is_tag = record.tag.map(usize::from) == Some(slot);
                        let Some(rule) = self.written((index, slot), branch, is_tag, depth) else {
                            continue;
                        };
                        if !std::mem::take(&mut is_first) {
                            self.text.push(',');
                        }
                        self.literal(&place.name);
                        self.text.push(':');
                        match rule {
                            Some(rule) => self.value(rule, depth + 1),
                            None => self.literal(&branch.tag),
                        }
                    }
                }
                self.text.push('}');
            }
        }
    }

    /// By which rule a member is written, by none where it is the tag; `None` where it is left out.
    fn written(
        &self,
        (record, slot): (u16, usize),
        branch: &Branch,
        is_tag: bool,
        depth: usize,
    ) -> Option<Option<Rule>> {
        if is_tag {
            return Some(None);
        }
        let member = branch.members.get(slot)?.as_ref()?;
        let is_written = member.absent == Absent::Required
            || self.is_generous(depth) && !self.refers_inside(record, slot);
        (is_written && member.rule != Rule::Null).then_some(Some(member.rule))
    }

    /// Whether there are names in the member that must be those of elements.
    fn refers_inside(&self, record: u16, slot: usize) -> bool {
        let Rule::Record(root) = self.plan.root else { return false };
        self.plan.references.iter().any(|reference| {
            let holder = match (reference.at_root, self.items(root, reference.set)) {
                (true, _) => Some(Rule::Record(root)),
                (false, items) => items,
            };
            let first = reference.through.first().copied().unwrap_or(reference.member);
            let is_here = holder == Some(Rule::Record(record)) && usize::from(first) == slot;
            is_here && !reference.outside
        })
    }

    /// What an array in a slot holds.
    fn items(&self, record: u16, slot: u16) -> Option<Rule> {
        match self.plan.record(record)?.member(0, slot)?.rule {
            Rule::Array(index) => Some(self.plan.array(index)?.items),
            _ => None,
        }
    }

    fn is_generous(&self, depth: usize) -> bool {
        depth <= ENOUGH_DEPTH && self.text.len() < ENOUGH_BYTES
    }

    fn string(&mut self, rule: Option<&TextRule>) {
        let number = self.names;
        self.names += 1;
        match rule.map_or(Form::Plain, |rule| rule.form) {
            Form::Plain | Form::Decimal => self.literal(&number.to_string()),
            Form::Uuid => self.literal(&format!("00000000-0000-0000-0000-{number:012}")),
            Form::DateTime => self.literal("2000-01-01T00:00:00Z"),
        }
    }

    fn literal(&mut self, text: &str) {
        self.text.push_str(&Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, example};
    use crate::Schema;
    use std::path::Path;
    use tantamount_core::interpreted::Interpreted;

    #[test]
    fn what_a_schema_requires_in_abundance_is_written_in_part() {
        let text = r#"{
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Abundance",
            "type": "array",
            "minItems": 100000000,
            "items": { "type": "array", "minItems": 1000, "items": { "type": "string" } }
        }"#;
        let text = example(&Schema::read(text, "abundance.json").unwrap().plan());
        assert!((MOST_BYTES..2 * MOST_BYTES).contains(&text.len()), "{}", text.len());
        assert!(text.starts_with(r#"[["0","1","2","#) && text.ends_with("]]"), "{text}");
    }

    #[test]
    fn the_examples_of_this_repositorys_schemas_are_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in [
            "schema/append-request.schema.json",
            "examples/enqueue/enqueue.schema.json",
            "examples/payments/payments.schema.json",
        ] {
            let plan = Schema::open(&root.join(file)).unwrap().plan();
            let text = example(&plan);
            let read = Interpreted::read(&plan, plan.root, text.as_bytes());
            assert!(read.is_ok(), "{file}: {text}: {:?}", read.err());
        }
    }
}
