//! Comparison of any two JSON values, with the differences.

use super::canonical::{canonical_text, compare_names};
use super::limits::Limits;
use super::run::plain_end;
use super::scan::unescape;
use crate::difference::{Collector, Differences, ListingLimits, Segment};
use crate::problem::Problems;
use std::cmp::Ordering;
use std::fmt;

/// Why two texts could not be compared: one of them is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompareError {
    /// The first text is refused.
    Left(Problems),
    /// The second text is refused.
    Right(Problems),
}

impl CompareError {
    /// The problems of the text that is refused.
    #[must_use]
    pub fn problems(&self) -> &Problems {
        match self {
            CompareError::Left(problems) | CompareError::Right(problems) => problems,
        }
    }
}

impl fmt::Display for CompareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompareError::Left(problems) => write!(f, "the first text is refused: {problems}"),
            CompareError::Right(problems) => write!(f, "the second text is refused: {problems}"),
        }
    }
}

impl std::error::Error for CompareError {}

/// Compares two JSON texts as `jsonb` does; no differences mean that `a::jsonb = b::jsonb`.
///
/// # Errors
/// [`CompareError`] where `jsonb` refuses one of the texts or a limit is exceeded.
pub fn compare(left: &[u8], right: &[u8]) -> Result<Differences, CompareError> {
    compare_within(left, right, &Limits::default(), ListingLimits::default())
}

/// [`compare`] with limits of one's own.
///
/// # Errors
/// As [`compare`].
pub fn compare_within(
    left: &[u8],
    right: &[u8],
    limits: &Limits,
    listing: ListingLimits,
) -> Result<Differences, CompareError> {
    let left = canonical_text(left, limits).map_err(CompareError::Left)?;
    let right = canonical_text(right, limits).map_err(CompareError::Right)?;
    let mut collector = Collector::new(listing);
    canonical_differences(&left, &right, &mut collector);
    Ok(collector.finish())
}

/// Lists what differs between two values given as canonical bytes, in time linear in their size.
pub(crate) fn canonical_differences(left: &[u8], right: &[u8], collector: &mut Collector) {
    if left == right {
        return;
    }
    values(&mut Cursor { bytes: left, at: 0 }, &mut Cursor { bytes: right, at: 0 }, collector);
}

/// A place in canonical bytes. It only moves forward, so a walk passes each byte once.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over the value here and gives its bytes.
    #[inline(never)]
    fn value(&mut self) -> &'a [u8] {
        let start = self.at;
        let mut depth = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.at = plain_end(self.bytes, self.at + 1);
                    while self.peek() == Some(b'\\') {
                        self.at = plain_end(self.bytes, self.at + 2);
                    }
                }
                b'[' | b'{' => depth += 1,
                b',' | b':' | b']' | b'}' if depth == 0 => break,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.bytes.get(start..self.at).unwrap_or(&[])
    }

    /// Passes over the comma and the name that stand here, and gives what stands between the name's
    /// quotes; nothing for an element of an array. `None`, past the bracket, where it closes.
    #[inline(never)]
    fn next(&mut self, is_object: bool) -> Option<&'a [u8]> {
        let byte = self.peek();
        self.at += usize::from(matches!(byte, Some(b',' | b']' | b'}')));
        if matches!(byte, None | Some(b']' | b'}')) {
            return None;
        }
        if !is_object {
            return Some(&[]);
        }
        let name = self.value();
        self.at += 1;
        name.get(1..name.len().saturating_sub(1))
    }
}

/// Walks two values side by side; both cursors stand behind them afterwards.
fn values(left: &mut Cursor<'_>, right: &mut Cursor<'_>, collector: &mut Collector) {
    let kind = left.peek();
    if kind != right.peek() || !matches!(kind, Some(b'{' | b'[')) {
        let (from, to) = (left.value(), right.value());
        if from != to {
            collector.add(Some(from), Some(to));
        }
        return;
    }
    let is_object = kind == Some(b'{');
    left.at += 1;
    right.at += 1;
    let (mut l, mut r) = (left.next(is_object), right.next(is_object));
    for position in 0.. {
        // The elements of arrays have the same name, so their order is that of their positions.
        let order = match (l, r) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(name), Some(other)) => compare_names(name, other),
        };
        let segment = || {
            let name = if order == Ordering::Greater { r } else { l }.unwrap_or(&[]);
            match is_object {
                true => Segment::Member(unescape(std::str::from_utf8(name).unwrap_or(""))),
                false => Segment::Index(position),
            }
        };
        collector.within(segment, |collector| match order {
            Ordering::Equal => values(left, right, collector),
            Ordering::Less => collector.add(Some(left.value()), None),
            Ordering::Greater => collector.add(None, Some(right.value())),
        });
        if order != Ordering::Greater {
            l = left.next(is_object);
        }
        if order != Ordering::Less {
            r = right.next(is_object);
        }
    }
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(left: &str, right: &str, expected: &str) {
        let found = super::compare(left.as_bytes(), right.as_bytes()).unwrap();
        assert_eq!(found.to_string(), expected);
    }

    #[test]
    fn differences_are_named_by_their_place() {
        check("1", "1.0", "");
        check("1", "2", "(root): 1 → 2");
        check(
            r#"{"a":1,"b":{"c":[]}}"#,
            r#"{"b":{"c":[0]},"d":null}"#,
            "a: 1 → (absent)\nb.c[0]: (absent) → 0\nd: (absent) → null",
        );
        check(r#"{"a b":{"\n":1}}"#, r#"{"a b":{"\n":2}}"#, r#"["a b"]["\n"]: 1 → 2"#);
        check("[[1,2],[3]]", "[[1],[3,4]]", "[0][1]: 2 → (absent)\n[1][1]: (absent) → 4");
        check("[]", "{}", "(root): [] → {}");
        check("null", "{}", "(root): null → {}");
        check(r#"["a\"b,]",1]"#, r#"["a\"b,]",2]"#, "[1]: 1 → 2");
    }
}
