//! A schema changed in any one place is understood or refused, never half understood.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Gates, rust, typescript};
use tantamount_core::plan::{Absent, Order, Plan, Rule};

/// Whether the rule stands in the plan's tables.
fn is_there(plan: &Plan, rule: Rule) -> bool {
    match rule {
        Rule::Opaque | Rule::Null | Rule::Boolean => true,
        Rule::Integer(index) => usize::from(index) < plan.integers.len(),
        Rule::Number(index) => usize::from(index) < plan.numbers.len(),
        Rule::Text(index) => usize::from(index) < plan.texts.len(),
        Rule::Choice(index) => usize::from(index) < plan.choices.len(),
        Rule::Array(index) => usize::from(index) < plan.arrays.len(),
        Rule::Record(index) => usize::from(index) < plan.records.len(),
    }
}

/// What the engine trusts.
fn assert_sound(plan: &Plan) {
    assert!(is_there(plan, plan.root));
    for record in plan.records.iter() {
        let names: Vec<&str> = record.slots.iter().map(|slot| slot.name.as_ref()).collect();
        let is_sorted = |pair: &[&str]| tantamount_core::json::utf16(pair[0], pair[1]).is_lt();
        assert!(names.windows(2).all(is_sorted), "{names:?}");
        assert!(record.tag.is_none_or(|tag| usize::from(tag) < names.len()));
        assert!(record.tag.is_some() || record.branches.len() == 1);
        for branch in record.branches.iter() {
            assert_eq!(branch.members.len(), names.len());
            for member in branch.members.iter().flatten() {
                assert!(is_there(plan, member.rule));

                match &member.absent {
                    Absent::Inherit(index) => assert!(usize::from(*index) < plan.scope.len()),
                    Absent::Default(value) => {
                        let canonical = tantamount_core::json::canonicalize(value.as_bytes());
                        assert_eq!(canonical.unwrap(), value.as_bytes());
                    }
                    _ => {}
                }
            }
        }
    }
    for array in plan.arrays.iter() {
        assert!(is_there(plan, array.items));
        if let (Order::Set(keys), Rule::Record(index)) = (&array.order, array.items) {
            let slots = plan.record(index).unwrap().slots.len();
            assert!(keys.iter().all(|key| usize::from(*key) < slots));
        }
    }
    for reference in plan.references.iter() {
        assert!(reference.set < 1000 && reference.key < 1000 && reference.member < 1000);
        assert!(reference.through.iter().all(|slot| *slot < 1000));
    }
}

fn pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => elements.iter().enumerate().for_each(|(index, element)| {
            pointers(element, format!("{pointer}/{index}"), found);
        }),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            pointers(member, format!("{pointer}/{name}"), found);
        }),
        _ => {}
    }
    found.push(pointer);
}

#[test]
fn a_schema_changed_in_one_place_is_understood_or_refused() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let others = [
        Value::Null,
        json!(false),
        json!(3),
        json!("x"),
        json!([]),
        json!({}),
        json!({"type": "string"}),
        json!({"$ref": "#"}),
    ];
    let (mut understood, mut refused) = (0, 0);
    let mut look = |changed: &Value| match Schema::read(&changed.to_string(), "changed") {
        Ok(schema) => {
            assert_sound(&schema.plan());
            if let Err(error) = rust::emit(&schema, "changed", Gates::Features) {
                panic!("{error}: {changed}");
            }
            if let Err(error) = typescript::emit(&schema, "changed") {
                panic!("{error}: {changed}");
            }
            understood += 1;
        }
        Err(errors) => {
            assert!(!errors.as_slice().is_empty());
            refused += 1;
        }
    };
    for case in ["order", "team", "workshop"] {
        let text = fs::read_to_string(tests.join(case).join("schema.json")).unwrap();
        let source: Value = serde_json::from_str(&text).unwrap();
        let mut found = Vec::new();
        pointers(&source, String::new(), &mut found);
        for (index, pointer) in found.iter().enumerate() {
            let mut changed = source.clone();
            let other = &others[index % others.len()];
            *changed.pointer_mut(pointer).unwrap() = other.clone();
            look(&changed);
            let Some((outer, name)) = pointer.rsplit_once('/') else { continue };
            let mut changed = source.clone();
            match changed.pointer_mut(outer).unwrap() {
                Value::Object(members) => drop(members.remove(name)),
                Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
                _ => continue,
            }
            look(&changed);
        }
    }
    assert!(understood > 50 && refused > 300, "{understood} understood, {refused} refused");
}
