//! Keywords that check a value by itself.

use super::lowering::{Here, Lowering};
use crate::read::{Member, Node, Value};
use std::borrow::Cow;
use tantamount_core::json::{DIVISOR_DIGITS, Decimal, NotInteger};
use tantamount_core::plan::Name;
use tantamount_core::validate::{Check, Format, Types, canonicalize};

impl Lowering<'_> {
    /// Lowers a keyword that checks a value by itself; false where it is another one.
    pub(super) fn assertion(&mut self, here: &mut Here<'_>, member: &Member) -> bool {
        let value = &member.value;
        let check = match member.name.as_str() {
            "type" => self.types(here, member).map(Check::Types),
            "const" => self.canonical(here, value).map(|one| Check::Values(Cow::Owned(vec![one]))),
            "enum" => self.list(here, member),
            "minimum" => self.number_text(here, member).map(Check::Minimum),
            "exclusiveMinimum" => self.number_text(here, member).map(Check::ExclusiveMinimum),
            "maximum" => self.number_text(here, member).map(Check::Maximum),
            "exclusiveMaximum" => self.number_text(here, member).map(Check::ExclusiveMaximum),
            "multipleOf" => self.divisor(here, member).map(Check::MultipleOf),
            "minLength" => self.count(here, member).map(Check::MinLength),
            "maxLength" => self.count(here, member).map(Check::MaxLength),
            "minItems" => self.count(here, member).map(Check::MinItems),
            "maxItems" => self.count(here, member).map(Check::MaxItems),
            "minProperties" => self.count(here, member).map(Check::MinProperties),
            "maxProperties" => self.count(here, member).map(Check::MaxProperties),
            "pattern" => match value.as_str() {
                Some(text) => self.pattern(here, "pattern", value, text).map(Check::Pattern),
                None => self.wrong(here, member, "a string", "write a regular expression"),
            },
            "format" => self.format_check(here, member),
            "uniqueItems" => match value.as_bool() {
                Some(true) => Some(Check::UniqueItems),
                Some(false) => None,
                None => self.wrong(here, member, "a boolean", "write true or false"),
            },
            "required" => {
                let names = self.names(here, member.name.as_str(), value);
                names.map(|names| Check::Required(Cow::Owned(names)))
            }
            "dependentRequired" => {
                let Value::Object(members) = value.value() else {
                    self.wrong::<Check>(
                        here,
                        member,
                        "an object",
                        "write a list of names for each name",
                    );
                    return true;
                };
                let mut list = Vec::new();
                for one in members {
                    if let Some(names) = self.names(here, "dependentRequired", &one.value) {
                        list.push((Cow::Owned(one.name.clone()), Cow::Owned(names)));
                    }
                }
                Some(Check::DependentRequired(Cow::Owned(list)))
            }
            _ => return false,
        };
        here.checks.extend(check);
        true
    }

    /// Reports a value of another type than the keyword wants.
    pub(super) fn wrong<T>(
        &mut self,
        here: &Here<'_>,
        member: &Member,
        wanted: &str,
        help: &str,
    ) -> Option<T> {
        let message = format!("the value of `{}` is not {wanted}", member.name);
        self.fault(here, &member.value, &member.name, message, help);
        None
    }

    fn types(&mut self, here: &Here<'_>, member: &Member) -> Option<Types> {
        let single = std::slice::from_ref(&member.value);
        let list = member.value.as_array().unwrap_or(single);
        if list.is_empty() {
            return self.wrong(here, member, "a type", "name at least one type");
        }
        let mut types = Types::default();
        let mut is_right = true;
        for one in list {
            let place = Types::NAMES.iter().position(|name| one.as_str() == Some(*name));
            let Some(place) = place else {
                let names = Types::NAMES.map(|name| format!("`{name}`")).join(", ");
                let near =
                    one.as_str().and_then(|text| crate::read::suggestion(text, Types::NAMES));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the types are {names}"),
                };
                let message = match one.as_str() {
                    Some(text) => format!("`{text}` is no type"),
                    None => "a type is no string".to_owned(),
                };
                self.fault(here, one, "type", message, &help);
                is_right = false;
                continue;
            };
            types = types.with(Types(1 << place));
        }
        is_right.then_some(types)
    }

    /// The canonical text of a value that stands in a schema.
    fn canonical(&mut self, here: &Here<'_>, value: &Node) -> Option<Name> {
        let document = self.sources.documents().get(here.document)?;
        let span = value.span();
        let text = document.text().get(span.start..span.end)?;
        match canonicalize(text.as_bytes()) {
            Ok(canonical) => Some(Cow::Owned(canonical)),
            Err(problems) => {
                let message = format!("the value cannot be compared: {problems}");
                self.fault(here, value, "const", message, "write another value");
                None
            }
        }
    }

    fn list(&mut self, here: &Here<'_>, member: &Member) -> Option<Check> {
        let Some(list) = member.value.as_array() else {
            return self.wrong(here, member, "an array", "list the values");
        };
        let mut values = Vec::with_capacity(list.len());
        for one in list {
            values.extend(self.canonical(here, one));
        }
        values.sort_by(|left, right| left.as_bytes().cmp(right.as_bytes()));
        values.dedup();
        Some(Check::Values(Cow::Owned(values)))
    }

    fn number_text(&mut self, here: &Here<'_>, member: &Member) -> Option<Name> {
        match member.value.value() {
            Value::Number(text) => Some(Cow::Owned(text.clone())),
            _ => {
                let help = match (member.name.as_str(), member.value.as_bool()) {
                    ("exclusiveMinimum" | "exclusiveMaximum", Some(_)) => {
                        "write the bound itself: since draft 6 the keyword is a number"
                    }
                    _ => "write a number",
                };
                self.wrong(here, member, "a number", help)
            }
        }
    }

    fn divisor(&mut self, here: &Here<'_>, member: &Member) -> Option<Name> {
        let text = self.number_text(here, member)?;
        let number = Decimal::parse(text.as_bytes())?;
        if !number.is_positive() {
            return self.wrong(here, member, "greater than zero", "write a number above zero");
        }
        if number.is_multiple_of(&number).is_none() {
            let message =
                format!("the value of `multipleOf` has more than {DIVISOR_DIGITS} digits");
            self.fault(here, &member.value, "multipleOf", message, "write a shorter number");
            return None;
        }
        Some(text)
    }

    /// A number of characters, elements or members.
    pub(super) fn count(&mut self, here: &Here<'_>, member: &Member) -> Option<u64> {
        match member.value.as_integer() {
            Some(Ok(count)) if count >= 0 => Some(count.unsigned_abs()),
            // No text has so many.
            Some(Err(NotInteger::TooLarge)) => Some(u64::MAX),
            _ => self.wrong(here, member, "a whole number from zero on", "write a count"),
        }
    }

    pub(super) fn names(
        &mut self,
        here: &Here<'_>,
        keyword: &str,
        value: &Node,
    ) -> Option<Vec<Name>> {
        let list = value.as_array();
        let names: Option<Vec<Name>> = list.and_then(|list| {
            list.iter().map(|one| one.as_str().map(|name| Cow::Owned(name.to_owned()))).collect()
        });
        let Some(mut names) = names else {
            let message = format!("the value of `{keyword}` is no array of names");
            self.fault(here, value, keyword, message, "list the names of members");
            return None;
        };
        names.sort();
        names.dedup();
        Some(names)
    }

    fn format_check(&mut self, here: &Here<'_>, member: &Member) -> Option<Check> {
        let Some(name) = member.value.as_str() else {
            return self.wrong(here, member, "a string", "name a format");
        };
        if !here.dialect.format && !self.options.assert_formats {
            self.carry(here, member);
            return None;
        }
        match Format::named(name) {
            Some(format) => Some(Check::Format(self.format(format))),
            None => {
                let near = crate::read::suggestion(name, Format::NAMES.iter().copied());
                if !here.dialect.format && near.is_none() {
                    self.carry(here, member);
                    return None;
                }
                let names = Format::NAMES.iter().map(|name| format!("`{name}`"));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known formats are {}", names.collect::<Vec<_>>().join(", ")),
                };
                self.fault(
                    here,
                    &member.value,
                    "format",
                    format!("the format `{name}` is not known"),
                    &help,
                );
                None
            }
        }
    }
}
