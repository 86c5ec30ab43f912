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

/// The numbers that the standard takes from the first 64 primes. To find them takes less of the module than to hold
/// them, as they cannot be compressed, and some microseconds, once.
#[derive(Clone, Copy)]
struct Constants {
    /// The first 32 bits of the fractional parts of the cube roots.
    rounds: [u32; 64],
    /// The first 32 bits of the fractional parts of the square roots of the first 8.
    start: [u32; 8],
}

thread_local! {
    /// Zeros until they are found.
    static CONSTANTS: Cell<Constants> =
        const { Cell::new(Constants { rounds: [0; 64], start: [0; 8] }) };
}

impl Constants {
    /// The constants, found by the first call.
    fn get() -> Constants {
        let mut constants = CONSTANTS.get();
        if constants.rounds.starts_with(&[0]) {
            constants.find();
            CONSTANTS.set(constants);
        }
        constants
    }

    /// Every root has 35 bits before what is cut off, a double 53.
    #[expect(clippy::float_arithmetic, reason = "no number of a text is reckoned with")]
    #[cold]
    #[inline(never)]
    fn find(&mut self) {
        let mut starts = self.start.iter_mut();
        let mut prime = 1_u32;
        for round in &mut self.rounds {
            prime += 1;
            while (2..prime).any(|divisor| prime.is_multiple_of(divisor)) {
                prime += 1;
            }
            let number = f64::from(prime);
            // Newton's method, from above.
            let mut root = number;
            for _ in 0..20 {
                root -= (root - number / (root * root)) / 3.0;
            }
            let fraction = |root: f64| (root * 4_294_967_296.0) as u64 as u32;
            *round = fraction(root);
            if let Some(start) = starts.next() {
                *start = fraction(number.sqrt());
            }
        }
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
    let mut groups = groups.iter().chain(end.as_chunks::<256>().0);
    let constants = Constants::get();
    let (mut current, mut next) = (&mut Group::new(), &mut Group::new());
    if let Some(group) = groups.next() {
        next.read(group, &constants.rounds);
    }
    for from in 0..48 {
        let Group { words, sums } = &mut *next;
        let words = words.get_mut(from..).and_then(<[_]>::first_chunk_mut::<17>);
        let sums = sums.get_mut(from + 16..).and_then(<[_]>::first_chunk_mut::<1>);
        let rounds = constants.rounds.get(from + 16..).and_then(<[_]>::first_chunk::<1>);
        if let (Some(words), Some(sums), Some(rounds)) = (words, sums, rounds) {
            schedule!(words, sums, rounds, 0);
        }
    }
    let mut state = constants.start;
    for block in 0..bytes.len() / 256 * 4 + ends {
        if block % 4 == 0 {
            std::mem::swap(&mut current, &mut next);
            if let Some(group) = groups.next() {
                next.read(group, &constants.rounds);
            }
        }
        compress(&mut state, current, block % 4, next, &constants.rounds);
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
