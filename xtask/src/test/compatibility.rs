//! The present schema against the last one that was released.

use super::stages::Outcome;
use crate::error::Error;
use crate::workspace::Workspace;

use tantamount_codegen::{compatibility, workspace};

/// Prints the judgement, and fails where something that is out there would break.
pub(super) fn run(workspace: &Workspace) -> Result<Outcome, Error> {
    let judgement = workspace::judgement(workspace.root())
        .map_err(|error| Error::Generator(error.to_string()))?;
    let Some(judgement) = judgement else {
        return Ok(Outcome::Skipped("no version was released yet".to_owned()));
    };
    print!("{}", compatibility::text(&judgement));
    if judgement.is_compatible() {
        return Ok(Outcome::Passed);
    }
    let version = &judgement.old.version;
    Err(Error::Refused(format!("the schema is not compatible with its version {version}")))
}
