//! Dialects of JSON Schema: which draft a schema is written in, and which vocabularies it uses.

use super::keywords::{Shape, shape};

/// A draft of JSON Schema, by the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Draft {
    /// Draft 6
    Six,
    /// Draft 7
    Seven,
    /// Draft 2019-09
    Nineteen,
    /// Draft 2020-12
    Twenty,
}

/// What the keywords of a schema mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The draft that its vocabularies are of.
    pub draft: Draft,
    /// Whether `properties`, `items`, `allOf` and their like apply.
    pub applicator: bool,
    /// Whether `unevaluatedItems` and `unevaluatedProperties` apply.
    pub unevaluated: bool,
    /// Whether `type`, `minimum`, `required` and their like are asserted.
    pub validation: bool,
    /// Whether `format` is asserted, and an unknown one refused.
    pub format: bool,
}

impl Dialect {
    /// Draft 2020-12 as it stands: what a schema without `$schema` is read as.
    pub const TWENTY: Dialect = Dialect::of(Draft::Twenty);

    const fn of(draft: Draft) -> Dialect {
        Dialect { draft, applicator: true, unevaluated: true, validation: true, format: false }
    }

    /// The dialect of a draft's own meta-schema.
    pub(crate) fn standard(uri: &str) -> Option<Dialect> {
        let draft = match uri.trim_end_matches('#') {
            "https://json-schema.org/draft/2020-12/schema" => Draft::Twenty,
            "https://json-schema.org/draft/2019-09/schema" => Draft::Nineteen,
            "http://json-schema.org/draft-07/schema"
            | "https://json-schema.org/draft-07/schema" => Draft::Seven,
            "http://json-schema.org/draft-06/schema"
            | "https://json-schema.org/draft-06/schema" => Draft::Six,
            _ => return None,
        };
        Some(Dialect::of(draft))
    }

    /// The dialect of a meta-schema with `$vocabulary`; `Err` names a vocabulary that is required
    /// and not known.
    pub(crate) fn with_vocabularies<'a>(
        draft: Draft,
        vocabularies: impl Iterator<Item = (&'a str, bool)>,
    ) -> Result<Dialect, &'a str> {
        let mut dialect = Dialect {
            applicator: false,
            unevaluated: false,
            validation: false,
            ..Dialect::of(draft)
        };
        for (uri, is_required) in vocabularies {
            let name = uri.strip_prefix(match draft {
                Draft::Nineteen => "https://json-schema.org/draft/2019-09/vocab/",
                _ => "https://json-schema.org/draft/2020-12/vocab/",
            });
            match (name, draft) {
                (Some("core" | "meta-data" | "content" | "format-annotation"), _) => {}
                (Some("applicator"), Draft::Nineteen) => {
                    (dialect.applicator, dialect.unevaluated) = (true, true);
                }
                (Some("applicator"), _) => dialect.applicator = true,
                (Some("unevaluated"), _) => dialect.unevaluated = true,
                (Some("validation"), _) => dialect.validation = true,
                // Whether it is required or not, we know it; so it is used (core, 8.1.2).
                (Some("format-assertion"), _) => dialect.format = true,
                (Some("format"), Draft::Nineteen) => dialect.format = is_required,
                _ if is_required => return Err(uri),
                _ => {}
            }
        }
        Ok(dialect)
    }

    /// What a keyword holds below it in this draft; nothing where it is none that holds schemas.
    pub(crate) fn shape(self, keyword: &str) -> Option<Shape> {
        let is_known = match keyword {
            "if" | "then" | "else" => self.draft >= Draft::Seven,
            "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema"
            | "$defs"
            | "dependentSchemas" => self.draft >= Draft::Nineteen,
            "additionalItems" => self.draft < Draft::Twenty,
            "prefixItems" => self.draft == Draft::Twenty,
            _ => true,
        };
        match shape(keyword).filter(|_| is_known) {
            Some(Shape::SchemaOrList) if self.draft == Draft::Twenty => Some(Shape::Schema),
            found => found,
        }
    }
}

macro_rules! documents {
    ($($uri:literal $path:literal,)+) => {
        /// The drafts' own meta-schemas, which ship with the program.
        pub(super) fn standard_document(uri: &str) -> Option<&'static str> {
            match uri {
                $($uri => Some(include_str!(concat!("metaschemas/", $path))),)+
                _ => None,
            }
        }
    };
}

documents! {
    "https://json-schema.org/draft/2020-12/schema" "draft2020-12/schema.json",
    "https://json-schema.org/draft/2020-12/meta/core" "draft2020-12/meta/core.json",
    "https://json-schema.org/draft/2020-12/meta/applicator" "draft2020-12/meta/applicator.json",
    "https://json-schema.org/draft/2020-12/meta/unevaluated" "draft2020-12/meta/unevaluated.json",
    "https://json-schema.org/draft/2020-12/meta/validation" "draft2020-12/meta/validation.json",
    "https://json-schema.org/draft/2020-12/meta/meta-data" "draft2020-12/meta/meta-data.json",
    "https://json-schema.org/draft/2020-12/meta/format-annotation" "draft2020-12/meta/format-annotation.json",
    "https://json-schema.org/draft/2020-12/meta/format-assertion" "draft2020-12/meta/format-assertion.json",
    "https://json-schema.org/draft/2020-12/meta/content" "draft2020-12/meta/content.json",
    "https://json-schema.org/draft/2019-09/schema" "draft2019-09/schema.json",
    "https://json-schema.org/draft/2019-09/meta/core" "draft2019-09/meta/core.json",
    "https://json-schema.org/draft/2019-09/meta/applicator" "draft2019-09/meta/applicator.json",
    "https://json-schema.org/draft/2019-09/meta/validation" "draft2019-09/meta/validation.json",
    "https://json-schema.org/draft/2019-09/meta/meta-data" "draft2019-09/meta/meta-data.json",
    "https://json-schema.org/draft/2019-09/meta/format" "draft2019-09/meta/format.json",
    "https://json-schema.org/draft/2019-09/meta/content" "draft2019-09/meta/content.json",
    "http://json-schema.org/draft-07/schema" "draft7.json",
    "http://json-schema.org/draft-06/schema" "draft6.json",
}
