//! What is judged, as data.

use super::place::Place;
use std::fmt;

/// What became of a schema from one version to the next.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The version before.
    pub old: Version,
    /// The version after.
    pub new: Version,
    /// What is wrong with the versions themselves: the schema changed and its version did not.
    pub version: Option<String>,
    /// What changed, in the order of the new schema's text.
    pub changes: Vec<Change>,
    /// How many annotations changed that mean nothing to anyone's requests.
    pub annotations: usize,
    /// Where the engines disagree and no rule says why: faults of the judge.
    pub contradictions: Vec<Contradiction>,
    /// What brings the tables along, in this order; each file is run in a transaction of its own.
    pub migrations: Vec<Migration>,
    /// Waivers that nothing needed: their pointers with their questions.
    pub unused_waivers: Vec<String>,
    /// How many requests the search put to both versions.
    pub searched: usize,
}

/// A version of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// What its file is called.
    pub file: String,
    /// `$id`
    pub id: String,
    /// The version in it.
    pub version: String,
}

/// One thing that changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where in a request, the first of the places.
    pub place: Place,
    /// Where it stands in the old schema; `None` where it is new.
    pub old: Option<Location>,
    /// Where it stands in the new schema; `None` where it is gone.
    pub new: Option<Location>,
    /// What changed: ``default `EUR` → `USD` ``.
    pub what: String,
    /// Is what was accepted still accepted?
    pub acceptance: Verdict,
    /// Do stored digests and verdicts stay?
    pub identity: Verdict,
    /// Can the tables follow?
    pub storage: Verdict,
}

/// A place in a schema's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// What the file is called.
    pub file: String,
    /// JSON Pointer into the schema.
    pub pointer: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// The digest of what stands there, by its canonical form.
    pub digest: String,
}

/// A question about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Is what was accepted still accepted?
    Acceptance,
    /// Do stored digests and verdicts stay?
    Identity,
    /// Can the tables follow?
    Storage,
}

impl Question {
    /// All there are.
    pub const ALL: [Question; 3] = [Question::Acceptance, Question::Identity, Question::Storage];

    /// Its name in waivers and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Question::Acceptance => "acceptance",
            Question::Identity => "identity",
            Question::Storage => "storage",
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes. Why, where there is something to say.
    Kept(Option<String>),
    /// No.
    Broken(Broken),
    /// It could not be decided, which counts as no.
    Unknown(String),
    /// No, and that is meant: the reason that the waiver gives.
    Waived(String, Box<Verdict>),
}

/// Why the answer is no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What follows for those who rely on the old version.
    pub consequence: String,
    /// What shows it, seen by running both versions.
    pub witness: Option<Witness>,
}

impl Verdict {
    /// Whether it stops the change from being released.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self, Verdict::Broken(_) | Verdict::Unknown(_))
    }

    /// In one word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Kept(_) => "kept",
            Verdict::Broken(_) => "broken",
            Verdict::Unknown(_) => "unknown",
            Verdict::Waived(..) => "waived",
        }
    }
}

/// A smallest case on which the two versions really disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A request that the old version accepts and the new one refuses.
    Refused {
        /// The request.
        request: String,
        /// The problem.
        problem: String,
    },
    /// A request with another digest.
    Digest {
        /// The request.
        request: String,
        /// The scope, where the schema has one.
        scope: Option<String>,
        /// The canonical text before.
        was: String,
        /// The canonical text after.
        is: String,
        /// The digest before.
        was_digest: String,
        /// The digest after.
        is_digest: String,
    },
    /// A stored row that is read otherwise.
    Row {
        /// The row's request, as the ledger keeps it.
        row: String,
        /// What it is held against, where it can be read.
        request: Option<String>,
        /// What the old version says.
        was: String,
        /// What the new version says.
        is: String,
    },
    /// A stored value that the tables could not keep.
    Stored {
        /// A request that leaves such a row behind.
        request: String,
        /// The column and its value.
        value: String,
        /// What the new tables demand.
        demand: String,
    },
}

/// A case on which the versions disagree although the rules call what changed compatible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The question that the rules answered wrongly.
    pub question: Question,
    /// The case.
    pub witness: Witness,
}

/// A file of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its name: `add`, `fill`, `validate`.
    pub name: String,
    /// What it runs.
    pub sql: String,
}

impl Judgement {
    /// Whether the new version may be released.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.version.is_none()
            && self.contradictions.is_empty()
            && self.unused_waivers.is_empty()
            && !self.changes.iter().any(Change::fails)
    }
}

impl Change {
    /// The answer to a question.
    #[must_use]
    pub fn verdict(&self, question: Question) -> &Verdict {
        match question {
            Question::Acceptance => &self.acceptance,
            Question::Identity => &self.identity,
            Question::Storage => &self.storage,
        }
    }

    pub(super) fn verdict_mut(&mut self, question: Question) -> &mut Verdict {
        match question {
            Question::Acceptance => &mut self.acceptance,
            Question::Identity => &mut self.identity,
            Question::Storage => &mut self.storage,
        }
    }

    /// Where it stands in the new schema, or where it stood in the old one.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.new.as_ref().or(self.old.as_ref())
    }

    /// The pointer of [`Change::location`].
    #[must_use]
    pub fn pointer(&self) -> &str {
        self.location().map_or("", |location| &location.pointer)
    }

    /// Whether an answer is no.
    #[must_use]
    pub fn fails(&self) -> bool {
        Question::ALL.into_iter().any(|question| self.verdict(question).fails())
    }
}
