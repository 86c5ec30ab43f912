//! Strings by what they match: a shortest one that some patterns take and others refuse, or the
//! proof that there is none.
//!
//! Patterns without look-around are regular, so the question is decided by going through the
//! product of their automata, the shortest strings first.

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::{Anchored, Input, MatchKind};
use std::collections::{BTreeMap, BTreeSet};

/// The most states of the product that are visited.
const STATES: usize = 5_000;
/// The most bytes of the states of one automaton.
const AUTOMATON_BYTES: usize = 16 << 20;
/// The greatest length that is told by an automaton.
const COUNTED: u64 = 1000;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Strings {
    /// These, the shortest first.
    Found(Vec<String>),
    /// There is none.
    None,
    /// A pattern looks around, or the automata are too large.
    Unknown,
}

/// An expression, and whether a string must match it.
pub(super) type Expression = (String, bool);

/// A string of so many characters, as an expression; nothing where that is too many.
pub(super) fn of_length(least: u64, most: Option<u64>) -> Option<Expression> {
    if least > COUNTED || most.is_some_and(|most| most > COUNTED) {
        return None;
    }
    let text = match most {
        Some(most) => format!("\\A(?s:.){{{least},{most}}}\\z"),
        None => format!("\\A(?s:.){{{least},}}\\z"),
    };
    Some((text, true))
}

/// Strings of which all of this is true, as many as are `wanted`.
pub(super) fn strings(all: &[Expression], wanted: usize) -> Strings {
    // No request holds U+0000.
    let any = ("\\A[^\\x00]*\\z".to_owned(), true);
    let machines: Option<Vec<Machine>> =
        all.iter().chain([&any]).map(|(text, matches)| Machine::new(text, *matches)).collect();
    machines.and_then(|machines| explored(machines, wanted)).unwrap_or(Strings::Unknown)
}

/// Strings of which all of this is true, and not all of that.
pub(super) fn between(all: &[Expression], not: &[Expression], wanted: usize) -> Strings {
    let mut found = Vec::new();
    let mut is_known = true;
    for (text, matches) in not {
        let other = (text.clone(), !matches);
        let both: Vec<Expression> = all.iter().cloned().chain([other]).collect();
        match strings(&both, wanted) {
            Strings::Found(some) => found.extend(some),
            Strings::None => {}
            Strings::Unknown => is_known = false,
        }
    }
    match (found.is_empty(), is_known) {
        (false, _) => Strings::Found(found),
        (true, true) => Strings::None,
        (true, false) => Strings::Unknown,
    }
}

/// The automaton of one expression.
struct Machine {
    dfa: DFA,
    cache: Cache,
    /// Whether a string must match, or must not.
    is_inside: bool,
}

/// How far an automaton is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    State(LazyStateID),
    /// It matched, whatever follows.
    Matched,
    /// It will not match any more.
    Dead,
}

impl Machine {
    fn new(text: &str, is_inside: bool) -> Option<Machine> {
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(AUTOMATON_BYTES)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(0));
        let dfa = DFA::builder().configure(config).build(text).ok()?;
        let cache = dfa.create_cache();
        Some(Machine { dfa, cache, is_inside })
    }

    fn start(&mut self) -> Option<At> {
        let input = Input::new("").anchored(Anchored::No);
        let id = self.dfa.start_state_forward(&mut self.cache, &input).ok()?;
        Some(if id.is_dead() { At::Dead } else { At::State(id) })
    }

    fn next(&mut self, at: At, byte: u8) -> Option<At> {
        let At::State(id) = at else { return Some(at) };
        let id = self.dfa.next_state(&mut self.cache, id, byte).ok()?;
        if id.is_quit() {
            return None;
        }
        Some(match (id.is_match(), id.is_dead()) {
            (true, _) => At::Matched,
            (_, true) => At::Dead,
            _ => At::State(id),
        })
    }

    /// Whether what was read so far matches, where it ends here.
    fn matches(&mut self, at: At) -> Option<bool> {
        match at {
            At::Matched => Some(true),
            At::Dead => Some(false),
            At::State(id) => Some(self.dfa.next_eoi_state(&mut self.cache, id).ok()?.is_match()),
        }
    }
}

/// One place in the product: how it was reached.
struct Visit {
    from: Option<usize>,
    byte: u8,
    at: Vec<At>,
}

/// Breadth first, so the shortest strings come first. Nothing where it is not decided.
fn explored(mut machines: Vec<Machine>, wanted: usize) -> Option<Strings> {
    let bytes = alphabet(&machines);
    // Other ways to a state lead to other strings, which someone who wants several wants.
    let repeats = if wanted > 1 { 3 } else { 1 };
    let start: Option<Vec<At>> = machines.iter_mut().map(Machine::start).collect();
    let mut visits = vec![Visit { from: None, byte: 0, at: start? }];
    let mut known: BTreeMap<Vec<At>, usize> = BTreeMap::new();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(visit) = visits.get(next) {
        let at = visit.at.clone();
        let mut is_wanted = true;
        for (machine, at) in machines.iter_mut().zip(&at) {
            is_wanted &= machine.matches(*at)? == machine.is_inside;
        }
        if is_wanted {
            found.push(spelt(&visits, next)?);
            if found.len() >= wanted {
                break;
            }
        }
        for byte in &bytes {
            let mut after = Vec::with_capacity(at.len());
            for (machine, at) in machines.iter_mut().zip(&at) {
                after.push(machine.next(*at, *byte)?);
            }
            let is_lost = machines
                .iter()
                .zip(&after)
                .any(|(machine, at)| *at == if machine.is_inside { At::Dead } else { At::Matched });
            if is_lost {
                continue;
            }
            let times = known.entry(after.clone()).or_insert(0);
            if *times < repeats {
                *times += 1;
                visits.push(Visit { from: Some(next), byte: *byte, at: after });
            }
        }
        if visits.len() > STATES {
            return (!found.is_empty()).then_some(Strings::Found(found));
        }
        next += 1;
    }
    Some(if found.is_empty() { Strings::None } else { Strings::Found(found) })
}

/// One byte of each kind that some automaton tells apart, letters before others.
fn alphabet(machines: &[Machine]) -> Vec<u8> {
    let preferred = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(b' '..=b'~');
    let mut kinds = BTreeSet::new();
    let mut bytes: Vec<u8> = Vec::new();
    for byte in preferred.chain(0..=255) {
        let kind: Vec<u8> =
            machines.iter().map(|machine| machine.dfa.byte_classes().get(byte)).collect();
        if kinds.insert(kind) {
            bytes.push(byte);
        }
    }
    // Strings that differ in their letters alone are others, too.
    bytes.extend(
        [b'b', b'c', b'1', b'2']
            .into_iter()
            .filter(|byte| !bytes.contains(byte))
            .collect::<Vec<_>>(),
    );
    bytes
}

fn spelt(visits: &[Visit], mut at: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(visit) = visits.get(at) {
        let Some(from) = visit.from else { break };
        bytes.push(visit.byte);
        at = from;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Expression, Strings, between, of_length, strings};
    use tantamount_core::validate::Pattern;

    fn parts(pattern: &str) -> Option<Vec<Expression>> {
        Pattern::parse(pattern.to_owned()).ok()?.without_around()
    }

    fn shown(inside: &str, outside: &str) -> Strings {
        match (parts(inside), parts(outside)) {
            (Some(inside), Some(outside)) => between(&inside, &outside, 1),
            _ => Strings::Unknown,
        }
    }

    fn found(text: &str) -> Strings {
        Strings::Found(vec![text.to_owned()])
    }

    #[test]
    fn the_shortest_string_between_two_patterns_is_found() {
        for (inside, outside, text) in [
            ("^[a-z]+$", "^[a-y]+$", "z"),
            ("^[a-z]{3,5}$", "^[a-z]{4,5}$", "aaa"),
            ("b", "^b", "ab"),
            ("^\\p{L}$", "^[a-zA-Z]$", "ª"),
            ("", "^$", "a"),
            ("^(?!test)[a-z]+$", "^(?!te)[a-z]+$", "te"),
            ("^(?=.*[0-9])[a-z0-9]{3}$", "^[a-z]", "0aa"),
        ] {
            assert_eq!(shown(inside, outside), found(text), "{inside} {outside}");
        }
    }

    #[test]
    fn what_a_pattern_takes_whatever_another_takes_is_proved() {
        for (narrow, wide) in [
            ("^[a-z]+$", "^[a-z0-9]+$"),
            ("^[a-z]+$", "[a-z]"),
            ("^(?:ab|cd)$", "^[a-d]{2}$"),
            ("^(?:aa)+$", "^a+$"),
            ("^[^\\s]$", "^\\S"),
            ("^\\u{1F600}$", "^.$"),
            ("x", ""),
            ("\\bfoo\\b", "foo"),
            ("^(?!te)[a-z]+$", "^(?!test)[a-z]+$"),
        ] {
            assert_eq!(shown(narrow, wide), Strings::None, "{narrow} {wide}");
        }
        assert_eq!(shown("a(?!b)", "b"), Strings::Unknown);
    }

    #[test]
    fn lengths_are_characters() {
        let mut all = parts("^\\u{1F600}+$").unwrap_or_default();
        all.extend(of_length(3, Some(3)));
        assert_eq!(all.len(), 2);
        assert_eq!(strings(&all, 1), found("😀😀😀"));
        assert_eq!(of_length(0, Some(1_000_000)), None);
    }
}
