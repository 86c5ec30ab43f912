//! A JSON value to its canonical bytes without a tree: a list of edits to its own text.
//!
//! One scan notes where the text differs from its canonical form: white space, a string or number
//! spelt otherwise, an object whose members stand in another order. Writing then copies the text
//! in runs between the edits, each byte once however deep the objects nest. A text that is
//! canonical already has no edits and is copied in one piece.

use super::canonical::{compare_names, write_string};
use super::order::utf16_bytes;
use super::run::{plain_end, plain_length};
use super::scan::{Scanner, Stop, canonical_number_length, is_space, unescape};
use super::shape::{Shape, Shapes};
use super::sink::{Sink, Write as _};
use crate::keep::{self, Keep};
use std::cell::Cell;
use std::cmp::Ordering;
use std::num::NonZeroUsize;
use std::thread::LocalKey;

/// A place where the text is not canonical: `start` to `end` of the text.
#[derive(Clone, Copy, Debug, Default)]
struct Edit {
    start: u32,
    /// 0 for an object that turned out to need no new order.
    end: u32,
    /// What stands there instead: `from` to `to` of the literals, often nothing, or of the members,
    /// where an object's are to be put into another order.
    from: u32,
    to: u32,
    /// For an object, the number of the first edit behind those inside it; 0 for all else.
    next: u32,
}

/// A member of an object: its text from the opening quote of its name on, and the edits in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) start: u32,
    end: u32,
    first_edit: u32,
    end_edit: u32,
}

/// The edits of any number of values of one text.
#[derive(Debug, Clone)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
    /// The members of objects that must be sorted, in their order; neighbours in one piece.
    members: Vec<Member>,
    /// The members of the objects that are being read, innermost last.
    open: Vec<Member>,
    literals: Vec<u8>,
    shapes: Shapes,
    /// The names of the object that is being sorted.
    names: Vec<Name>,
}

thread_local! {
    static KEPT: keep::Place<Edits> = const { Cell::new(None) };
}

static EMPTY: Edits = Edits::new();

impl Keep for Edits {
    const NEW: Edits = Edits::new();

    fn place() -> &'static LocalKey<keep::Place<Edits>> {
        &KEPT
    }

    fn empty() -> &'static Edits {
        &EMPTY
    }

    fn clear(&mut self) -> usize {
        keep::clear(&mut self.edits)
            .max(keep::clear(&mut self.members))
            .max(keep::clear(&mut self.open))
            .max(keep::clear(&mut self.literals))
            .max(keep::clear(&mut self.names))
    }
}

/// Where what was read ends, or what is looked for begins; `None` where the scan cannot go on. It
/// goes back in a register, where a `Result` goes through memory in WebAssembly.
type Place = Option<NonZeroUsize>;

/// Whether the code is to be small rather than without calls: in WebAssembly, which is sent.
const IS_SMALL: bool = cfg!(target_arch = "wasm32");

/// Which edits belong to a value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EditRange {
    first: u32,
    end: u32,
}

impl EditRange {
    /// Whether the value is canonical as it stands.
    pub(crate) fn is_empty(self) -> bool {
        self.first == self.end
    }
}

impl Edits {
    pub(crate) const fn new() -> Edits {
        Edits {
            edits: Vec::new(),
            members: Vec::new(),
            open: Vec::new(),
            literals: Vec::new(),
            shapes: Shapes::new(),
            names: Vec::new(),
        }
    }

    /// No edits yet, with room for those of a text of so many bytes as clients send it: compact,
    /// about every second object unsorted.
    pub(crate) fn for_text(bytes: usize) -> Box<Edits> {
        let mut edits = keep::take::<Edits>();
        edits.reserve_for(bytes);
        edits
    }

    /// Makes room for the edits of a text of so many bytes.
    pub(crate) fn reserve_for(&mut self, bytes: usize) {
        self.edits.reserve(bytes / 256);
        self.members.reserve(bytes / 128);
        self.open.reserve(18);
        self.names.reserve(10);
    }

    /// Reads the value that the cursor stands on and notes its edits.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<EditRange, Stop> {
        let first = narrow(self.edits.len());
        let text = scanner.text().as_bytes();
        let end = self.any_value(scanner, text, scanner.position()).ok_or(Stop)?;
        scanner.seek(end.get());
        Ok(EditRange { first, end: narrow(self.edits.len()) })
    }

    /// Reads over a value without a wish to write it.
    pub(crate) fn skip(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Stop> {
        let mark = (self.edits.len(), self.members.len(), self.literals.len());
        self.read(scanner)?;
        self.edits.truncate(mark.0);
        self.members.truncate(mark.1);
        self.literals.truncate(mark.2);
        Ok(())
    }

    // The cursor goes from function to function as a number, not through the scanner: in a
    // register, it does not wait for memory. The scanner is asked where something is unusual.

    /// Reads the value at `at`, gives where it ends. What is frequent is read right here.
    #[inline(always)]
    fn value(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        match text.get(at) {
            Some(b'"') => {
                let end = at + 1 + plain_length(part_from(text, at + 1));
                self.string(scanner, text, at, end)
            }
            Some(b'-' | b'0'..=b'9') => self.number(scanner, text, at),
            Some(b'{') if !IS_SMALL => self.object(scanner, text, at),
            Some(b'[') if !IS_SMALL => self.array(scanner, text, at),
            _ => self.any_value(scanner, text, at),
        }
    }

    /// Reads any value behind the white space that may stand at `at`.
    #[inline(never)]
    fn any_value(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        let at = self.gap(text, at);
        let length = match text.get(at) {
            Some(b'"') => return self.string(scanner, text, at, plain_end(text, at + 1)),
            Some(b'{') => return self.object(scanner, text, at),
            Some(b'[') => return self.array(scanner, text, at),
            Some(b'-' | b'0'..=b'9') => return self.number(scanner, text, at),
            Some(b'n') if starts_with(text, at, b"null") => 4,
            Some(b't') if starts_with(text, at, b"true") => 4,
            Some(b'f') if starts_with(text, at, b"false") => 5,
            _ => return refused(scanner, at, "a JSON value"),
        };
        NonZeroUsize::new(at + length)
    }

    /// The string at `at`, of which the plain part goes to `end`.
    #[inline(always)]
    fn string(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize, end: usize) -> Place {
        match text.get(end) {
            Some(b'"') => NonZeroUsize::new(end + 1),
            _ => self.escaped_string(scanner, at, false),
        }
    }

    #[inline(always)]
    fn number(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        match canonical_number_length(part_from(text, at)) {
            Some(length) if scanner.count_printed(length.get()) => {
                NonZeroUsize::new(at + length.get())
            }
            _ => self.any_number(scanner, at),
        }
    }

    /// A string with escapes: replaced unless it is spelt canonically all the same.
    #[cold]
    #[inline(never)]
    fn escaped_string(&mut self, scanner: &mut Scanner<'_>, at: usize, is_name: bool) -> Place {
        scanner.seek(at);
        let span = scanner.string(is_name).ok()?;
        let from = self.literals.len();
        write_string(&unescape(scanner.slice(span.start, span.end)), &mut self.literals);
        self.replace(scanner, at, from);
        NonZeroUsize::new(span.end + 1)
    }

    #[cold]
    #[inline(never)]
    fn any_number(&mut self, scanner: &mut Scanner<'_>, at: usize) -> Place {
        scanner.seek(at);
        let number = scanner.any_number().ok()?;
        let from = self.literals.len();
        number.write_canonical(&mut self.literals);
        self.replace(scanner, at, from);
        NonZeroUsize::new(scanner.position())
    }

    /// Replaces the text from `start` to the cursor by the literals from `from` on, unless they are
    /// the same.
    #[inline(never)]
    fn replace(&mut self, scanner: &Scanner<'_>, start: usize, from: usize) {
        let end = scanner.position();
        if part_from(&self.literals, from) == scanner.bytes(start, end) {
            self.literals.truncate(from);
            return;
        }
        self.edits.push(Edit {
            start: narrow(start),
            end: narrow(end),
            from: narrow(from),
            to: narrow(self.literals.len()),
            next: 0,
        });
    }

    /// Leaves out the white space that may stand at `at`.
    #[inline]
    fn gap(&mut self, text: &[u8], at: usize) -> usize {
        match text.get(at) {
            Some(..=b' ') => self.white_space(text, at),
            _ => at,
        }
    }

    #[inline(never)]
    fn white_space(&mut self, text: &[u8], at: usize) -> usize {
        let mut end = at;
        while text.get(end).is_some_and(|byte| is_space(*byte)) {
            end += 1;
        }
        if end > at {
            let edit = Edit { start: narrow(at), end: narrow(end), ..Edit::default() };
            self.edits.push(edit);
        }
        end
    }

    #[inline(never)]
    fn array(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        scanner.enter_at(at).ok()?;
        let mut at = self.gap(text, at + 1);
        if text.get(at) != Some(&b']') {
            loop {
                at = match IS_SMALL {
                    true => self.any_value(scanner, text, at)?.get(),
                    false => self.value(scanner, text, at)?.get(),
                };
                if text.get(at) == Some(&b',') {
                    at += 1;
                    continue;
                }
                at = self.gap(text, at);
                match text.get(at) {
                    Some(b',') => at += 1,
                    Some(b']') => break,
                    _ => return refused(scanner, at, "`,` or `]`"),
                }
            }
        }
        scanner.leave_at();
        NonZeroUsize::new(at + 1)
    }

    #[inline(never)]
    fn object(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        let start = at;
        scanner.enter_at(at).ok()?;
        let slot = self.edits.len();
        self.edits.push(Edit::default());
        let mark = self.open.len();
        let mut at = at + 1;
        let shape = self.shapes.expected(text, at);
        // Nothing is expected where no link has the number.
        let mut link = shape.map_or(usize::MAX, |shape| shape.links as usize);
        // Whether all stands as expected, without white space.
        let mut is_exact = true;
        loop {
            let is_first = self.open.len() == mark;
            let mut name_at = at + usize::from(!is_first);
            let mut first_edit = self.edits.len();
            match self.shapes.link(link, text, at) {
                Some(1) => break,
                None => {
                    is_exact = false;
                    name_at = self.member(scanner, text, at, is_first)?.get();
                    first_edit = self.edits.len();
                    if text.get(name_at) == Some(&b'}') {
                        at = name_at;
                        break;
                    }
                    match self.shapes.name(link, usize::from(!is_first), text, name_at) {
                        0 => {
                            link = usize::MAX;
                            at = self.name(scanner, text, name_at)?.get();
                        }
                        length => {
                            link += 1;
                            at = name_at + length;
                        }
                    }
                }
                Some(length) => {
                    link += 1;
                    at += length;
                }
            }
            at = self.value(scanner, text, at)?.get();
            self.open.push(Member {
                start: narrow(name_at),
                end: narrow(at),
                first_edit: narrow(first_edit),
                end_edit: narrow(self.edits.len()),
            });
        }
        scanner.leave_at();
        let from = self.members.len();
        let is_sorted = match shape {
            Some(shape) if is_exact || self.shapes.is_end(link) => {
                self.arrange(shape, mark, is_exact)
            }
            _ => self.sort(text, mark),
        };
        self.open.truncate(mark);
        if !is_sorted {
            let edit = Edit {
                start: narrow(start),
                end: narrow(at + 1),
                from: narrow(from),
                to: narrow(self.members.len()),
                next: narrow(self.edits.len()),
            };
            if let Some(place) = self.edits.get_mut(slot) {
                *place = edit;
            }
        } else if self.edits.len() == slot + 1 {
            self.edits.truncate(slot);
        }
        NonZeroUsize::new(at + 1)
    }

    /// Adds the members from `mark` on in the order of their shape, and says whether they are in it.
    /// Where all stands as expected (`is_exact`), each run is one piece of text.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn arrange(&mut self, shape: Shape, mark: usize, is_exact: bool) -> bool {
        let from = self.members.len();
        let runs = self.shapes.runs(shape);
        let open = part_from(&self.open, mark);
        for run in runs {
            let (first, last) = (usize::from(run.first), usize::from(run.last));
            let members = part(open, first, last + 1);
            if !is_exact {
                for member in members {
                    push_member(&mut self.members, from, member);
                }
            } else if let (Some(first), Some(last)) = (members.first(), members.last()) {
                let piece = Member { end: last.end, end_edit: last.end_edit, ..*first };
                self.members.push(piece);
            }
        }
        runs.is_empty()
    }

    /// Gives where the next member's name or the closing bracket stands, where not simply the link
    /// stands that is expected: behind white space, or another name.
    #[inline(never)]
    fn member(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: &[u8],
        at: usize,
        is_first: bool,
    ) -> Place {
        let mut at = self.gap(text, at);
        match text.get(at) {
            Some(b'}') => return NonZeroUsize::new(at),
            Some(b',') if !is_first => at = self.gap(text, at + 1),
            _ if is_first => {}
            _ => return refused(scanner, at, "`,` or `}`"),
        }
        match text.get(at) {
            Some(b'"') => NonZeroUsize::new(at),
            _ => refused(scanner, at, "a member name in double quotes"),
        }
    }

    /// Reads the member name at `at` and the colon behind it, gives where the value is to stand.
    #[inline(never)]
    fn name(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Place {
        let mut end = plain_end(text, at + 1);
        if text.get(end) != Some(&b'"') {
            end = self.escaped_string(scanner, at, true)?.get() - 1;
        }
        let at = self.gap(text, end + 1);
        match text.get(at) {
            Some(b':') => NonZeroUsize::new(at + 1),
            _ => refused(scanner, at, "`:`"),
        }
    }

    /// Whether the members from `mark` on stand in their order already, each name once; if not,
    /// adds them to the members in their order, the last of equal names alone. Remembers the
    /// object's shape.
    #[inline(never)]
    fn sort(&mut self, text: &[u8], mark: usize) -> bool {
        let open = part_from(&self.open, mark);
        let names = &mut self.names;
        names.clear();
        let mut is_sorted = true;
        for (member, index) in open.iter().zip(0..) {
            let name = Name::of(text, member, index);
            is_sorted =
                is_sorted && names.last().is_none_or(|last| last.compare(&name, text).is_lt());
            names.push(name);
        }
        let mut is_unique = true;
        if !is_sorted {
            // The last of equal names stays the last.
            names.sort_unstable_by(|left, right| {
                left.compare(right, text).then(left.index.cmp(&right.index))
            });
            let from = self.members.len();
            for (position, name) in names.iter().enumerate() {
                let next = names.get(position + 1);
                if next.is_some_and(|next| name.compare(next, text).is_eq()) {
                    is_unique = false;
                } else if let Some(member) = open.get(name.index as usize) {
                    push_member(&mut self.members, from, member);
                }
            }
        }
        if is_unique {
            let order = names.iter().map(|name| name.index as u8);
            self.shapes.remember(text, open, order, is_sorted);
        }
        is_sorted
    }

    /// Appends the canonical bytes of a value that was read: `start` to `end` of the text.
    pub(crate) fn write(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        range: EditRange,
        out: &mut Sink,
    ) {
        let mut at = start;
        let mut index = range.first;
        loop {
            let edit = if index < range.end { self.edits.get(index as usize) } else { None };
            let Some(edit) = edit else { return out.copy(text, at, end) };
            index += 1;
            if edit.end == 0 {
                continue;
            }
            // The bracket that opens an object stays.
            let opening = usize::from(edit.next > 0);
            out.copy(text, at, edit.start as usize + opening);
            at = edit.end as usize;
            let (from, to) = (edit.from as usize, edit.to as usize);
            if edit.next == 0 {
                if from < to {
                    out.extend_from_slice(part(&self.literals, from, to));
                }
                continue;
            }
            index = edit.next;
            for (position, member) in part(&self.members, from, to).iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                let range = EditRange { first: member.first_edit, end: member.end_edit };
                self.write(text, member.start as usize, member.end as usize, range, out);
            }
            out.push(b'}');
        }
    }
}

pub(super) fn part<T>(list: &[T], start: usize, end: usize) -> &[T] {
    list.get(start..end).unwrap_or(&[])
}

/// A member name, ready to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// The first four bytes, to be compared as one number; zeros after a shorter name. Not ASCII
    /// where the bytes say too little: for an escape, or a character beyond ASCII among the four.
    prefix: u32,
    start: u32,
    end: u32,
    /// Which member of its object it names.
    index: u32,
}

impl Name {
    fn of(text: &[u8], member: &Member, index: u32) -> Name {
        let start = member.start as usize + 1;
        let mut end = plain_end(text, start);
        let behind = u32::MAX.checked_shr(8 * (end - start) as u32).unwrap_or(0);
        let mut prefix = match part_from(text, start).first_chunk() {
            Some(chunk) => u32::from_be_bytes(*chunk) & !behind,
            // The text ends.
            None => u32::MAX,
        };
        while text.get(end) == Some(&b'\\') {
            prefix = u32::MAX;
            // The escaped character may be a quote.
            end = plain_end(text, end + 2);
        }
        Name { prefix, start: narrow(start), end: narrow(end), index }
    }

    fn compare(&self, other: &Name, text: &[u8]) -> Ordering {
        let bytes = |name: &Name| part(text, name.start as usize, name.end as usize);
        let (left, right) = (bytes(self), bytes(other));
        if (self.prefix | other.prefix) & 0x8080_8080 != 0 {
            return compare_names(left, right);
        }
        // A name holds no U+0000, so equal prefixes are equal bytes, or both go on.
        self.prefix.cmp(&other.prefix).then_with(|| utf16_bytes(left, right))
    }
}

/// Adds a member that is written after the others, of which the object's begin at `from`.
/// Neighbours in the text that stay neighbours are written in one piece.
#[cfg_attr(target_arch = "wasm32", inline(never))]
fn push_member(members: &mut Vec<Member>, from: usize, member: &Member) {
    if let Some(last) = members.get_mut(from..).and_then(<[Member]>::last_mut)
        && last.end + 1 == member.start
        && last.end_edit == member.first_edit
    {
        last.end = member.end;
        last.end_edit = member.end_edit;
        return;
    }
    members.push(*member);
}

#[inline]
pub(crate) fn part_from<T>(list: &[T], start: usize) -> &[T] {
    list.get(start..).unwrap_or(&[])
}

/// Notes what was expected at `at`.
#[cold]
#[inline(never)]
fn refused(scanner: &mut Scanner<'_>, at: usize, what: &str) -> Place {
    let Stop = scanner.expected_at(at, what);
    None
}

#[inline]
fn starts_with(text: &[u8], at: usize, word: &[u8]) -> bool {
    part_from(text, at).starts_with(word)
}

/// An offset in 32 bits: no text is longer than 512 MiB.
#[inline]
pub(super) fn narrow(offset: usize) -> u32 {
    offset as u32
}
