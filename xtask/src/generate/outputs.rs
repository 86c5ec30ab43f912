//! The one place where the build tool meets the code generator.

use std::path::PathBuf;

use crate::error::Error;
use crate::workspace::Workspace;

/// Every generated file, relative to the workspace's root, with its text.
pub(crate) fn outputs(workspace: &Workspace) -> Result<Vec<(PathBuf, String)>, Error> {
    tantamount_codegen::workspace::outputs(workspace.root())
        .map_err(|error| Error::Generator(error.to_string()))
}
