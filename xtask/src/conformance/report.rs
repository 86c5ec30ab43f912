//! What a suite came to: by keyword, in words, and as JSON.

use super::Verdict;
use super::build::Judged;
use super::suite::Suite;
use crate::error::Error;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// How many of the required tests must be agreed on, in percent.
const LEAST_PERCENT: usize = 95;

/// Every verdict of a suite.
pub(super) struct Report {
    tests: Vec<Entry>,
    /// Schemas that were refused: file, group, reason.
    refusals: Vec<(String, String, String)>,
}

struct Entry {
    file: String,
    group: String,
    test: String,
    is_required: bool,
    expected: bool,
    verdict: Verdict,
}

/// How many tests came to each verdict.
#[derive(Clone, Copy, Default)]
struct Counts {
    agreed: usize,
    refused: usize,
    wrong: usize,
    panicked: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Agreed => &mut self.agreed,
            Verdict::Refused => &mut self.refused,
            Verdict::Wrong => &mut self.wrong,
            Verdict::Panicked => &mut self.panicked,
        } += 1;
    }

    const fn all(self) -> usize {
        self.agreed + self.refused + self.wrong + self.panicked
    }
}

impl Report {
    pub(super) fn new(suite: &Suite, judged: Vec<Judged>) -> Self {
        let mut report = Self { tests: Vec::new(), refusals: Vec::new() };
        for (group, judged) in suite.groups.iter().zip(judged) {
            let verdict = |test: usize| match &judged {
                Judged::Tests(list) => list.get(test).copied().unwrap_or(Verdict::Panicked),
                Judged::Refused(_) => Verdict::Refused,
                Judged::Panicked => Verdict::Panicked,
            };
            for (index, test) in group.tests.iter().enumerate() {
                report.tests.push(Entry {
                    file: group.file.clone(),
                    group: group.name.clone(),
                    test: test.name.clone(),
                    is_required: group.is_required(),
                    expected: test.valid,
                    verdict: verdict(index),
                });
            }
            if let Judged::Refused(reason) = judged {
                report.refusals.push((group.file.clone(), group.name.clone(), reason));
            }
        }
        report
    }

    fn counts(&self, wanted: impl Fn(&Entry) -> bool) -> Counts {
        let mut counts = Counts::default();
        self.tests.iter().filter(|entry| wanted(entry)).for_each(|entry| counts.add(entry.verdict));
        counts
    }

    /// Writes every verdict as JSON.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let tests: Vec<Value> = self
            .tests
            .iter()
            .map(|entry| {
                json!({
                    "file": entry.file,
                    "group": entry.group,
                    "test": entry.test,
                    "required": entry.is_required,
                    "verdict": entry.verdict.name(),
                })
            })
            .collect();
        let text = format!("{:#}\n", json!({ "tests": tests }));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
        }
        fs::write(path, text).map_err(Error::file("write", path))
    }

    /// Fails where the suite is not met.
    pub(super) fn verdict(&self) -> Result<(), Error> {
        let all = self.counts(|_| true);
        let required = self.counts(|entry| entry.is_required);
        if all.wrong + all.panicked > 0 {
            let message =
                format!("{} tests are judged wrongly, {} panicked", all.wrong, all.panicked);
            return Err(Error::Refused(message));
        }
        if required.agreed * 100 < required.all() * LEAST_PERCENT {
            return Err(Error::Refused(format!(
                "{} of {} required tests are agreed on, fewer than {LEAST_PERCENT} in 100",
                required.agreed,
                required.all()
            )));
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, counts: Counts| {
            let Counts { agreed, refused, wrong, panicked } = counts;
            writeln!(f, "{name:<44} {agreed:>7} {refused:>7} {wrong:>7} {panicked:>8}")
        };
        writeln!(
            f,
            "{:<44} {:>7} {:>7} {:>7} {:>8}",
            "", "agreed", "refused", "wrong", "panicked"
        )?;
        let mut files: BTreeMap<(bool, &str), Counts> = BTreeMap::new();
        for entry in &self.tests {
            files.entry((!entry.is_required, &entry.file)).or_default().add(entry.verdict);
        }
        for ((_, file), counts) in files {
            row(f, file.trim_end_matches(".json"), counts)?;
        }
        row(f, "required", self.counts(|entry| entry.is_required))?;
        let is_ours = |entry: &Entry| entry.file.starts_with(super::OURS);
        row(f, "optional", self.counts(|entry| !entry.is_required && !is_ours(entry)))?;
        row(f, "ours", self.counts(is_ours))?;
        for (file, group, reason) in &self.refusals {
            writeln!(f, "\nrefused: {file}: {group}\n  {}", reason.replace('\n', "\n  "))?;
        }
        for entry in &self.tests {
            if matches!(entry.verdict, Verdict::Wrong | Verdict::Panicked) {
                let Entry { file, group, test, expected, verdict, .. } = entry;
                let expected = if *expected { "valid" } else { "invalid" };
                writeln!(f, "\n{}: {file}: {group}: {test}: it is {expected}", verdict.name())?;
            }
        }
        Ok(())
    }
}
