//! Numbers: spellings of one value, and values next to each other, at every limit.

use super::super::random::Random;
use super::super::texts::{AWKWARD_NUMBERS, number};
use super::classes::Halves;
use crate::oracles::decimal::Decimal;

/// `digits` as a whole number, times ten to the power of `exponent`; zeros at either end count.
#[derive(Clone)]
struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Parts {
    fn of(text: &str) -> Parts {
        let Decimal { negative, digits, exponent } = Decimal::of(text);
        let digits = if digits.is_empty() { "0".to_owned() } else { digits };
        Parts { negative, digits, exponent }
    }

    fn random(random: &mut Random, digits: String, exponent: i64) -> Parts {
        Parts { negative: random.one_in(2), digits, exponent }
    }

    /// Written with the point anywhere; the scale is what `exponent` makes it, wherever it is.
    fn spell(&self, random: &mut Random) -> String {
        let length = self.digits.len();
        let plain = usize::try_from(-self.exponent).ok().filter(|fraction| *fraction < 40_000);
        let fraction_digits = match random.below(4) {
            0 => 0,
            1 => length,
            2 => plain.unwrap_or_else(|| random.below(length + 3)),
            _ => random.below(length + 3),
        };
        let padded =
            format!("{}{}", "0".repeat(fraction_digits.saturating_sub(length)), self.digits);
        let (integer, fraction) = padded.split_at(padded.len() - fraction_digits);
        let integer = match integer.trim_start_matches('0') {
            "" => "0",
            significant => significant,
        };
        let power = self.exponent + i64::try_from(fraction_digits).unwrap_or(0);
        let sign = if self.negative { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{integer}{point}{fraction}{}", exponent(random, power))
    }

    /// Another number that has the same value, or one right next to it, or another scale.
    fn vary(&self, random: &mut Random) -> Parts {
        let mut other = self.clone();
        match random.below(10) {
            0..=2 => {}
            3 | 4 => {
                let zeros = random.pick(&[1, 1, 2, 3, 20]);
                other.digits.push_str(&"0".repeat(zeros));
                other.exponent -= i64::try_from(zeros).unwrap_or(0);
            }
            5 => {
                if let Some(shorter) =
                    other.digits.strip_suffix('0').filter(|rest| !rest.is_empty())
                {
                    other.digits = shorter.to_owned();
                    other.exponent += 1;
                }
            }
            6 => other.exponent += random.pick(&[-1, 1]),
            7 => other.negative = !other.negative,
            8 => {
                other.digits.push(random.pick(&['1', '5', '9']));
                other.exponent -= 1;
            }
            _ => {
                let last = other.digits.pop();
                other.digits.push(if last == Some('1') { '2' } else { '1' });
            }
        }
        other
    }

    fn halves(&self, random: &mut Random) -> Halves {
        let other = self.vary(random);
        let first = self.spell(random);
        (first.into_bytes(), other.spell(random).into_bytes())
    }
}

/// The exponent part, empty for some zeros.
fn exponent(random: &mut Random, power: i64) -> String {
    if power == 0 && !random.one_in(8) {
        return String::new();
    }
    let sign = match power {
        ..0 => "-",
        0 => random.pick(&["", "+", "-"]),
        _ => random.pick(&["", "+"]),
    };
    let zeros = random.pick(&["", "", "", "0", "000000000000000000000000"]);
    format!("{}{sign}{zeros}{}", random.pick(&['e', 'E']), power.unsigned_abs())
}

/// Some digits: none of them, the first, or the last may be zero.
fn some_digits(random: &mut Random, lengths: &[usize]) -> String {
    if random.one_in(8) {
        return "0".repeat(random.pick(&[1, 1, 2, 5]));
    }
    let length = random.pick(lengths);
    let digits = random.digits(length);
    if digits.is_empty() { "1".to_owned() } else { digits }
}

pub(super) fn spellings(random: &mut Random) -> Halves {
    let parts = Parts::of(&number(random));
    if parts.exponent < -16_000 || parts.exponent > 131_000 {
        return (b"1.50".to_vec(), b"15e-1".to_vec());
    }
    parts.halves(random)
}

pub(super) fn scale_limit(random: &mut Random) -> Halves {
    let scale = 16_380 + i64::try_from(random.below(7)).unwrap_or(0);
    let length = if random.one_in(20) { 16_384 } else { random.pick(&[1, 2, 3, 17, 60]) };
    let digits = some_digits(random, &[length]);
    Parts::random(random, digits, -scale).halves(random)
}

pub(super) fn magnitude_limit(random: &mut Random) -> Halves {
    let leading_power = 131_069 + i64::try_from(random.below(5)).unwrap_or(0);
    let length = if random.one_in(200) { 131_071 } else { random.pick(&[1, 1, 2, 9, 40]) };
    let mut digits = some_digits(random, &[length]);
    // Zeros in front do not count for the limit.
    let zeros = random.pick(&[0, 0, 0, 1, 7]);
    let significant = digits.trim_start_matches('0').len().max(1);
    let exponent = leading_power + 1 - i64::try_from(significant).unwrap_or(0);
    digits.insert_str(0, &"0".repeat(zeros));
    Parts::random(random, digits, exponent).halves(random)
}

/// Exponents at which readers' integers end: PostgreSQL's own limit, 32 and 64 bits.
const EXPONENTS: &[&str] = &[
    "1073741820",
    "1073741821",
    "1073741822",
    "1073741823",
    "1073741824",
    "1073741825",
    "1073758205",
    "1073758206",
    "1073758207",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551617",
    "99999999999999999999999999",
    "131072",
    "16383",
    "16384",
    "0",
];

pub(super) fn exponent_limit(random: &mut Random) -> Halves {
    let mantissas = &["0", "0.0", "0.000", "-0", "-0.0", "0", "1", "0.001", "10", "-5.5"];
    let mut one = || {
        let zeros = random.pick(&["", "", "", "0", "00000000000000000000"]);
        let sign = random.pick(&["", "+", "-", "+"]);
        let (mantissa, power) = (random.pick(mantissas), random.pick(EXPONENTS));
        format!("{mantissa}e{sign}{zeros}{power}").into_bytes()
    };
    let (first, second) = (one(), one());
    if random.one_in(4) {
        let plain = random.pick(&["0", "-0", "0e1073741822", "0.0", "1"]);
        return (first, plain.as_bytes().to_vec());
    }
    (first, second)
}

pub(super) fn zeros(random: &mut Random) -> Halves {
    let mut zero = || {
        let length = random.pick(&[1, 1, 2, 9, 40]);
        let digits = "0".repeat(length);
        let power = random.pick(&[-16_383, -400, -21, -7, -1, 0, 0, 1, 21, 400, 131_072, 999_999]);
        Parts::random(random, digits, power).spell(random)
    };
    let first = zero().into_bytes();
    let second = zero().into_bytes();
    let near = random.pick(&["1e-16383", "0.0000001", "-1e-400", "1", "false", "null", "\"0\""]);
    (first, if random.one_in(3) { near.as_bytes().to_vec() } else { second })
}

pub(super) fn long_digits(random: &mut Random) -> Halves {
    let digits = some_digits(random, &[30, 60, 128, 500, 2_000, 5_000]);
    let length = digits.len();
    let exponent = match random.below(3) {
        0 => 0,
        1 => -i64::try_from(random.below(length)).unwrap_or(0),
        _ => i64::try_from(random.below(6_000)).unwrap_or(0) - 3_000,
    };
    let parts = Parts::random(random, digits, exponent);
    let (mut first, second) = parts.halves(random);
    // One digit somewhere, so that what differs is not always at the end.
    if random.one_in(4)
        && let Some(place) = first.iter().position(|byte| *byte == b'5')
        && let Some(digit) = first.get_mut(place)
    {
        *digit = b'6';
    }
    (first, second)
}

pub(super) fn padded(random: &mut Random) -> Halves {
    let core = random.pick(&["0", "1", "10", "100", "-1", "-100", "0.1", "1.01", "-0.001", "1200"]);
    let mut one = |core: &str| {
        let (sign, core) = core.strip_prefix('-').map_or(("", core), |core| ("-", core));
        // Zeros in front are no JSON.
        let front = random.pick(&["", "", "", "", "", "0", "00"]);
        let zeros = random.pick(&[0, 0, 1, 2, 3, 8, 19, 40, 300]);
        let back = match (core.contains('.'), zeros) {
            (_, 0) => String::new(),
            (true, _) => "0".repeat(zeros),
            (false, _) => format!(".{}", "0".repeat(zeros)),
        };
        let power = random.pick(&["", "", "", "e0", "E-0", "e+00"]);
        format!("{sign}{front}{core}{back}{power}").into_bytes()
    };
    let first = one(core);
    let other = match core {
        "1" => "10",
        "10" => "100",
        "100" => "1",
        "0.1" => "0.01",
        _ => "-1",
    };
    let second = one(core);
    let third = one(other);
    (first, if random.one_in(3) { third } else { second })
}

/// Where doubles, machine integers and ECMAScript's layouts end.
const BORDERS: &[&str] = &[
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456",
    "999999999999999999999",
    "1000000000000000000000",
    "1000000000000000000001",
    "999999999999999999999.9",
    "0.000001",
    "0.00000099999999999999999",
    "0.0000001",
    "0.1",
    "0.10000000000000000555",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "4.9e-324",
    "2e-324",
    "9999",
    "10000",
    "9999.9999",
    "0.0001",
];

pub(super) fn layout_borders(random: &mut Random) -> Halves {
    let mut pick = || {
        let numbers = if random.one_in(2) { BORDERS } else { AWKWARD_NUMBERS };
        random.pick(numbers).to_owned()
    };
    let (first, other) = (pick(), pick());
    let parts = Parts::of(&first);
    if parts.exponent.abs() > 16_000 || random.one_in(4) {
        return (first.into_bytes(), other.into_bytes());
    }
    parts.halves(random)
}

pub(super) fn grammar(random: &mut Random) -> Halves {
    let signs = &["", "", "", "", "-", "-", "-", "+", "--", "\u{2212}"];
    let integers = &["0", "0", "1", "1", "12", "20", "", "00", "01", "1_0", "\u{661}", "a"];
    let fractions = &["", "", "", "", ".0", ".0", ".5", ".05", ".", "..5", ",5", ".5.5", ".-5"];
    let powers = &[
        "", "", "", "", "e0", "e5", "E05", "e-3", "E+1", "e", "e+", "E-", "ee5", "e5.0", "e+-1",
        "e 1", "x1",
    ];
    let mut pieces =
        [random.pick(signs), random.pick(integers), random.pick(fractions), random.pick(powers)];
    let first = pieces.concat().into_bytes();
    let place = random.below(pieces.len());
    for (index, piece) in pieces.iter_mut().enumerate() {
        if index == place {
            *piece = random.pick(match index {
                0 => signs.as_slice(),
                1 => integers,
                2 => fractions,
                _ => powers,
            });
        }
    }
    (first, pieces.concat().into_bytes())
}
