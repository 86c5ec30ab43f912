//! What the native library says to seeded requests of a schema that nobody compiled: a line of JSON for each, which
//! the tests of a package hold the module against.
//!
//! `{"texts": [first, second], "scope": [JSON text or null, …], "read": [{canonical, digest} or {problems}, …],
//! "compared": {same, differences, omitted} or null}`; `problems` is null where the schema has rules that the
//! plan does not enforce, as it is the generated code that joins the two.

use std::fmt::Write as _;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tantamount_codegen::Schema;
use tantamount_core::interpreted::Interpreted;
use tantamount_core::plan::Plan;
use tantamount_core::strategy::{PlanScope, different_pair, same_pair, valid, violated};
use tantamount_core::{Difference, Problems};

use crate::error::Error;

/// Judges this many pairs that are the same, as many that differ, and as many requests with a mistake.
pub(super) fn judged(schema: Schema, count: u32) -> Result<String, Error> {
    // Strategies want a plan that stays; this program ends soon.
    let plan: &'static Plan = Box::leak(Box::new(schema.plan()));
    let judge = Judge { schema: &schema, plan };
    let mut lines = String::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..count {
        let pair = drawn(&mut runner, &same_pair(plan))?;
        judge.line(&[&pair.first, &pair.second], &pair.scope, &mut lines);
        // Of a schema that allows one value only, no two differ.
        if let Ok(pair) = different_pair(plan).new_tree(&mut runner).map(|tree| tree.current()) {
            judge.line(&[&pair.first, &pair.second], &pair.scope, &mut lines);
        }
        let scope = drawn(&mut runner, &valid(plan))?.scope;
        if let Ok(one) = violated(plan).new_tree(&mut runner).map(|tree| tree.current()) {
            judge.line(&[&one.text], &scope, &mut lines);
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
    fn line(&self, texts: &[&str], scope: &PlanScope, lines: &mut String) {
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
        let line = json!({ "texts": texts, "scope": scope, "read": read, "compared": compared });
        let _ = writeln!(lines, "{line}");
    }

    fn read<'t>(&self, text: &'t str) -> Result<Interpreted<'t>, Option<Problems>> {
        let read = Interpreted::read(self.plan, self.plan.root, text.as_bytes());
        let Some(rules) = self.schema.rules() else { return read.map_err(Some) };
        // What the plan does not enforce is checked over the same text, as generated code does.
        match rules.program.check(text.as_bytes()) {
            Ok(()) => read.map_err(|_| None),
            Err(_) => Err(None),
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
