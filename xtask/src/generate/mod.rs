//! `cargo xtask generate`: the generated files, written or checked.

mod files;
mod outputs;

use crate::arguments::GenerateOptions;
use crate::error::Error;
use crate::workspace::Workspace;

use files::changes;

/// Writes what the code generator yields, or says what it would write.
pub(crate) fn run(workspace: &Workspace, options: &GenerateOptions) -> Result<(), Error> {
    if options.check { check(workspace) } else { write(workspace) }
}

/// Prints a diff for each file that is not what the schema yields, and fails when there is one.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Error> {
    let outputs = outputs::outputs(workspace)?;
    let changes = changes(workspace.root(), &outputs)?;
    for change in &changes {
        print!("{change}");
    }
    if changes.is_empty() {
        println!("{} generated files are up to date", outputs.len());
        Ok(())
    } else {
        Err(Error::Stale(changes.len()))
    }
}

fn write(workspace: &Workspace) -> Result<(), Error> {
    let outputs = outputs::outputs(workspace)?;
    let changes = changes(workspace.root(), &outputs)?;
    for change in &changes {
        change.apply(workspace.root()).map_err(|error| Error::Generator(error.to_string()))?;
        println!("{}", change.summary());
    }
    println!("{} generated files, {} changed", outputs.len(), changes.len());
    Ok(())
}
