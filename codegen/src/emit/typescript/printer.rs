//! Lines of TypeScript.

/// Collects the lines of a file.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    /// A line; several where the text has several.
    pub(super) fn line(&mut self, text: &str) {
        for line in text.lines() {
            if !line.is_empty() {
                self.out.push_str(&"  ".repeat(self.indent));
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// An empty line.
    pub(super) fn space(&mut self) {
        self.out.push('\n');
    }

    /// A line that opens a block, what stands in it, and the line that closes it.
    pub(super) fn block(&mut self, open: &str, close: &str, inside: impl FnOnce(&mut Printer)) {
        self.line(open);
        self.indent += 1;
        inside(self);
        self.indent -= 1;
        self.line(close);
    }

    /// A documentation comment of paragraphs; nothing where there are none. What would end it is
    /// broken by a backslash, which in JSON means nothing.
    pub(super) fn comment(&mut self, paragraphs: &[String]) {
        let paragraphs: Vec<String> = paragraphs
            .iter()
            .map(|text| text.trim().replace("*/", "*\\/"))
            .filter(|text| !text.is_empty())
            .collect();
        match paragraphs.as_slice() {
            [] => {}
            [one] if !one.contains('\n') => self.line(&format!("/** {one} */")),
            several => {
                self.line("/**");
                for (index, paragraph) in several.iter().enumerate() {
                    if index > 0 {
                        self.line(" *");
                    }
                    for line in paragraph.lines() {
                        self.line(format!(" * {line}").trim_end());
                    }
                }
                self.line(" */");
            }
        }
    }

    /// The file.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// A string literal: JSON's, without the two characters that end a line in JavaScript's comments.
pub(super) fn literal(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The name of a member: quoted where it is no plain one.
pub(super) fn property(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|other| other.is_ascii_alphanumeric() || other == '_');
    if is_plain { name.to_owned() } else { literal(name) }
}
