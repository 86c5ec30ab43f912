//! Classes of characters.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

pub(super) fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|(from, to)| ClassUnicodeRange::new(*from, *to)))
}

/// `.`: any character but the end of a line.
pub(super) fn dot() -> ClassUnicode {
    negated(of(&[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')]))
}

pub(super) fn any() -> ClassUnicode {
    of(&[('\0', char::MAX)])
}

/// `\d`, `\w`, `\s` and their opposites.
pub(super) fn shorthand(letter: char) -> Option<ClassUnicode> {
    let class = match letter.to_ascii_lowercase() {
        'd' => of(&[('0', '9')]),
        'w' => of(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        's' => of(&[
            ('\t', '\r'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
            ('\u{feff}', '\u{feff}'),
        ]),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { negated(class) } else { class })
}

/// `\p{…}`: a general category, a binary property, or `Script=`, `Script_Extensions=`,
/// `General_Category=` and a value.
pub(in crate::validate) fn property(expression: &str) -> Option<ClassUnicode> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match expression.split_once('=') {
        Some((name, value)) => {
            let known = ["General_Category", "gc", "Script", "sc", "Script_Extensions", "scx"];
            if !known.contains(&name) || !is_name(value) {
                return None;
            }
            resolve(expression)
        }
        None if !is_name(expression) => None,
        None => {
            // The name of a script alone is none of ECMA-262's.
            let is_category = resolve(&format!("gc={expression}")).is_some();
            let is_script = resolve(&format!("sc={expression}")).is_some();
            if is_script && !is_category { None } else { resolve(expression) }
        }
    }
}

fn resolve(expression: &str) -> Option<ClassUnicode> {
    let hir = regex_syntax::parse(&format!("\\p{{{expression}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A class of one character.
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let character = text.chars().next()?;
            Some(of(&[(character, character)]))
        }
        _ => None,
    }
}

pub(super) fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

/// Whether the class holds the character.
pub(in crate::validate) fn contains(class: &ClassUnicode, character: char) -> bool {
    let ranges = class.ranges();
    let after = ranges.partition_point(|range| range.end() < character);
    ranges.get(after).is_some_and(|range| range.start() <= character)
}
