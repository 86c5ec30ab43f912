//! What JavaScript hands in, as Rust needs it.

use std::str::FromStr;

use js_sys::{Error, JsString, TypeError};
use tantamount_schema::Scope;
use uuid::fmt::Hyphenated;
use wasm_bindgen::{JsCast, JsValue};

/// What stands in a converted string where the original holds half of a surrogate pair.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// A text's bytes in UTF-8.
///
/// JavaScript strings may hold halves of surrogate pairs, and the conversion to UTF-8 silently
/// makes each the same replacement character, so that two different texts would become the same
/// bytes. Such a text is written with each half as the three bytes that UTF-8 forbids; the
/// reader refuses those where they stand.
pub(crate) fn bytes(name: &str, value: &JsValue) -> Result<Vec<u8>, Error> {
    let Some(text) = value.as_string() else {
        return Err(TypeError::new(&format!("`{name}` is not a string")).into());
    };
    if text.contains(REPLACEMENT) {
        let original: &JsString = value.unchecked_ref();
        if !original.is_valid_utf16() {
            return Ok(with_surrogates(original.iter()));
        }
    }
    Ok(text.into_bytes())
}

/// UTF-16 as UTF-8 that spells out what UTF-8 forbids (known as WTF-8).
fn with_surrogates(units: impl IntoIterator<Item = u16>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Err(half) => {
                let [high, low] = half.unpaired_surrogate().to_be_bytes();
                bytes.extend([
                    0xE0 | (high >> 4),
                    0x80 | ((high & 0x0F) << 2) | (low >> 6),
                    0x80 | (low & 0x3F),
                ]);
            }
        }
    }
    bytes
}

/// The scope of a run: its organization's hyphenated UUID, or none.
pub(crate) fn scope(organization_id: Option<&str>) -> Result<Scope, Error> {
    let Some(spelling) = organization_id else { return Ok(Scope::none()) };
    match Hyphenated::from_str(spelling) {
        Ok(id) => Ok(Scope::organization(id.into_uuid())),
        Err(_) => {
            let message = format!("`organizationId` is not a hyphenated UUID: `{spelling}`");
            Err(TypeError::new(&message).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pairs_become_utf_8() {
        let text = "a\u{e9}\u{20ac}\u{1f600}\u{fffd}";
        assert_eq!(with_surrogates(text.encode_utf16()), text.as_bytes());
    }

    #[test]
    fn different_halves_stay_different() {
        assert_eq!(with_surrogates([0xD800]), [0xED, 0xA0, 0x80]);
        assert_eq!(with_surrogates([0xDFFF]), [0xED, 0xBF, 0xBF]);
        assert_eq!(with_surrogates([0xDC00, 0xD83D]), [0xED, 0xB0, 0x80, 0xED, 0xA0, 0xBD]);
        assert!(std::str::from_utf8(&with_surrogates([0xD800])).is_err());
    }
}
