//! The meta-schemas: JSON Schema's own and those of `x-canonical` and `x-storage`.

use super::keywords::subschemas;
use super::node::{Node, unescaped};
use super::spelling::did_you_mean;
use crate::error::{Fault, Report};
use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use std::sync::LazyLock;

const CANONICAL: &str = include_str!("../../../schema/vocabulary/canonical.schema.json");
const STORAGE: &str = include_str!("../../../schema/vocabulary/storage.schema.json");

/// An annotation of ours with what describes it.
struct Vocabulary {
    keyword: &'static str,
    schema: serde_json::Value,
    validator: Option<Validator>,
}

impl Vocabulary {
    /// The meta-schemas are part of the program, and its tests compile them.
    fn new(keyword: &'static str, text: &str) -> Vocabulary {
        let schema: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        Vocabulary { keyword, validator: jsonschema::validator_for(&schema).ok(), schema }
    }

    /// The names of the members that are known at a place of the annotation.
    fn names(&self, tokens: &[&str]) -> Vec<&str> {
        let mut here = &self.schema;
        for token in tokens {
            let next = here.get("properties").and_then(|properties| properties.get(*token));
            let Some(next) = next else { return Vec::new() };
            here = self.followed(next);
        }
        let names = here.get("properties").and_then(|properties| properties.as_object());
        names.map(|names| names.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// What a `$ref` of the meta-schema leads to.
    fn followed<'v>(&'v self, schema: &'v serde_json::Value) -> &'v serde_json::Value {
        let reference = schema.get("$ref").and_then(|reference| reference.as_str());
        let target = reference.and_then(|reference| reference.strip_prefix('#'));
        target.and_then(|pointer| self.schema.pointer(pointer)).unwrap_or(schema)
    }
}

static VOCABULARIES: LazyLock<[Vocabulary; 2]> = LazyLock::new(|| {
    [Vocabulary::new("x-canonical", CANONICAL), Vocabulary::new("x-storage", STORAGE)]
});

/// Reports what the meta-schema of JSON Schema 2020-12 does not allow.
pub(crate) fn check_standard(root: &Node, report: &mut Report) {
    let instance = root.to_json();
    for error in jsonschema::draft202012::meta::validator().iter_errors(&instance) {
        let Some(node) = root.at(error.instance_path().as_str()) else { continue };
        report.add(standard_fault(node, &error));
    }
}

/// Reports what the meta-schemas of our annotations do not allow.
pub(crate) fn check_annotations(schema: &Node, report: &mut Report) {
    for vocabulary in &*VOCABULARIES {
        let Some(annotation) = schema.get(vocabulary.keyword) else { continue };
        check_annotation(annotation, vocabulary, report);
    }
    for below in subschemas(schema) {
        check_annotations(below, report);
    }
}

fn check_annotation(annotation: &Node, vocabulary: &Vocabulary, report: &mut Report) {
    let Some(validator) = &vocabulary.validator else {
        report.add(Fault::new(
            annotation.span(),
            annotation.pointer(),
            vocabulary.keyword,
            "the meta-schema of the annotation cannot be used".to_owned(),
            "this is a fault of the generator's: please report it",
        ));
        return;
    };
    let instance = annotation.to_json();
    for error in validator.iter_errors(&instance) {
        let Some(node) = annotation.at(error.instance_path().as_str()) else { continue };
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let place = error.instance_path().as_str();
            let tokens: Vec<&str> = place.split('/').skip(1).collect();
            let known = vocabulary.names(&tokens);
            for name in unexpected {
                report.add(unexpected_fault(node, name, vocabulary, &known));
            }
            continue;
        }
        let keyword = keyword_of(node, vocabulary.keyword);
        let (message, help) = match error.kind() {
            ValidationErrorKind::Not { .. } => {
                let names: Vec<&str> = node.members().iter().map(|m| m.name.as_str()).collect();
                let message = format!("`{}` exclude each other", names.join("` and `"));
                (message, "keep one of them".to_owned())
            }
            ValidationErrorKind::Required { property } => {
                let property = property.as_str().unwrap_or_default();
                let message = format!("`{keyword}` has no member `{property}`");
                (message, format!("add `{property}`"))
            }
            _ => (
                format!("the value is not what `{}` allows here", vocabulary.keyword),
                lower(&error.to_string()),
            ),
        };
        report.add(Fault::new(node.span(), node.pointer(), &keyword, message, &help));
    }
}

fn unexpected_fault(node: &Node, name: &str, vocabulary: &Vocabulary, known: &[&str]) -> Fault {
    let help = match known {
        [] => format!("see the meta-schema of `{}` for what may stand here", vocabulary.keyword),
        known => did_you_mean(name, known.iter().copied()),
    };
    let member = node.member(name);
    let around = keyword_of(node, vocabulary.keyword);
    Fault::new(
        member.map_or(node.span(), |member| member.name_span),
        member.map_or(node.pointer(), |member| member.value.pointer()),
        if name.is_empty() { &around } else { name },
        format!("`{around}` has no member `{name}`"),
        &help,
    )
}

fn standard_fault(node: &Node, error: &ValidationError<'_>) -> Fault {
    let keyword = keyword_of(node, "schema");
    Fault::new(
        node.span(),
        node.pointer(),
        &keyword,
        format!("the value of `{keyword}` is not what JSON Schema 2020-12 allows"),
        &lower(&error.to_string()),
    )
}

/// The last name in the node's pointer.
fn keyword_of(node: &Node, root: &str) -> String {
    let tokens = node.pointer().rsplit('/');
    let name = tokens.into_iter().find(|token| token.parse::<u32>().is_err());
    unescaped(name.filter(|name| !name.is_empty()).unwrap_or(root))
}

fn lower(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_meta_schemas_are_schemas_themselves() {
        for vocabulary in &*super::VOCABULARIES {
            assert!(vocabulary.validator.is_some(), "{}", vocabulary.keyword);
            assert!(!vocabulary.names(&[]).is_empty(), "{}", vocabulary.keyword);
        }
        let [_, storage] = &*super::VOCABULARIES;
        assert_eq!(storage.names(&["ledger", "status"]), ["column", "initial", "values"]);
        assert_eq!(storage.names(&["window", "where"]), [""; 0]);
        for text in [super::CANONICAL, super::STORAGE] {
            let schema: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(jsonschema::draft202012::meta::is_valid(&schema));
        }
    }
}
