//! The engine: runs a [`Plan`] over a JSON text.
//!
//! `read` turns bytes into a [`Document`], a flat list of nodes addressed by slot, or into
//! problems; `references` checks what crosses elements; `write` gives canonical bytes under a
//! scope; `compare` lists what differs; [`View`] reads a document from outside.

mod compare;
mod keys;
mod node;
mod read;
mod references;
mod rules;
mod view;
mod write;

pub(crate) use compare::{Side, differences};
pub use node::Document;
pub(crate) use read::{Mode, read, read_among};
#[cfg(feature = "validate")]
pub(crate) use rules::nearest;
#[cfg(feature = "proptest")]
pub(crate) use rules::number_fault;
pub use rules::{check_integer, check_number, check_text};
pub use view::View;
pub(crate) use write::{write_document, write_integer};
