//! Runs of bytes: the loops over a text that are worth the processor's wide registers.
//!
//! Crates that are tested well do it (`wide`, `simdutf8`); there is no `unsafe` here. WebAssembly has wide
//! registers where it is built with `simd128`, as the npm package is, and takes plain words
//! elsewhere.

/// How many bytes at the start of `rest` stand in a string as themselves: up to a quote, a
/// backslash or a control character.
#[cfg(any(not(target_arch = "wasm32"), target_feature = "simd128"))]
#[inline]
pub(crate) fn plain_length(rest: &[u8]) -> usize {
    use wide::u8x16;
    let mut at = 0;
    while let Some(block) = rest.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let block = u8x16::new(*block);
        let control = block.min(u8x16::splat(0x1F)).simd_eq(block);
        let quote = block.simd_eq(u8x16::splat(b'"'));
        let backslash = block.simd_eq(u8x16::splat(b'\\'));
        let special = (control | quote | backslash).to_bitmask();
        if special != 0 {
            return at + special.trailing_zeros() as usize;
        }
        at += 16;
    }
    // Less than a register is left at the very end of a text alone.
    while rest.get(at).is_some_and(|byte| is_plain(*byte)) {
        at += 1;
    }
    at
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Where the plain run ends that begins at `at`: as [`plain_length`], for what is read seldom, so
/// that its loop stands in one place more alone.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline)]
pub(crate) fn plain_end(text: &[u8], at: usize) -> usize {
    at + plain_length(text.get(at..).unwrap_or(&[]))
}

/// As above, a word at a time.
#[cfg(all(target_arch = "wasm32", not(target_feature = "simd128")))]
#[inline]
pub(crate) fn plain_length(rest: &[u8]) -> usize {
    by_word(rest)
}

/// Whether the first `length` bytes are the same, the very first one not looked at on request. `N`
/// is a multiple of 16, 48 at most.
#[cfg(any(not(target_arch = "wasm32"), target_feature = "simd128"))]
#[inline]
pub(crate) fn same_start<const N: usize>(
    left: &[u8; N],
    right: &[u8; N],
    is_first_free: bool,
    length: usize,
) -> bool {
    use wide::u8x16;
    let mut same = u64::from(is_first_free);
    for (index, (left, right)) in left.as_chunks().0.iter().zip(right.as_chunks().0).enumerate() {
        let bits = u8x16::new(*left).simd_eq(u8x16::new(*right)).to_bitmask();
        same |= u64::from(bits) << (16 * index);
    }
    same.trailing_ones() as usize >= length
}

/// As above.
#[cfg(all(target_arch = "wasm32", not(target_feature = "simd128")))]
#[inline]
pub(crate) fn same_start<const N: usize>(
    left: &[u8; N],
    right: &[u8; N],
    is_first_free: bool,
    length: usize,
) -> bool {
    let from = usize::from(is_first_free);
    left.get(from..length) == right.get(from..length)
}

#[cfg(any(test, all(target_arch = "wasm32", not(target_feature = "simd128"))))]
fn by_word(rest: &[u8]) -> usize {
    let (words, tail) = rest.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let plain = tail.iter().position(|&byte| !is_plain(byte));
    words.len() * 8 + plain.unwrap_or(tail.len())
}

/// Marks, by the highest bit of its byte, the first byte of a word that ends a plain run. Marks
/// behind the first may be wrong, as subtractions borrow.
#[cfg(any(test, all(target_arch = "wasm32", not(target_feature = "simd128"))))]
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = zero_bytes(word ^ (ONES * 0x22));
    let backslash = zero_bytes(word ^ (ONES * 0x5C));
    (control | quote | backslash) & HIGHS
}

/// The text of bytes that are UTF-8, or the length of the part that is.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, usize> {
    // The first is faster and does not know where; that is asked only where there is an error.
    simdutf8::basic::from_utf8(bytes)
        .or_else(|_| simdutf8::compat::from_utf8(bytes).map_err(|error| error.valid_up_to()))
}

/// As above.
#[cfg(target_arch = "wasm32")]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, usize> {
    std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_run_ends_at_the_first_special_byte() {
        for byte in 0..=255u8 {
            let is_plain = byte >= 0x20 && byte != b'"' && byte != b'\\';
            for before in 0..40 {
                for after in [0, 1, 20] {
                    let mut text = vec![b'\x7f'; before];
                    text.push(byte);
                    text.resize(before + 1 + after, 0xFF);
                    let expected = if is_plain { text.len() } else { before };
                    assert_eq!(plain_length(&text), expected, "{byte} {before} {after}");
                    assert_eq!(by_word(&text), expected, "{byte} {before} {after}");
                }
            }
        }
    }
}
