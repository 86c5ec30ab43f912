//! Comparison of any two JSON values, with the differences.

use super::canonical::{canonicalize_within, compare_names};
use super::limits::Limits;
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
    let left = canonicalize_within(left, limits).map_err(CompareError::Left)?;
    let right = canonicalize_within(right, limits).map_err(CompareError::Right)?;
    let mut collector = Collector::new(listing);
    canonical_differences(&left, &right, &mut collector);
    Ok(collector.finish())
}

/// Lists what differs between two values given as canonical bytes.
pub(crate) fn canonical_differences(left: &[u8], right: &[u8], collector: &mut Collector) {
    if left == right {
        return;
    }
    match (left.first(), right.first()) {
        (Some(b'{'), Some(b'{')) => objects(left, right, collector),
        (Some(b'['), Some(b'[')) => arrays(left, right, collector),
        _ => collector.add(Some(left), Some(right)),
    }
}

fn objects(left: &[u8], right: &[u8], collector: &mut Collector) {
    let mut lefts = Members { rest: inside(left) };
    let mut rights = Members { rest: inside(right) };
    let (mut l, mut r) = (lefts.next(), rights.next());
    loop {
        let order = match (&l, &r) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((name, _)), Some((other, _))) => compare_names(name, other),
        };
        let first = if order == Ordering::Greater { &r } else { &l };
        let Some((name, _)) = first else { return };
        let segment = Segment::Member(unescape(std::str::from_utf8(name).unwrap_or("")));
        let from = l.filter(|_| order != Ordering::Greater).map(|(_, value)| value);
        let to = r.filter(|_| order != Ordering::Less).map(|(_, value)| value);
        collector.within(segment, |collector| match (from, to) {
            (Some(from), Some(to)) => canonical_differences(from, to, collector),
            (from, to) => collector.add(from, to),
        });
        if order != Ordering::Greater {
            l = lefts.next();
        }
        if order != Ordering::Less {
            r = rights.next();
        }
    }
}

fn arrays(left: &[u8], right: &[u8], collector: &mut Collector) {
    let mut lefts = Elements { rest: inside(left) };
    let mut rights = Elements { rest: inside(right) };
    for position in 0.. {
        let (from, to) = (lefts.next(), rights.next());
        collector.within(Segment::Index(position), |collector| match (from, to) {
            (Some(from), Some(to)) => canonical_differences(from, to, collector),
            (None, None) => {}
            (from, to) => collector.add(from, to),
        });
        if from.is_none() && to.is_none() {
            return;
        }
    }
}

/// What stands between the brackets of a canonical array or object.
fn inside(value: &[u8]) -> &[u8] {
    value.get(1..value.len().saturating_sub(1)).unwrap_or(&[])
}

/// The members of a canonical object: name between its quotes, value.
struct Members<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let name_length = value_length(self.rest);
        let name = self.rest.get(1..name_length.checked_sub(1)?)?;
        let value = self.rest.get(name_length + 1..)?;
        let value_length = value_length(value);
        self.rest = value.get(value_length + 1..).unwrap_or(&[]);
        Some((name, value.get(..value_length)?))
    }
}

/// The elements of a canonical array.
struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let length = value_length(self.rest);
        let value = self.rest.get(..length).filter(|value| !value.is_empty())?;
        self.rest = self.rest.get(length + 1..).unwrap_or(&[]);
        Some(value)
    }
}

/// The length of the value at the start of canonical bytes.
fn value_length(bytes: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(&inner) = bytes.get(at) {
                    match inner {
                        b'"' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                if depth == 0 {
                    return at + 1;
                }
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                if depth <= 1 {
                    return at + 1;
                }
                depth -= 1;
            }
            b',' | b':' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
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
