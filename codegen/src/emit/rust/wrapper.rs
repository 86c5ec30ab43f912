//! The type of a root that has none of its own: an array, a map, a scalar, any JSON.

use super::documentation::{description, paragraphs};
use super::expressions::{read, rust_type, write};
use super::ident;
use crate::lower::rule;
use crate::model::{Model, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// The type that wraps what the root is.
pub(super) fn wrapper(model: &Model) -> TokenStream {
    let name = ident(&model.title);
    let documentation = paragraphs(&[description(
        &crate::model::Documentation::default(),
        &format!("What a `{}` holds.", model.title),
    )]);
    let ty = rust_type(model, model.root);
    let rule = super::plan::rule_tokens(rule(model.root));
    let read = read(model, model.root, &quote!(view));
    let write = write(model, model.root, &quote!(self.0), false);
    let functions = super::functions(model, "");
    let view = if model.root == Type::Null { quote!(_view) } else { quote!(view) };
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde", transparent))]
        pub struct #name(
            /// The value.
            pub #ty,
        );

        impl Value for #name {
            const RULE: Rule = #rule;

            #functions

            fn from_view(#view: View<'_>) -> Self {
                #name(#read)
            }

            fn write_json(&self, out: &mut Output) {
                #write
            }
        }
    }
}
