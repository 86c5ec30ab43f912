//! Pairs of texts for a differential test, class by class: the same in other spelling, nearly the
//! same, unrelated, and refused.
//!
//! Each class stands at one border of what `jsonb` takes or tells apart. [`Class::must_show`] says
//! which verdicts a run has to have met in it: a class that has gone stale fails the test.

mod classes;
mod numbers;
mod objects;
mod strings;
mod structure;

pub use classes::{CLASSES, Class, Pair, VerdictSet, pair};
