//! Names of Rust out of names of a schema.

/// `append request`, `ON_TERMINAL`, `jobStep` → `AppendRequest`, `OnTerminal`, `JobStep`. `None`
/// where no identifier comes out.
pub(crate) fn pascal_case(text: &str) -> Option<String> {
    let name: String = words(text)
        .iter()
        .map(|word| {
            let mut characters = word.chars();
            let first: String =
                characters.next().into_iter().flat_map(char::to_uppercase).collect();
            first + &characters.as_str().to_lowercase()
        })
        .collect();
    is_identifier(&name).then_some(name)
}

/// `stepKey`, `Step key` → `step_key`. `None` where no identifier comes out.
pub(crate) fn snake_case(text: &str) -> Option<String> {
    let words: Vec<String> = words(text).iter().map(|word| word.to_lowercase()).collect();
    let name = words.join("_");
    is_identifier(&name).then_some(name)
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// The words of a name: split where a character is no letter or digit, and where a capital
/// follows a small letter or begins a word after an abbreviation (`HTTPServer`).
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
        if (begins || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.push(character);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether generated code uses the name for something else.
pub(super) fn is_reserved(name: &str) -> bool {
    const RESERVED: &[&str] = &[
        "AsRef",
        "Box",
        "Checked",
        "Clone",
        "Copy",
        "Cow",
        "Debug",
        "Default",
        "Deserialize",
        "Deserializer",
        "DifferentPair",
        "Display",
        "Eq",
        "Err",
        "From",
        "Hash",
        "Into",
        "JsonSchema",
        "Limits",
        "None",
        "Ok",
        "Option",
        "Ord",
        "Output",
        "PartialEq",
        "PartialOrd",
        "Plan",
        "PlanScope",
        "Problem",
        "Problems",
        "Request",
        "Result",
        "Rule",
        "SamePair",
        "Sample",
        "Schema",
        "SchemaGenerator",
        "Scope",
        "Self",
        "Serialize",
        "Some",
        "Stored",
        "Strategy",
        "String",
        "Text",
        "ToString",
        "TryFrom",
        "Uuid",
        "Value",
        "Vec",
        "View",
    ];
    RESERVED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{pascal_case, snake_case};

    #[test]
    fn names_come_out_of_words() {
        let cases = [
            ("AppendRequest", "AppendRequest", "append_request"),
            ("append request", "AppendRequest", "append_request"),
            ("ON_TERMINAL", "OnTerminal", "on_terminal"),
            ("HTTPServer", "HttpServer", "http_server"),
            ("stage-2b", "Stage2b", "stage_2b"),
        ];
        for (text, pascal, snake) in cases {
            assert_eq!(pascal_case(text).as_deref(), Some(pascal), "{text}");
            assert_eq!(snake_case(text).as_deref(), Some(snake), "{text}");
        }
        for text in ["", "…", "2nd"] {
            assert_eq!(pascal_case(text), None, "{text}");
            assert_eq!(snake_case(text), None, "{text}");
        }
    }
}
