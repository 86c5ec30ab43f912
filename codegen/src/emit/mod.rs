//! The last stage: texts out of the model and the plan, deterministic and formatted.

mod arbitrary;
mod file;
pub mod rust;
pub mod sql;
pub mod strategies;
pub mod typescript;

pub use file::Gates;
pub(crate) use file::rust_file;
