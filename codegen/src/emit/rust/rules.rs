//! The validation program as a `static`.

use super::table::{Table, name, slice};
use crate::emit::{Gates, rust_file_and};
use crate::error::Error;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use tantamount_core::validate::{Check, Format, Program, Properties, Schema};

/// The file `rules.rs`: `pub static RULES: Program`. `edit` is the file that its header tells people
/// to edit. The crate that it is for depends on `tantamount-core` with the feature `validate`.
///
/// # Errors
/// [`Error::Output`] where the generator wrote something that is no Rust: a fault of its own.
pub fn emit_rules(program: &Program, edit: &str) -> Result<String, Error> {
    let documentation = "What the schema checks, as tables for the engine.";
    let (uses, item) = rules(program);
    rust_file_and("rules.rs", edit, documentation, uses, Gates::Features, &item)
}

/// What the file imports, and its items, as text.
pub(super) fn rules(program: &Program) -> (TokenStream, String) {
    // Only a dynamic reference can lead round at run time, and only then is a place told.
    let is_dynamic = |check: &Check| matches!(check, Check::DynamicReference { .. });
    let mut all = program.schemas.iter().flat_map(|schema| schema.checks.iter());
    let has_places = all.any(is_dynamic);
    let resources = program.resources.iter().map(|resource| {
        let anchors = slice(resource.anchors.iter().copied());
        Table::Struct("Resource", vec![("uri", name(&resource.uri)), ("anchors", anchors)])
    });
    let patterns =
        program.patterns.iter().map(|one| Table::Call("Pattern::new", vec![name(one.source())]));
    let patterns: Vec<Table> = patterns.collect();
    // Each compiles when first used and remembers it, so they stand in a place of their own.
    let (mut items, pattern_table) = match patterns.len() {
        0 => (String::new(), slice(std::iter::empty::<Table>())),
        count => {
            let head = format!("static PATTERNS: [Pattern; {count}usize] = ");
            let all = Table::Reference(Box::new("PATTERNS".into()));
            let item = Table::Array(patterns).item(&head);
            (format!("{item}\n"), Table::Call("Cow::Borrowed", vec![all]))
        }
    };
    let table = Table::Struct(
        "Program",
        vec![
            ("root", program.root.into()),
            ("schemas", slice(program.schemas.iter().map(|one| schema(one, has_places)))),
            ("patterns", pattern_table),
            ("formats", slice(program.formats.iter().map(format))),
            ("resources", slice(resources)),
        ],
    );
    items.push_str("/// What the schema checks, as tables for the engine.\n");
    items.push_str(&table.item("pub static RULES: Program = "));
    let imports = imports(program);
    let uses = quote! {
        use std::borrow::Cow;
        use tantamount_core::validate::{#(#imports),*};
    };
    (uses, items)
}

/// The names that the program needs: an import that nothing uses is a warning.
fn imports(program: &Program) -> Vec<Ident> {
    let checks = || program.schemas.iter().flat_map(|schema| schema.checks.iter());
    let list = [
        (checks().next().is_some(), "Check"),
        (!program.formats.is_empty(), "Format"),
        (!program.patterns.is_empty(), "Pattern"),
        (true, "Program"),
        (checks().any(|check| matches!(check, Check::Properties(_))), "Properties"),
        (true, "Resource"),
        (true, "Schema"),
        (checks().any(|check| matches!(check, Check::Types(_))), "Types"),
        (!program.formats.is_empty(), "format"),
    ];
    let used = list.into_iter().filter(|(is_used, _)| *is_used);
    used.map(|(_, name)| Ident::new(name, Span::call_site())).collect()
}

fn schema(schema: &Schema, has_place: bool) -> Table {
    let place = if has_place { &*schema.place } else { "" };
    Table::Struct(
        "Schema",
        vec![
            ("name", name(&schema.name)),
            ("place", name(place)),
            ("resource", schema.resource.into()),
            ("recursive", schema.recursive.into()),
            ("checks", slice(schema.checks.iter().map(check))),
        ],
    )
}

fn format(format: &Format) -> Table {
    let function = format!("format::{}", format.name.replace('-', "_"));
    Table::Struct(
        "Format",
        vec![
            ("name", name(&format.name)),
            ("example", name(&format.example)),
            ("check", Table::Word(function.into())),
        ],
    )
}

fn numbers(list: &[u32]) -> Table {
    slice(list.iter().copied())
}

fn names(list: &[tantamount_core::plan::Name]) -> Table {
    slice(list.iter().map(|one| name(one)))
}

fn named(list: &[(tantamount_core::plan::Name, u32)]) -> Table {
    slice(list.iter().map(|(one, schema)| (name(one), *schema)))
}

fn check(check: &Check) -> Table {
    let of = |path: &'static str, value: Table| Table::Call(path, vec![value]);
    match check {
        Check::Never => "Check::Never".into(),
        Check::Types(types) => of("Check::Types", of("Types", types.0.into())),
        Check::Values(list) => of("Check::Values", names(list)),
        Check::Minimum(bound) => of("Check::Minimum", name(bound)),
        Check::ExclusiveMinimum(bound) => of("Check::ExclusiveMinimum", name(bound)),
        Check::Maximum(bound) => of("Check::Maximum", name(bound)),
        Check::ExclusiveMaximum(bound) => of("Check::ExclusiveMaximum", name(bound)),
        Check::MultipleOf(bound) => of("Check::MultipleOf", name(bound)),
        Check::MinLength(count) => of("Check::MinLength", (*count).into()),
        Check::MaxLength(count) => of("Check::MaxLength", (*count).into()),
        Check::Pattern(index) => of("Check::Pattern", (*index).into()),
        Check::Format(index) => of("Check::Format", (*index).into()),
        Check::MinItems(count) => of("Check::MinItems", (*count).into()),
        Check::MaxItems(count) => of("Check::MaxItems", (*count).into()),
        Check::UniqueItems => "Check::UniqueItems".into(),
        Check::Items { prefix, rest } => {
            let fields = vec![("prefix", numbers(prefix)), ("rest", (*rest).into())];
            Table::Struct("Check::Items", fields)
        }
        Check::Contains { schema, minimum, maximum } => Table::Struct(
            "Check::Contains",
            vec![
                ("schema", (*schema).into()),
                ("minimum", (*minimum).into()),
                ("maximum", (*maximum).into()),
            ],
        ),
        Check::MinProperties(count) => of("Check::MinProperties", (*count).into()),
        Check::MaxProperties(count) => of("Check::MaxProperties", (*count).into()),
        Check::Required(list) => of("Check::Required", names(list)),
        Check::DependentRequired(list) => {
            let list = slice(list.iter().map(|(one, list)| (name(one), names(list))));
            of("Check::DependentRequired", list)
        }
        Check::DependentSchemas(list) => of("Check::DependentSchemas", named(list)),
        Check::Properties(Properties { members, patterns, additional }) => {
            let fields = vec![
                ("members", named(members)),
                ("patterns", slice(patterns.iter().copied())),
                ("additional", (*additional).into()),
            ];
            of("Check::Properties", Table::Struct("Properties", fields))
        }
        Check::PropertyNames(schema) => of("Check::PropertyNames", (*schema).into()),
        Check::Reference(schema) => of("Check::Reference", (*schema).into()),
        Check::DynamicReference { anchor, otherwise } => {
            let fields = vec![("anchor", (*anchor).into()), ("otherwise", (*otherwise).into())];
            Table::Struct("Check::DynamicReference", fields)
        }
        Check::AllOf(list) => of("Check::AllOf", numbers(list)),
        Check::AnyOf(list) => of("Check::AnyOf", numbers(list)),
        Check::OneOf(list) => of("Check::OneOf", numbers(list)),
        Check::Not(schema) => of("Check::Not", (*schema).into()),
        Check::If { condition, then, otherwise } => Table::Struct(
            "Check::If",
            vec![
                ("condition", (*condition).into()),
                ("then", (*then).into()),
                ("otherwise", (*otherwise).into()),
            ],
        ),
        Check::UnevaluatedItems(schema) => of("Check::UnevaluatedItems", (*schema).into()),
        Check::UnevaluatedProperties(schema) => {
            of("Check::UnevaluatedProperties", (*schema).into())
        }
    }
}
