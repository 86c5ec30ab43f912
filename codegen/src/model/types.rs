//! What a schema says, as types.

use crate::read::Node;
use std::collections::BTreeMap;

/// The most entries of a table of the [`Model`].
pub const TABLE_LENGTH: usize = 10_000;

/// A schema.
#[derive(Clone, Debug)]
pub struct Model {
    /// `title`, the name of the root type.
    pub title: String,
    /// `$id`
    pub id: String,
    /// What follows the last `:` or `/` of `$id`.
    pub version: String,
    /// What the root is.
    pub root: Type,
    /// Objects and tagged unions of objects.
    pub records: Vec<Record>,
    /// Arrays.
    pub arrays: Vec<Array>,
    /// Whole numbers of 64 bits.
    pub integers: Vec<Integer>,
    /// Numbers of any size.
    pub numbers: Vec<Number>,
    /// Strings.
    pub texts: Vec<Text>,
    /// Strings out of a list.
    pub choices: Vec<Choice>,
    /// What surrounds a request.
    pub scope: Vec<ScopeMember>,
    /// Members that name elements of a set.
    pub references: Vec<Reference>,
    /// The types of the definitions under `$defs`, by their names there; those that `allOf`
    /// composes are no types. `true` where the definition takes `null` too.
    pub definitions: BTreeMap<String, (Type, bool)>,
    /// `x-storage` of the root.
    pub storage: Option<Node>,
    /// Annotations that mean nothing to the generator, in the order of the text.
    pub carried: Vec<Carried>,
    /// The keywords that the plan does not enforce in full: what is left to validation over the
    /// exact JSON. Where there is none, the plan accepts what the schema accepts, and no other.
    pub remaining: Vec<Remaining>,
    /// Where something remains: the indices in the program of the schemas in the schema's own
    /// file, by their pointers.
    pub rules: BTreeMap<String, u32>,
}

/// A keyword that the plan does not enforce in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The JSON Pointer of the schema that holds it.
    pub pointer: String,
    /// The keyword; empty for a schema that is `false`.
    pub keyword: String,
}

/// What a value is. The numbers are indices into the tables of the [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// Any JSON, compared as `jsonb`.
    Opaque,
    /// `null` and nothing else.
    Null,
    /// `true` or `false`.
    Boolean,
    /// [`Model::integers`]
    Integer(usize),
    /// [`Model::numbers`]
    Number(usize),
    /// [`Model::texts`]
    Text(usize),
    /// [`Model::choices`]
    Choice(usize),
    /// [`Model::arrays`]
    Array(usize),
    /// [`Model::records`]
    Record(usize),
}

/// What a schema says to people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documentation {
    /// `title`
    pub title: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `deprecated`
    pub deprecated: bool,
    /// `examples`, each as it stands in the schema.
    pub examples: Vec<String>,
}

/// An object, or a tagged union of objects.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of the type.
    pub name: String,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// The member that selects the branch, in a union.
    pub tag: Option<Tag>,
    /// The shapes; one, of the record's own name, where there is no tag.
    pub branches: Vec<Branch>,
    /// Whether it is a map: it names no member and has no name of its own in Rust.
    pub is_map: bool,
    /// Where it is one branch of a union that is used alone: the union's index in
    /// [`Model::records`], and the names of the union's slots, which it shares.
    pub alone: Option<(usize, Vec<String>)>,
    /// The schema that defines it.
    pub node: Node,
}

/// The member that selects the branch of a union.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The member's name.
    pub name: String,
    /// What the schema says of it, in the first branch.
    pub documentation: Documentation,
    /// Its values as a choice: an index into [`Model::choices`], values in the order of the
    /// branches.
    pub choice: usize,
    /// `x-storage` of the member in the first branch that has one.
    pub storage: Option<Node>,
}

/// One shape of a record.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The name of the type.
    pub name: String,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// The value of the tag; empty without one.
    pub tag: String,
    /// The members without the tag: those that `allOf` brings first.
    pub members: Vec<Member>,
    /// What members that it does not name are; `None` where there may be none.
    pub others: Option<Others>,
    /// The schema that defines it.
    pub node: Node,
}

/// What the members of an object are that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Others {
    /// What each value is.
    pub ty: Type,
    /// Whether a value may be `null`.
    pub nullable: bool,
}

/// A member of a branch.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name in JSON.
    pub name: String,
    /// The name of the field in Rust; a keyword stands here as it is.
    pub field: String,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// What the value is.
    pub ty: Type,
    /// Whether `null` may be written.
    pub nullable: bool,
    /// What absence means, and `null` where it may be written.
    pub absence: Absence,
    /// Left out of the canonical form when it has its absent meaning.
    pub emit_non_default: bool,
    /// A stored row without it matches anything.
    pub stored_absent_any: bool,
    /// Whether the value may hold this member again without an array or a map between: its type
    /// in Rust needs a box.
    pub is_boxed: bool,
    /// `x-storage` of the property.
    pub storage: Option<Node>,
    /// The schema of the property.
    pub node: Node,
}

/// What it means that a member is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It is a problem.
    Required,
    /// No value.
    Null,
    /// A default, as canonical JSON.
    Default(String),
    /// The value of a member of the scope: an index into [`Model::scope`].
    Inherit(usize),
}

/// An array.
#[derive(Clone, Debug)]
pub struct Array {
    /// What each element is.
    pub items: Type,
    /// Whether an element may be `null`.
    pub nullable_items: bool,
    /// The least number of elements.
    pub min_items: u32,
    /// The greatest number of elements.
    pub max_items: Option<u32>,
    /// What the order of the elements means.
    pub order: Order,
    /// The schema of the array. Its `x-storage` is that of the member that holds it.
    pub node: Node,
}

/// What the order of an array's elements means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// It is part of the value.
    List,
    /// Nothing: these members of the elements tell them apart, and order them.
    Set(Vec<String>),
    /// Nothing, and equal elements may repeat.
    Multiset,
}

/// A whole number.
#[derive(Clone, Debug)]
pub struct Integer {
    /// The name of its own type; `None` for a plain integer.
    pub name: Option<String>,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// The least value.
    pub minimum: i64,
    /// The greatest value.
    pub maximum: i64,
    /// The schema that defines it first.
    pub node: Node,
}

/// A number of any size.
#[derive(Clone, Debug)]
pub struct Number {
    /// The name of its own type; `None` for a plain number.
    pub name: Option<String>,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// Whether it must be a whole number.
    pub is_whole: bool,
    /// The least value.
    pub minimum: Option<Bound>,
    /// The greatest value.
    pub maximum: Option<Bound>,
    /// The schema that defines it first.
    pub node: Node,
}

/// The end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number in canonical spelling.
    pub value: String,
    /// Whether the number itself is outside.
    pub is_exclusive: bool,
}

impl Number {
    /// Whether a `u64` holds every value.
    #[must_use]
    pub fn is_unsigned(&self) -> bool {
        let at_least = |text: &str| text.parse::<u64>().is_ok();
        self.is_whole
            && self.minimum.as_ref().is_some_and(|bound| at_least(&bound.value))
            && self.maximum.as_ref().is_some_and(|bound| at_least(&bound.value))
    }
}

/// A string.
#[derive(Clone, Debug)]
pub struct Text {
    /// The name of its own type; `None` for a plain string.
    pub name: Option<String>,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// At least one character must not be white space.
    pub not_blank: bool,
    /// The most bytes in UTF-8.
    pub max_bytes: Option<u32>,
    /// How the value is spelt.
    pub form: Form,
    /// The schema that defines it first.
    pub node: Node,
}

/// How a string stands for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It is the value.
    Plain,
    /// A UUID, hyphenated, in any case.
    Uuid,
    /// A point in time with an offset.
    DateTime,
    /// A decimal number in a string.
    Decimal,
}

/// A string out of a list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The name of the type; for the tag of a union `Union.member`.
    pub name: String,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// The values, in the order of the schema.
    pub values: Vec<String>,
    /// The names of the values in Rust, in the same order.
    pub variants: Vec<String>,
    /// Whether it is the tag of a union, which has no type of its own.
    pub is_tag: bool,
    /// The schema that defines it.
    pub node: Node,
}

/// A value that surrounds a request.
#[derive(Clone, Debug)]
pub struct ScopeMember {
    /// The name.
    pub name: String,
    /// What the schema says of it.
    pub documentation: Documentation,
    /// What it is, where there is one. There may be none.
    pub ty: Type,
    /// The schema that describes it.
    pub node: Node,
}

/// A member that names elements of a set.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The member of the root that holds the set.
    pub set: String,
    /// The member of an element that is its key.
    pub key: String,
    /// Whether the reference is held outside of the set, `through` leading from the root.
    pub at_root: bool,
    /// The members from an element to the arrays whose elements hold the reference; empty where
    /// the element itself holds it.
    pub through: Vec<String>,
    /// The member that holds the reference.
    pub member: String,
    /// Whether a circle is a problem.
    pub acyclic: bool,
    /// Whether names of no element are allowed.
    pub outside: bool,
    /// The annotation.
    pub node: Node,
}

/// An annotation that means nothing to the generator.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The keyword.
    pub keyword: String,
    /// Its value.
    pub value: Node,
}

impl Model {
    /// The name of a type, where it has one of its own.
    #[must_use]
    pub fn type_name(&self, ty: Type) -> Option<&str> {
        match ty {
            Type::Integer(index) => self.integers.get(index)?.name.as_deref(),
            Type::Number(index) => self.numbers.get(index)?.name.as_deref(),
            Type::Text(index) => self.texts.get(index)?.name.as_deref(),
            Type::Choice(index) => self.choices.get(index).map(|choice| choice.name.as_str()),
            Type::Record(index) => {
                let record = self.records.get(index).filter(|record| !record.is_map);
                record.map(|record| record.name.as_str())
            }
            Type::Opaque | Type::Null | Type::Boolean | Type::Array(_) => None,
        }
    }

    /// The root, where it is an object.
    #[must_use]
    pub fn root(&self) -> Option<&Record> {
        match self.root {
            Type::Record(index) => self.records.get(index),
            _ => None,
        }
    }

    /// Whether the plan alone tells what the schema accepts.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.remaining.is_empty()
    }
}

impl Record {
    /// The names of the members of all branches, the tag included, in the order of their UTF-16
    /// code units: the slots of the plan.
    #[must_use]
    pub fn slots(&self) -> Vec<&str> {
        if let Some((_, slots)) = &self.alone {
            return slots.iter().map(String::as_str).collect();
        }
        let members = self.branches.iter().flat_map(|branch| &branch.members);
        let tag = self.tag.iter().map(|tag| tag.name.as_str());
        let mut names: Vec<&str> = members.map(|member| member.name.as_str()).chain(tag).collect();
        names.sort_by(|left, right| tantamount_core::json::utf16(left, right));
        names.dedup();
        names
    }
}

impl Branch {
    /// A member by name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}
