//! Runs of bytes: the loops over a text that are worth the processor's wide registers.
//!
//! Crates that are tested well do it (`wide`, `simdutf8`); there is no `unsafe` here. WebAssembly
//! takes plain words instead: 128-bit SIMD is no baseline there, and every byte is downloaded.

/// How many bytes at the start of `rest` stand in a string as themselves: up to a quote, a
/// backslash or a control character.
#[cfg(not(target_arch = "wasm32"))]
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
    at + by_word(rest.get(at..).unwrap_or(&[]))
}

/// As above, a word at a time.
#[cfg(target_arch = "wasm32")]
#[inline]
pub(crate) fn plain_length(rest: &[u8]) -> usize {
    by_word(rest)
}

/// Whether the first `length` bytes, 16 at most, are the same.
#[cfg(not(target_arch = "wasm32"))]
#[inline]
pub(crate) fn same_bits(left: &[u8; 16], right: &[u8; 16], length: usize) -> bool {
    use wide::u8x16;
    let same = u8x16::new(*left).simd_eq(u8x16::new(*right)).to_bitmask();
    same.trailing_ones() as usize >= length
}

/// As above.
#[cfg(target_arch = "wasm32")]
#[inline]
pub(crate) fn same_bits(left: &[u8; 16], right: &[u8; 16], length: usize) -> bool {
    left.get(..length) == right.get(..length)
}

fn by_word(rest: &[u8]) -> usize {
    let (words, tail) = rest.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let plain = tail.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    words.len() * 8 + plain.unwrap_or(tail.len())
}

/// Marks, by the highest bit of its byte, the first byte of a word that ends a plain run. Marks
/// behind the first may be wrong, as subtractions borrow.
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

/// Appends bytes. Most are few: two copies of a fixed length that may overlap are written in place,
/// where a copy of any length would be a call.
#[inline]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        4..8 => append_ends::<4>(out, bytes),
        8..16 => append_ends::<8>(out, bytes),
        16..=32 => append_ends::<16>(out, bytes),
        _ => out.extend_from_slice(bytes),
    }
}

/// Appends `N` to `2 * N` bytes as their first and their last `N`.
#[inline]
fn append_ends<const N: usize>(out: &mut Vec<u8>, bytes: &[u8]) {
    let end = out.len() + bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
        out.extend_from_slice(first);
        out.truncate(end - N);
        out.extend_from_slice(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_are_appended() {
        let bytes: Vec<u8> = (0..100).collect();
        for length in 0..100 {
            let mut out = vec![200, 201];
            append(&mut out, &bytes[..length]);
            assert_eq!(out, [&[200, 201], &bytes[..length]].concat());
        }
    }

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
