//! What surrounds a request, as the caller hands it in.

use std::rc::Rc;

use tantamount_core::plan::Plan;
use tantamount_core::{Problems, Scope, canonicalize_by};

/// The scope's values as canonical JSON, in the order of the plan. All that is canonical under them shares them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Surroundings(Rc<Vec<Vec<u8>>>);

/// Why a text is no scope: the member, counted from 0, and what is wrong with its value; no problems
/// where the member is missing.
pub(crate) struct Refused {
    pub(crate) member: usize,
    pub(crate) problems: Option<Problems>,
}

impl Scope for Surroundings {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.get(usize::from(member)).map_or(b"null", |value| value));
    }
}

/// Reads the JSON texts of a scope's values, each with U+0000 behind it, which no JSON holds.
pub(crate) fn read(plan: &Plan, mut text: &[u8]) -> Result<Surroundings, Refused> {
    let mut values = Vec::new();
    for (member, place) in plan.scope.iter().enumerate() {
        values.push(match next(&mut text) {
            b"" => return Err(Refused { member, problems: None }),
            b"null" => b"null".to_vec(),
            value => canonicalize_by(plan, place.rule, value, &Surroundings::default())
                .map_err(|problems| Refused { member, problems: Some(problems) })?,
        });
    }
    Ok(Surroundings(Rc::new(values)))
}

/// Takes the text before the next U+0000 off those that follow one another; all where there is none.
pub(crate) fn next<'a>(texts: &mut &'a [u8]) -> &'a [u8] {
    let all = *texts;
    let end = all.iter().position(|byte| *byte == 0).unwrap_or(all.len());
    *texts = all.get(end + 1..).unwrap_or(&[]);
    all.get(..end).unwrap_or(&[])
}
