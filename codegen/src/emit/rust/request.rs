//! The root's readers, and the scope.

use super::documentation::{description, paragraphs};
use super::expressions::{rust_type, write};
use super::{field, ident};
use crate::lower::narrow;
use crate::model::{Form, Model, Number, Type};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeSet;

pub(super) fn request(model: &Model) -> TokenStream {
    let root = ident(&model.title);
    let has_scope = !model.scope.is_empty();
    let scope_type = match has_scope {
        true => quote!(Scope),
        false => quote!(tantamount_core::NoScope),
    };
    let scope = has_scope.then(|| scope(model));
    let import_uuid = scope.as_ref().filter(|scope| super::mentions(scope, "Uuid")).map(|_| {
        quote!(
            use tantamount_core::uuid::Uuid;
        )
    });
    let names: BTreeSet<&str> =
        model.scope.iter().filter_map(|member| model.type_name(member.ty)).collect();
    let names: Vec<_> = names.into_iter().filter(|name| *name != model.title).map(ident).collect();
    let import_value =
        scope.as_ref().filter(|scope| super::mentions(scope, "write_json")).map(|_| {
            quote!(
                use tantamount_core::Value;
            )
        });
    quote! {
        use super::types::#root;
        #(use super::types::#names;)*
        use tantamount_core::json::Limits;
        #import_uuid
        #import_value
        use tantamount_core::{Checked, Problems, Request, Stored};

        impl #root {
            /// Reads a request strictly.
            ///
            /// # Errors
            /// Every problem of the text, with its place.
            pub fn read(text: &[u8]) -> Result<Checked<'_, #root>, Problems> {
                tantamount_core::read(text)
            }

            /// Reads a request strictly, within limits of one's own.
            ///
            /// # Errors
            /// Every problem of the text, with its place.
            pub fn read_within<'a>(
                text: &'a [u8],
                limits: &Limits,
            ) -> Result<Checked<'a, #root>, Problems> {
                tantamount_core::read_within(text, limits)
            }

            /// Reads a stored row of any age tolerantly.
            ///
            /// # Errors
            /// Every problem that leaves the row without a meaning.
            pub fn read_stored(text: &[u8]) -> Result<Stored<'_, #root>, Problems> {
                tantamount_core::read_stored(text)
            }

            /// Checks a value that was built in Rust: keys that must differ, references, counts.
            ///
            /// # Errors
            /// Every problem, with its place in the JSON that the value is written as.
            pub fn check(&self) -> Result<Checked<'static, #root>, Problems> {
                tantamount_core::check(self)
            }
        }

        impl Request for #root {
            type Scope = #scope_type;
        }

        #scope
    }
}

fn scope(model: &Model) -> TokenStream {
    let fields: Vec<_> = model.scope.iter().map(|member| field(&member.name)).collect();
    let types: Vec<_> = model.scope.iter().map(|member| rust_type(model, member.ty)).collect();
    let documentation = model.scope.iter().map(|member| {
        let otherwise = format!("The value that members inherit as `{}`.", member.name);
        paragraphs(&[description(&member.documentation, &otherwise)])
    });
    let constructors = model.scope.iter().zip(&types).map(|(member, ty)| {
        let name = member.name.strip_suffix("_id").unwrap_or(&member.name);
        let is_taken = model.scope.iter().any(|other| other.name == name);
        let name = if is_taken || matches!(name, "" | "none") { &member.name } else { name };
        let (constructor, own) = (field(name), field(&member.name));
        let about = format!(" With this `{}`, and nothing else.", member.name);
        let rest = (fields.len() > 1).then(|| quote!(, ..Scope::none()));
        quote! {
            #[doc = #about]
            #[must_use]
            pub fn #constructor(#own: #ty) -> Scope {
                Scope { #own: Some(#own) #rest }
            }
        }
    });
    let indices = (0..fields.len()).map(narrow);
    let is_copied = model.scope.iter().all(|member| is_copied(model, member.ty));
    let copied = is_copied.then(|| quote!(Copy,));
    let write = match model.scope.iter().all(|member| is_uuid(model, member.ty)) {
        true => quote! {
            let id = match member {
                #(#indices => self.#fields,)*
                _ => None,
            };
            match id {
                Some(id) => out.extend_from_slice(format!("\"{id}\"").as_bytes()),
                None => out.extend_from_slice(b"null"),
            }
        },
        false => {
            let writes =
                model.scope.iter().map(|member| write(model, member.ty, &quote!(value), true));
            quote! {
                let mut value_out = tantamount_core::json::Output::new();
                let is_there = match member {
                    #(#indices => self.#fields.as_ref().map(|value| {
                        let out = &mut value_out;
                        #writes
                    }),)*
                    _ => None,
                };
                match is_there {
                    Some(()) => out.extend_from_slice(&value_out.into_bytes()),
                    None => out.extend_from_slice(b"null"),
                }
            }
        }
    };
    quote! {
        /// What surrounds a request: the values that its members inherit when they are absent.
        #[derive(Clone, #copied Debug, PartialEq, Eq, Hash)]
        pub struct Scope {
            #(#documentation pub #fields: Option<#types>,)*
        }

        impl Scope {
            /// Nothing to inherit, said out loud.
            #[must_use]
            pub fn none() -> Scope {
                Scope { #(#fields: None),* }
            }

            #(#constructors)*
        }

        impl tantamount_core::Scope for Scope {
            fn write(&self, member: u16, out: &mut Vec<u8>) {
                #write
            }
        }
    }
}

fn is_uuid(model: &Model, ty: Type) -> bool {
    let Type::Text(index) = ty else { return false };
    model.texts.get(index).is_some_and(|text| text.form == Form::Uuid && text.name.is_none())
}

fn is_copied(model: &Model, ty: Type) -> bool {
    match ty {
        Type::Boolean | Type::Integer(_) => true,
        Type::Number(index) => model.numbers.get(index).is_some_and(Number::is_unsigned),
        Type::Text(index) => model.texts.get(index).is_some_and(|text| text.form == Form::Uuid),
        Type::Choice(_) => true,
        _ => false,
    }
}
