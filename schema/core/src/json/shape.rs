//! Objects of one kind have the same members in the same order, over and over.
//!
//! The names of an object are remembered, by where they stand in the text, with the order that
//! sorts them. When an object begins like a remembered one, its names are compared with the
//! expected ones: one comparison of bytes each, after which the next position is known without a
//! search for the closing quote, and the order without sorting. Names are compared in full, so a
//! wrong guess costs time and nothing else.

use super::edits::{self, OpenMember, narrow, part, part_from};
use super::run::same_bits;

/// Objects of so many members are remembered.
const MEMBERS: usize = 64;
/// So many shapes are remembered, then all are forgotten: hostile texts have a new one each time.
const SHAPES: usize = 128;
/// The number of places to look a shape up in; a power of two.
const PLACES: usize = 256;

/// What is remembered of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Where its names, and their order, start in the lists of all shapes.
    first: u32,
    count: u32,
    is_sorted: bool,
}

/// A name as it stands in the text, from its opening quote to the colon right after it.
#[derive(Clone, Copy, Debug)]
struct Name {
    start: u32,
    length: u32,
}

/// The shapes of one text.
#[derive(Clone, Debug)]
pub(super) struct Shapes {
    /// By the first eight bytes of an object's first name: the shape's number and one.
    places: [u8; PLACES],
    shapes: Vec<Shape>,
    names: Vec<Name>,
    orders: Vec<u8>,
}

impl Default for Shapes {
    fn default() -> Self {
        let places = [0; PLACES];
        Shapes { places, shapes: Vec::new(), names: Vec::new(), orders: Vec::new() }
    }
}

impl Shapes {
    /// The shape of the last object whose first name begins as the text does at `at`.
    #[inline]
    pub(super) fn expected(&self, text: &[u8], at: usize) -> Option<Shape> {
        let place = *self.places.get(place(text, at)?)?;
        self.shapes.get(usize::from(place).checked_sub(1)?).copied()
    }

    /// The length of the shape's name of this number, with quotes and colon, if it stands at `at`.
    #[inline]
    pub(super) fn name(&self, shape: Shape, number: u32, text: &[u8], at: usize) -> Option<usize> {
        if number >= shape.count {
            return None;
        }
        let name = self.names.get((shape.first + number) as usize)?;
        let (start, length) = (name.start as usize, name.length as usize);
        is_same(text, start, at, length).then_some(length)
    }

    /// How many members an object of the shape has.
    pub(super) fn count(&self, shape: Shape) -> u32 {
        shape.count
    }

    /// The order that sorts the members; `None` where they stand in it.
    #[inline]
    pub(super) fn order(&self, shape: Shape) -> Option<&[u8]> {
        let first = shape.first as usize;
        if shape.is_sorted {
            return None;
        }
        self.orders.get(first..first + shape.count as usize)
    }

    /// Remembers an object whose names are all different, with the order that sorts them, if it
    /// is not in that order.
    pub(super) fn remember(
        &mut self,
        text: &[u8],
        members: &[OpenMember],
        order: Option<&[edits::Name]>,
    ) {
        // A name with escapes would have to be respelt each time.
        let is_plain = |member: &OpenMember| {
            !member.is_escaped && text.get(member.name_end as usize + 1) == Some(&b':')
        };
        if !(2..=MEMBERS).contains(&members.len()) || !members.iter().all(is_plain) {
            return;
        }
        let at = members.first().map_or(0, |member| member.name_start as usize - 1);
        let Some(place) = place(text, at) else { return };
        if self.shapes.len() >= SHAPES {
            *self = Shapes::default();
        }
        if self.shapes.is_empty() {
            // One growth instead of four: a text with one shape has some.
            self.shapes.reserve(8);
            self.names.reserve(48);
            self.orders.reserve(48);
        }
        self.shapes.push(Shape {
            first: narrow(self.names.len()),
            count: narrow(members.len()),
            is_sorted: order.is_none(),
        });
        self.names.extend(members.iter().map(|member| Name {
            start: member.name_start - 1,
            length: member.name_end - member.name_start + 3,
        }));
        match order {
            Some(order) => self.orders.extend(order.iter().map(|name| name.index as u8)),
            None => self.orders.resize(self.names.len(), 0),
        }
        if let Some(place) = self.places.get_mut(place) {
            *place = self.shapes.len() as u8;
        }
    }
}

/// Where a shape is looked up; `None` at the very end of the text.
#[inline]
fn place(text: &[u8], at: usize) -> Option<usize> {
    let begin = u64::from_le_bytes(*part_from(text, at).first_chunk::<8>()?);
    Some((begin.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % PLACES)
}

/// Whether the same bytes stand at two places. Most names are short: two loads and a comparison.
#[inline]
fn is_same(text: &[u8], left: usize, right: usize, length: usize) -> bool {
    match (part_from(text, left).first_chunk::<16>(), part_from(text, right).first_chunk::<16>()) {
        (Some(left), Some(right)) if length <= 16 => same_bits(left, right, length),
        _ => {
            let right = part(text, right, right + length);
            right.len() == length && part(text, left, left + length) == right
        }
    }
}
