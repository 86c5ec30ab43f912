//! The classes of pairs, and a pair of any of them.

use super::super::random::Random;
use super::super::texts::text;
use super::{numbers, objects, strings, structure};

/// Two texts; either may be refused, and either may be no UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name of the class that it was made for.
    pub class: &'static str,
    /// The one text.
    pub first: Vec<u8>,
    /// The other text.
    pub second: Vec<u8>,
}

/// Two values, or what may be taken for values, as they stand in a text.
pub(super) type Halves = (Vec<u8>, Vec<u8>);

/// Verdicts on pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictSet {
    /// Both are accepted and the same.
    pub same: bool,
    /// Both are accepted and differ.
    pub different: bool,
    /// One of them, at least, is refused.
    pub refused: bool,
}

/// One border of what `jsonb` takes or tells apart.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// What it is about.
    pub name: &'static str,
    /// The verdicts that some two hundred of its pairs may be relied upon to show, whoever judges.
    pub must_show: VerdictSet,
    generate: fn(&mut Random) -> Halves,
    /// Whether the halves may be put inside other texts.
    inside: bool,
}

const ALL: VerdictSet = VerdictSet { same: true, different: true, refused: true };
const ACCEPTED: VerdictSet = VerdictSet { refused: false, ..ALL };
const REFUSED: VerdictSet = VerdictSet { same: false, different: false, refused: true };
const SAME_OR_REFUSED: VerdictSet = VerdictSet { different: false, ..ALL };

const fn value(
    name: &'static str,
    must_show: VerdictSet,
    generate: fn(&mut Random) -> Halves,
) -> Class {
    Class { name, must_show, generate, inside: true }
}

const fn whole(
    name: &'static str,
    must_show: VerdictSet,
    generate: fn(&mut Random) -> Halves,
) -> Class {
    Class { name, must_show, generate, inside: false }
}

/// Every class.
pub const CLASSES: &[Class] = &[
    value("number: spellings", ACCEPTED, numbers::spellings),
    value("number: limit of scale", ALL, numbers::scale_limit),
    value("number: limit of magnitude", ALL, numbers::magnitude_limit),
    value("number: limit of exponent", ALL, numbers::exponent_limit),
    value("number: zeros", ACCEPTED, numbers::zeros),
    value("number: long digits", ACCEPTED, numbers::long_digits),
    value("number: leading and trailing zeros", ALL, numbers::padded),
    value("number: borders of layouts", ACCEPTED, numbers::layout_borders),
    value("number: near the grammar", ALL, numbers::grammar),
    value("string: escapes", ACCEPTED, strings::escapes),
    value("string: surrogate pairs", ACCEPTED, strings::surrogate_pairs),
    value("string: lone surrogates", ALL, strings::lone_surrogates),
    value("string: NUL", ALL, strings::nul),
    value("string: raw control bytes", ALL, strings::raw_controls),
    value("string: special characters", ACCEPTED, strings::special_characters),
    value("string: invalid UTF-8", REFUSED, strings::invalid_utf8),
    whole("byte order mark", ALL, strings::byte_order_mark),
    value("string: normalisation forms", ACCEPTED, strings::normalisation_forms),
    value("string: malformed escapes", ALL, strings::malformed_escapes),
    value("string: borders of blocks", ALL, strings::block_borders),
    value("object: duplicate keys", ACCEPTED, objects::duplicates),
    value("object: shadowed and invalid", SAME_OR_REFUSED, objects::shadowed_invalid),
    value("object: key order", ACCEPTED, objects::key_order),
    value("object: empty keys", ACCEPTED, objects::empty_keys),
    value("object: long common prefixes", ACCEPTED, objects::common_prefixes),
    value("object: many members", ACCEPTED, objects::many_members),
    value("array: order of elements", ACCEPTED, objects::array_order),
    value("white space", ALL, structure::white_space),
    whole("nesting near 512", ALL, structure::nesting),
    value("literals", ALL, structure::literals),
    value("punctuation", ALL, structure::punctuation),
    whole("truncated", REFUSED, structure::truncated),
    value("mutated bytes", ALL, structure::mutated),
    whole("blank texts", REFUSED, structure::blank),
    whole("numbers that print long", ALL, structure::printed),
    value("document: another spelling", ACCEPTED, structure::respelt),
    value("document: near misses", ACCEPTED, structure::near_misses),
    value("document: unrelated", ACCEPTED, structure::unrelated),
    whole("document: invalid", REFUSED, structure::invalid),
];

/// The pair with that index of that seed. The classes take turns.
pub fn pair(seed: u64, index: u64) -> Pair {
    let mut random = Random::new(seed ^ Random::new(index).bits());
    let turn = index % u64::try_from(CLASSES.len()).unwrap_or(1);
    let class = CLASSES.iter().zip(0..).find(|class| class.1 == turn).map(|class| class.0);
    let Some(class) = class else {
        return Pair { class: "", first: Vec::new(), second: Vec::new() };
    };
    let (mut first, mut second) = (class.generate)(&mut random);
    if random.one_in(20) {
        second.clone_from(&first);
    }
    if random.one_in(2) {
        std::mem::swap(&mut first, &mut second);
    }
    if class.inside {
        (first, second) = embed(&mut random, first, second);
    }
    Pair { class: class.name, first, second }
}

/// The two in the same place of a text, or as they are.
fn embed(random: &mut Random, first: Vec<u8>, second: Vec<u8>) -> Halves {
    let (before, after) = match random.below(12) {
        0 => ("[".to_owned(), "]".to_owned()),
        1 => (format!("[{},", text(random)), "]".to_owned()),
        2 => ("[".to_owned(), format!(",{}]", text(random))),
        3 => ("{\"a\":".to_owned(), "}".to_owned()),
        4 => (format!("{{\"b\":{},\"a\":", text(random)), ",\"c\":0}".to_owned()),
        5 => (format!("[[{{\"\":[{},", text(random)), "]}]]".to_owned()),
        // Shadowed: what it says no longer counts, whether it is well-formed does.
        6 if random.one_in(3) => ("{\"a\":".to_owned(), format!(",\"a\":{}}}", text(random))),
        7 => {
            // In another place of an object that means the same.
            let first = [b"{\"a\":", &*first, b",\"b\":[]}"].concat();
            let second = [b"{ \"\\u0062\" : [ ] , \"a\":", &*second, b"}"].concat();
            return (first, second);
        }
        _ => return (first, second),
    };
    let around = |inside: &[u8]| [before.as_bytes(), inside, after.as_bytes()].concat();
    (around(&first), around(&second))
}
