//! Strings: escapes, surrogates, control bytes, and bytes that are no UTF-8.

use super::super::invalid::WRONG_BYTES;
use super::super::random::Random;
use super::super::texts::{character, spell_string, string, text};
use super::classes::Halves;

/// The literal as a value or, both alike, as a member's name.
fn place(random: &mut Random, first: Vec<u8>, second: Vec<u8>) -> Halves {
    if random.one_in(4) {
        let name = |literal: Vec<u8>| [b"{", &*literal, b":1}"].concat();
        (name(first), name(second))
    } else {
        (first, second)
    }
}

/// Bytes between quotes, as they are.
fn quoted(inside: &[u8]) -> Vec<u8> {
    [b"\"", inside, b"\""].concat()
}

/// Two spellings of one string, or of two.
fn spelt(random: &mut Random, first: &str, second: &str) -> Halves {
    let first = spell_string(random, first).into_bytes();
    let second = spell_string(random, second).into_bytes();
    place(random, first, second)
}

pub(super) fn escapes(random: &mut Random) -> Halves {
    let first = string(random);
    let mut second = first.clone();
    if random.one_in(3) {
        second.pop();
        second.push(character(random));
    }
    spelt(random, &first, &second)
}

pub(super) fn surrogate_pairs(random: &mut Random) -> Halves {
    let characters = &['\u{10000}', '\u{103ff}', '\u{10400}', '😀', '\u{fffff}', '\u{10ffff}'];
    let mut make = || -> String {
        let length = random.pick(&[1, 1, 2, 3]);
        (0..length).map(|_| random.pick(characters)).collect()
    };
    let (first, second) = (make(), make());
    let other = if random.one_in(2) { &first } else { &second };
    spelt(random, &first, other)
}

pub(super) fn lone_surrogates(random: &mut Random) -> Halves {
    let pieces = &[
        "\\ud83d",
        "\\ude00",
        "\\uD800",
        "\\uDBFF",
        "\\udc00",
        "\\uDFFF",
        "\\ud7ff",
        "\\ue000",
        "\\u0041",
        "a",
        "\\n",
        "\\\\",
        "😀",
        "\\ud83d\\ude00",
        "\\uD83D\\uDE00",
        "u",
        "\\/",
    ];
    let mut make = |most: usize| -> Vec<&str> {
        (0..=random.below(most)).map(|_| random.pick(pieces)).collect()
    };
    let first = make(4);
    let other = make(2);
    let mut second = if random.one_in(2) { first.clone() } else { other };
    for piece in &mut second {
        // The pair raw instead of escaped, and what looks alike in another case.
        if random.one_in(2) && piece.eq_ignore_ascii_case("\\ud83d\\ude00") {
            *piece = "😀";
        }
    }
    if random.one_in(4) {
        random.shuffle(&mut second);
    }
    let first = quoted(first.concat().as_bytes());
    place(random, first, quoted(second.concat().as_bytes()))
}

pub(super) fn nul(random: &mut Random) -> Halves {
    let pieces = &[
        "\\u0000",
        "\\\\u0000",
        "\\u00000",
        "\\u0001",
        "\\u0030",
        "0",
        "\\\\",
        "\\u000",
        "\0",
        "a",
        "\\u0000",
        "\\\\u0000",
        "\\u2400",
        "",
    ];
    let mut make = || -> String {
        let length = random.pick(&[1, 1, 2]);
        (0..length).map(|_| random.pick(pieces)).collect()
    };
    let (first, second) = (make(), make());
    let other = if random.one_in(2) { first.replace('0', "\\u0030") } else { second };
    // Half of the zeros stand in an escape, and are then spoilt; the other half mean the same.
    let other = if random.one_in(2) { first.clone() } else { other };
    let first = quoted(first.as_bytes());
    place(random, first, quoted(other.as_bytes()))
}

pub(super) fn raw_controls(random: &mut Random) -> Halves {
    let byte = u8::try_from(random.below(0x24)).unwrap_or(0);
    let length = random.pick(&[0, 1, 7, 15, 16, 17]);
    let front = "a".repeat(length);
    let raw = quoted(&[front.as_bytes(), &[byte], b"b"].concat());
    let escaped = quoted(format!("{front}\\u{byte:04x}b").as_bytes());
    let other = quoted(format!("{front}\\u{:04x}b", byte ^ 1).as_bytes());
    let (first, second) = match random.below(4) {
        0 => (escaped.clone(), escaped),
        1 => (raw, other),
        2 => (escaped, other),
        _ => (raw, escaped),
    };
    place(random, first, second)
}

/// Characters that are allowed, though some reader refuses, drops or changes them.
const SPECIAL: &[char] = &[
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{9f}',
    '\u{a0}',
    '\u{ad}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2060}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{fdd0}',
    '\u{fdef}',
    '\u{feff}',
    '\u{fffd}',
    '\u{fffe}',
    '\u{ffff}',
    '\u{1fffe}',
    '\u{1ffff}',
    '\u{e0001}',
    '\u{10fffe}',
    '\u{10ffff}',
    '\u{20}',
    '\u{3000}',
    '\u{1d173}',
];

pub(super) fn special_characters(random: &mut Random) -> Halves {
    let mut make = || -> String {
        let length = random.pick(&[1, 1, 2, 3]);
        (0..length).map(|_| random.pick(SPECIAL)).collect()
    };
    let (first, other) = (make(), make());
    let second = match random.below(4) {
        0 => other,
        // Dropped, as a reader may do that knows better.
        1 => first.chars().skip(1).collect(),
        _ => first.clone(),
    };
    spelt(random, &first, &second)
}

pub(super) fn invalid_utf8(random: &mut Random) -> Halves {
    let telling = &[
        0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xdf, 0xe0, 0xe1,
        0xe2, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xfc, 0xfe, 0xff,
    ];
    let bytes: Vec<u8> = if random.one_in(3) {
        random.pick(WRONG_BYTES).to_vec()
    } else {
        (0..=random.below(4)).map(|_| random.pick(telling)).collect()
    };
    let lossy = String::from_utf8_lossy(&bytes).into_owned();
    let length = random.pick(&[0, 1, 3, 14, 15, 16, 31, 63]);
    let front = "x".repeat(length);
    let with = |inside: &[u8]| quoted(&[front.as_bytes(), inside, b"y"].concat());
    let first = with(&bytes);
    match random.below(6) {
        // Outside of any string, before the end of the text and after it.
        0 => ([b"[", &*bytes, b"]"].concat(), b"[]".to_vec()),
        1 => ([b"1", &*bytes].concat(), b"1".to_vec()),
        2 => (first, with(b"")),
        3 => (first.clone(), first),
        _ => place(random, first, with(lossy.as_bytes())),
    }
}

pub(super) fn byte_order_mark(random: &mut Random) -> Halves {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let text = text(random).into_bytes();
    let around = |before: &[u8], after: &[u8]| [before, &*text, after].concat();
    let inside = quoted(MARK);
    match random.below(9) {
        0 => (around(b"", b""), around(MARK, b"")),
        1 => (around(b"", MARK), around(b" ", b"")),
        2 => (around(MARK, b""), around(MARK, b"")),
        3 => (around(b" \xef\xbb\xbf", b""), around(b"", b"")),
        4 => (around(b"\xff\xfe", b""), around(b"\xfe\xff", b"")),
        5 => (around(b"\xef\xbb", b""), around(b"[\xef\xbb\xbf", b"]")),
        6 => (inside, random.pick(&[&b"\"\\ufeff\""[..], b"\"\\uFEFF\""]).to_vec()),
        7 => (inside, random.pick(&[&b"\"\""[..], b"\"\\ufffe\""]).to_vec()),
        _ => (around(b" ", b"\n"), around(b"\t", b"\r")),
    }
}

/// Texts that are alike after normalisation or folding, and are not the same.
const ALIKE: &[[&str; 2]] = &[
    ["é", "e\u{301}"],
    ["\u{c5}", "\u{212b}"],
    ["\u{c5}", "A\u{30a}"],
    ["\u{fb01}", "fi"],
    ["가", "\u{1100}\u{1161}"],
    ["\u{1e9b}\u{323}", "\u{1e69}"],
    ["ß", "ss"],
    ["ß", "\u{1e9e}"],
    ["\u{130}", "i\u{307}"],
    ["K", "\u{212a}"],
    ["\u{3a9}", "\u{2126}"],
    ["Σ", "ς"],
    ["１", "1"],
    ["a", "A"],
    ["a", "a "],
    ["a", "a\u{200b}"],
    ["\u{958}", "\u{2f9eb}"],
    ["q\u{307}\u{323}", "q\u{323}\u{307}"],
];

pub(super) fn normalisation_forms(random: &mut Random) -> Halves {
    let [one, other] = random.pick(ALIKE);
    match random.below(4) {
        0 => spelt(random, one, one),
        1 => {
            // Two names that only a normalising reader takes for one.
            let mut make = |first: &str, second: &str| {
                let first = spell_string(random, first);
                let second = spell_string(random, second);
                format!("{{{first}:1,{second}:2}}").into_bytes()
            };
            let one_first = make(one, other);
            (one_first, make(other, one))
        }
        2 => {
            let mut make = |names: [&str; 2], values: [u8; 2]| {
                let members: Vec<String> = names
                    .iter()
                    .zip(values)
                    .map(|(name, value)| format!("{}:{value}", spell_string(random, name)))
                    .collect();
                format!("{{{}}}", members.join(",")).into_bytes()
            };
            let first = make([one, other], [1, 2]);
            (first, make([other, one], [2, 1]))
        }
        _ => spelt(random, one, other),
    }
}

pub(super) fn malformed_escapes(random: &mut Random) -> Halves {
    let mut make = || -> Vec<u8> {
        let mut inside = "a".repeat(random.pick(&[0, 0, 1, 14, 15, 16])).into_bytes();
        match random.below(4) {
            0 => {
                let letter = u8::try_from(random.below(256)).unwrap_or(0);
                inside.extend([b'\\', letter]);
            }
            1 => {
                let letter = random.pick(b"\"\\/bfnrtuUxXvae0'Nn? \n").to_ascii_lowercase();
                inside.extend([b'\\', letter]);
            }
            _ => {
                let digits = random.pick(&[0, 1, 2, 3, 4, 4, 4, 4, 4, 5]);
                inside.extend(b"\\u");
                for _ in 0..digits {
                    inside.push(random.pick(b"0123456789abcdefABCDEF"));
                }
                if random.one_in(3)
                    && let Some(digit) = inside.last_mut()
                {
                    *digit = random.pick(b"gG@`/:+- .\"_\x00\xc2");
                }
            }
        }
        quoted(&inside)
    };
    let (first, second) = (make(), make());
    match random.below(3) {
        0 => (first.clone(), first.to_ascii_lowercase()),
        1 => (first.clone(), first),
        _ => place(random, first, second),
    }
}

pub(super) fn block_borders(random: &mut Random) -> Halves {
    // Whoever reads 8, 16, 32 or 64 bytes at a time has a border at each of these.
    let length = random.below(72);
    let before = random.below(length + 1);
    let front = "p".repeat(before);
    let back = "q".repeat(length - before);
    let pieces: &[&[u8]] = &[
        b"\\n",
        b"\\\"",
        b"\\\\",
        b"\\u000a",
        b"\n",
        b"\x1f",
        b"\x00",
        b"\x7f",
        b"\"",
        b"\\",
        "é".as_bytes(),
        "\u{2028}".as_bytes(),
        "😀".as_bytes(),
        b"\\ud83d\\ude00",
        b"\\ud83d",
        b"\x80",
        b"\xe2\x80",
        b"",
    ];
    let with = |piece: &[u8]| quoted(&[front.as_bytes(), piece, back.as_bytes()].concat());
    let piece = random.pick(pieces);
    let alike: &[u8] = match piece {
        b"\\n" => b"\\u000A",
        b"\\u000a" => b"\\n",
        b"\\\"" => b"\\u0022",
        b"\\\\" => b"\\u005C",
        b"\x7f" => b"\\u007f",
        b"\\ud83d\\ude00" => "😀".as_bytes(),
        _ => piece,
    };
    let other = random.pick(pieces);
    let (first, second) = (with(piece), with(if random.one_in(3) { other } else { alike }));
    place(random, first, second)
}
