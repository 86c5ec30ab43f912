//! Property-test strategies: a thin module over those that `tantamount-core` runs from the plan.

use crate::emit::rust;
use crate::lower::narrow;
use crate::model::{Form, Model, Type};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) const DOCUMENTATION: &str = "Property-test strategies for requests.";

/// The items of `strategy.rs`.
pub(crate) fn strategies(model: &Model) -> TokenStream {
    let about = format!(" Texts of valid `{}`s, each with a scope to see it under.", model.title);
    let has_scope = !model.scope.is_empty();
    let import_uuid = (has_scope && all_uuids(model)).then(|| {
        quote!(
            use tantamount_core::uuid::Uuid;
        )
    });
    let import_scope = has_scope.then(|| {
        quote! {
            use super::request::Scope;
            use tantamount_core::strategy::PlanScope;
            #import_uuid
        }
    });
    let scope = has_scope.then(|| scope(model));
    quote! {
        use super::plan::PLAN;
        use tantamount_core::proptest::strategy::Strategy;
        use tantamount_core::strategy::{DifferentPair, Predicate, SamePair, Sample, Violated};
        #import_scope

        #[doc = #about]
        pub fn valid() -> impl Strategy<Value = Sample> {
            tantamount_core::strategy::valid(&PLAN)
        }

        /// Texts that are refused for exactly one problem: what they do not keep to, and where.
        pub fn violated() -> impl Strategy<Value = Violated> {
            tantamount_core::strategy::violated(&PLAN)
        }

        /// Whatever the schema demands; [`violated`] breaks each of them now and then.
        #[must_use]
        pub fn predicates() -> Vec<Predicate> {
            tantamount_core::strategy::predicates(&PLAN)
        }

        /// Two spellings of one request: reordered, respelt, defaults said or left out.
        pub fn same_pair() -> impl Strategy<Value = SamePair> {
            tantamount_core::strategy::same_pair(&PLAN)
        }

        /// Two requests that differ in exactly one thing, and where.
        pub fn different_pair() -> impl Strategy<Value = DifferentPair> {
            tantamount_core::strategy::different_pair(&PLAN)
        }

        #scope
    }
}

fn all_uuids(model: &Model) -> bool {
    model.scope.iter().all(|member| match member.ty {
        Type::Text(index) => model
            .texts
            .get(index)
            .is_some_and(|text| text.form == Form::Uuid && text.name.is_none()),
        _ => false,
    })
}

/// The value of a scope's member, out of a sample.
fn value(model: &Model, ty: Type, index: u16) -> TokenStream {
    if let Some(name) = model.type_name(ty) {
        let name = rust::ident(name);
        return quote! {
            sample.canonical(#index).and_then(|json| {
                tantamount_core::read_value::<super::types::#name>(json.as_bytes()).ok()
            })
        };
    }
    match ty {
        Type::Text(text) if model.texts.get(text).is_some_and(|text| text.form != Form::Plain) => {
            quote!(sample.text(#index).and_then(|text| text.parse().ok()))
        }
        Type::Text(_) | Type::Choice(_) => quote!(sample.text(#index)),
        _ => quote!(sample.canonical(#index).and_then(|json| json.parse().ok())),
    }
}

fn scope(model: &Model) -> TokenStream {
    if !all_uuids(model) {
        let fields = model.scope.iter().enumerate().map(|(index, member)| {
            let (name, value) = (rust::field(&member.name), value(model, member.ty, narrow(index)));
            quote!(#name: #value)
        });
        return quote! {
            /// The scope of a sample as a [`Scope`].
            #[must_use]
            pub fn scope(sample: &PlanScope) -> Scope {
                Scope { #(#fields),* }
            }
        };
    }
    let fields = model.scope.iter().map(|member| crate::emit::rust::field(&member.name));
    let indices = (0..model.scope.len()).map(narrow);
    quote! {
        /// The scope of a sample as a [`Scope`].
        #[must_use]
        pub fn scope(sample: &PlanScope) -> Scope {
            let id = |member| sample.text(member).and_then(|text| Uuid::parse_str(&text).ok());
            Scope { #(#fields: id(#indices)),* }
        }
    }
}
