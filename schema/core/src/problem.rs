//! What is wrong with a text: as data, every problem with its place and how to mend it.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// What kind of problem it is. The names of [`Code::as_str`] are stable: programs may
        /// decide by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Code] = &[$(Code::$name,)+];

            /// The stable name, as it stands in JSON output.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                // A table of so many texts would take more bytes of a module than they do themselves.
                const NAMES: &str = concat!($($text, " ",)+);
                let (mut start, mut before) = (0, self as usize);
                for (at, byte) in NAMES.bytes().enumerate() {
                    if byte != b' ' {
                        continue;
                    }
                    if before == 0 {
                        return NAMES.get(start..at).unwrap_or("");
                    }
                    before -= 1;
                    start = at + 1;
                }
                ""
            }
        }
    };
}

codes! {
    /// The text is not JSON (RFC 8259).
    Syntax = "syntax",
    /// The bytes are not UTF-8.
    InvalidUtf8 = "invalid_utf8",
    /// The text has more bytes than the limit.
    TooLong = "too_long",
    /// The nesting is deeper than the limit.
    TooDeep = "too_deep",
    /// A string holds U+0000, which `jsonb` refuses.
    Nul = "nul",
    /// A string holds half of a surrogate pair.
    Surrogate = "surrogate",
    /// A number that PostgreSQL's `numeric` refuses in this spelling.
    NumberRange = "number_range",
    /// The numbers of the text are too large in plain notation.
    PrintedTooLarge = "printed_too_large",
    /// A value of another type than the schema wants.
    Type = "type",
    /// A required member is absent.
    Required = "required",
    /// A member that the schema does not know.
    UnknownMember = "unknown_member",
    /// A member that stands twice in one object.
    DuplicateMember = "duplicate_member",
    /// A member that the chosen branch of a union does not take.
    NotAllowed = "not_allowed",
    /// A value outside the listed ones.
    OneOf = "one_of",
    /// A number below the least allowed.
    Minimum = "minimum",
    /// A number above the greatest allowed.
    Maximum = "maximum",
    /// A string without any character that is not white space.
    Blank = "blank",
    /// A string with too many bytes in UTF-8.
    MaxBytes = "max_bytes",
    /// An array with too few elements.
    MinItems = "min_items",
    /// An array with too many elements.
    MaxItems = "max_items",
    /// A string that is not a UUID.
    Uuid = "uuid",
    /// A number that is no multiple of another.
    MultipleOf = "multiple_of",
    /// A string with too few characters (code points).
    MinLength = "min_length",
    /// A string with too many characters (code points).
    MaxLength = "max_length",
    /// A string that does not match a pattern.
    Pattern = "pattern",
    /// A string that is not of a format.
    Format = "format",
    /// An element that another element equals.
    UniqueItems = "unique_items",
    /// An array with too few or too many elements of a kind.
    Contains = "contains",
    /// An object with too few members.
    MinProperties = "min_properties",
    /// An object with too many members.
    MaxProperties = "max_properties",
    /// A value that is none of several alternatives.
    NoAlternative = "no_alternative",
    /// A value that is two of several alternatives, of which it may be one.
    Ambiguous = "ambiguous",
    /// A value that the schema excludes.
    Excluded = "excluded",
    /// A string that is no point in time with an offset (RFC 3339).
    DateTime = "date_time",
    /// A string that is no decimal number.
    Decimal = "decimal",
    /// An element of a set whose key another element has.
    DuplicateKey = "duplicate_key",
    /// An element that refers to itself.
    SelfReference = "self_reference",
    /// Elements that refer to each other in a circle.
    Cycle = "cycle",
    /// A reference to an element that is not there.
    UnknownReference = "unknown_reference",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// JSON Pointer (RFC 6901) of the value; empty for the whole text. An absent member is
    /// pointed at as if it were there.
    pub pointer: String,
    /// Byte offset in the text, counted from 0; `None` where the problem has no place.
    pub offset: Option<usize>,
    /// Line, counted from 1; 0 where the problem has no place.
    pub line: u32,
    /// Column in characters (Unicode scalar values), counted from 1; 0 where there is no place.
    pub column: u32,
    /// What kind of problem it is.
    pub code: Code,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for Problem {
    /// `7:19: /steps/0/priority: `"high"` is not an integer [type]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for Problem {}

/// Every problem of one text, in the order of the places, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    omitted: usize,
}

impl Problems {
    pub(crate) fn new(list: Vec<Problem>, omitted: usize) -> Problems {
        Problems { list, omitted }
    }

    /// The problems, as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.list
    }

    /// The problems, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// How many were found beyond those listed (see [`crate::json::Limits::problems`]).
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
