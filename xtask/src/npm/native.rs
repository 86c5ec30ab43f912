//! What the native library says to seeded requests of a schema that nobody compiled: a line of JSON for each, which
//! the tests of a package hold the module against.
//!
//! `{"texts": [first, second], "scope": [JSON text or null, …], "read": [{canonical, digest} or {problems}, …],
//! "compared": {same, differences, omitted} or null}`; `problems` is null where the schema has rules that the
//! plan does not enforce, as it is the generated code that joins the two.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tantamount_codegen::Schema;
use tantamount_core::interpreted::Interpreted;
use tantamount_core::plan::Plan;
use tantamount_core::strategy::{PlanScope, different_pair, same_pair, valid, violated};
use tantamount_core::{Difference, Problems};

use crate::error::Error;

/// Where a text stands that is no request but a payload: between these.
const AROUND: [&[u8]; 2] = [
    br#"{"append_window_step_key":"gate","steps":[{"step_key":"one","execution_kind":"EXTERNAL","payload":"#,
    b"}]}",
];

/// Judges what is in files as append requests, and once more as payloads of one; writes a line for each.
pub(super) fn judged_files(schema: Schema, files: &[PathBuf], output: &Path) -> Result<(), Error> {
    let plan: &'static Plan = Box::leak(Box::new(schema.plan()));
    let judge = Judge { schema: &schema, plan };
    let file = File::create(output).map_err(Error::file("write", output))?;
    let mut writer = BufWriter::new(file);
    for path in files {
        let bytes = fs::read(path).map_err(Error::file("read", path))?;
        let [before, after] = AROUND;
        let around = [before, &bytes, after].concat();
        let mut lines = String::new();
        judge.line(&[&bytes], &PlanScope::none(), &mut lines);
        judge.line(&[&around], &PlanScope::none(), &mut lines);
        writer.write_all(lines.as_bytes()).map_err(Error::file("write", output))?;
    }
    writer.flush().map_err(Error::file("write", output))
}

/// Judges this many pairs that are the same, as many that differ, and as many requests with a mistake.
pub(super) fn judged(schema: Schema, count: u32) -> Result<String, Error> {
    // Strategies want a plan that stays; this program ends soon.
    let plan: &'static Plan = Box::leak(Box::new(schema.plan()));
    let judge = Judge { schema: &schema, plan };
    let mut lines = String::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..count {
        let pair = drawn(&mut runner, &same_pair(plan))?;
        judge.line(&[pair.first.as_bytes(), pair.second.as_bytes()], &pair.scope, &mut lines);
        // Of a schema that allows one value only, no two differ.
        if let Ok(pair) = different_pair(plan).new_tree(&mut runner).map(|tree| tree.current()) {
            judge.line(&[pair.first.as_bytes(), pair.second.as_bytes()], &pair.scope, &mut lines);
        }
        let scope = drawn(&mut runner, &valid(plan))?.scope;
        if let Ok(one) = violated(plan).new_tree(&mut runner).map(|tree| tree.current()) {
            judge.line(&[one.text.as_bytes()], &scope, &mut lines);
        }
    }
    Ok(lines)
}

fn drawn<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> Result<S::Value, Error> {
    let tree = strategy.new_tree(runner);
    let tree = tree.map_err(|reason| Error::Refused(format!("no request is found: {reason}")))?;
    Ok(tree.current())
}

struct Judge<'s> {
    schema: &'s Schema,
    plan: &'static Plan,
}

impl Judge<'_> {
    fn line(&self, texts: &[&[u8]], scope: &PlanScope, lines: &mut String) {
        let read: Vec<Result<Interpreted<'_>, Option<Problems>>> =
            texts.iter().map(|text| self.read(text)).collect();
        let compared = match read.as_slice() {
            [Ok(first), Ok(second)] => {
                let differences = first.compare(second, scope);
                Some(json!({
                    "same": differences.is_empty(),
                    "differences": differences.iter().map(difference).collect::<Vec<_>>(),
                    "omitted": differences.omitted(),
                }))
            }
            _ => None,
        };
        let read: Vec<Value> = read
            .iter()
            .map(|read| match read {
                Ok(request) => json!({
                    "canonical": String::from_utf8_lossy(&request.canonical(scope)),
                    "digest": request.digest(scope).to_string(),
                }),
                Err(problems) => json!({
                    "problems": problems.as_ref().map(listed),
                    "omitted": problems.as_ref().map_or(0, Problems::omitted),
                }),
            })
            .collect();
        let members = u16::try_from(self.plan.scope.len()).unwrap_or(u16::MAX);
        let scope: Vec<Option<&str>> = (0..members).map(|member| scope.canonical(member)).collect();
        let texts: Vec<Value> = texts.iter().map(|text| shown(text)).collect();
        let line = json!({ "texts": texts, "scope": scope, "read": read, "compared": compared });
        let _ = writeln!(lines, "{line}");
    }

    fn read<'t>(&self, text: &'t [u8]) -> Result<Interpreted<'t>, Option<Problems>> {
        let read = Interpreted::read(self.plan, self.plan.root, text);
        let Some(rules) = self.schema.rules() else { return read.map_err(Some) };
        // What the plan does not enforce is checked over the same text, as generated code does.
        match rules.program.check(text) {
            Ok(()) => read.map_err(|_| None),
            Err(_) => Err(None),
        }
    }
}

/// A text, or where it is none its bytes.
fn shown(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::from(text),
        Err(_) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "hex": digits.concat() })
        }
    }
}

fn listed(problems: &Problems) -> Vec<Value> {
    let one = |problem: &tantamount_core::Problem| {
        json!({
            "pointer": problem.pointer,
            "line": problem.line,
            "column": problem.column,
            "code": problem.code.as_str(),
            "message": problem.message,
            "fix": problem.fix,
        })
    };
    problems.iter().map(one).collect()
}

fn difference(difference: &Difference) -> Value {
    json!({
        "path": difference.path.to_string(),
        "from": difference.from.as_ref().map(ToString::to_string),
        "to": difference.to.as_ref().map(ToString::to_string),
    })
}
