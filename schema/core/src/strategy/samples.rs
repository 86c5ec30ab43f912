//! What the strategies make: texts, and the scopes that they are seen under.

use super::changes::change;
use super::json_changes::json_changes;
use super::leaves::json;
use super::predicates::Predicate;
use super::render::{plain_json, spelt, spelt_json, spelt_with_fault};
use super::scope::{PlanScope, scopes};
use super::settle::settled;
use super::spelling::spellings;
use super::tree::{Json, Tree};
use super::trees::rule_tree;
use super::violations::violation;
use crate::difference::Path;
use crate::plan::Plan;
use proptest::prelude::*;
use proptest::sample::Index;

/// A request that is accepted, and a scope to see it under.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The request.
    pub text: String,
    /// The scope.
    pub scope: PlanScope,
}

/// Two requests that mean the same under the scope.
#[derive(Clone, Debug)]
pub struct SamePair {
    /// A request.
    pub first: String,
    /// The same in another spelling.
    pub second: String,
    /// The scope.
    pub scope: PlanScope,
}

/// Two requests whose meanings under the scope differ in exactly one thing.
#[derive(Clone, Debug)]
pub struct DifferentPair {
    /// A request.
    pub first: String,
    /// Another one.
    pub second: String,
    /// The scope.
    pub scope: PlanScope,
    /// What was done: `value changed`, `element left out`, `branch changed`, …
    pub change: &'static str,
    /// Where: whatever differs lies here or below.
    pub place: Path,
}

/// A request that is refused for exactly one problem.
#[derive(Clone, Debug)]
pub struct Violated {
    /// The request.
    pub text: String,
    /// What it does not keep to; its code is the problem's.
    pub predicate: Predicate,
    /// The JSON Pointer of the problem.
    pub pointer: String,
}

fn trees(plan: &'static Plan) -> impl Strategy<Value = Tree> {
    rule_tree(plan, plan.root).prop_map(move |tree| settled(plan, plan.root, tree))
}

/// Requests that are accepted, with scopes.
pub fn valid(plan: &'static Plan) -> impl Strategy<Value = Sample> {
    (trees(plan), scopes(plan), spellings()).prop_map(move |(tree, scope, spelling)| Sample {
        text: spelt(plan, &tree, &scope, spelling),
        scope,
    })
}

/// Two spellings of one request.
pub fn same_pair(plan: &'static Plan) -> impl Strategy<Value = SamePair> {
    (trees(plan), scopes(plan), spellings(), spellings()).prop_map(
        move |(tree, scope, first, second)| SamePair {
            first: spelt(plan, &tree, &scope, first),
            second: spelt(plan, &tree, &scope, second),
            scope,
        },
    )
}

/// Two requests that differ in exactly one thing, each in a spelling of its own. The kind of
/// change is chosen first, so that rare kinds come as often as those with many places.
pub fn different_pair(plan: &'static Plan) -> impl Strategy<Value = DifferentPair> {
    let picks = (any::<Index>(), any::<Index>());
    (trees(plan), scopes(plan), picks, spellings(), spellings()).prop_filter_map(
        "nothing of the request can be changed",
        move |(tree, scope, (kind, which), first, second)| {
            let change = change(plan, &tree, &scope, kind, which)?;
            Some(DifferentPair {
                first: spelt(plan, &tree, &scope, first),
                second: spelt(plan, &change.changed, &scope, second),
                scope,
                change: change.kind,
                place: change.place,
            })
        },
    )
}

/// Requests with exactly one violation. The predicate is chosen first, so that rare ones come as
/// often as those with many places.
pub fn violated(plan: &'static Plan) -> impl Strategy<Value = Violated> {
    let picks = (any::<Index>(), any::<Index>());
    (trees(plan), scopes(plan), picks, spellings()).prop_filter_map(
        "nothing of the request can be violated",
        move |(tree, scope, (kind, which), spelling)| {
            let (predicate, broken) = violation(plan, &tree, &scope, kind, which)?;
            let (text, pointer) = spelt_with_fault(plan, &broken, &scope, spelling);
            Some(Violated { text, predicate, pointer: pointer? })
        },
    )
}

/// Two spellings of one JSON value.
pub fn json_same_pair() -> impl Strategy<Value = (String, String)> {
    (json(), spellings(), spellings())
        .prop_map(|(value, first, second)| (spelt_json(&value, first), spelt_json(&value, second)))
}

/// Two JSON values that differ in one thing.
pub fn json_different_pair() -> impl Strategy<Value = (String, String)> {
    (json(), any::<Index>(), spellings(), spellings()).prop_filter_map(
        "nothing of the value can be changed",
        |(value, which, first, second)| {
            let before = plain_meaning(&value);
            let mut all = json_changes(&value, &mut Path::default());
            all.retain(|change| plain_meaning(&change.changed) != before);
            if all.is_empty() {
                return None;
            }
            let change = all.swap_remove(which.index(all.len()));
            Some((spelt_json(&value, first), spelt_json(&change.changed, second)))
        },
    )
}

/// One text for each value: members have one order in it.
fn plain_meaning(value: &Json) -> String {
    plain_json(&sorted(value))
}

fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(elements) => Json::Array(elements.iter().map(sorted).collect()),
        Json::Object(members) => {
            let mut members: Vec<(String, Json)> =
                members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            Json::Object(members)
        }
        other => other.clone(),
    }
}
