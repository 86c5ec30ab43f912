//! The laws: what must hold of every request and of every JSON text, each a sentence.

mod any_plan;
mod case;
mod json;
mod limits;
mod requests;
mod runner;
