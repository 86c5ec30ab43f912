//! SHA-256 (FIPS 180-4) for WebAssembly.
//!
//! Of what the crate `sha2` has, what is small is slow there (it takes most of a call's time), and what is
//! fast is large. Here four blocks have their schedules made at once, one in each lane of a wide register.
//! The rounds of a block wait for one another, and leave the processor idle between: the next four
//! blocks' schedules are made there, three words in every sixteen rounds, at next to no cost. Elsewhere `sha2`
//! itself is used, and the tests hold the two to each other.
//!
//! The module is built for size, where the compiler unrolls no loop: what is to be straight code is written out.

use std::cell::Cell;
use wide::{bytemuck, u8x16, u32x4};

/// What FIPS 180-4 takes from the first primes: the first 32 bits of the fractional parts of the
/// cube roots of 64, and of the square roots of 8.
#[derive(Clone, Copy)]
struct Constants {
    rounds: [u32; 64],
    start: [u32; 8],
}

thread_local! {
    static CONSTANTS: Cell<Constants> =
        const { Cell::new(Constants { rounds: [0; 64], start: [0; 8] }) };
}

impl Constants {
    /// As numbers without a pattern, they take 288 bytes in a module however it is compressed; the
    /// code that finds them takes a third of it, and some microseconds of the first call.
    #[expect(
        clippy::float_arithmetic,
        reason = "the roots need 35 of a double's 53 bits, and the tests hold each to those of `sha2`"
    )]
    fn find() -> Constants {
        let mut constants = CONSTANTS.get();
        if constants.start[0] != 0 {
            return constants;
        }
        let mut root = 1.0;
        let mut number = 1;
        for (index, place) in constants.rounds.iter_mut().enumerate() {
            // The 64th prime is 311, so each that is none has a divisor below 18.
            loop {
                number += 1;
                if (2..18).all(|divisor| number % divisor != 0 || number == divisor) {
                    break;
                }
            }
            let prime = f64::from(number);
            // Newton's method doubles the exact bits in every step, from the root before.
            for _ in 0..8 {
                root -= (root * root * root - prime) / (3.0 * root * root);
            }
            let bits = |root: f64| (root * 4_294_967_296.0) as u64 as u32;
            *place = bits(root);
            if let Some(place) = constants.start.get_mut(index) {
                *place = bits(prime.sqrt());
            }
        }
        CONSTANTS.set(constants);
        constants
    }
}

/// Where each byte of four big-endian words stands.
const BIG_ENDIAN: u8x16 = u8x16::new([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]);

/// What is known of four blocks before their rounds.
struct Group {
    /// The schedule: in each register one word of every block.
    words: [u32x4; 64],
    /// The same words, each with its round's constant added.
    sums: [[u32; 4]; 64],
}

impl Group {
    fn new() -> Group {
        Group { words: [u32x4::ZERO; 64], sums: [[0; 4]; 64] }
    }

    /// Begins the schedule with the blocks themselves.
    fn read(&mut self, blocks: &[u8; 256], rounds: &[u32; 64]) {
        let ([a, b, c, d], _) = blocks.as_chunks::<64>() else { return };
        let words = a.as_chunks::<4>().0.iter().zip(b.as_chunks::<4>().0);
        let words = words.zip(c.as_chunks::<4>().0.iter().zip(d.as_chunks::<4>().0));
        let places = self.words.iter_mut().zip(&mut self.sums).zip(rounds);
        for (((place, sum), constant), ((a, b), (c, d))) in places.zip(words) {
            let raw = u32x4::new([
                u32::from_le_bytes(*a),
                u32::from_le_bytes(*b),
                u32::from_le_bytes(*c),
                u32::from_le_bytes(*d),
            ]);
            let bytes: u8x16 = bytemuck::cast(raw);
            *place = bytemuck::cast(bytes.shuffle_zeroing(BIG_ENDIAN));
            *sum = (*place + all(*constant)).to_array();
        }
    }
}

/// A number in every lane; `splat` is a loop where the compiler minds the size.
#[inline(always)]
fn all(number: u32) -> u32x4 {
    u32x4::new([number, number, number, number])
}

/// Makes a word of the schedule from those before it: `$words` begins sixteen before, `$sums` and
/// `$constants` with itself.
macro_rules! schedule {
    ($words:ident, $sums:ident, $constants:ident, $i:literal) => {
        let (early, late) = ($words[$i + 1], $words[$i + 14]);
        let early = ((early >> 7) | (early << 25)) ^ ((early >> 18) | (early << 14)) ^ (early >> 3);
        let late = ((late >> 17) | (late << 15)) ^ ((late >> 19) | (late << 13)) ^ (late >> 10);
        let word = $words[$i] + $words[$i + 9] + early + late;
        $words[$i + 16] = word;
        $sums[$i] = (word + all($constants[$i])).to_array();
    };
}

/// The digest of these bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let (groups, rest) = bytes.as_chunks::<256>();
    // The end: a bit, zeros, and the length in bits.
    let mut end = [0; 512];
    if let Some(place) = end.get_mut(..rest.len()) {
        place.copy_from_slice(rest);
    }
    if let Some(place) = end.get_mut(rest.len()) {
        *place = 0x80;
    }
    let ends = (rest.len() + 9).div_ceil(64);
    if let Some(last) = end.as_chunks_mut::<64>().0.get_mut(ends - 1)
        && let Some(place) = last.last_chunk_mut::<8>()
    {
        *place = (bytes.len() as u64 * 8).to_be_bytes();
    }
    let Constants { rounds, start: mut state } = Constants::find();
    let mut groups = groups.iter().chain(end.as_chunks::<256>().0);
    let (mut current, mut next) = (&mut Group::new(), &mut Group::new());
    if let Some(group) = groups.next() {
        next.read(group, &rounds);
    }
    for from in 0..48 {
        let Group { words, sums } = &mut *next;
        let words = words.get_mut(from..).and_then(<[_]>::first_chunk_mut::<17>);
        let sums = sums.get_mut(from + 16..).and_then(<[_]>::first_chunk_mut::<1>);
        let constants = rounds.get(from + 16..).and_then(<[_]>::first_chunk::<1>);
        if let (Some(words), Some(sums), Some(constants)) = (words, sums, constants) {
            schedule!(words, sums, constants, 0);
        }
    }
    for block in 0..bytes.len() / 256 * 4 + ends {
        if block % 4 == 0 {
            std::mem::swap(&mut current, &mut next);
            if let Some(group) = groups.next() {
                next.read(group, &rounds);
            }
        }
        compress(&mut state, current, block % 4, next, &rounds);
    }
    let mut digest = [0; 32];
    for (place, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    digest
}

/// The 64 rounds of a block of the group, and a quarter of the next group's schedule.
fn compress(
    state: &mut [u32; 8],
    group: &Group,
    block: usize,
    next: &mut Group,
    rounds: &[u32; 64],
) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    // Each round's majority has in common with the one before what differs between two of its words.
    let mut differing = b ^ c;
    macro_rules! round {
        ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $sum:expr) => {
            let mixed = $e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25);
            let chosen = $g ^ ($e & ($f ^ $g));
            $h = $h.wrapping_add($sum).wrapping_add(chosen).wrapping_add(mixed);
            $d = $d.wrapping_add($h);
            let mixed = $a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22);
            let before = differing;
            differing = $a ^ $b;
            $h = $h.wrapping_add($b ^ (differing & before)).wrapping_add(mixed);
        };
    }
    for part in 0..4 {
        let from = block * 12 + part * 3;
        let sums = group.sums.as_flattened().get(part * 64 + block..);
        let Some(sum) = sums.and_then(<[_]>::first_chunk::<61>) else { return };
        let words = next.words.get_mut(from..).and_then(<[_]>::first_chunk_mut::<19>);
        let sums = next.sums.get_mut(from + 16..).and_then(<[_]>::first_chunk_mut::<3>);
        let constants = rounds.get(from + 16..).and_then(<[_]>::first_chunk::<3>);
        let (Some(words), Some(sums), Some(constants)) = (words, sums, constants) else { return };
        round!(a b c d e f g h, sum[0]);
        round!(h a b c d e f g, sum[4]);
        round!(g h a b c d e f, sum[8]);
        schedule!(words, sums, constants, 0);
        round!(f g h a b c d e, sum[12]);
        round!(e f g h a b c d, sum[16]);
        round!(d e f g h a b c, sum[20]);
        round!(c d e f g h a b, sum[24]);
        round!(b c d e f g h a, sum[28]);
        schedule!(words, sums, constants, 1);
        round!(a b c d e f g h, sum[32]);
        round!(h a b c d e f g, sum[36]);
        round!(g h a b c d e f, sum[40]);
        round!(f g h a b c d e, sum[44]);
        round!(e f g h a b c d, sum[48]);
        schedule!(words, sums, constants, 2);
        round!(d e f g h a b c, sum[52]);
        round!(c d e f g h a b, sum[56]);
        round!(b c d e f g h a, sum[60]);
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
        for length in (0..700).chain([767, 768, 769, 1000]) {
            let expected: [u8; 32] = Sha256::digest(&text[..length]).into();
            assert_eq!(super::sha256(&text[..length]), expected, "{length}");
        }
    }
}
