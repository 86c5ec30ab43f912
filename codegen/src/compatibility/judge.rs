//! The judge: from what was found to verdicts.

use super::difference::compared;
use super::engine::Engine;
use super::found::{Expected, Found};
use super::hints::Hints;
use super::judgement::{
    Broken, Change, Contradiction, Judgement, Location, Question, Verdict, Version, Witness,
};
use super::place::{Place, Step};
use super::proof::{self, Prover};
use super::witness::Court;
use super::{search, storage};
use crate::deep::deep;
use crate::read::Node;
use crate::schema::Schema;
use tantamount_core::Digest;

/// Why a keyword that says something else breaks nothing.
const PROVED: &str = "whatever was taken there is taken still, which was proved";

/// Judges what became of a schema.
#[must_use]
pub fn judge(old: &Schema, new: &Schema) -> Judgement {
    deep(|| judged(old, new))
}

fn judged(old: &Schema, new: &Schema) -> Judgement {
    let (mut found, homes) = compared(old, new);
    let alterations = storage::alterations(old, new);
    storage::name_places(old, new, &alterations, &mut found);
    let is_guided = old.rules().is_some() || new.rules().is_some();
    let mut court = Court {
        old: Engine::new(old, is_guided),
        new: Engine::new(new, is_guided),
        scopes: Vec::new(),
        scope_names: Vec::new(),
        samples: Vec::new(),
        homes,
    };
    prove(&court, &mut found);
    search::prepare(&mut court);
    let mut contradictions = Vec::new();
    let mut changes: Vec<Change> = found
        .iter()
        .map(|one| change(&court, (old, new), one, &found, &mut contradictions))
        .collect();
    let searched = search::search(&court, &found, &mut changes, &mut contradictions);
    let migrations = storage::judge(&court, &alterations, &found, &mut changes);
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|index| {
        let change = changes.get(*index);
        let at = |location: &Option<Location>| {
            location.as_ref().map(|location| (location.line, location.column))
        };
        change.map(|change| (at(&change.new).or_else(|| at(&change.old)), *index))
    });
    let mut sorted: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    let changes: Vec<Change> =
        order.into_iter().filter_map(|index| sorted.get_mut(index)?.take()).collect();
    Judgement {
        version: unchanged_version(old, new, &changes),
        old: version(old),
        new: version(new),
        annotations: annotations(old.source().root(), new.source().root()),
        changes,
        contradictions,
        migrations,
        unused_waivers: Vec::new(),
        searched,
    }
}

/// Finds out which keywords demand no more than before.
fn prove(court: &Court<'_>, found: &mut [Found]) {
    let is_open = |found: &Found| {
        (found.keyword.is_some() && found.acceptance == Expected::Open)
            || (found.is_of_others && found.new.is_some() && found.acceptance == Expected::Broken)
    };
    if !court.old.is_guided() {
        return;
    }
    name_others(court, found);
    close(court, found);
    if !found.iter().any(is_open) {
        return;
    }
    let (old, new) = (court.old.validation(), court.new.validation());
    let is_covered = Prover::new(old, new).covers_all();
    let inverted = (proof::inverted(old), proof::inverted(new));
    for one in found.iter_mut().filter(|one| is_open(one)) {
        // What stands on one side alone is held against what stands at the same place.
        let pointer = |node: &Option<Node>, other: &Option<Node>| {
            node.as_ref().or(other.as_ref()).map(|node| node.pointer().to_owned())
        };
        let was = pointer(&one.old, &one.new).and_then(|pointer| old.at(&pointer));
        let is = pointer(&one.new, &one.old).and_then(|pointer| new.at(&pointer));
        let keyword = one.keyword.as_deref().unwrap_or_default();
        let is_upright =
            |was: u32, is: u32| !inverted.0.contains(&was) && !inverted.1.contains(&is);
        one.is_proved = is_covered
            || was.zip(is).is_some_and(|(was, is)| {
                is_upright(was, is) && Prover::new(old, new).covers_keyword(was, is, keyword)
            });
        if one.is_proved {
            one.acceptance = Expected::Kept;
            // Where there was no such member no row has one.
            if one.is_of_others {
                one.identity = Expected::Kept;
            }
        }
    }
}

/// Holds members that came or went to the rules for closed objects where validation closes them.
fn close(court: &Court<'_>, found: &mut [Found]) {
    for one in found.iter_mut() {
        let Some((acceptance, identity, is_new)) = one.if_closed else { continue };
        let engine = if is_new { &court.new } else { &court.old };
        let validation = engine.validation();
        let is_closed = one.places.iter().all(|place| match place.steps().split_last() {
            Some((Step::Member(name), around)) => {
                Prover::new(validation, validation).forbids(&validation.certain(around), name)
            }
            _ => false,
        });
        if is_closed {
            (one.acceptance, one.identity) = (acceptance, identity);
        }
    }
}

/// Gives members that no plan names the names that the validation allows.
fn name_others(court: &Court<'_>, found: &mut [Found]) {
    for one in found.iter_mut().filter(|one| one.is_of_others) {
        let mut more = Vec::new();
        for place in &one.places {
            let Some((Step::Member(_), around)) = place.steps().split_last() else { continue };
            let validation = court.old.validation();
            let hints = Hints::new(validation, &validation.reached(around));
            let around = around.iter().cloned().fold(Place::default(), |at, step| at.with(step));
            more.extend(hints.names.iter().take(8).map(|name| around.member(name)));
        }
        one.places.extend(more);
    }
}

fn version(schema: &Schema) -> Version {
    Version {
        file: schema.source().name().to_owned(),
        id: schema.model().id.clone(),
        version: schema.model().version.clone(),
    }
}

fn unchanged_version(old: &Schema, new: &Schema, changes: &[Change]) -> Option<String> {
    let (was, is) = (&old.model().version, &new.model().version);
    (was == is && !changes.is_empty()).then(|| {
        format!(
            "the schema changed and its version is still `{is}`: rows of both would say the same; \
             end the `$id` in another version"
        )
    })
}

fn change(
    court: &Court<'_>,
    schemas: (&Schema, &Schema),
    found: &Found,
    all: &[Found],
    contradictions: &mut Vec<Contradiction>,
) -> Change {
    let mut verdict = |question: Question, expected: Expected| {
        if found.is_storage_alone {
            return Verdict::Kept(None);
        }
        let witness = court.witness(found, question, all);
        match (expected, witness) {
            (Expected::Kept, None) if question == Question::Acceptance && found.is_proved => {
                Verdict::Kept(Some(PROVED.to_owned()))
            }
            (Expected::Kept, None) => Verdict::Kept(None),
            (Expected::Kept, Some(witness)) => {
                contradictions.push(Contradiction { question, witness: witness.clone() });
                broken(witness)
            }
            (_, Some(witness)) => broken(witness),
            (Expected::Broken, None) => Verdict::Unknown(
                "the rules say that it is broken, and no case was found that shows it".to_owned(),
            ),
            (Expected::Open, None) => Verdict::Unknown(
                "no case was found that breaks it, and no rule says that there is none".to_owned(),
            ),
        }
    };
    Change {
        acceptance: verdict(Question::Acceptance, found.acceptance),
        identity: verdict(Question::Identity, found.identity),
        storage: Verdict::Kept(None),
        place: found.places.first().cloned().unwrap_or_default(),
        old: found.old.as_ref().map(|node| location(schemas.0, node)),
        new: found.new.as_ref().map(|node| location(schemas.1, node)),
        what: found.what.clone(),
    }
}

/// What follows from a witness.
pub(super) fn broken(witness: Witness) -> Verdict {
    let consequence = match &witness {
        Witness::Refused { .. } => "requests that were accepted are refused",
        Witness::Digest { .. } => {
            "a retry of a stored request has another digest: it would be a conflict, or replay as \
             something else"
        }
        Witness::Row { request: None, .. } => {
            "stored rows can no longer be read: a conflict with them cannot say what differs"
        }
        Witness::Row { .. } => "stored rows without a digest are read otherwise",
        Witness::Stored { .. } => "stored rows break what the new tables demand",
    };
    Verdict::Broken(Broken { consequence: consequence.to_owned(), witness: Some(witness) })
}

pub(super) fn location(schema: &Schema, node: &Node) -> Location {
    let (file, text) = schema.sources().document_of(node).map_or_else(
        || (schema.source().name(), schema.source().text()),
        |(name, text)| (&**name, &**text),
    );
    let (line, column) = crate::error::line_and_column(text, node.span().start);
    let text = text.get(node.span().start..node.span().end).unwrap_or_default();
    let canonical = tantamount_core::json::canonicalize(text.as_bytes());
    Location {
        file: file.to_owned(),
        pointer: crate::read::split(node.pointer()).1.to_owned(),
        line,
        column,
        digest: Digest::of(&canonical.unwrap_or_default()).to_string(),
    }
}

/// How many annotations differ at the same pointers.
fn annotations(old: &Node, new: &Node) -> usize {
    const WORDS: [&str; 7] =
        ["$comment", "deprecated", "description", "examples", "readOnly", "title", "writeOnly"];
    let means_nothing = |name: &str| {
        WORDS.contains(&name)
            || (name.starts_with("x-") && !matches!(name, "x-canonical" | "x-storage"))
    };
    let text = |node: Option<&Node>| node.map(|node| super::json::Json::from(node).to_string());
    let mut count = 0;
    for member in new.members() {
        let other = old.get(&member.name);
        let is_schema = !matches!(new.pointer().rsplit('/').next(), Some("properties" | "$defs"));
        if is_schema && means_nothing(&member.name) {
            count += usize::from(text(other) != text(Some(&member.value)));
        } else if let Some(other) = other {
            count += annotations(other, &member.value);
        }
    }
    let gone = old.members().iter().filter(|member| new.get(&member.name).is_none());
    let is_schema = !matches!(old.pointer().rsplit('/').next(), Some("properties" | "$defs"));
    count + gone.filter(|member| is_schema && means_nothing(&member.name)).count()
}
