//! What a single schema object says, keyword by keyword.

use super::build::Builder;
use super::types::{Documentation, Remaining};
use crate::error::Fault;
use crate::read::{Draft, Member, Node, Value};

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

/// Keywords that say nothing about which values are valid. `default` does where an annotation of
/// ours says so, `format` where one says how the value is compared.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "format",
    "readOnly",
    "title",
    "writeOnly",
];

/// Keywords that say something about values of one kind alone.
const OF_STRINGS: &[&str] = &["maxLength", "minLength", "pattern"];
const OF_NUMBERS: &[&str] =
    &["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"];
const OF_ARRAYS: &[&str] = &[
    "contains",
    "items",
    "maxContains",
    "maxItems",
    "minContains",
    "minItems",
    "prefixItems",
    "unevaluatedItems",
    "uniqueItems",
];
const OF_OBJECTS: &[&str] = &[
    "additionalProperties",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "maxProperties",
    "minProperties",
    "patternProperties",
    "properties",
    "propertyNames",
    "required",
    "unevaluatedProperties",
];

/// What a schema describes, for messages and for the keywords that can have an effect on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Array,
    Boolean,
    Choice,
    Null,
    Number,
    Object,
    /// Any JSON: what the schema says is left to validation.
    Opaque,
    Reference,
    String,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Subject::Array => "an array",
            Subject::Boolean => "a boolean",
            Subject::Choice => "a choice",
            Subject::Null => "null",
            Subject::Number => "a number",
            Subject::Object => "an object",
            Subject::Opaque => "a value that is read as any JSON",
            Subject::Reference => "a reference",
            Subject::String => "a string",
        }
    }

    /// Whether a keyword can have an effect.
    fn is_affected(self, keyword: &str) -> bool {
        let is_of = |keywords: &[&str]| keywords.contains(&keyword);
        match self {
            Subject::Opaque | Subject::Reference => true,
            _ if is_of(OF_STRINGS) => matches!(self, Subject::String | Subject::Choice),
            _ if is_of(OF_NUMBERS) => self == Subject::Number,
            _ if is_of(OF_ARRAYS) => self == Subject::Array,
            _ if is_of(OF_OBJECTS) => self == Subject::Object,
            _ => true,
        }
    }
}

/// Whether a keyword can say which values are valid.
pub(super) fn is_assertion(keyword: &str) -> bool {
    !ANNOTATIONS.contains(&keyword) && !keyword.starts_with("x-")
}

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
        self.fault_of(member, &member.name, message, help);
    }

    /// Reports a member whose name the schema's author chose, under the keyword that it is about.
    pub(super) fn fault_of(&mut self, member: &Member, keyword: &str, message: String, help: &str) {
        let (span, pointer) = (member.name_span, member.value.pointer());
        self.report.add(Fault::new(span, pointer, keyword, message, help));
    }

    /// Reports a schema as a whole, under the keyword that is wrong or missing.
    pub(super) fn fault_at(&mut self, node: &Node, keyword: &str, message: String, help: &str) {
        self.report.add(Fault::new(node.span(), node.pointer(), keyword, message, help));
    }

    /// Looks at every keyword of a schema. `enforced` are those that the plan enforces in full,
    /// `canonical` the annotations that make sense on what it is; any other keyword that can have
    /// an effect remains for validation, and any other annotation is reported.
    pub(super) fn check_place(
        &mut self,
        node: &Node,
        place: Place,
        subject: Subject,
        enforced: &[&str],
        canonical: &[&str],
    ) {
        let is_alone = self.is_reference_alone(node);
        for member in node.members() {
            let name = member.name.as_str();
            match name {
                _ if is_alone && name != "$ref" && is_assertion(name) => {}
                _ if enforced.contains(&name) => {}
                "x-canonical" => {
                    self.seen.insert(member.value.pointer().to_owned());
                    self.check_canonical(&member.value, place, subject.name(), canonical);
                }
                "x-storage" => {
                    self.seen.insert(member.value.pointer().to_owned());
                    if place == Place::Elsewhere {
                        self.misplaced(member);
                    }
                }
                "x-rust-name" if place != Place::Property => self.fault(
                    member,
                    "`x-rust-name` belongs on a property".to_owned(),
                    "name a type by its `title`",
                ),
                "x-rust-names" if subject != Subject::Choice => self.fault(
                    member,
                    format!("`x-rust-names` makes no sense on {}", subject.name()),
                    "move it to the `enum` whose values it names",
                ),
                // Beside annotations of ours a default is taken for one.
                "default" if place == Place::Elsewhere && node.get("x-canonical").is_some() => {
                    self.misplaced(member);
                }
                _ if ANNOTATIONS.contains(&name) || name.starts_with("x-") => {}
                _ if subject.is_affected(name) => self.remain(node, name),
                _ => {}
            }
        }
    }

    /// Whether a `$ref` makes nothing of what stands beside it: so it is up to draft 7.
    pub(super) fn is_reference_alone(&self, node: &Node) -> bool {
        self.draft <= Draft::Seven && node.get("$ref").is_some()
    }

    fn misplaced(&mut self, member: &Member) {
        let message = format!("`{}` makes no sense here", member.name);
        self.fault(member, message, "move it to the property that has this value");
    }

    pub(super) fn check_canonical(
        &mut self,
        node: &Node,
        place: Place,
        what: &str,
        canonical: &[&str],
    ) {
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

    /// Leaves a keyword to validation.
    pub(super) fn remain(&mut self, node: &Node, keyword: &str) {
        let pointer = node.pointer().to_owned();
        let remaining = Remaining { pointer, keyword: keyword.to_owned() };
        if self.remaining.insert((remaining.pointer.clone(), remaining.keyword.clone())) {
            self.model.remaining.push(remaining);
        }
    }

    /// What `type` says, where it is one type, or `null` and one other.
    pub(super) fn typed<'n>(&self, node: &'n Node) -> Option<Typed<'n>> {
        let member = node.member("type")?;
        match member.value.value() {
            Value::String(name) => Some(Typed { name, nullable: false }),
            Value::Array(names) => {
                let names: Vec<&str> = names.iter().filter_map(Node::as_str).collect();
                let nullable = names.contains(&"null");
                let others: Vec<&str> =
                    names.iter().copied().filter(|name| *name != "null").collect();
                match others.as_slice() {
                    [] => Some(Typed { name: "null", nullable: false }),
                    [name] => Some(Typed { name, nullable }),
                    ["integer", "number"] | ["number", "integer"] => {
                        Some(Typed { name: "number", nullable })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A count such as `minItems`; one beyond 32 bits remains for validation.
    pub(super) fn count(&mut self, node: &Node, keyword: &str) -> Option<u32> {
        let member = node.member(keyword)?;
        let count = member.value.as_integer().and_then(Result::ok);
        let count = count.and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.remain(node, keyword);
        }
        count
    }
}

/// A member of a schema's `x-canonical`.
pub(super) fn canonical<'n>(node: &'n Node, name: &str) -> Option<&'n Member> {
    node.get("x-canonical")?.member(name)
}
