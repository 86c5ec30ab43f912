//! How many bytes the package may have: it grows only when the budget is changed with it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::wasm::Toolchain;
use crate::workspace::Workspace;

/// By how much a size may lie above its budget, in parts of a hundred.
const TOLERANCE_PERCENT: u64 = 2;

/// Holds the sizes that the build wrote to those of `wasm/npm/budget.json`.
pub(super) fn check(workspace: &Workspace, toolchain: &Toolchain) -> Result<(), Error> {
    let Toolchain::Debian(_) = toolchain else {
        // A standard library that is delivered built is larger, with messages for panics.
        println!("the budget is not checked: it is for a standard library built for size");
        return Ok(());
    };
    let budget = read(&super::sources(workspace).join("budget.json"))?;
    let sizes = read(&super::folder(workspace).join("sizes.json"))?;
    let beyond = judge(&sizes, &budget);
    if beyond.is_empty() { Ok(()) } else { Err(Error::Refused(beyond.join("; "))) }
}

/// Says of each size whether it lies beyond its budget.
fn judge(sizes: &Value, budget: &Value) -> Vec<String> {
    let mut beyond = Vec::new();
    for (name, allowed) in budget.as_object().into_iter().flatten() {
        let (size, allowed) = (sizes.get(name).and_then(Value::as_u64), allowed.as_u64());
        let (Some(size), Some(allowed)) = (size, allowed) else {
            beyond.push(format!("`{name}` is no size"));
            continue;
        };
        if size * 100 > allowed * (100 + TOLERANCE_PERCENT) {
            beyond.push(format!(
                "`{name}` is {size} bytes, more than {TOLERANCE_PERCENT}% beyond the {allowed} of \
                 wasm/npm/budget.json"
            ));
        } else if size * (100 + TOLERANCE_PERCENT) < allowed * 100 {
            println!("`{name}` is {size} bytes: lower the {allowed} of wasm/npm/budget.json");
        }
    }
    beyond
}

fn read(path: &Path) -> Result<Value, Error> {
    let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
    serde_json::from_str(&text)
        .map_err(|error| Error::Refused(format!("`{}` is no JSON: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_per_cent_are_tolerated_and_no_more() {
        let budget: Value = serde_json::from_str(r#"{"module": 1000}"#).unwrap();
        for (text, count) in [
            (r#"{"module": 1020}"#, 0),
            (r#"{"module": 1021}"#, 1),
            (r#"{"module": 1}"#, 0),
            (r#"{}"#, 1),
        ] {
            assert_eq!(judge(&serde_json::from_str(text).unwrap(), &budget).len(), count, "{text}");
        }
    }
}
