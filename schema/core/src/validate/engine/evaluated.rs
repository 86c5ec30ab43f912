//! What of an array or object some schema has looked at, for `unevaluatedItems` and
//! `unevaluatedProperties`.

/// A set of positions: of elements, or of sorted members.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluated {
    /// Every position below this one.
    below: u32,
    /// Others, one bit each.
    bits: Vec<u64>,
}

impl Evaluated {
    pub(super) fn add_below(&mut self, position: u32) {
        self.below = self.below.max(position);
    }

    pub(super) fn add_all(&mut self) {
        self.below = u32::MAX;
    }

    pub(super) fn add(&mut self, position: u32) {
        let (word, bit) = (position as usize / 64, position % 64);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(word) = self.bits.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    pub(super) fn merge(&mut self, other: &Evaluated) {
        self.below = self.below.max(other.below);
        if self.bits.len() < other.bits.len() {
            self.bits.resize(other.bits.len(), 0);
        }
        for (word, more) in self.bits.iter_mut().zip(&other.bits) {
            *word |= more;
        }
    }

    pub(super) fn contains(&self, position: u32) -> bool {
        let (word, bit) = (position as usize / 64, position % 64);
        position < self.below || self.bits.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }
}
