//! The Cargo graph shows what may know what: core ← schema ← {runtime, wasm, fuzz}; core ← codegen.

use std::collections::BTreeSet;
use std::error::Error;
use std::process::Command;

/// A package, what it stands on, and what it must not reach.
struct Rule {
    package: &'static str,
    reaches: &'static [&'static str],
    never: &'static [&'static str],
}

const RULES: [Rule; 4] = [
    Rule {
        package: "tantamount-core",
        reaches: &["uuid"],
        never: &[
            "idna",
            "regex-automata",
            "serde",
            "serde_json",
            "sqlx",
            "tantamount-schema",
            "tantamount-codegen",
            "tokio",
        ],
    },
    Rule {
        package: "tantamount-schema",
        reaches: &["tantamount-core"],
        never: &[
            "idna",
            "regex-automata",
            "sqlx",
            "tantamount-codegen",
            "tantamount-runtime",
            "tokio",
        ],
    },
    Rule {
        package: "tantamount-codegen",
        reaches: &["tantamount-core"],
        never: &["sqlx", "tantamount-runtime", "tantamount-schema", "tokio"],
    },
    Rule {
        package: "tantamount-wasm",
        reaches: &["tantamount-core", "tantamount-schema"],
        never: &[
            "idna",
            "regex-automata",
            "serde",
            "serde_json",
            "sqlx",
            "tantamount-codegen",
            "tantamount-runtime",
            "tokio",
        ],
    },
];

/// The names of all packages that a package is built from, for WebAssembly.
fn packages_below(package: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "wasm32-unknown-unknown", "--package", package])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != package)
        .map(str::to_owned)
        .collect())
}

#[test]
fn every_crate_reaches_only_what_it_may_know() {
    for rule in RULES {
        let found = packages_below(rule.package).unwrap();
        for name in rule.reaches {
            assert!(found.contains(*name), "{} does not reach {name}: {found:?}", rule.package);
        }
        for name in rule.never {
            assert!(!found.contains(*name), "{} reaches {name}", rule.package);
        }
    }
}
