//! Structs: objects, and the branches of unions.

use super::documentation::{deprecated, description, member_rules, paragraphs};
use super::expressions::{
    absent_value, field_type, has_field, is_option, nullable_type, others_field, read, read_others,
    write, write_nullable,
};
use super::{ident, member_field};
use crate::lower::slots;
use crate::model::{Absence, Branch, Member, Model, Record, Type};
use proc_macro2::TokenStream;
use quote::quote;

/// A required member that fits into a function's parameters: clippy draws the line at seven.
const PARAMETERS: usize = 7;

/// An object that is no union.
pub(super) fn plain(model: &Model, index: usize, record: &Record) -> TokenStream {
    record.branches.iter().map(|branch| structure(model, index, record, branch)).collect()
}

/// The struct of one shape, with its constructor and its `Value`.
pub(super) fn structure(
    model: &Model,
    index: usize,
    record: &Record,
    branch: &Branch,
) -> TokenStream {
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
    let fields: Vec<&Member> = branch.members.iter().filter(|member| has_field(member)).collect();
    let declarations = fields.iter().map(|member| declaration(model, member));
    let tag = record.tag.as_ref().map(|tag| {
        let (tag, value) = (&tag.name, &branch.tag);
        quote!(#[cfg_attr(feature = "serde", serde(tag = #tag, rename = #value))])
    });
    let constructor = constructor(model, branch, &fields);
    let value = value(model, index, record, branch, &fields);
    let others = branch.others.map(|others| {
        let (name, ty) = (others_field(branch), nullable_type(model, others.ty, others.nullable));
        quote! {
            /// The members that the schema does not name, by their names. A name of the others
            /// must not stand here.
            #[cfg_attr(feature = "serde", serde(flatten))]
            pub #name: std::collections::BTreeMap<String, #ty>,
        }
    });
    quote! {
        #documentation
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde"))]
        #tag
        pub struct #name {
            #(#declarations,)*
            #others
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
    let skipped = match member.absence {
        Absence::Null | Absence::Inherit(_) if member.ty == Type::Opaque => {
            Some("tantamount_core::json::Text::is_null")
        }
        Absence::Required => None,
        _ => is_option(member).then_some("Option::is_none"),
    };
    let skip = skipped
        .map(|path| quote!(#[cfg_attr(feature = "serde", serde(skip_serializing_if = #path))]));
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
    let is_whole = required.len() == fields.len() && branch.others.is_none();
    if is_whole || required.len() > PARAMETERS {
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
    let others = branch.others.map(|_| {
        let name = others_field(branch);
        quote!(#name: std::collections::BTreeMap::new())
    });
    let values = values.chain(others);
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

fn value(
    model: &Model,
    index: usize,
    record: &Record,
    branch: &Branch,
    fields: &[&Member],
) -> TokenStream {
    let name = ident(&branch.name);
    let rule = super::plan::rule(index);
    let functions = super::functions(model, record.node.pointer());
    let slots = slots(record);
    let slot = |name: &str| slots.get(name).copied().unwrap_or(u16::MAX);
    let reads = fields.iter().map(|member| {
        let (name, slot) = (member_field(member), slot(&member.name));
        let view = quote!(view.member(#slot));
        let present = quote!(member);
        let boxed = |value: TokenStream| match member.is_boxed {
            true => quote!(Box::new(#value)),
            false => value,
        };
        let read_member = boxed(read(model, member.ty, &present));
        match absent_value(model, member) {
            None if is_option(member) => quote! {
                #name: match #view {
                    member if member.is_absent() => None,
                    member => Some(#read_member),
                }
            },
            None => {
                let read_required = boxed(read(model, member.ty, &view));
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
    let others = branch.others.map(|others| {
        let (name, value) = (others_field(branch), read_others(model, others, &quote!(view)));
        quote!(#name: #value)
    });
    let reads = reads.chain(others);
    let write_others = branch.others.map(|others| {
        let name = others_field(branch);
        let write = write_nullable(model, others.ty, others.nullable);
        let value = if others.ty == Type::Null { quote!(()) } else { quote!(value) };
        quote! {
            for (name, #value) in &self.#name {
                out.name(name);
                #write
            }
        }
    });
    let mut writes: Vec<(&str, TokenStream)> =
        fields.iter().map(|member| (member.name.as_str(), write_member(model, member))).collect();
    if let Some(tag) = &record.tag {
        let (tag, value) = (tag.name.as_str(), &branch.tag);
        writes.push((tag, quote!(out.name(#tag); out.string(#value);)));
    }
    writes.sort_by_key(|(name, _)| slot(name));
    let writes = writes.into_iter().map(|(_, write)| write);
    let view = if fields.iter().all(|member| member.ty == Type::Null) && branch.others.is_none() {
        quote!(_view)
    } else {
        quote!(view)
    };
    quote! {
        impl Value for #name {
            const RULE: Rule = #rule;

            #functions

            fn from_view(#view: View<'_>) -> Self {
                #name { #(#reads),* }
            }

            fn write_json(&self, out: &mut Output) {
                out.begin_object();
                #(#writes)*
                #write_others
                out.end_object();
            }
        }
    }
}

fn write_member(model: &Model, member: &Member) -> TokenStream {
    let (json, name) = (&member.name, member_field(member));
    if is_option(member) {
        let write_value = write(model, member.ty, &quote!(value), true);
        if member.absence == Absence::Required {
            return quote! {
                out.name(#json);
                match &self.#name {
                    Some(value) => { #write_value }
                    None => out.null(),
                }
            };
        }
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
        (Type::Array(_), Absence::Default(value)) if value == "[]" => {
            quote!(!self.#name.is_empty())
        }
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
        // A literal of a struct would be read as the block of the `if`.
        (Type::Record(_), _) => quote!(self.#name != (#absent)),
        _ => quote!(self.#name != #absent),
    };
    quote!(if #is_other { #write_named })
}
