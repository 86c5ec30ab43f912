//! Patterns that look around, in linear time.
//!
//! Whether `(?=A)` holds at a place does not depend on how the place was reached. So for each
//! look-around, innermost first, one pass over the text finds every place where it holds: for
//! `(?<=A)` a pass forwards that may begin an `A` anywhere notes where one ends; for `(?=A)` a pass
//! backwards with `A` reversed notes where one begins. The pattern itself then takes them as it
//! takes `^` and `$`.

use super::class;
use super::error::PatternError;
use super::syntax::Syntax;
use regex_syntax::hir::ClassUnicode;
use std::collections::BTreeMap;

/// The most states of one automaton.
const STATES: usize = 50_000;
/// The most look-arounds of one pattern: each takes a byte for each character of the text.
const AROUNDS: usize = 32;
/// No place in the list of a set.
const NOWHERE: usize = usize::MAX;

/// A pattern with look-around.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// Innermost first.
    arounds: Vec<Automaton>,
    whole: Automaton,
}

/// An automaton over characters.
#[derive(Clone, Debug)]
struct Automaton {
    states: Vec<State>,
    start: usize,
    /// Whether it reads the text from its end.
    is_reversed: bool,
}

#[derive(Clone, Debug)]
enum State {
    Class(ClassUnicode, usize),
    Split(Vec<usize>),
    Assert(Assertion, usize),
    Match,
}

#[derive(Clone, Copy, Debug)]
enum Assertion {
    Start,
    End,
    WordBoundary {
        negated: bool,
    },
    /// The number of a look-around.
    Around {
        index: usize,
        negated: bool,
    },
}

impl Around {
    pub(super) fn new(syntax: &Syntax) -> Result<Around, PatternError> {
        let mut arounds = Arounds::default();
        let whole = Automaton::new(syntax, false, &mut arounds)?;
        Ok(Around { arounds: arounds.list, whole })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        let characters: Vec<char> = text.chars().collect();
        let mut holds: Vec<Vec<bool>> = Vec::with_capacity(self.arounds.len());
        for automaton in &self.arounds {
            let found = automaton.run(&characters, &holds);
            holds.push(found);
        }
        self.whole.run(&characters, &holds).contains(&true)
    }
}

impl Automaton {
    fn new(
        syntax: &Syntax,
        is_reversed: bool,
        arounds: &mut Arounds,
    ) -> Result<Automaton, PatternError> {
        let mut builder = Builder { states: vec![State::Match], is_reversed, arounds };
        let start = builder.add(syntax, 0)?;
        Ok(Automaton { states: builder.states, start, is_reversed })
    }

    /// For each place in the text (before each character, and at the end): whether a match that
    /// began anywhere ends there.
    fn run(&self, text: &[char], holds: &[Vec<bool>]) -> Vec<bool> {
        let mut found = vec![false; text.len() + 1];
        let mut here = Set::new(self.states.len());
        let mut next = Set::new(self.states.len());
        for step in 0..=text.len() {
            let at = if self.is_reversed { text.len() - step } else { step };
            self.close(self.start, at, text, holds, &mut here);
            if let Some(found) = found.get_mut(at) {
                *found = here.contains(0);
            }
            let character = match self.is_reversed {
                true => at.checked_sub(1).and_then(|before| text.get(before)),
                false => text.get(at),
            };
            let Some(&character) = character else { break };
            let after = if self.is_reversed { at - 1 } else { at + 1 };
            next.clear();
            for &state in &here.list {
                if let Some(State::Class(class, target)) = self.states.get(state)
                    && class::contains(class, character)
                {
                    self.close(*target, after, text, holds, &mut next);
                }
            }
            std::mem::swap(&mut here, &mut next);
        }
        found
    }

    /// Adds a state and whatever is reached from it without a character.
    fn close(&self, state: usize, at: usize, text: &[char], holds: &[Vec<bool>], set: &mut Set) {
        let mut open = vec![state];
        while let Some(state) = open.pop() {
            if !set.insert(state) {
                continue;
            }
            match self.states.get(state) {
                Some(State::Split(targets)) => open.extend_from_slice(targets),
                Some(State::Assert(assertion, target)) if assertion.holds(at, text, holds) => {
                    open.push(*target);
                }
                _ => {}
            }
        }
    }
}

impl Assertion {
    fn holds(self, at: usize, text: &[char], holds: &[Vec<bool>]) -> bool {
        let is_word = |place: Option<usize>| {
            place
                .and_then(|place| text.get(place))
                .is_some_and(|one| one.is_ascii_alphanumeric() || *one == '_')
        };
        match self {
            Assertion::Start => at == 0,
            Assertion::End => at == text.len(),
            Assertion::WordBoundary { negated } => {
                (is_word(at.checked_sub(1)) != is_word(Some(at))) != negated
            }
            Assertion::Around { index, negated } => {
                holds.get(index).and_then(|places| places.get(at)).is_some_and(|one| *one)
                    != negated
            }
        }
    }
}

/// A set of states that remembers their order and is emptied in no time.
struct Set {
    list: Vec<usize>,
    places: Vec<usize>,
}

impl Set {
    fn new(states: usize) -> Set {
        Set { list: Vec::new(), places: vec![NOWHERE; states] }
    }

    fn contains(&self, state: usize) -> bool {
        let place = self.places.get(state).copied().unwrap_or(NOWHERE);
        self.list.get(place) == Some(&state)
    }

    fn insert(&mut self, state: usize) -> bool {
        if self.contains(state) {
            return false;
        }
        if let Some(place) = self.places.get_mut(state) {
            *place = self.list.len();
        }
        self.list.push(state);
        true
    }

    fn clear(&mut self) {
        self.list.clear();
    }
}

/// The look-arounds so far.
#[derive(Default)]
struct Arounds {
    list: Vec<Automaton>,
    /// Where each stands in the list, by its place in the syntax: what is repeated is written out
    /// several times, and what it looks around for is found once.
    known: BTreeMap<*const Syntax, usize>,
}

struct Builder<'a> {
    states: Vec<State>,
    is_reversed: bool,
    arounds: &'a mut Arounds,
}

impl Builder<'_> {
    fn push(&mut self, state: State) -> Result<usize, PatternError> {
        if self.states.len() >= STATES {
            return Err(PatternError::TooLarge);
        }
        self.states.push(state);
        Ok(self.states.len() - 1)
    }

    /// Adds what matches the syntax and goes on at `next`; gives where that begins. Nests as deep
    /// as the pattern, which is limited.
    fn add(&mut self, syntax: &Syntax, next: usize) -> Result<usize, PatternError> {
        match syntax {
            Syntax::Empty => Ok(next),
            Syntax::Class(class) => self.push(State::Class(class.clone(), next)),
            Syntax::Sequence(list) => {
                let mut at = next;
                if self.is_reversed {
                    for part in list {
                        at = self.add(part, at)?;
                    }
                } else {
                    for part in list.iter().rev() {
                        at = self.add(part, at)?;
                    }
                }
                Ok(at)
            }
            Syntax::Either(list) => {
                let targets: Result<Vec<usize>, _> =
                    list.iter().map(|part| self.add(part, next)).collect();
                self.push(State::Split(targets?))
            }
            Syntax::Repeat { what, least, most } => self.repeat(what, *least, *most, next),
            Syntax::Start => self.assert(Assertion::Start, next),
            Syntax::End => self.assert(Assertion::End, next),
            Syntax::WordBoundary { negated } => {
                self.assert(Assertion::WordBoundary { negated: *negated }, next)
            }
            Syntax::Around { what, behind, negated } => {
                let place = std::ptr::from_ref(syntax);
                let index = match self.arounds.known.get(&place) {
                    Some(index) => *index,
                    None => {
                        let automaton = Automaton::new(what, !behind, self.arounds)?;
                        let index = self.arounds.list.len();
                        if index >= AROUNDS {
                            return Err(PatternError::TooLarge);
                        }
                        self.arounds.list.push(automaton);
                        self.arounds.known.insert(place, index);
                        index
                    }
                };
                self.assert(Assertion::Around { index, negated: *negated }, next)
            }
            Syntax::BackReference => Err(PatternError::BackReference),
        }
    }

    fn assert(&mut self, assertion: Assertion, next: usize) -> Result<usize, PatternError> {
        self.push(State::Assert(assertion, next))
    }

    fn repeat(
        &mut self,
        what: &Syntax,
        least: u32,
        most: Option<u32>,
        next: usize,
    ) -> Result<usize, PatternError> {
        let mut at = match most {
            None => {
                let again = self.push(State::Split(Vec::new()))?;
                let body = self.add(what, again)?;
                if let Some(State::Split(targets)) = self.states.get_mut(again) {
                    targets.extend([body, next]);
                }
                again
            }
            Some(most) => {
                let mut at = next;
                for _ in least..most {
                    let before = self.states.len();
                    let body = self.add(what, at)?;
                    at = self.push(State::Split(vec![body, next]))?;
                    if self.states.len() == before + 1 && body == at {
                        break;
                    }
                }
                at
            }
        };
        for _ in 0..least {
            let before = self.states.len();
            at = self.add(what, at)?;
            if self.states.len() == before {
                // What is repeated is empty: more of it adds nothing.
                break;
            }
        }
        Ok(at)
    }
}
