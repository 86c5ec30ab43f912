//! SHA-256 (FIPS 180-4) for WebAssembly.
//!
//! Of what the crate `sha2` has, what is small is slow there (it takes most of a call's time), and what is
//! fast is large. Sixteen rounds at a time, on a schedule of sixteen words that never leave the
//! registers, are both. Elsewhere `sha2` itself is used, and the tests hold the two to each other.

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const ROUNDS: [[u32; 16]; 4] = [
    [
        0x428a_2f98,
        0x7137_4491,
        0xb5c0_fbcf,
        0xe9b5_dba5,
        0x3956_c25b,
        0x59f1_11f1,
        0x923f_82a4,
        0xab1c_5ed5,
        0xd807_aa98,
        0x1283_5b01,
        0x2431_85be,
        0x550c_7dc3,
        0x72be_5d74,
        0x80de_b1fe,
        0x9bdc_06a7,
        0xc19b_f174,
    ],
    [
        0xe49b_69c1,
        0xefbe_4786,
        0x0fc1_9dc6,
        0x240c_a1cc,
        0x2de9_2c6f,
        0x4a74_84aa,
        0x5cb0_a9dc,
        0x76f9_88da,
        0x983e_5152,
        0xa831_c66d,
        0xb003_27c8,
        0xbf59_7fc7,
        0xc6e0_0bf3,
        0xd5a7_9147,
        0x06ca_6351,
        0x1429_2967,
    ],
    [
        0x27b7_0a85,
        0x2e1b_2138,
        0x4d2c_6dfc,
        0x5338_0d13,
        0x650a_7354,
        0x766a_0abb,
        0x81c2_c92e,
        0x9272_2c85,
        0xa2bf_e8a1,
        0xa81a_664b,
        0xc24b_8b70,
        0xc76c_51a3,
        0xd192_e819,
        0xd699_0624,
        0xf40e_3585,
        0x106a_a070,
    ],
    [
        0x19a4_c116,
        0x1e37_6c08,
        0x2748_774c,
        0x34b0_bcb5,
        0x391c_0cb3,
        0x4ed8_aa4a,
        0x5b9c_ca4f,
        0x682e_6ff3,
        0x748f_82ee,
        0x78a5_636f,
        0x84c8_7814,
        0x8cc7_0208,
        0x90be_fffa,
        0xa450_6ceb,
        0xbef9_a3f7,
        0xc671_78f2,
    ],
];

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The digest of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut state = START;
    let (blocks, rest) = bytes.as_chunks::<64>();
    for block in blocks {
        compress(&mut state, block);
    }
    // The end: a bit, zeros, and the length in bits.
    let mut last = [0; 128];
    for (place, byte) in last.iter_mut().zip(rest.iter().chain(&[0x80])) {
        *place = *byte;
    }
    let (first, second) = last.split_at_mut(64);
    let is_short = rest.len() < 56;
    let end = if is_short { &mut *first } else { &mut *second };
    if let Some(place) = end.last_chunk_mut::<8>() {
        *place = (bytes.len() as u64 * 8).to_be_bytes();
    }
    for block in last.as_chunks::<64>().0.iter().take(2 - usize::from(is_short)) {
        compress(&mut state, block);
    }
    let mut digest = [0; 32];
    for (place, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    digest
}

fn compress(state: &mut [u32; 8], block: &[u8; 64]) {
    let mut w = [0; 16];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $k:expr) => {
            let mixed = $e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25);
            $h = $h.wrapping_add(mixed).wrapping_add($g ^ ($e & ($f ^ $g))).wrapping_add($k);
            $d = $d.wrapping_add($h);
            let mixed = $a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22);
            $h = $h.wrapping_add(mixed).wrapping_add(($a & $b) | ($c & ($a | $b)));
        };
    }
    macro_rules! rounds {
        ($k:ident, $($i:literal)+) => { rounds!(@ $k, a b c d e f g h, $($i)+); };
        (@ $k:ident, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $i:literal $($rest:literal)*) => {
            round!($a $b $c $d $e $f $g $h, $k[$i].wrapping_add(w[$i]));
            rounds!(@ $k, $h $a $b $c $d $e $f $g, $($rest)*);
        };
        (@ $k:ident, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident,) => {};
    }
    macro_rules! schedule {
        ($($i:literal)+) => {$(
            let (early, late) = (w[($i + 1) & 15], w[($i + 14) & 15]);
            w[$i] = w[$i]
                .wrapping_add(early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3))
                .wrapping_add(w[($i + 9) & 15])
                .wrapping_add(late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10));
        )+};
    }
    let mut is_first = true;
    for k in &ROUNDS {
        if !is_first {
            schedule!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        }
        is_first = false;
        rounds!(k, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }
    for (word, value) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(value);
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    #[test]
    fn texts_of_every_length_have_the_digest_that_sha2_gives_them() {
        let text: Vec<u8> = (0..1000_u32).map(|index| (index * index / 7) as u8).collect();
        for length in (0..300).chain([511, 512, 513, 1000]) {
            let expected: [u8; 32] = Sha256::digest(&text[..length]).into();
            assert_eq!(super::sha256(&text[..length]), expected, "{length}");
        }
    }
}
