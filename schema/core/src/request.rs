//! The stages of a request: checked, canonical, stored. Each is a type that the next can trust.

use crate::difference::{Differences, ListingLimits};
use crate::digest::Digest;
use crate::document::write_document;
use crate::document::{
    Document, Mode, Side, View, differences, read as read_document,
    read_among as read_document_among,
};
use crate::json::{Limits, Output, Sink, utf8};
use crate::plan::{Plan, Rule};
#[cfg(feature = "validate")]
use crate::problem::Problem;
use crate::problem::Problems;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

/// The version of the canonical form, stored beside every digest.
pub const CANONICAL_VERSION: u32 = 1;

/// A generated type: a place in a plan.
pub trait Value: Sized {
    /// What a JSON value of this type must be; for a variant of a union, the union's record.
    const RULE: Rule;

    /// The plan of the schema.
    fn plan() -> &'static Plan;

    /// The value that stands in a checked document.
    fn from_view(view: View<'_>) -> Self;

    /// The rules of the schema that the plan does not enforce in full: a program, and the index of
    /// the type's schema in it. `None` where the plan enforces everything.
    #[cfg(feature = "validate")]
    #[must_use]
    fn rules() -> Option<(&'static crate::validate::Program, u32)> {
        None
    }

    /// Writes the value as JSON; members that would say what their absence says are left out.
    fn write_json(&self, out: &mut Output);
}

/// The generated root type of a schema.
pub trait Request: Value {
    /// What a request is seen under.
    type Scope: Scope;
}

/// The values that members of a request may inherit. Required wherever the canonical form is
/// made, so that "none" is said out loud.
pub trait Scope: Clone + PartialEq + fmt::Debug {
    /// Appends the canonical JSON of a value of the scope (an index into
    /// [`Plan::scope`]); `null` where there is none.
    fn write(&self, member: u16, out: &mut Vec<u8>);
}

/// The scope of a schema that inherits nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoScope;

impl Scope for NoScope {
    fn write(&self, _member: u16, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
}

/// A request that was read and found valid. Its `Debug` shows no values, so that it can be logged.
pub struct Checked<'a, R> {
    document: Document<'a>,
    request: PhantomData<fn() -> R>,
}

impl<R: Request> Checked<'_, R> {
    /// The canonical form under a scope. Its digest is computed when it is first asked for.
    #[must_use]
    pub fn canonicalize(&self, scope: &R::Scope) -> Canonical<'_, R> {
        Canonical {
            document: &self.document,
            scope: scope.clone(),
            bytes: Arc::new(self.canonical_bytes(scope)),
            digest: OnceLock::new(),
        }
    }

    /// The canonical bytes under a scope, for whoever has no use for a [`Canonical`].
    #[must_use]
    pub fn canonical_bytes(&self, scope: &R::Scope) -> Vec<u8> {
        canonical_bytes(&self.document, scope)
    }

    /// What differs between this request and another one under a scope; nothing means that they
    /// are the same. As [`Canonical::compare`] tells it, for whoever has no other use for the canonical forms.
    #[must_use]
    pub fn compare_under(&self, other: &Checked<'_, R>, scope: &R::Scope) -> Differences {
        if self.canonical_bytes(scope) == other.canonical_bytes(scope) {
            return Differences::default();
        }
        compare_under(&self.document, &other.document, scope)
    }

    /// The request's values, read in place.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        View::root(&self.document)
    }

    /// The request as a value of its type.
    #[must_use]
    pub fn to_value(&self) -> R {
        R::from_view(self.root())
    }

    /// The text that was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.document.text
    }

    /// The names that references of the request give to no element of it, sorted, each once: it
    /// is for the server to know whether they are there.
    #[must_use]
    pub fn outside_references(&self) -> Vec<&str> {
        outside_references(&self.document)
    }
}

/// Writes a document in canonical form; its defaults make it longer than the text where that says little.
fn canonical_bytes<S: Scope>(document: &Document<'_>, scope: &S) -> Vec<u8> {
    let mut out = Sink::with_capacity(document.text.len() / 8 * 9 + 256);
    write_document(document, scope, &mut out);
    out.into_bytes()
}

fn compare_under<S: Scope>(left: &Document<'_>, right: &Document<'_>, scope: &S) -> Differences {
    let side = |document| Side { document, scope };
    differences(side(left), side(right), ListingLimits::default())
}

fn outside_references<'d>(document: &'d Document<'_>) -> Vec<&'d str> {
    let all: Vec<usize> = (0..document.plan.references.len()).collect();
    outside_names(document, &all)
}

/// The names that some of the plan's references give to no element, sorted, each once.
fn outside_names<'d>(document: &'d Document<'_>, references: &[usize]) -> Vec<&'d str> {
    let root = View::root(document);
    let mut outside = BTreeSet::new();
    for reference in references.iter().filter_map(|&index| document.plan.references.get(index)) {
        let set = root.member(reference.set);
        // The elements of a set are in the order of their keys.
        let inside: Vec<&str> =
            set.elements().map(|element| element.member(reference.key).as_str()).collect();
        let mut found = |name: &'d str| {
            if inside.binary_search(&name).is_err() {
                outside.insert(name);
            }
        };
        if reference.at_root {
            visit_names(root, &reference.through, reference.member, &mut found);
        } else {
            for element in set.elements() {
                visit_names(element, &reference.through, reference.member, &mut found);
            }
        }
    }
    outside.into_iter().collect()
}

/// Calls back with each name that a reference gives below an element, or below the root.
fn visit_names<'d>(
    holder: View<'d>,
    through: &[u16],
    member: u16,
    found: &mut impl FnMut(&'d str),
) {
    match through.split_first() {
        Some((slot, rest)) => {
            for inner in holder.member(*slot).elements() {
                visit_names(inner, rest, member, found);
            }
        }
        None => {
            let name = holder.member(member);
            if !name.is_absent() {
                found(name.as_str());
            }
        }
    }
}

/// A checked request in canonical form under a scope: what can be digested, compared, appended.
/// Its `Debug` shows the digest alone, so that it can be logged.
pub struct Canonical<'d, R: Request> {
    document: &'d Document<'d>,
    scope: R::Scope,
    bytes: Arc<Vec<u8>>,
    digest: OnceLock<Digest>,
}

impl<R: Request> Canonical<'_, R> {
    /// The canonical bytes: RFC 8785 with exact decimals, UTF-8.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The canonical bytes, for whoever keeps them longer than the request.
    #[must_use]
    pub fn shared_bytes(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.bytes)
    }

    /// The canonical bytes, for whoever has no more use for the request.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.bytes)
    }

    /// The canonical bytes as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        utf8(&self.bytes).unwrap_or("")
    }

    /// SHA-256 over the canonical bytes, computed by the first call.
    #[must_use]
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| Digest::of(&self.bytes))
    }

    /// What the request is seen under.
    #[must_use]
    pub fn scope(&self) -> &R::Scope {
        &self.scope
    }

    /// The request's values, read in place.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        View::root(self.document)
    }

    /// The names that references give to no element of the request; see
    /// [`Checked::outside_references`].
    #[must_use]
    pub fn outside_references(&self) -> Vec<&str> {
        outside_references(self.document)
    }

    /// The names that some references, indices into [`Plan::references`], give to no element of
    /// the request, sorted, each once.
    #[must_use]
    pub fn outside_names(&self, references: &[usize]) -> Vec<&str> {
        outside_names(self.document, references)
    }

    /// What differs between this request and another one; nothing means that they are the same.
    #[must_use]
    pub fn compare(&self, other: &Canonical<'_, R>) -> Differences {
        self.compare_within(other, ListingLimits::default())
    }

    /// [`Canonical::compare`] with limits of one's own.
    #[must_use]
    pub fn compare_within(&self, other: &Canonical<'_, R>, limits: ListingLimits) -> Differences {
        if self.bytes == other.bytes {
            return Differences::default();
        }
        differences(self.side(), other.side(), limits)
    }

    fn side(&self) -> Side<'_, R::Scope> {
        Side { document: self.document, scope: &self.scope }
    }
}

/// A stored row, read tolerantly. It may lack what its age did not know, so it has no canonical
/// form; it is compared member by member. Its `Debug` shows no values.
pub struct Stored<'a, R> {
    document: Document<'a>,
    request: PhantomData<fn() -> R>,
}

impl<R: Request> Stored<'_, R> {
    /// What differs between the row and a request, the row first; nothing means that they are the
    /// same. The row is seen under the request's scope.
    #[must_use]
    pub fn compare(&self, request: &Canonical<'_, R>) -> Differences {
        self.compare_within(request, ListingLimits::default())
    }

    /// [`Stored::compare`] with limits of one's own.
    #[must_use]
    pub fn compare_within(&self, request: &Canonical<'_, R>, limits: ListingLimits) -> Differences {
        let left = Side { document: &self.document, scope: &request.scope };
        differences(left, request.side(), limits)
    }

    /// [`Stored::compare`] with a request whose canonical form is not needed otherwise.
    #[must_use]
    pub fn compare_under(&self, request: &Checked<'_, R>, scope: &R::Scope) -> Differences {
        compare_under(&self.document, &request.document, scope)
    }

    /// The row's values, read in place.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        View::root(&self.document)
    }
}

/// Reads a request strictly.
///
/// # Errors
/// Every problem of the text, with its place.
pub fn read<R: Request>(bytes: &[u8]) -> Result<Checked<'_, R>, Problems> {
    read_within(bytes, &Limits::default())
}

/// [`read`] with limits of one's own.
///
/// # Errors
/// As [`read`].
pub fn read_within<'a, R: Request>(
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Checked<'a, R>, Problems> {
    let document = read_strictly::<R>(bytes, limits)?;
    Ok(Checked { document, request: PhantomData })
}

/// Reads a text by the plan of a type, and holds it against the rules that are left.
fn read_strictly<'a, T: Value>(bytes: &'a [u8], limits: &Limits) -> Result<Document<'a>, Problems> {
    judge::<T>(read_document(T::plan(), T::RULE, bytes, Mode::Request, limits), bytes, limits)
}

/// Holds what was read against the rules that are left.
#[cfg_attr(
    not(feature = "validate"),
    expect(unused_variables, clippy::extra_unused_type_parameters, reason = "there are no rules")
)]
fn judge<'a, T: Value>(
    read: Result<Document<'a>, Problems>,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Document<'a>, Problems> {
    #[cfg(feature = "validate")]
    if let Some((program, schema)) = T::rules() {
        return crate::validate::judged(read, program, schema, bytes, limits);
    }
    read
}

/// Holds a value that its plan takes against the rules that are left.
///
/// # Errors
/// The first [`Problem`], in the JSON that the value is written as.
#[cfg(feature = "validate")]
pub fn obey<T: Value>(value: T) -> Result<T, Problem> {
    let Some((program, schema)) = T::rules() else { return Ok(value) };
    let mut out = Output::new();
    value.write_json(&mut out);
    match program.check_by(schema, &out.into_bytes(), &Limits::default()) {
        Ok(()) => Ok(value),
        Err(problems) => match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(value),
        },
    }
}

/// Reads a request strictly that is to join elements which are there already: a reference that
/// leads out of the request must name one of `existing`. Of those, no key is a duplicate: a retry
/// may hold again what its first attempt brought.
///
/// # Errors
/// As [`read`], and a problem for each reference that leads nowhere.
pub fn read_among<'a, R: Request>(
    bytes: &'a [u8],
    existing: impl IntoIterator<Item = &'a str>,
) -> Result<Checked<'a, R>, Problems> {
    let limits = Limits::default();
    let mut names: Vec<&str> = existing.into_iter().collect();
    names.sort_unstable();
    let document =
        read_document_among(R::plan(), R::RULE, bytes, Mode::Request, &limits, Some(names));
    let document = judge::<R>(document, bytes, &limits)?;
    Ok(Checked { document, request: PhantomData })
}

/// Checks a value that was built in Rust as if it had been read: what crosses elements (keys that
/// must differ, references, counts) no type can hold.
///
/// # Errors
/// Every problem, with its place in the JSON that the value is written as.
pub fn check<R: Request>(value: &R) -> Result<Checked<'static, R>, Problems> {
    let mut out = Output::new();
    value.write_json(&mut out);
    let text = out.into_string();
    let document = read_strictly::<R>(text.as_bytes(), &Limits::default())?;
    let Document { values, root, .. } = document;
    let document = Document { plan: R::plan(), text: Cow::Owned(text), values, root };
    Ok(Checked { document, request: PhantomData })
}

/// Reads a stored row tolerantly: lengths and bounds unlimited, members that are missing with the
/// meaning of their absence, sets in any order, unknown members ignored.
///
/// # Errors
/// Every problem that leaves the row without a meaning.
pub fn read_stored<R: Request>(bytes: &[u8]) -> Result<Stored<'_, R>, Problems> {
    let document =
        read_document(R::plan(), R::plan().root, bytes, Mode::Stored, &Limits::stored())?;
    Ok(Stored { document, request: PhantomData })
}

/// Reads any generated type from its JSON text, strictly.
///
/// # Errors
/// Every problem of the text.
pub fn read_value<T: Value>(bytes: &[u8]) -> Result<T, Problems> {
    read_value_within(bytes, &Limits::default())
}

/// [`read_value`] with limits of one's own: what a database prints of a value that was taken may
/// be longer than what was taken.
///
/// # Errors
/// As [`read_value`].
pub fn read_value_within<T: Value>(bytes: &[u8], limits: &Limits) -> Result<T, Problems> {
    let document = read_strictly::<T>(bytes, limits)?;
    Ok(T::from_view(View::root(&document)))
}

/// The canonical bytes of a value by a rule of any plan, without a generated type: what a tool
/// does with a plan that it has built itself.
///
/// # Errors
/// Every problem of the text.
pub fn canonicalize_by<S: Scope>(
    plan: &Plan,
    rule: Rule,
    text: &[u8],
    scope: &S,
) -> Result<Vec<u8>, Problems> {
    let document = read_document(plan, rule, text, Mode::Request, &Limits::default())?;
    Ok(canonical_bytes(&document, scope))
}

impl<R> fmt::Debug for Checked<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked({}, {} bytes)", self.document.plan.title, self.document.text.len())
    }
}

impl<R: Request> fmt::Debug for Canonical<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canonical({}, {})", self.document.plan.title, self.digest())
    }
}

impl<R> fmt::Debug for Stored<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({}, {} bytes)", self.document.plan.title, self.document.text.len())
    }
}
