//! Reads and indexes the documents of a schema, and follows its references.

use super::dialect::{Dialect, Draft, standard_document};
use super::node::{Node, Value, child};
use super::parse::parse;
use super::sources::{
    Document, Located, Place, RECURSIVE, Registry, ResourceSource, Sources, Target, below,
};
use super::uri;
use crate::error::{Fault, Report};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sources that are being read.
pub(super) struct Reader<'r> {
    pub(super) sources: Sources,
    pub(super) registry: &'r Registry,
    pub(super) report: Report,
    /// The texts of all documents, those that are no JSON too.
    pub(super) texts: Vec<(Arc<str>, Arc<str>)>,
}

impl Reader<'_> {
    /// Reads and indexes a document.
    pub(super) fn document(
        &mut self,
        text: &str,
        name: &str,
        folder: Option<PathBuf>,
        uri: &str,
    ) -> Option<usize> {
        let (name, text): (Arc<str>, Arc<str>) = (name.into(), text.into());
        self.texts.push((Arc::clone(&name), Arc::clone(&text)));
        let mut report = Report::default();
        let root = match tantamount_core::validate::check_json(text.as_bytes()) {
            Ok(()) => Some(parse(&text, &mut report)),
            Err(problems) => {
                for problem in &problems {
                    report.add(Fault::of_problem(problem));
                }
                None
            }
        };
        for mut fault in report.take() {
            fault.file = Arc::clone(&name);
            self.report.add(fault);
        }
        let root = root?;
        let document = self.sources.documents.len();
        self.sources.documents.push(Document {
            name,
            text,
            root: root.clone(),
            folder,
            path: None,
        });
        let place = Place { document, pointer: String::new() };
        let dialect = self.dialect(document, &root, Dialect::TWENTY);
        let resource = self.resource(uri.to_owned(), place.clone(), dialect);
        self.index(place, root, resource, true);
        Some(document)
    }

    fn resource(&mut self, uri: String, place: Place, dialect: Dialect) -> usize {
        let index = self.sources.resources.len();
        self.sources.by_uri.entry(uri.clone()).or_insert(index);
        let (anchors, dynamic) = (BTreeMap::new(), BTreeMap::new());
        self.sources.resources.push(ResourceSource { uri, place, dialect, anchors, dynamic });
        index
    }

    fn add(&mut self, document: usize, fault: Fault) {
        let fault = self.sources.fault(document, fault);
        self.report.add(fault);
    }

    /// Notes the schemas from here on: their resources, their anchors. Nests as deep as the text,
    /// which is limited.
    fn index(&mut self, place: Place, node: Node, mut resource: usize, is_root: bool) {
        if self.sources.schemas.contains_key(&place) {
            return;
        }
        let document = place.document;
        let Some(mut dialect) = self.sources.resource(resource).map(|one| one.dialect) else {
            return;
        };
        let has_ref = dialect.draft <= Draft::Seven && node.get("$ref").is_some();
        if let Some(id) = node.get("$id")
            && !has_ref
        {
            if !is_root {
                dialect = self.dialect(document, &node, dialect);
            }
            resource = self.identify(&place, id, resource, dialect);
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            let known_since = if keyword == "$anchor" { Draft::Nineteen } else { Draft::Twenty };
            if dialect.draft >= known_since
                && let Some(anchor) = node.get(keyword)
            {
                self.anchor(&place, keyword, anchor, resource);
            }
        }
        if dialect.draft == Draft::Nineteen
            && node.get("$recursiveAnchor").and_then(Node::as_bool) == Some(true)
            && let Some(resource) = self.sources.resources.get_mut(resource)
        {
            resource.dynamic.insert(RECURSIVE.to_owned(), place.clone());
        }
        let located = Located { node: node.clone(), resource };
        self.sources.schemas.insert(place, located);
        if has_ref {
            // Up to draft 7 a reference hides what stands beside it, but for the definitions.
            for (_, below) in below(&node, "definitions", dialect) {
                let pointer = below.pointer().to_owned();
                self.index(Place { document, pointer }, below.clone(), resource, false);
            }
            return;
        }
        for member in node.members() {
            for (_, below) in below(&node, &member.name, dialect) {
                let pointer = below.pointer().to_owned();
                self.index(Place { document, pointer }, below.clone(), resource, false);
            }
        }
    }

    /// Notes the resource that an `$id` begins.
    fn identify(&mut self, place: &Place, id: &Node, outer: usize, dialect: Dialect) -> usize {
        let document = place.document;
        let base = self.sources.resource(outer).map_or("", |resource| &resource.uri).to_owned();
        let fault =
            |message: String, help: &str| Fault::new(id.span(), id.pointer(), "$id", message, help);
        let Some(text) = id.as_str() else {
            self.add(document, fault("`$id` is no string".to_owned(), "write a URI reference"));
            return outer;
        };
        let (address, fragment) = uri::split(text);
        if let Some(name) = fragment.filter(|name| !name.is_empty()) {
            if dialect.draft <= Draft::Seven && address.is_empty() {
                // Up to draft 7 that is an anchor.
                if let Some(resource) = self.sources.resources.get_mut(outer) {
                    resource.anchors.insert(name.to_owned(), place.clone());
                }
                return outer;
            }
            let message = format!("`{text}` has a fragment");
            self.add(
                document,
                fault(message, "leave the fragment out, and write `$anchor` for it"),
            );
            return outer;
        }
        let Some(absolute) = uri::resolve(&base, address) else {
            let message = format!("`{text}` is no URI, nor one relative to `{base}`");
            self.add(document, fault(message, "write a URI such as `urn:example:order:1`"));
            return outer;
        };
        let known = self.sources.by_uri.get(&absolute).and_then(|one| self.sources.resource(*one));
        match known {
            // The document's own, under the name that it was found by.
            Some(known) if known.place == *place => outer,
            Some(known) => {
                let other = known.place.pointer.clone();
                let message =
                    format!("the `$id` `{absolute}` is also that of the schema at `{other}`");
                self.add(document, fault(message, "give each schema an `$id` of its own"));
                outer
            }
            None => self.resource(absolute, place.clone(), dialect),
        }
    }

    fn anchor(&mut self, place: &Place, keyword: &str, anchor: &Node, resource: usize) {
        let fault = |message: String, help: &str| {
            Fault::new(anchor.span(), anchor.pointer(), keyword, message, help)
        };
        let is_start = |one: char| one.is_ascii_alphabetic() || one == '_';
        let is_name = |text: &str| {
            text.starts_with(is_start)
                && text
                    .chars()
                    .all(|one| is_start(one) || one.is_ascii_digit() || "-.".contains(one))
        };
        let Some(name) = anchor.as_str().filter(|name| is_name(name)) else {
            let message = format!("the value of `{keyword}` is no name of an anchor");
            let help = "begin with a letter or `_`, and go on with letters, digits, `-`, `_`, `.`";
            self.add(place.document, fault(message, help));
            return;
        };
        let Some(resource) = self.sources.resources.get_mut(resource) else { return };
        if keyword == "$dynamicAnchor" {
            resource.dynamic.insert(name.to_owned(), place.clone());
        }
        let before = resource.anchors.insert(name.to_owned(), place.clone());
        if before.is_some_and(|before| before != *place) {
            let message = format!("the anchor `{name}` stands twice");
            self.add(place.document, fault(message, "give each anchor a name of its own"));
        }
    }

    /// The dialect that a schema names by `$schema`.
    fn dialect(&mut self, document: usize, node: &Node, inherited: Dialect) -> Dialect {
        let Some(schema) = node.get("$schema") else { return inherited };
        let mut fault = |message: String, help: &str| {
            let fault = Fault::new(schema.span(), schema.pointer(), "$schema", message, help);
            self.report.add(self.sources.fault(document, fault));
        };
        let Some(text) = schema.as_str() else {
            fault("`$schema` is no string".to_owned(), "name the dialect by its URI");
            return inherited;
        };
        if let Some(dialect) = Dialect::standard(text) {
            return dialect;
        }
        let Some((_, found)) = fetch(self.registry, text.trim_end_matches('#')) else {
            let help = match text.contains("json-schema.org/draft-0") {
                true => {
                    "drafts before 6 are not supported: write `$id` for `id`, bounds as numbers \
                     under `exclusiveMinimum` and `exclusiveMaximum`, and \
                     `http://json-schema.org/draft-07/schema#` here"
                }
                false => {
                    "write `https://json-schema.org/draft/2020-12/schema`, or give its meta-schema"
                }
            };
            fault(format!("the dialect `{text}` is not known"), help);
            return inherited;
        };
        let mut ignored = Report::default();
        if tantamount_core::validate::check_json(found.as_bytes()).is_err() {
            fault(format!("the meta-schema `{text}` is no JSON"), "mend the meta-schema");
            return inherited;
        }
        let meta = parse(&found, &mut ignored);
        let base = meta.text("$schema").and_then(Dialect::standard).unwrap_or(Dialect::TWENTY);
        let Some(vocabulary) = meta.get("$vocabulary") else { return base };
        let members = vocabulary.members().iter();
        let list = members.map(|one| (one.name.as_str(), one.value.as_bool().unwrap_or(true)));
        match Dialect::with_vocabularies(base.draft, list) {
            Ok(dialect) => dialect,
            Err(unknown) => {
                fault(
                    format!(
                        "the dialect `{text}` requires the vocabulary `{unknown}`, which is not known"
                    ),
                    "use a dialect of the standard vocabularies",
                );
                inherited
            }
        }
    }

    /// Follows every reference from a document on.
    pub(super) fn follow(&mut self, document: usize) {
        let mut open: VecDeque<Place> = self.sources.schemas_of(document).cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(place) = open.pop_front() {
            if !seen.insert(place.clone()) {
                continue;
            }
            let Some(Located { node, resource }) = self.sources.schemas.get(&place).cloned() else {
                continue;
            };
            let Some(dialect) = self.sources.resource(resource).map(|one| one.dialect) else {
                continue;
            };
            for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
                let is_known = match keyword {
                    "$dynamicRef" => dialect.draft == Draft::Twenty,
                    "$recursiveRef" => dialect.draft == Draft::Nineteen,
                    _ => true,
                };
                let Some(reference) = node.get(keyword).filter(|_| is_known) else { continue };
                match self.resolve(place.document, resource, keyword, reference) {
                    Ok(target) => {
                        open.push_back(target.place.clone());
                        let pointer = reference.pointer().to_owned();
                        let at = Place { document: place.document, pointer };
                        self.sources.targets.insert(at, target);
                    }
                    Err(fault) => self.add(place.document, fault),
                }
            }
            for member in node.members() {
                for (_, below) in below(&node, &member.name, dialect) {
                    let pointer = below.pointer().to_owned();
                    open.push_back(Place { document: place.document, pointer });
                }
            }
            // A dynamic anchor anywhere in a resource that was entered may be led to.
            if let Some(resource) = self.sources.resource(resource) {
                open.extend(resource.dynamic.values().cloned());
            }
        }
    }

    fn resolve(
        &mut self,
        document: usize,
        resource: usize,
        keyword: &str,
        reference: &Node,
    ) -> Result<Target, Fault> {
        let fault = |message: String, help: &str| {
            Fault::new(reference.span(), reference.pointer(), keyword, message, help)
        };
        let Some(text) = reference.as_str() else {
            return Err(fault(format!("`{keyword}` is no string"), "write a URI reference"));
        };
        let (address, fragment) = uri::split(text);
        let fragment = fragment.unwrap_or("");
        let Some(fragment) = uri::decode_percent(fragment) else {
            return Err(fault(
                format!("`{text}` is no URI reference"),
                "write `%` as `%25`, and other escapes as `%` and two hexadecimal digits",
            ));
        };
        let resource = match address {
            "" => resource,
            _ if !uri::is_reference(address) => {
                return Err(fault(
                    format!("`{text}` is no URI reference"),
                    "write a space as `%20`, and other characters that a URI cannot hold likewise",
                ));
            }
            _ => self.load(document, resource, address).map_err(|help| {
                fault(format!("`{text}` leads to no document that was given"), &help)
            })?,
        };
        let Some(source) = self.sources.resource(resource) else {
            return Err(fault(format!("`{text}` leads nowhere"), "point at a schema"));
        };
        let place = if fragment.is_empty() {
            Some(source.place.clone())
        } else if fragment.starts_with('/') {
            let pointer = format!("{}{fragment}", source.place.pointer);
            let known = Place { document: source.place.document, pointer };
            if self.sources.schemas.contains_key(&known) {
                return Ok(self.target_of(known, resource, keyword, fragment));
            }
            let pointer = known.pointer;
            let root = self.sources.documents.get(source.place.document).map(|one| &one.root);
            let node = root.and_then(|root| root.at(&pointer)).cloned();
            let document = source.place.document;
            node.map(|node| {
                let place = Place { document, pointer: node.pointer().to_owned() };
                self.adopt(&place, node, resource);
                place
            })
        } else {
            source.anchors.get(&fragment).cloned()
        };
        let Some(place) = place else {
            let help = self.nearest(text, resource);
            return Err(fault(format!("`{text}` leads nowhere"), &help));
        };
        let is_schema =
            self.sources.schemas.get(&place).is_some_and(|one| {
                matches!(one.node.value(), Value::Object(_) | Value::Boolean(_))
            });
        if !is_schema {
            let help = "point at an object or a boolean that is a schema";
            return Err(fault(format!("`{text}` leads to what is no schema"), help));
        }
        Ok(self.target_of(place, resource, keyword, fragment))
    }

    fn target_of(&self, place: Place, resource: usize, keyword: &str, fragment: String) -> Target {
        let source = self.sources.resource(resource);
        let dynamic = match keyword {
            "$recursiveRef" => Some(RECURSIVE.to_owned()),
            _ => Some(fragment),
        };
        let dynamic = dynamic
            .filter(|name| source.is_some_and(|source| source.dynamic.get(name) == Some(&place)));
        Target { place, dynamic }
    }

    /// Takes what a JSON Pointer leads to for a schema, though no keyword says so.
    fn adopt(&mut self, place: &Place, node: Node, resource: usize) {
        if self.sources.schemas.contains_key(place) {
            return;
        }
        let mut outer = place.clone();
        let mut nearest = None;
        while let Some(at) = outer.pointer.rfind('/') {
            outer.pointer.truncate(at);
            nearest = self.sources.schemas.get(&outer).map(|one| one.resource);
            if nearest.is_some() {
                break;
            }
        }
        self.index(place.clone(), node, nearest.unwrap_or(resource), false);
    }

    /// The resource that an address leads to; reads its document where it was not read. The error
    /// is the help.
    fn load(&mut self, document: usize, resource: usize, address: &str) -> Result<usize, String> {
        let base = self.sources.resource(resource).map_or("", |one| &one.uri).to_owned();
        let absolute = uri::resolve(&base, address);
        if let Some(absolute) = &absolute {
            if let Some(found) = self.sources.by_uri.get(absolute) {
                return Ok(*found);
            }
            if let Some((name, text)) = fetch(self.registry, absolute) {
                self.document(&text, &name, None, absolute).ok_or("mend the document")?;
                return self.sources.by_uri.get(absolute).copied().ok_or_else(String::new);
            }
        }
        let from = self.sources.documents.get(document);
        let folder = from.and_then(|one| one.folder.clone());
        let name = from.map_or_else(String::new, |one| one.name.to_string());
        let path = uri::decode_percent(address).filter(|_| !uri::has_scheme(address));
        let (Some(folder), Some(path)) = (folder, path) else {
            return Err("give the document, or copy the definition into `$defs`; the network is \
                        never asked"
                .to_owned());
        };
        let file = folder.join(&path);
        let text = std::fs::read_to_string(&file).map_err(|cause| {
            format!("the file `{path}` beside `{name}` cannot be read: {}", cause.kind())
        })?;
        let shown = uri::beside(&name, &path);
        let key = uri::of_name(&shown);
        if let Some(found) = self.sources.by_uri.get(&key) {
            return Ok(*found);
        }
        let folder = file.parent().map(Path::to_owned);
        let document = self.document(&text, &shown, folder, &key).ok_or("mend the file")?;
        if let Some(document) = self.sources.documents.get_mut(document) {
            document.path = Some(file);
        }
        let found = self
            .sources
            .resources
            .iter()
            .position(|one| one.place.document == document && one.place.pointer.is_empty());
        let found = found.ok_or_else(String::new)?;
        if let Some(absolute) = absolute {
            self.sources.by_uri.entry(absolute).or_insert(found);
        }
        Ok(found)
    }

    /// What may have been meant by a reference that leads nowhere.
    fn nearest(&self, text: &str, resource: usize) -> String {
        let Some(source) = self.sources.resource(resource) else { return String::new() };
        let root = self.sources.schemas.get(&source.place).map(|one| &one.node);
        let mut names = Vec::new();
        for keyword in ["$defs", "definitions"] {
            let members = root.and_then(|root| root.get(keyword)).map(Node::members);
            let members = members.unwrap_or_default().iter();
            names.extend(members.map(|one| child(&format!("#/{keyword}"), &one.name)));
        }
        names.extend(source.anchors.keys().map(|name| format!("#{name}")));
        let (_, fragment) = uri::split(text);
        let written = format!("#{}", fragment.unwrap_or(""));
        match super::suggestion(&written, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "point at a definition under `$defs`".to_owned(),
        }
    }
}

fn fetch(registry: &Registry, uri: &str) -> Option<(String, String)> {
    let given = registry.documents.get(uri).cloned();
    given.or_else(|| standard_document(uri).map(|text| (uri.to_owned(), text.to_owned())))
}
