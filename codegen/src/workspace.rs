//! The generated files of this repository.

use crate::compatibility::{self, Judgement, Waivers};
use crate::emit::rust::PlanPlace;
use crate::emit::{self, Gates, Kind, Options};
use crate::error::Error;
use crate::schema::Schema;
use std::path::{Path, PathBuf};
use tantamount_core::Digest;

/// The schema that drives everything, relative to the repository's root.
pub const SCHEMA: &str = "schema/append-request.schema.json";

/// The folder of the released versions of that schema: `1.schema.json`, `2.schema.json` …
pub const VERSIONS: &str = "schema/versions";

/// Schemas that are generated in full, beside the repository's own: the examples, and the shapes
/// that the runtime is tested with. The schema, and the folder of what is generated for it.
const OTHERS: [(&str, &str); 6] = [
    ("examples/enqueue/enqueue.schema.json", "examples/enqueue/src/enqueue"),
    ("examples/payments/payments.schema.json", "examples/payments/src/payments"),
    ("runtime/tests/shapes/alone/schema.json", "runtime/tests/shapes/alone/generated"),
    ("runtime/tests/shapes/recipe/schema.json", "runtime/tests/shapes/recipe/generated"),
    ("runtime/tests/shapes/survey/schema.json", "runtime/tests/shapes/survey/generated"),
    ("runtime/tests/shapes/warehouse/schema.json", "runtime/tests/shapes/warehouse/generated"),
];

/// The released versions of the repository's schema, oldest first.
///
/// # Errors
/// [`Error`] where a file cannot be read, or is wrong.
pub fn released(root: &Path) -> Result<Vec<Schema>, Error> {
    let folder = root.join(VERSIONS);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |cause| Error::File { action: "read", path, cause }
    };
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
        let path = entry.map_err(failed(&folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let version = name.strip_suffix(".schema.json").and_then(|number| number.parse().ok());
        found.extend(version.map(|version: u32| (version, path.clone())));
    }
    found.sort();
    let mut versions = Vec::new();
    for (version, path) in found {
        let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
        let schema = Schema::read(&text, &format!("{VERSIONS}/{version}.schema.json"))?;
        versions.push(schema);
    }
    let sums = folder.join(SUMS);
    let recorded = std::fs::read_to_string(&sums).map_err(failed(&sums))?;
    let names = recorded.lines().filter_map(|line| line.split_once("  ").map(|(_, name)| name));
    let mut released = Vec::new();
    let mut statements = String::new();
    for (index, schema) in versions.into_iter().enumerate() {
        let version = schema.model().version.clone();
        let is_of = |name: &&str| compatibility::is_migration_of(name, &version, index == 0);
        for name in names.clone().filter(is_of) {
            let path = folder.join(name);
            statements.push_str(&std::fs::read_to_string(&path).map_err(failed(&path))?);
        }
        released.push(schema.released_by(statements.clone()));
    }
    Ok(released)
}

/// The digests of what was released, in the folder of the versions.
const SUMS: &str = "SHA256SUMS";

/// Holds what was released against the digests that were recorded when it was: `SHA256SUMS`, as
/// `sha256sum` writes and checks it, in the folder of the versions.
///
/// # Errors
/// [`Error::Released`] where a file is not what it was, or a released version is not recorded;
/// [`Error::File`] where one cannot be read.
pub fn check_released(root: &Path) -> Result<(), Error> {
    let folder = root.join(VERSIONS);
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |cause| Error::File { action: "read", path, cause }
    };
    let sums = folder.join(SUMS);
    let text = std::fs::read_to_string(&sums).map_err(failed(&sums))?;
    let mut recorded = Vec::new();
    for line in text.lines() {
        let released = |message: &str, name: &str| Error::Released {
            path: folder.join(name),
            message: message.to_owned(),
        };
        let Some((digest, name)) = line.split_once("  ") else {
            return Err(released("a line is no digest, two spaces and a name", "SHA256SUMS"));
        };
        let path = folder.join(name);
        let bytes = std::fs::read(&path).map_err(failed(&path))?;
        if Digest::of(&bytes).to_string() != format!("sha256:{digest}") {
            let message = "it was released, and is not what it was: take the edit back, and change \
                           the next version instead";
            return Err(released(message, name));
        }
        recorded.push(name);
    }
    for schema in released(root)? {
        let name = format!("{}.schema.json", schema.model().version);
        if !recorded.contains(&name.as_str()) {
            let message = "no digest is recorded for it: add the line that `sha256sum` prints to \
                           `SHA256SUMS`";
            let path = folder.join(name);
            return Err(Error::Released { path, message: message.to_owned() });
        }
    }
    Ok(())
}

/// Judges the repository's schema against the last version that was released.
///
/// # Errors
/// As [`check_released`] and [`released`].
pub fn judgement(root: &Path) -> Result<Option<Judgement>, Error> {
    check_released(root)?;
    let new = read(root, SCHEMA)?;
    Ok(released(root)?.last().map(|old| compatibility::judge(old, &new)))
}

/// Every generated file of the repository at `root`: the path relative to it, and the text.
///
/// # Errors
/// [`Error`] where a schema cannot be read, or is wrong.
pub fn outputs(root: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let mut outputs = outputs_of(&released(root)?, &read(root, SCHEMA)?)?;
    for (file, folder) in OTHERS {
        let is_example = file.starts_with("examples");
        let mut kinds = vec![Kind::Rust, Kind::Sql, Kind::Strategies];
        if is_example {
            kinds.extend([Kind::TypeScript, Kind::Reference, Kind::Bundle]);
        }
        let gates = if is_example { Gates::Features } else { Gates::Open };
        let options = Options { gates, ..Options::default() };
        let schema = read(root, file)?;
        for (name, text) in emit::outputs(&schema, file, REMAKE, &kinds, &options)? {
            outputs.push((Path::new(folder).join(name), text));
        }
    }
    Ok(outputs)
}

/// The command that makes what is generated again.
const REMAKE: &str = "cargo xtask generate";

fn read(root: &Path, file: &str) -> Result<Schema, Error> {
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).map_err(|cause| Error::File {
        action: "read",
        path: path.clone(),
        cause,
    })?;
    Ok(Schema::read(&text, file)?)
}

/// [`outputs`] of a schema that was read already, as if it were the repository's, after these
/// released versions.
///
/// # Errors
/// [`Error::Output`] where the generator wrote something that is no Rust: a fault of its own.
pub fn outputs_of(released: &[Schema], schema: &Schema) -> Result<Vec<(PathBuf, String)>, Error> {
    let mut outputs = Vec::new();
    // Nothing of the append request's was ever broken on purpose.
    let waivers = Waivers::default();
    for (name, text) in emit::rust::emit(schema, SCHEMA, Gates::Features)? {
        outputs.push((Path::new("schema/src/generated").join(name), text));
    }
    outputs.push(("docs/reference.md".into(), emit::reference::emit(schema, SCHEMA)?));
    let bundle = emit::bundle::emit(schema, SCHEMA, emit::bundle::Annotations::Dropped)?;
    outputs.push(("schema/generated/append-request.schema.json".into(), bundle));
    for (name, text) in
        emit::sql::emit_after(released, schema, SCHEMA, "tantamount_schema", &waivers)?
    {
        outputs.push((Path::new("runtime").join(name), text));
    }
    for (name, text) in emit::typescript::emit_package(schema, SCHEMA)? {
        outputs.push((Path::new("wasm/npm/generated").join(name), text));
    }
    for (name, text) in emit::rust::emit_subject(schema, SCHEMA, PlanPlace::InSchema)? {
        outputs.push((Path::new("wasm/src/generated").join(name), text));
    }
    Ok(outputs)
}
