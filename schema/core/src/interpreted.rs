//! Requests of a plan that nobody compiled: what a tool needs that holds one schema against
//! another. The same engine runs, so its verdicts are those of the generated code.

use crate::difference::Differences;
use crate::digest::Digest;
use crate::document::{
    Document, Mode, Side, View, differences, read as read_document, write_document,
};
use crate::json::{Limits, Sink};
use crate::plan::{Plan, Rule};
use crate::problem::Problems;
use crate::request::Scope;

/// A value that was read by a plan, strictly or tolerantly.
#[derive(Clone, Debug)]
pub struct Interpreted<'a> {
    document: Document<'a>,
}

impl<'a> Interpreted<'a> {
    /// Reads a value of the plan strictly; the plan's root is a request.
    ///
    /// # Errors
    /// Every problem of the text.
    pub fn read(plan: &'a Plan, rule: Rule, bytes: &'a [u8]) -> Result<Self, Problems> {
        let document = read_document(plan, rule, bytes, Mode::Request, &Limits::default())?;
        Ok(Interpreted { document })
    }

    /// Reads a stored row tolerantly, as [`crate::read_stored`] does.
    ///
    /// # Errors
    /// Every problem that leaves the row without a meaning.
    pub fn read_stored(plan: &'a Plan, bytes: &'a [u8]) -> Result<Self, Problems> {
        let document = read_document(plan, plan.root, bytes, Mode::Stored, &Limits::stored())?;
        Ok(Interpreted { document })
    }

    /// The canonical bytes under a scope. A stored row has none that mean anything.
    #[must_use]
    pub fn canonical<S: Scope>(&self, scope: &S) -> Vec<u8> {
        let mut out = Sink::with_capacity(self.document.text.len() / 16 * 17 + 160);
        write_document(&self.document, scope, &mut out);
        out.into_bytes()
    }

    /// The digest of the canonical bytes under a scope.
    #[must_use]
    pub fn digest<S: Scope>(&self, scope: &S) -> Digest {
        Digest::of(&self.canonical(scope))
    }

    /// What differs between this value and another one of the same plan under one scope, member
    /// by member, as a stored row is compared.
    #[must_use]
    pub fn compare<S: Scope>(&self, other: &Interpreted<'_>, scope: &S) -> Differences {
        let left = Side { document: &self.document, scope };
        let right = Side { document: &other.document, scope };
        differences(left, right, crate::difference::ListingLimits::default())
    }

    /// The values, read in place.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        View::root(&self.document)
    }
}
