//! Strategies for property tests of whatever a plan describes (feature `proptest`).
//!
//! * [`valid`]: requests that are accepted, awkward where they may be.
//! * [`violated`]: requests that are refused for exactly one problem, whose pointer and code are
//!   told. Whatever a plan demands is a [`Predicate`] of it, and each of them is broken in turn.
//! * [`same_pair`]: two texts of one meaning: members, set elements and opaque objects in any
//!   order, numbers, strings and UUIDs spelt in any way, absence written out or left out.
//! * [`different_pair`]: two texts whose meanings differ in exactly one thing, and where.
//!
//! A request is made in two steps: a tree of values by the plan, and a [`Spelling`] that it is
//! written with. Each shrinks on its own: the tree to fewer and simpler values, the spelling
//! to the plain one, so that a failure shows which freedom of spelling it needs.
//!
//! ```
//! use proptest::strategy::{Strategy, ValueTree};
//! use proptest::test_runner::TestRunner;
//! use std::borrow::Cow;
//! use tantamount_core::plan::{Absent, Branch, Member, Plan, Record, Rule, Slot};
//! use tantamount_core::strategy::same_pair;
//!
//! static PLAN: Plan = Plan {
//!     title: Cow::Borrowed("Note"),
//!     id: Cow::Borrowed("urn:example:note:1"),
//!     version: Cow::Borrowed("1"),
//!     root: Rule::Record(0),
//!     records: Cow::Borrowed(&[Record {
//!         name: Cow::Borrowed("Note"),
//!         tag: None,
//!         slots: Cow::Borrowed(&[Slot {
//!             name: Cow::Borrowed("done"),
//!             fragment: Cow::Borrowed(",\"done\":"),
//!             head: Slot::head_of(",\"done\":"),
//!         }]),
//!         branches: Cow::Borrowed(&[Branch {
//!             tag: Cow::Borrowed(""),
//!             members: Cow::Borrowed(&[Some(Member {
//!                 rule: Rule::Boolean,
//!                 nullable: true,
//!                 absent: Absent::Default(Cow::Borrowed("false")),
//!                 emit_non_default: false,
//!                 stored_absent_any: false,
//!             })]),
//!             others: None,
//!         }]),
//!         is_open: false,
//!     }]),
//!     arrays: Cow::Borrowed(&[]),
//!     integers: Cow::Borrowed(&[]),
//!     numbers: Cow::Borrowed(&[]),
//!     texts: Cow::Borrowed(&[]),
//!     choices: Cow::Borrowed(&[]),
//!     scope: Cow::Borrowed(&[]),
//!     references: Cow::Borrowed(&[]),
//! };
//!
//! let mut runner = TestRunner::deterministic();
//! let pair = same_pair(&PLAN).new_tree(&mut runner)?.current();
//! println!("{} means {}", pair.first, pair.second);
//! # Ok::<(), proptest::test_runner::Reason>(())
//! ```
//!
//! A rule that is new in a plan needs an arm in `trees.rs` (values of it), `unstructured.rs` (values
//! of it out of a fuzzer's bytes), `predicates.rs` (what it demands), `refused.rs` (texts that it
//! refuses), `changes.rs` (other values), and, where it has spellings, `render.rs`. The compiler and
//! the law that each predicate is violated now and then tell which of them are missing.
//!
//! Limits: a plan whose members must refer to elements of the request and that allows no element
//! without such a member has few valid requests or none, and is not served. Texts stay small:
//! the limits of length, nesting and printed numbers are not reached.

mod changes;
mod defaults;
mod json_changes;
mod leaves;
mod predicates;
mod random;
mod refused;
mod render;
mod samples;
mod scope;
mod settle;
mod spelling;
mod tree;
mod trees;
#[cfg(feature = "arbitrary")]
pub(crate) mod unstructured;
mod violations;

pub use leaves::json_text;
pub use predicates::{Predicate, predicates};
pub use samples::{
    DifferentPair, SamePair, Sample, Violated, different_pair, json_different_pair, json_same_pair,
    same_pair, valid, violated,
};
pub use scope::PlanScope;
pub use spelling::Spelling;
