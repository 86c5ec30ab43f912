//! What the structural comparison finds, before anything is run.

use super::json::Json;
use super::place::Place;
use crate::lower::rule;
use crate::model::Type;
use crate::read::Node;
use tantamount_core::plan::Rule;

/// What the rules say of a question, before it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Nothing breaks.
    Kept,
    /// Something breaks, and there is a case that shows it.
    Broken,
    /// The rules do not say: a case decides, and none is no answer.
    Open,
}

/// A difference between two versions.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Where in a request; several places where they share a schema.
    pub(super) places: Vec<Place>,
    pub(super) old: Option<Node>,
    pub(super) new: Option<Node>,
    pub(super) what: String,
    pub(super) acceptance: Expected,
    pub(super) identity: Expected,
    /// The keyword, where it is one that no plan enforces.
    pub(super) keyword: Option<String>,
    /// What the rules say where the object turns out to take no member of the name, though its plan
    /// leaves that open, and whether that is asked of the new version.
    pub(super) if_closed: Option<(Expected, Expected, bool)>,
    /// Whether it is about members that the plan does not name.
    pub(super) is_of_others: bool,
    /// Whether it was proved that what was accepted is accepted.
    pub(super) is_proved: bool,
    /// What stands at the place in the old and the new plan.
    pub(super) rules: (Option<Rule>, Option<Rule>),
    /// The values that show it, where only some can.
    pub(super) leaves: Vec<Json>,
    /// Whether it is about tables and columns alone.
    pub(super) is_storage_alone: bool,
    /// Whether it is about what a reference may name.
    pub(super) is_reference: bool,
}

impl Found {
    pub(super) fn new(
        place: &Place,
        nodes: (Option<&Node>, Option<&Node>),
        what: impl Into<String>,
        acceptance: Expected,
        identity: Expected,
    ) -> Found {
        Found {
            places: vec![place.clone()],
            old: nodes.0.cloned(),
            new: nodes.1.cloned(),
            what: what.into(),
            acceptance,
            identity,
            keyword: None,
            if_closed: None,
            is_of_others: false,
            is_proved: false,
            rules: (None, None),
            leaves: Vec::new(),
            is_storage_alone: false,
            is_reference: false,
        }
    }

    pub(super) fn of(mut self, old: Option<Type>, new: Option<Type>) -> Found {
        self.rules = (old.map(rule), new.map(rule));
        self
    }

    /// Shown by these values alone.
    pub(super) fn shown_by(mut self, leaves: impl IntoIterator<Item = Json>) -> Found {
        self.leaves = leaves.into_iter().collect();
        self
    }

    /// Whether both tell of the same change, seen from two places.
    pub(super) fn is_same(&self, other: &Found) -> bool {
        let pointer = |node: &Option<Node>| node.as_ref().map(|node| node.pointer().to_owned());
        self.what == other.what
            && pointer(&self.old) == pointer(&other.old)
            && pointer(&self.new) == pointer(&other.new)
    }
}
