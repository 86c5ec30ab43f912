//! What surrounds a request, as the caller hands it in.

use tantamount_core::plan::Plan;
use tantamount_core::{Scope, canonicalize_by};

use crate::report;

/// The scope's values as canonical JSON, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Surroundings(Vec<Vec<u8>>);

impl Scope for Surroundings {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.get(usize::from(member)).map_or(b"null", |value| value));
    }
}

/// Reads the JSON texts of a scope's values, each with U+0000 behind it, which no JSON holds. Where one of them is
/// missing or refused, that is the answer.
#[inline(never)]
pub(crate) fn read(plan: &Plan, mut text: &[u8], output: &mut Vec<u8>) -> Option<Surroundings> {
    let mut values = Vec::new();
    for (member, place) in plan.scope.iter().enumerate() {
        let text = next(&mut text);
        let value = match text {
            b"null" => Ok(text.to_vec()),
            _ => canonicalize_by(plan, place.rule, text, &Surroundings::default()),
        };
        match value {
            Ok(value) => values.push(value),
            Err(problems) => {
                let first = problems.iter().next().filter(|_| !text.is_empty());
                report::scope(member, first, output);
                return None;
            }
        }
    }
    Some(Surroundings(values))
}

/// Takes the text before the next U+0000 off those that follow one another; all where there is none.
pub(crate) fn next<'a>(texts: &mut &'a [u8]) -> &'a [u8] {
    let all = *texts;
    let end = all.iter().position(|byte| *byte == 0).unwrap_or(all.len());
    *texts = all.get(end + 1..).unwrap_or(&[]);
    all.get(..end).unwrap_or(&[])
}
