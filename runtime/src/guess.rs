//! Whether a key is likely to be in the ledger: what decides what is sent first, never an outcome.
//!
//! The append statement asks the ledger itself, so a request that is new takes one round trip; but
//! a replay would send the whole request for an answer that its key alone brings. The lookup makes
//! replays cheap and new requests one round trip dearer. So a key that this process has tried
//! before is looked up first, and of the others it is learnt how many are replays: the larger
//! the request, the rarer they must be for it to be sent at once.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How many keys are remembered: 32 KiB of them.
const SLOTS: usize = 4096;
/// A share of everything.
const WHOLE: u32 = 1 << 16;
/// What is taken to be the share of replays before anything is known.
const PRIOR: u32 = WHOLE / 16;
/// A share moves by this part of its distance to what is seen.
const INERTIA: u32 = 16;
/// As many bytes cost about as much to send, and to take apart again, as a lookup.
const BYTES_OF_A_LOOKUP: usize = 8 << 10;

/// What this process has seen of keys.
#[derive(Debug)]
pub(crate) struct Guess {
    hasher: RandomState,
    /// Keys that were tried, as hashes, each in the place that it gives itself.
    tried: Box<[AtomicU64]>,
    /// The share of keys not tried here that the ledger knew, of [`WHOLE`].
    replays: AtomicU32,
}

/// A key, as it is remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace(u64);

impl Default for Guess {
    fn default() -> Self {
        Guess {
            hasher: RandomState::new(),
            tried: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            replays: AtomicU32::new(PRIOR),
        }
    }
}

impl Guess {
    /// The trace of a parent's key.
    pub(crate) fn trace(&self, key: impl std::hash::Hash) -> Trace {
        // Zero is an empty place.
        Trace(self.hasher.hash_one(key).max(1))
    }

    fn slot(&self, trace: Trace) -> Option<&AtomicU64> {
        self.tried.get(usize::try_from(trace.0 % SLOTS as u64).unwrap_or_default())
    }

    /// Whether a key was tried here before; from now on it was.
    pub(crate) fn was_tried(&self, trace: Trace) -> bool {
        self.slot(trace).is_some_and(|slot| slot.swap(trace.0, Ordering::Relaxed) == trace.0)
    }

    /// Whether a request of a key that was never tried here is better sent at once.
    pub(crate) fn is_new(&self, bytes: usize) -> bool {
        let replays = u64::from(self.replays.load(Ordering::Relaxed));
        let costs = 2 + u64::try_from(bytes / BYTES_OF_A_LOOKUP).unwrap_or(u64::MAX >> 32);
        replays.saturating_mul(costs) < u64::from(WHOLE).saturating_sub(replays)
    }

    /// Learns whether the ledger knew a key that was never tried here.
    pub(crate) fn learn(&self, was_known: bool) {
        let share = self.replays.load(Ordering::Relaxed);
        let share = share - share / INERTIA;
        // Two at once may count as one: it is a guess.
        let seen = if was_known { WHOLE / INERTIA } else { 0 };
        self.replays.store(share.saturating_add(seen).min(WHOLE), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_remembered_until_another_takes_its_place() {
        let guess = Guess::default();
        let trace = guess.trace(("run", "key"));
        assert!(!guess.was_tried(trace));
        assert!(guess.was_tried(trace));
        let other = Trace(trace.0 ^ (1 << 63));
        assert!(!guess.was_tried(other));
        assert!(!guess.was_tried(trace));
    }

    #[test]
    fn small_requests_are_sent_at_once_and_large_ones_when_replays_are_rare() {
        let guess = Guess::default();
        assert!(guess.is_new(3_000));
        assert!(!guess.is_new(1 << 20));
        for _ in 0..200 {
            guess.learn(false);
        }
        assert!(guess.is_new(1 << 20));
        for _ in 0..40 {
            guess.learn(true);
        }
        assert!(!guess.is_new(3_000));
        for _ in 0..1000 {
            guess.learn(true);
        }
        assert!(!guess.is_new(0));
        for _ in 0..200 {
            guess.learn(false);
        }
        assert!(guess.is_new(3_000));
    }

    #[test]
    fn the_largest_request_is_weighed_without_overflow() {
        assert!(!Guess::default().is_new(usize::MAX));
    }
}
