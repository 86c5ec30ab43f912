//! JSON texts that the contract accepts.

use super::random::Random;
use crate::oracles::decimal::within_numeric;

/// Numbers on which readers disagree: signs of zero, borders of doubles and of integers, borders
/// of ECMAScript's layouts, borders of `numeric`.
pub const AWKWARD_NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-0.0",
    "0e5",
    "0E-7",
    "0e400000",
    "0e-16383",
    "1",
    "-1",
    "1.0",
    "1e0",
    "10",
    "100",
    "1e2",
    "0.1",
    "1e-1",
    "0.10",
    "0.30000000000000004",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
    "0.1000000000000000055511151231257827",
    "1e20",
    "1e21",
    "999999999999999999999",
    "100000000000000000000",
    "1000000000000000000000",
    "123456789012345678901.5",
    "0.000001",
    "0.0000001",
    "1e-7",
    "1.7976931348623157e308",
    "1e309",
    "5e-324",
    "1e-400",
    "1e131071",
    "10e131070",
    "0.1e131072",
    "1e-16383",
    "12345678901234567890123456789012345678901234567890",
];

/// Characters on which readers and writers disagree: control characters, JSON's own, spaces that
/// only some languages trim, combining ones, the borders of UTF-8's lengths and of the planes.
pub const AWKWARD_CHARACTERS: &[char] = &[
    'a',
    'b',
    'A',
    'é',
    'e',
    '\u{301}',
    '0',
    '1',
    ' ',
    '/',
    '\\',
    '"',
    '\'',
    '~',
    '.',
    '$',
    '\u{01}',
    '\u{08}',
    '\t',
    '\n',
    '\u{0b}',
    '\u{0c}',
    '\r',
    '\u{1f}',
    '\u{7f}',
    '\u{80}',
    '\u{a0}',
    '\u{7ff}',
    '\u{800}',
    '\u{2028}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{fb33}',
    '\u{feff}',
    '\u{ff5e}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10000}',
    '😀',
    '\u{10ffff}',
];

/// A JSON text of any kind, compact, with duplicate members here and there. The contract accepts
/// it as a payload and as a document.
pub fn text(random: &mut Random) -> String {
    let mut text = String::new();
    let depth = random.pick(&[0, 1, 2, 3, 4, 5]);
    value(random, depth, &mut text);
    if random.one_in(100) {
        let levels = 400 + random.below(108);
        return format!("{}{text}{}", "[".repeat(levels), "]".repeat(levels));
    }
    text
}

fn value(random: &mut Random, depth: usize, text: &mut String) {
    if depth == 0 || random.one_in(4) {
        return text.push_str(&scalar(random));
    }
    let length = random.pick(&[0, 1, 1, 2, 2, 3, 3, 4, 5]);
    if random.one_in(2) {
        text.push('[');
        for index in 0..length {
            if index > 0 {
                text.push(',');
            }
            value(random, depth - 1, text);
        }
        text.push(']');
    } else {
        text.push('{');
        for index in 0..length {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&string_literal(random));
            text.push(':');
            value(random, depth - 1, text);
        }
        text.push('}');
    }
}

/// The text of a value that is no array and no object.
pub fn scalar(random: &mut Random) -> String {
    match random.below(8) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => "false".to_owned(),
        3 | 4 => string_literal(random),
        _ => number(random),
    }
}

/// The text of a number that `numeric` takes.
pub fn number(random: &mut Random) -> String {
    if random.one_in(2) {
        return random.pick(AWKWARD_NUMBERS).to_owned();
    }
    let mut text = random.pick(&["", "-"]).to_owned();
    if random.one_in(3) {
        text.push('0');
    } else {
        text.push(random.pick(&['1', '2', '5', '9']));
        let more = random.pick(&[0, 0, 1, 2, 5, 15, 16, 20, 21, 40]);
        text.push_str(&random.digits(more));
    }
    if random.one_in(2) {
        let count = random.pick(&[1, 1, 2, 6, 7, 16, 30]);
        text.push('.');
        text.push_str(&random.digits(count));
    }
    if random.one_in(2) {
        text.push(random.pick(&['e', 'E']));
        text.push_str(random.pick(&["", "+", "-"]));
        text.push_str(random.pick(&["", "", "0", "000"]));
        let bound = random.pick(&[3, 10, 25, 400, 16_500, 131_100]);
        let power = random.below(bound);
        text.push_str(&power.to_string());
    }
    if within_numeric(&text) { text } else { random.pick(AWKWARD_NUMBERS).to_owned() }
}

/// A string's characters, often one of a few so that names meet again.
pub fn string(random: &mut Random) -> String {
    if random.one_in(3) {
        return random.pick(&["", "a", "b", "é", "e\u{301}", "😀", "\u{ff5e}"]).to_owned();
    }
    let length = random.pick(&[1, 1, 2, 3, 8, 20]);
    (0..length).map(|_| character(random)).collect()
}

/// Any character but NUL, most often an awkward one.
pub fn character(random: &mut Random) -> char {
    if random.one_in(4) {
        let code = u32::try_from(1 + random.below(0x10_ffff)).unwrap_or(1);
        return char::from_u32(code).unwrap_or('\u{fffd}');
    }
    random.pick(AWKWARD_CHARACTERS)
}

fn string_literal(random: &mut Random) -> String {
    let string = string(random);
    spell_string(random, &string)
}

/// A string literal for those characters: each raw where it may be, or escaped in one of the
/// ways that there are.
pub fn spell_string(random: &mut Random, string: &str) -> String {
    let mut literal = String::from("\"");
    let escape_one_in = random.pick(&[1, 2, 8, 1000]);
    for character in string.chars() {
        let must_escape = character < ' ' || character == '"' || character == '\\';
        let short = match character {
            '"' => Some('"'),
            '\\' => Some('\\'),
            '/' => Some('/'),
            '\u{08}' => Some('b'),
            '\u{0c}' => Some('f'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            _ => None,
        };
        if !must_escape && !random.one_in(escape_one_in) {
            literal.push(character);
        } else if let Some(short) = short
            && random.one_in(2)
        {
            literal.push('\\');
            literal.push(short);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let digits = format!("{unit:04x}");
                let digits: String = digits
                    .chars()
                    .map(|digit| if random.one_in(2) { digit.to_ascii_uppercase() } else { digit })
                    .collect();
                literal.push_str("\\u");
                literal.push_str(&digits);
            }
        }
    }
    literal.push('"');
    literal
}
