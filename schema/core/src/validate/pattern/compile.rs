//! A pattern without look-around, for `regex-automata`.

use super::error::PatternError;
use super::syntax::Syntax;
use regex_automata::meta::{Config, Regex};
use regex_syntax::hir::{Class, Hir, Look, Repetition};

/// The most bytes that the automaton may take.
const AUTOMATON_BYTES: usize = 32 << 20;

pub(super) fn compile(syntax: &Syntax) -> Result<Regex, PatternError> {
    let hir = lower(syntax)?;
    let config = Config::new().nfa_size_limit(Some(AUTOMATON_BYTES));
    Regex::builder().configure(config).build_from_hir(&hir).map_err(|_| PatternError::TooLarge)
}

/// Nests as deep as the pattern, which is limited.
pub(super) fn lower(syntax: &Syntax) -> Result<Hir, PatternError> {
    Ok(match syntax {
        Syntax::Empty => Hir::empty(),
        Syntax::Class(class) => Hir::class(Class::Unicode(class.clone())),
        Syntax::Sequence(list) => Hir::concat(list.iter().map(lower).collect::<Result<_, _>>()?),
        Syntax::Either(list) => Hir::alternation(list.iter().map(lower).collect::<Result<_, _>>()?),
        Syntax::Repeat { what, least, most } => Hir::repetition(Repetition {
            min: *least,
            max: *most,
            greedy: true,
            sub: Box::new(lower(what)?),
        }),
        Syntax::Start => Hir::look(Look::Start),
        Syntax::End => Hir::look(Look::End),
        Syntax::WordBoundary { negated: false } => Hir::look(Look::WordAscii),
        Syntax::WordBoundary { negated: true } => Hir::look(Look::WordAsciiNegate),
        // The caller has asked whether there is any.
        Syntax::Around { .. } => return Err(PatternError::TooLarge),
        Syntax::BackReference => return Err(PatternError::BackReference),
    })
}
