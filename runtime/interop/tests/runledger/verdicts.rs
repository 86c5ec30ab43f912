//! Both verdicts on each pair, whoever stored the first request.
//!
//! Where `serde_json` keeps what both requests say, all verdicts are the same. Where it does not, runledger judges
//! other numbers than were sent: then its verdict must be what these numbers explain, and ours what was sent.

use crate::database::{Database, is_nameable};
use crate::pairs::{Pair, is_later, pairs};
use crate::peers::{Peer, Theirs};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tantamount_runtime::RunId;
use tantamount_runtime::runledger::{Error, Outcome, Reading, Refusal};
use tantamount_schema::{AppendRequest, MutationKey, Scope, Step};

const DEFAULT_PAIRS: usize = 1_000;
const DEFAULT_SEED: u64 = 3;
const WORKERS: usize = 6;

/// How many pairs there were of each class and verdict.
type Counts = BTreeMap<(String, String), usize>;

fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}: `{value}` is no number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runledger_0_3_and_we_judge_alike_whoever_stored() {
    judge_alike(Peer::Older).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runledger_0_12_and_we_judge_alike_whoever_stored() {
    judge_alike(Peer::Newer).await;
}

async fn judge_alike(peer: Peer) {
    let seed = number("TANTAMOUNT_INTEROP_SEED").unwrap_or(DEFAULT_SEED);
    let count = number("TANTAMOUNT_INTEROP_PAIRS").and_then(|count| usize::try_from(count).ok());
    let count = count.unwrap_or(DEFAULT_PAIRS);
    let database = Arc::new(Database::of(peer).await);
    let pairs = tokio::task::spawn_blocking(move || pairs(peer, seed, count)).await.expect("pairs");
    let (pairs, next) = (Arc::new(pairs), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (database, pairs, next) = (database.clone(), pairs.clone(), next.clone());
            tokio::spawn(async move {
                let mut counts = Counts::new();
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (direction, verdict) in judge(&database, pair).await {
                        *counts.entry((direction.to_owned(), verdict)).or_default() += 1;
                    }
                }
                counts
            })
        })
        .collect();
    let mut counts = Counts::new();
    for worker in workers {
        for (key, count) in worker.await.expect("no pair is judged otherwise") {
            *counts.entry(key).or_default() += count;
        }
    }
    println!("{peer:?}: {count} pairs of seed {seed}");
    for ((direction, verdict), count) in &counts {
        println!("{count:>7}  {direction}: {verdict}");
    }
    for verdict in ["both: same", "both: different"] {
        for direction in [THEIRS, OURS] {
            let met = counts.get(&(direction.to_owned(), verdict.to_owned())).copied();
            assert!(met.unwrap_or_default() > count / 10, "{direction}: {verdict}: {met:?}");
        }
    }
}

const THEIRS: &str = "runledger stored";
const OURS: &str = "we stored";

/// A request and what can be said of it.
struct Side {
    value: AppendRequest,
    canonical: String,
    reading: Reading,
    /// The canonical form of what `serde_json` makes of what is sent, where it reads it.
    as_doubles: Option<String>,
}

impl Side {
    /// Whether `serde_json` reads all that was sent, as it is spelt.
    fn is_sent_exactly(&self) -> bool {
        self.as_doubles.as_ref() == Some(&self.canonical)
    }
}

fn canonical(text: &str, scope: &Scope) -> Option<String> {
    let request = AppendRequest::read(text.as_bytes()).ok()?;
    Some(request.canonicalize(scope).as_str().to_owned())
}

/// The canonical form of a text after `serde_json` has read and written it.
fn through_serde_json(text: &str, scope: &Scope) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    canonical(&value.to_string(), scope)
}

fn side(text: &str, scope: &Scope) -> Side {
    let canonical = canonical(text, scope).expect("only accepted requests are put here");
    let value = AppendRequest::read(text.as_bytes()).expect("accepted").to_value();
    let reading = Reading::of(&canonical);
    Side { value, reading, as_doubles: sent_as_doubles(text, scope), canonical }
}

/// What runledger's client has in hand: each payload read alone, so that it may be nested as deep as a whole
/// text.
fn sent_as_doubles(text: &str, scope: &Scope) -> Option<String> {
    let mut value = AppendRequest::read(text.as_bytes()).ok()?.to_value();
    for step in &mut value.steps {
        let payload = match step {
            Step::Job(step) => &mut step.payload,
            Step::External(step) => &mut step.payload,
        };
        let read: serde_json::Value = serde_json::from_str(payload.as_str()).ok()?;
        *payload = read.to_string().parse().ok()?;
    }
    Some(value.check().ok()?.canonicalize(scope).as_str().to_owned())
}

/// The pair's verdicts in both directions, as classes to count; panics where one is not explained.
async fn judge(database: &Database, pair: &Pair) -> Vec<(&'static str, String)> {
    let (first, second) = (side(&pair.first, &pair.scope), side(&pair.second, &pair.scope));
    if database.peer == Peer::Older && (is_later(&first.value) || is_later(&second.value)) {
        return refused_by_older_tables(database, pair, &first, &second).await;
    }
    let organization = pair.scope.organization_id;
    let their_run = database.open(&first.value, organization).await;
    let our_run = database.open(&first.value, organization).await;
    let theirs = they_stored(database, pair, their_run, &first, &second).await;
    let ours = we_stored(database, pair, our_run, &first, &second).await;
    // Nobody who looks at the run can tell who appended.
    if first.is_sent_exactly() && first.reading == Reading::Exact {
        assert_eq!(database.count_unlike(their_run, our_run).await, 0, "{}", told(pair));
    }
    vec![(THEIRS, theirs), (OURS, ours)]
}

fn told(pair: &Pair) -> String {
    format!("{}\n{}\n{}\n{:?}", pair.class, pair.first, pair.second, pair.scope)
}

fn verdict(same: bool) -> &'static str {
    if same { "same" } else { "different" }
}

/// runledger's verdict as ours.
fn theirs(verdict: &Theirs) -> Option<bool> {
    match verdict {
        Theirs::Replayed => Some(true),
        Theirs::Conflict => Some(false),
        _ => None,
    }
}

async fn ours(database: &Database, run: RunId, pair: &Pair) -> bool {
    let request = AppendRequest::read(pair.second.as_bytes()).expect("accepted");
    let request = request.canonicalize(&pair.scope);
    let key = MutationKey::new("key").expect("a key");
    match database.ours.judge(run, &key, &request).await {
        Ok(Some(Outcome::Replayed(steps))) => {
            assert!(steps.missing().is_empty(), "{}", told(pair));
            true
        }
        Ok(Some(Outcome::Conflict(differences))) => {
            assert!(!differences.is_empty(), "{}", told(pair));
            false
        }
        other => panic!("{other:?}\n{}", told(pair)),
    }
}

/// What the verdicts are counted as: the same, or with the cause for which runledger's is another one.
fn compared(pair: &Pair, same: bool, is_exact: bool, ours: bool, theirs: &Theirs) -> String {
    match self::theirs(theirs) {
        Some(theirs) if theirs == ours && ours == same => format!("both: {}", verdict(ours)),
        _ if is_exact => panic!("{same} {ours} {theirs:?}\n{}", told(pair)),
        Some(theirs) => format!(
            "doubles are not what was sent: sent {}, we say {}, runledger {}",
            verdict(same),
            verdict(ours),
            verdict(theirs)
        ),
        None => format!("runledger cannot read what is stored: we say {}", verdict(ours)),
    }
}

async fn they_stored(
    database: &Database,
    pair: &Pair,
    run: RunId,
    first: &Side,
    second: &Side,
) -> String {
    let organization = pair.scope.organization_id;
    let peer = database.peer;
    match peer.append(&database.theirs, run, organization, &first.value).await {
        Theirs::Applied => {}
        Theirs::Unsayable => {
            assert_eq!(first.as_doubles, None, "{}", told(pair));
            return "runledger cannot be given the first".to_owned();
        }
        Theirs::Refused(why) if cannot_be_appended(&first.value) => {
            assert!(why.starts_with("workflow."), "{why}\n{}", told(pair));
            return BOTH_REFUSE.to_owned();
        }
        other => panic!("{other:?}\n{}", told(pair)),
    }
    let stored = database.stored(run).await.expect("a row");
    let ours = ours(database, run, pair).await;
    // What it stored is judged as it stands.
    let stored_form = canonical(&stored, &pair.scope).expect("a request");
    assert_eq!(ours, stored_form == second.canonical, "{}", told(pair));
    let theirs = peer.append(&database.theirs, run, organization, &second.value).await;
    if theirs == Theirs::Unsayable {
        assert_eq!(second.as_doubles, None, "{}", told(pair));
        return format!("runledger cannot be given the second: we say {}", verdict(ours));
    }
    explained(pair, &stored, second, &theirs);
    let same = first.canonical == second.canonical;
    let is_exact =
        first.reading == Reading::Exact && first.is_sent_exactly() && second.is_sent_exactly();
    compared(pair, same, is_exact, ours, &theirs)
}

/// runledger's verdict is what it must be for the numbers that it reads.
fn explained(pair: &Pair, stored: &str, second: &Side, theirs: &Theirs) {
    match self::theirs(theirs) {
        Some(same) => {
            let read = through_serde_json(stored, &pair.scope);
            let read = read.unwrap_or_else(|| panic!("it was read\n{}", told(pair)));
            let sent = second.as_doubles.as_ref().expect("it was sent");
            assert_eq!(same, read == *sent, "{theirs:?}\n{}", told(pair));
        }
        None => {
            let refused = serde_json::from_str::<serde_json::Value>(stored).is_err();
            assert!(refused, "{theirs:?}\n{}", told(pair));
        }
    }
}

const BOTH_REFUSE: &str =
    "both refuse: a step has the window's key, or waits for one that no run can have";

/// No run can take it: a step has the key of the window, or waits for a step of a name that steps
/// cannot have.
fn cannot_be_appended(request: &AppendRequest) -> bool {
    let window = request.append_window_step_key.as_str();
    let mut names = request.steps.iter().flat_map(Step::dependencies);
    request.steps.iter().any(|step| step.step_key().as_str() == window)
        || names.any(|dependency| !is_nameable(&dependency.prerequisite_step_key))
}

async fn we_stored(
    database: &Database,
    pair: &Pair,
    run: RunId,
    first: &Side,
    second: &Side,
) -> String {
    let organization = pair.scope.organization_id;
    let request = AppendRequest::read(pair.first.as_bytes()).expect("accepted");
    let request = request.canonicalize(&pair.scope);
    let key = MutationKey::new("key").expect("a key");
    match database.ours.append(run, &key, &request, None).await {
        Ok(Outcome::Applied(steps)) => {
            assert_eq!(steps.is_lossy(), first.reading == Reading::Lossy, "{}", told(pair));
            assert_eq!(steps.ids().len(), first.value.steps.len(), "{}", told(pair));
        }
        Err(Error::Refused(refusal)) => {
            assert_eq!(first.reading, Reading::Refused(refusal.clone()), "{}", told(pair));
            assert!(database.stored(run).await.is_none(), "{}", told(pair));
            return refused_with_reason(database, pair, run, first, &refusal).await;
        }
        Err(Error::Ledger(error)) if cannot_be_appended(&first.value) => {
            assert!(["key_taken", "unknown_reference"].contains(&error.code()), "{}", told(pair));
            return BOTH_REFUSE.to_owned();
        }
        other => panic!("{other:?}\n{}", told(pair)),
    }
    let stored = database.stored(run).await.expect("a row");
    let ours = ours(database, run, pair).await;
    assert_eq!(ours, first.canonical == second.canonical, "{}", told(pair));
    let theirs = database.peer.append(&database.theirs, run, organization, &second.value).await;
    if theirs == Theirs::Unsayable {
        assert_eq!(second.as_doubles, None, "{}", told(pair));
        return format!("runledger cannot be given the second: we say {}", verdict(ours));
    }
    explained(pair, &stored, second, &theirs);
    let same = first.canonical == second.canonical;
    let is_exact = first.reading == Reading::Exact && second.is_sent_exactly();
    compared(pair, same, is_exact, ours, &theirs)
}

/// What we refuse to store there runledger would indeed never read again.
async fn refused_with_reason(
    database: &Database,
    pair: &Pair,
    run: RunId,
    first: &Side,
    refusal: &Refusal,
) -> String {
    database.store(run, &first.canonical).await;
    let harmless = first_harmless(&first.value);
    let organization = pair.scope.organization_id;
    let theirs = database.peer.append(&database.theirs, run, organization, &harmless).await;
    assert!(matches!(theirs, Theirs::Refused(_)), "{theirs:?}\n{}", told(pair));
    match refusal {
        Refusal::TooDeep => "we refuse: nested too deep for runledger's reader".to_owned(),
        Refusal::NumberOutOfRange => {
            "we refuse: a number beyond the doubles of runledger's reader".to_owned()
        }
        other => panic!("{other:?}\n{}", told(pair)),
    }
}

/// The request with payloads that anybody reads.
fn first_harmless(request: &AppendRequest) -> AppendRequest {
    let mut harmless = request.clone();
    for step in &mut harmless.steps {
        let payload = match step {
            Step::Job(step) => &mut step.payload,
            Step::External(step) => &mut step.payload,
        };
        *payload = "null".parse().expect("a payload");
    }
    harmless
}

/// Requests of later members: tables that do not know them take none of them from us.
async fn refused_by_older_tables(
    database: &Database,
    pair: &Pair,
    first: &Side,
    second: &Side,
) -> Vec<(&'static str, String)> {
    let (text, side) =
        if is_later(&first.value) { (&pair.first, first) } else { (&pair.second, second) };
    let run = database.open(&side.value, pair.scope.organization_id).await;
    let request = AppendRequest::read(text.as_bytes()).expect("accepted");
    let key = MutationKey::new("key").expect("a key");
    let request = request.canonicalize(&pair.scope);
    match database.ours.append(run, &key, &request, None).await {
        Err(Error::Refused(Refusal::UnknownMember { .. })) => {}
        Err(Error::Refused(refusal)) => {
            assert_eq!(side.reading, Reading::Refused(refusal), "{}", told(pair));
        }
        other => panic!("{other:?}\n{}", told(pair)),
    }
    assert!(database.stored(run).await.is_none(), "{}", told(pair));
    vec![(OURS, "we refuse: the tables are older than a member".to_owned())]
}
