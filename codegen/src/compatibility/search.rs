//! Requests that nobody thought of: seeded, bounded, put to both versions.
//!
//! They hold the rules to account. Where the versions disagree and no change that was judged
//! broken lies there, either a change was undecided and is decided now, or the judge is wrong and
//! says so.

use super::engine::{Engine, NamedScope, Reading};
use super::found::{Expected, Found};
use super::json::Json;
use super::judge::broken;
use super::judgement::{Change, Contradiction, Question, Verdict};
use super::witness::{Court, Disagreement, near};
use super::{made, random};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use tantamount_core::plan::{Plan, Rule};
use tantamount_core::strategy;

/// How many requests of each version's making are tried.
const REQUESTS: usize = 128;
/// How many bytes they have in all, of each version.
const REQUESTS_BYTES: usize = 500_000;
/// The most strategies that are made of a plan.
const EXPANSION: usize = 600;
/// How deep strategies are made.
const DEPTH: u32 = 10;
/// How many of the contradictions of one question are shown.
const SHOWN: usize = 3;

/// Fills in the scopes and samples that witnesses are sought with.
pub(super) fn prepare(court: &mut Court<'_>) {
    let mut names: Vec<String> = Vec::new();
    let mut given = NamedScope::default();
    for engine in [&court.old, &court.new] {
        for member in engine.plan.scope.iter() {
            if names.iter().any(|name| *name == member.name) {
                continue;
            }
            names.push(member.name.to_string());
            // Each member has a value of its own, so that one is not taken for another.
            let values = super::candidates::scalars(engine, member.rule);
            let mut values = values.iter().filter_map(|v| engine.canonical_of(member.rule, v));
            let is_new = |value: &String| given.0.iter().all(|(_, other)| other != value);
            let value = values.find(is_new);
            given.0.extend(value.map(|value| (member.name.to_string(), value)));
        }
    }
    court.scope_names = names;
    court.scopes = vec![NamedScope::default()];
    if !given.0.is_empty() {
        court.scopes.push(given);
    }
    let made = made(&court.old).into_iter().map(|request| request.to_string());
    let mut samples: Vec<Json> = requests(&court.old)
        .into_iter()
        .chain(made)
        .filter(|text| {
            let read =
                |engine: &super::engine::Engine<'_>| engine.read(text, &NamedScope::default());
            matches!(read(&court.old), Reading::Accepted(_))
        })
        .filter_map(|text| Json::parse(&text))
        .collect();
    samples.sort_by_cached_key(|sample| (sample.size(), sample.to_string()));
    samples.dedup();
    court.samples = samples;
}

/// Requests that are made by what is left to validation: of those that nobody thought of few keep
/// a pattern.
fn made(engine: &Engine<'_>) -> Vec<Json> {
    if !engine.is_guided() {
        return Vec::new();
    }
    let root = [engine.validation().program().root];
    made::values(engine, (Some(engine.plan.root), &root), 0)
}

/// Requests that a version accepts, always the same.
fn requests(engine: &Engine<'_>) -> Vec<String> {
    let plan = &engine.plan;
    if expansion(plan, plan.root, 0, &mut BTreeMap::new()) > EXPANSION {
        return random::requests(engine, REQUESTS, REQUESTS_BYTES);
    }
    // The strategies outlive whoever makes them, so they want a plan that does. It is small, and
    // a judge judges few.
    let plan: &'static Plan = Box::leak(Box::new(plan.clone()));
    let mut runner = TestRunner::deterministic();
    let strategy = strategy::valid(plan);
    let mut bytes = 0;
    (0..REQUESTS)
        .filter_map(|_| strategy.new_tree(&mut runner).ok())
        .map(|tree| tree.current().text)
        .take_while(|text| {
            bytes += text.len();
            bytes <= REQUESTS_BYTES
        })
        .collect()
}

/// How many strategies a rule is made of: they are made one inside the other, down to a depth, so
/// a plan that holds itself in many places would never be done.
fn expansion(
    plan: &Plan,
    rule: Rule,
    depth: u32,
    known: &mut BTreeMap<(String, u32), usize>,
) -> usize {
    let key = (format!("{rule:?}"), depth);
    if let Some(found) = known.get(&key) {
        return *found;
    }
    let found = match rule {
        _ if depth > DEPTH => 1,
        Rule::Array(index) => {
            plan.array(index).map_or(1, |array| 1 + expansion(plan, array.items, depth + 1, known))
        }
        Rule::Record(index) => plan.record(index).map_or(1, |record| {
            let members = record.branches.iter().flat_map(|branch| branch.members.iter());
            members.flatten().fold(1_usize, |sum, member| {
                sum.saturating_add(expansion(plan, member.rule, depth + 1, known))
            })
        }),
        _ => 1,
    };
    known.insert(key, found);
    found
}

/// Puts requests of both versions' making to both, and tells how many.
pub(super) fn search(
    court: &Court<'_>,
    found: &[Found],
    changes: &mut [Change],
    contradictions: &mut Vec<Contradiction>,
) -> usize {
    let mut all = court.samples.clone();
    all.extend(requests(&court.new).iter().filter_map(|text| Json::parse(text)));
    all.extend(made(&court.new));
    let mut tried = 0;
    let mut shown = [0_usize; 2];
    for request in &all {
        let text = request.to_string();
        for scope in &court.scopes {
            tried += 1;
            let cases = [
                (Question::Acceptance, court.acceptance(&text, scope)),
                (Question::Identity, court.identity(&text, scope)),
            ];
            for ((question, seen), shown) in cases.into_iter().zip(&mut shown) {
                let Some(seen) = seen else { continue };
                let expected = |found: &Found| match question {
                    Question::Acceptance => found.acceptance,
                    _ => found.identity,
                };
                let explains = |found: &Found, seen: &Disagreement| {
                    expected(found) != Expected::Kept
                        && seen.pointers.iter().any(|pointer| {
                            found.places.iter().any(|place| near(place, pointer) > 0)
                        })
                };
                let mut decided = false;
                for (one, change) in found.iter().zip(changes.iter_mut()) {
                    if !explains(one, &seen) {
                        continue;
                    }
                    decided = true;
                    if let Verdict::Unknown(_) = change.verdict(question)
                        && let Some(witness) =
                            court.shrink(request, scope, question, |seen| explains(one, seen))
                    {
                        *change.verdict_mut(question) = broken(witness);
                    }
                }
                if decided || *shown >= SHOWN {
                    continue;
                }
                let unexplained =
                    |seen: &Disagreement| !found.iter().any(|found| explains(found, seen));
                if let Some(witness) = court.shrink(request, scope, question, unexplained) {
                    let contradiction = Contradiction { question, witness };
                    if !contradictions.contains(&contradiction) {
                        *shown += 1;
                        contradictions.push(contradiction);
                    }
                }
            }
            rows(court, &text, scope, found, contradictions);
        }
    }
    tried
}

/// A row that the old version stores is read by both, and the same as its own request.
fn rows(
    court: &Court<'_>,
    text: &str,
    scope: &NamedScope,
    found: &[Found],
    contradictions: &mut Vec<Contradiction>,
) {
    if found.iter().any(|found| found.identity != Expected::Kept) {
        return;
    }
    let Reading::Accepted(row) = court.old.read(text, scope) else { return };
    if let Some(witness) = court.row(&row, text, scope) {
        let contradiction = Contradiction { question: Question::Identity, witness };
        if contradictions.len() < SHOWN {
            contradictions.push(contradiction);
        }
    }
}
