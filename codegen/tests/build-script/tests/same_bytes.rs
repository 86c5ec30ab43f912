//! What the build script wrote is what the command line writes: `codegen/tests/command.rs` holds
//! that to `Generate::outputs` too.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tantamount_build_script::payments;
use tantamount_codegen::Generate;

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => pending.push(path),
                false => {
                    let text = fs::read_to_string(&path).unwrap();
                    found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), text);
                }
            }
        }
    }
    found
}

#[test]
fn the_build_script_writes_the_bytes_that_the_command_writes() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("payments.schema.json");
    let generated =
        Generate::from(schema).rust().sql().strategies().reference().bundle().outputs().unwrap();
    let expected: BTreeMap<PathBuf, String> = generated.files.into_iter().collect();
    assert!(expected.len() >= 13);
    assert_eq!(files(&Path::new(env!("OUT_DIR")).join("payments")), expected);
}

#[test]
fn the_module_reads_canonicalizes_and_knows_its_storage() {
    use tantamount_runtime::relation::Storage as _;

    let text = br#"{"payments": [{"reference": "b", "cents": 2, "urgent": true}]}"#;
    let request = payments::PaymentBatch::read(text).unwrap();
    let canonical = request.canonicalize(&payments::Scope::none());
    assert!(canonical.as_str().contains(r#""reference":"b""#));
    assert!(!payments::PaymentBatch::relation().statements.append.is_empty());
    assert!(payments::storage::statements::APPEND.contains("payments"));
}
