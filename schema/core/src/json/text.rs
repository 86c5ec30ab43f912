//! A JSON value as the text that it came as, together with its canonical bytes.

use super::canonical::canonicalize_within;
use super::limits::Limits;
use crate::problem::Problems;
use std::fmt;
use std::str::FromStr;

/// Any JSON value, kept as its text. Two are equal when `jsonb` finds them equal; the text itself,
/// with its spacing, member order and number spellings, is what a worker will read.
///
/// ```
/// use tantamount_core::json::Text;
///
/// let sent: Text = r#"{ "b": 1.0, "a": [] }"#.parse()?;
/// let again: Text = r#"{"a":[],"b":1}"#.parse()?;
/// assert_eq!(sent, again);
/// assert_eq!(sent.as_str(), r#"{ "b": 1.0, "a": [] }"#);
/// assert_eq!(sent.canonical(), r#"{"a":[],"b":1}"#);
/// # Ok::<(), tantamount_core::Problems>(())
/// ```
#[derive(Clone)]
pub struct Text {
    text: Box<str>,
    /// `None` where the text is canonical itself.
    canonical: Option<Box<str>>,
}

impl Text {
    /// Reads any JSON value.
    ///
    /// # Errors
    /// [`Problems`] where `jsonb` refuses the text or a limit is exceeded.
    pub fn new(text: impl Into<String>) -> Result<Text, Problems> {
        let text = text.into();
        let canonical = canonicalize_within(text.as_bytes(), &Limits::default())?;
        Ok(Text::from_parts(text, canonical))
    }

    /// `null`.
    #[must_use]
    pub fn null() -> Text {
        Text { text: "null".into(), canonical: None }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.canonical() == "null"
    }

    pub(crate) fn from_parts(text: String, canonical: Vec<u8>) -> Text {
        let canonical = (canonical != text.as_bytes())
            .then(|| String::from_utf8_lossy(&canonical).into_owned().into_boxed_str());
        Text { text: text.into_boxed_str(), canonical }
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The canonical text.
    #[must_use]
    pub fn canonical(&self) -> &str {
        self.canonical.as_deref().unwrap_or(&self.text)
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::null()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for Text {}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl FromStr for Text {
    type Err = Problems;

    fn from_str(text: &str) -> Result<Self, Problems> {
        Text::new(text)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({})", self.text)
    }
}
