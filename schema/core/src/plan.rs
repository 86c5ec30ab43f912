//! The plan: what a schema says, lowered to tables that the engine runs.
//!
//! `tantamount-codegen` writes a plan as one `static` beside the types it generates; it is data,
//! so nothing of it costs time to build, and every schema shares the one engine of
//! this crate. Tables refer to each other by index ([`Rule`]), so a plan may be recursive.
//!
//! An engine trusts its plan: indices are in range, the slots of a record are in the order of
//! [`crate::json::utf16`], keys and references name slots that hold scalars.
//! `codegen` sees to that, and its tests do.

use crate::parts;
use std::borrow::Cow;

/// A table of a plan: `static` data where generated, owned where a tool builds it.
pub type Table<T> = Cow<'static, [T]>;
/// A name of a plan.
pub type Name = Cow<'static, str>;

/// What a schema says, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The schema's `title`: the name of the request in messages.
    pub title: Name,
    /// The schema's `$id`.
    pub id: Name,
    /// The version in the schema's `$id`, stored with every row.
    pub version: Name,
    /// What the root must be.
    pub root: Rule,
    /// Objects and tagged unions of objects.
    pub records: Table<Record>,
    /// Arrays.
    pub arrays: Table<ArrayRule>,
    /// Whole numbers of 64 bits.
    pub integers: Table<IntegerRule>,
    /// Numbers of any size, exact.
    pub numbers: Table<NumberRule>,
    /// Strings.
    pub texts: Table<TextRule>,
    /// Strings out of a list.
    pub choices: Table<ChoiceRule>,
    /// The values that a scope gives.
    pub scope: Table<ScopeMember>,
    /// Members that name elements of a set.
    pub references: Table<Reference>,
}

/// What a value must be. The numbers are indices into the tables of the [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Any JSON, compared as `jsonb`.
    Opaque,
    /// `null` and nothing else: a member that a branch of a union has no value for. With a
    /// default, `true` or `false`, that may be written too.
    Null,
    /// `true` or `false`.
    Boolean,
    /// [`Plan::integers`]
    Integer(u16),
    /// [`Plan::numbers`]
    Number(u16),
    /// [`Plan::texts`]
    Text(u16),
    /// [`Plan::choices`]
    Choice(u16),
    /// [`Plan::arrays`]
    Array(u16),
    /// [`Plan::records`]
    Record(u16),
}

/// An object, or a tagged union of objects. An object is a union of one branch without a tag, so
/// that the engine has one way for both.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of the type.
    pub name: Name,
    /// The slot whose value selects the branch, in a union.
    pub tag: Option<u16>,
    /// The members of all branches, in the order of their names' UTF-16 code units.
    pub slots: Table<Slot>,
    /// The branches; one where there is no tag.
    pub branches: Table<Branch>,
    /// Whether any branch takes members that have no slot ([`Branch::others`]).
    pub is_open: bool,
}

/// The name of a member of a record.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The name.
    pub name: Name,
    /// The name as canonical JSON with the comma before it and its colon: `,"step_key":`, so that
    /// it is compared and written in one piece.
    pub fragment: Name,
    /// The first bytes of the fragment, and zeros behind a shorter one: see [`Slot::head_of`].
    pub head: [u8; 32],
}

impl Slot {
    /// The [`Slot::head`] of a fragment.
    #[must_use]
    pub const fn head_of(fragment: &str) -> [u8; 32] {
        let mut head = [0; 32];
        let (mut places, mut bytes) = (head.as_mut_slice(), fragment.as_bytes());
        while let (Some((place, left)), Some((byte, rest))) =
            (places.split_first_mut(), bytes.split_first())
        {
            *place = *byte;
            (places, bytes) = (left, rest);
        }
        head
    }
}

/// One shape of a record.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The value of the tag; empty without one.
    pub tag: Name,
    /// For each slot of the record what this branch takes there; `None` where it does not know
    /// the member, and for the tag itself, which is always required.
    pub members: Table<Option<Member>>,
    /// What members that the branch does not name must be; `None` where there may be none. They
    /// are part of the value.
    pub others: Option<OtherMembers>,
}

/// What the members of an object must be that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherMembers {
    /// What each value must be.
    pub rule: Rule,
    /// Whether a value may be `null`, which is a value here.
    pub nullable: bool,
}

/// What a branch takes in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What the value must be.
    pub rule: Rule,
    /// Whether `null` may be written. It means what absence means, unless the member is required
    /// or the rule itself takes `null` as a value ([`Rule::Opaque`]): there it is a value.
    pub nullable: bool,
    /// What absence means.
    pub absent: Absent,
    /// Left out of the canonical form when it has its absent meaning.
    pub emit_non_default: bool,
    /// A stored row without it matches anything.
    pub stored_absent_any: bool,
}

/// What it means that a member is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is a problem: the member is required.
    Required,
    /// No value: `null` in the canonical form.
    Null,
    /// A default, as canonical JSON by the rule of the member.
    Default(Name),
    /// The value that the scope gives: an index into [`Plan::scope`].
    Inherit(u16),
}

/// An array.
#[derive(Clone, Debug)]
pub struct ArrayRule {
    /// What each element must be.
    pub items: Rule,
    /// Whether an element may be `null`.
    pub nullable_items: bool,
    /// The least number of elements.
    pub min_items: u32,
    /// The greatest number of elements.
    pub max_items: Option<u32>,
    /// What the order of the elements means.
    pub order: Order,
}

/// What the order of an array's elements means.
#[derive(Clone, Debug)]
pub enum Order {
    /// It is part of the value.
    List,
    /// Nothing: the elements are records told apart by the values of these slots, and ordered by
    /// them; the slots hold required scalars in every branch, never `null`.
    Set(Table<u16>),
    /// Nothing, and equal elements may repeat; ordered by canonical bytes.
    Multiset,
}

/// A whole number, however it is spelt (`5`, `5.0`, `5e0`).
#[derive(Clone, Debug)]
pub struct IntegerRule {
    /// The least value.
    pub minimum: i64,
    /// The greatest value.
    pub maximum: i64,
}

/// A number of any size, however it is spelt: an exact decimal.
#[derive(Clone, Debug)]
pub struct NumberRule {
    /// Whether it must be a whole number.
    pub is_whole: bool,
    /// The least value.
    pub minimum: Option<Bound>,
    /// The greatest value.
    pub maximum: Option<Bound>,
}

/// The end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number in canonical spelling.
    pub value: Name,
    /// Whether the number itself is outside.
    pub is_exclusive: bool,
}

/// A string.
#[derive(Clone, Debug)]
pub struct TextRule {
    /// At least one character must not be white space (Unicode's White_Space).
    pub not_blank: bool,
    /// The most bytes in UTF-8.
    pub max_bytes: Option<u32>,
    /// How the value is spelt.
    pub form: Form,
}

/// How a string stands for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It is the value: compared code point by code point.
    Plain,
    /// A UUID (RFC 9562), hyphenated, in any case; one spelling, in lower case.
    Uuid,
    /// A point in time (RFC 3339 with an offset); one spelling, in UTC with `Z`, a fraction
    /// without trailing zeros and of any precision. See [`crate::DateTime`].
    DateTime,
    /// A decimal number in a string (JSON's grammar); one spelling, that of the exact digits as
    /// the canonical form writes a number. See [`crate::DecimalString`].
    Decimal,
}

/// A string out of a list.
#[derive(Clone, Debug)]
pub struct ChoiceRule {
    /// The name of the type.
    pub name: Name,
    /// The values.
    pub values: Table<Name>,
}

/// A value that a scope gives to members that inherit it.
#[derive(Clone, Debug)]
pub struct ScopeMember {
    /// The name.
    pub name: Name,
    /// What the value must be, where there is one.
    pub rule: Rule,
}

/// A member (a text) that names elements of a set by their key, a set of one key that is a text.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The slot of the root that holds the set.
    pub set: u16,
    /// The slot of the key in an element of the set.
    pub key: u16,
    /// Whether the reference is held outside of the set: `through` leads from the root then, not
    /// from an element of the set, and nothing can refer to itself or in a circle.
    pub at_root: bool,
    /// The slots from an element of the set to the arrays whose elements hold the reference, each
    /// an array of records; empty where the element (or the root) itself holds it.
    pub through: Table<u16>,
    /// The slot that holds the reference.
    pub member: u16,
    /// Whether a circle of references is a problem. A reference to the element itself is one in
    /// either case.
    pub acyclic: bool,
    /// Whether names of no element are allowed; they are for the server to check.
    pub outside: bool,
}

impl Plan {
    /// The record with this index.
    #[must_use]
    pub fn record(&self, index: u16) -> Option<&Record> {
        self.records.get(usize::from(index))
    }

    /// The number rule with this index.
    #[must_use]
    pub fn number(&self, index: u16) -> Option<&NumberRule> {
        self.numbers.get(usize::from(index))
    }

    /// The array with this index.
    #[must_use]
    pub fn array(&self, index: u16) -> Option<&ArrayRule> {
        self.arrays.get(usize::from(index))
    }
}

impl Record {
    /// [`Record::is_open`], where this build has what that takes.
    #[inline]
    pub(crate) fn keeps_others(&self) -> bool {
        parts::OPEN_RECORDS && self.is_open
    }

    /// What the branch takes in the slot.
    #[must_use]
    pub fn member(&self, branch: u16, slot: u16) -> Option<&Member> {
        self.branches.get(usize::from(branch))?.members.get(usize::from(slot))?.as_ref()
    }
}
