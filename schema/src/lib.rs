//! The append request: a batch of steps that a client appends to a durable workflow, as types of
//! Rust with everything that decides whether two of them are the same.
//!
//! All of it is generated from `append-request.schema.json`; the engine that runs it is
//! `tantamount-core`.
//!
//! ```
//! use tantamount_schema::{AppendRequest, Scope};
//!
//! let first = br#"{"append_window_step_key": "gate", "steps": [
//!     {"step_key": "mail", "execution_kind": "JOB", "job_type": "mail.send", "payload": {"to": "a"}}
//! ]}"#;
//! let retry = br#"{"steps": [
//!     {"payload": {"to": "a"}, "job_type": "mail.send", "execution_kind": "JOB",
//!      "step_key": "mail", "stage": "queued", "dependencies": [], "priority": null}
//! ], "append_window_step_key": "gate"}"#;
//! let other = br#"{"append_window_step_key": "gate", "steps": [
//!     {"step_key": "mail", "execution_kind": "JOB", "job_type": "mail.send", "payload": {"to": "b"},
//!      "priority": 7}
//! ]}"#;
//!
//! let scope = Scope::none();
//! let (first, retry, other) =
//!     (AppendRequest::read(first)?, AppendRequest::read(retry)?, AppendRequest::read(other)?);
//! let first = first.canonicalize(&scope);
//!
//! assert_eq!(first.digest(), retry.canonicalize(&scope).digest());
//! let differences = first.compare(&other.canonicalize(&scope));
//! assert_eq!(
//!     differences.to_string(),
//!     "steps[\"mail\"].payload.to: \"a\" → \"b\"\nsteps[\"mail\"].priority: null → 7",
//! );
//!
//! let broken = br#"{"append_window_step_key": " ", "steps": []}"#;
//! let problems = AppendRequest::read(broken).expect_err("neither is valid");
//! let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
//! assert_eq!(pointers, ["/append_window_step_key", "/steps"]);
//! # Ok::<(), tantamount_core::Problems>(())
//! ```
//!
//! A request can be built in Rust too; what no type can hold is checked by
//! [`AppendRequest::check`]:
//!
//! ```
//! use tantamount_schema::{AppendRequest, JobStep, JobType, Scope, StepKey, WindowKey};
//!
//! let mut step = JobStep::new(
//!     StepKey::new("mail")?,
//!     r#"{"to": "a"}"#.parse()?,
//!     JobType::new("mail.send")?,
//! );
//! step.priority = Some(7);
//! let request = AppendRequest {
//!     append_window_step_key: WindowKey::new("gate")?,
//!     steps: vec![step.into()],
//! };
//! println!("{}", request.check()?.canonicalize(&Scope::none()).digest());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Tests get requests from the module `strategy` (feature `proptest`): valid ones, ones with exactly one
//! violation, pairs that are the same in other bytes, pairs that differ in one thing:
//!
//! ```
//! # #[cfg(feature = "proptest")] {
//! use tantamount_core::proptest::prelude::*;
//! use tantamount_schema::{AppendRequest, strategy};
//!
//! // In a test: `proptest! { #[test] fn a_retry_is_the_same(pair in strategy::same_pair()) { … } }`
//! proptest!(ProptestConfig::with_cases(10), |(pair in strategy::same_pair())| {
//!     let scope = strategy::scope(&pair.scope);
//!     let first = AppendRequest::read(pair.first.as_bytes())?;
//!     let retry = AppendRequest::read(pair.second.as_bytes())?;
//!     prop_assert_eq!(
//!         first.canonicalize(&scope).digest(),
//!         retry.canonicalize(&scope).digest(),
//!     );
//! });
//!
//! proptest!(ProptestConfig::with_cases(10), |(sample in strategy::violated())| {
//!     let problems = AppendRequest::read(sample.text.as_bytes()).expect_err("it is violated");
//!     // One problem: `/steps/0/max_attempts`, `minimum`; the predicate says what it is about:
//!     // `Step(JOB).max_attempts: minimum`.
//!     let [problem] = problems.as_slice() else { panic!("{problems}") };
//!     prop_assert_eq!(&problem.pointer, &sample.pointer);
//!     prop_assert_eq!(problem.code, sample.predicate.code);
//! });
//! # }
//! ```
//!
//! Fuzz targets take the types themselves (feature `arbitrary`):
//! `fuzz_target!(|request: AppendRequest| { … })`.
//!
//! Features: `serde` and `schemars` (both on by default) implement their traits for the types;
//! `proptest` brings strategies for requests, `arbitrary` implements its trait for the types. Limits
//! are those of `tantamount-core`: 32 MiB of text, nesting of 512.

#[rustfmt::skip] // Formatted by the generator, which does not break lines as rustfmt does.
mod generated;

pub use generated::*;
