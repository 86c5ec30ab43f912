//! Pairs of requests: payloads at the borders of what `jsonb` tells apart, requests that are the same in other
//! spelling, requests that differ in one thing.

use crate::peers::Peer;
use tantamount_core::proptest::strategy::{Strategy as _, ValueTree as _};
use tantamount_core::proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tantamount_fuzz::generators::{self, Random};
use tantamount_schema::{AppendRequest, Scope, Step, strategy};

/// The longest name of a window: it stands in an index of runledger's.
const WINDOW_BYTES: usize = 512;

/// Two requests that we accept, and the scope that they are seen under.
pub(crate) struct Pair {
    pub(crate) class: &'static str,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) scope: Scope,
}

impl Pair {
    fn has_later(&self) -> bool {
        [&self.first, &self.second].into_iter().any(|text| {
            AppendRequest::read(text.as_bytes()).is_ok_and(|request| is_later(&request.to_value()))
        })
    }
}

/// Whether a request has members that runledger 0.3 does not know.
pub(crate) fn is_later(request: &AppendRequest) -> bool {
    request.steps.iter().any(|step| match step {
        Step::Job(job) => job.allow_handler_continuation || job.execution_resource_key.is_some(),
        Step::External(_) => false,
    })
}

/// That many pairs of a seed, always the same. For a version that does not know all members, at most one in ten
/// has members that came later.
pub(crate) fn pairs(peer: Peer, seed: u64, count: usize) -> Vec<Pair> {
    let mut random = Random::new(seed);
    let mut bytes = [0; 32];
    bytes.iter_mut().for_each(|byte| *byte = random.bits().to_le_bytes()[0]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (same, different) = (strategy::same_pair(), strategy::different_pair());
    let mut found = Vec::new();
    for index in 0.. {
        if found.len() == count {
            break;
        }
        let pair = match index % 4 {
            0 | 1 => payloads(seed, index / 4 * 2 + index % 4),
            2 => same.new_tree(&mut runner).ok().map(|tree| {
                let pair = tree.current();
                let scope = strategy::scope(&pair.scope);
                Pair { class: "request: the same", first: pair.first, second: pair.second, scope }
            }),
            _ => different.new_tree(&mut runner).ok().map(|tree| {
                let pair = tree.current();
                let scope = strategy::scope(&pair.scope);
                let class = "request: different";
                Pair { class, first: pair.first, second: pair.second, scope }
            }),
        };
        let takes_later = peer == Peer::Newer || found.len() % 10 == 0;
        found.extend(pair.filter(|pair| is_accepted(pair) && (takes_later || !pair.has_later())));
    }
    found
}

fn payloads(seed: u64, index: u64) -> Option<Pair> {
    let pair = generators::pair(seed, index);
    let request = |payload: Vec<u8>| {
        let payload = String::from_utf8(payload).ok()?;
        Some(format!(
            r#"{{"append_window_step_key": "gate", "steps": [{{"step_key": "a",
            "execution_kind": "EXTERNAL", "payload": {payload}}}]}}"#
        ))
    };
    let (first, second) = (request(pair.first)?, request(pair.second)?);
    Some(Pair { class: pair.class, first, second, scope: Scope::none() })
}

fn is_accepted(pair: &Pair) -> bool {
    [&pair.first, &pair.second].into_iter().all(|text| {
        AppendRequest::read(text.as_bytes()).is_ok_and(|request| {
            request.to_value().append_window_step_key.as_str().len() <= WINDOW_BYTES
        })
    })
}
