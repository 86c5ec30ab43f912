//! What a WebAssembly module judges: the plan, and the rules that it does not enforce, without types.

use super::{is_wrapped, plan, rules};
use crate::deep::deep;
use crate::emit::{Gates, rust_file, rust_file_and};
use crate::error::Error;
use crate::lower::rule;
use crate::model::{Model, Type};
use crate::schema::Schema;
use proc_macro2::TokenStream;
use quote::quote;

/// Where the plan stands that a module judges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPlace {
    /// In the module itself.
    Here,
    /// In the crate `tantamount-schema`.
    InSchema,
}

/// The files of the folder `generated` in a crate of WebAssembly, by name. `edit` is the file that
/// their headers tell people to edit.
///
/// # Errors
/// [`Error::Output`] where the generator wrote something that is no Rust: a fault of its own.
pub fn emit_subject(
    schema: &Schema,
    edit: &str,
    place: PlanPlace,
) -> Result<Vec<(&'static str, String)>, Error> {
    deep(|| {
        let file = |name, documentation, items| {
            rust_file(name, edit, documentation, items, Gates::Open).map(|text| (name, text))
        };
        let with_table = |name, about, (uses, item): (TokenStream, String)| {
            rust_file_and(name, edit, about, uses, Gates::Open, &item).map(|text| (name, text))
        };
        let has_rules = schema.rules().is_some();
        let mut files = vec![
            file("mod.rs", "The schema that the module judges by.", module(place, has_rules))?,
            file("subject.rs", "What the module judges.", subject(schema.model(), has_rules))?,
        ];
        if place == PlanPlace::Here {
            let documentation = "What the schema says, as tables for the engine.";
            files.push(with_table("plan.rs", documentation, plan::plan(schema))?);
            if let Some(found) = schema.rules() {
                let documentation = "What the plan does not enforce, as tables for the engine.";
                files.push(with_table("rules.rs", documentation, rules::rules(&found.program))?);
            }
        }
        Ok(files)
    })
}

fn module(place: PlanPlace, has_rules: bool) -> TokenStream {
    match (place, has_rules) {
        (PlanPlace::Here, false) => quote! {
            mod plan;
            mod subject;

            pub(crate) use plan::PLAN;
            pub(crate) use subject::Subject;
        },
        (PlanPlace::Here, true) => quote! {
            mod plan;
            mod rules;
            mod subject;

            pub(crate) use plan::PLAN;
            pub(crate) use rules::RULES;
            pub(crate) use subject::Subject;
        },
        (PlanPlace::InSchema, false) => quote! {
            mod subject;

            pub(crate) use subject::Subject;
            pub(crate) use tantamount_schema::PLAN;
        },
        (PlanPlace::InSchema, true) => quote! {
            mod subject;

            pub(crate) use subject::Subject;
            pub(crate) use tantamount_schema::{PLAN, RULES};
        },
    }
}

fn subject(model: &Model, has_rules: bool) -> TokenStream {
    let about = format!(" A request, `{}`, of which no value is made.", model.title);
    let root = plan::rule_tokens(rule(model.root));
    let rules = model.rules.get(pointer(model)).filter(|_| has_rules);
    let (rules, used) = match rules {
        Some(index) => (
            Some(quote! {
                fn rules() -> Option<(&'static tantamount_core::validate::Program, u32)> {
                    Some((&RULES, #index))
                }
            }),
            quote!(
                use super::{PLAN, RULES};
            ),
        ),
        None => (
            None,
            quote!(
                use super::PLAN;
            ),
        ),
    };
    quote! {
        use crate::scope::Surroundings;
        #used
        use tantamount_core::json::Output;
        use tantamount_core::plan::{Plan, Rule};
        use tantamount_core::{Request, Value, View};

        #[doc = #about]
        pub(crate) struct Subject;

        impl Value for Subject {
            const RULE: Rule = #root;

            fn plan() -> &'static Plan {
                &PLAN
            }

            #rules

            fn from_view(_: View<'_>) -> Self {
                Subject
            }

            fn write_json(&self, out: &mut Output) {
                out.null();
            }
        }

        impl Request for Subject {
            type Scope = Surroundings;
        }
    }
}

/// The pointer of the root's schema, as its type has it.
fn pointer(model: &Model) -> &str {
    match model.root {
        Type::Record(index) if !is_wrapped(model) => {
            model.records.get(index).map_or("", |record| record.node.pointer())
        }
        _ => "",
    }
}
