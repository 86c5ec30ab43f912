//! Line breaks in generated SQL, so that people can read it and a diff shows what changed.

/// What begins a line of a statement, outside of parentheses.
const CLAUSES: [&str; 7] =
    ["SELECT ", "FROM ", "LEFT JOIN ", "WHERE ", "ORDER BY ", "ON CONFLICT ", "FOR NO KEY UPDATE"];

/// Breaks a statement into lines: before its clauses, after its table expressions, and where it
/// lists columns and constraints. Quoted names and strings stay as they are.
pub(super) fn lines(sql: &str) -> String {
    let create = sql.starts_with("CREATE TABLE");
    let mut with = sql.starts_with("WITH ");
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut escapes = false;
    let mut characters = sql.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if let Some(open) = quote {
            out.push(character);
            if escapes && character == '\\' {
                out.extend(characters.next().map(|(_, escaped)| escaped));
            } else if character == open {
                quote = None;
            }
            continue;
        }
        match character {
            '\'' | '"' => {
                escapes = character == '\'' && out.ends_with('E');
                quote = Some(character);
            }
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' => {
                let rest = sql.get(at + 1..).unwrap_or_default();
                if rest.starts_with([' ', ',']) {
                    continue;
                }
                let begins = CLAUSES.iter().any(|clause| rest.starts_with(clause));
                if depth == 0 && !create && begins && !out.ends_with(" DISTINCT") {
                    with = false;
                    out.push('\n');
                    continue;
                }
            }
            _ => {}
        }
        if create && character == ')' && depth == 0 {
            out.push('\n');
        }
        out.push(character);
        let inside = (create && depth == 1) || (with && depth == 0);
        if (inside && character == ',') || (create && character == '(' && depth == 1) {
            out.push_str(if create { "\n    " } else { "\n" });
            while characters.next_if(|(_, next)| *next == ' ').is_some() {}
        }
    }
    let trimmed: Vec<&str> = out.lines().map(str::trim_end).collect();
    trimmed.join("\n")
}

/// The `#` that a raw string with this text needs.
fn hashes(text: &str) -> String {
    let mut longest = 0;
    for (at, _) in text.match_indices('"') {
        let after = text.get(at + 1..).unwrap_or_default();
        longest = longest.max(1 + after.bytes().take_while(|byte| *byte == b'#').count());
    }
    "#".repeat(longest)
}

/// A text as a Rust literal: raw, unless it holds what a raw one cannot: carriage returns, and marks of
/// direction, which the compiler refuses since they can make a text look like another.
pub(super) fn literal(text: &str) -> String {
    if text.chars().any(is_unfit) {
        return format!("{text:?}");
    }
    let quotes = hashes(text);
    format!("r{quotes}\"{text}\"{quotes}")
}

/// A text as it can stand on one line of a comment.
pub(super) fn comment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.extend(character.escape_default()),
            _ if is_unfit(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// What Rust takes neither in raw literals nor in comments.
fn is_unfit(character: char) -> bool {
    matches!(character, '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_in_a_raw_literal_or_in_a_comment_is_escaped() {
        for (text, expected, expected_comment) in [
            ("a", "r\"a\"", "a"),
            ("\"#", "r##\"\"#\"##", "\"#"),
            ("a\nb", "r\"a\nb\"", "a\\nb"),
            ("a\r\nb", "\"a\\r\\nb\"", "a\\u{d}\\nb"),
            ("\u{202e}\"", "\"\\u{202e}\\\"\"", "\\u{202e}\""),
        ] {
            assert_eq!(
                (literal(text).as_str(), comment(text).as_str()),
                (expected, expected_comment)
            );
        }
    }

    #[test]
    fn quoted_texts_stay_as_they_are() {
        let sql =
            r#"CREATE TABLE "a, (b" ( "c" text, CHECK ("c" IN ('x, y', E'\', (', 'it''s')) )"#;
        let laid = "CREATE TABLE \"a, (b\" (\n    \"c\" text,\n    CHECK (\"c\" IN ('x, y', E'\\', (', 'it''s'))\n)";
        assert_eq!(lines(sql), laid);
    }

    #[test]
    fn table_expressions_stand_on_lines_of_their_own() {
        let sql = r#"WITH "a" AS (SELECT 1, 2) , "b" AS (SELECT 3) SELECT * FROM "a", "b""#;
        assert_eq!(
            lines(sql),
            "WITH \"a\" AS (SELECT 1, 2),\n\"b\" AS (SELECT 3)\nSELECT *\nFROM \"a\", \"b\""
        );
    }

    #[test]
    fn raw_strings_are_delimited_by_what_their_text_lacks() {
        assert_eq!(hashes("plain"), "");
        assert_eq!(hashes("a \"b\" c"), "#");
        assert_eq!(hashes("\"## "), "###");
    }
}
