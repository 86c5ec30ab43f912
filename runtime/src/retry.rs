//! How often, and after what time, something is tried again.

use crate::database_error::{DatabaseError, Fate};
use crate::error::Error;
use crate::failure::Failure;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// How a [`Ledger`](crate::Ledger), and the tables of runledger, try their own transactions again: where other transactions were
/// in the way, and where the connection was lost. In a transaction of the caller's nothing is tried
/// again, whatever stands here.
///
/// Before each attempt but the first there is a random wait, of at most [`first_wait`] before the
/// second, twice as much before the next, and so on up to [`longest_wait`].
///
/// ```
/// use std::time::Duration;
/// use tantamount_runtime::RetryPolicy;
///
/// let impatient = RetryPolicy { patience: Duration::from_secs(2), ..RetryPolicy::default() };
/// assert_eq!(RetryPolicy::none().attempts, 1);
/// # assert!(impatient.attempts > 1);
/// ```
///
/// [`first_wait`]: RetryPolicy::first_wait
/// [`longest_wait`]: RetryPolicy::longest_wait
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many attempts are begun, at most; one at the least. The default is 32.
    pub attempts: u32,
    /// The longest wait before the second attempt. The default is 8 ms.
    pub first_wait: Duration,
    /// The longest wait before any attempt. The default is 1 s.
    pub longest_wait: Duration,
    /// No attempt is begun after this time. The default is 30 s, in which a server restarts.
    pub patience: Duration,
    /// How long an attempt may go without an answer, waiting for locks included, before its
    /// connection is given up as lost. The default is 60 s; `None` waits for ever. It has to be
    /// longer than the server's `statement_timeout` and `lock_timeout`, which end a statement for
    /// good, as giving up a connection does not.
    pub answer_within: Option<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            attempts: 32,
            first_wait: Duration::from_millis(8),
            longest_wait: Duration::from_secs(1),
            patience: Duration::from_secs(30),
            answer_within: Some(Duration::from_secs(60)),
        }
    }
}

impl RetryPolicy {
    /// One attempt, and no limit to what it takes: every error is the caller's to handle.
    #[must_use]
    pub fn none() -> RetryPolicy {
        RetryPolicy { attempts: 1, answer_within: None, ..RetryPolicy::default() }
    }

    /// Makes attempts until one answers, or the policy ends: again where others were in the way, or
    /// the connection was lost.
    pub(crate) async fn repeat<T, E, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, E>
    where
        E: Failure,
        F: Future<Output = Result<T, E>>,
    {
        let mut attempts = Attempts::new(self);
        loop {
            match attempt().await {
                Err(error) if attempts.again(&error).await => {}
                done => return attempts.settle(done),
            }
        }
    }

    /// An answer in the time that the policy allows for one, or an error that says there was none.
    pub(crate) async fn answer<T, E: From<Error>>(
        &self,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let asked = std::pin::pin!(asked);
        match self.answer_within {
            None => asked.await,
            Some(time) => match tokio::time::timeout(time, asked).await {
                Ok(answer) => answer,
                Err(_) => Err(Error::Database { source: DatabaseError::silent() }.into()),
            },
        }
    }

    /// The longest wait after a number of attempts.
    fn longest_after(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.first_wait.saturating_mul(doubled).min(self.longest_wait)
    }
}

/// Makes attempts on connections of a ledger's pool, each of its own, until one answers or the
/// policy ends. Each has to leave as it is what an earlier one did whose answer was lost.
///
/// It is no function, as futures of closures that borrow a connection cannot be shown to be `Send`,
/// and callers spawn them.
macro_rules! repeat {
    ($ledger:expr, $connection:ident => $work:expr) => {{
        let ledger = $ledger;
        let policy = ledger.retry_policy();
        let attempt = move || async move {
            let mut $connection = ledger.connection().await?;
            let done = policy.answer($work).await;
            $crate::ledger::release($connection, done)
        };
        async move { policy.repeat(attempt).await }
    }};
}
pub(crate) use repeat;

/// The attempts at an operation that may have to be repeated.
pub(crate) struct Attempts {
    policy: RetryPolicy,
    begun: Instant,
    made: u32,
    /// Whether an attempt ended without its answer and no later one has told what became of it.
    in_doubt: bool,
}

impl Attempts {
    pub(crate) fn new(policy: &RetryPolicy) -> Attempts {
        Attempts { policy: *policy, begun: Instant::now(), made: 0, in_doubt: false }
    }

    /// Waits before the next attempt, where the error is one that passes and the policy allows
    /// another; `false` otherwise. Where the fate of an earlier attempt is open, the next one asks
    /// the ledger for it, so lacking a connection is no reason to stop then.
    pub(crate) async fn again(&mut self, error: &impl Failure) -> bool {
        self.in_doubt |= error.fate() == Fate::Unknown;
        let no_connection = error.database().is_some_and(DatabaseError::is_no_connection);
        let passes = error.is_transient() || self.in_doubt && no_connection;
        passes && self.another().await
    }

    /// Waits before the next attempt; `false` where the policy allows none.
    pub(crate) async fn another(&mut self) -> bool {
        self.made += 1;
        let wait = part_of(self.policy.longest_after(self.made));
        if self.made >= self.policy.attempts || self.begun.elapsed() + wait >= self.policy.patience
        {
            return false;
        }
        crate::observe::retried();
        tokio::time::sleep(wait).await;
        true
    }

    /// The answer of the last attempt, whose own failure says nothing of an earlier one's fate.
    fn settle<T, E: Failure>(&self, done: Result<T, E>) -> Result<T, E> {
        match done {
            Err(error) if self.in_doubt && error.fate() == Fate::NotApplied => {
                Err(error.with_fate(Fate::Unknown))
            }
            done => done,
        }
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
    fn waits_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let longest = [1, 2, 3, 8, 9, u32::MAX].map(|made| policy.longest_after(made).as_millis());
        assert_eq!(longest, [8, 16, 32, 1000, 1000, 1000]);
        for _ in 0..1000 {
            assert!(part_of(policy.longest_wait) < policy.longest_wait);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_bounded_by_their_number_and_by_time() {
        let lost = || Error::from(sqlx::Error::WorkerCrashed);
        for (policy, most) in [
            (RetryPolicy::none(), 1),
            (RetryPolicy { attempts: 3, ..RetryPolicy::default() }, 3),
            (RetryPolicy { patience: Duration::ZERO, ..RetryPolicy::default() }, 1),
            (RetryPolicy::default(), 32),
        ] {
            let mut attempts = Attempts::new(&policy);
            let mut made = 1;
            while attempts.again(&lost()).await {
                made += 1;
            }
            assert!(made <= most, "{made} attempts by {policy:?}");
            assert!(attempts.begun.elapsed() <= policy.patience);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_attempt_left_open_stays_open_until_one_gets_through() {
        let mut attempts = Attempts::new(&RetryPolicy::default());
        assert!(attempts.again(&Error::from(sqlx::Error::WorkerCrashed)).await);
        let no_connection = Error::from(sqlx::Error::PoolTimedOut);
        assert_eq!(no_connection.fate(), Fate::NotApplied);
        assert!(attempts.again(&no_connection).await);
        let refused: Result<(), Error> = Err(Error::from(sqlx::Error::PoolClosed));
        assert_eq!(attempts.settle(refused).expect_err("an error").fate(), Fate::Unknown);
        assert!(attempts.settle::<(), Error>(Ok(())).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_without_an_answer_is_given_up() {
        let policy = RetryPolicy::default();
        let answer = policy.answer(std::future::pending::<Result<(), Error>>()).await;
        let error = answer.expect_err("no answer");
        assert_eq!((error.fate(), error.is_transient()), (Fate::Unknown, true));
        assert_eq!(error.code(), "database");
    }
}
