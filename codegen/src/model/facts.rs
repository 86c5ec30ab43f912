//! What a single schema object says, keyword by keyword.

use super::build::Builder;
use super::types::Documentation;
use crate::error::Fault;
use crate::read::{Member, Node, Value};

/// Where a schema stands: which annotations may stand on it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Property,
    /// Under `$defs`, in `items`, in `oneOf` …
    Elsewhere,
}

/// Members of `x-canonical` that belong on a property, whatever its value is.
const ON_PROPERTIES: &[&str] =
    &["absent", "acyclic", "emit", "inherit", "outside", "references", "stored-absent"];

/// Keywords that may stand anywhere: `$defs` and its like are checked to be the root's.
const ANYWHERE: &[&str] = &[
    "$anchor",
    "$comment",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// What `type` says.
pub(super) struct Typed<'a> {
    pub(super) name: &'a str,
    pub(super) nullable: bool,
}

impl Builder<'_> {
    pub(super) fn documentation(&self, node: &Node) -> Documentation {
        Documentation {
            title: node.text("title").map(str::to_owned),
            description: node.text("description").map(str::to_owned),
            deprecated: node.get("deprecated").and_then(Node::as_bool).unwrap_or(false),
            examples: self.examples(node),
        }
    }

    /// `examples`, each on one line.
    fn examples(&self, node: &Node) -> Vec<String> {
        let examples = node.get("examples").and_then(Node::as_array).unwrap_or_default();
        examples.iter().map(Node::to_text).collect()
    }

    /// Reports a keyword.
    pub(super) fn fault(&mut self, member: &Member, message: String, help: &str) {
        self.report.add(Fault::new(
            member.name_span,
            member.value.pointer(),
            &member.name,
            message,
            help,
        ));
    }

    /// Reports a schema as a whole, under the keyword that is wrong or missing.
    pub(super) fn fault_at(&mut self, node: &Node, keyword: &str, message: String, help: &str) {
        self.report.add(Fault::new(node.span(), node.pointer(), keyword, message, help));
    }

    /// Reports the keywords and annotations of a schema that make no sense on what it is.
    /// `keywords` and `canonical` are those that do, `what` names it.
    pub(super) fn check_place(
        &mut self,
        node: &Node,
        place: Place,
        what: &str,
        keywords: &[&str],
        canonical: &[&str],
    ) {
        for member in node.members() {
            let name = member.name.as_str();
            let of_root = matches!(name, "$schema" | "$id" | "$defs");
            match name {
                _ if ANYWHERE.contains(&name) || keywords.contains(&name) => {}
                _ if of_root && place == Place::Root => {}
                "x-canonical" => self.check_canonical(&member.value, place, what, canonical),
                "x-storage" if place != Place::Elsewhere => {}
                "default" if place == Place::Property => {}
                "x-storage" | "default" => self.fault(
                    member,
                    format!("`{name}` makes no sense here"),
                    "move it to the property that has this value",
                ),
                _ if of_root => self.fault(
                    member,
                    format!("`{name}` may stand on the root only"),
                    "move it to the root of the schema",
                ),
                "x-rust-name" if place != Place::Property => self.fault(
                    member,
                    "`x-rust-name` belongs on a property".to_owned(),
                    "name a type by its `title`",
                ),
                "x-rust-names" if what != "a choice" => self.fault(
                    member,
                    format!("`x-rust-names` makes no sense on {what}"),
                    "move it to the `enum` whose values it names",
                ),
                _ if name.starts_with("x-") => {}
                _ => self.fault(
                    member,
                    format!("`{name}` makes no sense on {what}"),
                    "leave it out, or say by other keywords what the value is",
                ),
            }
        }
    }

    fn check_canonical(&mut self, node: &Node, place: Place, what: &str, canonical: &[&str]) {
        for member in node.members() {
            let name = member.name.as_str();
            let of_property = ON_PROPERTIES.contains(&name);
            if canonical.contains(&name)
                || (of_property && place == Place::Property)
                || (name == "scope" && place == Place::Root)
            {
                continue;
            }
            let (message, help) = match name {
                "scope" => (
                    "a scope may stand on the root only".to_owned(),
                    "move it to the `x-canonical` of the root",
                ),
                _ if of_property => (
                    format!("`{name}` belongs on a property"),
                    "move it to the property that has this value",
                ),
                _ => (
                    format!("`{name}` makes no sense on {what}"),
                    "move it to the value that it is about, or leave it out",
                ),
            };
            self.fault(member, message, help);
        }
    }

    /// What `type` says; reported, and `None`, where it cannot be honoured.
    pub(super) fn typed<'n>(&mut self, node: &'n Node) -> Option<Typed<'n>> {
        let member = node.member("type")?;
        match member.value.value() {
            Value::String(name) => self.known_type(member, name, false),
            Value::Array(names) => {
                let names: Vec<&str> = names.iter().filter_map(Node::as_str).collect();
                let others: Vec<&str> =
                    names.iter().copied().filter(|name| *name != "null").collect();
                match others.as_slice() {
                    [] => self.known_type(member, "null", false),
                    [name] => self.known_type(member, name, names.len() > 1),
                    _ => {
                        let help = "make a tagged union of objects (`oneOf` with a `const` \
                                    member), or an opaque value: \
                                    `\"x-canonical\": {\"opaque\": \"jsonb\"}`";
                        self.fault(member, "a value of several types".to_owned(), help);
                        None
                    }
                }
            }
            _ => None,
        }
    }

    fn known_type<'n>(
        &mut self,
        member: &Member,
        name: &'n str,
        nullable: bool,
    ) -> Option<Typed<'n>> {
        if name == "number" {
            let help = "use `integer`, a string, or an opaque value: \
                        `\"x-canonical\": {\"opaque\": \"jsonb\"}`";
            self.fault(member, "the type `number` is not supported yet".to_owned(), help);
            return None;
        }
        Some(Typed { name, nullable })
    }

    /// A count such as `minItems`; a `default` where the keyword is absent.
    pub(super) fn count(&mut self, node: &Node, keyword: &str) -> Option<u32> {
        let member = node.member(keyword)?;
        let count = member.value.as_integer().and_then(Result::ok);
        let count = count.and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            let help = "write a number up to 4294967295";
            self.fault(member, format!("`{keyword}` is too large"), help);
        }
        count
    }

    /// A bound such as `minimum`.
    pub(super) fn bound(&mut self, node: &Node, keyword: &str) -> Option<i64> {
        let member = node.member(keyword)?;
        let bound = member.value.as_integer().and_then(Result::ok);
        if bound.is_none() {
            let help = "write a whole number from -9223372036854775808 to 9223372036854775807";
            self.fault(member, format!("`{keyword}` is no whole number of 64 bits"), help);
        }
        bound
    }
}

/// A member of a schema's `x-canonical`.
pub(super) fn canonical<'n>(node: &'n Node, name: &str) -> Option<&'n Member> {
    node.get("x-canonical")?.member(name)
}
