//! How much a text may hold: limits of our own, the same on every platform.

/// The most bytes that a JSON text may have: 32 MiB.
pub const TEXT_BYTES: usize = 32 << 20;
/// The deepest nesting: `[]` and `{}` at the root have depth 1, a scalar 0.
pub const DEPTH: u32 = 512;
/// The most bytes that the numbers of one text may take in plain notation: 64 MiB.
pub const PRINTED_BYTES: u64 = 64 << 20;
/// The most problems that are listed for one text; the rest are counted.
pub const PROBLEMS: usize = 1000;

/// Limits for one reading. The defaults are the contract's; they can be set downwards only,
/// so that whatever one place accepts every other place accepts with the defaults.
///
/// ```
/// use tantamount_core::json::Limits;
///
/// let limits = Limits::default().with_text_bytes(1 << 20).with_depth(64);
/// assert_eq!(limits.text_bytes(), 1 << 20);
/// assert_eq!(Limits::default().with_depth(100_000).depth(), 512);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    text_bytes: usize,
    depth: u32,
    printed_bytes: u64,
    problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            text_bytes: TEXT_BYTES,
            depth: DEPTH,
            printed_bytes: PRINTED_BYTES,
            problems: PROBLEMS,
        }
    }
}

impl Limits {
    /// The limits for a text that the database printed: what it once took may have grown in
    /// print, so only the nesting is limited as for a request.
    #[must_use]
    pub fn stored() -> Self {
        Limits { text_bytes: 512 << 20, printed_bytes: u64::MAX, ..Limits::default() }
    }

    /// At most this many bytes of text.
    #[must_use]
    pub fn with_text_bytes(mut self, bytes: usize) -> Self {
        self.text_bytes = self.text_bytes.min(bytes);
        self
    }

    /// At most this much nesting.
    #[must_use]
    pub fn with_depth(mut self, depth: u32) -> Self {
        self.depth = self.depth.min(depth);
        self
    }

    /// At most this many bytes of numbers in plain notation.
    #[must_use]
    pub fn with_printed_bytes(mut self, bytes: u64) -> Self {
        self.printed_bytes = self.printed_bytes.min(bytes);
        self
    }

    /// At most this many problems listed, one at least.
    #[must_use]
    pub fn with_problems(mut self, problems: usize) -> Self {
        self.problems = self.problems.min(problems.max(1));
        self
    }

    /// The most bytes of text.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The deepest nesting.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The most bytes of numbers in plain notation.
    #[must_use]
    pub fn printed_bytes(&self) -> u64 {
        self.printed_bytes
    }

    /// The most problems that are listed.
    #[must_use]
    pub fn problems(&self) -> usize {
        self.problems
    }
}
