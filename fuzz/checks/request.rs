//! Append requests.

use super::{Disagreement, Verdict, agree};
use crate::oracles;
use tantamount_schema::{AppendRequest, Scope};

/// The organization of the scopes that have one.
pub const ORGANIZATION: &str = "018f3a52-0000-7000-8000-000000000001";

/// The scope of an organization in canonical spelling.
#[must_use]
pub fn scope(organization: Option<&str>) -> Scope {
    let organization =
        organization.and_then(|text| tantamount_core::uuid::Uuid::parse_str(text).ok());
    organization.map_or_else(Scope::none, Scope::organization)
}

/// Any bytes as an append request: read without panic, accepted when the oracle accepts them,
/// with its canonical bytes and digest under both kinds of scope; the canonical bytes are a
/// request of the same meaning, and the request equals the row that it is stored as and the value
/// that it is read to.
///
/// # Errors
/// The first thing in which engine and oracle differ, or the engine contradicts itself.
pub fn check_request(bytes: &[u8]) -> Result<Verdict, Disagreement> {
    let engine = AppendRequest::read(bytes);
    let expected = oracles::problems(bytes);
    let is_accepted = expected.is_empty();
    let checked = match engine {
        Ok(checked) if is_accepted => checked,
        Err(problems) if !is_accepted => {
            for problem in &problems {
                let is_inside = problem.offset.is_none_or(|offset| offset <= bytes.len());
                agree("is the problem inside the text?", is_inside, true, bytes)?;
            }
            return Ok(Verdict::Refused);
        }
        engine => {
            let problems = engine.err().map(|problems| problems.to_string());
            return Err(Disagreement::new("is it accepted?", problems, expected, bytes));
        }
    };
    for organization in [None, Some(ORGANIZATION)] {
        let scope = scope(organization);
        let canonical = checked.canonicalize(&scope);
        let expected = oracles::canonical(bytes, organization);
        agree("canonical text", Some(canonical.as_str()), expected.as_deref(), bytes)?;
        let digest = oracles::digest(bytes, organization);
        agree("digest", Some(canonical.digest().to_string()), digest, bytes)?;

        let again = AppendRequest::read(canonical.bytes())
            .map(|again| again.canonicalize(&scope).as_str().to_owned());
        let again = again.map_err(|problems| problems.to_string());
        agree("canonical text of it", again, Ok(canonical.as_str().to_owned()), bytes)?;

        for row in [bytes, canonical.bytes()] {
            let stored = AppendRequest::read_stored(row)
                .map(|stored| stored.compare(&canonical).to_string())
                .map_err(|problems| problems.to_string());
            agree("the row against the request", stored, Ok(String::new()), bytes)?;
        }

        let value = checked.to_value();
        let rewritten = value
            .check()
            .map(|rewritten| rewritten.canonicalize(&scope).as_str().to_owned())
            .map_err(|problems| problems.to_string());
        agree("the value of it", rewritten, Ok(canonical.as_str().to_owned()), bytes)?;
    }
    Ok(Verdict::Accepted)
}

/// A request that was made as a value: it keeps every rule, and its text is what
/// [`check_request`] wants of any.
///
/// # Errors
/// The first thing in which engine and oracle differ, and any problem of the value.
pub fn check_value(request: &AppendRequest) -> Result<Verdict, Disagreement> {
    match request.check() {
        Ok(checked) => check_request(checked.text().as_bytes()),
        Err(problems) => {
            Err(Disagreement::new("is the value valid?", problems.to_string(), true, b""))
        }
    }
}

/// A stored row against a request: the oracle's verdict, where it reads the row and accepts the
/// request. The oracle reads rows as little tolerantly as the contract lets it; the engine may
/// read more of them, but finds none of those the same as a request.
///
/// # Errors
/// The first thing in which engine and oracle differ.
pub fn check_stored(
    row: &[u8],
    request: &[u8],
    organization: Option<&str>,
) -> Result<Option<bool>, Disagreement> {
    let engine = match (AppendRequest::read_stored(row), AppendRequest::read(request)) {
        (Ok(stored), Ok(checked)) => {
            Some(stored.compare(&checked.canonicalize(&scope(organization))).is_empty())
        }
        _ => None,
    };
    let oracle = oracles::stored_same(row, request, organization);
    if (engine, oracle) != (Some(false), None) {
        agree("is the row the same?", engine, oracle, &[row, b"\n", request].concat())?;
    }
    Ok(oracle)
}
