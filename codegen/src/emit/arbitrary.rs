//! `arbitrary::Arbitrary` for the types: values for fuzz targets, made from the plan.

use crate::emit::rust::field;
use crate::lower::narrow;
use crate::model::{Model, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

pub(crate) const DOCUMENTATION: &str = "`arbitrary::Arbitrary`: valid values for fuzz targets.";

/// The items of `arbitrary.rs`.
pub(crate) fn arbitrary(model: &Model) -> TokenStream {
    let records = model.records.iter().map(|record| record.name.as_str());
    let choices = model.choices.iter().filter(|choice| !choice.is_tag);
    let choices = choices.map(|choice| choice.name.as_str());
    let texts = model.texts.iter().filter_map(|text| text.name.as_deref());
    let integers = model.integers.iter().filter_map(|integer| integer.name.as_deref());
    let names = records.chain(choices).chain(texts).chain(integers);
    let values = names.map(|name| implementation(name, &quote!(arbitrary_support::value(bytes))));
    let unions = model.records.iter().filter(|record| record.tag.is_some());
    let branches = unions.flat_map(branches);
    let has_scope = !model.scope.is_empty();
    let import_scope = has_scope.then(|| {
        quote! {
            use super::request::Scope;
            use tantamount_core::uuid::Uuid;
        }
    });
    let scope = has_scope.then(|| scope(model));
    quote! {
        #import_scope
        use super::types::*;
        use tantamount_core::arbitrary::{Arbitrary, Unstructured};
        use tantamount_core::arbitrary_support;

        #(#values)*
        #(#branches)*
        #scope
    }
}

fn implementation(name: &str, make: &TokenStream) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote! {
        impl<'a> Arbitrary<'a> for #name {
            fn arbitrary(
                bytes: &mut Unstructured<'a>,
            ) -> tantamount_core::arbitrary::Result<Self> {
                #make
            }

            fn size_hint(_depth: usize) -> (usize, Option<usize>) {
                arbitrary_support::value_size::<Self>()
            }
        }
    }
}

fn branches(record: &Record) -> impl Iterator<Item = TokenStream> {
    record.branches.iter().enumerate().map(|(index, branch)| {
        let index = narrow(index);
        implementation(&branch.name, &quote!(arbitrary_support::branch(bytes, #index)))
    })
}

fn scope(model: &Model) -> TokenStream {
    let fields: Vec<Ident> = model.scope.iter().map(|member| field(&member.name)).collect();
    let sizes = fields.iter().map(|_| quote!(Option::<[u8; 16]>::size_hint(depth)));
    quote! {
        impl<'a> Arbitrary<'a> for Scope {
            fn arbitrary(
                bytes: &mut Unstructured<'a>,
            ) -> tantamount_core::arbitrary::Result<Self> {
                Ok(Scope {
                    #(#fields: bytes.arbitrary::<Option<[u8; 16]>>()?.map(Uuid::from_bytes),)*
                })
            }

            fn size_hint(depth: usize) -> (usize, Option<usize>) {
                tantamount_core::arbitrary::size_hint::and_all(&[#(#sizes),*])
            }
        }
    }
}
