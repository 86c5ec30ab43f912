//! The functions that the package's JavaScript calls. Arguments are lengths of what was written to the
//! buffers, results say what the answer is.

use tantamount_core::{
    Canonical, Checked, Differences, Problems, Value as _, read, read_among, read_stored,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::generated::Subject;
use crate::scope::{Surroundings, next, read as read_scope};
use crate::{memory, report};

/// Nothing was refused.
pub const ACCEPTED: u32 = 0;
/// The first input is refused; the answer is its problems, as JSON.
pub const REFUSED_FIRST: u32 = 1;
/// The second input is refused; the answer is its problems, as JSON.
pub const REFUSED_SECOND: u32 = 2;
/// The scope is refused; the answer says which of its members, and why, as JSON.
pub const REFUSED_SCOPE: u32 = 3;

/// Finds everything that is wrong with the request in input 0. Input 1 holds the names that
/// references may lead to outside of it, with U+0000 behind each; `u32::MAX` for its length means
/// that they are not known.
#[wasm_bindgen]
#[must_use]
pub fn validate(text: u32, existing: u32) -> u32 {
    memory::with(|memory| {
        let are_known = existing != u32::MAX;
        let ([text, names, _], output) =
            memory.all([text, if are_known { existing } else { 0 }, 0]);
        let outcome = if are_known { among(text, names) } else { read::<Subject>(text) };
        match outcome {
            Ok(_) => ACCEPTED,
            Err(problems) => refused(text, &problems, output, REFUSED_FIRST),
        }
    })
}

/// Writes the request in input 0 in canonical form; behind it its digest, where that is wanted, as it takes longer
/// than all the rest. Input 2 holds the JSON texts of the scope's values in the order of the plan, with U+0000
/// behind each.
#[wasm_bindgen]
#[must_use]
pub fn canonicalize(text: u32, scope: u32, with_digest: bool) -> u32 {
    memory::with(|memory| {
        let ([text, _, values], output) = memory.all([text, 0, scope]);
        let Some(scope) = read_scope(Subject::plan(), values, output) else { return REFUSED_SCOPE };
        match read::<Subject>(text) {
            Ok(request) => {
                let canonical = request.canonicalize(&scope);
                let digest = with_digest.then(|| canonical.digest());
                *output = canonical.into_bytes();
                if let Some(digest) = digest {
                    output.extend_from_slice(String::from(digest).as_bytes());
                }
                ACCEPTED
            }
            Err(problems) => refused(text, &problems, output, REFUSED_FIRST),
        }
    })
}

/// Compares the requests in inputs 0 and 1 under the scope in input 2; the answer is the verdict, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn compare(first: u32, second: u32, scope: u32) -> u32 {
    memory::with(|memory| {
        let ([first, second, values], output) = memory.all([first, second, scope]);
        let Some(scope) = read_scope(Subject::plan(), values, output) else { return REFUSED_SCOPE };
        match read::<Subject>(first) {
            Ok(one) => {
                against(second, &scope, output, &|other| one.canonicalize(&scope).compare(other))
            }
            Err(problems) => refused(first, &problems, output, REFUSED_FIRST),
        }
    })
}

/// Compares the stored row in input 0 with the request in input 1 under the scope in input 2.
#[wasm_bindgen]
#[must_use]
pub fn compare_stored(row: u32, request: u32, scope: u32) -> u32 {
    memory::with(|memory| {
        let ([row, request, values], output) = memory.all([row, request, scope]);
        let Some(scope) = read_scope(Subject::plan(), values, output) else { return REFUSED_SCOPE };
        match read_stored::<Subject>(row) {
            Ok(stored) => against(request, &scope, output, &|other| stored.compare(other)),
            Err(problems) => refused(row, &problems, output, REFUSED_FIRST),
        }
    })
}

/// Reads the second request of a comparison, and tells what it says.
#[inline(never)]
fn against(
    text: &[u8],
    scope: &Surroundings,
    output: &mut Vec<u8>,
    compare: &dyn Fn(&Canonical<'_, Subject>) -> Differences,
) -> u32 {
    match read::<Subject>(text) {
        Ok(request) => {
            report::verdict(&compare(&request.canonicalize(scope)), output);
            ACCEPTED
        }
        Err(problems) => refused(text, &problems, output, REFUSED_SECOND),
    }
}

/// Reads a request that joins elements of these names, each with U+0000 behind it.
fn among<'a>(text: &'a [u8], mut names: &'a [u8]) -> Result<Checked<'a, Subject>, Problems> {
    let mut existing = Vec::new();
    while !names.is_empty() {
        existing.push(std::str::from_utf8(next(&mut names)).unwrap_or(""));
    }
    read_among::<Subject>(text, existing)
}

#[inline(never)]
fn refused(text: &[u8], problems: &Problems, output: &mut Vec<u8>, status: u32) -> u32 {
    report::problems(text, problems, output);
    status
}
