//! Which keywords there are, by draft and vocabulary.

use crate::read::{Dialect, Draft};

/// How a keyword is dealt with in a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It says where a schema stands or leads.
    Core,
    /// It checks something.
    Honoured,
    /// An annotation, or nothing that the dialect knows.
    Carried,
    /// Misspelt, or meant for another draft.
    Unknown,
}

/// Keywords that name schemas.
const CORE: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "definitions",
];

/// Keywords that check what stands below, or beside.
const APPLICATOR: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "dependencies",
    "dependentSchemas",
    "else",
    "if",
    "items",
    "maxContains",
    "minContains",
    "not",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "then",
];

/// Keywords that check a value by itself.
const VALIDATION: &[&str] = &[
    "const",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "type",
    "uniqueItems",
];

/// Annotations. What stands in the second half is not JSON Schema's but common, and near enough to
/// a keyword to be taken for a slip.
const ANNOTATIONS: &[&str] = &[
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
    "x-canonical",
    "x-storage",
    "example",
];

/// How a keyword is dealt with.
pub(super) fn standing(keyword: &str, dialect: Dialect) -> Standing {
    let since = match keyword {
        "$defs"
        | "$anchor"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "dependentSchemas"
        | "dependentRequired"
        | "minContains"
        | "maxContains"
        | "$vocabulary" => Draft::Nineteen,
        "prefixItems" | "$dynamicRef" | "$dynamicAnchor" => Draft::Twenty,
        "if" | "then" | "else" | "$comment" => Draft::Seven,
        _ => Draft::Six,
    };
    let until = match keyword {
        "additionalItems" => Draft::Nineteen,
        _ => Draft::Twenty,
    };
    let is_of_nineteen = matches!(keyword, "$recursiveRef" | "$recursiveAnchor");
    let is_of_draft = dialect.draft >= since
        && dialect.draft <= until
        && (!is_of_nineteen || dialect.draft == Draft::Nineteen);
    let is_known = |names: &[&str]| names.contains(&keyword);
    if is_known(CORE)
        || is_known(APPLICATOR)
        || is_known(VALIDATION)
        || is_unevaluated(keyword)
        || keyword == "format"
    {
        if !is_of_draft {
            return Standing::Carried;
        }
        let applies = is_known(CORE)
            || (is_known(APPLICATOR) && dialect.applicator)
            || (is_known(VALIDATION) && dialect.validation)
            || (is_unevaluated(keyword) && dialect.unevaluated)
            || keyword == "format";
        return match (applies, is_known(CORE)) {
            (true, true) => Standing::Core,
            (true, false) => Standing::Honoured,
            (false, _) => Standing::Carried,
        };
    }
    if is_known(ANNOTATIONS) {
        return Standing::Carried;
    }
    let is_slip = match keyword.starts_with("x-") {
        true => crate::read::suggestion(keyword, ["x-canonical", "x-storage"]).is_some(),
        false => crate::read::suggestion(keyword, all()).is_some(),
    };
    if is_slip { Standing::Unknown } else { Standing::Carried }
}

fn is_unevaluated(keyword: &str) -> bool {
    matches!(keyword, "unevaluatedItems" | "unevaluatedProperties")
}

/// Every keyword that somebody may have meant.
pub(super) fn all() -> impl Iterator<Item = &'static str> + Clone {
    let lists = [
        CORE,
        APPLICATOR,
        VALIDATION,
        ANNOTATIONS,
        &["format", "unevaluatedItems", "unevaluatedProperties"],
    ];
    lists.into_iter().flatten().copied()
}
