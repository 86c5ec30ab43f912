//! What is said of a value that a check refuses: code, message, and how to mend it.

use super::{Engine, Mode};
use crate::document::nearest;
use crate::flaw::{Anchor, Flaw};
use crate::json::scan::snippet;
use crate::plan::Name;
use crate::problem::Code;
use crate::validate::format::Format;
use crate::validate::program::{Check, Program, Properties, Types};

type Fault = (Code, String, String);

/// The most values or branches that a message lists.
const LISTED: usize = 8;

fn shown(raw: &str) -> String {
    snippet(raw, 0, raw.len())
}

fn article(name: &str) -> String {
    match name {
        "null" => "`null`".to_owned(),
        "integer" | "array" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn either(list: &[String]) -> String {
    match list {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

pub(super) fn never(raw: &str) -> Fault {
    let message = format!("{} stands where the schema allows nothing", shown(raw));
    (Code::NotAllowed, message, "leave it out".to_owned())
}

pub(super) fn types(raw: &str, types: Types) -> Fault {
    let names: Vec<String> = types.names().iter().map(|name| article(name)).collect();
    let message = format!("{} is not {}", shown(raw), either(&names));
    let fix = match types {
        Types::STRING => "write a text in double quotes".to_owned(),
        Types::INTEGER => "write a whole number".to_owned(),
        Types::NUMBER => "write a number without quotes".to_owned(),
        Types::BOOLEAN => "write true or false".to_owned(),
        Types::OBJECT => "write an object: {…}".to_owned(),
        Types::ARRAY => "write an array: […]".to_owned(),
        _ => format!("write {}", either(&names)),
    };
    (Code::Type, message, fix)
}

pub(super) fn values(raw: &str, values: &[Name]) -> Fault {
    let names: Vec<String> = values.iter().take(LISTED).map(|value| shown(value)).collect();
    let rest = values.len().saturating_sub(LISTED);
    let list = match rest {
        0 => either(&names),
        _ => format!("{} and {rest} more", names.join(", ")),
    };
    let message = match values {
        [_] => format!("{} is not {list}", shown(raw)),
        _ => format!("{} is not one of {list}", shown(raw)),
    };
    let near = raw.len() <= 200;
    let names: Vec<&str> = values.iter().filter(|_| near).map(AsRef::as_ref).collect();
    let near = nearest(raw, &names);
    let fix = match near {
        Some(near) if values.len() > 1 => format!("write {}, if that is meant", shown(near)),
        _ => format!("write {list}"),
    };
    (Code::OneOf, message, fix)
}

pub(super) fn number(check: &Check, raw: &str) -> Fault {
    let raw = shown(raw);
    match check {
        Check::Minimum(bound) => {
            (Code::Minimum, format!("{raw} is less than {bound}"), format!("write {bound} or more"))
        }
        Check::ExclusiveMinimum(bound) => (
            Code::Minimum,
            format!("{raw} is not greater than {bound}"),
            format!("write more than {bound}"),
        ),
        Check::Maximum(bound) => (
            Code::Maximum,
            format!("{raw} is greater than {bound}"),
            format!("write {bound} or less"),
        ),
        Check::ExclusiveMaximum(bound) => (
            Code::Maximum,
            format!("{raw} is not less than {bound}"),
            format!("write less than {bound}"),
        ),
        Check::MultipleOf(bound) => (
            Code::MultipleOf,
            format!("{raw} is not a multiple of {bound}"),
            format!("write a whole number times {bound}"),
        ),
        _ => (Code::Type, format!("{raw} is not allowed"), "write another number".to_owned()),
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

pub(super) fn counted(check: &Check, count: u64) -> Fault {
    let (code, has, one, many, bound) = match check {
        Check::MinLength(bound) => {
            (Code::MinLength, "the string has", "character", "characters", bound)
        }
        Check::MaxLength(bound) => {
            (Code::MaxLength, "the string has", "character", "characters", bound)
        }
        Check::MinItems(bound) => (Code::MinItems, "the array has", "element", "elements", bound),
        Check::MaxItems(bound) => (Code::MaxItems, "the array has", "element", "elements", bound),
        Check::MinProperties(bound) => {
            (Code::MinProperties, "the object has", "member", "members", bound)
        }
        Check::MaxProperties(bound) => {
            (Code::MaxProperties, "the object has", "member", "members", bound)
        }
        _ => return never(""),
    };
    let is_least = count < *bound;
    let (than, word) = if is_least { ("fewer than", "at least") } else { ("more than", "at most") };
    let message = format!("{has} {}, {than} {bound}", plural(count, one, many));
    (code, message, format!("write {word} {}", plural(*bound, one, many)))
}

pub(super) fn pattern(raw: &str, source: &str) -> Fault {
    let message = format!("{} does not match the pattern {}", shown(raw), shown(source));
    (Code::Pattern, message, format!("write a text that matches {}", shown(source)))
}

pub(super) fn format(raw: &str, format: &Format) -> Fault {
    let name = &format.name;
    let message = format!("{} is not a valid `{name}`", shown(raw));
    (Code::Format, message, format!("write it like `{}`", format.example))
}

pub(super) fn duplicate(raw: &str) -> Fault {
    let message = format!("{} is equal to the element at ", shown(raw));
    (Code::UniqueItems, message, "write each value once".to_owned())
}

pub(super) fn missing(name: &str, holder: &str, present: Option<&str>) -> Fault {
    let why = match present {
        Some(present) => format!(" where `{present}` is there"),
        None if holder.is_empty() => String::new(),
        None => format!(" in {holder}"),
    };
    (Code::Required, format!("`{name}` is required{why}"), format!("add `{name}`"))
}

pub(super) fn excluded(program: &Program, raw: &str, schema: u32) -> Fault {
    let message = match name(program, schema) {
        "" => format!("{} is what the schema excludes by `not`", shown(raw)),
        name => format!("{} is {name}, which the schema excludes by `not`", shown(raw)),
    };
    (Code::Excluded, message, "write another value".to_owned())
}

pub(super) fn no_alternative(program: &Program, raw: &str, schemas: &[u32]) -> Fault {
    let message = format!("{} is none of the {} alternatives", shown(raw), schemas.len());
    let fix = match branches(program, schemas) {
        Some(list) => format!("write {list}"),
        None => "see the schema for the alternatives".to_owned(),
    };
    (Code::NoAlternative, message, fix)
}

pub(super) fn ambiguous(
    program: &Program,
    raw: &str,
    schemas: &[u32],
    (first, second): (usize, usize),
) -> Fault {
    let one = |branch: usize| match schemas.get(branch).map_or("", |schema| name(program, *schema))
    {
        "" => format!("alternative {}", branch + 1),
        name => format!("`{name}`"),
    };
    let message = format!("{} is both {} and {}", shown(raw), one(first), one(second));
    (Code::Ambiguous, message, "write a value that only one of them allows".to_owned())
}

fn name(program: &Program, schema: u32) -> &str {
    let mut at = schema;
    for _ in 0..8 {
        let Some(found) = program.schema(at) else { return "" };
        if !found.name.is_empty() {
            return &found.name;
        }
        match &*found.checks {
            [Check::Reference(next)] => at = *next,
            _ => return "",
        }
    }
    ""
}

/// What all branches are called, where something can be said of each.
fn branches(program: &Program, schemas: &[u32]) -> Option<String> {
    let described = |schema: u32| match (name(program, schema), program.checks(schema)) {
        ("", [Check::Types(types), ..]) => {
            let names: Vec<String> = types.names().iter().map(|name| article(name)).collect();
            Some(either(&names))
        }
        ("", [Check::AnyOf(inner) | Check::OneOf(inner)]) => {
            let names: Vec<&str> = inner.iter().map(|inner| name(program, *inner)).collect();
            let all = names.iter().all(|name| !name.is_empty());
            all.then(|| either(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>()))
        }
        ("", _) => None,
        (name, _) => Some(format!("`{name}`")),
    };
    let names: Option<Vec<String>> = schemas.iter().map(|schema| described(*schema)).collect();
    names.filter(|names| names.len() <= LISTED).map(|names| either(&names))
}

pub(super) fn contains(
    program: &Program,
    schema: u32,
    hits: u64,
    minimum: u64,
    maximum: Option<u64>,
) -> Fault {
    let what = match name(program, schema) {
        "" => "what `contains` asks for".to_owned(),
        name => format!("`{name}`"),
    };
    let have = plural(hits, "element is", "elements are");
    let (code, bound) = match maximum {
        Some(most) if hits > most => (Code::Contains, format!("at most {most}")),
        _ => (Code::Contains, format!("at least {minimum}")),
    };
    (code, format!("{have} {what}, and {bound} must be"), format!("write {bound} of them"))
}

pub(super) fn circle(at: u32, place: &str) -> Flaw {
    let message = format!("the schema {} refers to itself without end", shown(place));
    let fix = "mend the schema: a reference must lead to a part of the value in the end";
    Flaw::new(Anchor::Value(at as usize), Code::TooDeep, message, fix.to_owned())
}

pub(super) fn unexplained(at: usize) -> Flaw {
    let message = "the schema does not allow the value".to_owned();
    Flaw::new(Anchor::Value(at), Code::NotAllowed, message, "see the schema".to_owned())
}

impl Engine<'_, '_> {
    pub(super) fn unknown_member(&mut self, mode: Mode, name: u32, properties: &Properties) {
        self.member_fault(mode, name, |text| {
            let names: Vec<&str> =
                properties.members.iter().map(|(name, _)| name.as_ref()).collect();
            let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let (hint, fix) = match nearest(text, &names) {
                Some(near) => {
                    (format!(", did you mean `{near}`"), format!("rename it to `{near}`"))
                }
                None if known.is_empty() || known.len() > LISTED => {
                    (String::new(), "leave it out".to_owned())
                }
                None => (String::new(), format!("leave it out; known are {}", either(&known))),
            };
            (Code::UnknownMember, format!("unknown member {}{hint}", shown(text)), fix)
        });
    }

    pub(super) fn forbidden_member(&mut self, mode: Mode, name: u32) {
        self.member_fault(mode, name, |text| {
            let message = format!("the member {} is not allowed here", shown(text));
            (Code::NotAllowed, message, "leave it out".to_owned())
        });
    }

    pub(super) fn unevaluated_member(&mut self, mode: Mode, schema: u32, name: u32) {
        let program = self.program;
        self.member_fault(mode, name, |text| {
            let known = program.checks(schema).iter().find_map(|check| match check {
                Check::Properties(properties) => Some(properties),
                _ => None,
            });
            let names = known.iter().flat_map(|known| known.members.iter());
            let names: Vec<&str> = names.map(|(name, _)| name.as_ref()).collect();
            let near = nearest(text, &names);
            let (hint, fix) = match near {
                Some(near) => {
                    (format!(", did you mean `{near}`"), format!("rename it to `{near}`"))
                }
                None => (String::new(), "leave it out".to_owned()),
            };
            (Code::UnknownMember, format!("unknown member {}{hint}", shown(text)), fix)
        });
    }

    pub(super) fn unevaluated_element(&mut self, mode: Mode, element: u32) {
        let tape = self.tape;
        self.fault(mode, element, || {
            let message = format!("{} is an element too many", shown(tape.raw(tape.node(element))));
            (Code::NotAllowed, message, "leave it out".to_owned())
        });
    }

    pub(super) fn too_many_items(&mut self, mode: Mode, element: u32, most: usize, count: u32) {
        self.fault(mode, element, || {
            let most = most as u64;
            let has = plural(u64::from(count), "element", "elements");
            let message = format!("the array has {has}, more than {most}");
            (
                Code::MaxItems,
                message,
                format!("write at most {}", plural(most, "element", "elements")),
            )
        });
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_read_well() {
        let names = |list: &[&str]| {
            super::either(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b"]), "a or b");
        assert_eq!(names(&["a", "b", "c"]), "a, b or c");
    }
}
