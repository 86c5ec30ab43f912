//! Regular expressions of ECMA-262, with the flag `u`, in time linear in the text.
//!
//! The syntax is read here. An expression without look-around is handed to `regex-automata`; one
//! with it runs on an automaton of our own ([`around`]). Back-references are no regular
//! expressions, and no engine takes them in linear time: they are refused.
//!
//! Beyond the flag `u`, what Annex B allows without it and people write is read as they mean it:
//! `\-`, `\_` and other escaped punctuation, and `{`, `}` and `]` as themselves.

mod around;
mod class;
mod compile;
mod error;
mod parse;
mod syntax;

use crate::plan::Name;
use around::Around;
pub(super) use class::{contains, property};
pub use error::PatternError;
use regex_automata::meta::Regex;
use std::sync::OnceLock;
use syntax::Syntax;

/// A regular expression. It is compiled when first used.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: Name,
    machine: OnceLock<Option<Machine>>,
}

/// What runs it.
#[derive(Clone, Debug)]
enum Machine {
    Plain(Regex),
    Around(Around),
}

impl Pattern {
    /// A regular expression that [`Pattern::parse`] has taken before: any other matches nothing.
    #[must_use]
    pub const fn new(source: Name) -> Pattern {
        Pattern { source, machine: OnceLock::new() }
    }

    /// Reads and compiles a regular expression.
    ///
    /// # Errors
    /// [`PatternError`]: it is none of ECMA-262's, it holds a back-reference, or it is too large.
    ///
    /// ```
    /// use tantamount_core::validate::Pattern;
    ///
    /// let pattern = Pattern::parse("^(?!test-)\\p{Lu}\\d{2,}$")?;
    /// assert!(pattern.is_match("Ä42"));
    /// assert!(!pattern.is_match("Ä4"));
    /// assert!(Pattern::parse("(a)\\1").is_err());
    /// # Ok::<(), tantamount_core::validate::PatternError>(())
    /// ```
    pub fn parse(source: impl Into<Name>) -> Result<Pattern, PatternError> {
        let source = source.into();
        let machine = Machine::new(&source)?;
        Ok(Pattern { source, machine: OnceLock::from(Some(machine)) })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The expression as the crates `regex` and `regex-automata` read it, for tools that compare
    /// what expressions match: it matches where each of the first kind matches (`true`) and none of
    /// the second (`false`). Nothing where it looks around elsewhere than ahead from the start of
    /// the text, which these cannot say.
    ///
    /// ```
    /// use tantamount_core::validate::Pattern;
    ///
    /// let parts = Pattern::parse("^(?!0)\\d$")?.without_around();
    /// let part = |text: &str, matches: bool| (text.to_owned(), matches);
    /// assert_eq!(parts, Some(vec![part("(?:\\A0)", false), part("(?:\\A[0-9]\\z)", true)]));
    /// assert_eq!(Pattern::parse("a(?!b)")?.without_around(), None);
    /// # Ok::<(), tantamount_core::validate::PatternError>(())
    /// ```
    #[must_use]
    pub fn without_around(&self) -> Option<Vec<(String, bool)>> {
        let syntax = parse::parse(&self.source).ok()?;
        let mut parts = Vec::new();
        let mut rest = vec![Syntax::Start];
        match syntax {
            Syntax::Sequence(list) if matches!(list.first(), Some(Syntax::Start)) => {
                let mut list = list.into_iter().skip(1).peekable();
                while let Some(Syntax::Around { what, behind: false, negated }) =
                    list.next_if(|one| matches!(one, Syntax::Around { behind: false, .. }))
                {
                    parts.push((Syntax::Sequence(vec![Syntax::Start, *what]), !negated));
                }
                rest.extend(list);
            }
            whole => rest = vec![whole],
        }
        parts.push((Syntax::Sequence(rest), true));
        let lowered = parts.into_iter().map(|(part, matches)| {
            let hir = (!part.has_around()).then(|| compile::lower(&part).ok()).flatten()?;
            Some((hir.to_string(), matches))
        });
        lowered.collect()
    }

    /// Whether some part of the text matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        match self.machine.get_or_init(|| Machine::new(&self.source).ok()) {
            Some(Machine::Plain(regex)) => regex.is_match(text),
            Some(Machine::Around(around)) => around.is_match(text),
            None => false,
        }
    }
}

impl Machine {
    fn new(source: &str) -> Result<Machine, PatternError> {
        let syntax = parse::parse(source)?;
        if syntax.has_around() {
            return Around::new(&syntax).map(Machine::Around);
        }
        compile::compile(&syntax).map(Machine::Plain)
    }
}

/// Whether a text is a regular expression of ECMA-262, back-references included.
pub(super) fn is_pattern(source: &str) -> bool {
    parse::parse(source).is_ok()
}
