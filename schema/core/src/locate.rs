//! From byte offsets to JSON Pointers, lines and columns: one walk over the text for all flaws.

use crate::flaw::{Anchor, Flaws};
use crate::json::scan::unescape;
use crate::problem::{Problem, Problems};
use crate::wording::{count, fill, text};
use std::mem;

/// The most bytes that the pointers of one text's problems may take together. A hostile text may
/// hold a name of 30 MB with a thousand flaws below it.
const POINTER_BYTES: usize = 16 << 20;

/// Turns flaws into problems, ordered by their place; those of one place, or of none, stay in the order in which they
/// were found. `bytes` is what was scanned, valid JSON at least up to the last flaw that is anchored to a value.
pub(crate) fn locate(bytes: &[u8], flaws: Flaws) -> Problems {
    let (mut flaws, mut omitted) = flaws.into_parts();
    let mut places = Places { text: bytes, at: 0, line: 1, characters: 0 };
    let mut list = Vec::new();
    let mut budget = POINTER_BYTES;
    // What messages lead to stands elsewhere in the text than what they are about, so it is found first.
    for is_related in [true, false] {
        let mut order = Vec::new();
        for (index, flaw) in flaws.iter().enumerate() {
            let at = if is_related { flaw.related } else { flaw.anchor.offset() };
            // A text has fewer than 2^32 bytes, and each place has few flaws.
            order.push((at.map_or(0, |at| at as u64 + 1) << 32) + index as u64);
        }
        order.sort_unstable();
        let mut walk = Walk::new(bytes);
        for place in &order {
            let Some(flaw) = flaws.get_mut((place & u64::from(u32::MAX)) as usize) else {
                continue;
            };
            let offset = ((place >> 32) as usize).checked_sub(1);
            let mut pointer = offset.map_or_else(Vec::new, |at| walk.pointer(at));
            if is_related {
                if offset.is_some() {
                    flaw.message = fill("{}{}", &[&flaw.message, &text(pointer)]);
                }
                continue;
            }
            match flaw.anchor {
                Anchor::Nowhere | Anchor::Place(_) => pointer.clear(),
                Anchor::Value(_) | Anchor::Member(_) => {}
                Anchor::Missing(_) => {
                    append_token(&mut pointer, flaw.member.as_deref().unwrap_or("").as_bytes());
                }
                Anchor::InName(_) => while pointer.pop().is_some_and(|byte| byte != b'/') {},
            }
            if pointer.len() > budget {
                omitted += 1;
                continue;
            }
            budget -= pointer.len();
            let (line, column) = offset.map_or((0, 0), |at| places.of(at));
            let message = mem::take(&mut flaw.message);
            let fix = mem::take(&mut flaw.fix);
            let pointer = text(pointer);
            list.push(Problem { pointer, offset, line, column, code: flaw.code, message, fix });
        }
    }
    Problems::new(list, omitted)
}

/// Appends a reference token, escaped as RFC 6901 says.
#[cfg(feature = "proptest")]
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    let mut bytes = mem::take(pointer).into_bytes();
    append_token(&mut bytes, token.as_bytes());
    *pointer = text(bytes);
}

/// Appends a reference token, escaped as RFC 6901 says.
#[inline(never)]
fn append_token(pointer: &mut Vec<u8>, token: &[u8]) {
    pointer.extend_from_slice(b"/");
    for byte in token {
        pointer.extend_from_slice(match byte {
            b'~' => b"~0",
            b'/' => b"~1",
            other => std::slice::from_ref(other),
        });
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

/// In place of the end of a member's name: the walk is in an array.
const ELEMENTS: usize = usize::MAX;

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    /// The objects and arrays that the walk is in. Of an object where the contents of the member's name start and
    /// end, of an array the index of the element, and [`ELEMENTS`].
    frames: Vec<(usize, usize)>,
    /// Whether the next string is a member's name.
    is_name_next: bool,
    budget: usize,
    /// The last pointer, and where its value starts, counted from 1.
    found: Vec<u8>,
    found_at: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t [u8]) -> Walk<'t> {
        let (frames, found) = (Vec::new(), Vec::new());
        let budget = POINTER_BYTES;
        Walk { text, at: 0, frames, is_name_next: false, budget, found, found_at: 0 }
    }

    /// The pointer of the value or member that starts at an offset, which are asked for in rising order; empty where
    /// none starts or the text is no JSON any more.
    fn pointer(&mut self, wanted: usize) -> Vec<u8> {
        if self.found_at != wanted + 1 {
            self.found_at = wanted + 1;
            self.found.clear();
            while let Some(&byte) = self.text.get(self.at) {
                let end = if byte == b'"' { self.string_end() } else { self.at };
                if byte == b'"'
                    && self.is_name_next
                    && let Some(frame) = self.frames.last_mut()
                {
                    *frame = (self.at + 1, end);
                }
                if self.at >= wanted {
                    if self.at == wanted {
                        self.write(byte);
                    }
                    break;
                }
                self.pass(byte);
                self.at = end + 1;
            }
        }
        self.found.clone()
    }

    /// Takes note of what stands here before the walk goes on.
    fn pass(&mut self, byte: u8) {
        match byte {
            b'[' | b'{' => {
                self.is_name_next = byte == b'{';
                self.frames.push((0, if self.is_name_next { 0 } else { ELEMENTS }));
            }
            b']' | b'}' => drop(self.frames.pop()),
            b',' => {
                if let Some((index, end)) = self.frames.last_mut() {
                    self.is_name_next = *end != ELEMENTS;
                    if *end == ELEMENTS {
                        *index += 1;
                    }
                }
            }
            b':' => self.is_name_next = false,
            _ => {}
        }
    }

    /// Where the string that begins here has its closing quote.
    fn string_end(&self) -> usize {
        let mut end = self.at + 1;
        while let Some(&byte) = self.text.get(end)
            && byte != b'"'
        {
            end += if byte == b'\\' { 2 } else { 1 };
        }
        end
    }

    /// Writes the pointer of what begins here with this byte.
    fn write(&mut self, byte: u8) {
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b':' | b',' | b']' | b'}') {
            return;
        }
        for (start, end) in &self.frames {
            if *end == ELEMENTS {
                append_token(&mut self.found, count(*start).as_bytes());
            } else {
                let raw = self.text.get(*start..*end).unwrap_or(&[]);
                if raw.len() > self.budget {
                    self.found.extend_from_slice("/…".as_bytes());
                    continue;
                }
                let raw = std::str::from_utf8(raw).unwrap_or("");
                append_token(&mut self.found, unescape(raw).as_bytes());
            }
            self.budget = self.budget.saturating_sub(self.found.len());
        }
    }
}
