//! What some schemas say of one value, gathered so that values can be made of it.

use super::json::Json;
use super::language::{Expression, Strings, strings};
use super::program::Validation;
use std::collections::BTreeMap;
use tantamount_core::json::Decimal;
use tantamount_core::validate::{Check, Types};

/// What checks say of a value, each by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    pub(super) types: Option<u8>,
    /// `enum` and `const`, as JSON.
    pub(super) values: Vec<String>,
    pub(super) bounds: Vec<String>,
    pub(super) divisors: Vec<String>,
    /// Numbers of characters.
    pub(super) lengths: Vec<u64>,
    /// Patterns, as far as automata tell what they match.
    pub(super) patterns: Vec<Vec<Expression>>,
    pub(super) examples: Vec<String>,
    /// Numbers of elements.
    pub(super) items: Vec<u64>,
    /// Numbers of members.
    pub(super) members: Vec<u64>,
    pub(super) required: Vec<String>,
    /// The names of members that are known.
    pub(super) names: Vec<String>,
    /// What elements must contain.
    pub(super) contained: Vec<u32>,
    /// What the names of members must be.
    pub(super) named: Vec<u32>,
    pub(super) dependent: BTreeMap<String, Vec<String>>,
}

impl Hints {
    pub(super) fn new(validation: &Validation, closed: &[u32]) -> Hints {
        let mut hints = Hints::default();
        for check in closed.iter().flat_map(|index| validation.schema(*index)) {
            hints.add(validation, check);
        }
        for list in [&mut hints.required, &mut hints.names] {
            list.sort();
            list.dedup();
        }
        hints
    }

    fn add(&mut self, validation: &Validation, check: &Check) {
        let expression = |pattern: &u32| {
            let pattern = validation.program().patterns.get(*pattern as usize)?;
            pattern.without_around()
        };
        match check {
            Check::Types(types) => {
                let known = self.types.unwrap_or(u8::MAX);
                self.types = Some(known & kinds(*types));
            }
            Check::Values(values) => {
                self.values.extend(values.iter().map(ToString::to_string));
            }
            Check::Minimum(bound)
            | Check::ExclusiveMinimum(bound)
            | Check::Maximum(bound)
            | Check::ExclusiveMaximum(bound) => self.bounds.push(bound.to_string()),
            Check::MultipleOf(divisor) => self.divisors.push(divisor.to_string()),
            Check::MinLength(count) | Check::MaxLength(count) => self.lengths.push(*count),
            Check::Pattern(pattern) => self.patterns.extend(expression(pattern)),
            Check::Format(format) => {
                let format = validation.program().formats.get(*format as usize);
                self.examples.extend(format.map(|format| format.example.to_string()));
            }
            Check::MinItems(count) | Check::MaxItems(count) => self.items.push(*count),
            Check::UniqueItems => self.items.push(2),
            Check::Items { prefix, .. } => self.items.push(prefix.len() as u64),
            Check::Contains { schema, minimum, maximum } => {
                self.contained.push(*schema);
                self.items.extend([*minimum].into_iter().chain(*maximum));
            }
            Check::MinProperties(count) | Check::MaxProperties(count) => self.members.push(*count),
            Check::Required(names) => self.required.extend(names.iter().map(ToString::to_string)),
            Check::DependentRequired(list) => {
                for (name, others) in list.iter() {
                    self.names.push(name.to_string());
                    self.names.extend(others.iter().map(ToString::to_string));
                    let known = self.dependent.entry(name.to_string()).or_default();
                    known.extend(others.iter().map(ToString::to_string));
                }
            }
            Check::DependentSchemas(list) => {
                self.names.extend(list.iter().map(|(name, _)| name.to_string()));
            }
            Check::Properties(properties) => {
                self.names.extend(properties.members.iter().map(|(name, _)| name.to_string()));
                for (pattern, _) in properties.patterns.iter() {
                    if let Some(expressions) = expression(pattern)
                        && let Strings::Found(names) = strings(&expressions, 2)
                    {
                        self.names.extend(names);
                    }
                }
            }
            Check::PropertyNames(schema) => self.named.push(*schema),
            _ => {}
        }
    }

    /// Whether a value may be of some of these types.
    pub(super) fn takes(&self, types: Types) -> bool {
        self.types.is_none_or(|known| known & kinds(types) != 0)
    }

    /// Numbers at which something is decided.
    pub(super) fn numbers(&self) -> Vec<Json> {
        let mut all = Vec::new();
        for bound in &self.bounds {
            all.extend(beside(bound));
        }
        for divisor in &self.divisors {
            let Some((digits, scale)) = scaled(divisor) else {
                all.push(Json::Number(divisor.clone()));
                continue;
            };
            for times in [1, 2, 3, 4, 5, 7, -1] {
                all.extend(digits.checked_mul(times).map(|value| plain(value, scale)));
            }
            // The first multiples beyond each bound, on both sides.
            for bound in &self.bounds {
                let Some((at, at_scale)) = scaled(bound) else { continue };
                let most = scale.max(at_scale);
                let lift = |value: i128, from: u32| {
                    10_i128.checked_pow(most - from).and_then(|factor| value.checked_mul(factor))
                };
                let (Some(at), Some(step)) = (lift(at, at_scale), lift(digits, scale)) else {
                    continue;
                };
                let Some(whole) = at.checked_div_euclid(step) else { continue };
                for times in [-1, 0, 1, 2] {
                    let value = whole.checked_add(times).and_then(|n| n.checked_mul(step));
                    all.extend(value.map(|value| plain(value, most)));
                    // And what is none, just beside.
                    let fine = value.and_then(|value| value.checked_mul(10)?.checked_add(1));
                    all.extend(fine.map(|value| plain(value, most + 1)));
                }
            }
        }
        all
    }
}

/// One bit for each kind of value, whole numbers and others being two.
pub(super) fn kinds(types: Types) -> u8 {
    match types.meets(Types::NUMBER) {
        true => types.0 | Types::INTEGER.0,
        false => types.0,
    }
}

/// A number with its neighbours: the whole ones, and those half way and just beside.
pub(super) fn beside(text: &str) -> Vec<Json> {
    let mut all = vec![Json::Number(text.to_owned())];
    if let Some((digits, scale)) = scaled(text) {
        // One place more than it has.
        let fine = digits.checked_mul(10).zip(scale.checked_add(1));
        if let Some((digits, scale)) = fine {
            for step in [-1, 1, -5, 5] {
                all.extend(digits.checked_add(step).map(|value| plain(value, scale)));
            }
        }
        if let Some(one) = 10_i128.checked_pow(scale) {
            let whole = digits.checked_div_euclid(one);
            for step in [-1, 0, 1, 2] {
                let value = whole.and_then(|whole| whole.checked_add(step));
                all.extend(value.map(|value| plain(value, 0)));
            }
        }
    }
    all
}

/// A number as digits before which the point stands so many places from the end; nothing where
/// that takes more than 30 digits.
fn scaled(text: &str) -> Option<(i128, u32)> {
    let mut canonical = Vec::new();
    Decimal::parse(text.as_bytes())?.write_canonical(&mut canonical);
    let canonical = String::from_utf8(canonical).ok()?;
    let (number, exponent) = match canonical.split_once('e') {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (canonical.as_str(), 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()? - exponent;
    if !(-30..=30).contains(&scale) || whole.len() + fraction.len() > 30 {
        return None;
    }
    match u32::try_from(scale) {
        Ok(scale) => Some((digits, scale)),
        Err(_) => Some((digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?, 0)),
    }
}

/// The number without an exponent.
fn plain(digits: i128, scale: u32) -> Json {
    let sign = if digits < 0 { "-" } else { "" };
    let width = scale as usize + 1;
    let text = format!("{:0>width$}", digits.unsigned_abs());
    let (whole, fraction) = text.split_at(text.len() - scale as usize);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Json::Number(format!("{sign}{whole}{point}{fraction}"))
}
