//! Types of Rust, and expressions that read and write their values.

use super::ident;
use crate::model::{Absence, Branch, Form, Integer, Member, Model, Record, Type};
use crate::read::Node;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// The type of a value.
pub(super) fn rust_type(model: &Model, ty: Type) -> TokenStream {
    if let Some(name) = model.type_name(ty) {
        let name = ident(name);
        return quote!(#name);
    }
    match ty {
        Type::Opaque => quote!(Text),
        Type::Null => quote!(()),
        Type::Boolean => quote!(bool),
        Type::Integer(index) => model.integers.get(index).map(primitive).unwrap_or_default(),
        Type::Number(index) => match is_unsigned(model, index) {
            true => quote!(u64),
            false => quote!(tantamount_core::json::Number),
        },
        Type::Text(index) => match form(model, index) {
            Form::Plain => quote!(String),
            Form::Uuid => quote!(Uuid),
            Form::DateTime => quote!(tantamount_core::DateTime),
            Form::Decimal => quote!(tantamount_core::DecimalString),
        },
        Type::Array(index) => {
            let Some(array) = model.arrays.get(index) else { return quote!(Vec<()>) };
            let items = nullable_type(model, array.items, array.nullable_items);
            quote!(Vec<#items>)
        }
        Type::Record(index) => match others(model.records.get(index)) {
            Some(others) => {
                let values = nullable_type(model, others.ty, others.nullable);
                quote!(std::collections::BTreeMap<String, #values>)
            }
            None => quote!(()),
        },
        Type::Choice(_) => quote!(String),
    }
}

/// The type of an element or of a map's value.
pub(super) fn nullable_type(model: &Model, ty: Type, nullable: bool) -> TokenStream {
    let ty = rust_type(model, ty);
    if nullable { quote!(Option<#ty>) } else { ty }
}

/// What the members of a map are.
fn others(record: Option<&Record>) -> Option<crate::model::Others> {
    record?.branches.first()?.others
}

fn form(model: &Model, text: usize) -> Form {
    model.texts.get(text).map_or(Form::Plain, |text| text.form)
}

fn is_unsigned(model: &Model, number: usize) -> bool {
    model.numbers.get(number).is_some_and(crate::model::Number::is_unsigned)
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
        Absence::Required => member.nullable && member.ty != Type::Null,
        Absence::Default(_) => false,
        Absence::Null | Absence::Inherit(_) => member.ty != Type::Opaque,
    }
}

/// The type of a member's field.
pub(super) fn field_type(model: &Model, member: &Member) -> TokenStream {
    let ty = rust_type(model, member.ty);
    let ty = if member.is_boxed { quote!(Box<#ty>) } else { ty };
    if is_option(member) { quote!(Option<#ty>) } else { ty }
}

/// Reads a value that may be null.
fn read_nullable(model: &Model, ty: Type, nullable: bool, view: &TokenStream) -> TokenStream {
    let value = read(model, ty, view);
    match nullable {
        true => quote!(if #view.is_absent() { None } else { Some(#value) }),
        false => value,
    }
}

/// Writes a reference to a value that may be null.
pub(super) fn write_nullable(model: &Model, ty: Type, nullable: bool) -> TokenStream {
    let write = write(model, ty, &quote!(value), true);
    match nullable {
        true => quote! {
            match value {
                Some(value) => { #write }
                None => out.null(),
            }
        },
        false => write,
    }
}

/// Reads a value out of a view.
pub(super) fn read(model: &Model, ty: Type, view: &TokenStream) -> TokenStream {
    if let Some(name) = model.type_name(ty) {
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
        Type::Number(index) => match is_unsigned(model, index) {
            true => quote!(#view.as_u64()),
            false => quote!(#view.number()),
        },
        Type::Text(index) => match form(model, index) {
            Form::Plain => quote!(#view.as_str().to_owned()),
            Form::Uuid => quote!(Uuid::parse_str(#view.as_str()).unwrap_or_default()),
            Form::DateTime => quote!(#view.date_time()),
            Form::Decimal => quote!(#view.decimal_string()),
        },
        Type::Array(index) => {
            let Some(array) = model.arrays.get(index) else { return quote!(Vec::new()) };
            match model.type_name(array.items).filter(|_| !array.nullable_items) {
                Some(name) => {
                    let name = ident(name);
                    quote!(#view.elements().map(#name::from_view).collect())
                }
                None if array.items == Type::Null => quote!(#view.elements().map(|_| ()).collect()),
                None => {
                    let element = quote!(element);
                    let read = read_nullable(model, array.items, array.nullable_items, &element);
                    quote!(#view.elements().map(|element| #read).collect())
                }
            }
        }
        Type::Record(index) => match others(model.records.get(index)) {
            Some(others) => read_others(model, others, view),
            None => quote!(()),
        },
        Type::Choice(_) => quote!(#view.as_str().to_owned()),
    }
}

/// Reads the members that an object does not name.
pub(super) fn read_others(
    model: &Model,
    others: crate::model::Others,
    view: &TokenStream,
) -> TokenStream {
    if others.ty == Type::Null {
        return quote!(#view.others().map(|(name, _)| (name.to_owned(), ())).collect());
    }
    let read = read_nullable(model, others.ty, others.nullable, &quote!(value));
    quote!(#view.others().map(|(name, value)| (name.to_owned(), #read)).collect())
}

/// Writes a value; `value` is a place or a reference, `is_reference` tells which.
pub(super) fn write(
    model: &Model,
    ty: Type,
    value: &TokenStream,
    is_reference: bool,
) -> TokenStream {
    if model.type_name(ty).is_some() {
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
        Type::Number(index) => match is_unsigned(model, index) {
            true => quote!(out.number(&tantamount_core::json::Number::from(#copied));),
            false => quote!(out.number(#borrowed);),
        },
        Type::Text(index) => match form(model, index) {
            Form::Plain => quote!(out.string(#borrowed);),
            Form::Uuid => quote!(out.string(&#value.to_string());),
            Form::DateTime | Form::Decimal => quote!(out.string(#value.as_str());),
        },
        Type::Array(index) => {
            let Some(array) = model.arrays.get(index) else { return quote!(out.null();) };
            if array.items == Type::Null {
                return quote! {
                    out.begin_array();
                    for () in #borrowed {
                        out.null();
                    }
                    out.end_array();
                };
            }
            let element = match array.nullable_items {
                true => {
                    let write = write_nullable(model, array.items, true);
                    quote!(let value = element; #write)
                }
                false => write(model, array.items, &quote!(element), true),
            };
            quote! {
                out.begin_array();
                for element in #borrowed {
                    #element
                }
                out.end_array();
            }
        }
        Type::Record(index) => match others(model.records.get(index)) {
            Some(others) => {
                let write = write_nullable(model, others.ty, others.nullable);
                let value = if others.ty == Type::Null { quote!(()) } else { quote!(value) };
                quote! {
                    out.begin_object();
                    for (name, #value) in #borrowed {
                        out.name(name);
                        #write
                    }
                    out.end_object();
                }
            }
            None => quote!(out.null();),
        },
        Type::Choice(_) => quote!(out.string(#borrowed);),
    }
}

/// A default, given as canonical JSON, as an expression of the type.
pub(super) fn default(model: &Model, ty: Type, canonical: &str) -> TokenStream {
    value(model, ty, canonical, &crate::read::parse_value(canonical))
}

/// A value that stands in a text of canonical JSON.
fn value(model: &Model, ty: Type, source: &str, node: &Node) -> TokenStream {
    let span = node.span();
    let canonical = source.get(span.start..span.end).unwrap_or("null");
    let named = |value: TokenStream| match model.type_name(ty) {
        Some(name) => {
            let name = ident(name);
            quote!(#name(#value))
        }
        None => value,
    };
    let nullable = |ty: Type, is_nullable: bool, node: &Node| match (is_nullable, node.is_null()) {
        (true, true) => quote!(None),
        (true, false) => {
            let value = value(model, ty, source, node);
            quote!(Some(#value))
        }
        (false, _) => value(model, ty, source, node),
    };
    let string = node.as_str().unwrap_or("");
    match ty {
        Type::Null => quote!(()),
        Type::Boolean => match canonical {
            "true" => quote!(true),
            _ => quote!(false),
        },
        Type::Integer(_) => {
            let value = Literal::i64_unsuffixed(canonical.parse().unwrap_or_default());
            named(quote!(#value))
        }
        Type::Number(index) => named(match is_unsigned(model, index) {
            true => {
                let value = Literal::u64_unsuffixed(canonical.parse().unwrap_or_default());
                quote!(#value)
            }
            false => {
                quote!(#canonical.parse::<tantamount_core::json::Number>().unwrap_or_default())
            }
        }),
        Type::Text(index) => named(match form(model, index) {
            Form::Plain => quote!(String::from(#string)),
            Form::Uuid => {
                let digits = u128::from_str_radix(&string.replace('-', ""), 16);
                let digits = Literal::u128_unsuffixed(digits.unwrap_or_default());
                quote!(Uuid::from_u128(#digits))
            }
            Form::DateTime => {
                quote!(#string.parse::<tantamount_core::DateTime>().unwrap_or_default())
            }
            Form::Decimal => {
                quote!(#string.parse::<tantamount_core::DecimalString>().unwrap_or_default())
            }
        }),
        Type::Choice(_) => match model.type_name(ty) {
            Some(name) => {
                let name = ident(name);
                let variant = super::raw(&variant(model, ty, string));
                quote!(#name::#variant)
            }
            None => quote!(String::from(#string)),
        },
        Type::Array(index) => {
            let elements = node.as_array().unwrap_or_default();
            let Some(array) = model.arrays.get(index).filter(|_| !elements.is_empty()) else {
                return quote!(Vec::new());
            };
            let elements =
                elements.iter().map(|node| nullable(array.items, array.nullable_items, node));
            quote!(vec![#(#elements),*])
        }
        Type::Record(index) => {
            let Some(record) = model.records.get(index) else { return quote!(()) };
            if record.is_map {
                let Some(others) = others(Some(record)) else { return quote!(()) };
                let pairs = node.members().iter().map(|member| {
                    let (name, value) =
                        (&member.name, nullable(others.ty, others.nullable, &member.value));
                    quote!((String::from(#name), #value))
                });
                return quote!(std::collections::BTreeMap::from([#(#pairs),*]));
            }
            record_value(model, record, node, &nullable)
        }
        Type::Opaque if canonical == "null" => quote!(Text::null()),
        Type::Opaque => quote!(#canonical.parse::<Text>().unwrap_or_default()),
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

fn record_value(
    model: &Model,
    record: &Record,
    node: &Node,
    nullable: &dyn Fn(Type, bool, &Node) -> TokenStream,
) -> TokenStream {
    let tag = record.tag.as_ref().and_then(|tag| node.text(&tag.name));
    let branch = match tag {
        Some(tag) => record.branches.iter().find(|branch| branch.tag == tag),
        None => record.branches.first(),
    };
    let Some(branch) = branch else { return quote!(()) };
    let fields = branch.members.iter().filter(|member| has_field(member)).map(|member| {
        let name = super::member_field(member);
        let value = match (node.get(&member.name), absent_value(model, member)) {
            // Left out of the canonical form, or null, it means what its absence means.
            (None, Some(absent)) => absent,
            (Some(found), Some(absent)) if found.is_null() && member.ty != Type::Opaque => absent,
            (Some(found), _) => {
                let value = nullable(member.ty, false, found);
                let value = if member.is_boxed { quote!(Box::new(#value)) } else { value };
                match (is_option(member), found.is_null()) {
                    (true, true) => quote!(None),
                    (true, false) => quote!(Some(#value)),
                    (false, _) => value,
                }
            }
            (None, None) => quote!(Default::default()),
        };
        quote!(#name: #value)
    });
    let others = branch.others.map(|others| {
        let name = others_field(branch);
        let is_known = |name: &str| {
            branch.member(name).is_some() || record.tag.as_ref().is_some_and(|tag| tag.name == name)
        };
        let pairs = node.members().iter().filter(|member| !is_known(&member.name)).map(|member| {
            let (name, value) = (&member.name, nullable(others.ty, others.nullable, &member.value));
            quote!((String::from(#name), #value))
        });
        quote!(#name: std::collections::BTreeMap::from([#(#pairs),*]))
    });
    let fields = fields.chain(others);
    let name = ident(&branch.name);
    let value = quote!(#name { #(#fields),* });
    match (&record.tag, &record.alone) {
        (Some(_), None) => {
            let union = ident(&record.name);
            let variant = ident(&super::unions::variant(record, branch));
            quote!(#union::#variant(#value))
        }
        _ => value,
    }
}

/// Whether a member has a field: one that is always null and may be absent has none.
pub(super) fn has_field(member: &Member) -> bool {
    member.ty != Type::Null || member.absence == Absence::Required
}

/// The name of the field that holds the members that a branch does not name.
pub(super) fn others_field(branch: &Branch) -> proc_macro2::Ident {
    let mut name = "other_members".to_owned();
    while branch.members.iter().any(|member| member.field == name) {
        name.push('_');
    }
    ident(&name)
}

/// What a field that is no `Option` holds when its member is absent; `None` where it is required.
pub(super) fn absent_value(model: &Model, member: &Member) -> Option<TokenStream> {
    match &member.absence {
        Absence::Default(canonical) => {
            let value = default(model, member.ty, canonical);
            Some(if member.is_boxed { quote!(Box::new(#value)) } else { value })
        }
        Absence::Null | Absence::Inherit(_) if member.ty == Type::Opaque => {
            Some(quote!(Text::null()))
        }
        Absence::Null | Absence::Inherit(_) => Some(quote!(None)),
        Absence::Required => None,
    }
}
