//! Rust: types, the plan as a `static`, readers, `serde` and `schemars`.

pub(in crate::emit) mod documentation;
mod expressions;
mod newtypes;
mod plan;
mod publish;
mod records;
mod request;
mod rules;
mod serde;
mod subject;
mod table;
mod unions;
mod wrapper;

pub use rules::emit_rules;
pub use subject::{PlanPlace, emit_subject};

use crate::deep::deep;
use crate::emit::{Gates, arbitrary, rust_file, rust_file_and, strategies};
use crate::error::Error;
use crate::model::{Member, Model, Type};
use crate::schema::Schema;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

/// The files of the module for a schema, by name: what stands in the folder `generated`.
/// `edit` is the file that their headers tell people to edit.
///
/// The crate that they are for depends on `tantamount-core`; see [`Gates`] for features.
///
/// # Errors
/// [`Error::Output`] where the generator wrote something that is no Rust: a fault of its own.
pub fn emit(
    schema: &Schema,
    edit: &str,
    gates: Gates,
) -> Result<Vec<(&'static str, String)>, Error> {
    let modules = Modules { strategies: gates == Gates::Features, storage: false };
    emit_modules(schema, edit, gates, modules)
}

/// Which modules there are beside those of every schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modules {
    /// `strategy`, made here.
    pub(crate) strategies: bool,
    /// `storage`, made of the SQL.
    pub(crate) storage: bool,
}

/// [`emit`] with modules of one's choice.
pub(crate) fn emit_modules(
    schema: &Schema,
    edit: &str,
    gates: Gates,
    modules: Modules,
) -> Result<Vec<(&'static str, String)>, Error> {
    deep(|| emit_here(schema, edit, gates, modules))
}

fn emit_here(
    schema: &Schema,
    edit: &str,
    gates: Gates,
    modules: Modules,
) -> Result<Vec<(&'static str, String)>, Error> {
    let model = schema.model();
    let file = |name: &'static str, documentation: &str, items: TokenStream| {
        rust_file(name, edit, documentation, items, gates).map(|text| (name, text))
    };
    let with_table = |name: &'static str, about: &str, (uses, item): (TokenStream, String)| {
        rust_file_and(name, edit, about, uses, gates, &item).map(|text| (name, text))
    };
    let title = &model.title;
    let head =
        format!("`{title}` (`{}`): types, plan, readers.\n\nGenerated from `{edit}`.", model.id);
    let mut files = vec![
        file("mod.rs", &head, module(schema, modules))?,
        with_table(
            "plan.rs",
            "What the schema says, as tables for the engine.",
            plan::plan(schema),
        )?,
        file("publish.rs", "JSON Schema of the types, by `schemars`.", publish::publish(schema))?,
        file("request.rs", "Reading and checking; the scope.", request::request(model))?,
        file("serde.rs", "`serde::Deserialize`: strict and exact.", serde::deserialize(model))?,
        file("types.rs", "The types.", types(model))?,
    ];
    if let Some(found) = schema.rules() {
        let about = "What the plan does not enforce, as tables for the engine.";
        files.push(with_table("rules.rs", about, rules::rules(&found.program))?);
    }
    if modules.strategies {
        let text = arbitrary::arbitrary(model);
        files.push(file("arbitrary.rs", arbitrary::DOCUMENTATION, text)?);
        let text = strategies::strategies(model);
        files.push(file("strategy.rs", strategies::DOCUMENTATION, text)?);
    }
    Ok(files)
}

fn module(schema: &Schema, modules: Modules) -> TokenStream {
    let model = schema.model();
    let storage = modules.storage.then(|| {
        quote!(
            pub mod storage;
        )
    });
    let rules = schema.rules().map(|_| {
        quote!(
            mod rules;
        )
    });
    let pub_rules = schema.rules().map(|_| {
        quote!(
            pub use rules::RULES;
        )
    });
    let strategy = modules.strategies.then(|| {
        quote! {
            #[cfg(feature = "proptest")]
            pub mod strategy;
        }
    });
    let scope = (!model.scope.is_empty()).then(|| quote! { pub use request::Scope; });
    let arbitrary = modules.strategies.then(|| {
        quote! {
            #[cfg(feature = "arbitrary")]
            mod arbitrary;
        }
    });
    quote! {
        #arbitrary
        mod plan;
        #[cfg(feature = "schemars")]
        mod publish;
        mod request;
        #rules
        #[cfg(feature = "serde")]
        mod serde;
        #storage
        #strategy
        mod types;

        pub use plan::PLAN;
        #pub_rules
        #scope
        pub use types::*;
    }
}

fn types(model: &Model) -> TokenStream {
    // Maps are types of the standard library, and a branch that is used alone is its union's.
    let own = model.records.iter().enumerate();
    let own = own.filter(|(_, record)| !record.is_map && record.alone.is_none());
    let records = own.map(|(index, record)| match record.tag {
        Some(_) => unions::union(model, index, record),
        None => records::plain(model, index, record),
    });
    let newtypes = newtypes::newtypes(model);
    let wrapped = is_wrapped(model).then(|| wrapper::wrapper(model));
    let items = quote!(#(#records)* #newtypes #wrapped);
    let text = has_opaque(model).then(|| quote! { use tantamount_core::json::Text; });
    let uuid = mentions(&items, "Uuid").then(|| quote! { use tantamount_core::uuid::Uuid; });
    let problem = mentions(&items, "Problem").then(|| quote! { use tantamount_core::Problem; });
    quote! {
        use super::plan::PLAN;
        use tantamount_core::json::Output;
        #text
        use tantamount_core::plan::{Plan, Rule};
        #uuid
        #problem
        use tantamount_core::{Value, View};

        #items
    }
}

/// The functions of `Value` that say what a type is held against: the plan, and the rules that it
/// does not enforce. `pointer` is that of the type's schema.
pub(super) fn functions(model: &Model, pointer: &str) -> TokenStream {
    let rules = model.rules.get(pointer).map(|index| {
        quote! {
            fn rules() -> Option<(&'static tantamount_core::validate::Program, u32)> {
                Some((&super::rules::RULES, #index))
            }
        }
    });
    quote! {
        fn plan() -> &'static Plan {
            &PLAN
        }

        #rules
    }
}

/// Whether a field holds any JSON. (`Text` is the name of a rule too.)
fn has_opaque(model: &Model) -> bool {
    let branches = model.records.iter().flat_map(|record| &record.branches);
    let members = branches.flat_map(|branch| &branch.members).map(|member| member.ty);
    let items = model.arrays.iter().map(|array| array.items);
    let others = model.records.iter().flat_map(|record| &record.branches);
    let others = others.filter_map(|branch| branch.others).map(|others| others.ty);
    let root = is_wrapped(model).then_some(model.root);
    members.chain(items).chain(others).chain(root).any(|ty| ty == Type::Opaque)
}

/// Whether the root has no type of its own, so that one wraps it: an array, a map, a scalar, any
/// JSON.
pub(in crate::emit) fn is_wrapped(model: &Model) -> bool {
    model.type_name(model.root) != Some(model.title.as_str())
}

/// Whether the name occurs: an import that nothing uses is a warning.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

/// An identifier for a member: a keyword becomes a raw one.
pub(super) fn field(name: &str) -> Ident {
    raw(&crate::model::snake_case(name).unwrap_or_default())
}

/// The identifier of a member's field.
pub(super) fn member_field(member: &Member) -> Ident {
    raw(&member.field)
}

/// An identifier, raw where it is a keyword.
fn raw(name: &str) -> Ident {
    match syn::parse_str::<Ident>(name) {
        // Reserved since the edition of 2024.
        Ok(_) if name == "gen" => Ident::new_raw(name, Span::call_site()),
        Ok(ident) => ident,
        // `self` and `super` cannot be raw.
        Err(_) if matches!(name, "self" | "super" | "crate" | "Self") => {
            Ident::new(&format!("{name}_"), Span::call_site())
        }
        Err(_) => Ident::new_raw(name, Span::call_site()),
    }
}

/// The name of a member's field, and its type as it is written.
pub(crate) fn member_type(model: &Model, member: &Member) -> (String, String) {
    let ty = crate::emit::plain(expressions::field_type(model, member)).to_string();
    (member_field(member).to_string(), ty.replace(" <", "<").replace("< ", "<").replace(" >", ">"))
}

/// The identifier of a type of the schema.
pub(super) fn ident(name: &str) -> Ident {
    crate::emit::type_name(name)
}
