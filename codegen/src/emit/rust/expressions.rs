//! Types of Rust, and expressions that read and write their values.

use super::ident;
use crate::model::{Absence, Form, Integer, Member, Model, Type};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The type of a value.
pub(super) fn rust_type(model: &Model, ty: Type) -> TokenStream {
    if let Some(name) = type_name(model, ty) {
        let name = ident(name);
        return quote!(#name);
    }
    match ty {
        Type::Opaque => quote!(Text),
        Type::Null => quote!(()),
        Type::Boolean => quote!(bool),
        Type::Integer(index) => model.integers.get(index).map(primitive).unwrap_or_default(),
        Type::Text(index) if is_uuid(model, index) => quote!(Uuid),
        Type::Array(index) => {
            let items = model.arrays.get(index).map(|array| rust_type(model, array.items));
            quote!(Vec<#items>)
        }
        _ => quote!(String),
    }
}

/// The name of the type, where it has one of its own.
pub(crate) fn type_name(model: &Model, ty: Type) -> Option<&str> {
    match ty {
        Type::Integer(index) => model.integers.get(index)?.name.as_deref(),
        Type::Text(index) => model.texts.get(index)?.name.as_deref(),
        Type::Choice(index) => model.choices.get(index).map(|choice| choice.name.as_str()),
        Type::Record(index) => model.records.get(index).map(|record| record.name.as_str()),
        Type::Opaque | Type::Null | Type::Boolean | Type::Array(_) => None,
    }
}

fn is_uuid(model: &Model, text: usize) -> bool {
    model.texts.get(text).is_some_and(|text| text.form == Form::Uuid)
}

/// The integer type that holds the range.
pub(super) fn primitive(integer: &Integer) -> TokenStream {
    match is_narrow(integer) {
        true => quote!(i32),
        false => quote!(i64),
    }
}

pub(super) fn is_narrow(integer: &Integer) -> bool {
    i32::try_from(integer.minimum).is_ok() && i32::try_from(integer.maximum).is_ok()
}

/// Whether a member is an `Option`: an opaque value has a null of its own, a default is filled in.
pub(super) fn is_option(member: &Member) -> bool {
    match member.absence {
        Absence::Required | Absence::Default(_) => false,
        Absence::Null | Absence::Inherit(_) => member.ty != Type::Opaque,
    }
}

/// The type of a member's field; nothing where it is always null.
pub(super) fn field_type(model: &Model, member: &Member) -> TokenStream {
    let ty = rust_type(model, member.ty);
    if is_option(member) { quote!(Option<#ty>) } else { ty }
}

/// Reads a value out of a view.
pub(super) fn read(model: &Model, ty: Type, view: &TokenStream) -> TokenStream {
    if let Some(name) = type_name(model, ty) {
        let name = ident(name);
        return quote!(#name::from_view(#view));
    }
    match ty {
        Type::Opaque => quote!(#view.json()),
        Type::Null => quote!(()),
        Type::Boolean => quote!(#view.as_bool()),
        Type::Integer(index) => match model.integers.get(index).is_some_and(is_narrow) {
            true => quote!(i32::try_from(#view.as_i64()).unwrap_or_default()),
            false => quote!(#view.as_i64()),
        },
        Type::Text(index) if is_uuid(model, index) => {
            quote!(Uuid::parse_str(#view.as_str()).unwrap_or_default())
        }
        Type::Array(index) => {
            let items = model.arrays.get(index).map_or(Type::Opaque, |array| array.items);
            match type_name(model, items) {
                Some(name) => {
                    let name = ident(name);
                    quote!(#view.elements().map(#name::from_view).collect())
                }
                None => {
                    let element = read(model, items, &quote!(element));
                    quote!(#view.elements().map(|element| #element).collect())
                }
            }
        }
        _ => quote!(#view.as_str().to_owned()),
    }
}

/// Writes a value; `value` is a place or a reference, `is_reference` tells which.
pub(super) fn write(
    model: &Model,
    ty: Type,
    value: &TokenStream,
    is_reference: bool,
) -> TokenStream {
    if type_name(model, ty).is_some() {
        return quote!(#value.write_json(out););
    }
    let copied = if is_reference { quote!(*#value) } else { quote!(#value) };
    let borrowed = if is_reference { quote!(#value) } else { quote!(&#value) };
    match ty {
        Type::Opaque => quote!(out.text(#borrowed);),
        Type::Null => quote!(out.null();),
        Type::Boolean => quote!(out.boolean(#copied);),
        Type::Integer(index) => match model.integers.get(index).is_some_and(is_narrow) {
            true => quote!(out.integer(i64::from(#copied));),
            false => quote!(out.integer(#copied);),
        },
        Type::Text(index) if is_uuid(model, index) => quote!(out.string(&#value.to_string());),
        Type::Array(index) => {
            let items = model.arrays.get(index).map_or(Type::Opaque, |array| array.items);
            let element = write(model, items, &quote!(element), true);
            quote! {
                out.begin_array();
                for element in #borrowed {
                    #element
                }
                out.end_array();
            }
        }
        _ => quote!(out.string(#borrowed);),
    }
}

/// A default, given as canonical JSON, as an expression of the type.
pub(super) fn default(model: &Model, ty: Type, canonical: &str) -> TokenStream {
    let decoded = || serde_json::from_str::<String>(canonical).unwrap_or_default();
    match ty {
        Type::Boolean => match canonical {
            "true" => quote!(true),
            _ => quote!(false),
        },
        Type::Integer(index) => {
            let value = Literal::i64_unsuffixed(canonical.parse().unwrap_or_default());
            match model.integers.get(index).and_then(|integer| integer.name.as_deref()) {
                Some(name) => {
                    let name = ident(name);
                    quote!(#name(#value))
                }
                None => quote!(#value),
            }
        }
        Type::Text(index) => {
            let text = decoded();
            let value = match is_uuid(model, index) {
                true => {
                    let digits = u128::from_str_radix(&text.replace('-', ""), 16);
                    let digits = Literal::u128_unsuffixed(digits.unwrap_or_default());
                    quote!(Uuid::from_u128(#digits))
                }
                false => quote!(String::from(#text)),
            };
            match type_name(model, ty) {
                Some(name) => {
                    let name = ident(name);
                    quote!(#name(#value))
                }
                None => value,
            }
        }
        Type::Choice(_) => {
            let name = ident(type_name(model, ty).unwrap_or("Choice"));
            let variant = super::raw(&variant(model, ty, &decoded()));
            quote!(#name::#variant)
        }
        Type::Array(_) => quote!(Vec::new()),
        Type::Opaque if canonical == "null" => quote!(Text::null()),
        _ => quote!(#canonical.parse::<Text>().unwrap_or_default()),
    }
}

/// The name of a choice's value.
fn variant(model: &Model, ty: Type, value: &str) -> String {
    let Type::Choice(index) = ty else { return String::new() };
    let choice = model.choices.get(index);
    let at = choice.and_then(|choice| choice.values.iter().position(|other| other == value));
    let names = choice.map(|choice| choice.variants.as_slice()).unwrap_or_default();
    at.and_then(|at| names.get(at)).cloned().unwrap_or_default()
}

/// What a field that is no `Option` holds when its member is absent; `None` where it is required.
pub(super) fn absent_value(model: &Model, member: &Member) -> Option<TokenStream> {
    match &member.absence {
        Absence::Default(canonical) => Some(default(model, member.ty, canonical)),
        Absence::Null | Absence::Inherit(_) if member.ty == Type::Opaque => {
            Some(quote!(Text::null()))
        }
        Absence::Null | Absence::Inherit(_) => Some(quote!(None)),
        Absence::Required => None,
    }
}
