//! Breaks that are meant: who waives what, and why.
//!
//! A waiver names the pointer, the question and the digests of what stands there in both versions,
//! so that it covers this one change and nothing that comes later. One that nothing needs is an
//! error: it would hide the next change.

use super::judgement::{Change, Judgement, Question, Verdict};
use crate::error::Error;
use serde::Deserialize;
use std::fmt;

/// A break that is meant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The pointer that the judgement names.
    pub pointer: String,
    /// `acceptance`, `identity` or `storage`.
    pub question: String,
    /// Why it is meant.
    pub reason: String,
    /// The digest of what stands there in the old schema; `absent` where there is nothing.
    pub old: String,
    /// The digest of what stands there in the new schema; `absent` where there is nothing.
    pub new: String,
}

/// A file of waivers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// The waivers, `[[waiver]]` each in TOML.
    #[serde(default, rename = "waiver")]
    pub list: Vec<Waiver>,
}

/// Why a file of waivers cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiversError {
    file: String,
    message: String,
}

impl fmt::Display for WaiversError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

impl std::error::Error for WaiversError {}

impl Waivers {
    /// The waivers of a file.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Waivers`] where it is wrong.
    pub fn open(path: &std::path::Path) -> Result<Waivers, Error> {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            let path = path.to_path_buf();
            Error::File { action: "read", path, cause }
        })?;
        Ok(Waivers::read(&text, &path.display().to_string())?)
    }

    /// Reads TOML, or JSON where the text begins with `{`. `file` is what errors call it.
    ///
    /// # Errors
    /// [`WaiversError`] where it is neither, a member is missing or unknown, a question is none,
    /// or a reason is blank.
    pub fn read(text: &str, file: &str) -> Result<Waivers, WaiversError> {
        let error = |message: String| WaiversError {
            file: file.to_owned(),
            message: message.trim_end().to_owned(),
        };
        let waivers: Waivers = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|cause| error(cause.to_string()))?
        } else {
            toml::from_str(text).map_err(|cause| error(cause.to_string()))?
        };
        for waiver in &waivers.list {
            let pointer = &waiver.pointer;
            if question(&waiver.question).is_none() {
                return Err(error(format!(
                    "the waiver of `{pointer}` has the question `{}`\n  help: write `acceptance`, \
                     `identity` or `storage`",
                    waiver.question
                )));
            }
            if waiver.reason.chars().all(char::is_whitespace) {
                return Err(error(format!(
                    "the waiver of `{pointer}` has no reason\n  help: say why the break is meant"
                )));
            }
        }
        Ok(waivers)
    }

    /// The waiver of a place and question.
    pub(super) fn covering(
        &self,
        pointer: &str,
        about: Question,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Option<(usize, &Waiver)> {
        self.list.iter().enumerate().find(|(_, waiver)| {
            waiver.pointer == pointer
                && question(&waiver.question) == Some(about)
                && waiver.old == old.unwrap_or("absent")
                && waiver.new == new.unwrap_or("absent")
        })
    }
}

fn question(name: &str) -> Option<Question> {
    Question::ALL.into_iter().find(|question| question.as_str() == name)
}

impl Judgement {
    /// Waives what a file of waivers covers, and notes the waivers that nothing needs.
    #[must_use]
    pub fn waive(mut self, waivers: &Waivers) -> Judgement {
        let mut used = vec![false; waivers.list.len()];
        for change in &mut self.changes {
            for question in Question::ALL {
                if !change.verdict(question).fails() {
                    continue;
                }
                let (old, new) = digests(change);
                let found = waivers.covering(change.pointer(), question, old, new);
                let Some((index, waiver)) = found else { continue };
                let reason = waiver.reason.clone();
                if let Some(used) = used.get_mut(index) {
                    *used = true;
                }
                let verdict = change.verdict_mut(question);
                *verdict = Verdict::Waived(reason, Box::new(verdict.clone()));
            }
        }
        let unused = waivers.list.iter().zip(used).filter(|(_, used)| !used);
        self.unused_waivers =
            unused.map(|(waiver, _)| format!("{} {}", waiver.question, waiver.pointer)).collect();
        self
    }
}

/// The digests of what stands at a change in both versions.
pub(super) fn digests(change: &Change) -> (Option<&str>, Option<&str>) {
    (
        change.old.as_ref().map(|location| location.digest.as_str()),
        change.new.as_ref().map(|location| location.digest.as_str()),
    )
}
