//! Lets a schema have types of any name: `String`, `Value`, `Result` …
//!
//! Emitters write a type of the schema by [`type_name`], which marks it where generated code could
//! mean something else by the name. Before a file is written, what generated code means by that
//! name is written in another way: an import as `CoreValue`, what is always there by its path
//! (`::std::string::String`). A file in which nothing clashes is written as it is.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::{self, VisitMut};

/// What a marked name begins with; no name of a schema does.
const MARK: &str = "__schema_";

/// What every file of Rust has without importing it, by its path.
const PRELUDE: &[(&str, &str)] = &[
    ("AsRef", "convert::AsRef"),
    ("Box", "boxed::Box"),
    ("Clone", "clone::Clone"),
    ("Copy", "marker::Copy"),
    ("Default", "default::Default"),
    ("DoubleEndedIterator", "iter::DoubleEndedIterator"),
    ("Drop", "ops::Drop"),
    ("Eq", "cmp::Eq"),
    ("Err", "result::Result::Err"),
    ("ExactSizeIterator", "iter::ExactSizeIterator"),
    ("Extend", "iter::Extend"),
    ("Fn", "ops::Fn"),
    ("FnMut", "ops::FnMut"),
    ("FnOnce", "ops::FnOnce"),
    ("From", "convert::From"),
    ("FromIterator", "iter::FromIterator"),
    ("Into", "convert::Into"),
    ("IntoIterator", "iter::IntoIterator"),
    ("Iterator", "iter::Iterator"),
    ("None", "option::Option::None"),
    ("Ok", "result::Result::Ok"),
    ("Option", "option::Option"),
    ("Ord", "cmp::Ord"),
    ("PartialEq", "cmp::PartialEq"),
    ("PartialOrd", "cmp::PartialOrd"),
    ("Result", "result::Result"),
    ("Send", "marker::Send"),
    ("Sized", "marker::Sized"),
    ("Some", "option::Option::Some"),
    ("String", "string::String"),
    ("Sync", "marker::Sync"),
    ("ToOwned", "borrow::ToOwned"),
    ("ToString", "string::ToString"),
    ("TryFrom", "convert::TryFrom"),
    ("TryInto", "convert::TryInto"),
    ("Unpin", "marker::Unpin"),
    ("Vec", "vec::Vec"),
];

/// The identifier of a type of the schema.
pub(crate) fn type_name(name: &str) -> Ident {
    Ident::new(&format!("{MARK}{name}"), Span::call_site())
}

/// Tokens without marks.
pub(crate) fn plain(tokens: TokenStream) -> TokenStream {
    Settle { clashing: BTreeSet::new(), own: BTreeSet::new() }.tokens(&tokens)
}

/// Writes what clashes with types of the schema in another way, and takes the marks away.
pub(crate) fn settle(file: &mut syn::File) {
    let mut found = Found::default();
    found.visit_file_mut(file);
    let clashing = found.types.intersection(&found.others).cloned().collect();
    let mut settle = Settle { clashing, own: found.own };
    settle.visit_file_mut(file);
}

/// The names in a file: those of the schema's types, and all others.
#[derive(Default)]
struct Found {
    types: BTreeSet<String>,
    others: BTreeSet<String>,
    /// The names that the file imports, or declares as parameters of types.
    own: BTreeSet<String>,
}

impl VisitMut for Found {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        let text = ident.to_string();
        match text.strip_prefix(MARK) {
            Some(name) => self.types.insert(name.to_owned()),
            None => self.others.insert(text),
        };
    }

    fn visit_use_tree_mut(&mut self, tree: &mut syn::UseTree) {
        if let syn::UseTree::Name(name) = tree {
            self.own.insert(name.ident.to_string());
        }
        visit_mut::visit_use_tree_mut(self, tree);
    }

    fn visit_type_param_mut(&mut self, parameter: &mut syn::TypeParam) {
        self.own.insert(parameter.ident.to_string());
        visit_mut::visit_type_param_mut(self, parameter);
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(&list.tokens);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        self.tokens(&call.tokens);
    }
}

impl Found {
    fn tokens(&mut self, tokens: &TokenStream) {
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(mut ident) => self.visit_ident_mut(&mut ident),
                TokenTree::Group(group) => self.tokens(&group.stream()),
                // A path in a string, for serde.
                TokenTree::Literal(literal) => {
                    if literal.to_string().contains("Option::is_none") {
                        self.others.insert("Option".to_owned());
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

struct Settle {
    clashing: BTreeSet<String>,
    own: BTreeSet<String>,
}

impl Settle {
    /// How else the name is written, as the segments of a path.
    fn other(&self, ident: &Ident) -> Option<syn::Path> {
        let name = ident.to_string();
        if !self.clashing.contains(&name) {
            return None;
        }
        if self.own.contains(&name) {
            return Some(Ident::new(&format!("Core{name}"), Span::call_site()).into());
        }
        let prelude: BTreeMap<&str, &str> = PRELUDE.iter().copied().collect();
        syn::parse_str(&format!("::std::{}", prelude.get(name.as_str())?)).ok()
    }

    /// Tokens that are not parsed: names that do not go on a path or follow a dot.
    fn tokens(&self, tokens: &TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        let mut before = ' ';
        for token in tokens.clone() {
            let next = match &token {
                TokenTree::Punct(punct) => punct.as_char(),
                _ => ' ',
            };
            match token {
                TokenTree::Ident(ident) => match self.other(&ident) {
                    Some(path) if !matches!(before, ':' | '.') => {
                        out.extend(quote::quote!(#path));
                    }
                    _ => out.extend([TokenTree::Ident(unmarked(&ident))]),
                },
                TokenTree::Group(group) => {
                    let inner = Group::new(group.delimiter(), self.tokens(&group.stream()));
                    out.extend([TokenTree::Group(inner)]);
                }
                TokenTree::Literal(literal)
                    if self.clashing.contains("Option")
                        && literal.to_string() == "\"Option::is_none\"" =>
                {
                    let path = "::std::option::Option::is_none";
                    out.extend(quote::quote!(#path));
                }
                other => out.extend([other]),
            }
            before = next;
        }
        out
    }
}

impl VisitMut for Settle {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        *ident = unmarked(ident);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let other = match (&path.leading_colon, path.segments.first()) {
            (None, Some(first)) => self.other(&first.ident),
            _ => None,
        };
        visit_mut::visit_path_mut(self, path);
        let Some(mut other) = other else { return };
        let mut segments = std::mem::take(&mut path.segments).into_iter();
        if let (Some(last), Some(first)) = (other.segments.last_mut(), segments.next()) {
            last.arguments = first.arguments;
        }
        other.segments.extend(segments);
        *path = other;
    }

    fn visit_use_tree_mut(&mut self, tree: &mut syn::UseTree) {
        if let syn::UseTree::Name(name) = tree
            && let Some(path) = self.other(&name.ident)
            && let Some(other) = path.get_ident()
        {
            *tree = syn::UseTree::Rename(syn::UseRename {
                ident: name.ident.clone(),
                as_token: Default::default(),
                rename: other.clone(),
            });
        }
        visit_mut::visit_use_tree_mut(self, tree);
    }

    fn visit_type_param_mut(&mut self, parameter: &mut syn::TypeParam) {
        if let Some(path) = self.other(&parameter.ident)
            && let Some(other) = path.get_ident()
        {
            parameter.ident = other.clone();
        }
        visit_mut::visit_type_param_mut(self, parameter);
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        // What is derived is looked up elsewhere, and never clashes with a type.
        let is_derive = attribute.path().is_ident("derive");
        if let syn::Meta::List(list) = &mut attribute.meta
            && !is_derive
        {
            list.tokens = self.tokens(&list.tokens);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        call.tokens = self.tokens(&call.tokens);
    }
}

fn unmarked(ident: &Ident) -> Ident {
    match ident.to_string().strip_prefix(MARK) {
        Some(name) => Ident::new(name, ident.span()),
        None => ident.clone(),
    }
}
