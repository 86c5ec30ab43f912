//! Where the schemas of other files stand in a bundle: a definition under its name in the bundle's
//! `$defs`, a file itself under its own.
//!
//! All references lead by JSON Pointers then, and no `$id` but the root's is left, so nothing
//! depends on where the files were.

use crate::error::{Error, Fault, Report};
use crate::read::{InDefinition, Node, Place, child, definition, encode_percent, unescaped};
use crate::schema::Schema;
use std::collections::{BTreeMap, BTreeSet};

/// The schemas of other files that a schema leads to.
pub(super) struct Embedding<'s> {
    schema: &'s Schema,
    /// The names in the bundle's `$defs`, by the pointers in the trees.
    names: BTreeMap<String, String>,
}

impl<'s> Embedding<'s> {
    /// Of a schema; nothing to do where it has one file.
    ///
    /// # Errors
    /// [`Error::Schema`] where a reference is found as the text is evaluated, across files.
    pub(super) fn new(schema: &'s Schema) -> Result<Embedding<'s>, Error> {
        let root = schema.source().root();
        let mut embedding = Embedding { schema, names: BTreeMap::new() };
        let others: BTreeSet<Place> = embedding.targets().collect();
        if others.is_empty() {
            return Ok(embedding);
        }
        embedding.refuse_dynamic()?;
        let own = root.get("$defs").map(Node::members).unwrap_or_default();
        let mut taken: BTreeSet<String> = own.iter().map(|member| member.name.clone()).collect();
        for place in others {
            let stem = schema.sources().stem(place.document).unwrap_or("other").to_owned();
            let (tree, mut name) = match definition(&place.pointer) {
                Some(InDefinition { keyword, token, .. }) => {
                    let pointer = format!("/{keyword}/{token}");
                    let tree = Place { document: place.document, pointer }.in_trees();
                    (tree, unescaped(token))
                }
                None => {
                    let pointer = String::new();
                    (Place { document: place.document, pointer }.in_trees(), stem.clone())
                }
            };
            if embedding.names.contains_key(&tree) {
                continue;
            }
            while !taken.insert(name.clone()) {
                name = format!("{stem} {name}");
            }
            embedding.names.insert(tree, name);
        }
        Ok(embedding)
    }

    /// Where references lead in other files.
    fn targets(&self) -> impl Iterator<Item = Place> {
        let sources = self.schema.sources();
        let targets = sources.targets().map(|target| target.place.clone());
        targets.filter(move |place| place.document > 0 && !sources.is_standard(place.document))
    }

    fn refuse_dynamic(&self) -> Result<(), Error> {
        let mut report = Report::default();
        for (_, tree) in self.schema.sources().trees() {
            let mut open = vec![tree];
            while let Some(node) = open.pop() {
                for keyword in ["$dynamicRef", "$recursiveRef"] {
                    let Some(found) = node.member(keyword) else { continue };
                    let message = format!("a bundle of several files cannot hold `{keyword}`");
                    let help = "write `$ref`, or put everything into one file";
                    let (span, pointer) = (found.name_span, found.value.pointer());
                    report.add(Fault::new(span, pointer, keyword, message, help));
                }
                open.extend(node.subschemas().into_iter().map(|(_, below)| below));
            }
        }
        if report.is_empty() { Ok(()) } else { Err(Error::Schema(self.schema.errors(report))) }
    }

    /// Whether the schema has one file.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The definitions to add to the bundle's.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.names
            .iter()
            .filter_map(|(tree, name)| Some((name.as_str(), self.schema.sources().at(tree)?)))
    }

    /// The text of a reference in the bundle; `None` where it stays as it is.
    pub(super) fn reference(&self, reference: &Node) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let sources = self.schema.sources();
        let place = &sources.target(&Place::of(reference.pointer()))?.place;
        if sources.is_standard(place.document) {
            return None;
        }
        let pointer = self.pointer(place);
        Some(format!("#{}", encode_percent(&pointer.replace('%', "%25"))))
    }

    /// The pointer in the bundle.
    fn pointer(&self, place: &Place) -> String {
        if place.document == 0 {
            return place.pointer.clone();
        }
        let tree = place.in_trees();
        let mut outer = tree.as_str();
        loop {
            if let Some(name) = self.names.get(outer) {
                let rest = tree.get(outer.len()..).unwrap_or_default();
                return child("/$defs", name) + rest;
            }
            match outer.rfind('/') {
                Some(at) => outer = outer.get(..at).unwrap_or_default(),
                None => return place.pointer.clone(),
            }
        }
    }

    /// The pointer in the trees of what stands at a pointer of the bundle.
    pub(super) fn origin(&self, pointer: &str) -> String {
        let found = self.names.iter().find_map(|(tree, name)| {
            let rest = pointer.strip_prefix(&child("/$defs", name))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{tree}{rest}"))
        });
        found.unwrap_or_else(|| pointer.to_owned())
    }
}
