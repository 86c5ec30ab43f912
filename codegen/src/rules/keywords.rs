//! Which keywords there are, by draft and vocabulary.

use crate::read::{Dialect, Draft};

/// How a keyword is dealt with in a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
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
    "x-rust-name",
    "x-rust-names",
    "x-storage",
    "example",
];

/// Annotations of ours.
const OURS: &[&str] = &["x-canonical", "x-rust-name", "x-rust-names", "x-storage"];

/// How a keyword is dealt with.
pub(crate) fn standing(keyword: &str, dialect: Dialect) -> Standing {
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
    if slip(keyword).is_some() { Standing::Unknown } else { Standing::Carried }
}

/// The keyword that was meant by one that is not known, if it looks like a slip: people and tools
/// add keywords of their own, and those are theirs to name.
pub(super) fn slip(keyword: &str) -> Option<&'static str> {
    if keyword.starts_with("x-") {
        // Others have `x-rust-type` and `x-names`: those are carried.
        let is_near = |own: &&str| strsim::damerau_levenshtein(&keyword.to_lowercase(), own) <= 2;
        return crate::read::suggestion(keyword, OURS.iter().copied()).filter(is_near);
    }
    let plain = |name: &str| {
        name.to_lowercase().chars().filter(|one| one.is_alphanumeric()).collect::<String>()
    };
    let written = plain(keyword);
    let distance = |name: &&str| strsim::damerau_levenshtein(&written, &plain(name));
    let nearest = all().min_by_key(distance)?;
    let meant = plain(nearest);
    let is_slip = match (distance(&nearest), written.len().min(meant.len())) {
        (0, _) => true,
        (1, 4..) => true,
        // Names that begin with `$` are kept for JSON Schema itself.
        (1, _) => keyword.starts_with('$'),
        (2, 8..) => written.chars().next() == meant.chars().next(),
        _ => false,
    };
    is_slip.then_some(nearest)
}

fn is_unevaluated(keyword: &str) -> bool {
    matches!(keyword, "unevaluatedItems" | "unevaluatedProperties")
}

/// Every keyword that somebody may have meant.
fn all() -> impl Iterator<Item = &'static str> + Clone {
    let lists = [
        CORE,
        APPLICATOR,
        VALIDATION,
        ANNOTATIONS,
        &["format", "unevaluatedItems", "unevaluatedProperties"],
    ];
    lists.into_iter().flatten().copied()
}
