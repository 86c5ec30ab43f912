//! The functions that the package's JavaScript calls. Arguments are lengths of what was written to the
//! buffers, results say what the answer is.

use tantamount_core::{Digest, Problems, Value as _, read, read_among, read_stored};
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
    match existing {
        u32::MAX => answer(Work::Validate, [text, 0, 0]),
        existing => answer(Work::Join, [text, existing, 0]),
    }
}

/// Writes the request in input 0 in canonical form; behind it its digest, where that is wanted, as it takes longer
/// than all the rest. Input 2 holds the JSON texts of the scope's values in the order of the plan, with U+0000
/// behind each.
#[wasm_bindgen]
#[must_use]
pub fn canonicalize(text: u32, scope: u32, with_digest: bool) -> u32 {
    let work = if with_digest { Work::Digest } else { Work::Canonicalize };
    answer(work, [text, 0, scope])
}

/// Compares the requests in inputs 0 and 1 under the scope in input 2; the answer is the verdict, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn compare(first: u32, second: u32, scope: u32) -> u32 {
    answer(Work::Compare, [first, second, scope])
}

/// Compares the stored row in input 0 with the request in input 1 under the scope in input 2.
#[wasm_bindgen]
#[must_use]
pub fn compare_stored(row: u32, request: u32, scope: u32) -> u32 {
    answer(Work::CompareStored, [row, request, scope])
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    Validate,
    /// To validate a request that joins the elements named in input 1.
    Join,
    Canonicalize,
    /// The canonical form, and the digest behind it.
    Digest,
    Compare,
    CompareStored,
}

/// Does it, and tells how it went. All that is asked for goes through here, as what is read and dropped takes
/// its code where it stands.
#[inline(never)]
fn answer(work: Work, lengths: [u32; 3]) -> u32 {
    memory::with(|memory| {
        let (inputs, output) = memory.all(lengths);
        let is_under_scope = !matches!(work, Work::Validate | Work::Join);
        let scope = if is_under_scope {
            read_scope(Subject::plan(), inputs[2], output)
        } else {
            Some(Surroundings::default())
        };
        let Some(scope) = scope else { return REFUSED_SCOPE };
        match judge(work, inputs, &scope, output) {
            Ok(()) => ACCEPTED,
            Err((status, problems)) => {
                let [first, second, _] = inputs;
                let text = if status == REFUSED_FIRST { first } else { second };
                report::problems(text, &problems, output);
                status
            }
        }
    })
}

fn judge(
    work: Work,
    [first, second, _]: [&[u8]; 3],
    scope: &Surroundings,
    output: &mut Vec<u8>,
) -> Result<(), (u32, Problems)> {
    let refused = |problems| (REFUSED_FIRST, problems);
    let of_second = |problems| (REFUSED_SECOND, problems);
    if work == Work::CompareStored {
        let stored = read_stored::<Subject>(first).map_err(refused)?;
        let request = read::<Subject>(second).map_err(of_second)?;
        report::verdict(&stored.compare_under(&request, scope), output);
        return Ok(());
    }
    let request = match work {
        Work::Join => read_among::<Subject>(first, names(second)),
        _ => read::<Subject>(first),
    };
    let request = request.map_err(refused)?;
    match work {
        Work::Canonicalize | Work::Digest => {
            *output = request.canonical_bytes(scope);
            if work == Work::Digest {
                let digest = Digest::of(output);
                output.extend_from_slice(&digest.to_ascii());
            }
        }
        Work::Compare => {
            let other = read::<Subject>(second).map_err(of_second)?;
            report::verdict(&request.compare_under(&other, scope), output);
        }
        _ => {}
    }
    Ok(())
}

/// Names, each with U+0000 behind it.
fn names(mut texts: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    while !texts.is_empty() {
        names.push(std::str::from_utf8(next(&mut texts)).unwrap_or(""));
    }
    names
}
