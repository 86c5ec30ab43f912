//! The first stage: the schema's text becomes a tree that keeps its places, is checked against
//! the meta-schemas, and resolves its references.

mod keywords;
mod node;
mod parse;
mod source;
mod spelling;
mod vocabulary;

pub use node::{Member, Node, Span, Value};
pub use source::Source;

pub(crate) use keywords::check_keywords;
pub(crate) use spelling::suggestion;
pub(crate) use vocabulary::check_vocabulary;
