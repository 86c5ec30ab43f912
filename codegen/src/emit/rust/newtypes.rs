//! Scalars with a type of their own, and choices.

use super::documentation::{deprecated, description, integer_rules, paragraphs, text_rules};
use super::expressions::primitive;
use super::ident;
use crate::lower::narrow;
use crate::model::{Absence, Choice, Form, Integer, Model, Text, Type};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn newtypes(model: &Model) -> TokenStream {
    let choices = model.choices.iter().enumerate().filter(|(_, choice)| !choice.is_tag);
    let choices = choices.map(|(index, found)| choice(model, index, found));
    let texts = model.texts.iter().enumerate().filter_map(|(index, text)| match text.form {
        Form::Plain => plain_text(index, text),
        Form::Uuid => uuid(index, text),
    });
    let integers =
        model.integers.iter().enumerate().filter_map(|(index, found)| integer(index, found));
    quote!(#(#choices)* #(#texts)* #(#integers)*)
}

/// The default that every member of this type has; `None` where one has another, or none.
fn common_default(model: &Model, ty: Type) -> Option<&str> {
    let branches = model.records.iter().flat_map(|record| &record.branches);
    let members = branches.flat_map(|branch| &branch.members).filter(|member| member.ty == ty);
    let mut found = None;
    for member in members {
        let Absence::Default(value) = &member.absence else { return None };
        if found.is_some_and(|other| other != value) {
            return None;
        }
        found = Some(value.as_str());
    }
    found
}

fn choice(model: &Model, index: usize, choice: &Choice) -> TokenStream {
    let name = ident(&choice.name);
    let documentation = paragraphs(&[
        description(&choice.documentation, &format!("A choice `{}`.", choice.name)),
        deprecated(&choice.documentation).unwrap_or_default(),
    ]);
    let values = &choice.values;
    let variants: Vec<Ident> = choice.variants.iter().map(|name| super::raw(name)).collect();
    let default = common_default(model, Type::Choice(index));
    let default = default.and_then(|json| serde_json::from_str::<String>(json).ok());
    let declarations = values.iter().zip(&variants).map(|(value, variant)| {
        let documentation = paragraphs(&[format!("`{value}`")]);
        let is_default = (default.as_ref() == Some(value)).then(|| quote!(#[default]));
        let rename = (variant != value)
            .then(|| quote!(#[cfg_attr(feature = "serde", serde(rename = #value))]));
        quote!(#documentation #is_default #rename #variant)
    });
    let derive_default = default.is_some().then(|| quote!(Default,));
    let rule = narrow(index);
    let reads =
        values.iter().zip(&variants).enumerate().map(|(index, (value, variant))| {
            match index + 1 == variants.len() {
                true => quote!(_ => #name::#variant),
                false => quote!(#value => #name::#variant),
            }
        });
    let read = match variants.as_slice() {
        [only] => quote!(#name::#only),
        _ => quote!(match view.as_str() { #(#reads,)* }),
    };
    let view = if variants.len() == 1 { quote!(_view) } else { quote!(view) };
    quote! {
        #documentation
        #[derive(Clone, Copy, Debug, #derive_default PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde"))]
        pub enum #name {
            #(#declarations,)*
        }

        impl #name {
            /// Every value, in the order of the schema.
            pub const ALL: &[#name] = &[#(#name::#variants,)*];

            /// The value as it stands in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    #(#name::#variants => #values,)*
                }
            }

            /// The value that stands in JSON as `text`.
            #[must_use]
            pub fn from_text(text: &str) -> Option<#name> {
                match text {
                    #(#values => Some(#name::#variants),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Value for #name {
            const RULE: Rule = Rule::Choice(#rule);

            fn plan() -> &'static Plan {
                &PLAN
            }

            fn from_view(#view: View<'_>) -> Self {
                #read
            }

            fn write_json(&self, out: &mut Output) {
                out.string(self.as_str());
            }
        }
    }
}

fn frame(
    documentation: &TokenStream,
    name: &Ident,
    inner: &TokenStream,
    copy: Option<TokenStream>,
) -> TokenStream {
    quote! {
        #documentation
        #[derive(Clone, #copy Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(tantamount_core::serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(crate = "tantamount_core::serde", transparent))]
        pub struct #name(#inner);
    }
}

fn plain_text(index: usize, text: &Text) -> Option<TokenStream> {
    let title = text.name.as_deref()?;
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&text.documentation, &format!("A string `{title}`.")),
        text_rules(text),
        deprecated(&text.documentation).unwrap_or_default(),
    ]);
    let structure = frame(&documentation, &name, &quote!(String), None);
    let rule = narrow(index);
    Some(quote! {
        #structure

        impl #name {
            /// Checks the string.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn new(text: impl Into<String>) -> Result<#name, Problem> {
                tantamount_core::check_text(&PLAN, Self::RULE, &text.into()).map(#name)
            }

            /// The string.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for #name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<#name> for String {
            fn from(text: #name) -> String {
                text.0
            }
        }

        impl TryFrom<String> for #name {
            type Error = Problem;

            fn try_from(text: String) -> Result<#name, Problem> {
                #name::new(text)
            }
        }

        impl TryFrom<&str> for #name {
            type Error = Problem;

            fn try_from(text: &str) -> Result<#name, Problem> {
                #name::new(text)
            }
        }

        impl std::str::FromStr for #name {
            type Err = Problem;

            fn from_str(text: &str) -> Result<#name, Problem> {
                #name::new(text)
            }
        }

        impl Value for #name {
            const RULE: Rule = Rule::Text(#rule);

            fn plan() -> &'static Plan {
                &PLAN
            }

            fn from_view(view: View<'_>) -> Self {
                #name(view.as_str().to_owned())
            }

            fn write_json(&self, out: &mut Output) {
                out.string(&self.0);
            }
        }
    })
}

fn uuid(index: usize, text: &Text) -> Option<TokenStream> {
    let title = text.name.as_deref()?;
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&text.documentation, &format!("A UUID `{title}`.")),
        deprecated(&text.documentation).unwrap_or_default(),
    ]);
    let structure = frame(&documentation, &name, &quote!(Uuid), Some(quote!(Copy,)));
    let rule = narrow(index);
    Some(quote! {
        #structure

        impl #name {
            /// The UUID.
            #[must_use]
            pub fn get(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for #name {
            fn from(id: Uuid) -> #name {
                #name(id)
            }
        }

        impl From<#name> for Uuid {
            fn from(id: #name) -> Uuid {
                id.0
            }
        }

        impl Value for #name {
            const RULE: Rule = Rule::Text(#rule);

            fn plan() -> &'static Plan {
                &PLAN
            }

            fn from_view(view: View<'_>) -> Self {
                #name(Uuid::parse_str(view.as_str()).unwrap_or_default())
            }

            fn write_json(&self, out: &mut Output) {
                out.string(&self.0.to_string());
            }
        }
    })
}

fn integer(index: usize, integer: &Integer) -> Option<TokenStream> {
    let title = integer.name.as_deref()?;
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&integer.documentation, &format!("A whole number `{title}`.")),
        integer_rules(integer),
        deprecated(&integer.documentation).unwrap_or_default(),
    ]);
    let ty = primitive(integer);
    let structure = frame(&documentation, &name, &ty, Some(quote!(Copy,)));
    let rule = narrow(index);
    let narrow = super::expressions::is_narrow(integer);
    let (read, checked, wide) = match narrow {
        true => (
            quote!(i32::try_from(view.as_i64()).unwrap_or_default()),
            quote! {
                tantamount_core::check_integer(&PLAN, Self::RULE, i64::from(value))
                    .map(|_| #name(value))
            },
            quote!(i64::from(self.0)),
        ),
        false => (
            quote!(view.as_i64()),
            quote!(tantamount_core::check_integer(&PLAN, Self::RULE, value).map(#name)),
            quote!(self.0),
        ),
    };
    Some(quote! {
        #structure

        impl #name {
            /// Checks the number.
            ///
            /// # Errors
            /// That it is out of range.
            pub fn new(value: #ty) -> Result<#name, Problem> {
                #checked
            }

            /// The number.
            #[must_use]
            pub fn get(self) -> #ty {
                self.0
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<#name> for #ty {
            fn from(value: #name) -> #ty {
                value.0
            }
        }

        impl TryFrom<#ty> for #name {
            type Error = Problem;

            fn try_from(value: #ty) -> Result<#name, Problem> {
                #name::new(value)
            }
        }

        impl Value for #name {
            const RULE: Rule = Rule::Integer(#rule);

            fn plan() -> &'static Plan {
                &PLAN
            }

            fn from_view(view: View<'_>) -> Self {
                #name(#read)
            }

            fn write_json(&self, out: &mut Output) {
                out.integer(#wide);
            }
        }
    })
}
