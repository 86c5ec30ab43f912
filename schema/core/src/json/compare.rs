//! Comparison of any two JSON values, with the differences.

use super::canonical::{canonical_text, compare_names};
use super::limits::Limits;
use super::run::plain_length;
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
    let (left, right) = (Canonical::new(left), Canonical::new(right));
    values(&mut left.cursor(), &mut right.cursor(), collector);
}

/// Canonical bytes with the ends of their arrays and objects: to pass over one costs no walk
/// through it, however deep it stands.
struct Canonical<'a> {
    bytes: &'a [u8],
    /// For each bracket that opens, in their order: past which byte it closes, and which bracket
    /// opens next after that.
    containers: Vec<(usize, usize)>,
}

impl<'a> Canonical<'a> {
    fn new(bytes: &'a [u8]) -> Canonical<'a> {
        let mut containers: Vec<(usize, usize)> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => at += string_length(bytes, at) - 1,
                b'[' | b'{' => {
                    open.push(containers.len());
                    containers.push((0, 0));
                }
                b']' | b'}' => {
                    let next = containers.len();
                    if let Some(place) = open.pop().and_then(|index| containers.get_mut(index)) {
                        *place = (at + 1, next);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Canonical { bytes, containers }
    }

    fn cursor(&self) -> Cursor<'_, 'a> {
        Cursor { canonical: self, at: 0, container: 0 }
    }
}

/// A place in canonical bytes, and which bracket opens there or next.
struct Cursor<'c, 'a> {
    canonical: &'c Canonical<'a>,
    at: usize,
    container: usize,
}

impl<'a> Cursor<'_, 'a> {
    fn peek(&self) -> Option<u8> {
        self.canonical.bytes.get(self.at).copied()
    }

    /// Passes over the value here and gives its bytes.
    fn value(&mut self) -> &'a [u8] {
        let bytes = self.canonical.bytes;
        let start = self.at;
        self.at = match self.peek() {
            Some(b'[' | b'{') => {
                let (end, next) =
                    self.canonical.containers.get(self.container).copied().unwrap_or_default();
                self.container = next;
                end.max(start + 1)
            }
            Some(b'"') => start + string_length(bytes, start),
            _ => {
                let rest = bytes.get(start..).unwrap_or(&[]);
                let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}');
                start + rest.iter().position(is_end).unwrap_or(rest.len())
            }
        };
        bytes.get(start..self.at).unwrap_or(&[])
    }

    /// Steps over the bracket that opens here.
    fn enter(&mut self) {
        self.at += 1;
        self.container += 1;
    }

    /// Whether an element or member stands here, past the comma before it; if not, steps over the
    /// bracket that closes.
    fn next(&mut self) -> bool {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
        let is_there = !matches!(self.peek(), Some(b']' | b'}') | None);
        if !is_there {
            self.at += 1;
        }
        is_there
    }

    /// Passes over the name here and its colon, and gives what stands between its quotes.
    fn name(&mut self) -> &'a [u8] {
        let name = self.value();
        self.at += 1;
        name.get(1..name.len().saturating_sub(1)).unwrap_or(&[])
    }
}

/// Walks two values side by side; both cursors stand behind them afterwards.
fn values(left: &mut Cursor<'_, '_>, right: &mut Cursor<'_, '_>, collector: &mut Collector) {
    match (left.peek(), right.peek()) {
        (Some(b'{'), Some(b'{')) => objects(left, right, collector),
        (Some(b'['), Some(b'[')) => arrays(left, right, collector),
        _ => {
            let (from, to) = (left.value(), right.value());
            if from != to {
                collector.add(Some(from), Some(to));
            }
        }
    }
}

fn objects(left: &mut Cursor<'_, '_>, right: &mut Cursor<'_, '_>, collector: &mut Collector) {
    left.enter();
    right.enter();
    let mut l = left.next().then(|| left.name());
    let mut r = right.next().then(|| right.name());
    loop {
        let order = match (l, r) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(name), Some(other)) => compare_names(name, other),
        };
        let name = if order == Ordering::Greater { r } else { l }.unwrap_or(&[]);
        let segment = || Segment::Member(unescape(std::str::from_utf8(name).unwrap_or("")));
        collector.within(segment, |collector| match order {
            Ordering::Equal => values(left, right, collector),
            Ordering::Less => collector.add(Some(left.value()), None),
            Ordering::Greater => collector.add(None, Some(right.value())),
        });
        if order != Ordering::Greater {
            l = left.next().then(|| left.name());
        }
        if order != Ordering::Less {
            r = right.next().then(|| right.name());
        }
    }
}

fn arrays(left: &mut Cursor<'_, '_>, right: &mut Cursor<'_, '_>, collector: &mut Collector) {
    left.enter();
    right.enter();
    let (mut l, mut r) = (left.next(), right.next());
    for position in 0.. {
        if !l && !r {
            return;
        }
        collector.within(
            || Segment::Index(position),
            |collector| match (l, r) {
                (true, true) => values(left, right, collector),
                (true, false) => collector.add(Some(left.value()), None),
                _ => collector.add(None, Some(right.value())),
            },
        );
        if l {
            l = left.next();
        }
        if r {
            r = right.next();
        }
    }
}

/// The length of the canonical string at `at`, with its quotes.
fn string_length(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    loop {
        end += plain_length(bytes.get(end..).unwrap_or(&[]));
        match bytes.get(end) {
            Some(b'\\') => end += 2,
            Some(_) => return end + 1 - at,
            None => return bytes.len().max(at + 1) - at,
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
