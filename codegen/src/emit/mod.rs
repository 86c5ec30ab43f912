//! The last stage: texts out of the model and the plan, deterministic and formatted.

mod arbitrary;
pub mod bundle;
mod clashes;
mod embedding;
mod file;
pub mod npm;
mod outputs;
pub mod reference;
pub mod rust;
pub mod sql;
pub mod strategies;
pub mod typescript;

pub(crate) use clashes::{plain, type_name};
pub use file::Gates;
pub(crate) use file::{REMADE_HERE, rust_file, rust_file_and};
pub use outputs::{Kind, Options, outputs};
