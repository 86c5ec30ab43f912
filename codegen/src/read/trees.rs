//! The documents of a schema as trees whose pointers tell them apart.
//!
//! A node of the schema's own document has its JSON Pointer, one of the document `2` has `#2` in
//! front of it. So a pointer names a place in the whole schema, and a fault finds its file.

use super::Dialect;
use super::dialect::standard_document;
use super::node::Node;
use super::parse::parse_at;
use super::sources::{Place, Sources};
use std::sync::Arc;

impl Place {
    /// The place that a pointer of a tree names.
    pub(crate) fn of(pointer: &str) -> Place {
        let (document, pointer) = split(pointer);
        Place { document, pointer: pointer.to_owned() }
    }

    /// The pointer in the trees.
    pub(crate) fn in_trees(&self) -> String {
        match self.document {
            0 => self.pointer.clone(),
            document => format!("#{document}{}", self.pointer),
        }
    }
}

/// Where a pointer leads to in the definitions at the root of its document.
pub(crate) struct InDefinition<'p> {
    /// `$defs` or `definitions`.
    pub(crate) keyword: &'p str,
    /// The definition's reference token.
    pub(crate) token: &'p str,
    /// Whether it is the definition itself, and nothing in it.
    pub(crate) is_itself: bool,
}

/// The definition that a pointer leads to, or into.
pub(crate) fn definition(pointer: &str) -> Option<InDefinition<'_>> {
    let (_, pointer) = split(pointer);
    let mut tokens = pointer.strip_prefix('/')?.split('/');
    let keyword = tokens.next().filter(|name| matches!(*name, "$defs" | "definitions"))?;
    let token = tokens.next()?;
    Some(InDefinition { keyword, token, is_itself: tokens.next().is_none() })
}

/// The number of the document, and the pointer within.
pub(crate) fn split(pointer: &str) -> (usize, &str) {
    let Some(rest) = pointer.strip_prefix('#') else { return (0, pointer) };
    let end = rest.find('/').unwrap_or(rest.len());
    let (number, pointer) = rest.split_at(end);
    (number.parse().unwrap_or(0), pointer)
}

impl Sources {
    /// Grows the trees. What is known to be JSON has no fault but names that stand twice, and
    /// those were told.
    pub(super) fn grow(&mut self) {
        let documents = self.documents.iter().enumerate();
        let trees = documents.map(|(index, document)| match index {
            0 => document.root.clone(),
            _ => parse_at(&document.text, &Place { document: index, pointer: String::new() }),
        });
        self.trees = trees.collect();
    }

    /// The tree of each document that somebody wrote for this schema: not the meta-schemas.
    pub(crate) fn trees(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.trees.iter().enumerate().filter(|(index, _)| !self.is_standard(*index))
    }

    /// Whether a document is one of the meta-schemas of JSON Schema.
    pub(crate) fn is_standard(&self, document: usize) -> bool {
        let name = self.documents.get(document).map(|document| &*document.name);
        document > 0 && name.is_some_and(|name| standard_document(name).is_some())
    }

    /// Where a reference leads; `None` where that is a meta-schema, or of another dialect than the
    /// schema's own document.
    pub(crate) fn followed(&self, reference: &Node) -> Option<&Node> {
        let place = &self.target(&Place::of(reference.pointer()))?.place;
        let dialect = |resource: usize| self.resource(resource).map(|resource| resource.dialect);
        let found: Option<Dialect> = dialect(self.located(place)?.resource);
        if self.is_standard(place.document) || found != Some(self.dialect()) {
            return None;
        }
        self.trees.get(place.document)?.at(&place.pointer)
    }

    /// What stands at a pointer of a tree.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Node> {
        let (document, pointer) = split(pointer);
        self.trees.get(document)?.at(pointer)
    }

    /// The name of a document without its folder and its endings.
    pub(crate) fn stem(&self, document: usize) -> Option<&str> {
        let name = &self.documents.get(document)?.name;
        let last = name.trim_end_matches('#').rsplit(['/', '\\']).next()?;
        last.split('.').next().filter(|stem| !stem.is_empty())
    }

    /// The name of the document that a node stands in, and its text.
    pub(crate) fn document_of(&self, node: &Node) -> Option<(&Arc<str>, &Arc<str>)> {
        let document = self.documents.get(split(node.pointer()).0)?;
        Some((&document.name, &document.text))
    }

    /// How a pointer of a tree is shown to people.
    pub(crate) fn shown(&self, pointer: &str) -> String {
        match split(pointer) {
            (0, "") => "the root".to_owned(),
            (0, pointer) => pointer.to_owned(),
            (document, pointer) => {
                let name = self.documents.get(document).map_or("", |document| &*document.name);
                format!("{name}#{pointer}")
            }
        }
    }
}
