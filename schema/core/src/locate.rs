//! From byte offsets to JSON Pointers, lines and columns: one walk over the text for all flaws.

use crate::flaw::{Anchor, Flaws};
use crate::json::scan::unescape;
use crate::problem::{Problem, Problems};
use crate::wording::count;

/// The most bytes that the pointers of one text's problems may take together. A hostile text may
/// hold a name of 30 MB with a thousand flaws below it.
const POINTER_BYTES: usize = 16 << 20;

/// Turns flaws into problems, ordered by their place. `text` is what was scanned, valid JSON at
/// least up to the last flaw that is anchored to a value.
pub(crate) fn locate(text: &[u8], flaws: Flaws) -> Problems {
    let (mut flaws, mut omitted) = flaws.into_parts();
    flaws.sort_by_key(|flaw| flaw.anchor.offset());
    let mut wanted = Wanted::default();
    for flaw in &flaws {
        match flaw.anchor {
            Anchor::Nowhere | Anchor::Place(_) => {}
            anchor => wanted.add(anchor.offset().unwrap_or(0)),
        }
        if let Some(related) = flaw.related {
            wanted.add(related);
        }
    }
    wanted.settle();
    if !wanted.0.is_empty() {
        Walk { text, at: 0, frames: Vec::new(), budget: POINTER_BYTES }.run(&mut wanted);
    }
    let mut places = Places { text, at: 0, line: 1, characters: 0 };
    let mut list = Vec::with_capacity(flaws.len());
    let mut budget = POINTER_BYTES;
    for flaw in flaws {
        let at = flaw.anchor.offset();
        let found = at.and_then(|at| wanted.get(at)).cloned().unwrap_or_default();
        let pointer = match flaw.anchor {
            Anchor::Nowhere | Anchor::Place(_) => String::new(),
            Anchor::Value(_) | Anchor::Member(_) => found,
            Anchor::Missing(_) => {
                let mut pointer = found;
                push_token(&mut pointer, flaw.member.as_deref().unwrap_or(""));
                pointer
            }
            Anchor::InName(_) => {
                let length = found.rfind('/').unwrap_or(0);
                found.get(..length).unwrap_or("").to_owned()
            }
        };
        if pointer.len() > budget {
            omitted += 1;
            continue;
        }
        budget -= pointer.len();
        let (line, column) = at.map_or((0, 0), |at| places.of(at));
        let mut message = flaw.message.into_owned();
        message.push_str(flaw.related.and_then(|at| wanted.get(at)).map_or("", |pointer| pointer));
        let (offset, code, fix) = (at, flaw.code, flaw.fix.into_owned());
        list.push(Problem { pointer, offset, line, column, code, message, fix });
    }
    Problems::new(list, omitted)
}

/// Pointers by the offset of their values, which are sorted: smaller code than a map's.
#[derive(Default)]
struct Wanted(Vec<(usize, String)>);

impl Wanted {
    fn add(&mut self, offset: usize) {
        self.0.push((offset, String::new()));
    }

    fn settle(&mut self) {
        self.0.sort_unstable_by_key(|(offset, _)| *offset);
        self.0.dedup_by_key(|(offset, _)| *offset);
    }

    fn get(&self, offset: usize) -> Option<&String> {
        let place = self.0.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        self.0.get(place).map(|(_, pointer)| pointer)
    }

    fn get_mut(&mut self, offset: usize) -> Option<&mut String> {
        let place = self.0.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        self.0.get_mut(place).map(|(_, pointer)| pointer)
    }
}

/// Appends a reference token, escaped as RFC 6901 says.
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Lines and columns for offsets that are asked for in rising order: each byte is looked at once.
struct Places<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
    /// The characters of the line before `at`.
    characters: u32,
}

impl Places<'_> {
    fn of(&mut self, offset: usize) -> (u32, u32) {
        for byte in self.text.get(self.at..offset).unwrap_or(&[]) {
            if *byte == b'\n' {
                self.line += 1;
                self.characters = 0;
            } else if *byte & 0xC0 != 0x80 {
                // Every byte but a continuation begins a character.
                self.characters += 1;
            }
        }
        self.at = self.at.max(offset);
        (self.line, self.characters + 1)
    }
}

/// An array or object that the walk is in.
enum Frame {
    Array(usize),
    /// The name of the member at hand: where its contents start and end.
    Object(usize, usize),
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    frames: Vec<Frame>,
    budget: usize,
}

impl Walk<'_> {
    /// Fills in the pointers of the wanted offsets; stops after the last, or where the text is no
    /// JSON any more.
    fn run(&mut self, wanted: &mut Wanted) {
        let last = wanted.0.last().map_or(0, |(at, _)| *at);
        while self.at <= last {
            let Some(&byte) = self.text.get(self.at) else { return };
            match byte {
                b'[' => {
                    self.found(wanted);
                    self.frames.push(Frame::Array(0));
                }
                b'{' => {
                    self.found(wanted);
                    self.frames.push(Frame::Object(0, 0));
                }
                b']' | b'}' => drop(self.frames.pop()),
                b',' => {
                    if let Some(Frame::Array(index)) = self.frames.last_mut() {
                        *index += 1;
                    }
                }
                b'"' => {
                    let start = self.at;
                    self.skip_string();
                    let end = self.at;
                    if matches!(self.frames.last(), Some(Frame::Object(..))) && self.is_name() {
                        self.frames.pop();
                        self.frames.push(Frame::Object(start + 1, end));
                    }
                    self.at = start;
                    self.found(wanted);
                    self.at = end;
                }
                b' ' | b'\n' | b'\r' | b'\t' | b':' => {}
                _ => self.found(wanted),
            }
            self.at += 1;
        }
    }

    /// Stands on the closing quote afterwards.
    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => return,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Whether a colon follows the closing quote that the walk stands on.
    fn is_name(&self) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or(&[]);
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    }

    fn found(&mut self, wanted: &mut Wanted) {
        let Some(pointer) = wanted.get_mut(self.at) else { return };
        for frame in &self.frames {
            match frame {
                Frame::Array(index) => push_token(pointer, &count(*index)),
                Frame::Object(start, end) => {
                    let raw = self.text.get(*start..*end).unwrap_or(&[]);
                    if raw.len() > self.budget {
                        pointer.push_str("/…");
                        continue;
                    }
                    let raw = std::str::from_utf8(raw).unwrap_or("");
                    push_token(pointer, &unescape(raw));
                }
            }
            self.budget = self.budget.saturating_sub(pointer.len());
        }
    }
}
