//! The first stage: the schema's text becomes a tree that keeps its places, is checked against
//! the meta-schemas, and resolves its references.

mod dialect;
mod keywords;
mod node;
mod parse;
mod reader;
mod source;
mod sources;
mod spelling;
mod trees;
mod uri;
mod vocabulary;

pub use dialect::{Dialect, Draft};
pub use node::{Member, Node, Span, Value};
pub use source::Source;
pub use sources::{Document, Place, Registry, Sources};

pub(crate) use keywords::{Shape, shape, subschemas};
pub(crate) use node::{child, unescaped};
pub(crate) use parse::parse_value;
pub(crate) use spelling::suggestion;
pub(crate) use trees::{InDefinition, definition, split};
pub(crate) use uri::{decode_percent, encode_percent};
pub(crate) use vocabulary::{check_annotations, check_standard};

/// A JSON value by itself, with its places; `None` where the text is no JSON that is honoured.
pub(crate) fn value(text: &str) -> Option<Node> {
    tantamount_core::json::canonicalize(text.as_bytes()).ok()?;
    Some(parse::parse(text, &mut crate::error::Report::default()))
}
