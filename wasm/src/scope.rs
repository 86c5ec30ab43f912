//! What surrounds a request, as the caller hands it in.

use tantamount_core::interpreted::Interpreted;
use tantamount_core::plan::Plan;
use tantamount_core::{Problems, Scope};

/// The scope's values as canonical JSON, in the order of the plan; none for `null`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Surroundings(Vec<Option<Vec<u8>>>);

/// Why a text is no scope: the member, counted from 0, and what is wrong with its value; no problems
/// where the member is missing.
pub(crate) struct Refused {
    pub(crate) member: usize,
    pub(crate) problems: Option<Problems>,
}

impl Scope for Surroundings {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        let value = self.0.get(usize::from(member)).and_then(Option::as_deref);
        out.extend_from_slice(value.unwrap_or(b"null"));
    }
}

/// Reads the JSON texts of a scope's values, each with U+0000 behind it, which no JSON holds.
pub(crate) fn read(plan: &Plan, text: &[u8]) -> Result<Surroundings, Refused> {
    let mut values = Vec::with_capacity(plan.scope.len());
    let mut texts = text.split(|byte| *byte == 0);
    for (index, member) in plan.scope.iter().enumerate() {
        values.push(match texts.next() {
            None | Some(b"") => return Err(Refused { member: index, problems: None }),
            Some(b"null") => None,
            Some(value) => match Interpreted::read(plan, member.rule, value) {
                Ok(value) => Some(value.canonical(&Surroundings::default())),
                Err(problems) => return Err(Refused { member: index, problems: Some(problems) }),
            },
        });
    }
    Ok(Surroundings(values))
}
