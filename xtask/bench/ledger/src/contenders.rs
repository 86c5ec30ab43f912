//! Who is measured.

use crate::Failure;
use crate::batch::Batch;
use crate::floor::Floor;
use crate::ours::Ours;
use crate::peer::Peer;
use std::time::Duration;
use tokio::runtime::RuntimeFlavor;
use uuid::Uuid;

/// What is done with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Append,
    Replay,
    /// A replay with the steps in another order.
    Reordered,
    Conflict,
}

impl Operation {
    pub(crate) const ALL: [Operation; 4] =
        [Operation::Append, Operation::Replay, Operation::Reordered, Operation::Conflict];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Append => "append",
            Operation::Replay => "replay",
            Operation::Reordered => "reordered",
            Operation::Conflict => "conflict",
        }
    }
}

/// Before the clock is started: what made the input has used up its share of a busy processor, and
/// the connection used last is on its way back to the pool. Clients that are counted do not wait.
pub(crate) async fn settle() {
    if tokio::runtime::Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Each appends in transactions of its own.
#[derive(Clone)]
pub(crate) enum Contender {
    Ours(Ours),
    Floor(Floor),
    Peer(Peer),
}

impl Contender {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Contender::Ours(_) => "tantamount",
            Contender::Floor(_) => "floor",
            Contender::Peer(_) => "runledger",
        }
    }

    /// New runs with a window that waits.
    pub(crate) async fn open(&self, count: usize) -> Result<Vec<Uuid>, Failure> {
        match self {
            Contender::Ours(ours) => ours.open(count).await,
            Contender::Floor(floor) => floor.open(count).await,
            Contender::Peer(peer) => peer.open(count).await,
        }
    }

    /// Fills a run with steps that are there already.
    pub(crate) async fn fill(&self, run: Uuid, count: usize) -> Result<(), Failure> {
        if let Contender::Peer(peer) = self {
            return peer.fill(run, count).await;
        }
        for (index, first) in (0..count).step_by(1000).enumerate() {
            let batch = Batch::new(&format!("fill{index}"), 1000.min(count - first));
            self.time(Operation::Append, run, &format!("fill{index}"), &batch).await?;
        }
        Ok(())
    }

    /// How long an operation takes, from input in the contender's own form to its answer, which
    /// must be the expected one.
    pub(crate) async fn time(
        &self,
        operation: Operation,
        run: Uuid,
        key: &str,
        batch: &Batch,
    ) -> Result<Duration, Failure> {
        let input = match operation {
            Operation::Append | Operation::Replay => batch.clone(),
            Operation::Reordered => batch.reordered(),
            Operation::Conflict => batch.changed(),
        };
        match self {
            Contender::Ours(ours) => ours.time(operation, run, key, &input).await,
            Contender::Floor(floor) => floor.time(operation, run, key, &input).await,
            Contender::Peer(peer) => peer.time(operation, run, key, &input).await,
        }
    }
}
