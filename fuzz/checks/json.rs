//! Any JSON.

use super::{Disagreement, Verdict, agree};
use crate::oracles;
use tantamount_core::json;

/// Any bytes as a JSON text: read without panic, accepted when the oracle accepts them, with its
/// canonical bytes, which are their own canonical form.
///
/// # Errors
/// The first thing in which engine and oracle differ.
pub fn check_json(bytes: &[u8]) -> Result<Verdict, Disagreement> {
    let engine = json::canonicalize(bytes);
    let oracle = oracles::json_canonical(bytes);
    agree("is it accepted?", engine.is_ok(), oracle.is_some(), bytes)?;
    let (Ok(engine), Some(oracle)) = (engine, oracle) else { return Ok(Verdict::Refused) };
    let engine = String::from_utf8_lossy(&engine).into_owned();
    agree("canonical text", &engine, &oracle, bytes)?;
    let again = json::canonicalize(engine.as_bytes()).ok();
    agree("canonical text of it", again.as_deref(), Some(engine.as_bytes()), bytes)?;
    Ok(Verdict::Accepted)
}

/// Two texts: compared as the oracle compares them; whether they are the same, where both are
/// accepted.
///
/// # Errors
/// The first thing in which engine and oracle differ.
pub fn check_json_pair(first: &[u8], second: &[u8]) -> Result<Option<bool>, Disagreement> {
    let engine = json::compare(first, second).ok().map(|differences| differences.is_empty());
    let oracle = oracles::json_same(first, second);
    agree("are they the same?", engine, oracle, &[first, b"\n", second].concat())?;
    Ok(oracle)
}
