//! What both sides say of a pair, and where they disagree.

use crate::limits::{Exemption, exemption};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tantamount_core::json;

/// Two texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Case {
    pub(crate) first: Vec<u8>,
    pub(crate) second: Vec<u8>,
}

/// What the engine says.
#[derive(Debug)]
pub(crate) struct Ours {
    /// The canonical text, where the engine accepts it.
    pub(crate) first: Option<Vec<u8>>,
    pub(crate) second: Option<Vec<u8>>,
    /// Whether the comparison lists no difference, where there is one.
    pub(crate) compared_same: Option<bool>,
    panicked: bool,
}

impl Ours {
    pub(crate) fn of(case: &Case) -> Ours {
        let judged = catch_unwind(AssertUnwindSafe(|| Ours {
            first: json::canonicalize(&case.first).ok(),
            second: json::canonicalize(&case.second).ok(),
            compared_same: json::compare(&case.first, &case.second)
                .ok()
                .map(|differences| differences.is_empty()),
            panicked: false,
        }));
        judged.unwrap_or(Ours { first: None, second: None, compared_same: None, panicked: true })
    }

    fn same(&self) -> Option<bool> {
        Some(self.first.as_ref()? == self.second.as_ref()?)
    }
}

/// The state that stands for "no error".
pub(crate) const TAKEN: &str = "taken";

/// Why the server may refuse a text: invalid text representation, untranslatable character,
/// numeric value out of range, character not in repertoire (PostgreSQL, Appendix A). Anything
/// else says that the server had a problem of another kind, and is reported.
const REFUSALS: [&str; 4] = ["22P02", "22P05", "22003", "22021"];

/// What the server says.
#[derive(Clone, Debug)]
pub(crate) struct Theirs {
    /// [`TAKEN`], or the SQLSTATE with which the text was refused.
    pub(crate) first_state: String,
    pub(crate) second_state: String,
    /// `first::jsonb = second::jsonb`, where both are taken.
    pub(crate) same: Option<bool>,
    /// Whether our canonical text of the first is taken and equals the first.
    pub(crate) canonical_same: Option<bool>,
}

/// What the two sides disagree about; `true` is what the server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    Panic,
    ServerTrouble,
    OwnLimit,
    First(bool),
    Second(bool),
    Same(bool),
    Compared(bool),
    Canonical,
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Panic => write!(formatter, "the engine panics"),
            Question::ServerTrouble => {
                write!(formatter, "the server fails in a way that is no verdict")
            }
            Question::OwnLimit => write!(formatter, "the engine exceeds a limit of its own"),
            Question::First(yes) => {
                write!(formatter, "is the first accepted? PostgreSQL: {yes}, engine: {}", !yes)
            }
            Question::Second(yes) => {
                write!(formatter, "is the second accepted? PostgreSQL: {yes}, engine: {}", !yes)
            }
            Question::Same(yes) => write!(
                formatter,
                "are they the same? PostgreSQL: {yes}, engine's canonical bytes: {}",
                !yes
            ),
            Question::Compared(yes) => write!(
                formatter,
                "are they the same? PostgreSQL: {yes}, engine's comparison: {}",
                !yes
            ),
            Question::Canonical => write!(
                formatter,
                "does the first's canonical text equal the first? PostgreSQL: false"
            ),
        }
    }
}

/// How a pair was judged, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Same,
    Different,
    Refused,
    Exempt(Exemption),
}

/// Holds one side against the other, for a server of that major version.
pub(crate) fn judge(
    case: &Case,
    ours: &Ours,
    theirs: &Theirs,
    server_major: u32,
) -> Result<Verdict, Question> {
    if ours.panicked {
        return Err(Question::Panic);
    }
    let first_exempt = exemption(&case.first, server_major);
    let second_exempt = exemption(&case.second, server_major);
    for (exempt, accepted) in
        [(first_exempt, ours.first.is_some()), (second_exempt, ours.second.is_some())]
    {
        if exempt.is_some() && accepted {
            return Err(Question::OwnLimit);
        }
    }
    for (exempt, state) in
        [(first_exempt, &theirs.first_state), (second_exempt, &theirs.second_state)]
    {
        if exempt.is_none() && state != TAKEN && !REFUSALS.contains(&state.as_str()) {
            return Err(Question::ServerTrouble);
        }
    }
    let (first, second) = (theirs.first_state == TAKEN, theirs.second_state == TAKEN);
    if first_exempt.is_none() && first != ours.first.is_some() {
        return Err(Question::First(first));
    }
    if second_exempt.is_none() && second != ours.second.is_some() {
        return Err(Question::Second(second));
    }
    if ours.first.is_some() && theirs.canonical_same != Some(true) {
        return Err(Question::Canonical);
    }
    if let Some(exempt) = first_exempt.or(second_exempt) {
        // One of them is refused by us, so there is nothing to compare.
        return if ours.compared_same.is_none() {
            Ok(Verdict::Exempt(exempt))
        } else {
            Err(Question::OwnLimit)
        };
    }
    match theirs.same {
        Some(same) if ours.same() != Some(same) => Err(Question::Same(same)),
        Some(same) if ours.compared_same != Some(same) => Err(Question::Compared(same)),
        // Refused by both sides, and so by the comparison.
        None if ours.compared_same.is_some() => Err(Question::Compared(false)),
        Some(true) => Ok(Verdict::Same),
        Some(false) => Ok(Verdict::Different),
        None => Ok(Verdict::Refused),
    }
}
