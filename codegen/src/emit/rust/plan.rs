//! The plan as a `static`.

use super::records::index;
use crate::model::{Model, Record};
use crate::schema::Schema;
use proc_macro2::TokenStream;
use quote::quote;
use tantamount_core::plan::{
    Absent, ArrayRule, Branch, ChoiceRule, Form, IntegerRule, Member, Order, Plan,
    Record as PlanRecord, Reference, Rule, ScopeMember, TextRule,
};

/// The rule of a record.
pub(super) fn rule(model: &Model, record: &Record) -> TokenStream {
    rule_tokens(Rule::Record(index(model, record)))
}

pub(super) fn plan(schema: &Schema) -> TokenStream {
    let plan = schema.plan();
    let Plan { title, id, version, root, .. } = &plan;
    let root = rule_tokens(*root);
    let records = table(plan.records.iter().map(record));
    let arrays = table(plan.arrays.iter().map(array));
    let integers = table(plan.integers.iter().map(|IntegerRule { minimum, maximum }| {
        quote!(IntegerRule { minimum: #minimum, maximum: #maximum })
    }));
    let texts = table(plan.texts.iter().map(text));
    let choices = table(plan.choices.iter().map(|ChoiceRule { name, values }| {
        let values = table(values.iter().map(|value| name_tokens(value)));
        let name = name_tokens(name);
        quote!(ChoiceRule { name: #name, values: #values })
    }));
    let scope = table(plan.scope.iter().map(|ScopeMember { name, rule }| {
        let (name, rule) = (name_tokens(name), rule_tokens(*rule));
        quote!(ScopeMember { name: #name, rule: #rule })
    }));
    let references = table(plan.references.iter().map(reference));
    let about = format!(" What `{title}` says, as tables for the engine.");
    let imports = imports(&plan);
    let (title, id, version) = (name_tokens(title), name_tokens(id), name_tokens(version));
    quote! {
        use std::borrow::Cow;
        use tantamount_core::plan::{#(#imports),*};

        #[doc = #about]
        pub static PLAN: Plan = Plan {
            title: #title,
            id: #id,
            version: #version,
            root: #root,
            records: #records,
            arrays: #arrays,
            integers: #integers,
            texts: #texts,
            choices: #choices,
            scope: #scope,
            references: #references,
        };
    }
}

/// The names that the plan needs: an import that nothing uses is a warning.
fn imports(plan: &Plan) -> Vec<TokenStream> {
    let mut names = vec![quote!(Absent), quote!(Branch), quote!(Member), quote!(Plan)];
    let tables = [
        (!plan.arrays.is_empty(), "ArrayRule"),
        (!plan.choices.is_empty(), "ChoiceRule"),
        (!plan.texts.is_empty(), "Form"),
        (!plan.integers.is_empty(), "IntegerRule"),
        (!plan.arrays.is_empty(), "Order"),
        (true, "Record"),
        (!plan.references.is_empty(), "Reference"),
        (true, "Rule"),
        (!plan.scope.is_empty(), "ScopeMember"),
        (true, "Slot"),
        (!plan.texts.is_empty(), "TextRule"),
    ];
    for (is_used, name) in tables {
        let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        names.extend(is_used.then(|| quote!(#name)));
    }
    names.sort_by_key(ToString::to_string);
    names
}

pub(super) fn table(entries: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!(Cow::Borrowed(&[#(#entries),*]))
}

pub(super) fn name_tokens(name: &str) -> TokenStream {
    quote!(Cow::Borrowed(#name))
}

pub(super) fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn rule_tokens(rule: Rule) -> TokenStream {
    match rule {
        Rule::Opaque => quote!(Rule::Opaque),
        Rule::Null => quote!(Rule::Null),
        Rule::Boolean => quote!(Rule::Boolean),
        Rule::Integer(index) => quote!(Rule::Integer(#index)),
        Rule::Text(index) => quote!(Rule::Text(#index)),
        Rule::Choice(index) => quote!(Rule::Choice(#index)),
        Rule::Array(index) => quote!(Rule::Array(#index)),
        Rule::Record(index) => quote!(Rule::Record(#index)),
    }
}

fn record(record: &PlanRecord) -> TokenStream {
    let name = name_tokens(&record.name);
    let tag = match record.tag {
        Some(tag) => quote!(Some(#tag)),
        None => quote!(None),
    };
    let slots = table(record.slots.iter().map(|slot| {
        let (name, fragment) = (name_tokens(&slot.name), name_tokens(&slot.fragment));
        let text = slot.fragment.as_ref();
        quote!(Slot { name: #name, fragment: #fragment, head: Slot::head_of(#text) })
    }));
    let branches = table(record.branches.iter().map(|Branch { tag, members }| {
        let tag = name_tokens(tag);
        let members = table(members.iter().map(|found| match found {
            Some(found) => {
                let found = member(found);
                quote!(Some(#found))
            }
            None => quote!(None),
        }));
        quote!(Branch { tag: #tag, members: #members })
    }));
    quote!(Record { name: #name, tag: #tag, slots: #slots, branches: #branches })
}

fn member(member: &Member) -> TokenStream {
    let rule = rule_tokens(member.rule);
    let Member { nullable, emit_non_default, stored_absent_any, .. } = member;
    let absent = match &member.absent {
        Absent::Required => quote!(Absent::Required),
        Absent::Null => quote!(Absent::Null),
        Absent::Default(value) => {
            let value = name_tokens(value);
            quote!(Absent::Default(#value))
        }
        Absent::Inherit(index) => quote!(Absent::Inherit(#index)),
    };
    quote! {
        Member {
            rule: #rule,
            nullable: #nullable,
            absent: #absent,
            emit_non_default: #emit_non_default,
            stored_absent_any: #stored_absent_any,
        }
    }
}

fn array(array: &ArrayRule) -> TokenStream {
    let items = rule_tokens(array.items);
    let (min_items, max_items) = (array.min_items, option(array.max_items));
    let order = match &array.order {
        Order::List => quote!(Order::List),
        Order::Multiset => quote!(Order::Multiset),
        Order::Set(keys) => {
            let keys = table(keys.iter().map(|key| quote!(#key)));
            quote!(Order::Set(#keys))
        }
    };
    quote! {
        ArrayRule { items: #items, min_items: #min_items, max_items: #max_items, order: #order }
    }
}

fn text(text: &TextRule) -> TokenStream {
    let (not_blank, max_bytes) = (text.not_blank, option(text.max_bytes));
    let form = match text.form {
        Form::Plain => quote!(Form::Plain),
        Form::Uuid => quote!(Form::Uuid),
    };
    quote!(TextRule { not_blank: #not_blank, max_bytes: #max_bytes, form: #form })
}

fn reference(reference: &Reference) -> TokenStream {
    let Reference { set, key, member, acyclic, outside, .. } = reference;
    let through = table(reference.through.iter().map(|slot| quote!(#slot)));
    quote! {
        Reference {
            set: #set,
            key: #key,
            through: #through,
            member: #member,
            acyclic: #acyclic,
            outside: #outside,
        }
    }
}
