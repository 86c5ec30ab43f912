//! `cargo xtask test`: the whole gate.

mod cargo;
mod compatibility;
mod fuzz;
mod node;
mod postgresql;
mod stages;

pub(crate) use stages::{StageName, run};
