//! How often, and after what time, something is tried again.

use std::time::Duration;
use uuid::Uuid;

/// How often an operation of our own is begun, at most.
const ATTEMPTS: u32 = 12;
/// The longest wait before the second attempt; it doubles from there.
const FIRST_WAIT: Duration = Duration::from_millis(4);
/// The longest wait there is.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// The attempts at an operation that other transactions may be in the way of.
#[derive(Default)]
pub(crate) struct Attempts {
    made: u32,
}

impl Attempts {
    /// Waits for a random time before the next attempt; `false` where there is none left.
    pub(crate) async fn again(&mut self) -> bool {
        self.made += 1;
        if self.made >= ATTEMPTS {
            return false;
        }
        let longest = FIRST_WAIT.saturating_mul(1 << self.made.min(10)).min(LONGEST_WAIT);
        tokio::time::sleep(part_of(longest)).await;
        true
    }
}

/// A random part of a time, so that those who collided do not meet again. The randomness is that
/// of a new UUID's last bits.
fn part_of(time: Duration) -> Duration {
    let random = (Uuid::now_v7().as_u128() & 0xffff) as u32;
    time.saturating_mul(random) / 0x1_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_longer_than_the_longest() {
        for _ in 0..1000 {
            assert!(part_of(LONGEST_WAIT) < LONGEST_WAIT);
        }
    }
}
