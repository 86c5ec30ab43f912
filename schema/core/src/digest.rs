//! The digest: SHA-256 over canonical bytes.

#[cfg(not(target_arch = "wasm32"))]
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// SHA-256 (FIPS 180-4) over canonical bytes, written `sha256:` and 64 lower-case hexadecimal
/// digits. Equal digests and the same request are one thing.
///
/// ```
/// use tantamount_core::Digest;
///
/// let digest = Digest::of(b"{}");
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Digest {
        #[cfg(not(target_arch = "wasm32"))]
        return Digest(Sha256::digest(bytes).into());
        #[cfg(target_arch = "wasm32")]
        return Digest(crate::sha256::sha256(bytes));
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As it is written: `sha256:` and 64 digits, each a byte.
    #[must_use]
    pub fn to_ascii(&self) -> [u8; 71] {
        let mut text = *b"sha256:----------------------------------------------------------------";
        for (pair, byte) in text.rchunks_exact_mut(2).zip(self.0.into_iter().rev()) {
            for (place, digit) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *place = digit + if digit < 10 { b'0' } else { b'a' - 10 };
            }
        }
        text
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_ascii().into_iter().map(char::from).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(*self))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no digest: it must be `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDigest;

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest is written `sha256:` and 64 lower-case hexadecimal digits")
    }
}

impl std::error::Error for InvalidDigest {}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let digits = text.strip_prefix("sha256:").ok_or(InvalidDigest)?.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return Err(InvalidDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            for &digit in pair {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(InvalidDigest),
                };
                *byte = *byte << 4 | value;
            }
        }
        Ok(Digest(bytes))
    }
}
