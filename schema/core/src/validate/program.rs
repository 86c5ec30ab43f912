//! What a schema checks, as tables.

use super::format::Format;
use super::pattern::Pattern;
use crate::plan::{Name, Table};

/// What a schema checks, ready to run: `static` data where generated, owned where a tool builds it.
///
/// Schemas refer to each other by index, so that a schema may hold itself. An engine trusts its
/// program in what [`Program`] and [`Check`] say of order; an index that is out of range checks
/// nothing.
#[derive(Clone, Debug)]
pub struct Program {
    /// The schema that the whole text is checked by.
    pub root: u32,
    /// Every schema, `true` and `false` included.
    pub schemas: Table<Schema>,
    /// The regular expressions.
    pub patterns: Table<Pattern>,
    /// The formats that are asserted.
    pub formats: Table<Format>,
    /// The schema resources (what has an `$id`, and each file).
    pub resources: Table<Resource>,
}

/// One schema: every check must hold.
#[derive(Clone, Debug)]
pub struct Schema {
    /// What messages call it: its `title`, or its name under `$defs`; empty where it has neither.
    pub name: Name,
    /// Where it stands: its resource's URI, `#`, and its JSON Pointer there. Generated code leaves
    /// it empty where no message can tell it.
    pub place: Name,
    /// The resource that it belongs to: an index into [`Program::resources`].
    pub resource: u32,
    /// Whether it can be reached from itself: then what was found out about a value is remembered,
    /// so that a value is never looked at twice.
    pub recursive: bool,
    /// What it checks; `Unevaluated…` last.
    pub checks: Table<Check>,
}

/// A schema resource, for `$dynamicRef`.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its URI.
    pub uri: Name,
    /// Its dynamic anchors: the number of the anchor's name, and the schema.
    pub anchors: Table<(u32, u32)>,
}

/// A set of JSON types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Types(
    /// One bit for each type, as the constants of this type say.
    pub u8,
);

impl Types {
    /// `null`
    pub const NULL: Types = Types(1);
    /// `boolean`
    pub const BOOLEAN: Types = Types(2);
    /// `integer`: a number without a fraction, however it is spelt.
    pub const INTEGER: Types = Types(4);
    /// `number`
    pub const NUMBER: Types = Types(8);
    /// `string`
    pub const STRING: Types = Types(16);
    /// `array`
    pub const ARRAY: Types = Types(32);
    /// `object`
    pub const OBJECT: Types = Types(64);
    /// The names of the types, in the order of their bits.
    pub const NAMES: [&str; 7] =
        ["null", "boolean", "integer", "number", "string", "array", "object"];

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    /// Whether the sets share a type.
    #[must_use]
    pub const fn meets(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }
}

/// The members of an object that a [`Check::Properties`] knows.
#[derive(Clone, Debug)]
pub struct Properties {
    /// `properties`, in the order of their names' UTF-16 code units.
    pub members: Table<(Name, u32)>,
    /// `patternProperties`: an index into [`Program::patterns`], and the schema.
    pub patterns: Table<(u32, u32)>,
    /// `additionalProperties`
    pub additional: Option<u32>,
}

/// One thing that a schema checks. Numbers without a name are indices into
/// [`Program::schemas`]; a check that is about another type than the value's holds.
#[derive(Clone, Debug)]
pub enum Check {
    /// `false`
    Never,
    /// `type`
    Types(Types),
    /// `enum` and `const`: canonical JSON of the values, in the order of their bytes.
    Values(Table<Name>),
    /// `minimum`: JSON of a number, as the others.
    Minimum(Name),
    /// `exclusiveMinimum`
    ExclusiveMinimum(Name),
    /// `maximum`
    Maximum(Name),
    /// `exclusiveMaximum`
    ExclusiveMaximum(Name),
    /// `multipleOf`
    MultipleOf(Name),
    /// `minLength`, in code points.
    MinLength(u64),
    /// `maxLength`, in code points.
    MaxLength(u64),
    /// `pattern`: an index into [`Program::patterns`].
    Pattern(u32),
    /// `format`: an index into [`Program::formats`].
    Format(u32),
    /// `minItems`
    MinItems(u64),
    /// `maxItems`
    MaxItems(u64),
    /// `uniqueItems`
    UniqueItems,
    /// `prefixItems` and `items`
    Items {
        /// A schema for each of the first elements.
        prefix: Table<u32>,
        /// For the elements after them.
        rest: Option<u32>,
    },
    /// `contains`, `minContains` and `maxContains`
    Contains {
        /// What to look for.
        schema: u32,
        /// The least number of elements.
        minimum: u64,
        /// The greatest number of elements.
        maximum: Option<u64>,
    },
    /// `minProperties`
    MinProperties(u64),
    /// `maxProperties`
    MaxProperties(u64),
    /// `required`
    Required(Table<Name>),
    /// `dependentRequired`: where the first member is there, the others must be.
    DependentRequired(Table<(Name, Table<Name>)>),
    /// `dependentSchemas`: where the member is there, the object must be as the schema says.
    DependentSchemas(Table<(Name, u32)>),
    /// `properties`, `patternProperties` and `additionalProperties`
    Properties(Properties),
    /// `propertyNames`
    PropertyNames(u32),
    /// `$ref`, and a `$dynamicRef` that leads to one place only.
    Reference(u32),
    /// `$dynamicRef`
    DynamicReference {
        /// The number of the anchor's name.
        anchor: u32,
        /// Where it leads when no resource around has the anchor.
        otherwise: u32,
    },
    /// `allOf`
    AllOf(Table<u32>),
    /// `anyOf`
    AnyOf(Table<u32>),
    /// `oneOf`
    OneOf(Table<u32>),
    /// `not`
    Not(u32),
    /// `if`, `then` and `else`
    If {
        /// What is asked.
        condition: u32,
        /// What must hold when it holds.
        then: Option<u32>,
        /// What must hold when it does not.
        otherwise: Option<u32>,
    },
    /// `unevaluatedItems`
    UnevaluatedItems(u32),
    /// `unevaluatedProperties`
    UnevaluatedProperties(u32),
}

impl Program {
    /// The schema with this index.
    #[must_use]
    pub fn schema(&self, index: u32) -> Option<&Schema> {
        self.schemas.get(index as usize)
    }

    /// The checks of the schema with this index.
    pub(super) fn checks(&self, index: u32) -> &[Check] {
        self.schema(index).map_or(&[], |schema| &schema.checks)
    }

    /// Whether the schema with this index is `false`.
    pub(super) fn is_never(&self, index: u32) -> bool {
        matches!(self.checks(index), [Check::Never, ..])
    }
}

impl Check {
    /// Whether other schemas are needed for it.
    pub(super) fn is_compound(&self) -> bool {
        match self {
            Check::Items { .. }
            | Check::Contains { .. }
            | Check::DependentSchemas(_)
            | Check::Properties(_)
            | Check::PropertyNames(_)
            | Check::Reference(_)
            | Check::DynamicReference { .. }
            | Check::AllOf(_)
            | Check::AnyOf(_)
            | Check::OneOf(_)
            | Check::Not(_)
            | Check::If { .. }
            | Check::UnevaluatedItems(_)
            | Check::UnevaluatedProperties(_) => true,
            Check::Never
            | Check::Types(_)
            | Check::Values(_)
            | Check::Minimum(_)
            | Check::ExclusiveMinimum(_)
            | Check::Maximum(_)
            | Check::ExclusiveMaximum(_)
            | Check::MultipleOf(_)
            | Check::MinLength(_)
            | Check::MaxLength(_)
            | Check::Pattern(_)
            | Check::Format(_)
            | Check::MinItems(_)
            | Check::MaxItems(_)
            | Check::UniqueItems
            | Check::MinProperties(_)
            | Check::MaxProperties(_)
            | Check::Required(_)
            | Check::DependentRequired(_) => false,
        }
    }

    /// Whether it needs to know what other checks looked at.
    pub(super) fn is_unevaluated(&self) -> bool {
        matches!(self, Check::UnevaluatedItems(_) | Check::UnevaluatedProperties(_))
    }
}
