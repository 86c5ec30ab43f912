//! A naive JSON reader: from bytes to a tree, refusing what the contract refuses.
//!
//! Grammar is RFC 8259's. A grammar error ends the reading; a string or number that is spelt
//! right but that `jsonb` would not take is noted, and reading goes on.

use std::iter::Peekable;
use std::str::Chars;

use super::decimal;

/// The deepest nesting of arrays and objects; `[]` has depth 1, a scalar depth 0.
pub const DEPTH_MAXIMUM: usize = 512;
/// The longest text, in bytes (32 MiB).
pub const TEXT_BYTES_MAXIMUM: usize = 32 * 1024 * 1024;
/// What all numbers together may take in plain notation, in characters (64 MiB).
pub const PRINTED_MAXIMUM: u64 = 64 * 1024 * 1024;

/// A JSON value that keeps what a text says: numbers as they are spelt, members in their order
/// and with their duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as it is spelt.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object's members as they stand in the text.
    Object(Vec<(String, Value)>),
    /// A string or number that the contract refuses; [`read`] never returns one.
    Refused,
}

/// Something wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// A JSON Pointer (RFC 6901) to the value; the object's for a member's name.
    pub pointer: String,
    /// What is wrong, in a word or a few.
    pub about: &'static str,
}

/// The value that the bytes spell, or every reason why they are refused.
pub fn read(bytes: &[u8]) -> Result<Value, Vec<Problem>> {
    match read_leniently(bytes) {
        (Some(value), problems) if problems.is_empty() => Ok(value),
        (_, problems) => Err(problems),
    }
}

/// The tree, where there is one, with [`Value::Refused`] in the place of each refused string or
/// number, and all problems.
pub(super) fn read_leniently(bytes: &[u8]) -> (Option<Value>, Vec<Problem>) {
    let alone = |about| (None, vec![Problem { pointer: String::new(), about }]);
    if bytes.len() > TEXT_BYTES_MAXIMUM {
        return alone("at most 32 MiB");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return alone("syntax: not UTF-8") };
    let mut reader = Reader {
        rest: text.chars().peekable(),
        path: Vec::new(),
        problems: Vec::new(),
        printed: 0,
    };
    let value = reader.document();
    if value.is_some() && reader.printed > PRINTED_MAXIMUM {
        reader.problems.push(Problem { pointer: String::new(), about: "printed too large" });
    }
    (value, reader.problems)
}

/// A JSON Pointer from its unescaped segments.
pub(super) fn pointer(path: &[String]) -> String {
    let escaped = path.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
    escaped.fold(String::new(), |pointer, name| format!("{pointer}/{name}"))
}

struct Reader<'text> {
    rest: Peekable<Chars<'text>>,
    path: Vec<String>,
    problems: Vec<Problem>,
    printed: u64,
}

/// Each function returns `None` after a problem that ends the reading.
impl Reader<'_> {
    fn document(&mut self) -> Option<Value> {
        let value = self.value(0)?;
        self.white_space();
        if self.rest.peek().is_some() { self.syntax() } else { Some(value) }
    }

    /// A value inside `depth` arrays and objects, with the white space before it.
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.white_space();
        match self.rest.peek() {
            Some('n') => self.literal("null", Value::Null),
            Some('t') => self.literal("true", Value::Boolean(true)),
            Some('f') => self.literal("false", Value::Boolean(false)),
            Some('"') => match self.string()? {
                Ok(text) => Some(Value::String(text)),
                Err(about) => Some(self.refuse(about)),
            },
            Some('-' | '0'..='9') => self.number(),
            Some('[' | '{') if depth >= DEPTH_MAXIMUM => self.stop("depth"),
            Some('[') => self.array(depth + 1),
            Some('{') => self.object(depth + 1),
            _ => self.syntax(),
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.expect('[')?;
        let mut elements = Vec::new();
        self.white_space();
        if self.takes(']') {
            return Some(Value::Array(elements));
        }
        loop {
            self.path.push(elements.len().to_string());
            elements.push(self.value(depth)?);
            self.path.pop();
            self.white_space();
            if self.takes(']') {
                return Some(Value::Array(elements));
            }
            self.expect(',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.expect('{')?;
        let mut members = Vec::new();
        self.white_space();
        if self.takes('}') {
            return Some(Value::Object(members));
        }
        loop {
            self.white_space();
            let name = self.string()?;
            if let Err(about) = name {
                self.refuse(about);
            }
            self.white_space();
            self.expect(':')?;
            self.path.push(name.clone().unwrap_or_default());
            let value = self.value(depth)?;
            self.path.pop();
            if let Ok(name) = name {
                members.push((name, value));
            }
            self.white_space();
            if self.takes('}') {
                return Some(Value::Object(members));
            }
            self.expect(',')?;
        }
    }

    fn number(&mut self) -> Option<Value> {
        let mut text = String::new();
        self.copy_if(&mut text, &['-']);
        if !self.copy_if(&mut text, &['0']) {
            self.copy_digits(&mut text)?;
        }
        if self.copy_if(&mut text, &['.']) {
            self.copy_digits(&mut text)?;
        }
        if self.copy_if(&mut text, &['e', 'E']) {
            self.copy_if(&mut text, &['+', '-']);
            self.copy_digits(&mut text)?;
        }
        if !decimal::within_numeric(&text) {
            return Some(self.refuse("number out of range"));
        }
        self.printed += decimal::printed_length(&text);
        Some(Value::Number(text))
    }

    /// A string, or why its characters are refused.
    ///
    /// It is gathered in UTF-16 code units, escapes and other characters alike: a surrogate that
    /// is not one half of a pair then shows itself when the units are made into a string.
    fn string(&mut self) -> Option<Result<String, &'static str>> {
        self.expect('"')?;
        let mut units: Vec<u16> = Vec::new();
        loop {
            match self.rest.next() {
                Some('"') => break,
                Some('\\') => units.push(self.escape()?),
                Some(character) if character >= ' ' => {
                    units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                }
                _ => return self.syntax(),
            }
        }
        if units.contains(&0) {
            return Some(Err("NUL"));
        }
        Some(String::from_utf16(&units).map_err(|_| "surrogate"))
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Option<u16> {
        match self.rest.next() {
            Some('"') => Some(0x22),
            Some('\\') => Some(0x5c),
            Some('/') => Some(0x2f),
            Some('b') => Some(0x08),
            Some('f') => Some(0x0c),
            Some('n') => Some(0x0a),
            Some('r') => Some(0x0d),
            Some('t') => Some(0x09),
            Some('u') => {
                let mut unit: u32 = 0;
                for _ in 0..4 {
                    match self.rest.next().and_then(|digit| digit.to_digit(16)) {
                        Some(digit) => unit = unit * 16 + digit,
                        None => return self.syntax(),
                    }
                }
                u16::try_from(unit).ok()
            }
            _ => self.syntax(),
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Option<Value> {
        for character in word.chars() {
            self.expect(character)?;
        }
        Some(value)
    }

    fn white_space(&mut self) {
        while self.rest.next_if(|next| [' ', '\t', '\n', '\r'].contains(next)).is_some() {}
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        if self.takes(wanted) { Some(()) } else { self.syntax() }
    }

    fn copy_if(&mut self, text: &mut String, wanted: &[char]) -> bool {
        match self.rest.next_if(|next| wanted.contains(next)) {
            Some(character) => {
                text.push(character);
                true
            }
            None => false,
        }
    }

    fn copy_digits(&mut self, text: &mut String) -> Option<()> {
        let before = text.len();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            text.push(digit);
        }
        if text.len() > before { Some(()) } else { self.syntax() }
    }

    /// Notes a refused string or number, and goes on.
    fn refuse(&mut self, about: &'static str) -> Value {
        self.problems.push(Problem { pointer: pointer(&self.path), about });
        Value::Refused
    }

    /// Ends the reading: what was noted before is dropped with the tree.
    fn stop<T>(&mut self, about: &'static str) -> Option<T> {
        self.problems = vec![Problem { pointer: String::new(), about }];
        None
    }

    fn syntax<T>(&mut self) -> Option<T> {
        self.stop("syntax")
    }
}
