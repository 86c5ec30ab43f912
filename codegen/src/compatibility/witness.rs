//! Cases that show what a change does, found by running both versions and shrunk.

use super::candidates::{self, Leaf};
use super::engine::{Engine, NamedScope, Reading, RowVerdict, digest};
use super::found::{Expected, Found};
use super::json::{Json, differing};
use super::judgement::{Question, Witness};
use super::place::Place;
use super::placed;
use tantamount_core::plan::Rule;

/// How many requests are tried for one change.
const TRIES: usize = 400;
/// How many simpler requests are tried in the place of a witness.
const SHRINKS: usize = 600;
/// How many requests of the search are changed at a place.
const SAMPLES: usize = 24;
/// How many requests are held against each other's rows.
const ROWS: usize = 14;

/// Two versions, and what both are asked.
pub(super) struct Court<'s> {
    pub(super) old: Engine<'s>,
    pub(super) new: Engine<'s>,
    pub(super) scopes: Vec<NamedScope>,
    pub(super) scope_names: Vec<String>,
    /// Requests that the old version accepts, from the search.
    pub(super) samples: Vec<Json>,
    /// Where each object type of the old version was met first.
    pub(super) homes: Vec<(Rule, Place)>,
}

/// What a request brought to light: the witness, and the pointers in the request that it is about.
pub(super) struct Disagreement {
    pub(super) witness: Witness,
    pub(super) pointers: Vec<String>,
}

impl Court<'_> {
    /// Whether the new version refuses what the old one accepts.
    pub(super) fn acceptance(&self, text: &str, scope: &NamedScope) -> Option<Disagreement> {
        let Reading::Accepted(_) = self.old.read(text, scope) else { return None };
        let Reading::Refused(problems) = self.new.read(text, scope) else { return None };
        let pointers: Vec<String> = problems.iter().map(|(pointer, _)| pointer.clone()).collect();
        let (pointer, message) = problems.into_iter().next()?;
        let problem = if pointer.is_empty() { message } else { format!("{pointer}: {message}") };
        let witness = Witness::Refused { request: text.to_owned(), problem };
        Some(Disagreement { witness, pointers: self.at_home(pointers) })
    }

    /// Pointers with those to the places where the types on the way were met first: that is where
    /// changes of a type that stands in many places, in itself even, are told of.
    fn at_home(&self, mut pointers: Vec<String>) -> Vec<String> {
        let homes: Vec<String> = pointers.iter().filter_map(|pointer| self.home(pointer)).collect();
        pointers.extend(homes);
        pointers
    }

    fn home(&self, pointer: &str) -> Option<String> {
        let plan = &self.old.plan;
        let mut rule = Some(plan.root);
        let mut at = String::new();
        let mut moved = false;
        for token in pointer.split('/').skip(1) {
            at = format!("{at}/{token}");
            rule = match rule {
                Some(Rule::Array(index)) => plan.array(index).map(|array| array.items),
                Some(Rule::Record(index)) => plan.record(index).and_then(|record| {
                    let slot = record.slots.iter().position(|slot| slot.name == token)?;
                    let mut members = record.branches.iter().map(|b| b.members.get(slot));
                    members.find_map(|member| Some(member?.as_ref()?.rule))
                }),
                _ => None,
            };
            let known = self.homes.iter().find(|(known, _)| Some(*known) == rule);
            if let Some((_, place)) = known {
                let home = place.to_string().replace("/*", "/0");
                moved |= home != at;
                at = home;
            }
        }
        moved.then_some(at)
    }

    /// Whether both accept a request and give it different canonical bytes, or the new version
    /// cannot read the row that the old one stored.
    pub(super) fn identity(&self, text: &str, scope: &NamedScope) -> Option<Disagreement> {
        let was = self.old.read(text, scope);
        let was = was.canonical()?;
        if let Reading::Accepted(is) = self.new.read(text, scope)
            && was != is
        {
            let mut pointers = Vec::new();
            if let (Some(one), Some(other)) = (Json::parse(was), Json::parse(&is)) {
                differing(&one, &other, "", &mut pointers);
            }
            let witness = Witness::Digest {
                request: text.to_owned(),
                scope: (!self.scope_names.is_empty()).then(|| scope.json(&self.scope_names)),
                was_digest: digest(was),
                is_digest: digest(&is),
                was: was.to_owned(),
                is,
            };
            return Some(Disagreement { witness, pointers: self.at_home(pointers) });
        }
        self.old.read_stored(was).ok()?;
        let problem = self.new.read_stored(was).err()?;
        let pointer = problem.split(": ").next().unwrap_or_default().to_owned();
        let witness = Witness::Row {
            row: was.to_owned(),
            request: None,
            was: "it is read".to_owned(),
            is: format!("it cannot be read: {problem}"),
        };
        Some(Disagreement { witness, pointers: self.at_home(vec![pointer]) })
    }

    /// Whether a stored row without a digest is the same as a request under one version and not
    /// under the other.
    pub(super) fn row(&self, row: &str, text: &str, scope: &NamedScope) -> Option<Witness> {
        self.old.read(text, scope).canonical()?;
        self.new.read(text, scope).canonical()?;
        let was = self.old.compare(row, text, scope);
        let is = self.new.compare(row, text, scope);
        if was.kind() == is.kind() {
            return None;
        }
        Some(Witness::Row {
            row: row.to_owned(),
            request: Some(text.to_owned()),
            was: told(&was),
            is: told(&is),
        })
    }

    /// Requests that reach the place of a change, the smallest first: those that are built for it,
    /// and those of the search that are changed there.
    fn requests(&self, found: &Found) -> (Vec<Json>, Vec<Json>) {
        let mut built = self.built(found, 0);
        let mut all = built.clone();
        // Of what should not break the search takes care.
        let is_kept = found.acceptance == Expected::Kept && found.identity == Expected::Kept;
        if !is_kept {
            all.extend(self.built(found, SAMPLES));
        }
        for requests in [&mut built, &mut all] {
            requests.sort_by_cached_key(|request| (request.size(), request.to_string()));
            requests.dedup();
        }
        (built, all)
    }

    fn built(&self, found: &Found, samples: usize) -> Vec<Json> {
        let mut all: Vec<Json> = Vec::new();
        let leaves = if found.leaves.is_empty() {
            candidates::leaves(&self.old, &self.new, found.rules)
        } else {
            found.leaves.iter().cloned().map(Leaf::Value).collect()
        };
        let mut add = |request: Option<Json>| {
            if let Some(request) = request
                && !all.contains(&request)
                && all.len() < TRIES
            {
                all.push(request);
            }
        };
        for place in found.places.iter().take(4) {
            if found.is_reference {
                candidates::circles(&self.old, place.steps())
                    .into_iter()
                    .chain(candidates::circles(&self.new, place.steps()))
                    .for_each(|request| add(Some(request)));
            }
            let decided = match self.old.is_guided() {
                true => {
                    let (old, new) = ((&self.old, found.rules.0), (&self.new, found.rules.1));
                    placed::leaves(old, new, place.steps())
                }
                false => Vec::new(),
            };
            for leaf in leaves.iter().chain(&decided) {
                add(candidates::request(&self.old, place.steps(), leaf));
                if self.old.is_guided() {
                    placed::requests(&self.old, place.steps(), leaf)
                        .into_iter()
                        .filter(|request| self.is_accepted(request))
                        .take(3)
                        .for_each(|request| add(Some(request)));
                }
            }
            for sample in self.samples.iter().take(samples) {
                for leaf in leaves.iter().take(12) {
                    let mut changed = sample.clone();
                    let reached = candidates::replace(&mut changed, place.steps(), leaf);
                    add(reached.then_some(changed));
                }
            }
        }
        all
    }

    /// Whether the old version takes a request.
    fn is_accepted(&self, request: &Json) -> bool {
        let text = request.to_string();
        self.old.read(&text, &NamedScope::default()).canonical().is_some()
    }

    /// A case that shows what a change does to a question.
    pub(super) fn witness(
        &self,
        found: &Found,
        question: Question,
        others: &[Found],
    ) -> Option<Witness> {
        let (built, requests) = self.requests(found);
        let judge = |request: &Json, scope: &NamedScope| {
            let text = request.to_string();
            let seen = match question {
                Question::Acceptance => self.acceptance(&text, scope),
                _ => self.identity(&text, scope),
            }?;
            is_about(found, &seen.pointers, question, others).then_some(seen.witness)
        };
        // A request with two digests says more than a row that cannot be read.
        for is_last in [false, true] {
            let seen = |request: &Json, scope: &NamedScope| {
                judge(request, scope)
                    .filter(|witness| is_last || !matches!(witness, Witness::Row { .. }))
            };
            for request in &requests {
                for scope in &self.scopes {
                    if let Some(witness) = seen(request, scope) {
                        let keeps = |request: &Json| seen(request, scope);
                        let fixed = !found.leaves.is_empty();
                        return Some(shrunk(request, witness, fixed, keeps));
                    }
                }
            }
            if question == Question::Acceptance {
                break;
            }
        }
        if question == Question::Identity && found.identity != Expected::Kept {
            return self.rows(found, &built);
        }
        None
    }

    /// A stored row without a digest that the change reads otherwise.
    fn rows(&self, found: &Found, requests: &[Json]) -> Option<Witness> {
        for scope in &self.scopes {
            let mut accepted = Vec::new();
            let mut stored: Vec<Json> = Vec::new();
            for request in requests {
                let text = request.to_string();
                let Reading::Accepted(canonical) = self.old.read(&text, scope) else { continue };
                if accepted.len() >= ROWS {
                    break;
                }
                accepted.push(text);
                let Some(canonical) = Json::parse(&canonical) else { continue };
                for place in found.places.iter().take(2) {
                    for leaf in [Leaf::Absent, Leaf::Value(Json::Null)] {
                        let mut other = canonical.clone();
                        if candidates::replace(&mut other, place.steps(), &leaf) {
                            stored.push(other);
                        }
                    }
                }
                stored.push(canonical);
            }
            for row in &stored {
                for text in &accepted {
                    if let Some(witness) = self.row(&row.to_string(), text, scope) {
                        return Some(witness);
                    }
                }
            }
        }
        None
    }

    /// The smallest request that still shows a disagreement of the search.
    pub(super) fn shrink(
        &self,
        request: &Json,
        scope: &NamedScope,
        question: Question,
        keeps: impl Fn(&Disagreement) -> bool,
    ) -> Option<Witness> {
        let judge = |request: &Json| {
            let text = request.to_string();
            let seen = match question {
                Question::Acceptance => self.acceptance(&text, scope),
                _ => self.identity(&text, scope),
            }?;
            keeps(&seen).then_some(seen.witness)
        };
        let first = judge(request)?;
        Some(shrunk(request, first, false, judge))
    }
}

fn told(verdict: &RowVerdict) -> String {
    match verdict {
        RowVerdict::Same => "the same".to_owned(),
        RowVerdict::Different(differences) => {
            format!("different: {}", differences.replace('\n', "; "))
        }
        RowVerdict::Unreadable(problem) => format!("it cannot be read: {problem}"),
    }
}

/// Whether a disagreement is about this change rather than about another one.
fn is_about(found: &Found, pointers: &[String], question: Question, others: &[Found]) -> bool {
    let expected = |found: &Found| match question {
        Question::Acceptance => found.acceptance,
        _ => found.identity,
    };
    let nearness = |found: &Found, pointer: &str| {
        found.places.iter().map(|place| near(place, pointer)).max().unwrap_or(0)
    };
    pointers.iter().any(|pointer| {
        let own = nearness(found, pointer);
        own > 0
            && (expected(found) != Expected::Kept
                || !others.iter().any(|other| {
                    expected(other) != Expected::Kept && nearness(other, pointer) >= own.min(1)
                }))
    })
}

/// How near a place is to a pointer; 0 where it has nothing to do with it.
pub(super) fn near(place: &Place, pointer: &str) -> usize {
    match (place.holds(pointer), place.relates_to(pointer)) {
        (true, _) => 2 + place.instance().count(),
        (false, true) => 1,
        (false, false) => 0,
    }
}

/// Makes a request smaller for as long as it stays a witness.
fn shrunk(
    request: &Json,
    witness: Witness,
    is_fixed: bool,
    judge: impl Fn(&Json) -> Option<Witness>,
) -> Witness {
    let (mut request, mut witness) = (request.clone(), witness);
    let mut budget = SHRINKS;
    'smaller: loop {
        let mut simpler = request.simpler();
        simpler.retain(|other| other.size() < request.size());
        simpler.sort_by_cached_key(|other| (other.size(), other.to_string()));
        for other in simpler {
            if budget == 0 {
                return witness;
            }
            // Where the value matters, only what is around it goes.
            if is_fixed && leaves_of(&other) == leaves_of(&request) {
                continue;
            }
            budget -= 1;
            if let Some(smaller) = judge(&other) {
                request = other;
                witness = smaller;
                continue 'smaller;
            }
        }
        return witness;
    }
}

/// How many scalars a value holds.
fn leaves_of(value: &Json) -> usize {
    match value {
        Json::Array(elements) => elements.iter().map(leaves_of).sum(),
        Json::Object(members) => members.iter().map(|(_, value)| leaves_of(value)).sum(),
        _ => 1,
    }
}
