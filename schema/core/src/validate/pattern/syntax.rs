//! What a pattern says.

use regex_syntax::hir::ClassUnicode;

/// A regular expression, without what only captures would show.
#[derive(Clone, Debug)]
pub(super) enum Syntax {
    /// Nothing.
    Empty,
    /// One character out of a class.
    Class(ClassUnicode),
    /// One after the other.
    Sequence(Vec<Syntax>),
    /// One of them.
    Either(Vec<Syntax>),
    /// Several times.
    Repeat { what: Box<Syntax>, least: u32, most: Option<u32> },
    /// `^`
    Start,
    /// `$`
    End,
    /// `\b` and `\B`
    WordBoundary { negated: bool },
    /// `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`
    Around { what: Box<Syntax>, behind: bool, negated: bool },
    /// `\1`, `\k<name>`
    BackReference,
}

impl Syntax {
    /// Whether it looks around anywhere.
    pub(super) fn has_around(&self) -> bool {
        match self {
            Syntax::Around { .. } => true,
            Syntax::Sequence(list) | Syntax::Either(list) => list.iter().any(Syntax::has_around),
            Syntax::Repeat { what, .. } => what.has_around(),
            _ => false,
        }
    }
}
