//! From byte offsets to JSON Pointers, lines and columns: one walk over the text for all flaws.

use crate::flaw::{Anchor, Flaw, Flaws};
use crate::json::scan::unescape;
use crate::problem::{Problem, Problems};
use crate::wording::count;
use std::mem;

/// The most bytes that the pointers of one text's problems may take together. A hostile text may
/// hold a name of 30 MB with a thousand flaws below it.
const POINTER_BYTES: usize = 16 << 20;

/// Turns flaws into problems, ordered by their place. `text` is what was scanned, valid JSON at
/// least up to the last flaw that is anchored to a value.
pub(crate) fn locate(text: &[u8], flaws: Flaws) -> Problems {
    let (mut flaws, mut omitted) = flaws.into_parts();
    // Those of one place stay in the order in which they were found.
    let place = |flaw: &Flaw| flaw.anchor.offset().map_or(0, |at| at + 1);
    let mut order: Vec<(usize, usize)> =
        flaws.iter().enumerate().map(|(index, flaw)| (place(flaw), index)).collect();
    order.sort_unstable();
    let mut wanted = Vec::with_capacity(flaws.len());
    for flaw in &flaws {
        match flaw.anchor {
            Anchor::Nowhere | Anchor::Place(_) => {}
            anchor => wanted.extend(anchor.offset()),
        }
        wanted.extend(flaw.related);
    }
    wanted.sort_unstable();
    wanted.dedup();
    let frames = Vec::new();
    let mut walk =
        Walk { text, at: 0, frames, budget: POINTER_BYTES, wanted, pointers: Vec::new() };
    walk.run();
    let mut places = Places { text, at: 0, line: 1, characters: 0 };
    let mut list = Vec::with_capacity(flaws.len());
    let mut budget = POINTER_BYTES;
    for (_, index) in order {
        let Some(flaw) = flaws.get_mut(index) else { continue };
        let at = flaw.anchor.offset();
        let found = walk.pointer(at).to_owned();
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
        let mut message = mem::take(&mut flaw.message).into_owned();
        message.push_str(walk.pointer(flaw.related));
        let (offset, code, fix) = (at, flaw.code, mem::take(&mut flaw.fix).into_owned());
        list.push(Problem { pointer, offset, line, column, code, message, fix });
    }
    Problems::new(list, omitted)
}

/// Appends a reference token, escaped as RFC 6901 says.
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    let mut rest = token;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'~' | b'/')) {
        pointer.push_str(rest.get(..at).unwrap_or(""));
        pointer.push_str(if rest.as_bytes().get(at) == Some(&b'~') { "~0" } else { "~1" });
        rest = rest.get(at + 1..).unwrap_or("");
    }
    pointer.push_str(rest);
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
    /// The offsets of the values whose pointers are asked for, rising.
    wanted: Vec<usize>,
    /// The pointers of the first of them, as far as the walk has come.
    pointers: Vec<String>,
}

impl Walk<'_> {
    /// The pointer of a value that was asked for; empty for any other.
    fn pointer(&self, offset: Option<usize>) -> &str {
        let place = offset.and_then(|offset| self.wanted.binary_search(&offset).ok());
        place.and_then(|place| self.pointers.get(place)).map_or("", |pointer| pointer)
    }

    /// Finds the pointers of the wanted offsets; stops after the last, or where the text is no
    /// JSON any more.
    fn run(&mut self) {
        while self.pointers.len() < self.wanted.len() {
            let Some(&byte) = self.text.get(self.at) else { return };
            match byte {
                b'[' => {
                    self.found();
                    self.frames.push(Frame::Array(0));
                }
                b'{' => {
                    self.found();
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
                    self.found();
                    self.at = end;
                }
                b' ' | b'\n' | b'\r' | b'\t' | b':' => {}
                _ => self.found(),
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

    /// Notes the pointer of the value here where it is wanted.
    #[inline(never)]
    fn found(&mut self) {
        while let Some(&wanted) = self.wanted.get(self.pointers.len()) {
            if wanted > self.at {
                return;
            }
            // Where no value begins there is none.
            let pointer = if wanted == self.at { self.here() } else { String::new() };
            self.pointers.push(pointer);
        }
    }

    fn here(&mut self) -> String {
        let mut pointer = String::new();
        for frame in &self.frames {
            match frame {
                Frame::Array(index) => push_token(&mut pointer, &count(*index)),
                Frame::Object(start, end) => {
                    let raw = self.text.get(*start..*end).unwrap_or(&[]);
                    if raw.len() > self.budget {
                        pointer.push_str("/…");
                        continue;
                    }
                    let raw = std::str::from_utf8(raw).unwrap_or("");
                    push_token(&mut pointer, &unescape(raw));
                }
            }
            self.budget = self.budget.saturating_sub(pointer.len());
        }
        pointer
    }
}
