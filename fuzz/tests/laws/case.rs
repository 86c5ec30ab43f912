//! A case of a law as data, so that one that breaks it can be kept in a file.

use serde_json::{Value, json};
use tantamount_core::Path;
use tantamount_core::strategy::{DifferentPair, PlanScope, SamePair, Sample, Violated};

/// Texts, the scope that they are seen under, and where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) texts: Vec<String>,
    pub(crate) scope: PlanScope,
    pub(crate) change: String,
    pub(crate) place: String,
}

impl Case {
    pub(crate) fn new(texts: impl IntoIterator<Item = String>, scope: PlanScope) -> Case {
        let (change, place) = (String::new(), String::new());
        Case { texts: texts.into_iter().collect(), scope, change, place }
    }

    pub(crate) fn first(&self) -> &str {
        &self.texts[0]
    }

    pub(crate) fn second(&self) -> &str {
        &self.texts[1]
    }

    /// Whether a difference lies where the texts differ.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        let path = path.to_string();
        path.strip_prefix(self.place.as_str()).is_some_and(|rest| {
            self.place.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
        })
    }

    /// The case as a file holds it; `scope` by the members' places in the plan.
    pub(crate) fn to_json(&self) -> Value {
        let scope: Vec<Option<&str>> = (0..2).map(|member| self.scope.canonical(member)).collect();
        json!({"texts": self.texts, "scope": scope, "change": self.change, "place": self.place})
    }

    pub(crate) fn from_json(value: &Value) -> Case {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let list = |name: &str| value[name].as_array().unwrap().iter().map(text);
        Case {
            texts: list("texts").map(Option::unwrap).collect(),
            scope: PlanScope::new(list("scope")),
            change: text(&value["change"]).unwrap(),
            place: text(&value["place"]).unwrap(),
        }
    }
}

impl From<Sample> for Case {
    fn from(sample: Sample) -> Case {
        Case::new([sample.text], sample.scope)
    }
}

impl From<SamePair> for Case {
    fn from(pair: SamePair) -> Case {
        Case::new([pair.first, pair.second], pair.scope)
    }
}

impl From<DifferentPair> for Case {
    fn from(pair: DifferentPair) -> Case {
        Case {
            change: pair.change.to_owned(),
            place: pair.place.to_string(),
            ..Case::new([pair.first, pair.second], pair.scope)
        }
    }
}

/// The place is the problem's: its pointer and its code.
impl From<Violated> for Case {
    fn from(sample: Violated) -> Case {
        Case {
            change: sample.predicate.to_string(),
            place: format!("{} {}", sample.pointer, sample.predicate.code),
            ..Case::new([sample.text], PlanScope::none())
        }
    }
}

impl From<String> for Case {
    fn from(text: String) -> Case {
        Case::new([text], PlanScope::none())
    }
}

impl From<(String, String)> for Case {
    fn from((first, second): (String, String)) -> Case {
        Case::new([first, second], PlanScope::none())
    }
}
