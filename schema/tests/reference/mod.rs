//! The cases in `suite/reference`.

use serde_json::Value;
use std::fs;
use std::path::Path;
use tantamount_schema::Scope;

/// The cases of a file.
pub fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/reference").join(file);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document: Value = serde_json::from_str(&text).unwrap();
    document["cases"].as_array().unwrap().clone()
}

/// A member of a case that is text.
pub fn text<'c>(case: &'c Value, name: &str) -> &'c str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} of {case}"))
}

/// The scope of a case.
pub fn scope(case: &Value) -> Scope {
    match case["scope"]["organization_id"].as_str() {
        Some(id) => Scope::organization(id.parse().unwrap()),
        None => Scope::none(),
    }
}
