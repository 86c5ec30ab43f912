//! The plan as a `static`.

use crate::lower::narrow;
use crate::schema::Schema;
use proc_macro2::TokenStream;
use quote::quote;
use tantamount_core::plan::{
    Absent, ArrayRule, Bound, Branch, ChoiceRule, Form, IntegerRule, Member, NumberRule, Order,
    OtherMembers, Plan, Record, Reference, Rule, ScopeMember, TextRule,
};

/// The rule of a record.
pub(super) fn rule(index: usize) -> TokenStream {
    rule_tokens(Rule::Record(narrow(index)))
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
    let numbers = table(plan.numbers.iter().map(number));
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
    let (title, id, version) = (name_tokens(title), name_tokens(id), name_tokens(version));
    let item = quote! {
        #[doc = #about]
        pub static PLAN: Plan = Plan {
            title: #title,
            id: #id,
            version: #version,
            root: #root,
            records: #records,
            arrays: #arrays,
            integers: #integers,
            numbers: #numbers,
            texts: #texts,
            choices: #choices,
            scope: #scope,
            references: #references,
        };
    };
    let imports = imports(&item);
    quote! {
        use std::borrow::Cow;
        use tantamount_core::plan::{#(#imports),*};

        #item
    }
}

/// The names that the plan needs: an import that nothing uses is a warning.
fn imports(plan: &TokenStream) -> Vec<TokenStream> {
    const NAMES: &[&str] = &[
        "Absent",
        "ArrayRule",
        "Bound",
        "Branch",
        "ChoiceRule",
        "Form",
        "IntegerRule",
        "Member",
        "NumberRule",
        "Order",
        "OtherMembers",
        "Plan",
        "Record",
        "Reference",
        "Rule",
        "ScopeMember",
        "Slot",
        "TextRule",
    ];
    // `Rule::Record` is no record.
    let is_used = |name: &&&str| match **name {
        "Record" => super::mentions(plan, "Branch"),
        name => super::mentions(plan, name),
    };
    let names = NAMES.iter().filter(is_used);
    let names = names.map(|name| proc_macro2::Ident::new(name, proc_macro2::Span::call_site()));
    names.map(|name| quote!(#name)).collect()
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

pub(super) fn rule_tokens(rule: Rule) -> TokenStream {
    match rule {
        Rule::Opaque => quote!(Rule::Opaque),
        Rule::Null => quote!(Rule::Null),
        Rule::Boolean => quote!(Rule::Boolean),
        Rule::Integer(index) => quote!(Rule::Integer(#index)),
        Rule::Number(index) => quote!(Rule::Number(#index)),
        Rule::Text(index) => quote!(Rule::Text(#index)),
        Rule::Choice(index) => quote!(Rule::Choice(#index)),
        Rule::Array(index) => quote!(Rule::Array(#index)),
        Rule::Record(index) => quote!(Rule::Record(#index)),
    }
}

fn record(record: &Record) -> TokenStream {
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
    let branches = table(record.branches.iter().map(|Branch { tag, members, others }| {
        let tag = name_tokens(tag);
        let members = table(members.iter().map(|found| match found {
            Some(found) => {
                let found = member(found);
                quote!(Some(#found))
            }
            None => quote!(None),
        }));
        let others = match others {
            Some(OtherMembers { rule, nullable }) => {
                let rule = rule_tokens(*rule);
                quote!(Some(OtherMembers { rule: #rule, nullable: #nullable }))
            }
            None => quote!(None),
        };
        quote!(Branch { tag: #tag, members: #members, others: #others })
    }));
    let is_open = record.is_open;
    quote! {
        Record { name: #name, tag: #tag, slots: #slots, branches: #branches, is_open: #is_open }
    }
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
    let nullable_items = array.nullable_items;
    let order = match &array.order {
        Order::List => quote!(Order::List),
        Order::Multiset => quote!(Order::Multiset),
        Order::Set(keys) => {
            let keys = table(keys.iter().map(|key| quote!(#key)));
            quote!(Order::Set(#keys))
        }
    };
    quote! {
        ArrayRule { items: #items, nullable_items: #nullable_items, min_items: #min_items, max_items: #max_items, order: #order }
    }
}

fn number(number: &NumberRule) -> TokenStream {
    let bound = |bound: &Option<Bound>| match bound {
        Some(Bound { value, is_exclusive }) => {
            let value = name_tokens(value);
            quote!(Some(Bound { value: #value, is_exclusive: #is_exclusive }))
        }
        None => quote!(None),
    };
    let (minimum, maximum, is_whole) =
        (bound(&number.minimum), bound(&number.maximum), number.is_whole);
    quote!(NumberRule { is_whole: #is_whole, minimum: #minimum, maximum: #maximum })
}

fn text(text: &TextRule) -> TokenStream {
    let (not_blank, max_bytes) = (text.not_blank, option(text.max_bytes));
    let form = match text.form {
        Form::Plain => quote!(Form::Plain),
        Form::Uuid => quote!(Form::Uuid),
        Form::DateTime => quote!(Form::DateTime),
        Form::Decimal => quote!(Form::Decimal),
    };
    quote!(TextRule { not_blank: #not_blank, max_bytes: #max_bytes, form: #form })
}

fn reference(reference: &Reference) -> TokenStream {
    let Reference { set, key, at_root, member, acyclic, outside, .. } = reference;
    let through = table(reference.through.iter().map(|slot| quote!(#slot)));
    quote! {
        Reference {
            set: #set,
            key: #key,
            at_root: #at_root,
            through: #through,
            member: #member,
            acyclic: #acyclic,
            outside: #outside,
        }
    }
}
