//! `serde` for generated types and for [`Text`]: reading goes through the strict reader, so that
//! it is exact and knows every problem.

use crate::json::{Number, Text};
use crate::request::{Value, read_value};
use crate::{DateTime, DecimalString};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Reads a generated type from a JSON deserializer: its text is taken as it is and read strictly.
///
/// # Errors
/// Every problem of the text, in one message; and formats other than JSON.
pub fn deserialize<'de, D: Deserializer<'de>, T: Value>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    read_value(raw.get().as_bytes()).map_err(D::Error::custom)
}

impl Serialize for Text {
    /// As it was sent; to a JSON serializer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl Serialize for Number {
    /// Its canonical spelling; to a JSON serializer.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue =
            serde_json::from_str(self.as_str()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    /// From a JSON deserializer, exactly.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Number::new(raw.get()).map_err(D::Error::custom)
    }
}

/// Types that stand in a string.
macro_rules! strings {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            /// The canonical spelling.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// Any spelling.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                $name::new(&text).map_err(D::Error::custom)
            }
        }
    )+};
}

strings!(DateTime, DecimalString);

impl<'de> Deserialize<'de> for Text {
    /// From a JSON deserializer.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Text::new(raw.get()).map_err(D::Error::custom)
    }
}
