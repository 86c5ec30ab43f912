//! Objects and arrays: duplicate names, orders, and what is shadowed.

use super::super::invalid::WRONG_VALUES;
use super::super::random::Random;
use super::super::respellings::{respell, respell_unshadowed};
use super::super::texts::{scalar, spell_string, string, text};
use super::classes::Halves;

type Members = Vec<(String, String)>;

/// The members in that order, the names spelt one way or another.
fn write(random: &mut Random, members: &Members) -> Vec<u8> {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", spell_string(random, name)))
        .collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}

/// The same members in another order; in one of four cases one of them differs.
fn reordered(random: &mut Random, members: &Members) -> Halves {
    let first = write(random, members);
    let mut second = members.clone();
    random.shuffle(&mut second);
    if random.one_in(4) {
        let place = random.below(second.len());
        let length = second.len();
        if let Some(member) = second.get_mut(place) {
            match random.below(3) {
                0 => member.1 = "[7]".to_owned(),
                1 => member.0.push('\u{1}'),
                _ => second.truncate(length.saturating_sub(1)),
            }
        }
    }
    (first, write(random, &second))
}

pub(super) fn duplicates(random: &mut Random) -> Halves {
    let names = &["a", "a", "b", "", "é", "😀", "ab", "\n"];
    let members: Members =
        (0..2 + random.below(6)).map(|_| (random.pick(names).to_owned(), scalar(random))).collect();
    let first = write(random, &members);
    let second = match random.below(4) {
        // The first wins instead of the last, as a wrong reader has it.
        0 => write(random, &members.iter().rev().cloned().collect()),
        1 => {
            let mut other = members;
            random.shuffle(&mut other);
            write(random, &other)
        }
        2 => respell(random, &String::from_utf8_lossy(&first)).into_bytes(),
        _ => respell_unshadowed(random, &String::from_utf8_lossy(&first)).into_bytes(),
    };
    (first, second)
}

pub(super) fn shadowed_invalid(random: &mut Random) -> Halves {
    let wrong = if random.one_in(3) { b"[1e5]" } else { random.pick(WRONG_VALUES) };
    let name = random.pick(&["\"a\"", "\"\\u0061\"", "\"a\""]).as_bytes();
    let winner = scalar(random).into_bytes();
    let first = [b"{", name, b":", wrong, b",\"a\":", &*winner, b"}"].concat();
    let second = [b"{\"a\":", &*winner, b"}"].concat();
    if random.one_in(4) {
        // One level further in: the whole object that holds it is shadowed.
        let first = [b"{\"b\":", &*first, b",\"b\":0}"].concat();
        return (first, b"{\"b\":0}".to_vec());
    }
    (first, second)
}

/// Names whose order depends on what one sorts by: bytes, UTF-16 units, length, case, folding.
const ORDERED: &[&str] = &[
    "",
    "a",
    "b",
    "aa",
    "ab",
    "B",
    "A",
    "_",
    "~",
    "é",
    "e\u{301}",
    "\u{7f}",
    "\u{80}",
    "\u{7ff}",
    "\u{800}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{fb33}",
    "\u{ffff}",
    "\u{10000}",
    "😀",
    "\u{10ffff}",
    "1",
    "10",
    "2",
    "a\u{1}",
    "a\"",
    "a\\",
    "\t",
    "aaaaaaaa",
    "aaaaaaaaa",
    "aaaaaaab",
];

/// Each of the names, with a value that tells it from the others.
fn numbered<'name>(names: impl Iterator<Item = &'name str>) -> Members {
    names.zip(0..).map(|(name, index): (_, u32)| (name.to_owned(), index.to_string())).collect()
}

pub(super) fn key_order(random: &mut Random) -> Halves {
    let mut names = ORDERED.to_vec();
    random.shuffle(&mut names);
    let count = 2 + random.below(8);
    reordered(random, &numbered(names.into_iter().take(count)))
}

pub(super) fn empty_keys(random: &mut Random) -> Halves {
    let mut members: Members = vec![(String::new(), scalar(random))];
    for _ in 0..random.below(4) {
        members.push((random.pick(&["", "a", " ", "\u{200b}"]).to_owned(), scalar(random)));
    }
    if random.one_in(3) {
        return (write(random, &members), random.pick(&[&b"{}"[..], b"{\" \":1}"]).to_vec());
    }
    let first = write(random, &members);
    let second = respell(random, &String::from_utf8_lossy(&first)).into_bytes();
    if random.one_in(3) { reordered(random, &members) } else { (first, second) }
}

pub(super) fn common_prefixes(random: &mut Random) -> Halves {
    let length = random.pick(&[6, 7, 8, 9, 15, 16, 17, 31, 64, 300]);
    let unit = random.pick(&["k", "k", "é", "😀"]);
    let prefix = unit.repeat(length);
    let ends = ["", "a", "b", "\u{e000}", "\u{10000}", "\u{1}", "\"", "aa", "é", "\u{ffff}"];
    let mut names: Vec<String> = ends.iter().map(|end| format!("{prefix}{end}")).collect();
    random.shuffle(&mut names);
    names.truncate(2 + random.below(6));
    reordered(random, &numbered(names.iter().map(String::as_str)))
}

pub(super) fn many_members(random: &mut Random) -> Halves {
    let count = random.pick(&[17, 31, 32, 33, 64, 65, 200]);
    let mut names: Vec<String> = (0..count).map(|_| string(random)).collect();
    if random.one_in(2) {
        // No name twice: then the order alone is what changes.
        names.sort_unstable();
        names.dedup();
    } else {
        names = names.into_iter().zip(0..).map(|(name, index)| format!("{name}{index}")).collect();
    }
    reordered(random, &numbered(names.iter().map(String::as_str)))
}

pub(super) fn array_order(random: &mut Random) -> Halves {
    let elements: Vec<String> = (0..2 + random.below(4)).map(|_| text(random)).collect();
    let mut other = elements.clone();
    match random.below(5) {
        0 => other.reverse(),
        1 => other.truncate(1),
        2 => other = vec![format!("[{}]", elements.join(","))],
        _ => {}
    }
    let first = format!("[{}]", elements.join(",")).into_bytes();
    let second = respell(random, &format!("[{}]", other.join(",")));
    (first, second.into_bytes())
}
