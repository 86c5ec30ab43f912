//! Reading a suite: files of groups, each a schema and tests; documents that schemas refer to.

use crate::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use tantamount_codegen::read::{Node, Registry};

/// The address that the suite's remote documents are expected at.
const REMOTES: &str = "http://localhost:1234/";

/// A suite, as far as it was asked for.
pub(super) struct Suite {
    pub(super) groups: Vec<Group>,
    pub(super) remotes: Registry,
}

/// A schema with its tests.
pub(super) struct Group {
    /// The file, relative to the suite, with slashes.
    pub(super) file: String,
    pub(super) name: String,
    /// The text of the schema as the file spells it.
    pub(super) schema: String,
    pub(super) tests: Vec<Test>,
}

/// A text and whether the schema allows it.
pub(super) struct Test {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) valid: bool,
}

impl Group {
    /// Whether an implementation must agree.
    pub(super) fn is_required(&self) -> bool {
        !self.file.starts_with("optional/") && !self.file.starts_with(super::OURS)
    }

    /// Whether formats are asserted, as the files of formats expect.
    pub(super) fn asserts_formats(&self) -> bool {
        self.file.starts_with("optional/format/")
    }
}

impl Suite {
    /// Reads a folder, and the documents that its schemas refer to.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let mut suite = Self { groups: Vec::new(), remotes: read_remotes(folder)? };
        suite.add("", folder)?;
        Ok(suite)
    }

    /// Adds the groups of a folder. `prefix` goes before the names of its files.
    pub(super) fn add(&mut self, prefix: &str, folder: &Path) -> Result<(), Error> {
        for (name, path) in files(folder)? {
            let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
            let root = Node::parse(&text, &name)
                .map_err(|errors| Error::Refused(format!("the suite is no JSON: {errors}")))?;
            let name = format!("{prefix}{name}");
            for group in root.as_array().unwrap_or_default() {
                self.groups.extend(read_group(&name, &text, group));
            }
        }
        Ok(())
    }

    /// Keeps the groups whose file or name holds the filter.
    pub(super) fn keep(&mut self, filter: Option<&str>) -> Result<(), Error> {
        self.groups.retain(|group| {
            filter.is_none_or(|text| group.file.contains(text) || group.name.contains(text))
        });
        if self.groups.is_empty() {
            return Err(Error::missing(
                "there is no such group of tests",
                "name a folder of a suite by --suite, and a part of a file's name by --filter",
            ));
        }
        Ok(())
    }
}

fn read_group(file: &str, text: &str, group: &Node) -> Option<Group> {
    let spelt = |node: &Node| text.get(node.span().start..node.span().end).map(str::to_owned);
    let tests = group.get("tests")?.as_array()?.iter().filter_map(|test| {
        Some(Test {
            name: test.text("description").unwrap_or_default().to_owned(),
            text: spelt(test.get("data")?)?,
            valid: test.get("valid")?.as_bool()?,
        })
    });
    Some(Group {
        file: file.to_owned(),
        name: group.text("description").unwrap_or_default().to_owned(),
        schema: spelt(group.get("schema")?)?,
        tests: tests.collect(),
    })
}

/// The documents that schemas of the suite refer to: beside it, or where the suite's own repository
/// has them.
fn read_remotes(folder: &Path) -> Result<Registry, Error> {
    let mut beside = folder.as_os_str().to_owned();
    beside.push("-remotes");
    let places = [PathBuf::from(beside), folder.join("remotes"), folder.join("../../remotes")];
    let mut registry = Registry::default();
    if let Some(place) = places.iter().find(|place| place.is_dir()) {
        for (name, path) in files(place)? {
            let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
            registry.add(&format!("{REMOTES}{name}"), &name, &text);
        }
    }
    Ok(registry)
}

/// The JSON files below a folder with their paths relative to it, sorted.
pub(super) fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = walk(folder)?;
    found.retain(|(_, path)| path.extension().is_some_and(|extension| extension == "json"));
    Ok(found)
}

/// The files below a folder with their paths relative to it, sorted.
pub(super) fn walk(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::file("list", &folder))? {
            let path = entry.map_err(Error::file("list", &folder))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = format!("{prefix}{}", name.unwrap_or_default());
            if path.is_dir() {
                open.push((format!("{name}/"), path));
            } else {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
