//! A builder of JSON text.

use super::canonical::write_string;
use super::number::Number;
use super::text::Text;
use crate::wording::decimal;

/// Builds a JSON text; puts the commas itself. Used by generated code, which writes values in a
/// valid order.
#[derive(Debug, Default)]
pub struct Output {
    text: Vec<u8>,
    /// Whether a comma is due before the next name or element.
    is_after_value: bool,
}

impl Output {
    /// An empty text.
    #[must_use]
    pub fn new() -> Output {
        Output::default()
    }

    fn before(&mut self) {
        if self.is_after_value {
            self.text.push(b',');
        }
        self.is_after_value = true;
    }

    /// `{`
    pub fn begin_object(&mut self) {
        self.before();
        self.text.push(b'{');
        self.is_after_value = false;
    }

    /// A member's name; its value comes next.
    pub fn name(&mut self, name: &str) {
        self.before();
        write_string(name, &mut self.text);
        self.text.push(b':');
        self.is_after_value = false;
    }

    /// `}`
    pub fn end_object(&mut self) {
        self.text.push(b'}');
        self.is_after_value = true;
    }

    /// `[`
    pub fn begin_array(&mut self) {
        self.before();
        self.text.push(b'[');
        self.is_after_value = false;
    }

    /// `]`
    pub fn end_array(&mut self) {
        self.text.push(b']');
        self.is_after_value = true;
    }

    /// A string.
    pub fn string(&mut self, value: &str) {
        self.before();
        write_string(value, &mut self.text);
    }

    /// A whole number.
    pub fn integer(&mut self, value: i64) {
        self.before();
        self.text.extend_from_slice(decimal(value).as_bytes());
    }

    /// A number of any size.
    pub fn number(&mut self, value: &Number) {
        self.before();
        self.text.extend_from_slice(value.as_str().as_bytes());
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.before();
        self.text.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.before();
        self.text.extend_from_slice(b"null");
    }

    /// Any JSON, as it was sent.
    pub fn text(&mut self, value: &Text) {
        self.before();
        self.text.extend_from_slice(value.as_str().as_bytes());
    }

    /// A JSON text that another program wrote. It is not looked at: the reader of what is written
    /// here must do that.
    pub fn raw(&mut self, value: &str) {
        self.before();
        self.text.extend_from_slice(value.as_bytes());
    }

    /// The bytes of the text; UTF-8.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        String::from_utf8(self.text).unwrap_or_default()
    }
}
