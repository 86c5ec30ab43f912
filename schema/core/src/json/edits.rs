//! A JSON value to its canonical bytes without a tree: a list of edits to its own text.
//!
//! One scan notes where the text differs from its canonical form: white space, a string or number
//! spelt otherwise, an object whose members stand in another order. Writing then copies the text
//! in runs between the edits, each byte once however deep the objects nest. A text that is
//! canonical already has no edits and is copied in one piece.

use super::canonical::{compare_names, write_string};
use super::order::utf16_bytes;
use super::run::plain_length;
use super::scan::{Number, Scanner, Stop, StringSpan, canonical_number_length, is_space};
use super::shape::{Shape, Shapes};
use super::sink::{Sink, Write as _};
use crate::keep::{self, Keep, Place};
use std::cell::Cell;
use std::cmp::Ordering;
use std::thread::LocalKey;

/// A place where the text is not canonical. Offsets are into the text.
#[derive(Clone, Copy, Debug)]
enum Edit {
    /// An object that turned out to need no new order.
    None,
    /// Replaces a part of the text by a part of the literals, often by nothing.
    Replace { start: u32, end: u32, from: u32, to: u32 },
    /// Puts the members of an object into another order: `from` to `to` of the members. The edits
    /// inside the object come before `next`.
    Sort { start: u32, end: u32, from: u32, to: u32, next: u32 },
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
#[derive(Debug, Default, Clone)]
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
    static KEPT: Place<Edits> = const { Cell::new(None) };
}

static EMPTY: Edits = Edits::new();

impl Keep for Edits {
    fn place() -> &'static LocalKey<Place<Edits>> {
        &KEPT
    }

    fn empty() -> &'static Edits {
        &EMPTY
    }

    fn clear(&mut self) {
        keep::clear(&mut self.edits);
        keep::clear(&mut self.members);
        keep::clear(&mut self.open);
        keep::clear(&mut self.literals);
        keep::clear(&mut self.names);
    }
}

/// What comes next in an object.
enum Next {
    /// A member, of which the value is still to be read.
    Name { start: u32, first_edit: u32, value_at: usize, next_link: usize },
    /// The bracket that closes.
    End(usize),
}

/// Where a value is followed by what.
struct After {
    at: usize,
    is_end: bool,
}

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
    const fn new() -> Edits {
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
        edits.edits.reserve(bytes / 128);
        edits.members.reserve(bytes / 128);
        edits.open.reserve(18);
        edits.names.reserve(10);
        edits
    }

    /// Reads the value that the cursor stands on and notes its edits.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<EditRange, Stop> {
        let first = narrow(self.edits.len());
        let text = scanner.text().as_bytes();
        let end = self.spaced_value(scanner, text, scanner.position())?;
        scanner.seek(end);
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

    /// Reads the value at `at`, gives where it ends.
    #[inline(always)]
    fn value(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Result<usize, Stop> {
        match text.get(at) {
            Some(b'"') => self.string(scanner, text, at),
            Some(b'{') => self.object(scanner, text, at),
            Some(b'[') => self.array(scanner, text, at),
            Some(b'-' | b'0'..=b'9') => match canonical_number_length(part_from(text, at)) {
                Some(length) if scanner.count_printed(length) => Ok(at + length),
                _ => self.number(scanner, at),
            },
            Some(b'n') if starts_with(text, at, b"null") => Ok(at + 4),
            Some(b't') if starts_with(text, at, b"true") => Ok(at + 4),
            Some(b'f') if starts_with(text, at, b"false") => Ok(at + 5),
            Some(byte) if is_space(*byte) => self.spaced_value(scanner, text, at),
            _ => Err(scanner.expected_at(at, "a JSON value")),
        }
    }

    /// Reads a value behind the white space that may stand at `at`.
    #[inline(never)]
    fn spaced_value(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: &[u8],
        at: usize,
    ) -> Result<usize, Stop> {
        let at = self.gap(text, at);
        self.value(scanner, text, at)
    }

    #[inline(always)]
    fn string(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Result<usize, Stop> {
        let end = at + 1 + plain_length(part_from(text, at + 1));
        if text.get(end) == Some(&b'"') {
            return Ok(end + 1);
        }
        self.escaped_string(scanner, at, false).map(|span| span.end + 1)
    }

    /// A string with escapes: replaced unless it is spelt canonically all the same.
    #[cold]
    fn escaped_string(
        &mut self,
        scanner: &mut Scanner<'_>,
        at: usize,
        is_name: bool,
    ) -> Result<StringSpan, Stop> {
        scanner.seek(at);
        let span = scanner.string(is_name)?;
        if span.escaped {
            let from = self.literals.len();
            write_string(&scanner.unescape(span), &mut self.literals);
            self.replace(scanner, at, span.end + 1, from);
        }
        Ok(span)
    }

    #[cold]
    fn number(&mut self, scanner: &mut Scanner<'_>, at: usize) -> Result<usize, Stop> {
        scanner.seek(at);
        if let Number::Other(number) = scanner.number()? {
            let from = self.literals.len();
            number.write_canonical(&mut self.literals);
            self.replace(scanner, at, scanner.position(), from);
        }
        Ok(scanner.position())
    }

    /// Replaces a part of the text by the literals from `from` on, unless they are the same.
    fn replace(&mut self, scanner: &Scanner<'_>, start: usize, end: usize, from: usize) {
        if self.literals.get(from..) == Some(scanner.bytes(start, end)) {
            self.literals.truncate(from);
            return;
        }
        let (start, end) = (narrow(start), narrow(end));
        let (from, to) = (narrow(from), narrow(self.literals.len()));
        self.edits.push(Edit::Replace { start, end, from, to });
    }

    /// Leaves out the white space that may stand at `at`.
    #[inline]
    fn gap(&mut self, text: &[u8], at: usize) -> usize {
        match text.get(at) {
            Some(byte) if is_space(*byte) => self.white_space(text, at),
            _ => at,
        }
    }

    #[inline(never)]
    fn white_space(&mut self, text: &[u8], at: usize) -> usize {
        let end = at + part_from(text, at).iter().take_while(|byte| is_space(**byte)).count();
        self.edits.push(Edit::Replace { start: narrow(at), end: narrow(end), from: 0, to: 0 });
        end
    }

    #[inline(never)]
    fn array(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Result<usize, Stop> {
        scanner.enter_at(at)?;
        let mut at = self.gap(text, at + 1);
        if text.get(at) != Some(&b']') {
            loop {
                at = self.value(scanner, text, at)?;
                let after = self.after_value(scanner, text, at, b']')?;
                at = after.at;
                if after.is_end {
                    break;
                }
            }
        }
        scanner.leave_at();
        Ok(at + 1)
    }

    #[inline(never)]
    fn object(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Result<usize, Stop> {
        let start = at;
        scanner.enter_at(at)?;
        let slot = self.edits.len();
        self.edits.push(Edit::None);
        let mark = self.open.len();
        let mut at = at + 1;
        let shape = self.shapes.expected(text, at);
        // Nothing is expected where no link has the number.
        let mut link = shape.map_or(usize::MAX, |shape| shape.links as usize);
        // Whether all stands as expected, without white space.
        let mut is_exact = true;
        loop {
            let mut member = Member { start: 0, end: 0, first_edit: 0, end_edit: 0 };
            match self.shapes.link(link, text, at) {
                Some(1) => break,
                Some(length) => {
                    member.start = narrow(at + usize::from(self.open.len() > mark));
                    member.first_edit = narrow(self.edits.len());
                    at += length;
                    link += 1;
                }
                None => {
                    is_exact = false;
                    let is_first = self.open.len() == mark;
                    match self.next_name(scanner, text, at, is_first, link)? {
                        Next::Name { start, first_edit, value_at, next_link } => {
                            member.start = start;
                            member.first_edit = first_edit;
                            at = value_at;
                            link = next_link;
                        }
                        Next::End(end) => {
                            at = end;
                            break;
                        }
                    }
                }
            }
            at = self.value(scanner, text, at)?;
            member.end = narrow(at);
            member.end_edit = narrow(self.edits.len());
            self.open.push(member);
        }
        scanner.leave_at();
        let from = self.members.len();
        let is_sorted = match shape {
            Some(shape) if is_exact => {
                let runs = self.shapes.runs(shape);
                let open = self.open.get(mark..).unwrap_or(&[]);
                self.members.extend(runs.iter().filter_map(|run| {
                    let first = open.get(usize::from(run.first))?;
                    let last = open.get(usize::from(run.last))?;
                    let (start, end) = (first.start, last.end);
                    let (first_edit, end_edit) = (first.first_edit, last.end_edit);
                    Some(Member { start, end, first_edit, end_edit })
                }));
                runs.is_empty()
            }
            Some(shape) if self.shapes.is_end(link) => self.arrange(shape, mark),
            _ => self.sort(text, mark),
        };
        self.open.truncate(mark);
        if !is_sorted {
            let edit = Edit::Sort {
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
        Ok(at + 1)
    }

    /// Adds the members from `mark` on in the order of their shape, where white space stands
    /// between some; says whether they are in it.
    #[inline(never)]
    fn arrange(&mut self, shape: Shape, mark: usize) -> bool {
        let from = self.members.len();
        let runs = self.shapes.runs(shape);
        let open = self.open.get(mark..).unwrap_or(&[]);
        for run in runs {
            for member in part(open, usize::from(run.first), usize::from(run.last) + 1) {
                push_member(&mut self.members, from, member);
            }
        }
        runs.is_empty()
    }

    /// Reads up to the next member's value where not simply the link stands that is expected:
    /// behind white space, or another name.
    #[inline(never)]
    fn next_name(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: &[u8],
        at: usize,
        is_first: bool,
        link: usize,
    ) -> Result<Next, Stop> {
        let mut at = at;
        if !is_first {
            let after = self.after_value(scanner, text, at, b'}')?;
            if after.is_end {
                return Ok(Next::End(after.at));
            }
            at = after.at;
        }
        at = self.gap(text, at);
        if is_first && text.get(at) == Some(&b'}') {
            return Ok(Next::End(at));
        }
        let (start, first_edit) = (narrow(at), narrow(self.edits.len()));
        if let Some(length) = self.shapes.name(link, usize::from(!is_first), text, at) {
            return Ok(Next::Name {
                start,
                first_edit,
                value_at: at + length,
                next_link: link + 1,
            });
        }
        let end = self.name(scanner, text, at)?;
        at = self.gap(text, end + 1);
        if text.get(at) != Some(&b':') {
            return Err(scanner.expected_at(at, "`:`"));
        }
        Ok(Next::Name { start, first_edit, value_at: at + 1, next_link: usize::MAX })
    }

    /// What stands behind a value in an array or object: a comma, which is passed over, or the
    /// bracket that closes, which is not.
    #[inline(always)]
    fn after_value(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: &[u8],
        at: usize,
        close: u8,
    ) -> Result<After, Stop> {
        match text.get(at) {
            Some(b',') => Ok(After { at: at + 1, is_end: false }),
            Some(byte) if *byte == close => Ok(After { at, is_end: true }),
            _ => self.after_space(scanner, text, at, close),
        }
    }

    #[inline(never)]
    fn after_space(
        &mut self,
        scanner: &mut Scanner<'_>,
        text: &[u8],
        at: usize,
        close: u8,
    ) -> Result<After, Stop> {
        let at = self.gap(text, at);
        match text.get(at) {
            Some(b',') => Ok(After { at: at + 1, is_end: false }),
            Some(byte) if *byte == close => Ok(After { at, is_end: true }),
            _ if close == b'}' => Err(scanner.expected_at(at, "`,` or `}`")),
            _ => Err(scanner.expected_at(at, "`,` or `]`")),
        }
    }

    /// Reads the member name at `at`, gives where its closing quote stands.
    fn name(&mut self, scanner: &mut Scanner<'_>, text: &[u8], at: usize) -> Result<usize, Stop> {
        if text.get(at) != Some(&b'"') {
            return Err(scanner.expected_at(at, "a member name in double quotes"));
        }
        let end = at + 1 + plain_length(part_from(text, at + 1));
        if text.get(end) == Some(&b'"') {
            return Ok(end);
        }
        self.escaped_string(scanner, at, true).map(|span| span.end)
    }

    /// Whether the members from `mark` on stand in their order already, each name once; if not,
    /// adds them to the members in their order, the last of equal names alone. Remembers the
    /// object's shape.
    #[inline(never)]
    fn sort(&mut self, text: &[u8], mark: usize) -> bool {
        let open = self.open.get(mark..).unwrap_or(&[]);
        let names = &mut self.names;
        names.clear();
        for (member, index) in open.iter().zip(0..) {
            names.push(Name::of(text, member, index));
        }
        let is_sorted = names.windows(2).all(|pair| match pair {
            [left, right] => left.compare(right, text) == Ordering::Less,
            _ => true,
        });
        if is_sorted {
            self.shapes.remember(text, names, true);
            return true;
        }
        // The last of equal names stays the last.
        names.sort_unstable_by(|left, right| {
            left.compare(right, text).then_with(|| left.index.cmp(&right.index))
        });
        let from = self.members.len();
        let mut rest = names.iter().peekable();
        let mut is_unique = true;
        while let Some(name) = rest.next() {
            if rest.peek().is_some_and(|next| name.compare(next, text) == Ordering::Equal) {
                is_unique = false;
            } else if let Some(member) = open.get(name.index as usize) {
                push_member(&mut self.members, from, member);
            }
        }
        if is_unique {
            self.shapes.remember(text, names, false);
        }
        false
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
        while index < range.end {
            match self.edits.get(index as usize) {
                Some(Edit::Replace { start, end, from, to }) => {
                    out.copy(text, at, *start as usize);
                    out.copy(&self.literals, *from as usize, *to as usize);
                    at = *end as usize;
                    index += 1;
                }
                Some(Edit::Sort { start, end, from, to, next }) => {
                    out.copy(text, at, *start as usize + 1);
                    let members = part(&self.members, *from as usize, *to as usize);
                    for (position, member) in members.iter().enumerate() {
                        if position > 0 {
                            out.push(b',');
                        }
                        let range = EditRange { first: member.first_edit, end: member.end_edit };
                        let (start, end) = (member.start as usize, member.end as usize);
                        if range.first == range.end {
                            out.copy(text, start, end);
                        } else {
                            self.write(text, start, end, range, out);
                        }
                    }
                    out.push(b'}');
                    at = *end as usize;
                    index = *next;
                }
                Some(Edit::None) | None => index += 1,
            }
        }
        out.copy(text, at, end);
    }
}

pub(super) fn part<T>(list: &[T], start: usize, end: usize) -> &[T] {
    list.get(start..end).unwrap_or(&[])
}

/// A member name, ready to be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// The first eight bytes, to be compared as one number; zeros after a shorter name.
    prefix: u64,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Which member of its object it names.
    pub(super) index: u32,
    /// Whether an escape stands in it.
    pub(super) is_escaped: bool,
    /// Whether the bytes say too little: an escape, or a character beyond ASCII in the prefix.
    is_special: bool,
}

impl Name {
    fn of(text: &[u8], member: &Member, index: u32) -> Name {
        let start = member.start as usize + 1;
        let mut end = start + plain_length(part_from(text, start));
        let is_escaped = text.get(end) == Some(&b'\\');
        while text.get(end) == Some(&b'\\') {
            // The escaped character may be a quote.
            end += 2;
            end += plain_length(part_from(text, end));
        }
        let bytes = part(text, start, end);
        let prefix = match bytes.first_chunk::<8>() {
            Some(chunk) => u64::from_be_bytes(*chunk),
            None => {
                let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
                value.checked_shl(64 - 8 * bytes.len() as u32).unwrap_or(0)
            }
        };
        let is_special = prefix & 0x8080_8080_8080_8080 != 0 || is_escaped;
        Name { prefix, start: narrow(start), end: narrow(end), index, is_escaped, is_special }
    }

    fn compare(&self, other: &Name, text: &[u8]) -> Ordering {
        let bytes = |name: &Name| part(text, name.start as usize, name.end as usize);
        if self.is_special || other.is_special {
            return compare_names(bytes(self), bytes(other));
        }
        // A name holds no U+0000, so equal prefixes are equal bytes, or both go on.
        let order = self.prefix.cmp(&other.prefix);
        order.then_with(|| utf16_bytes(bytes(self), bytes(other)))
    }
}

/// Adds a member that is written after the others, of which the object's begin at `from`.
/// Neighbours in the text that stay neighbours are written in one piece.
#[inline]
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
pub(crate) fn part_from(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).unwrap_or(&[])
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
