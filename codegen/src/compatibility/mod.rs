//! Two versions of a schema → a judgement: is what was accepted still accepted, do stored digests
//! and verdicts stay, can the tables follow?
//!
//! ```text
//! old, new ──difference──▶ Found ──candidates, engines──▶ Witness ──▶ Change: three verdicts
//!                            │                                           │
//!                    model/storage/evolution ──▶ migration               └── waivers
//! seeded requests ──search──▶ a disagreement that no change explains: a fault of the judge
//! ```
//!
//! The rules of `difference` say what a change should do; nothing is called broken until both
//! plans and validations were run and a smallest case was seen on which they disagree. Keywords
//! that no plan enforces have no rules: `proof` shows that the new validation takes whatever the old
//! one took there, or a case is made (`made`, `placed`) of what both say. What is neither proved
//! nor shown is `unknown`, which fails.
//!
//! ```
//! use tantamount_codegen::{Schema, compatibility};
//!
//! let text = |version: &str, currency: &str| format!(r#"{{
//!   "$schema": "https://json-schema.org/draft/2020-12/schema",
//!   "$id": "urn:example:payment:{version}",
//!   "title": "Payment",
//!   "type": "object",
//!   "unevaluatedProperties": false,
//!   "properties": {{
//!     "currency": {{
//!       "type": "string", "default": "{currency}", "x-canonical": {{ "absent": "default" }}
//!     }}
//!   }}
//! }}"#);
//! let old = Schema::read(&text("1", "EUR"), "v1.schema.json")?;
//! let new = Schema::read(&text("2", "USD"), "v2.schema.json")?;
//! let judgement = compatibility::judge(&old, &new);
//! assert!(!judgement.is_compatible());
//! let report = compatibility::text(&judgement);
//! assert!(report.starts_with(
//!     "identity   broken   /properties/currency: default `EUR` → `USD`\n"
//! ), "{report}");
//! # Ok::<(), tantamount_codegen::Errors>(())
//! ```
//!
//! Limits: patterns that look around elsewhere than ahead from their start, `unevaluatedItems` and
//! `$dynamicRef` are shown, but not proved. The search is bounded and seeded, so it finds the same
//! every time.

mod candidates;
mod difference;
mod engine;
mod found;
mod hints;
mod journal;
mod json;
mod judge;
mod judgement;
mod language;
mod made;
mod place;
mod placed;
mod program;
mod proof;
mod random;
mod report;
mod search;
mod storage;
mod waivers;
mod witness;

pub use journal::{Version as JournalVersion, is_migration_of, migrations};
pub use judge::judge;
pub use judgement::{
    Broken, Change, Contradiction, Judgement, Location, Migration, Question, Verdict, Version,
    Witness,
};
pub use place::{Place, Step};
pub use report::{json, text};
pub use waivers::{Waiver, Waivers, WaiversError};
