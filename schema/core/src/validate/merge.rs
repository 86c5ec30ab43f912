//! The verdicts of a plan and of a program on one text, made one.

use super::Program;
use crate::json::Limits;
use crate::problem::{Code, Problem, Problems};

/// What was read by a plan, held against a program too; each mistake is told once.
pub(crate) fn judged<T>(
    read: Result<T, Problems>,
    program: &Program,
    schema: u32,
    text: &[u8],
    limits: &Limits,
) -> Result<T, Problems> {
    match (read, program.check_by(schema, text, limits)) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(problems)) | (Err(problems), Ok(())) => Err(problems),
        (Err(own), Err(others)) => Err(merged(own, others, limits)),
    }
}

/// The problems of the plan, and those of the program that are about something else. Where both
/// have one at a place, the plan's says what the type wants; where the program finds that a value
/// is none of several alternatives, and the plan that something in it is wrong, that is why.
fn merged(own: Problems, others: Problems, limits: &Limits) -> Problems {
    let is_told = |other: &Problem| {
        let sums_up = matches!(other.code, Code::NoAlternative | Code::Ambiguous | Code::Excluded);
        own.iter().any(|problem| match problem.pointer.strip_prefix(other.pointer.as_str()) {
            Some("") => true,
            Some(below) => sums_up && below.starts_with('/'),
            None => false,
        })
    };
    let omitted = own.omitted() + others.omitted();
    let kept: Vec<Problem> = others.iter().filter(|other| !is_told(other)).cloned().collect();
    let mut list: Vec<Problem> = own.into_iter().chain(kept).collect();
    list.sort_by_key(|problem| problem.offset);
    let beyond = list.len().saturating_sub(limits.problems());
    list.truncate(limits.problems());
    Problems::new(list, omitted + beyond)
}
