//! Problems and differences as JavaScript objects.

use js_sys::{Array, Error};
use tantamount_core::{Difference, Differences, Problem, Problems};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = r#"
/** One thing that is wrong with a request. */
export interface Problem {
    /** JSON Pointer (RFC 6901) of the value; empty for the whole text. */
    pointer: string;
    /** Line in the text, counted from 1; 0 where the problem has no place. */
    line: number;
    /** Column in code points, counted from 1; 0 where the problem has no place. */
    column: number;
    /** What kind of problem it is; stable, for programs to decide by. */
    code: string;
    /** What is wrong. */
    message: string;
    /** How to mend it. */
    fix: string;
}

/** What is thrown for a request that is refused. */
export interface Refusal extends Error {
    /** All that is wrong, in the order of the text. */
    problems: Problem[];
    /** How many problems were found beyond those listed. */
    omitted: number;
}

/** One thing in which two requests differ. */
export interface Difference {
    /** Where; elements of sets are named by key, as in `steps["child"].priority`. */
    path: string;
    /** Canonical JSON of what stands in the first, shortened where it is long; null for nothing. */
    from: string | null;
    /** Canonical JSON of what stands in the second, shortened where it is long; null for nothing. */
    to: string | null;
}

/** Whether two requests are the same, and if not, in what they differ. */
export interface Verdict {
    same: boolean;
    differences: Difference[];
    /** How many differences were found beyond those listed. */
    omitted: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// Any object, by the names of its members.
    type Members;

    #[wasm_bindgen(method, structural, indexing_setter)]
    fn set(this: &Members, name: &str, value: JsValue);
}

/// The error that is thrown for a refused text.
pub(crate) fn refusal(problems: &Problems) -> Error {
    let error = Error::new(&problems.to_string());
    let members: &Members = error.unchecked_ref();
    members.set("problems", list(problems).into());
    members.set("omitted", JsValue::from(count(problems.omitted())));
    error
}

/// Every problem that is listed, as an array of objects.
pub(crate) fn list(problems: &Problems) -> Array {
    problems.iter().map(problem).collect()
}

/// Whether two requests are the same, with the differences.
pub(crate) fn verdict(differences: &Differences) -> JsValue {
    let listed: Array = differences.iter().map(difference).collect();
    object([
        ("same", JsValue::from(differences.is_empty())),
        ("differences", listed.into()),
        ("omitted", JsValue::from(count(differences.omitted()))),
    ])
}

fn problem(problem: &Problem) -> JsValue {
    object([
        ("pointer", JsValue::from(&problem.pointer)),
        ("line", JsValue::from(problem.line)),
        ("column", JsValue::from(problem.column)),
        ("code", JsValue::from(problem.code.as_str())),
        ("message", JsValue::from(&problem.message)),
        ("fix", JsValue::from(&problem.fix)),
    ])
}

fn difference(difference: &Difference) -> JsValue {
    let shown = |value: Option<String>| value.map_or(JsValue::NULL, JsValue::from);
    object([
        ("path", JsValue::from(difference.path.to_string())),
        ("from", shown(difference.from.as_ref().map(ToString::to_string))),
        ("to", shown(difference.to.as_ref().map(ToString::to_string))),
    ])
}

fn object<const COUNT: usize>(entries: [(&str, JsValue); COUNT]) -> JsValue {
    let object = JsValue::from(js_sys::Object::new());
    let members: &Members = object.unchecked_ref();
    for (name, value) in entries {
        members.set(name, value);
    }
    object
}

/// A count as a JavaScript number.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
