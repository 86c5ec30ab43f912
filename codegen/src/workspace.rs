//! The generated files of this repository.

use crate::emit::{self, Gates};
use crate::error::Error;
use crate::schema::Schema;
use std::path::{Path, PathBuf};

/// The schema that drives everything, relative to the repository's root.
pub const SCHEMA: &str = "schema/append-request.schema.json";

/// Every generated file of the repository at `root`: the path relative to it, and the text.
///
/// # Errors
/// [`Error`] where the schema cannot be read, or is wrong.
pub fn outputs(root: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let path = root.join(SCHEMA);
    let text = std::fs::read_to_string(&path).map_err(|cause| Error::File {
        action: "read",
        path: path.clone(),
        cause,
    })?;
    outputs_of(&Schema::read(&text, SCHEMA)?)
}

/// [`outputs`] of a schema that was read already, as if it were the repository's.
///
/// # Errors
/// [`Error::Output`] where the generator wrote something that is no Rust: a fault of its own.
pub fn outputs_of(schema: &Schema) -> Result<Vec<(PathBuf, String)>, Error> {
    let mut outputs = Vec::new();
    for (name, text) in emit::rust::emit(schema, SCHEMA, Gates::Features)? {
        outputs.push((Path::new("schema/src/generated").join(name), text));
    }
    outputs.push(("docs/reference.md".into(), emit::reference::emit(schema, SCHEMA)?));
    let bundle = emit::bundle::emit(schema, SCHEMA, emit::bundle::Annotations::Dropped);
    outputs.push(("schema/generated/append-request.schema.json".into(), bundle));
    for (name, text) in emit::sql::emit(schema, SCHEMA, "tantamount_schema")? {
        outputs.push((Path::new("runtime").join(name), text));
    }
    for (name, text) in emit::typescript::emit(schema, SCHEMA)? {
        outputs.push((Path::new("wasm/npm/generated").join(name), text));
    }
    Ok(outputs)
}
