//! Objects of one kind have the same members in the same order, over and over.
//!
//! The names of an object are remembered with the order that sorts them. When an object begins
//! like a remembered one, what stands between its values is compared with what is expected there:
//! one comparison of bytes for comma, name and colon, after which the next position is known
//! without a search for the closing quote, and the order without sorting. Names are compared in
//! full, so a wrong guess costs time and nothing else; shapes are kept from text to text.

use super::edits::{Member, narrow, part, part_from};
use super::run::{plain_end, same_start};

/// Objects of so many members are remembered.
const MEMBERS: usize = 64;
/// So many shapes are remembered, then all are forgotten: hostile texts have a new one each time.
const SHAPES: usize = 128;
/// The number of places to look a shape up in; a power of two.
const PLACES: usize = 256;
/// So many bytes of long names are remembered, and those of the object that exceeds them; then all
/// are forgotten.
const LONG_BYTES: usize = 16 * 1024;
/// So many bytes are compared at once.
const HEAD: usize = 16;

/// What is remembered of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Where its links start in the list of all shapes.
    pub(super) links: u32,
    /// Where the runs start that sort its members; as many as `runs` says.
    first_run: u32,
    runs: u32,
}

/// What is expected between two values of an object: `"a":` before the first, `,"b":` before the
/// others, `}` behind the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    head: [u8; HEAD],
    length: u16,
    /// Where the rest of a long one starts in the list of all shapes.
    rest: u16,
}

impl Link {
    /// Whether it closes the object.
    pub(super) fn is_end(self) -> bool {
        self.length == 1
    }
}

/// Members that follow each other in the text and in their order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The number of the first member.
    pub(super) first: u8,
    /// The number of the last member.
    pub(super) last: u8,
}

/// The shapes that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    /// By the first eight bytes of an object's first name: the shape's number and one.
    places: Vec<u8>,
    shapes: Vec<Shape>,
    links: Vec<Link>,
    runs: Vec<Run>,
    /// What does not fit into the heads of links.
    rests: Vec<u8>,
}

impl Shapes {
    pub(super) const fn new() -> Shapes {
        Shapes {
            places: Vec::new(),
            shapes: Vec::new(),
            links: Vec::new(),
            runs: Vec::new(),
            rests: Vec::new(),
        }
    }

    /// The shape of the last object whose first name is the one at `at`. Two names that fall on
    /// one place have a second one.
    #[inline]
    pub(super) fn expected(&self, text: &[u8], at: usize) -> Option<Shape> {
        let place = place(text, at)?;
        let shape = self.shape_at(place)?;
        if self.link(shape.links as usize, text, at).is_some() {
            return Some(shape);
        }
        self.shape_at(place ^ 1)
    }

    #[inline]
    fn shape_at(&self, place: usize) -> Option<Shape> {
        let number = *self.places.get(place)?;
        self.shapes.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The length of the link of this number if it stands at `at`.
    #[inline(always)]
    pub(super) fn link(&self, number: usize, text: &[u8], at: usize) -> Option<usize> {
        let link = self.links.get(number)?;
        let length = usize::from(link.length);
        match text.get(at..at + HEAD).and_then(<[u8]>::first_chunk::<HEAD>) {
            Some(head) if length <= HEAD => {
                same_start(&link.head, head, false, length).then_some(length)
            }
            _ => Some(self.name(number, 0, text, at)).filter(|length| *length > 0),
        }
    }

    /// The same, 0 if it does not, for a long link, near the end of the text, and without its first `skipped` bytes,
    /// the comma: where white space stands around it. One that closes has nothing else.
    #[inline(never)]
    pub(super) fn name(&self, number: usize, skipped: usize, text: &[u8], at: usize) -> usize {
        let Some(link) = self.links.get(number) else { return 0 };
        let length = usize::from(link.length);
        let head = part(&link.head, skipped, length.min(HEAD));
        let start = usize::from(link.rest);
        let long = part(&self.rests, start, start + length.saturating_sub(HEAD));
        let text = part_from(text, at);
        let is_there = text.starts_with(head) && part_from(text, head.len()).starts_with(long);
        if is_there { length - skipped } else { 0 }
    }

    /// Whether the shape's links end with this number.
    pub(super) fn is_end(&self, number: usize) -> bool {
        self.links.get(number).is_some_and(|link| link.is_end())
    }

    /// The runs that sort the members; none where they stand in their order.
    #[inline]
    pub(super) fn runs(&self, shape: Shape) -> &[Run] {
        let first = shape.first_run as usize;
        self.runs.get(first..first + shape.runs as usize).unwrap_or(&[])
    }

    /// Remembers an object whose names are all different, given by its members, and by their numbers
    /// in the order of the names; `is_sorted` where that is the order of the text, too.
    pub(super) fn remember(
        &mut self,
        text: &[u8],
        members: &[Member],
        order: impl Iterator<Item = u8>,
        is_sorted: bool,
    ) {
        if !(2..=MEMBERS).contains(&members.len()) {
            return;
        }
        let first = members.first().map_or(0, |member| member.start as usize);
        let Some(place) = place(text, first) else { return };
        if self.shapes.len() >= SHAPES || self.rests.len() > LONG_BYTES {
            self.places.clear();
            self.shapes.clear();
            self.links.clear();
            self.runs.clear();
            self.rests.clear();
        }
        if self.places.is_empty() {
            self.places.resize(PLACES, 0);
            // As many as a batch has; grown by doubling, they would take half as much again.
            self.links.reserve(52);
        }
        let (links, first_run, rests) = (self.links.len(), self.runs.len(), self.rests.len());
        for (index, member) in members.iter().enumerate() {
            let start = member.start as usize;
            let end = plain_end(text, start + 1);
            let link = part(text, start, end + 2);
            // A name with escapes would have to be respelt each time.
            if !link.ends_with(b"\":") || self.rests.len() + link.len() >= usize::from(u16::MAX) {
                self.links.truncate(links);
                self.rests.truncate(rests);
                return;
            }
            self.push_link(index > 0, link);
        }
        self.push_link(false, b"}");
        if !is_sorted {
            for index in order {
                match self.runs.get_mut(first_run..).and_then(<[Run]>::last_mut) {
                    Some(run) if run.last + 1 == index => run.last = index,
                    _ => self.runs.push(Run { first: index, last: index }),
                }
            }
        }
        let runs = narrow(self.runs.len() - first_run);
        let (links, first_run) = (narrow(links), narrow(first_run));
        self.shapes.push(Shape { links, first_run, runs });
        let is_taken = self
            .shape_at(place)
            .is_some_and(|other| self.link(other.links as usize, text, first).is_none());
        if let Some(place) = self.places.get_mut(if is_taken { place ^ 1 } else { place }) {
            *place = self.shapes.len() as u8;
        }
    }

    #[inline(never)]
    fn push_link(&mut self, is_behind_comma: bool, name: &[u8]) {
        let comma = usize::from(is_behind_comma);
        let mut head = [b','; HEAD];
        for (place, byte) in head.iter_mut().skip(comma).zip(name) {
            *place = *byte;
        }
        // Who calls looks that both fit.
        let (length, rest) = ((comma + name.len()) as u16, self.rests.len() as u16);
        self.rests.extend_from_slice(part_from(name, HEAD - comma));
        self.links.push(Link { head, length, rest });
    }
}

/// Where a shape is looked up; `None` at the very end of the text.
#[inline]
fn place(text: &[u8], at: usize) -> Option<usize> {
    let begin = u64::from_le_bytes(*part_from(text, at).first_chunk::<8>()?);
    Some((begin.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % PLACES)
}
