//! The plan as a `static`.

use super::table::{Table, name, slice, text};
use crate::lower::narrow;
use crate::schema::Schema;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::BTreeSet;
use tantamount_core::plan::{
    Absent, ArrayRule, Bound, Branch, ChoiceRule, Form, IntegerRule, Member, NumberRule, Order,
    OtherMembers, Plan, Record, Reference, Rule, ScopeMember, TextRule,
};

/// The rule of a record.
pub(super) fn rule(index: usize) -> TokenStream {
    rule_tokens(Rule::Record(narrow(index)))
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

/// What the file imports, and the item, as text.
pub(super) fn plan(schema: &Schema) -> (TokenStream, String) {
    let plan = schema.plan();
    let Plan { title, id, version, root, .. } = &plan;
    let table = Table::Struct(
        "Plan",
        vec![
            ("title", name(title)),
            ("id", name(id)),
            ("version", name(version)),
            ("root", self::of_rule(*root)),
            ("records", slice(plan.records.iter().map(record))),
            ("arrays", slice(plan.arrays.iter().map(array))),
            ("integers", slice(plan.integers.iter().map(integer))),
            ("numbers", slice(plan.numbers.iter().map(number))),
            ("texts", slice(plan.texts.iter().map(of_text))),
            ("choices", slice(plan.choices.iter().map(choice))),
            ("scope", slice(plan.scope.iter().map(scope))),
            ("references", slice(plan.references.iter().map(reference))),
        ],
    );
    let imports = imports(&table);
    let uses = quote! {
        use std::borrow::Cow;
        use tantamount_core::plan::{#(#imports),*};
    };
    let item = table.item("pub static PLAN: Plan = ");
    (uses, format!("/// What `{title}` says, as tables for the engine.\n{item}"))
}

/// The names that the plan needs: an import that nothing uses is a warning.
fn imports(plan: &Table) -> Vec<Ident> {
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
    let mut found = BTreeSet::new();
    plan.mentions(&mut found);
    let used = NAMES.iter().filter(|name| found.contains(**name));
    used.map(|name| Ident::new(name, Span::call_site())).collect()
}

fn of_rule(rule: Rule) -> Table {
    match rule {
        Rule::Opaque => "Rule::Opaque".into(),
        Rule::Null => "Rule::Null".into(),
        Rule::Boolean => "Rule::Boolean".into(),
        Rule::Integer(index) => Table::Call("Rule::Integer", vec![index.into()]),
        Rule::Number(index) => Table::Call("Rule::Number", vec![index.into()]),
        Rule::Text(index) => Table::Call("Rule::Text", vec![index.into()]),
        Rule::Choice(index) => Table::Call("Rule::Choice", vec![index.into()]),
        Rule::Array(index) => Table::Call("Rule::Array", vec![index.into()]),
        Rule::Record(index) => Table::Call("Rule::Record", vec![index.into()]),
    }
}

fn record(record: &Record) -> Table {
    let slots = record.slots.iter().map(|slot| {
        Table::Struct(
            "Slot",
            vec![
                ("name", name(&slot.name)),
                ("fragment", name(&slot.fragment)),
                ("head", Table::Call("Slot::head_of", vec![text(&slot.fragment)])),
            ],
        )
    });
    let branches = record.branches.iter().map(|Branch { tag, members, others }| {
        let others = others.as_ref().map(|OtherMembers { rule, nullable }| {
            let fields = vec![("rule", of_rule(*rule)), ("nullable", (*nullable).into())];
            Table::Struct("OtherMembers", fields)
        });
        let members = members.iter().map(|found| found.as_ref().map(member));
        let fields =
            vec![("tag", name(tag)), ("members", slice(members)), ("others", others.into())];
        Table::Struct("Branch", fields)
    });
    Table::Struct(
        "Record",
        vec![
            ("name", name(&record.name)),
            ("tag", record.tag.into()),
            ("slots", slice(slots)),
            ("branches", slice(branches)),
            ("is_open", record.is_open.into()),
        ],
    )
}

fn member(member: &Member) -> Table {
    let absent = match &member.absent {
        Absent::Required => "Absent::Required".into(),
        Absent::Null => "Absent::Null".into(),
        Absent::Default(value) => Table::Call("Absent::Default", vec![name(value)]),
        Absent::Inherit(index) => Table::Call("Absent::Inherit", vec![(*index).into()]),
    };
    Table::Struct(
        "Member",
        vec![
            ("rule", of_rule(member.rule)),
            ("nullable", member.nullable.into()),
            ("absent", absent),
            ("emit_non_default", member.emit_non_default.into()),
            ("stored_absent_any", member.stored_absent_any.into()),
        ],
    )
}

fn array(array: &ArrayRule) -> Table {
    let order = match &array.order {
        Order::List => "Order::List".into(),
        Order::Multiset => "Order::Multiset".into(),
        Order::Set(keys) => Table::Call("Order::Set", vec![slice(keys.iter().copied())]),
    };
    Table::Struct(
        "ArrayRule",
        vec![
            ("items", of_rule(array.items)),
            ("nullable_items", array.nullable_items.into()),
            ("min_items", array.min_items.into()),
            ("max_items", array.max_items.into()),
            ("order", order),
        ],
    )
}

fn integer(IntegerRule { minimum, maximum }: &IntegerRule) -> Table {
    let fields = vec![("minimum", (*minimum).into()), ("maximum", (*maximum).into())];
    Table::Struct("IntegerRule", fields)
}

fn number(number: &NumberRule) -> Table {
    let bound = |bound: &Option<Bound>| {
        let bound = bound.as_ref().map(|Bound { value, is_exclusive }| {
            let fields = vec![("value", name(value)), ("is_exclusive", (*is_exclusive).into())];
            Table::Struct("Bound", fields)
        });
        Table::from(bound)
    };
    Table::Struct(
        "NumberRule",
        vec![
            ("is_whole", number.is_whole.into()),
            ("minimum", bound(&number.minimum)),
            ("maximum", bound(&number.maximum)),
        ],
    )
}

fn of_text(text: &TextRule) -> Table {
    let form = match text.form {
        Form::Plain => "Form::Plain",
        Form::Uuid => "Form::Uuid",
        Form::DateTime => "Form::DateTime",
        Form::Decimal => "Form::Decimal",
    };
    Table::Struct(
        "TextRule",
        vec![
            ("not_blank", text.not_blank.into()),
            ("max_bytes", text.max_bytes.into()),
            ("form", form.into()),
        ],
    )
}

fn choice(choice: &ChoiceRule) -> Table {
    let values = slice(choice.values.iter().map(|value| name(value)));
    Table::Struct("ChoiceRule", vec![("name", name(&choice.name)), ("values", values)])
}

fn scope(member: &ScopeMember) -> Table {
    let fields = vec![("name", name(&member.name)), ("rule", of_rule(member.rule))];
    Table::Struct("ScopeMember", fields)
}

fn reference(reference: &Reference) -> Table {
    Table::Struct(
        "Reference",
        vec![
            ("set", reference.set.into()),
            ("key", reference.key.into()),
            ("at_root", reference.at_root.into()),
            ("through", slice(reference.through.iter().copied())),
            ("member", reference.member.into()),
            ("acyclic", reference.acyclic.into()),
            ("outside", reference.outside.into()),
        ],
    )
}
