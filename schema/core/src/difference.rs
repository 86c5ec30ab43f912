//! What differs between two requests: as data, set elements named by their keys.

use crate::json::write_string;
use crate::wording::{count, fill, text};
use std::fmt;

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A member of an object, by name.
    Member(String),
    /// An element of a list, by position from 0: in a list the position is identity.
    Index(usize),
    /// An element of a set, by the canonical JSON text of its key members.
    Key(Vec<String>),
}

/// The way from the root to a value: `steps["child"].payload.lines[2]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The steps of the way.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether the way leads to what `other` leads to, or to something below it.
    #[must_use]
    pub fn starts_with(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }

    #[cfg(feature = "proptest")]
    pub(crate) fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    #[cfg(feature = "proptest")]
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }
}

impl From<&Path> for String {
    /// The path as it is displayed, in smaller code.
    fn from(path: &Path) -> String {
        let mut bytes = Vec::new();
        for (index, segment) in path.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if is_plain(name) => {
                    if index > 0 {
                        bytes.extend_from_slice(b".");
                    }
                    bytes.extend_from_slice(name.as_bytes());
                    continue;
                }
                Segment::Member(name) => {
                    bytes.extend_from_slice(b"[");
                    write_string(name, &mut bytes);
                }
                Segment::Index(position) => {
                    bytes.extend_from_slice(b"[");
                    bytes.extend_from_slice(count(*position).as_bytes());
                }
                Segment::Key(keys) => {
                    for (index, key) in keys.iter().enumerate() {
                        bytes.extend_from_slice(if index > 0 { b", " } else { b"[" });
                        bytes.extend_from_slice(key.as_bytes());
                    }
                }
            }
            bytes.extend_from_slice(b"]");
        }
        text(bytes)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(self))
    }
}

/// Whether a name can stand after a dot: what is a letter beyond ASCII depends on Unicode's version.
fn is_plain(name: &str) -> bool {
    let is_plain = name.bytes().enumerate().all(|(index, byte)| {
        let can_begin = byte.is_ascii_alphabetic() || byte == b'_';
        can_begin || (index > 0 && (byte.is_ascii_digit() || byte == b'-'))
    });
    is_plain && !name.is_empty()
}

/// A value in a difference: canonical JSON, shortened where it is long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Canonical JSON, or its beginning; empty where it is elided.
    pub text: String,
    /// How many bytes of canonical JSON the value has in all.
    pub bytes: usize,
}

impl From<&Shown> for String {
    /// The value as it is displayed, in smaller code.
    fn from(shown: &Shown) -> String {
        match shown.text.len() < shown.bytes {
            true => fill("{}… ({} bytes)", &[&shown.text, &count(shown.bytes)]),
            false => shown.text.clone(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(self))
    }
}

/// One thing in which two values differ. The first value is the stored one, or the left one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: Path,
    /// What stands there in the first value; `None` where there is nothing.
    pub from: Option<Shown>,
    /// What stands there in the second value; `None` where there is nothing.
    pub to: Option<Shown>,
}

impl fmt::Display for Difference {
    /// `steps["child"].priority: 5 → 7`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.segments().is_empty() {
            f.write_str("(root)")?;
        }
        write!(f, "{}: ", self.path)?;
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{from} → {to}"),
            (Some(from), None) => write!(f, "{from} → (absent)"),
            (None, Some(to)) => write!(f, "(absent) → {to}"),
            (None, None) => f.write_str("differs"),
        }
    }
}

/// How differences are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingLimits {
    /// The most differences listed; the rest are counted.
    pub differences: usize,
    /// The most bytes of a value that are shown.
    pub value_bytes: usize,
    /// Whether values are shown at all: without them a conflict can be logged that holds payloads.
    pub values: bool,
}

impl Default for ListingLimits {
    /// 100 differences, 200 bytes of each value.
    fn default() -> Self {
        ListingLimits { differences: 100, value_bytes: 200, values: true }
    }
}

/// All differences between two values, in the canonical order; none means the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    list: Vec<Difference>,
    omitted: usize,
}

impl Differences {
    /// Whether there is none: the two are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.omitted == 0
    }

    /// How many there are, those not listed included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// Those listed.
    #[must_use]
    pub fn as_slice(&self) -> &[Difference] {
        &self.list
    }

    /// Those listed, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Difference> {
        self.list.iter()
    }

    /// How many were found beyond those listed.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl<'a> IntoIterator for &'a Differences {
    type Item = &'a Difference;
    type IntoIter = std::slice::Iter<'a, Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, difference) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{difference}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

/// Collects differences within limits while two values are walked side by side.
pub(crate) struct Collector {
    limits: ListingLimits,
    /// Their paths are turned round: they grow while the walk comes back, so that of what is the same no path is
    /// made.
    found: Differences,
}

impl Collector {
    pub(crate) fn new(limits: ListingLimits) -> Collector {
        Collector { limits, found: Differences::default() }
    }

    /// Walks below `segment`, which is made only where a difference is listed.
    pub(crate) fn within(
        &mut self,
        segment: impl Fn() -> Segment,
        walk: impl FnOnce(&mut Collector),
    ) {
        let before = self.found.list.len();
        walk(self);
        if self.found.list.len() > before {
            self.below(before, &segment);
        }
    }

    /// Puts the differences that were found last below a segment.
    #[cold]
    #[inline(never)]
    fn below(&mut self, before: usize, segment: &dyn Fn() -> Segment) {
        for difference in self.found.list.iter_mut().skip(before) {
            difference.path.0.push(segment());
        }
    }

    /// Adds a difference at the present path; the values are canonical JSON.
    #[inline(never)]
    pub(crate) fn add(&mut self, from: Option<&[u8]>, to: Option<&[u8]>) {
        if self.found.list.len() >= self.limits.differences {
            self.found.omitted += 1;
            return;
        }
        let (from, to) = (self.show(from), self.show(to));
        self.found.list.push(Difference { path: Path::default(), from, to });
    }

    #[inline(never)]
    fn show(&self, value: Option<&[u8]>) -> Option<Shown> {
        let text = std::str::from_utf8(value?).unwrap_or("");
        let mut cut = if self.limits.values { text.len().min(self.limits.value_bytes) } else { 0 };
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        Some(Shown { text: text.get(..cut).unwrap_or("").to_owned(), bytes: text.len() })
    }

    pub(crate) fn finish(mut self) -> Differences {
        for difference in &mut self.found.list {
            difference.path.0.reverse();
        }
        self.found
    }
}
