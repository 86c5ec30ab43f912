//! The run: pairs in batches, on two connections, and a report of every disagreement.

use crate::counts::Counts;
use crate::limits::{LARGE_CLASS, large_cases};
use crate::options::Options;
use crate::regressions::as_json;
use crate::server::{Connection, Server};
use crate::shrink::shrink;
use crate::verdicts::{Case, Ours, Question, Verdict, judge};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;
use tantamount_fuzz::generators::pair;

/// A server process for each of the two processors that a small machine has.
const CONNECTIONS: usize = 2;
/// How many pairs are asked at once.
const BATCH: u64 = 500;
/// After so many disagreements a connection stops: they will have few reasons.
const DISAGREEMENTS_MAXIMUM: usize = 20;

/// So many are shrunk and printed.
const TOLD_MAXIMUM: usize = 10;

struct Disagreement {
    class: &'static str,
    /// The pair's index under the seed; none for the large ones.
    index: Option<u64>,
    question: Question,
    case: Case,
}

/// The verdict on each of the pairs.
pub(crate) fn ask(connection: &mut Connection, cases: Vec<Case>) -> Vec<Result<Verdict, Question>> {
    let pairs: Vec<(Case, Ours)> = cases
        .into_iter()
        .map(|case| {
            let ours = Ours::of(&case);
            (case, ours)
        })
        .collect();
    let theirs = connection.ask(&pairs);
    pairs
        .iter()
        .zip(&theirs)
        .map(|((case, ours), theirs)| judge(case, ours, theirs, connection.major))
        .collect()
}

/// One connection's share of the pairs.
fn share(
    server: &Server,
    options: &Options,
    next: &AtomicU64,
    stop: &AtomicBool,
) -> (Counts, Vec<Disagreement>) {
    let mut connection = server.connect();
    let (mut counts, mut disagreements) = (Counts::default(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let start = next.fetch_add(BATCH, Ordering::Relaxed);
        if start >= options.pairs {
            break;
        }
        let indices = start..options.pairs.min(start + BATCH);
        let pairs: Vec<_> = indices.clone().map(|index| pair(options.seed, index)).collect();
        let cases: Vec<Case> = pairs
            .iter()
            .map(|pair| Case { first: pair.first.clone(), second: pair.second.clone() })
            .collect();
        let verdicts = ask(&mut connection, cases);
        for ((index, pair), verdict) in indices.zip(pairs).zip(verdicts) {
            match verdict {
                Ok(verdict) => counts.add(pair.class, verdict),
                Err(question) => disagreements.push(Disagreement {
                    class: pair.class,
                    index: Some(index),
                    question,
                    case: Case { first: pair.first, second: pair.second },
                }),
            }
        }
        if disagreements.len() >= DISAGREEMENTS_MAXIMUM {
            stop.store(true, Ordering::Relaxed);
        }
    }
    (counts, disagreements)
}

/// Each large pair by itself: a statement must not grow beyond what a server takes.
fn large(connection: &mut Connection) -> (Counts, Vec<Disagreement>) {
    let (mut counts, mut disagreements) = (Counts::default(), Vec::new());
    for case in large_cases() {
        for verdict in ask(connection, vec![case.clone()]) {
            match verdict {
                Ok(verdict) => counts.add(LARGE_CLASS, verdict),
                Err(question) => disagreements.push(Disagreement {
                    class: LARGE_CLASS,
                    index: None,
                    question,
                    case: case.clone(),
                }),
            }
        }
    }
    (counts, disagreements)
}

/// Shrinks the disagreements and prints each that is not as another one; how many there are.
fn tell(connection: &mut Connection, seed: u64, disagreements: &[Disagreement]) -> usize {
    let mut told = BTreeSet::new();
    for found in disagreements {
        // A class that has shown a question twice has shown its reason.
        let times = disagreements
            .iter()
            .take_while(|other| !std::ptr::eq(*other, found))
            .filter(|other| (other.class, other.question) == (found.class, found.question))
            .count();
        if times >= 2 || told.len() >= TOLD_MAXIMUM {
            continue;
        }
        let small = shrink(found.case.clone(), &mut |cases| {
            ask(connection, cases)
                .into_iter()
                .map(|verdict| verdict.err() == Some(found.question))
                .collect()
        });
        if !told.insert((found.question, small.clone())) {
            continue;
        }
        let ours = Ours::of(&small);
        let pairs = [(small, ours)];
        let theirs = connection.ask(&pairs);
        let [(small, ours)] = &pairs;
        println!("disagreement: {}", found.question);
        match found.index {
            Some(index) => println!("  found in   {}, seed {seed}, pair {index}", found.class),
            None => println!("  found in   {}", found.class),
        }
        println!("  first      {}", shown(&small.first));
        println!("  second     {}", shown(&small.second));
        for theirs in theirs {
            println!(
                "  PostgreSQL {}: first {}, second {}, same {:?}, canonical same {:?}",
                connection.version,
                theirs.first_state,
                theirs.second_state,
                theirs.same,
                theirs.canonical_same
            );
        }
        let canonical = |text: &Option<Vec<u8>>| text.as_deref().map_or("refused".into(), shown);
        println!(
            "  engine     first {}, second {}, comparison says same {:?}",
            canonical(&ours.first),
            canonical(&ours.second),
            ours.compared_same
        );
        println!("  keep it as fuzz/regressions/differential/WHAT-IS-WRONG.json:");
        println!("    {}\n", as_json(small));
    }
    told.len()
}

/// A text on one line, in ASCII.
fn shown(text: &[u8]) -> String {
    const LONGEST: usize = 400;
    match text.get(..LONGEST) {
        Some(start) => format!("`{}`… ({} bytes)", start.escape_ascii(), text.len()),
        None => format!("`{}`", text.escape_ascii()),
    }
}

#[test]
fn the_engine_judges_as_postgresql_does() {
    let options = Options::from_environment();
    let server = Server::start(&options);
    let mut connection = server.connect();
    println!(
        "{} pairs of seed {} on PostgreSQL {}, {CONNECTIONS} connections",
        options.pairs, options.seed, connection.version
    );
    let start = Instant::now();
    let (mut counts, mut disagreements) = large(&mut connection);
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let work = || share(&server, &options, &next, &stop);
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let (counted, found) = worker.join().expect("a connection's share");
            counts.merge(counted);
            disagreements.extend(found);
        }
    });
    disagreements.sort_by_key(|found| found.index);
    let duration = start.elapsed();
    println!("{counts}");
    println!("{} disagreements, {:.1} s", disagreements.len(), duration.as_secs_f32());
    let told = tell(&mut connection, options.seed, &disagreements);
    assert!(
        disagreements.is_empty(),
        "{} pairs are judged otherwise than by PostgreSQL {}, for {told} shrunk cases see above",
        disagreements.len(),
        connection.version
    );
    let gaps = counts.gaps(options.pairs, connection.major);
    assert!(gaps.is_empty(), "the run has shown too little: {}", gaps.join("; "));
}
