//! A JSON value to its canonical bytes without a tree: a list of edits to its own text.
//!
//! One scan notes where the text differs from its canonical form: white space, a string or number
//! spelt otherwise, an object whose members stand in another order. Writing then copies the text
//! in runs between the edits, each byte once however deep the objects nest. A text that is
//! canonical already has no edits and is copied in one piece.

use super::canonical::{compare_names, write_string};
use super::order::utf16_bytes;
use super::run::plain_length;
use super::scan::{Number, Scanner, Stop, StringSpan, canonical_number_length};
use std::cmp::Ordering;

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

/// A member of an object that must be sorted: its text, and the edits in it.
#[derive(Clone, Copy, Debug)]
struct Member {
    start: u32,
    end: u32,
    first_edit: u32,
    end_edit: u32,
}

/// A member of an object that is being read.
#[derive(Clone, Copy, Debug, Default)]
struct OpenMember {
    /// The first eight bytes of the name, to be compared as one number.
    prefix: u64,
    /// Whether the prefix says too little: an escape or a character beyond ASCII.
    is_special: bool,
    name_start: u32,
    name_end: u32,
    end: u32,
    first_edit: u32,
    end_edit: u32,
}

/// The edits of any number of values of one text.
#[derive(Debug, Default, Clone)]
pub(crate) struct Edits {
    edits: Vec<Edit>,
    members: Vec<Member>,
    open: Vec<OpenMember>,
    literals: Vec<u8>,
    orders: [MemberOrder; ORDERS],
}

/// Which edits belong to a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EditRange {
    first: u32,
    end: u32,
}

impl Edits {
    /// No edits yet, with room for those of a text of so many bytes as clients send it: compact,
    /// about every second object unsorted.
    pub(crate) fn for_text(bytes: usize) -> Edits {
        Edits {
            edits: Vec::with_capacity(bytes / 128),
            members: Vec::with_capacity(bytes / 64),
            open: Vec::with_capacity(32),
            ..Edits::default()
        }
    }

    /// Reads the value that the cursor stands on and notes its edits.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'_>) -> Result<EditRange, Stop> {
        let first = narrow(self.edits.len());
        let text = scanner.text().as_bytes();
        let end = self.value(scanner, text, scanner.position())?;
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
            _ => Err(scanner.expected_at(at, "a JSON value")),
        }
    }

    #[inline]
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
            Some(b' ' | b'\n' | b'\r' | b'\t') => self.white_space(text, at),
            _ => at,
        }
    }

    #[inline(never)]
    fn white_space(&mut self, text: &[u8], at: usize) -> usize {
        let space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let end = at + part_from(text, at).iter().take_while(space).count();
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
                at = self.gap(text, at);
                match text.get(at) {
                    Some(b',') => at = self.gap(text, at + 1),
                    Some(b']') => break,
                    _ => return Err(scanner.expected_at(at, "`,` or `]`")),
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
        let mut is_sorted = true;
        let mut at = self.gap(text, at + 1);
        let mut last = OpenMember::default();
        if text.get(at) != Some(&b'}') {
            loop {
                let first_edit = narrow(self.edits.len());
                if text.get(at) != Some(&b'"') {
                    return Err(scanner.expected_at(at, "a member name in double quotes"));
                }
                let name_start = at + 1;
                let rest = part_from(text, name_start);
                let mut name_end = name_start + plain_length(rest);
                let mut is_special = false;
                if text.get(name_end) != Some(&b'"') {
                    let span = self.escaped_string(scanner, at, true)?;
                    name_end = span.end;
                    is_special = true;
                }
                let prefix = prefix(rest, name_end - name_start);
                at = self.gap(text, name_end + 1);
                if text.get(at) != Some(&b':') {
                    return Err(scanner.expected_at(at, "`:`"));
                }
                at = self.gap(text, at + 1);
                at = self.value(scanner, text, at)?;
                let own = OpenMember {
                    prefix,
                    is_special: is_special || prefix & 0x8080_8080_8080_8080 != 0,
                    name_start: narrow(name_start),
                    name_end: narrow(name_end),
                    end: narrow(at),
                    first_edit,
                    end_edit: narrow(self.edits.len()),
                };
                is_sorted = is_sorted
                    && (last.name_start == 0 || by_name(text, &last, &own) == Ordering::Less);
                last = own;
                self.open.push(own);
                at = self.gap(text, at);
                match text.get(at) {
                    Some(b',') => at = self.gap(text, at + 1),
                    Some(b'}') => break,
                    _ => return Err(scanner.expected_at(at, "`,` or `}`")),
                }
            }
        }
        scanner.leave_at();
        if !is_sorted {
            self.sort(text, start, at + 1, slot, mark);
        } else if self.edits.len() == slot + 1 {
            self.edits.truncate(slot);
        }
        self.open.truncate(mark);
        Ok(at + 1)
    }

    /// Notes the order of the members from `mark` on, the last of equal names alone.
    #[inline(never)]
    fn sort(&mut self, text: &[u8], start: usize, end: usize, slot: usize, mark: usize) {
        let from = narrow(self.members.len());
        if !self.sort_as_before(text, mark) {
            self.sort_anew(text, mark);
        }
        let edit = Edit::Sort {
            start: narrow(start),
            end: narrow(end),
            from,
            to: narrow(self.members.len()),
            next: narrow(self.edits.len()),
        };
        if let Some(place) = self.edits.get_mut(slot) {
            *place = edit;
        }
    }

    /// Puts the members into the order that another object of so many members had, if that is
    /// their order too: objects of one kind have their members in one order. Every pair of
    /// neighbours is compared, so a wrong guess costs time and nothing else.
    fn sort_as_before(&mut self, text: &[u8], mark: usize) -> bool {
        let open = self.open.get(mark..).unwrap_or(&[]);
        let Some(order) = self.orders.get(order_index(open)) else { return false };
        if usize::from(order.length) != open.len() {
            return false;
        }
        let from = self.members.len();
        let mut before: Option<&OpenMember> = None;
        for index in order.indices.iter().take(open.len()) {
            let Some(member) = open.get(usize::from(*index)) else { return false };
            if before.is_some_and(|before| by_name(text, before, member) != Ordering::Less) {
                self.members.truncate(from);
                return false;
            }
            before = Some(member);
            push_member(&mut self.members, from, member);
        }
        true
    }

    fn sort_anew(&mut self, text: &[u8], mark: usize) {
        let open = self.open.get(mark..).unwrap_or(&[]);
        let mut indices: Vec<u32> = (0..narrow(open.len())).collect();
        let member = |index: &u32| open.get(*index as usize).copied().unwrap_or_default();
        // Stable, so that the last of equal names stays the last.
        indices.sort_by(|left, right| by_name(text, &member(left), &member(right)));
        let from = self.members.len();
        let mut rest = indices.iter().peekable();
        while let Some(index) = rest.next() {
            let own = member(index);
            let is_shadowed = rest
                .peek()
                .is_some_and(|next| by_name(text, &own, &member(next)) == Ordering::Equal);
            if !is_shadowed {
                push_member(&mut self.members, from, &own);
            }
        }
        if let Some(order) = self.orders.get_mut(order_index(open))
            && indices.len() <= FEW
        {
            order.length = indices.len() as u8;
            for (place, index) in order.indices.iter_mut().zip(&indices) {
                *place = *index as u8;
            }
        }
    }

    /// Appends the canonical bytes of a value that was read: `start` to `end` of the text.
    pub(crate) fn write(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        range: EditRange,
        out: &mut Vec<u8>,
    ) {
        let mut at = start;
        let mut index = range.first;
        while index < range.end {
            match self.edits.get(index as usize) {
                Some(Edit::Replace { start, end, from, to }) => {
                    out.extend_from_slice(part(text, at, *start as usize));
                    out.extend_from_slice(part(&self.literals, *from as usize, *to as usize));
                    at = *end as usize;
                    index += 1;
                }
                Some(Edit::Sort { start, end, from, to, next }) => {
                    out.extend_from_slice(part(text, at, *start as usize + 1));
                    let members = self.members.get(*from as usize..*to as usize).unwrap_or(&[]);
                    for (position, member) in members.iter().enumerate() {
                        if position > 0 {
                            out.push(b',');
                        }
                        let range = EditRange { first: member.first_edit, end: member.end_edit };
                        let (start, end) = (member.start as usize, member.end as usize);
                        if range.first == range.end {
                            out.extend_from_slice(part(text, start, end));
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
        out.extend_from_slice(part(text, at, end));
    }
}

fn part(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or(&[])
}

/// The first eight bytes of a name as a number that orders as they do; zeros after a shorter one.
#[inline]
fn prefix(name: &[u8], length: usize) -> u64 {
    match name.first_chunk::<8>() {
        Some(chunk) if length >= 8 => u64::from_be_bytes(*chunk),
        Some(chunk) if length > 0 => u64::from_be_bytes(*chunk) & (u64::MAX << (64 - 8 * length)),
        _ => {
            name.iter().take(length).enumerate().fold(0, |prefix, (index, byte)| {
                prefix | u64::from(*byte) << (56 - 8 * (index & 7))
            })
        }
    }
}

#[inline]
fn by_name(text: &[u8], left: &OpenMember, right: &OpenMember) -> Ordering {
    if left.is_special || right.is_special {
        let name = |m: &OpenMember| part(text, m.name_start as usize, m.name_end as usize);
        return compare_names(name(left), name(right));
    }
    left.prefix.cmp(&right.prefix).then_with(|| {
        // A name holds no U+0000, so equal prefixes are equal bytes, or both go on.
        let rest = |m: &OpenMember| {
            part(text, (m.name_start as usize + 8).min(m.name_end as usize), m.name_end as usize)
        };
        utf16_bytes(rest(left), rest(right))
    })
}

/// Orders are remembered for objects of so many members.
const FEW: usize = 30;

/// The order that the members of an object had: which member, as they stood in the text, came
/// first, second, and so on.
#[derive(Clone, Copy, Debug, Default)]
struct MemberOrder {
    length: u8,
    indices: [u8; FEW],
}

/// Where the order of an object like this one is remembered.
fn order_index(open: &[OpenMember]) -> usize {
    let first = open.first().map_or(0, |member| member.prefix >> 32 ^ member.prefix);
    let mixed = (first as u32).wrapping_mul(0x9E37_79B1) >> 28;
    (mixed as usize + open.len()) % ORDERS
}

/// How many orders are remembered.
const ORDERS: usize = 16;

/// Adds a member that is written after the others, of which the object's begin at `from`.
/// Neighbours in the text that stay neighbours are written in one piece.
#[inline]
fn push_member(members: &mut Vec<Member>, from: usize, member: &OpenMember) {
    let start = member.name_start - 1;
    if let Some(last) = members.get_mut(from..).and_then(<[Member]>::last_mut)
        && last.end + 1 == start
        && last.end_edit == member.first_edit
    {
        last.end = member.end;
        last.end_edit = member.end_edit;
        return;
    }
    let (first_edit, end_edit) = (member.first_edit, member.end_edit);
    members.push(Member { start, end: member.end, first_edit, end_edit });
}

#[inline]
fn part_from(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).unwrap_or(&[])
}

#[inline]
fn starts_with(text: &[u8], at: usize, word: &[u8]) -> bool {
    part_from(text, at).starts_with(word)
}

/// An offset in 32 bits: no text is longer than 512 MiB.
#[inline]
fn narrow(offset: usize) -> u32 {
    offset as u32
}
