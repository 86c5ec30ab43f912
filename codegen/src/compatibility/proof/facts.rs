//! What some schemas say of a value for certain.

use super::Known;
use crate::compatibility::hints::kinds;
use crate::compatibility::language::{Expression, Strings, between, of_length};
use crate::compatibility::program::{Choice, Validation};
use std::cmp::Ordering;
use tantamount_core::json::Decimal;
use tantamount_core::plan::Name;
use tantamount_core::validate::{Check, Pattern, Types};

/// Whether a keyword checks something and has nothing looked at for `unevaluated…`.
pub(super) fn is_assertion(keyword: &str) -> bool {
    matches!(
        keyword,
        "const"
            | "dependentRequired"
            | "enum"
            | "exclusiveMaximum"
            | "exclusiveMinimum"
            | "format"
            | "maxItems"
            | "maxLength"
            | "maxProperties"
            | "maximum"
            | "minItems"
            | "minLength"
            | "minProperties"
            | "minimum"
            | "multipleOf"
            | "not"
            | "pattern"
            | "propertyNames"
            | "required"
            | "type"
            | "uniqueItems"
    )
}

/// Whether a check comes from a keyword.
pub(super) fn is_of(keyword: &str, check: &Check) -> bool {
    match check {
        Check::Values(_) => matches!(keyword, "const" | "enum"),
        Check::Types(_) => keyword == "type",
        Check::Minimum(_) | Check::ExclusiveMinimum(_) => {
            matches!(keyword, "minimum" | "exclusiveMinimum")
        }
        Check::Maximum(_) | Check::ExclusiveMaximum(_) => {
            matches!(keyword, "maximum" | "exclusiveMaximum")
        }
        Check::MultipleOf(_) => keyword == "multipleOf",
        Check::MinLength(_) => keyword == "minLength",
        Check::MaxLength(_) => keyword == "maxLength",
        Check::Pattern(_) => keyword == "pattern",
        Check::Format(_) => keyword == "format",
        Check::MinItems(_) => keyword == "minItems",
        Check::MaxItems(_) => keyword == "maxItems",
        Check::UniqueItems => keyword == "uniqueItems",
        Check::MinProperties(_) => keyword == "minProperties",
        Check::MaxProperties(_) => keyword == "maxProperties",
        Check::Required(_) => keyword == "required",
        Check::DependentRequired(_) => matches!(keyword, "dependentRequired" | "dependencies"),
        Check::DependentSchemas(_) => matches!(keyword, "dependentSchemas" | "dependencies"),
        Check::PropertyNames(_) => keyword == "propertyNames",
        Check::Not(_) => keyword == "not",
        Check::AllOf(_) => keyword == "allOf",
        Check::AnyOf(_) => keyword == "anyOf",
        Check::OneOf(_) => keyword == "oneOf",
        Check::If { .. } => matches!(keyword, "if" | "then" | "else"),
        Check::Reference(_) => matches!(keyword, "$ref" | "$dynamicRef" | "$recursiveRef"),
        Check::DynamicReference { .. } => matches!(keyword, "$dynamicRef" | "$recursiveRef"),
        Check::Contains { .. } => matches!(keyword, "contains" | "minContains" | "maxContains"),
        Check::Items { .. } => matches!(keyword, "items" | "prefixItems" | "additionalItems"),
        Check::Properties(_) => {
            matches!(keyword, "properties" | "patternProperties" | "additionalProperties")
        }
        // What other keywords look at decides what these are about.
        Check::UnevaluatedItems(_) | Check::UnevaluatedProperties(_) => !is_assertion(keyword),
        Check::Never => true,
    }
}

/// The checks that hold, and of which kinds the value may be.
pub(super) struct Facts<'v> {
    pub(super) checks: Vec<&'v Check>,
    pub(super) kinds: u8,
    /// Patterns and lengths.
    texts: Vec<Expression>,
}

impl<'v> Facts<'v> {
    pub(super) fn new(validation: &'v Validation, known: &Known) -> Facts<'v> {
        let closed = validation.closure(&known.schemas, Choice::Certain);
        let mut checks: Vec<&Check> = Vec::new();
        let mut all = kinds(Types(u8::MAX)) & 0x7f;
        let mut texts = Vec::new();
        for check in closed.iter().flat_map(|index| validation.schema(*index)) {
            checks.push(check);
            match check {
                Check::Never => all = 0,
                Check::Types(types) => all &= kinds(*types),
                Check::Pattern(pattern) => {
                    let pattern = validation.program().patterns.get(*pattern as usize);
                    texts.extend(pattern.and_then(Pattern::without_around).unwrap_or_default());
                }
                Check::MinLength(least) => texts.extend(of_length(*least, None)),
                Check::MaxLength(most) => texts.extend(of_length(0, Some(*most))),
                _ => {}
            }
        }
        Facts { checks, kinds: all, texts }
    }

    /// The values that `enum` or `const` lists; one of the lists where there are several.
    pub(super) fn values(&self) -> Option<&'v [Name]> {
        self.checks.iter().find_map(|check| match check {
            Check::Values(values) => Some(&**values),
            _ => None,
        })
    }

    pub(super) fn patterns(&self, validation: &'v Validation) -> impl Iterator<Item = &'v Pattern> {
        self.checks.iter().filter_map(|check| match check {
            Check::Pattern(pattern) => validation.program().patterns.get(*pattern as usize),
            _ => None,
        })
    }

    fn is_never(&self, types: Types) -> bool {
        self.kinds & kinds(types) == 0
    }

    pub(super) fn is_never_text(&self) -> bool {
        self.is_never(Types::STRING)
    }

    pub(super) fn is_never_array(&self) -> bool {
        self.is_never(Types::ARRAY)
    }

    /// Whether there is no string of these of which not all of this is true.
    pub(super) fn are_all(&self, wanted: Option<Vec<Expression>>) -> bool {
        self.is_never_text()
            || wanted.is_some_and(|all| between(&self.texts, &all, 1) == Strings::None)
    }

    /// The patterns and lengths.
    pub(super) fn texts(&self) -> &[Expression] {
        &self.texts
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        self.checks.iter().any(|check| match check {
            Check::Required(names) => names.iter().any(|known| known == name),
            _ => false,
        })
    }

    pub(super) fn required(&self) -> Vec<&'v str> {
        let names = self.checks.iter().filter_map(|check| match check {
            Check::Required(names) => Some(names.iter().map(|name| &**name)),
            _ => None,
        });
        let mut all: Vec<&str> = names.flatten().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn requires_beside(&self, name: &str, other: &str) -> bool {
        self.checks.iter().any(|check| match check {
            Check::DependentRequired(list) => list
                .iter()
                .any(|(known, others)| known == name && others.iter().any(|o| o == other)),
            _ => false,
        })
    }

    /// What `dependentSchemas` says beside a member.
    pub(super) fn dependent(&self, name: &str) -> impl Iterator<Item = u32> {
        self.checks.iter().flat_map(move |check| match check {
            Check::DependentSchemas(list) => list
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, schema)| *schema)
                .collect::<Vec<u32>>(),
            _ => Vec::new(),
        })
    }

    pub(super) fn longest_prefix(&self) -> usize {
        let lengths = self.checks.iter().map(|check| match check {
            Check::Items { prefix, .. } => prefix.len(),
            _ => 0,
        });
        lengths.max().unwrap_or(0)
    }

    pub(super) fn most_items(&self) -> Option<u64> {
        let counts = self.checks.iter().filter_map(|check| match check {
            Check::MaxItems(most) => Some(*most),
            _ => None,
        });
        counts.min()
    }

    /// Whether a check that is about the value by itself holds.
    pub(super) fn implies(&self, wanted: &Check) -> bool {
        let any = |holds: &dyn Fn(&Check) -> bool| self.checks.iter().any(|check| holds(check));
        let is_number = !self.is_never(Types::NUMBER);
        match wanted {
            Check::Types(types) => self.kinds & !kinds(*types) == 0,
            Check::Minimum(_)
            | Check::ExclusiveMinimum(_)
            | Check::Maximum(_)
            | Check::ExclusiveMaximum(_) => {
                !is_number || any(&|check| bounds(check, wanted, self.is_whole()))
            }
            Check::MultipleOf(divisor) => {
                let is_multiple = |of: &str| {
                    let both = (Decimal::parse(of.as_bytes()), Decimal::parse(divisor.as_bytes()));
                    matches!(both, (Some(of), Some(by)) if of.is_multiple_of(&by) == Some(true))
                };
                !is_number
                    || (self.is_whole() && is_multiple("1"))
                    || any(&|check| match check {
                        Check::MultipleOf(known) => is_multiple(known),
                        _ => false,
                    })
            }
            Check::MinLength(least) => {
                *least == 0
                    || any(&|check| matches!(check, Check::MinLength(known) if known >= least))
                    || self.are_all(of_length(*least, None).map(|one| vec![one]))
            }
            Check::MaxLength(most) => {
                any(&|check| matches!(check, Check::MaxLength(known) if known <= most))
                    || self.are_all(of_length(0, Some(*most)).map(|one| vec![one]))
            }
            Check::MinItems(least) => {
                *least == 0
                    || self.is_never_array()
                    || any(&|check| matches!(check, Check::MinItems(known) if known >= least))
            }
            Check::MaxItems(most) => {
                self.is_never_array() || self.most_items().is_some_and(|known| known <= *most)
            }
            Check::UniqueItems => {
                self.is_never_array()
                    || self.most_items().is_some_and(|known| known <= 1)
                    || any(&|check| matches!(check, Check::UniqueItems))
            }
            Check::MinProperties(least) => {
                *least <= self.required().len() as u64
                    || self.is_never(Types::OBJECT)
                    || any(&|check| matches!(check, Check::MinProperties(known) if known >= least))
            }
            Check::MaxProperties(most) => {
                self.is_never(Types::OBJECT)
                    || any(&|check| matches!(check, Check::MaxProperties(known) if known <= most))
            }
            Check::Required(names) => {
                self.is_never(Types::OBJECT) || names.iter().all(|name| self.requires(name))
            }
            _ => false,
        }
    }

    /// Whether numbers are whole.
    fn is_whole(&self) -> bool {
        self.kinds & Types::NUMBER.0 == 0
    }
}

/// The end of a range: the number, whether it is outside, and whether it is the lower end.
fn end(check: &Check) -> Option<(&Name, bool, bool)> {
    match check {
        Check::Minimum(bound) => Some((bound, false, true)),
        Check::ExclusiveMinimum(bound) => Some((bound, true, true)),
        Check::Maximum(bound) => Some((bound, false, false)),
        Check::ExclusiveMaximum(bound) => Some((bound, true, false)),
        _ => None,
    }
}

/// Whether one bound leaves nothing beyond another.
fn bounds(known: &Check, wanted: &Check, is_whole: bool) -> bool {
    let (Some((from, is_outside, is_lower)), Some((to, is_out, is_low))) =
        (end(known), end(wanted))
    else {
        return false;
    };
    if is_lower != is_low {
        return false;
    }
    let from_text = inner(from, is_outside, is_lower, is_whole);
    let (from, is_outside) = from_text.as_ref().map_or((&**from, is_outside), |t| (t, false));
    let to_text = inner(to, is_out, is_low, is_whole);
    let (to, is_out) = to_text.as_ref().map_or((&**to, is_out), |text| (text, false));
    let both = (Decimal::parse(from.as_bytes()), Decimal::parse(to.as_bytes()));
    let (Some(from), Some(to)) = both else { return false };
    match (from.compare(&to), is_low) {
        (Ordering::Equal, _) => is_outside || !is_out,
        (order, true) => order == Ordering::Greater,
        (order, false) => order == Ordering::Less,
    }
}

/// The whole number beside a bound that is outside.
fn inner(bound: &str, is_outside: bool, is_lower: bool, is_whole: bool) -> Option<String> {
    let number =
        Decimal::parse(bound.as_bytes())?.to_i64().ok().filter(|_| is_outside && is_whole)?;
    let beside = if is_lower { number.checked_add(1) } else { number.checked_sub(1) };
    beside.map(|number| number.to_string())
}

/// Whether two checks leave no number between them.
pub(super) fn leave_none(one: &Check, other: &Check) -> bool {
    let (Some((low, is_low_outside, true)), Some((high, is_high_outside, false))) =
        (end(one), end(other))
    else {
        return false;
    };
    let both = (Decimal::parse(low.as_bytes()), Decimal::parse(high.as_bytes()));
    matches!(both, (Some(low), Some(high)) if match low.compare(&high) {
        Ordering::Equal => is_low_outside || is_high_outside,
        order => order == Ordering::Greater,
    })
}
