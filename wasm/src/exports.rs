//! The functions that the package's JavaScript calls. Arguments are lengths of what was written to the
//! buffers, results say what the answer is.

use tantamount_core::uuid::Uuid;
use tantamount_core::{Problems, Request};
use tantamount_schema::{AppendRequest, Scope};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::memory;
use crate::report;

/// Nothing was refused.
pub const ACCEPTED: u32 = 0;
/// The first input is refused; the answer is its problems, as JSON.
pub const REFUSED_FIRST: u32 = 1;
/// The second input is refused; the answer is its problems, as JSON.
pub const REFUSED_SECOND: u32 = 2;
/// The scope is no hyphenated UUID; there is no answer.
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
        let names = std::str::from_utf8(names).unwrap_or("");
        let outcome = if are_known {
            let names = names.split_terminator('\0');
            tantamount_core::read_among::<AppendRequest>(text, names)
        } else {
            AppendRequest::read(text)
        };
        match outcome {
            Ok(_) => ACCEPTED,
            Err(problems) => refused(text, &problems, output, REFUSED_FIRST),
        }
    })
}

/// Writes the request in input 0 in canonical form, after its digest and a line feed. Input 2 holds the scope's
/// organization, empty for none.
#[wasm_bindgen]
#[must_use]
pub fn canonicalize(text: u32, scope: u32) -> u32 {
    memory::with(|memory| {
        let ([text, _, id], output) = memory.all([text, 0, scope]);
        let Some(scope) = scope_of(id) else { return REFUSED_SCOPE };
        match AppendRequest::read(text) {
            Ok(request) => {
                let canonical = request.canonicalize(&scope);
                output.extend_from_slice(canonical.digest().to_string().as_bytes());
                output.push(b'\n');
                output.extend_from_slice(canonical.bytes());
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
        let ([first, second, id], output) = memory.all([first, second, scope]);
        let Some(scope) = scope_of(id) else { return REFUSED_SCOPE };
        let one = match AppendRequest::read(first) {
            Ok(request) => request,
            Err(problems) => return refused(first, &problems, output, REFUSED_FIRST),
        };
        let other = match AppendRequest::read(second) {
            Ok(request) => request,
            Err(problems) => return refused(second, &problems, output, REFUSED_SECOND),
        };
        let differences = one.canonicalize(&scope).compare(&other.canonicalize(&scope));
        report::verdict(&differences, output);
        ACCEPTED
    })
}

/// Compares the stored row in input 0 with the request in input 1 under the scope in input 2.
#[wasm_bindgen]
#[must_use]
pub fn compare_stored(row: u32, request: u32, scope: u32) -> u32 {
    memory::with(|memory| {
        let ([row, request, id], output) = memory.all([row, request, scope]);
        let Some(scope) = scope_of(id) else { return REFUSED_SCOPE };
        let stored = match AppendRequest::read_stored(row) {
            Ok(stored) => stored,
            Err(problems) => return refused(row, &problems, output, REFUSED_FIRST),
        };
        let checked = match AppendRequest::read(request) {
            Ok(checked) => checked,
            Err(problems) => return refused(request, &problems, output, REFUSED_SECOND),
        };
        report::verdict(&stored.compare(&checked.canonicalize(&scope)), output);
        ACCEPTED
    })
}

fn refused(text: &[u8], problems: &Problems, output: &mut Vec<u8>, status: u32) -> u32 {
    report::problems(text, problems, output);
    status
}

/// The scope of a run: its organization's hyphenated UUID, or none.
fn scope_of(id: &[u8]) -> Option<<AppendRequest as Request>::Scope> {
    if id.is_empty() {
        return Some(Scope::none());
    }
    let mut value = 0_u128;
    for (place, byte) in id.iter().enumerate() {
        match (place, byte) {
            (8 | 13 | 18 | 23, b'-') => {}
            (8 | 13 | 18 | 23, _) => return None,
            _ => value = (value << 4) | u128::from(char::from(*byte).to_digit(16)?),
        }
    }
    (id.len() == 36).then(|| Scope::organization(Uuid::from_u128(value)))
}
