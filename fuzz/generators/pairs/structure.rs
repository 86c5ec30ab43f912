//! Whole texts: white space, nesting, punctuation, what is cut off or mangled, and documents.

use super::super::invalid::{invalid_text, mangled};
use super::super::near_misses::near_miss;
use super::super::random::Random;
use super::super::respellings::respell;
use super::super::texts::{number, scalar, spell_string, string, text};
use super::classes::Halves;

const GOOD_SPACES: &[&str] = &[" ", "\t", "\n", "\r", "\r\n", "  ", "\n\n    "];
const WRONG_SPACES: &[&str] = &[
    "\u{b}", "\u{c}", "\u{a0}", "\u{85}", "\u{2028}", "\u{3000}", "\u{feff}", "\0", "//\n", "/**/",
    "#\n", "\\n", "\u{1f}", "\u{200b}",
];

pub(super) fn white_space(random: &mut Random) -> Halves {
    let tokens = ["[", "1", ",", "{", "\"a\"", ":", "null", ",", "\"b\"", ":", "[", "]", "}", "]"];
    let mut make = |wrong: bool| {
        let place = random.below(tokens.len() + 1);
        let every = random.pick(&[1, 2, 5]);
        let mut text = String::new();
        for (index, token) in tokens.iter().chain([&""]).enumerate() {
            if wrong && index == place {
                text.push_str(random.pick(WRONG_SPACES));
            }
            if random.one_in(every) {
                text.push_str(random.pick(GOOD_SPACES));
            }
            text.push_str(token);
        }
        text
    };
    let first = make(false);
    let second = make(false);
    let wrong = make(true);
    let second = match random.below(4) {
        0 => wrong,
        1 => second.replace("null", random.pick(&["\" null\"", "\"null \"", "[ ]"])),
        _ => second,
    };
    (first.into_bytes(), second.into_bytes())
}

/// Arrays and objects, one in the other, with something innermost and something beside.
fn nested(random: &mut Random, levels: usize, kind: usize, innermost: &str) -> String {
    let space = random.pick(&["", "", "", " ", "\n"]);
    let (mut front, mut back) = (String::new(), Vec::new());
    for level in 0..levels {
        let (open, close) = match (kind, level % 3) {
            (0, _) | (2, 0) => ("[", "]"),
            (1, _) | (2, 1) => ("{\"\":", "}"),
            _ => ("[0,", ",1]"),
        };
        front.push_str(open);
        front.push_str(space);
        back.push(close);
    }
    back.reverse();
    format!("{front}{innermost}{}", back.concat())
}

pub(super) fn nesting(random: &mut Random) -> Halves {
    let levels = random.pick(&[509, 510, 511, 511, 512, 512, 512, 513, 513, 514, 600, 3_000]);
    let kind = random.below(3);
    let innermost = random.pick(&["0", "[]", "{}", "\"[[[[\"", "1.0", "\"\\\"{\""]);
    let first = nested(random, levels, kind, innermost);
    let second = match random.below(5) {
        0 => nested(random, levels - 1, kind, innermost),
        1 => nested(random, levels, kind, "1"),
        2 => {
            let kind = random.below(3);
            nested(random, levels, kind, innermost)
        }
        // Depth counts what is open, not what has been opened.
        3 => format!("[{},{}]", nested(random, 511, kind, "0"), nested(random, 511, kind, "0")),
        _ => nested(random, levels, kind, innermost),
    };
    if random.one_in(10) {
        let cut = first.trim_end_matches([']', '}']).to_owned();
        return (first.into_bytes(), cut.into_bytes());
    }
    (first.into_bytes(), second.into_bytes())
}

pub(super) fn literals(random: &mut Random) -> Halves {
    let right = &["null", "true", "false"];
    let first = random.pick(right);
    let word = random.pick(right);
    let second = match random.below(8) {
        0 | 1 => word.to_owned(),
        2 => first.to_owned(),
        3 => word.to_uppercase(),
        4 => {
            let mut letters: Vec<char> = word.chars().collect();
            letters.remove(random.below(letters.len()));
            letters.into_iter().collect()
        }
        5 => format!("{word}{}", random.pick(&["l", "e", "0", "\"\"", "_", "\u{301}", "null"])),
        6 => random
            .pick(&[
                "None",
                "nil",
                "undefined",
                "NaN",
                "nan",
                "Infinity",
                "-Infinity",
                "yes",
                "on",
                "t",
                "n",
                "\"null\"",
                "NULL",
                "True",
                "-true",
                "nul l",
                "\u{ff4e}ull",
            ])
            .to_owned(),
        _ => spell_string(random, word),
    };
    (first.as_bytes().to_vec(), second.into_bytes())
}

pub(super) fn punctuation(random: &mut Random) -> Halves {
    let right = &["[1,2]", "{\"a\":1,\"b\":[]}", "[[],{}]", "[]", "{}", "[[1],[2]]"];
    let original = random.pick(right);
    let mut changed: Vec<char> = original.chars().collect();
    let place = random.below(changed.len());
    match random.below(5) {
        0 => changed.insert(place, random.pick(&[',', ':', '[', ']', '{', '}', '"', ';', '\''])),
        1 => {
            changed.remove(place);
        }
        2 => {
            let character = random.pick(&[',', ':', '[', ']', '{', '}', '(', '1', ' ']);
            if let Some(old) = changed.get_mut(place) {
                *old = character;
            }
        }
        3 => {
            let last = changed.pop();
            changed.push(',');
            changed.extend(last);
        }
        _ => {}
    }
    let other = if random.one_in(3) { random.pick(right) } else { original };
    (other.as_bytes().to_vec(), changed.into_iter().collect::<String>().into_bytes())
}

pub(super) fn truncated(random: &mut Random) -> Halves {
    let whole = text(random);
    let whole = respell(random, &whole).into_bytes();
    let length = match random.below(3) {
        0 => whole.len().saturating_sub(1),
        _ => random.below(whole.len()),
    };
    let cut = whole.get(..length).unwrap_or_default().to_vec();
    (whole, cut)
}

pub(super) fn mutated(random: &mut Random) -> Halves {
    let first = text(random).into_bytes();
    let second = mangled(random, &first);
    (first, second)
}

pub(super) fn blank(random: &mut Random) -> Halves {
    let mut make =
        || -> String { (0..random.below(3)).map(|_| random.pick(GOOD_SPACES)).collect() };
    let (first, second) = (make(), make());
    let full = [first.as_str(), "null", second.as_str()].concat();
    match random.below(3) {
        0 => (first.into_bytes(), full.into_bytes()),
        _ => (first.into_bytes(), second.into_bytes()),
    }
}

/// Some 512 numbers of 131,072 characters each in print: about what we allow in all.
pub(super) fn printed(random: &mut Random) -> Halves {
    let count = random.pick(&[510, 511, 512, 512, 513]);
    let long = random.pick(&["1e131071", "10E131070", "9.5e131071", "0.1e131072"]);
    let mut numbers = vec![long; count];
    let first = format!("[{}]", numbers.join(","));
    if random.one_in(2)
        && let Some(last) = numbers.last_mut()
    {
        *last = random.pick(&["-1e131071", "1e131071", "1e131070", "0", "1.0e131071"]);
    }
    let second = format!("[{}]", numbers.join(random.pick(&[",", " , "])));
    (first.into_bytes(), second.into_bytes())
}

pub(super) fn respelt(random: &mut Random) -> Halves {
    let first = text(random);
    let second = respell(random, &first);
    let other = near_miss(random, &first);
    (first.into_bytes(), if random.one_in(8) { other } else { second }.into_bytes())
}

pub(super) fn near_misses(random: &mut Random) -> Halves {
    let first = text(random);
    let near = near_miss(random, &first);
    let other = if random.one_in(8) { &first } else { &near };
    let second = respell(random, other);
    (first.into_bytes(), second.into_bytes())
}

pub(super) fn unrelated(random: &mut Random) -> Halves {
    let mut make = || match random.below(4) {
        0 => scalar(random),
        1 => number(random),
        2 => {
            let string = string(random);
            spell_string(random, &string)
        }
        _ => text(random),
    };
    let first = make().into_bytes();
    (first, make().into_bytes())
}

pub(super) fn invalid(random: &mut Random) -> Halves {
    let wrong = invalid_text(random);
    let other = if random.one_in(2) { text(random).into_bytes() } else { invalid_text(random) };
    (wrong, other)
}
