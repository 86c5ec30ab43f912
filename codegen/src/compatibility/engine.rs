//! A schema that is run: the plan of a version, and what it says to a request or a stored row.

use super::json::Json;
use super::program::Validation;
use crate::rules::{self, Options};
use crate::schema::Schema;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use tantamount_core::interpreted::Interpreted;
use tantamount_core::plan::{Plan, Rule};
use tantamount_core::{Digest, Scope};

/// A version of a schema, ready to run.
pub(super) struct Engine<'s> {
    pub(super) schema: &'s Schema,
    pub(super) plan: Plan,
    is_guided: bool,
    /// Scalars of each rule, found once.
    pools: RefCell<BTreeMap<String, Vec<Json>>>,
    validation: OnceCell<Validation>,
}

/// A scope by the names of its members, so that two versions can be shown the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NamedScope(pub(super) Vec<(String, String)>);

impl NamedScope {
    /// As JSON: `{"organization_id":null}`.
    pub(super) fn json(&self, names: &[String]) -> String {
        let value = |name: &String| {
            self.0.iter().find(|(n, _)| n == name).map_or("null", |(_, value)| value.as_str())
        };
        let members: Vec<String> = names
            .iter()
            .map(|name| format!("{}:{}", super::json::quoted(name), value(name)))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// A scope as one plan numbers its members.
#[derive(Clone, Debug, PartialEq)]
struct Numbered(Vec<Option<String>>);

impl Scope for Numbered {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        let value = self.0.get(usize::from(member)).and_then(Option::as_deref);
        out.extend_from_slice(value.unwrap_or("null").as_bytes());
    }
}

/// What an engine says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It is accepted: its canonical text.
    Accepted(String),
    /// It is refused: the pointers and the messages of the problems.
    Refused(Vec<(String, String)>),
}

impl Reading {
    pub(super) fn canonical(&self) -> Option<&str> {
        match self {
            Reading::Accepted(canonical) => Some(canonical),
            Reading::Refused(_) => None,
        }
    }
}

/// What an engine says to a stored row and a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowVerdict {
    /// They are the same.
    Same,
    /// They differ, in this.
    Different(String),
    /// The row has no meaning: the first problem.
    Unreadable(String),
}

impl RowVerdict {
    /// Without the words.
    pub(super) fn kind(&self) -> u8 {
        match self {
            RowVerdict::Same => 0,
            RowVerdict::Different(_) => 1,
            RowVerdict::Unreadable(_) => 2,
        }
    }
}

impl<'s> Engine<'s> {
    /// `is_guided`: see [`Engine::is_guided`].
    pub(super) fn new(schema: &'s Schema, is_guided: bool) -> Engine<'s> {
        let (pools, validation) = (RefCell::default(), OnceCell::new());
        Engine { schema, plan: schema.plan(), is_guided, pools, validation }
    }

    /// Whether there is something that the plan of either version does not enforce, so that requests
    /// have to be made by what the validation says, too.
    pub(super) fn is_guided(&self) -> bool {
        self.is_guided
    }

    /// What the schema says as validation, all of it.
    pub(super) fn validation(&self) -> &Validation {
        self.validation.get_or_init(|| match self.schema.rules() {
            Some(rules) => Validation::new(rules),
            // Where nothing remains no format is asserted, and it was lowered before.
            None => match rules::lower(self.schema.sources(), Options::default()) {
                Ok(rules) => Validation::new(&rules),
                Err(_) => Validation::empty(),
            },
        })
    }

    /// Values that are made once.
    pub(super) fn made(&self, key: String, make: impl FnOnce() -> Vec<Json>) -> Vec<Json> {
        if let Some(known) = self.pools.borrow().get(&key) {
            return known.clone();
        }
        let found = make();
        self.pools.borrow_mut().insert(key, found.clone());
        found
    }

    /// The scalars of a rule, found by `find` the first time.
    pub(super) fn pool(&self, rule: Rule, find: impl FnOnce() -> Vec<Json>) -> Vec<Json> {
        self.made(format!("{rule:?}"), find)
    }

    fn scope(&self, scope: &NamedScope) -> Numbered {
        let value = |name: &str| {
            scope.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone())
        };
        Numbered(self.plan.scope.iter().map(|member| value(&member.name)).collect())
    }

    /// What it says to a request under a scope.
    pub(super) fn read(&self, text: &str, scope: &NamedScope) -> Reading {
        let read = Interpreted::read(&self.plan, self.plan.root, text.as_bytes());
        // What the plan does not enforce is checked over the same text, as generated code does.
        let read = read.and_then(|request| match self.schema.rules() {
            Some(rules) => rules.program.check(text.as_bytes()).map(|()| request),
            None => Ok(request),
        });
        match read {
            Ok(request) => {
                let bytes = request.canonical(&self.scope(scope));
                Reading::Accepted(String::from_utf8_lossy(&bytes).into_owned())
            }
            Err(problems) => Reading::Refused(
                problems.iter().map(|p| (p.pointer.clone(), p.message.clone())).collect(),
            ),
        }
    }

    /// Whether a value keeps a rule by itself.
    pub(super) fn takes(&self, rule: Rule, value: &Json) -> bool {
        let text = value.to_string();
        Interpreted::read(&self.plan, rule, text.as_bytes()).is_ok()
    }

    /// The canonical text of a value of a rule under no scope.
    pub(super) fn canonical_of(&self, rule: Rule, value: &Json) -> Option<String> {
        let text = value.to_string();
        let read = Interpreted::read(&self.plan, rule, text.as_bytes()).ok()?;
        let none = self.scope(&NamedScope::default());
        Some(String::from_utf8_lossy(&read.canonical(&none)).into_owned())
    }

    /// What it says to a stored row without a digest and a request, which it must accept.
    pub(super) fn compare(&self, row: &str, request: &str, scope: &NamedScope) -> RowVerdict {
        let stored = match Interpreted::read_stored(&self.plan, row.as_bytes()) {
            Ok(stored) => stored,
            Err(problems) => {
                let first = problems.iter().next();
                return RowVerdict::Unreadable(first.map_or_else(String::new, |problem| {
                    format!("{}: {}", problem.pointer, problem.message)
                }));
            }
        };
        let Ok(request) = Interpreted::read(&self.plan, self.plan.root, request.as_bytes()) else {
            return RowVerdict::Unreadable("the request is refused".to_owned());
        };
        let differences = stored.compare(&request, &self.scope(scope)).to_string();
        if differences.is_empty() { RowVerdict::Same } else { RowVerdict::Different(differences) }
    }

    /// Whether a stored row has a meaning; the first problem where it has none.
    pub(super) fn read_stored(&self, row: &str) -> Result<(), String> {
        match Interpreted::read_stored(&self.plan, row.as_bytes()) {
            Ok(_) => Ok(()),
            Err(problems) => Err(problems.iter().next().map_or_else(String::new, |problem| {
                format!("{}: {}", problem.pointer, problem.message)
            })),
        }
    }
}

/// The digest of a canonical text.
pub(super) fn digest(canonical: &str) -> String {
    Digest::of(canonical.as_bytes()).to_string()
}
