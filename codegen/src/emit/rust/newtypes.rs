//! Scalars with a type of their own, and choices.

use super::documentation::{
    deprecated, description, integer_rules, number_rules, paragraphs, text_rules,
};
use super::expressions::primitive;
use super::ident;
use crate::lower::narrow;
use crate::model::{Absence, Choice, Form, Integer, Model, Number, Text, Type};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn newtypes(model: &Model) -> TokenStream {
    let choices = model.choices.iter().enumerate().filter(|(_, choice)| !choice.is_tag);
    let choices = choices.map(|(index, found)| choice(model, index, found));
    let texts = model.texts.iter().enumerate().filter_map(|(index, text)| match text.form {
        Form::Plain => plain_text(model, index, text),
        Form::Uuid => uuid(model, index, text),
        Form::DateTime => formed(model, index, text, "A point in time", &FORMED_DATE_TIME),
        Form::Decimal => formed(model, index, text, "A decimal number", &FORMED_DECIMAL),
    });
    let integers =
        model.integers.iter().enumerate().filter_map(|(index, found)| integer(model, index, found));
    let numbers =
        model.numbers.iter().enumerate().filter_map(|(index, found)| number(model, index, found));
    quote!(#(#choices)* #(#texts)* #(#integers)* #(#numbers)*)
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
    let functions = super::functions(model, choice.node.pointer());
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

            #functions

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

/// Holds a value against the rules that the plan does not enforce, where its schema has any.
fn obey(model: &Model, node: &crate::read::Node) -> Option<TokenStream> {
    let own = node.pointer();
    let has_rules = model.rules.contains_key(own);
    let is_below = |pointer: &str| {
        pointer.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let remains = model.remaining.iter().any(|remaining| is_below(&remaining.pointer));
    (has_rules && remains).then(|| quote!(.and_then(tantamount_core::obey)))
}

fn plain_text(model: &Model, index: usize, text: &Text) -> Option<TokenStream> {
    let title = text.name.as_deref()?;
    let functions = super::functions(model, text.node.pointer());
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&text.documentation, &format!("A string `{title}`.")),
        text_rules(text),
        deprecated(&text.documentation).unwrap_or_default(),
    ]);
    let structure = frame(&documentation, &name, &quote!(String), None);
    let obey = obey(model, &text.node);
    let rule = narrow(index);
    Some(quote! {
        #structure

        impl #name {
            /// Checks the string.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn new(text: impl Into<String>) -> Result<#name, Problem> {
                tantamount_core::check_text(&PLAN, Self::RULE, &text.into()).map(#name) #obey
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

            #functions

            fn from_view(view: View<'_>) -> Self {
                #name(view.as_str().to_owned())
            }

            fn write_json(&self, out: &mut Output) {
                out.string(&self.0);
            }
        }
    })
}

fn uuid(model: &Model, index: usize, text: &Text) -> Option<TokenStream> {
    let title = text.name.as_deref()?;
    let functions = super::functions(model, text.node.pointer());
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

            #functions

            fn from_view(view: View<'_>) -> Self {
                #name(Uuid::parse_str(view.as_str()).unwrap_or_default())
            }

            fn write_json(&self, out: &mut Output) {
                out.string(&self.0.to_string());
            }
        }
    })
}

/// The type of a form, and how a view reads it.
struct Formed {
    ty: &'static str,
    read: &'static str,
}

const FORMED_DATE_TIME: Formed = Formed { ty: "DateTime", read: "date_time" };
const FORMED_DECIMAL: Formed = Formed { ty: "DecimalString", read: "decimal_string" };

/// A string that stands for a value of a type of the core.
fn formed(
    model: &Model,
    index: usize,
    text: &Text,
    what: &str,
    formed: &Formed,
) -> Option<TokenStream> {
    let title = text.name.as_deref()?;
    let functions = super::functions(model, text.node.pointer());
    let (name, inner, read) = (ident(title), ident(formed.ty), ident(formed.read));
    let documentation = paragraphs(&[
        description(&text.documentation, &format!("{what} `{title}`.")),
        deprecated(&text.documentation).unwrap_or_default(),
    ]);
    let ty = quote!(tantamount_core::#inner);
    let structure = frame(&documentation, &name, &ty, None);
    let rule = narrow(index);
    Some(quote! {
        #structure

        impl #name {
            /// The value.
            #[must_use]
            pub fn get(&self) -> &#ty {
                &self.0
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<#ty> for #name {
            fn from(value: #ty) -> #name {
                #name(value)
            }
        }

        impl From<#name> for #ty {
            fn from(value: #name) -> #ty {
                value.0
            }
        }

        impl Value for #name {
            const RULE: Rule = Rule::Text(#rule);

            #functions

            fn from_view(view: View<'_>) -> Self {
                #name(view.#read())
            }

            fn write_json(&self, out: &mut Output) {
                out.string(self.0.as_str());
            }
        }
    })
}

/// What tells the newtypes of numbers apart.
struct Numeric {
    structure: TokenStream,
    name: Ident,
    ty: TokenStream,
    rule: TokenStream,
    functions: TokenStream,
    /// The body of `new`.
    checked: TokenStream,
    /// The method `get`.
    get: TokenStream,
    /// The value out of a `view`.
    read: TokenStream,
    /// The statement that writes the value to `out`.
    write: TokenStream,
}

impl Numeric {
    fn emit(&self) -> TokenStream {
        let Numeric { structure, name, ty, rule, functions, checked, get, read, write } = self;
        quote! {
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
                #get
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
                const RULE: Rule = #rule;

                #functions

                fn from_view(view: View<'_>) -> Self {
                    #name(#read)
                }

                fn write_json(&self, out: &mut Output) {
                    #write
                }
            }
        }
    }
}

/// A number of any size.
fn number(model: &Model, index: usize, number: &Number) -> Option<TokenStream> {
    let title = number.name.as_deref()?;
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&number.documentation, &format!("A number `{title}`.")),
        number_rules(number),
        deprecated(&number.documentation).unwrap_or_default(),
    ]);
    let exact = quote!(tantamount_core::json::Number);
    let obey = obey(model, &number.node);
    let is_unsigned = number.is_unsigned();
    let ty = if is_unsigned { quote!(u64) } else { exact.clone() };
    let structure = frame(&documentation, &name, &ty, is_unsigned.then(|| quote!(Copy,)));
    let (checked, get, read, write) = match is_unsigned {
        true => (
            quote! {
                tantamount_core::check_number(&PLAN, Self::RULE, #exact::from(value))
                    .map(|_| #name(value)) #obey
            },
            quote!(
                pub fn get(self) -> u64 {
                    self.0
                }
            ),
            quote!(view.as_u64()),
            quote!(out.number(&#exact::from(self.0));),
        ),
        false => (
            quote!(tantamount_core::check_number(&PLAN, Self::RULE, value).map(#name) #obey),
            quote!(pub fn get(&self) -> &#exact { &self.0 }),
            quote!(view.number()),
            quote!(out.number(&self.0);),
        ),
    };
    let rule = narrow(index);
    let rule = quote!(Rule::Number(#rule));
    let functions = super::functions(model, number.node.pointer());
    let numeric = Numeric { structure, name, ty, rule, functions, checked, get, read, write };
    Some(numeric.emit())
}

fn integer(model: &Model, index: usize, integer: &Integer) -> Option<TokenStream> {
    let title = integer.name.as_deref()?;
    let name = ident(title);
    let documentation = paragraphs(&[
        description(&integer.documentation, &format!("A whole number `{title}`.")),
        integer_rules(integer),
        deprecated(&integer.documentation).unwrap_or_default(),
    ]);
    let obey = obey(model, &integer.node);
    let ty = primitive(integer);
    let structure = frame(&documentation, &name, &ty, Some(quote!(Copy,)));
    let (read, checked, wide) = match super::expressions::is_narrow(integer) {
        true => (
            quote!(i32::try_from(view.as_i64()).unwrap_or_default()),
            quote! {
                tantamount_core::check_integer(&PLAN, Self::RULE, i64::from(value))
                    .map(|_| #name(value)) #obey
            },
            quote!(i64::from(self.0)),
        ),
        false => (
            quote!(view.as_i64()),
            quote!(tantamount_core::check_integer(&PLAN, Self::RULE, value).map(#name) #obey),
            quote!(self.0),
        ),
    };
    let get = quote! {
        pub fn get(self) -> #ty {
            self.0
        }
    };
    let write = quote!(out.integer(#wide););
    let rule = narrow(index);
    let rule = quote!(Rule::Integer(#rule));
    let functions = super::functions(model, integer.node.pointer());
    let numeric = Numeric { structure, name, ty, rule, functions, checked, get, read, write };
    Some(numeric.emit())
}
