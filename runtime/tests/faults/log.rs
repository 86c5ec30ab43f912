//! What clients were told, and whether the tables bear it out.

use crate::world::World;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use tantamount_core::{Digest, json};
use tantamount_runtime::{Error, Fate, Outcome, Receipt, RunId};
use uuid::Uuid;

/// An answer.
struct Told {
    run: Uuid,
    key: String,
    digest: Digest,
    code: &'static str,
    fate: Option<Fate>,
    receipt: Option<Receipt>,
}

/// How the keys of requests begin that are appended in the client's own transaction.
pub(crate) const CALLERS: &str = "callers-";

/// All answers that clients got.
#[derive(Default)]
pub(crate) struct Log(Mutex<Vec<Told>>);

/// How many there were of each, as an experiment prints them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) requests: usize,
    pub(crate) answers: BTreeMap<&'static str, usize>,
    pub(crate) errors_not_applied: usize,
    pub(crate) errors_unknown: usize,
    /// Those of appends in their own transaction, which the ledger should have resolved itself.
    pub(crate) left_unknown: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests", self.requests)?;
        for (code, count) in &self.answers {
            write!(f, ", {count} {code}")?;
        }
        write!(f, "; of the errors {} say not applied", self.errors_not_applied)?;
        write!(f, ", {} unknown; 0 lost, 0 twice, 0 unresolved", self.errors_unknown)
    }
}

impl Log {
    /// Begins anew, as the tables do.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn note(
        &self,
        run: RunId,
        key: &str,
        digest: Digest,
        answer: &Result<Outcome, Error>,
    ) {
        let told = Told {
            run: run.as_uuid(),
            key: key.to_owned(),
            digest,
            code: match answer {
                Ok(outcome) => outcome.code(),
                Err(error) => error.code(),
            },
            fate: answer.as_ref().err().map(Error::fate),
            receipt: answer.as_ref().ok().and_then(Outcome::receipt).cloned(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }

    /// Holds the tables against all that was told: nothing is lost, nothing is there twice, and
    /// nothing is there of which no client knows.
    pub(crate) async fn check(&self, world: &World) -> Counts {
        let stored = Stored::read(world).await;
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts = Counts::default();
        let mut receipts: BTreeMap<(Uuid, &str), &Receipt> = BTreeMap::new();
        let mut applied = BTreeSet::new();
        let mut requests = BTreeSet::new();
        for told in told.iter() {
            let name = (told.run, told.key.as_str());
            let shown = format!("{} of `{}`", told.code, told.key);
            requests.insert((name, told.digest.to_string()));
            *counts.answers.entry(told.code).or_default() += 1;
            match told.fate {
                Some(Fate::NotApplied) => counts.errors_not_applied += 1,
                Some(Fate::Unknown) => {
                    counts.errors_unknown += 1;
                    counts.left_unknown += usize::from(!told.key.starts_with(CALLERS));
                }
                Some(Fate::Applied) | None => {}
            }
            let entry = stored.entries.get(&(told.run, told.key.clone()));
            if told.code == "conflict" {
                let entry = entry.unwrap_or_else(|| panic!("lost: {shown}"));
                assert_ne!(entry, &told.digest, "no conflict: {shown}");
            }
            let Some(receipt) = &told.receipt else { continue };
            assert_eq!(entry, Some(&told.digest), "lost: {shown}");
            let first = *receipts.entry(name).or_insert(receipt);
            assert_eq!(first, receipt, "two receipts: {shown}");
            for (step, id) in receipt.elements() {
                let row = stored.steps.get(&(told.run, step.clone()));
                assert_eq!(row, Some(id), "lost: {step} of {shown}");
            }
            if told.code == "applied" {
                assert!(applied.insert(name), "twice: {shown}");
            }
        }
        counts.requests = requests.len();
        for (run, key) in stored.entries.keys() {
            let name = (*run, key.as_str());
            assert!(receipts.contains_key(&name), "`{key}` is there, and nobody was told");
        }
        // The keys of appends in clients' own transactions say so.
        for (_, key) in stored.entries.keys().filter(|(_, key)| key.starts_with(CALLERS)) {
            assert!(stored.side_effects.contains(key), "lost: the side effect of `{key}`");
        }
        // What is done in the transaction of an append is there when, and as often as, that is.
        for key in &stored.side_effects {
            let is_known = receipts.keys().any(|(_, known)| known == key);
            assert!(is_known, "a side effect of `{key}` without its append");
        }
        assert_eq!(stored.steps.len(), stored.expected_steps, "steps without a request");
        assert_eq!(stored.dependencies, stored.expected_dependencies, "dependencies are missing");
        counts
    }
}

/// What stands in the tables.
struct Stored {
    entries: BTreeMap<(Uuid, String), Digest>,
    steps: BTreeMap<(Uuid, String), Uuid>,
    expected_steps: usize,
    dependencies: usize,
    expected_dependencies: usize,
    side_effects: BTreeSet<String>,
}

impl Stored {
    async fn read(world: &World) -> Stored {
        let mut entries = BTreeMap::new();
        let (mut expected_steps, mut expected_dependencies) = (0, 0);
        let all = "SELECT workflow_run_id, mutation_key, digest, request::text AS request,
            jsonb_array_length(request -> 'steps') AS steps,
            jsonb_array_length(jsonb_path_query_array(request, '$.steps[*].dependencies[*]')) AS dependencies
            FROM workflow_run_mutations";
        for row in sqlx::query(all).fetch_all(&world.pool).await.expect("the entries") {
            let digest: Digest = row.get::<String, _>("digest").parse().expect("a digest");
            let text: String = row.get("request");
            let bytes = json::canonicalize_within(text.as_bytes(), &json::Limits::stored());
            // What is stored is what was digested.
            assert_eq!(Digest::of(&bytes.expect("JSON")), digest, "a request has changed");
            expected_steps += usize::try_from(row.get::<i32, _>("steps")).expect("a count");
            expected_dependencies +=
                usize::try_from(row.get::<i32, _>("dependencies")).expect("a count");
            entries.insert((row.get("workflow_run_id"), row.get("mutation_key")), digest);
        }
        let all = "SELECT workflow_run_id, step_key, workflow_step_id FROM workflow_steps
            WHERE step_key <> 'gate'";
        let steps = sqlx::query_as::<_, (Uuid, String, Uuid)>(all).fetch_all(&world.pool);
        let steps = steps.await.expect("the steps").into_iter();
        let all = "SELECT key FROM side_effects";
        let side_effects = sqlx::query_scalar::<_, String>(all).fetch_all(&world.pool);
        Stored {
            entries,
            steps: steps.map(|(run, step, id)| ((run, step), id)).collect(),
            expected_steps,
            dependencies: usize::try_from(world.count("workflow_step_dependencies").await)
                .expect("a count"),
            expected_dependencies,
            side_effects: side_effects.await.expect("the side effects").into_iter().collect(),
        }
    }
}
