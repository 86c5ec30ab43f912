//! The batches that are appended: each step is a job with a small payload that waits for the
//! window, so that no contender has anything to release.

/// The window of every run.
pub(crate) const WINDOW: &str = "gate";
/// The type of every job.
pub(crate) const JOB: &str = "bench.step";

/// A batch, as each contender's input is made of.
#[derive(Clone)]
pub(crate) struct Batch {
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) key: String,
    pub(crate) payload: String,
}

impl Batch {
    /// Steps whose keys begin with a prefix.
    pub(crate) fn new(prefix: &str, count: usize) -> Batch {
        let step = |index: usize| Step {
            key: format!("{prefix}-{index:05}"),
            payload: format!(
                r#"{{"profile_id": "p_{index:06}", "attempt": 1, "source": {{"kind": "api", "region": "eu-central"}}, "tags": ["a", "b"], "score": {index}.25}}"#
            ),
        };
        Batch { steps: (0..count).map(step).collect() }
    }

    /// The same in another order: it means the same.
    pub(crate) fn reordered(&self) -> Batch {
        Batch { steps: self.steps.iter().rev().cloned().collect() }
    }

    /// One payload differs.
    pub(crate) fn changed(&self) -> Batch {
        let mut changed = self.clone();
        if let Some(last) = changed.steps.last_mut() {
            last.payload = last.payload.replace("eu-central", "us-east");
        }
        changed
    }

    /// The append request.
    pub(crate) fn text(&self) -> String {
        let step = |step: &Step| {
            format!(
                r#"{{"step_key": "{}", "execution_kind": "JOB", "job_type": "{JOB}", "payload": {}, "dependencies": [{{"prerequisite_step_key": "{WINDOW}"}}]}}"#,
                step.key, step.payload
            )
        };
        let steps: Vec<String> = self.steps.iter().map(step).collect();
        format!(r#"{{"append_window_step_key": "{WINDOW}", "steps": [{}]}}"#, steps.join(", "))
    }
}
