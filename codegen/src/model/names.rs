//! Names of Rust out of names of a schema.
//!
//! A name is made of the words of a text. Where that gives nothing, or the same for two texts that
//! stand side by side, the characters between the words are spelt out: `+1` and `-1` are `plus_1`
//! and `minus_1`. Letters of any script may stand in a name, in normalization form C, as in Rust.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// `append request`, `ON_TERMINAL`, `jobStep` → `AppendRequest`, `OnTerminal`, `JobStep`; `2nd` →
/// `N2nd`. `None` where no identifier comes out.
pub(crate) fn pascal_case(text: &str) -> Option<String> {
    pascal(&words(text))
}

/// The same with words for the signs: `Row<number[]>` → `RowLessNumberLeftRightGreater`.
pub(super) fn spelt_pascal_case(text: &str) -> Option<String> {
    pascal(&words(&spelt(text)))
}

/// `stepKey`, `Step key` → `step_key`; `2nd` → `n_2nd`. `None` where no identifier comes out.
pub(crate) fn snake_case(text: &str) -> Option<String> {
    snake(&words(text))
}

/// The names of fields for members that stand side by side, as [`distinct`] has it.
pub(super) fn field_names(members: &[&str]) -> Vec<Result<String, usize>> {
    distinct(members, snake)
}

/// The names of variants for values that stand side by side, as [`distinct`] has it.
pub(super) fn variant_names(values: &[&str]) -> Vec<Result<String, usize>> {
    distinct(values, pascal)
}

/// A name for each text, unlike the others; or the text before it that makes the same name.
fn distinct(texts: &[&str], case: fn(&[String]) -> Option<String>) -> Vec<Result<String, usize>> {
    let plain: Vec<Option<String>> = texts
        .iter()
        .map(|text| case(&words(text)))
        .map(|name| name.map(|name| if name == "Self" { "Itself".to_owned() } else { name }))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in plain.iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Vec::new();
    for (index, (text, plain)) in texts.iter().zip(&plain).enumerate() {
        let is_alone = |name: &&String| counts.get(name.as_str()) == Some(&1);
        let name = match plain.as_ref().filter(is_alone) {
            Some(name) => name.clone(),
            None => case(&words(&spelt(text))).unwrap_or_else(|| blank(text)),
        };
        names.push(match taken.get(&name) {
            Some(other) => Err(*other),
            None => {
                taken.insert(name.clone(), index);
                Ok(name)
            }
        });
    }
    names
}

fn pascal(words: &[String]) -> Option<String> {
    let name: String = words
        .iter()
        .map(|word| {
            let mut characters = word.chars();
            let first: String =
                characters.next().into_iter().flat_map(char::to_uppercase).collect();
            first + &characters.as_str().to_lowercase()
        })
        .collect();
    identifier(&name, "N")
}

fn snake(words: &[String]) -> Option<String> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    identifier(&words.join("_"), "n_")
}

/// A name in normalization form C, behind `before` where it begins with what can only go on.
fn identifier(name: &str, before: &str) -> Option<String> {
    let name: String = name.nfc().collect();
    let first = name.chars().next()?;
    let name = if unicode_ident::is_xid_start(first) { name } else { format!("{before}{name}") };
    let goes_on = |other: char| other == '_' || unicode_ident::is_xid_continue(other);
    name.chars().all(goes_on).then_some(name)
}

/// Whether a character can stand in a word.
fn is_of_word(character: char) -> bool {
    character != '_' && unicode_ident::is_xid_continue(character)
}

/// The words of a name: split where a character can stand in none, and where a capital follows a
/// small letter or begins a word after an abbreviation (`HTTPServer`).
fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| characters.get(at)).copied();
        let after = characters.get(index + 1).copied();
        let begins = character.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(char::is_lowercase)));
        if (begins || !is_of_word(character)) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_of_word(character) {
            word.push(character);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A text with words for its other characters, but for those that join words.
fn spelt(text: &str) -> String {
    if text.is_empty() {
        return "empty".to_owned();
    }
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let last = std::mem::replace(&mut before, character);
        let word = match character {
            _ if is_of_word(character) => {
                out.push(character);
                continue;
            }
            ' ' | '_' => "",
            '!' => "not",
            '"' => "quote",
            '#' => "hash",
            '$' => "dollar",
            '%' => "percent",
            '&' => "and",
            '\'' => "apostrophe",
            '(' => "open",
            ')' => "close",
            '*' => "star",
            '+' => "plus",
            ',' => "comma",
            // A hyphen, where it is no sign.
            '-' if is_of_word(last) && !next.is_ascii_digit() => "",
            '-' => "minus",
            '.' => "dot",
            '/' => "slash",
            ':' => "colon",
            ';' => "semicolon",
            '<' => "less",
            '=' => "equal",
            '>' => "greater",
            '?' => "question",
            '@' => "at",
            '[' => "left",
            '\\' => "backslash",
            ']' => "right",
            '^' => "caret",
            '`' => "backtick",
            '{' => "begin",
            '|' => "or",
            '}' => "end",
            '~' => "tilde",
            other => {
                out.push_str(&format!(" u{:x} ", u32::from(other)));
                continue;
            }
        };
        out.push_str(&format!(" {word} "));
    }
    out
}

/// A name for a text of white space and the like.
fn blank(text: &str) -> String {
    format!("Blank{}", text.chars().count())
}

/// Whether a type of the name could not be told from something that every generated module has.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(name, "Self" | "Scope")
}

/// The name as `x-rust-name` gives it: an identifier that is no keyword.
pub(super) fn is_rust_name(name: &str) -> bool {
    let normalized: String = name.nfc().collect();
    normalized == name && name != "_" && syn::parse_str::<syn::Ident>(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{field_names, pascal_case, snake_case, variant_names};

    #[test]
    fn names_come_out_of_words() {
        let cases = [
            ("AppendRequest", "AppendRequest", "append_request"),
            ("append request", "AppendRequest", "append_request"),
            ("ON_TERMINAL", "OnTerminal", "on_terminal"),
            ("HTTPServer", "HttpServer", "http_server"),
            ("stage-2b", "Stage2b", "stage_2b"),
            ("2nd", "N2nd", "n_2nd"),
            ("größe", "Größe", "größe"),
            ("Straße", "Straße", "straße"),
            ("注文 番号", "注文番号", "注文_番号"),
            ("e\u{301}tat", "État", "état"),
            ("$ref", "Ref", "ref"),
            ("½ cup²", "Cup", "cup"),
        ];
        for (text, pascal, snake) in cases {
            assert_eq!(pascal_case(text).as_deref(), Some(pascal), "{text}");
            assert_eq!(snake_case(text).as_deref(), Some(snake), "{text}");
        }
        for text in ["", "…", "🎉", "_", " "] {
            assert_eq!(pascal_case(text), None, "{text}");
            assert_eq!(snake_case(text), None, "{text}");
        }
    }

    #[test]
    fn what_stands_side_by_side_is_told_apart_by_what_is_between_the_words() {
        let named = |names: Vec<Result<String, usize>>| {
            names
                .into_iter()
                .map(|name| name.unwrap_or_else(|at| format!("={at}")))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named(field_names(&["+1", "-1", "id", "$ref", "ref", "", "…", "user_id", "userId"])),
            ["plus_1", "minus_1", "id", "dollar_ref", "ref", "empty", "u2026", "user_id", "=7"]
        );
        assert_eq!(
            named(variant_names(&["<", "<=", "", "1.10", "11.0", "self", "a", "A"])),
            ["Less", "LessEqual", "Empty", "N1Dot10", "N11Dot0", "Itself", "A", "=6"]
        );
    }
}
