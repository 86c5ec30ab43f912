//! What the types publish by `schemars` accepts exactly what the source schema accepts, and both
//! accept whatever the strict reader does.
#![cfg(feature = "schemars")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

pub mod reference;

use reference::cases;
use serde_json::{Value, json};
use tantamount_schema::AppendRequest;

const SOURCE: &str = include_str!("../append-request.schema.json");

struct Schemas {
    source: jsonschema::Validator,
    published: jsonschema::Validator,
    accepted: usize,
    refused: usize,
    read: usize,
}

impl Schemas {
    fn new() -> Schemas {
        let source: Value = serde_json::from_str(SOURCE).unwrap();
        let published = schemars::schema_for!(AppendRequest).to_value();
        Schemas {
            source: jsonschema::validator_for(&source).unwrap(),
            published: jsonschema::validator_for(&published).unwrap(),
            accepted: 0,
            refused: 0,
            read: 0,
        }
    }

    fn check(&mut self, instance: &Value) {
        let source = self.source.is_valid(instance);
        assert_eq!(self.published.is_valid(instance), source, "{instance}");
        let text = instance.to_string();
        if AppendRequest::read(text.as_bytes()).is_ok() {
            assert!(source, "the reader accepts what the schema refuses: {instance}");
            self.read += 1;
        }
        *(if source { &mut self.accepted } else { &mut self.refused }) += 1;
    }
}

/// The requests of the suite that `serde_json` can hold.
fn corpus() -> Vec<Value> {
    let files = ["append-cases.json", "canonical-cases.json", "refusals.json"];
    files
        .into_iter()
        .flat_map(cases)
        .flat_map(|case| {
            ["request", "requested", "stored"].map(|name| case[name].as_str().map(str::to_owned))
        })
        .flatten()
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect()
}

/// Calls `look` with the instance changed in one place, for every place and every change.
fn mutate(instance: &Value, look: &mut dyn FnMut(&Value)) {
    let mut pointers = Vec::new();
    collect(instance, String::new(), &mut pointers);
    let others = [
        Value::Null,
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(2.0),
        json!(2_147_483_648_i64),
        json!(""),
        json!(" "),
        json!("JOB"),
        json!("EXTERNAL"),
        json!("running"),
        json!("ON_SUCCESS"),
        json!("018f3a52-0000-7000-8000-000000000001"),
        json!([]),
        json!({}),
        json!([{}]),
    ];
    for pointer in &pointers {
        for other in &others {
            let mut changed = instance.clone();
            *changed.pointer_mut(pointer).unwrap() = other.clone();
            look(&changed);
        }
        let names: Vec<String> = match instance.pointer(pointer) {
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            _ => Vec::new(),
        };
        for name in names {
            let mut changed = instance.clone();
            let members = changed.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            let value = members.remove(&name).unwrap();
            look(&changed);
            let members = changed.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            members.insert(format!("{name}_"), value);
            look(&changed);
        }
        for name in ["priority", "job_type", "stage", "unknown", "max_attempts", "organization_id"]
        {
            for value in [Value::Null, json!(3), json!("queued")] {
                let mut changed = instance.clone();
                if let Some(Value::Object(members)) = changed.pointer_mut(pointer) {
                    members.insert(name.to_owned(), value);
                    look(&changed);
                }
            }
        }
    }
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Array(elements) => elements.iter().enumerate().for_each(|(index, element)| {
            collect(element, format!("{pointer}/{index}"), pointers);
        }),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            collect(member, format!("{pointer}/{name}"), pointers);
        }),
        _ => {}
    }
    pointers.push(pointer);
}

#[test]
fn the_published_schema_agrees_with_the_source_on_the_suite() {
    let mut schemas = Schemas::new();
    corpus().iter().for_each(|instance| schemas.check(instance));
    assert!(schemas.accepted > 80, "{}", schemas.accepted);
    assert!(schemas.refused > 10, "{}", schemas.refused);
}

#[test]
fn the_published_schema_agrees_with_the_source_after_any_single_change() {
    let mut schemas = Schemas::new();
    let request = json!({
        "append_window_step_key": "gate",
        "steps": [
            {"step_key": "a", "execution_kind": "JOB", "job_type": "j", "payload": [1, {}],
             "organization_id": null, "priority": 5, "max_attempts": 3, "timeout_seconds": 60,
             "stage": "queued",
             "dependencies": [{"prerequisite_step_key": "b", "release_mode": "ON_SUCCESS"}]},
            {"step_key": "b", "execution_kind": "EXTERNAL", "payload": null, "priority": null,
             "dependencies": null},
            {"step_key": "c", "execution_kind": "JOB", "job_type": "j", "payload": ""}
        ]
    });
    schemas.check(&request);
    assert_eq!(schemas.read, 1);
    mutate(&request, &mut |changed| schemas.check(changed));
    assert!(schemas.accepted > 100 && schemas.refused > 400, "{}", schemas.refused);
    assert!(schemas.read > 100, "{}", schemas.read);
}

#[test]
fn what_is_published_is_plain_json_schema() {
    let published = schemars::schema_for!(AppendRequest).to_value();
    assert!(jsonschema::draft202012::meta::is_valid(&published));
    let text = published.to_string();
    assert!(!text.contains("x-canonical") && !text.contains("x-storage"), "{text}");
    let definitions: Vec<&String> = published["$defs"].as_object().unwrap().keys().collect();
    assert_eq!(
        definitions,
        [
            "Dependency",
            "ExternalStep",
            "JobStep",
            "JobType",
            "PositiveCount",
            "ReleaseMode",
            "ResourceKey",
            "Stage",
            "Step",
            "StepKey",
            "WindowKey"
        ]
    );
}
