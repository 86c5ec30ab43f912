//! Structs: objects, and the branches of unions.

use super::documentation::{deprecated, description, member_rules, paragraphs};
use super::expressions::{absent_value, field_type, is_option, read, write};
use super::{ident, member_field};
use crate::lower::{narrow, slot};
use crate::model::{Absence, Branch, Member, Model, Record, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// A required member that fits into a function's parameters: clippy draws the line at seven.
const PARAMETERS: usize = 7;

/// An object that is no union.
pub(super) fn plain(model: &Model, record: &Record) -> TokenStream {
    record.branches.iter().map(|branch| structure(model, record, branch)).collect()
}

/// The struct of one shape, with its constructor and its `Value`.
pub(super) fn structure(model: &Model, record: &Record, branch: &Branch) -> TokenStream {
    let name = ident(&branch.name);
    let documentation = paragraphs(&[
        description(&branch.documentation, &format!("An object `{}`.", branch.name)),
        record
            .tag
            .as_ref()
            .map(|tag| format!("`{}` is `{}`.", tag.name, branch.tag))
            .unwrap_or_default(),
        deprecated(&branch.documentation).unwrap_or_default(),
    ]);
    let fields: Vec<&Member> =
        branch.members.iter().filter(|member| member.ty != Type::Null).collect();
    let declarations = fields.iter().map(|member| declaration(model, member));
    let tag = record.tag.as_ref().map(|tag| {
        let (tag, value) = (&tag.name, &branch.tag);
        quote!(#[cfg_attr(feature = "serde", serde(tag = #tag, rename = #value))])
    });
    let constructor = constructor(model, branch, &fields);
    let value = value(model, record, branch, &fields);
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde"))]
        #tag
        pub struct #name {
            #(#declarations,)*
        }

        #constructor
        #value
    }
}

fn declaration(model: &Model, member: &Member) -> TokenStream {
    let name = member_field(member);
    let ty = field_type(model, member);
    let documentation = paragraphs(&[
        description(&member.documentation, &format!("The member `{}`.", member.name)),
        member_rules(model, member),
        deprecated(&member.documentation).unwrap_or_default(),
    ]);
    let json = &member.name;
    let rename =
        (name != json).then(|| quote!(#[cfg_attr(feature = "serde", serde(rename = #json))]));
    let skip = is_option(member).then(
        || quote!(#[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]),
    );
    quote! {
        #documentation
        #rename
        #skip
        pub #name: #ty
    }
}

/// `new`, with the required members; the others have the meaning of their absence.
fn constructor(model: &Model, branch: &Branch, fields: &[&Member]) -> Option<TokenStream> {
    let name = ident(&branch.name);
    let required: Vec<&&Member> =
        fields.iter().filter(|member| member.absence == Absence::Required).collect();
    if required.len() == fields.len() || required.len() > PARAMETERS {
        return None;
    }
    let parameters = required.iter().map(|member| {
        let (name, ty) = (member_field(member), field_type(model, member));
        quote!(#name: #ty)
    });
    let values = fields.iter().map(|member| {
        let name = member_field(member);
        match absent_value(model, member) {
            Some(value) => quote!(#name: #value),
            None => quote!(#name),
        }
    });
    if required.is_empty() {
        return Some(quote! {
            impl Default for #name {
                /// Every member says what its absence says.
                fn default() -> Self {
                    #name { #(#values),* }
                }
            }
        });
    }
    Some(quote! {
        impl #name {
            /// With the required members alone; the others say what their absence says.
            #[must_use]
            pub fn new(#(#parameters),*) -> Self {
                #name { #(#values),* }
            }
        }
    })
}

fn value(model: &Model, record: &Record, branch: &Branch, fields: &[&Member]) -> TokenStream {
    let name = ident(&branch.name);
    let rule = super::plan::rule(model, record);
    let reads = fields.iter().map(|member| {
        let (name, slot) = (member_field(member), slot(record, &member.name));
        let view = quote!(view.member(#slot));
        let present = quote!(member);
        let read_member = read(model, member.ty, &present);
        match absent_value(model, member) {
            None => {
                let read_required = read(model, member.ty, &view);
                quote!(#name: #read_required)
            }
            Some(absent) => {
                let read_present =
                    if is_option(member) { quote!(Some(#read_member)) } else { read_member };
                quote! {
                    #name: match #view {
                        member if member.is_absent() => #absent,
                        member => #read_present,
                    }
                }
            }
        }
    });
    let mut writes: Vec<(&str, TokenStream)> =
        fields.iter().map(|member| (member.name.as_str(), write_member(model, member))).collect();
    if let Some(tag) = &record.tag {
        let (tag, value) = (tag.name.as_str(), &branch.tag);
        writes.push((tag, quote!(out.name(#tag); out.string(#value);)));
    }
    let slots = record.slots();
    writes.sort_by_key(|(name, _)| slots.iter().position(|slot| slot == name));
    let writes = writes.into_iter().map(|(_, write)| write);
    let view = if fields.is_empty() { quote!(_view) } else { quote!(view) };
    quote! {
        impl Value for #name {
            const RULE: Rule = #rule;

            fn plan() -> &'static Plan {
                &PLAN
            }

            fn from_view(#view: View<'_>) -> Self {
                #name { #(#reads),* }
            }

            fn write_json(&self, out: &mut Output) {
                out.begin_object();
                #(#writes)*
                out.end_object();
            }
        }
    }
}

fn write_member(model: &Model, member: &Member) -> TokenStream {
    let (json, name) = (&member.name, member_field(member));
    if is_option(member) {
        let write_value = write(model, member.ty, &quote!(value), true);
        return quote! {
            if let Some(value) = &self.#name {
                out.name(#json);
                #write_value
            }
        };
    }
    let write_value = write(model, member.ty, &quote!(self.#name), false);
    let write_named = quote!(out.name(#json); #write_value);
    let Some(absent) = absent_value(model, member) else { return write_named };
    let is_other = match (member.ty, &member.absence) {
        (Type::Array(_), _) => quote!(!self.#name.is_empty()),
        (Type::Boolean, Absence::Default(value)) if value == "true" => quote!(!self.#name),
        (Type::Boolean, _) => quote!(self.#name),
        (Type::Text(index), Absence::Default(value))
            if model.texts.get(index).is_some_and(|text| {
                text.name.is_none() && text.form == crate::model::Form::Plain
            }) =>
        {
            let text = serde_json::from_str::<String>(value).unwrap_or_default();
            match text.is_empty() {
                true => quote!(!self.#name.is_empty()),
                false => quote!(self.#name != #text),
            }
        }
        _ => quote!(self.#name != #absent),
    };
    quote!(if #is_other { #write_named })
}

/// The index of a record in the plan.
pub(super) fn index(model: &Model, record: &Record) -> u16 {
    let same = |other: &Record| other.node.pointer() == record.node.pointer();
    narrow(model.records.iter().position(same).unwrap_or(usize::MAX))
}
