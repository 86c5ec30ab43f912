//! The append request, version 2, read from the contract's table by hand.
//!
//! Requests are read strictly, stored rows tolerantly. What the contract leaves open about a
//! stored row is decided here as `jsonb` would: of duplicate members the last one wins. Beyond
//! unlimited lengths, unknown members, missing members and a missing window a stored row is held
//! to the request's rules; a row that breaks them cannot be compared.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::canonical::canonical_json;
use super::decimal::Decimal;
use super::json::{Problem, Value, pointer, read_leniently};

const KEY_BYTES_MAXIMUM: usize = 512;
const REQUEST_MEMBERS: [&str; 2] = ["append_window_step_key", "steps"];
const STEP_MEMBERS: [&str; 12] = [
    "step_key",
    "execution_kind",
    "job_type",
    "organization_id",
    "payload",
    "priority",
    "max_attempts",
    "timeout_seconds",
    "stage",
    "dependencies",
    "allow_handler_continuation",
    "execution_resource_key",
];
/// What is left out of the canonical form where it says nothing.
const LATER_MEMBERS: [(&str, Value); 2] = [
    ("allow_handler_continuation", Value::Boolean(false)),
    ("execution_resource_key", Value::Null),
];
const DEPENDENCY_MEMBERS: [&str; 2] = ["prerequisite_step_key", "release_mode"];
/// What an EXTERNAL step must leave out, or null.
const JOB_ONLY_MEMBERS: [&str; 6] =
    ["job_type", "priority", "max_attempts", "timeout_seconds", "stage", "execution_resource_key"];

/// How a text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Request,
    Stored,
}

/// Whether the bytes are an append request that the contract accepts.
pub fn accepts(bytes: &[u8]) -> bool {
    problems(bytes).is_empty()
}

/// Everything that is wrong with a request, sorted by pointer; none means that it is accepted.
pub fn problems(bytes: &[u8]) -> Vec<Problem> {
    check(bytes, Reading::Request).1
}

/// The canonical form of a request under a scope; `None` when the request is refused or the
/// organization is no hyphenated UUID.
pub fn canonical(bytes: &[u8], organization: Option<&str>) -> Option<String> {
    let request = accepted(bytes, Reading::Request)?;
    Some(canonical_json(&normal(&request, &scope(organization)?)))
}

/// `sha256:` and 64 lower-case hex digits over the canonical bytes; `None` as for [`canonical`].
pub fn digest(bytes: &[u8], organization: Option<&str>) -> Option<String> {
    let canonical = canonical(bytes, organization)?;
    let hash = Sha256::digest(canonical.as_bytes());
    Some(hash.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

/// Whether a stored row without a digest means the same as a request; `None` when the row cannot
/// be read, the request is refused or the organization is no hyphenated UUID.
pub fn stored_same(stored: &[u8], request: &[u8], organization: Option<&str>) -> Option<bool> {
    let scope = scope(organization)?;
    let stored = normal(&accepted(stored, Reading::Stored)?, &scope);
    let request = normal(&accepted(request, Reading::Request)?, &scope);
    let names_a_window = member(&stored, "append_window_step_key") != &Value::Null;
    let compared: &[&str] = if names_a_window { &REQUEST_MEMBERS } else { &["steps"] };
    Some(compared.iter().all(|name| {
        canonical_json(member(&stored, name)) == canonical_json(member(&request, name))
    }))
}

/// The scope's organization as a value, in lower case; `None` when it is no UUID.
fn scope(organization: Option<&str>) -> Option<Value> {
    match organization {
        None => Some(Value::Null),
        Some(text) if is_uuid(text) => Some(Value::String(text.to_ascii_lowercase())),
        Some(_) => None,
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups.concat().chars().all(|character| character.is_ascii_hexdigit())
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The last member of that name, null where there is none.
fn member<'value>(object: &'value Value, name: &str) -> &'value Value {
    present(object, name).unwrap_or(&Value::Null)
}

fn present<'value>(object: &'value Value, name: &str) -> Option<&'value Value> {
    let Value::Object(members) = object else { return None };
    members.iter().rev().find(|member| member.0 == name).map(|member| &member.1)
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        _ => &[],
    }
}

fn string(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn accepted(bytes: &[u8], reading: Reading) -> Option<Value> {
    match check(bytes, reading) {
        (Some(value), problems) if problems.is_empty() => Some(value),
        _ => None,
    }
}

fn check(bytes: &[u8], reading: Reading) -> (Option<Value>, Vec<Problem>) {
    let (value, problems) = read_leniently(bytes);
    let mut checker = Checker { reading, path: Vec::new(), problems };
    if let Some(value) = &value {
        checker.request(value);
    }
    checker.problems.sort();
    (value, checker.problems)
}

/// Walks a tree and notes what breaks the table's rules. A [`Value::Refused`] has been noted by
/// the reader, and is passed over here.
struct Checker {
    reading: Reading,
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl Checker {
    fn problem(&mut self, about: &'static str) {
        self.problems.push(Problem { pointer: pointer(&self.path), about });
    }

    /// Notes a problem of a member that stands, or should stand, below the path.
    fn problem_at(&mut self, name: &str, about: &'static str) {
        self.below(name, |checker| checker.problem(about));
    }

    fn below(&mut self, name: &str, act: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        act(self);
        self.path.pop();
    }

    fn request(&mut self, request: &Value) {
        if !self.members(request, &REQUEST_MEMBERS) {
            return;
        }
        let window = "append_window_step_key";
        match present(request, window) {
            None | Some(Value::Null) if self.reading == Reading::Stored => {}
            None => self.problem_at(window, "required"),
            Some(value) => self.below(window, |checker| checker.key(value, None)),
        }
        match present(request, "steps") {
            None => self.problem_at("steps", "required"),
            Some(Value::Refused) => {}
            Some(Value::Array(steps)) => self.below("steps", |checker| checker.steps(steps)),
            Some(_) => self.problem_at("steps", "type"),
        }
    }

    /// Checks that a value is an object and which members it has.
    fn members(&mut self, value: &Value, known: &[&str]) -> bool {
        let Value::Object(members) = value else {
            if value != &Value::Refused {
                self.problem("type");
            }
            return false;
        };
        if self.reading == Reading::Stored {
            return true;
        }
        let mut seen = BTreeSet::new();
        for (name, _) in members {
            if !seen.insert(name) {
                self.problem_at(name, "duplicate member");
            } else if !known.contains(&name.as_str()) {
                self.problem_at(name, "unknown member");
            }
        }
        true
    }

    /// A string that is not blank, and no longer than a maximum in bytes where there is one.
    fn key(&mut self, value: &Value, maximum: Option<usize>) {
        match value {
            Value::Refused => {}
            Value::String(text) if is_blank(text) => self.problem("blank"),
            Value::String(text) => {
                let limited = self.reading == Reading::Request;
                if limited && maximum.is_some_and(|maximum| text.len() > maximum) {
                    self.problem("at most 512 bytes");
                }
            }
            _ => self.problem("type"),
        }
    }

    fn steps(&mut self, steps: &[Value]) {
        if steps.is_empty() {
            self.problem("at least one");
        }
        let mut seen = BTreeSet::new();
        for (index, step) in steps.iter().enumerate() {
            self.below(&index.to_string(), |checker| {
                checker.step(step);
                if let Some(key) = string(member(step, "step_key"))
                    && !seen.insert(key)
                {
                    checker.problem_at("step_key", "duplicate");
                }
            });
        }
        if has_cycle(steps) {
            self.problem("cycle");
        }
    }

    fn step(&mut self, step: &Value) {
        if !self.members(step, &STEP_MEMBERS) {
            return;
        }
        match present(step, "step_key") {
            None => self.problem_at("step_key", "required"),
            Some(value) => {
                self.below("step_key", |checker| checker.key(value, Some(KEY_BYTES_MAXIMUM)));
            }
        }
        match present(step, "execution_kind") {
            None => self.problem_at("execution_kind", "required"),
            Some(Value::Refused) => {}
            Some(value) => match string(value) {
                Some("JOB") => self.job_members(step),
                Some("EXTERNAL") => self.external_members(step),
                _ => self.problem_at("execution_kind", "JOB or EXTERNAL"),
            },
        }
        if present(step, "payload").is_none() {
            self.problem_at("payload", "required");
        }
        match member(step, "organization_id") {
            Value::Null | Value::Refused => {}
            Value::String(text) if is_uuid(text) => {}
            _ => self.problem_at("organization_id", "uuid"),
        }
        match member(step, "dependencies") {
            Value::Null | Value::Refused => {}
            Value::Array(dependencies) => {
                let own_key = string(member(step, "step_key"));
                self.below("dependencies", |checker| checker.dependencies(dependencies, own_key));
            }
            _ => self.problem_at("dependencies", "type"),
        }
    }

    fn job_members(&mut self, step: &Value) {
        match present(step, "job_type") {
            None => self.problem_at("job_type", "required because execution_kind is JOB"),
            Some(value) => {
                self.below("job_type", |checker| checker.key(value, Some(KEY_BYTES_MAXIMUM)));
            }
        }
        for (name, minimum) in
            [("priority", None), ("max_attempts", Some(1)), ("timeout_seconds", Some(1))]
        {
            self.below(name, |checker| checker.integer(member(step, name), minimum));
        }
        let stages = ["queued", "scheduled", "running", "completed"];
        self.below("stage", |checker| checker.one_of(member(step, "stage"), &stages));
        if !matches!(
            member(step, "allow_handler_continuation"),
            Value::Null | Value::Refused | Value::Boolean(_)
        ) {
            self.problem_at("allow_handler_continuation", "type");
        }
        match member(step, "execution_resource_key") {
            Value::Null => {}
            key => self.below("execution_resource_key", |checker| {
                checker.key(key, Some(KEY_BYTES_MAXIMUM));
            }),
        }
    }

    fn external_members(&mut self, step: &Value) {
        for name in JOB_ONLY_MEMBERS {
            if !matches!(member(step, name), Value::Null | Value::Refused) {
                self.problem_at(name, "not for EXTERNAL");
            }
        }
        if !matches!(
            member(step, "allow_handler_continuation"),
            Value::Null | Value::Refused | Value::Boolean(false)
        ) {
            self.problem_at("allow_handler_continuation", "not for EXTERNAL");
        }
    }

    /// An int32 however it is spelt, or null.
    fn integer(&mut self, value: &Value, minimum: Option<i64>) {
        let number = match value {
            Value::Null | Value::Refused => return,
            Value::Number(text) => Decimal::of(text),
            _ => return self.problem("integer"),
        };
        let whole = match number.whole() {
            Ok(whole) => whole,
            Err(true) if number.negative => i64::MIN,
            Err(true) => i64::MAX,
            Err(false) => return self.problem("integer"),
        };
        if minimum.is_some_and(|minimum| whole < minimum) {
            self.problem("greater than 0");
        } else if whole < i64::from(i32::MIN) {
            self.problem("at least -2147483648");
        } else if whole > i64::from(i32::MAX) {
            self.problem("at most 2147483647");
        }
    }

    fn one_of(&mut self, value: &Value, words: &[&str]) {
        let known = string(value).is_some_and(|text| words.contains(&text));
        if !known && !matches!(value, Value::Null | Value::Refused) {
            self.problem("one of");
        }
    }

    fn dependencies(&mut self, dependencies: &[Value], own_key: Option<&str>) {
        let mut seen = BTreeSet::new();
        for (index, dependency) in dependencies.iter().enumerate() {
            self.below(&index.to_string(), |checker| {
                if !checker.members(dependency, &DEPENDENCY_MEMBERS) {
                    return;
                }
                match present(dependency, "prerequisite_step_key") {
                    None => checker.problem_at("prerequisite_step_key", "required"),
                    Some(Value::Refused) => {}
                    Some(Value::String(key)) => {
                        if Some(key.as_str()) == own_key {
                            checker.problem_at("prerequisite_step_key", "itself");
                        }
                        if !seen.insert(key) {
                            checker.problem_at("prerequisite_step_key", "duplicate");
                        }
                    }
                    Some(_) => checker.problem_at("prerequisite_step_key", "type"),
                }
                checker.below("release_mode", |checker| {
                    checker
                        .one_of(member(dependency, "release_mode"), &["ON_TERMINAL", "ON_SUCCESS"]);
                });
            });
        }
    }
}

/// Whether steps of the batch wait for each other in a circle: take away every step that waits
/// for no other of the batch, again and again; what stays is a circle or waits for one. A step
/// that waits for itself is another problem, and not counted here.
fn has_cycle(steps: &[Value]) -> bool {
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for step in steps {
        let Some(key) = string(member(step, "step_key")) else { continue };
        let prerequisites = elements(member(step, "dependencies"))
            .iter()
            .filter_map(|dependency| string(member(dependency, "prerequisite_step_key")));
        waiting.entry(key).or_default().extend(prerequisites.filter(|other| *other != key));
    }
    loop {
        let left: BTreeSet<&str> = waiting.keys().copied().collect();
        waiting.retain(|_, prerequisites| !prerequisites.is_disjoint(&left));
        if waiting.len() == left.len() {
            return !left.is_empty();
        }
    }
}

/// The tree whose canonical text is the request's: every member that the table declares, with
/// its meaning written out, and sets in their order.
fn normal(request: &Value, scope: &Value) -> Value {
    let steps = elements(member(request, "steps")).iter().map(|step| normal_step(step, scope));
    Value::Object(vec![
        ("append_window_step_key".to_owned(), member(request, "append_window_step_key").clone()),
        ("steps".to_owned(), sorted(steps.collect(), "step_key")),
    ])
}

fn normal_step(step: &Value, scope: &Value) -> Value {
    let is_job = string(member(step, "execution_kind")) == Some("JOB");
    let organization = match member(step, "organization_id") {
        Value::String(text) => Value::String(text.to_ascii_lowercase()),
        _ => scope.clone(),
    };
    let stage = match member(step, "stage") {
        Value::Null if is_job => Value::String("queued".to_owned()),
        other => other.clone(),
    };
    let dependencies = elements(member(step, "dependencies")).iter().map(normal_dependency);
    let dependencies = sorted(dependencies.collect(), "prerequisite_step_key");
    let members = STEP_MEMBERS.map(|name| {
        let value = match name {
            "organization_id" => organization.clone(),
            "stage" => stage.clone(),
            "dependencies" => dependencies.clone(),
            _ => member(step, name).clone(),
        };
        (name.to_owned(), value)
    });
    let says_nothing = |(name, value): &(String, Value)| {
        LATER_MEMBERS
            .iter()
            .any(|(later, default)| name == later && (*value == Value::Null || value == default))
    };
    Value::Object(members.into_iter().filter(|member| !says_nothing(member)).collect())
}

fn normal_dependency(dependency: &Value) -> Value {
    let release_mode = match member(dependency, "release_mode") {
        Value::Null => Value::String("ON_TERMINAL".to_owned()),
        other => other.clone(),
    };
    Value::Object(vec![
        ("prerequisite_step_key".to_owned(), member(dependency, "prerequisite_step_key").clone()),
        ("release_mode".to_owned(), release_mode),
    ])
}

/// A set in the order of its keys' UTF-8 bytes.
fn sorted(mut elements: Vec<Value>, key: &str) -> Value {
    elements.sort_by_key(|element| string(member(element, key)).map(|key| key.as_bytes().to_vec()));
    Value::Array(elements)
}
