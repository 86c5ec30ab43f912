//! The scope of any plan.

use super::leaves::text;
use super::render::canonical;
use super::tree::Tree;
use super::trees::rule_tree;
use crate::json::scan::unescape;
use crate::plan::{Plan, Rule};
use crate::request::Scope;
use proptest::prelude::*;

/// The values of a scope by their index in [`Plan::scope`], for tests that serve any plan. The
/// scope type that is generated for a schema can be built from it.
///
/// ```
/// use tantamount_core::Scope as _;
/// use tantamount_core::strategy::PlanScope;
///
/// let scope = PlanScope::new([Some(r#""018f3a52-0000-7000-8000-000000000001""#.to_owned()), None]);
/// assert_eq!(scope.text(0).as_deref(), Some("018f3a52-0000-7000-8000-000000000001"));
/// let mut out = Vec::new();
/// scope.write(1, &mut out);
/// assert_eq!(out, b"null");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanScope {
    values: Vec<Option<String>>,
}

impl PlanScope {
    /// A scope of these values, each as canonical JSON.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = Option<String>>) -> PlanScope {
        PlanScope { values: values.into_iter().collect() }
    }

    /// A scope that gives nothing.
    #[must_use]
    pub fn none() -> PlanScope {
        PlanScope::default()
    }

    /// A value as canonical JSON; `None` where the scope gives none.
    #[must_use]
    pub fn canonical(&self, member: u16) -> Option<&str> {
        self.values.get(usize::from(member))?.as_deref()
    }

    /// The contents of a value that is a string; `None` for no value and for any other.
    #[must_use]
    pub fn text(&self, member: u16) -> Option<String> {
        let value = self.canonical(member)?;
        value.strip_prefix('"')?.strip_suffix('"').map(unescape)
    }
}

impl Scope for PlanScope {
    fn write(&self, member: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(self.canonical(member).unwrap_or("null").as_bytes());
    }
}

/// Scopes of a plan, most with values.
pub(super) fn scopes(plan: &'static Plan) -> BoxedStrategy<PlanScope> {
    let members: Vec<BoxedStrategy<Option<String>>> = plan
        .scope
        .iter()
        .map(|member| {
            let value = match member.rule {
                Rule::Text(index) => text(plan, index).prop_map(Tree::Text).boxed(),
                rule => rule_tree(plan, rule),
            };
            let rule = member.rule;
            prop_oneof![
                1 => Just(None),
                2 => value.prop_map(move |value| Some(canonical(plan, rule, &value))),
            ]
            .boxed()
        })
        .collect();
    members.prop_map(PlanScope::new).boxed()
}
