//! Pairs that were once judged wrong, or might easily be: files in `fuzz/regressions/differential`.
//!
//! A file holds one pair, `{"first": …, "second": …}`, or a list of them; a text is a string, or
//! `{"hex": "…"}` where it is no UTF-8. What is right is what the server says.

use crate::options::Options;
use crate::run::ask;
use crate::server::Server;
use crate::verdicts::Case;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/regressions/differential");

/// A pair as it stands in a file.
pub(crate) fn as_json(case: &Case) -> String {
    json!({"first": text_as_json(&case.first), "second": text_as_json(&case.second)}).to_string()
}

fn text_as_json(text: &[u8]) -> Value {
    match std::str::from_utf8(text) {
        Ok(text) => json!(text),
        Err(_) => json!({"hex": text.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        })}),
    }
}

fn text_from_json(value: &Value) -> Option<Vec<u8>> {
    if let Value::String(text) = value {
        return Some(text.clone().into_bytes());
    }
    let hex = value.get("hex")?.as_str()?;
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn case_from_json(value: &Value) -> Option<Case> {
    let text = |name: &str| text_from_json(value.get(name)?);
    Some(Case { first: text("first")?, second: text("second")? })
}

fn cases_of(file: &Path) -> Vec<Case> {
    let text = fs::read(file).expect("the file is read");
    let value: Value =
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let values = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    let cases: Option<Vec<Case>> = values.iter().map(case_from_json).collect();
    cases.unwrap_or_else(|| panic!("{}: a pair has a first and a second text", file.display()))
}

#[test]
fn the_regressions_stay_mended() {
    let files = fs::read_dir(FOLDER).expect("the folder is there");
    let mut files: Vec<_> = files.map(|file| file.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{FOLDER} is empty");
    let server = Server::start(&Options::from_environment());
    let mut connection = server.connect();
    for file in files {
        let cases = cases_of(&file);
        for (case, verdict) in cases.iter().zip(ask(&mut connection, cases.clone())) {
            if let Err(question) = verdict {
                panic!("{}: {}\n{question}", file.display(), as_json(case));
            }
        }
    }
}

#[test]
fn a_pair_is_read_back_as_it_was_written() {
    for (first, second) in [(&b"[1]"[..], &b"\"\xff\x00\""[..]), (b"", "é\0".as_bytes())] {
        let case = Case { first: first.to_vec(), second: second.to_vec() };
        let value: Value = serde_json::from_str(&as_json(&case)).expect("JSON");
        assert_eq!(case_from_json(&value), Some(case));
    }
}
