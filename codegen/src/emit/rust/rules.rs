//! The validation program as a `static`.

use super::plan::{name_tokens, option, table};
use crate::emit::{Gates, rust_file};
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
    rust_file("rules.rs", edit, documentation, rules(program), Gates::Features)
}

/// The items of the file.
pub(super) fn rules(program: &Program) -> TokenStream {
    let root = program.root;
    // Only a dynamic reference can lead round at run time, and only then is a place told.
    let is_dynamic = |check: &Check| matches!(check, Check::DynamicReference { .. });
    let mut all = program.schemas.iter().flat_map(|schema| schema.checks.iter());
    let has_places = all.any(is_dynamic);
    let schemas = table(program.schemas.iter().map(|one| schema(one, has_places)));
    let resources = table(program.resources.iter().map(|resource| {
        let uri = name_tokens(&resource.uri);
        let anchors = pairs(&resource.anchors);
        quote!(Resource { uri: #uri, anchors: #anchors })
    }));
    let patterns = program.patterns.iter().map(|pattern| {
        let source = name_tokens(pattern.source());
        quote!(Pattern::new(#source))
    });
    let count = program.patterns.len();
    // Each compiles when first used and remembers it, so they stand in a place of their own.
    let pattern_items = (count > 0).then(|| {
        quote! { static PATTERNS: [Pattern; #count] = [#(#patterns),*]; }
    });
    let patterns = match count {
        0 => quote!(Cow::Borrowed(&[])),
        _ => quote!(Cow::Borrowed(&PATTERNS)),
    };
    let formats = table(program.formats.iter().map(format));
    let imports = imports(program);
    quote! {
        use std::borrow::Cow;
        use tantamount_core::validate::{#(#imports),*};

        #pattern_items

        /// What the schema checks, as tables for the engine.
        pub static RULES: Program = Program {
            root: #root,
            schemas: #schemas,
            patterns: #patterns,
            formats: #formats,
            resources: #resources,
        };
    }
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

fn schema(schema: &Schema, has_place: bool) -> TokenStream {
    let Schema { resource, recursive, .. } = schema;
    let place = if has_place { &schema.place } else { "" };
    let (name, place) = (name_tokens(&schema.name), name_tokens(place));
    let checks = table(schema.checks.iter().map(check));
    quote! {
        Schema {
            name: #name,
            place: #place,
            resource: #resource,
            recursive: #recursive,
            checks: #checks,
        }
    }
}

fn format(format: &Format) -> TokenStream {
    let function = Ident::new(&format.name.replace('-', "_"), Span::call_site());
    let (name, example) = (name_tokens(&format.name), name_tokens(&format.example));
    quote!(Format { name: #name, example: #example, check: format::#function })
}

fn numbers(list: &[u32]) -> TokenStream {
    table(list.iter().map(|one| quote!(#one)))
}

fn pairs(list: &[(u32, u32)]) -> TokenStream {
    table(list.iter().map(|(left, right)| quote!((#left, #right))))
}

fn names(list: &[tantamount_core::plan::Name]) -> TokenStream {
    table(list.iter().map(|name| name_tokens(name)))
}

fn named(list: &[(tantamount_core::plan::Name, u32)]) -> TokenStream {
    table(list.iter().map(|(name, schema)| {
        let name = name_tokens(name);
        quote!((#name, #schema))
    }))
}

fn check(check: &Check) -> TokenStream {
    match check {
        Check::Never => quote!(Check::Never),
        Check::Types(types) => {
            let bits = types.0;
            quote!(Check::Types(Types(#bits)))
        }
        Check::Values(list) => text("Values", names(list)),
        Check::Minimum(bound) => text("Minimum", name_tokens(bound)),
        Check::ExclusiveMinimum(bound) => text("ExclusiveMinimum", name_tokens(bound)),
        Check::Maximum(bound) => text("Maximum", name_tokens(bound)),
        Check::ExclusiveMaximum(bound) => text("ExclusiveMaximum", name_tokens(bound)),
        Check::MultipleOf(bound) => text("MultipleOf", name_tokens(bound)),
        Check::MinLength(count) => text("MinLength", quote!(#count)),
        Check::MaxLength(count) => text("MaxLength", quote!(#count)),
        Check::Pattern(index) => text("Pattern", quote!(#index)),
        Check::Format(index) => text("Format", quote!(#index)),
        Check::MinItems(count) => text("MinItems", quote!(#count)),
        Check::MaxItems(count) => text("MaxItems", quote!(#count)),
        Check::UniqueItems => quote!(Check::UniqueItems),
        Check::Items { prefix, rest } => {
            let (prefix, rest) = (numbers(prefix), option(*rest));
            quote!(Check::Items { prefix: #prefix, rest: #rest })
        }
        Check::Contains { schema, minimum, maximum } => {
            let maximum = option(*maximum);
            quote!(Check::Contains { schema: #schema, minimum: #minimum, maximum: #maximum })
        }
        Check::MinProperties(count) => text("MinProperties", quote!(#count)),
        Check::MaxProperties(count) => text("MaxProperties", quote!(#count)),
        Check::Required(list) => text("Required", names(list)),
        Check::DependentRequired(list) => {
            let list = table(list.iter().map(|(name, list)| {
                let (name, list) = (name_tokens(name), names(list));
                quote!((#name, #list))
            }));
            text("DependentRequired", list)
        }
        Check::DependentSchemas(list) => text("DependentSchemas", named(list)),
        Check::Properties(Properties { members, patterns, additional }) => {
            let (members, patterns) = (named(members), pairs(patterns));
            let additional = option(*additional);
            quote! {
                Check::Properties(Properties {
                    members: #members,
                    patterns: #patterns,
                    additional: #additional,
                })
            }
        }
        Check::PropertyNames(schema) => text("PropertyNames", quote!(#schema)),
        Check::Reference(schema) => text("Reference", quote!(#schema)),
        Check::DynamicReference { anchor, otherwise } => {
            quote!(Check::DynamicReference { anchor: #anchor, otherwise: #otherwise })
        }
        Check::AllOf(list) => text("AllOf", numbers(list)),
        Check::AnyOf(list) => text("AnyOf", numbers(list)),
        Check::OneOf(list) => text("OneOf", numbers(list)),
        Check::Not(schema) => text("Not", quote!(#schema)),
        Check::If { condition, then, otherwise } => {
            let (then, otherwise) = (option(*then), option(*otherwise));
            quote!(Check::If { condition: #condition, then: #then, otherwise: #otherwise })
        }
        Check::UnevaluatedItems(schema) => text("UnevaluatedItems", quote!(#schema)),
        Check::UnevaluatedProperties(schema) => text("UnevaluatedProperties", quote!(#schema)),
    }
}

fn text(name: &str, value: TokenStream) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote!(Check::#name(#value))
}
