//! Other spellings of the same value.

use super::random::Random;
use super::texts::{scalar, spell_string};
use crate::oracles::Value;
use crate::oracles::decimal::{Decimal, printed_length, within_numeric};
use crate::oracles::json::{PRINTED_MAXIMUM, TEXT_BYTES_MAXIMUM, read};

/// The text in another spelling that `jsonb` takes for the same: members in another order, with
/// shadowed duplicates, other white space, numbers and string escapes. A text that the contract
/// refuses comes back as it is.
pub fn respell(random: &mut Random, text: &str) -> String {
    respelt(random, text, true)
}

/// As [`respell`], but no member stands twice: for texts in which duplicates are refused.
pub fn respell_unshadowed(random: &mut Random, text: &str) -> String {
    respelt(random, text, false)
}

fn respelt(random: &mut Random, text: &str, shadows: bool) -> String {
    let Ok(value) = read(text.as_bytes()) else { return text.to_owned() };
    let mut speller = Speller {
        space_one_in: random.pick(&[2, 5, 1000]),
        random,
        shadows,
        printed_more: PRINTED_MAXIMUM.saturating_sub(printed(&value)),
        text: String::new(),
    };
    speller.spaces();
    speller.value(&value);
    speller.spaces();
    // Only a text at the very limit of length can grow beyond it.
    if speller.text.len() > TEXT_BYTES_MAXIMUM { text.to_owned() } else { speller.text }
}

/// What the numbers of a value take in plain notation, in characters.
fn printed(value: &Value) -> u64 {
    match value {
        Value::Number(number) => printed_length(number),
        Value::Array(elements) => elements.iter().map(printed).sum(),
        Value::Object(members) => members.iter().map(|member| printed(&member.1)).sum(),
        _ => 0,
    }
}

struct Speller<'random> {
    random: &'random mut Random,
    space_one_in: usize,
    shadows: bool,
    /// How much longer the numbers may print altogether.
    printed_more: u64,
    text: String,
}

impl Speller<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Refused => self.text.push_str("null"),
            Value::Boolean(true) => self.text.push_str("true"),
            Value::Boolean(false) => self.text.push_str("false"),
            Value::Number(number) => self.number(number),
            Value::String(string) => self.string(string),
            Value::Array(elements) => {
                self.punctuation('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.punctuation(',');
                    }
                    self.value(element);
                    self.spaces();
                }
                self.text.push(']');
            }
            Value::Object(members) => self.object(members),
        }
    }

    fn object(&mut self, members: &[(String, Value)]) {
        let mut order = winners(members);
        self.random.shuffle(&mut order);
        self.punctuation('{');
        for (index, (name, value)) in order.iter().enumerate() {
            if index > 0 {
                self.punctuation(',');
            }
            // A shadowed member stands anywhere before the one that wins: before this one its
            // name may be this one's or that of any later one.
            if self.shadows && self.random.one_in(8) {
                let later = order.get(index..).unwrap_or_default();
                if let Some((shadowed, _)) = later.get(self.random.below(later.len())) {
                    let value = scalar(self.random);
                    self.shadow(shadowed, &value);
                }
            }
            self.string(name);
            self.spaces();
            self.punctuation(':');
            self.value(value);
            self.spaces();
        }
        self.text.push('}');
    }

    fn shadow(&mut self, name: &str, value: &str) {
        let is_number = value.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let length = if is_number { printed_length(value) } else { 0 };
        let Some(left) = self.printed_more.checked_sub(length) else { return };
        self.printed_more = left;
        self.string(name);
        self.punctuation(':');
        self.text.push_str(value);
        self.punctuation(',');
    }

    fn string(&mut self, string: &str) {
        let literal = spell_string(self.random, string);
        self.text.push_str(&literal);
    }

    fn number(&mut self, number: &str) {
        let respelt = respell_number(self.random, number);
        let more = printed_length(&respelt).saturating_sub(printed_length(number));
        match self.printed_more.checked_sub(more) {
            Some(left) => {
                self.printed_more = left;
                self.text.push_str(&respelt);
            }
            None => self.text.push_str(number),
        }
    }

    fn punctuation(&mut self, character: char) {
        self.text.push(character);
        self.spaces();
    }

    fn spaces(&mut self) {
        while self.random.one_in(self.space_one_in) {
            self.text.push(self.random.pick(&[' ', '\t', '\n', '\r']));
        }
    }
}

/// The last member of each name.
pub(super) fn winners(members: &[(String, Value)]) -> Vec<(&str, &Value)> {
    let mut winners: Vec<(&str, &Value)> = Vec::new();
    for (name, value) in members.iter().rev() {
        if winners.iter().all(|winner| winner.0 != name) {
            winners.push((name, value));
        }
    }
    winners.reverse();
    winners
}

/// The same number, spelt another way that `numeric` takes; as it is where that way is refused.
pub fn respell_number(random: &mut Random, number: &str) -> String {
    let decimal = Decimal::of(number);
    let respelt = if random.one_in(4) {
        decimal.canonical()
    } else if decimal.is_zero() {
        random
            .pick(&["0", "-0", "0.0", "-0.000", "0e0", "0E+7", "-0e-5", "0.00e1", "0e16384"])
            .to_owned()
    } else {
        respell_nonzero(random, &decimal)
    };
    if within_numeric(&respelt) { respelt } else { number.to_owned() }
}

/// The digits with some zeros after them, a point anywhere in or before them, and the exponent
/// that makes up for both.
fn respell_nonzero(random: &mut Random, decimal: &Decimal) -> String {
    let more_zeros = random.pick(&[0, 0, 1, 2, 10]);
    let before_zeros = random.pick(&[0, 0, 1, 3]);
    let digits =
        format!("{}{}{}", "0".repeat(before_zeros), decimal.digits, "0".repeat(more_zeros));
    let fraction_digits = random.below(digits.len() + 1);
    let (integer, fraction) = digits.split_at(digits.len() - fraction_digits);
    let integer = match integer.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    let shift =
        i64::try_from(fraction_digits).unwrap_or(0) - i64::try_from(more_zeros).unwrap_or(0);
    let exponent = decimal.exponent + shift;
    let sign = if decimal.negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let power = if exponent == 0 && random.one_in(2) {
        String::new()
    } else {
        let sign = match exponent {
            0 => random.pick(&["", "+", "-"]),
            1.. => random.pick(&["", "+"]),
            _ => "-",
        };
        let zeros = random.pick(&["", "", "0", "0000000000000000000000"]);
        format!("{}{sign}{zeros}{}", random.pick(&['e', 'E']), exponent.abs())
    };
    format!("{sign}{integer}{point}{fraction}{power}")
}
