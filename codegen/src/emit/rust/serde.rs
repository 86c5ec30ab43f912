//! `serde::Deserialize`, through the strict reader.

use super::ident;
use super::unions::variant;
use crate::model::{Model, Record};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn deserialize(model: &Model) -> TokenStream {
    let own = || model.records.iter().filter(|record| !record.is_map && record.alone.is_none());
    let records = own().map(|record| record.name.as_str());
    let choices = model.choices.iter().filter(|choice| !choice.is_tag);
    let choices = choices.map(|choice| choice.name.as_str());
    let texts = model.texts.iter().filter_map(|text| text.name.as_deref());
    let integers = model.integers.iter().filter_map(|integer| integer.name.as_deref());
    let numbers = model.numbers.iter().filter_map(|number| number.name.as_deref());
    let wrapped = super::is_wrapped(model).then_some(model.title.as_str());
    let scalars = texts.chain(integers).chain(numbers).chain(wrapped);
    let names = records.chain(choices).chain(scalars).map(ident);
    let implementations = names.map(|name| {
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    tantamount_core::serde_support::deserialize(deserializer)
                }
            }
        }
    });
    let has_unions = own().any(|record| record.branches.len() > 1);
    let import_error = has_unions.then(|| {
        quote!(
            use tantamount_core::serde::de::Error as _;
        )
    });
    let branches = own().filter(|record| record.tag.is_some()).map(branches);
    quote! {
        use super::types::*;
        #import_error
        use tantamount_core::serde::{Deserialize, Deserializer};

        #(#implementations)*
        #(#branches)*
    }
}

/// A branch is read as its union, which knows the tag.
fn branches(record: &Record) -> TokenStream {
    let union = ident(&record.name);
    let tag = record.tag.as_ref().map_or("", |tag| tag.name.as_str());
    let branches = record.branches.iter().map(|branch| {
        let (name, variant) = (ident(&branch.name), super::raw(&variant(record, branch)));
        let message = format!("`{tag}` is not `{}`", branch.tag);
        let other =
            (record.branches.len() > 1).then(|| quote!(_ => Err(D::Error::custom(#message)),));
        quote! {
            impl<'de> Deserialize<'de> for #name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    match #union::deserialize(deserializer)? {
                        #union::#variant(value) => Ok(value),
                        #other
                    }
                }
            }
        }
    });
    quote!(#(#branches)*)
}
