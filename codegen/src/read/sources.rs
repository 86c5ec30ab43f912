//! A schema of several files: where each reference leads.

use super::dialect::Dialect;
use super::keywords::Shape;
use super::node::{Node, Value};
use super::reader::Reader;
use super::uri;
use crate::error::{Error, Errors, Fault, Report};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Documents that references may lead to, besides files: by URI, without a fragment.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    pub(super) documents: BTreeMap<String, (String, String)>,
}

impl Registry {
    /// Adds a document. `name` is what errors call it.
    pub fn add(&mut self, uri: &str, name: &str, text: &str) {
        let uri = uri.trim_end_matches('#').to_owned();
        self.documents.insert(uri, (name.to_owned(), text.to_owned()));
    }
}

/// One file, or a document of the registry.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) name: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) root: Node,
    /// The file's folder, for references relative to it.
    pub(super) folder: Option<PathBuf>,
    /// The file, where it is one that a reference led to.
    pub(super) path: Option<PathBuf>,
}

impl Document {
    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }
}

/// Where a schema stands: which document, and its JSON Pointer there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the document.
    pub document: usize,
    /// The JSON Pointer.
    pub pointer: String,
}

/// A schema in its place.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) node: Node,
    pub(crate) resource: usize,
}

/// A schema resource: what has a URI of its own.
#[derive(Clone, Debug)]
pub(crate) struct ResourceSource {
    pub(crate) uri: String,
    pub(crate) place: Place,
    pub(crate) dialect: Dialect,
    /// Dynamic anchors: the schema of each name.
    pub(crate) dynamic: BTreeMap<String, Place>,
    pub(super) anchors: BTreeMap<String, Place>,
}

/// Where a reference leads.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) place: Place,
    /// The dynamic anchor that it names, if it does.
    pub(crate) dynamic: Option<String>,
}

/// A schema with every document that it refers to, read and indexed.
#[derive(Clone, Debug)]
pub struct Sources {
    pub(super) documents: Vec<Document>,
    pub(super) schemas: BTreeMap<Place, Located>,
    pub(super) resources: Vec<ResourceSource>,
    pub(super) by_uri: BTreeMap<String, usize>,
    /// Where references lead, by the place of the reference's text.
    pub(super) targets: BTreeMap<Place, Target>,
    /// The documents again, with pointers that tell them apart.
    pub(super) trees: Vec<Node>,
}

/// The name that stands for `$recursiveAnchor`, which has none; no anchor can be called so.
pub(crate) const RECURSIVE: &str = "#";

impl Sources {
    /// Reads a text and every document that it refers to: of the registry, of the drafts' own
    /// meta-schemas, and, where `folder` is given, files relative to it. The network is never
    /// asked. `name` is what errors call the text.
    ///
    /// # Errors
    /// [`Errors`], each in its own file: what is no JSON, an `$id`, an anchor or a reference that
    /// is wrong, and references that lead nowhere.
    pub fn read(
        text: &str,
        name: &str,
        folder: Option<&Path>,
        registry: &Registry,
    ) -> Result<Sources, Errors> {
        let sources = Sources {
            documents: Vec::new(),
            schemas: BTreeMap::new(),
            resources: Vec::new(),
            by_uri: BTreeMap::new(),
            targets: BTreeMap::new(),
            trees: Vec::new(),
        };
        let mut reader = Reader { sources, registry, report: Report::default(), texts: Vec::new() };
        let uri = uri::of_name(name);
        if let Some(document) = reader.document(text, name, folder.map(Path::to_owned), &uri) {
            reader.follow(document);
        }
        let Reader { mut sources, report, texts, .. } = reader;
        sources.grow();
        if report.is_empty() { Ok(sources) } else { Err(report.into_errors_of(texts)) }
    }

    /// [`Sources::read`] of a file, whose folder relative references are looked up in.
    ///
    /// # Errors
    /// [`Error`] where the file cannot be read, or as [`Sources::read`].
    pub fn open(path: &Path, registry: &Registry) -> Result<Sources, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Sources::read(&text, &path.display().to_string(), Some(folder), registry)?)
    }

    /// Every document, the schema's own first.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The files that references led to.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.documents.iter().filter_map(|document| document.path.as_deref())
    }

    /// The schema's own document.
    pub(crate) fn first(&self) -> Place {
        Place { document: 0, pointer: String::new() }
    }

    /// The dialect of the schema's own document.
    pub(crate) fn dialect(&self) -> super::Dialect {
        let root = self.schemas.get(&self.first());
        let resource = root.and_then(|root| self.resources.get(root.resource));
        resource.map_or(super::Dialect::TWENTY, |resource| resource.dialect)
    }

    /// The definitions at the root of the schema's own document.
    pub(crate) fn definitions(&self) -> Vec<Place> {
        let is_definition = |place: &&Place| {
            let name = ["/$defs/", "/definitions/"];
            let name = name.iter().find_map(|prefix| place.pointer.strip_prefix(prefix));
            name.is_some_and(|name| !name.contains('/'))
        };
        self.schemas_of(0).filter(is_definition).cloned().collect()
    }

    pub(crate) fn located(&self, place: &Place) -> Option<&Located> {
        self.schemas.get(place)
    }

    pub(crate) fn resource(&self, index: usize) -> Option<&ResourceSource> {
        self.resources.get(index)
    }

    /// The schemas of a document, in the order of their pointers.
    pub(crate) fn schemas_of(&self, document: usize) -> impl Iterator<Item = &Place> {
        let first = Place { document, pointer: String::new() };
        self.schemas
            .range(first..)
            .map(|(place, _)| place)
            .take_while(move |place| place.document == document)
    }

    /// Where the references lead that were followed.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.values()
    }

    /// Where the reference whose text stands at the place leads.
    pub(crate) fn target(&self, place: &Place) -> Option<&Target> {
        self.targets.get(place)
    }

    /// The files by name with their texts, the schema's own first, for a report.
    pub(crate) fn texts(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let pair = |document: &Document| (Arc::clone(&document.name), Arc::clone(&document.text));
        self.documents.iter().map(pair).collect()
    }

    /// A fault of a document.
    pub(crate) fn fault(&self, document: usize, mut fault: Fault) -> Fault {
        if let Some(document) = self.documents.get(document) {
            fault.file = Arc::clone(&document.name);
        }
        fault
    }
}

/// The schemas that a keyword holds, with what tells them apart: a name, a position or nothing.
pub(crate) fn below<'n>(
    node: &'n Node,
    keyword: &str,
    dialect: Dialect,
) -> Vec<(&'n str, &'n Node)> {
    let (Some(shape), Some(value)) = (dialect.shape(keyword), node.get(keyword)) else {
        return Vec::new();
    };
    let is_schema = |node: &Node| matches!(node.value(), Value::Object(_) | Value::Boolean(_));
    match (shape, value.value()) {
        (Shape::Schema | Shape::SchemaOrList, _) if is_schema(value) => vec![("", value)],
        (Shape::List | Shape::SchemaOrList, Value::Array(list)) => {
            list.iter().filter(|one| is_schema(one)).map(|one| ("", one)).collect()
        }
        (Shape::Map | Shape::Dependencies, Value::Object(members)) => members
            .iter()
            .filter(|one| is_schema(&one.value))
            .map(|one| (one.name.as_str(), &one.value))
            .collect(),
        _ => Vec::new(),
    }
}
