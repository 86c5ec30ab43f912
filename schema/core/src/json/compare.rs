//! Comparison of any two JSON values, with the differences.

use super::canonical::{canonical_text, compare_names, meant};
use super::limits::Limits;
use super::run::plain_end;
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
    values(&mut Cursor::new(left), &mut Cursor::new(right), Ordering::Equal, collector);
}

/// A place in canonical bytes. It only moves forward, so a walk passes each byte once.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What stands between the quotes of the name that was passed last.
    name: &'a [u8],
    /// Whether a member or an element is next, not what is behind the bracket that closes.
    is_within: bool,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, at: 0, name: &[], is_within: false }
    }

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

    /// Passes over the comma and the name that stand here; the elements of an array have none.
    /// Past the bracket, where it closes.
    #[inline(never)]
    fn next(&mut self, is_object: bool) {
        let byte = self.peek();
        self.at += usize::from(matches!(byte, Some(b',' | b']' | b'}')));
        self.is_within = !matches!(byte, None | Some(b']' | b'}'));
        self.name = &[];
        if self.is_within && is_object {
            let start = self.at + 1;
            self.value();
            self.name = self.bytes.get(start..self.at - 1).unwrap_or(&[]);
            self.at += 1;
        }
    }
}

/// Walks two values side by side; both cursors stand behind them afterwards. Where one side has
/// none here, `order` says which comes first: it is told alone.
fn values(
    left: &mut Cursor<'_>,
    right: &mut Cursor<'_>,
    order: Ordering,
    collector: &mut Collector,
) {
    let kind = left.peek();
    let is_walked = order.is_eq() && kind == right.peek() && matches!(kind, Some(b'{' | b'['));
    if !is_walked {
        let from = order.is_le().then(|| left.value());
        let to = order.is_ge().then(|| right.value());
        if from != to {
            collector.add(from, to);
        }
        return;
    }
    let is_object = kind == Some(b'{');
    left.at += 1;
    right.at += 1;
    // Which of them has a member to be passed.
    let mut order = Ordering::Equal;
    for position in 0.. {
        if order.is_le() {
            left.next(is_object);
        }
        if order.is_ge() {
            right.next(is_object);
        }
        order = match (left.is_within, right.is_within) {
            (false, false) => return,
            // The elements of arrays have the same name, so their order is that of their positions.
            (true, true) => compare_names(left.name, right.name),
            (is_left, is_right) => is_right.cmp(&is_left),
        };
        let name = if order.is_le() { left.name } else { right.name };
        let segment = || match is_object {
            true => Segment::Member(meant(name)),
            false => Segment::Index(position),
        };
        // What a cursor knows of its place is of the value's inside afterwards. Both go on then.
        collector.within(segment, |collector| values(left, right, order, collector));
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
