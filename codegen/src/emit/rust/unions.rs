//! Enums: tagged unions of objects.

use super::documentation::{deprecated, description, paragraphs};
use super::expressions::{is_option, nullable_type, rust_type};
use super::records::structure;
use super::{ident, member_field, raw};
use crate::lower::narrow;
use crate::model::{Branch, Member, Model, Record, Type};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The enum, and the structs of its branches.
pub(super) fn union(model: &Model, index: usize, record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let tag = record.tag.as_ref().map_or("", |tag| tag.name.as_str());
    let documentation = paragraphs(&[
        description(&record.documentation, &format!("One of several objects, by `{tag}`.")),
        deprecated(&record.documentation).unwrap_or_default(),
    ]);
    let types: Vec<Ident> = record.branches.iter().map(|branch| ident(&branch.name)).collect();
    let variants: Vec<Ident> =
        record.branches.iter().map(|branch| raw(&variant(record, branch))).collect();
    let declarations =
        record.branches.iter().zip(&variants).zip(&types).map(|((branch, v), ty)| {
            let text = description(&branch.documentation, &format!("`{tag}` is `{}`.", branch.tag));
            let documentation = paragraphs(&[text]);
            quote!(#documentation #v(#ty))
        });
    let rule = super::plan::rule(index);
    let reads = variants.iter().zip(&types).enumerate().map(|(number, (variant, ty))| {
        let number = narrow(number);
        match usize::from(number) + 1 == variants.len() {
            true => quote!(_ => #name::#variant(#ty::from_view(view))),
            false => quote!(#number => #name::#variant(#ty::from_view(view))),
        }
    });
    let read = match (variants.as_slice(), types.as_slice()) {
        ([variant], [ty]) => quote!(#name::#variant(#ty::from_view(view))),
        _ => quote!(match view.branch() { #(#reads,)* }),
    };
    let functions = super::functions(model, record.node.pointer());
    let structures = record.branches.iter().map(|branch| structure(model, index, record, branch));
    let accessors = accessors(model, record, &name, &variants);
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde", untagged))]
        pub enum #name {
            #(#declarations,)*
        }

        #accessors

        impl Value for #name {
            const RULE: Rule = #rule;

            #functions

            fn from_view(view: View<'_>) -> Self {
                #read
            }

            fn write_json(&self, out: &mut Output) {
                match self {
                    #(#name::#variants(value) => value.write_json(out),)*
                }
            }
        }

        #(
            impl From<#types> for #name {
                fn from(value: #types) -> Self {
                    #name::#variants(value)
                }
            }
        )*

        #(#structures)*
    }
}

/// The members that every branch has with one type and one meaning, readable without a `match`.
fn accessors(
    model: &Model,
    record: &Record,
    name: &Ident,
    variants: &[Ident],
) -> Option<TokenStream> {
    let first = record.branches.first()?;
    let shared: Vec<&Member> = first
        .members
        .iter()
        .filter(|member| member.ty != Type::Null)
        .filter(|member| {
            record.branches.iter().all(|branch| {
                branch.member(&member.name).is_some_and(|other| {
                    (other.ty, &other.absence, other.nullable)
                        == (member.ty, &member.absence, member.nullable)
                        && other.field == member.field
                })
            })
        })
        // The tag has its own accessor, which may have the same name.
        .filter(|member| {
            let tag = record.tag.as_ref().and_then(|tag| crate::model::snake_case(&tag.name));
            tag.as_ref() != Some(&member.field)
        })
        .collect();
    let accessors = shared.iter().map(|member| {
        let documentation = paragraphs(&[
            description(&member.documentation, &format!("The member `{}`.", member.name)),
            super::documentation::member_rules(model, member),
        ]);
        let (field, ty) = (member_field(member), rust_type(model, member.ty));
        let accessor = accessor(&member.field);
        let (returned, read) = match member.ty {
            _ if is_option(member) && member.is_boxed => {
                (quote!(Option<&#ty>), quote!(.as_deref()))
            }
            _ if is_option(member) => (quote!(Option<&#ty>), quote!(.as_ref())),
            Type::Array(index) => {
                let items = model
                    .arrays
                    .get(index)
                    .map(|array| nullable_type(model, array.items, array.nullable_items));
                (quote!(&[#items]), quote!())
            }
            _ => (quote!(&#ty), quote!()),
        };
        let borrow = (!is_option(member)).then(|| quote!(&));
        quote! {
            #documentation
            #[must_use]
            pub fn #accessor(&self) -> #returned {
                match self {
                    #(#name::#variants(value) => #borrow value.#field #read,)*
                }
            }
        }
    });
    let tag = &record.tag.as_ref()?.name;
    let tag_field = accessor(&crate::model::snake_case(tag).unwrap_or_default());
    let values = record.branches.iter().map(|branch| &branch.tag);
    let documentation = paragraphs(&[description(
        &record.tag.as_ref()?.documentation,
        &format!("The value of `{tag}`."),
    )]);
    Some(quote! {
        impl #name {
            #documentation
            #[must_use]
            pub fn #tag_field(&self) -> &'static str {
                match self {
                    #(#name::#variants(_) => #values,)*
                }
            }
            #(#accessors)*
        }
    })
}

/// The name of a method that reads a member, unlike those that every value has.
fn accessor(field: &str) -> Ident {
    const TAKEN: &[&str] = &["clone", "from", "from_view", "into", "plan", "write_json"];
    match TAKEN.contains(&field) {
        true => raw(&format!("{field}_")),
        false => raw(field),
    }
}

/// The name of a branch's variant: without what it has of the union's name at its end.
pub(super) fn variant(record: &Record, branch: &Branch) -> String {
    let short = branch.name.strip_suffix(record.name.as_str()).filter(|short| !short.is_empty());
    let names = |wanted: &str| {
        record
            .branches
            .iter()
            .filter(|other| {
                other.name == wanted
                    || other.name.strip_suffix(record.name.as_str()) == Some(wanted)
            })
            .count()
    };
    match short {
        Some(short) if names(short) == 1 && short != "Self" => short.to_owned(),
        _ => branch.name.clone(),
    }
}
