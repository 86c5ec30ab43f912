//! Why a pattern is refused.

use std::fmt;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// It is no regular expression of ECMA-262.
    Syntax {
        /// Where, in characters, counted from 0.
        at: usize,
        /// What is wrong.
        message: &'static str,
    },
    /// It holds a back-reference, which no engine matches in linear time.
    BackReference,
    /// It nests deeper, or compiles to a larger automaton, than the limit.
    TooLarge,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Syntax { at, message } => write!(f, "{message} at character {}", at + 1),
            PatternError::BackReference => f.write_str("back-references are not supported"),
            PatternError::TooLarge => f.write_str("the pattern is too large"),
        }
    }
}

impl std::error::Error for PatternError {}
