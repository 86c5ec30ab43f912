//! The third stage: the model becomes the tables that the engine runs.
//!
//! Tables of the model and of the plan have the same indices.

use crate::model::{self, Absence, Model, Type};
use std::collections::BTreeMap;
use tantamount_core::plan::{
    Absent, ArrayRule, Bound, Branch, ChoiceRule, Form, IntegerRule, Member, NumberRule, Order,
    OtherMembers, Plan, Record, Reference, Rule, ScopeMember, Slot, TextRule,
};

/// The plan of a schema.
pub(crate) fn lower(model: &Model) -> Plan {
    Plan {
        title: model.title.clone().into(),
        id: model.id.clone().into(),
        version: model.version.clone().into(),
        root: rule(model.root),
        records: model.records.iter().map(record).collect(),
        arrays: model.arrays.iter().map(|array| lower_array(model, array)).collect(),
        integers: model
            .integers
            .iter()
            .map(|integer| IntegerRule { minimum: integer.minimum, maximum: integer.maximum })
            .collect(),
        numbers: model
            .numbers
            .iter()
            .map(|number| NumberRule {
                is_whole: number.is_whole,
                minimum: number.minimum.as_ref().map(bound),
                maximum: number.maximum.as_ref().map(bound),
            })
            .collect(),
        texts: model
            .texts
            .iter()
            .map(|text| TextRule {
                not_blank: text.not_blank,
                max_bytes: text.max_bytes,
                form: match text.form {
                    model::Form::Plain => Form::Plain,
                    model::Form::Uuid => Form::Uuid,
                    model::Form::DateTime => Form::DateTime,
                    model::Form::Decimal => Form::Decimal,
                },
            })
            .collect(),
        choices: model
            .choices
            .iter()
            .map(|choice| ChoiceRule {
                name: choice.name.clone().into(),
                values: choice.values.iter().map(|value| value.clone().into()).collect(),
            })
            .collect(),
        scope: model
            .scope
            .iter()
            .map(|member| ScopeMember { name: member.name.clone().into(), rule: rule(member.ty) })
            .collect(),
        references: model.references.iter().filter_map(|found| reference(model, found)).collect(),
    }
}

/// What a value of the type must be.
pub(crate) fn rule(ty: Type) -> Rule {
    match ty {
        Type::Opaque => Rule::Opaque,
        Type::Null => Rule::Null,
        Type::Boolean => Rule::Boolean,
        Type::Integer(index) => Rule::Integer(narrow(index)),
        Type::Number(index) => Rule::Number(narrow(index)),
        Type::Text(index) => Rule::Text(narrow(index)),
        Type::Choice(index) => Rule::Choice(narrow(index)),
        Type::Array(index) => Rule::Array(narrow(index)),
        Type::Record(index) => Rule::Record(narrow(index)),
    }
}

/// The slot of a member.
pub(crate) fn slot(record: &model::Record, name: &str) -> u16 {
    narrow(record.slots().iter().position(|slot| *slot == name).unwrap_or(usize::MAX))
}

/// The slots of all members, by their names.
pub(crate) fn slots(record: &model::Record) -> BTreeMap<&str, u16> {
    let slots = record.slots().into_iter().enumerate();
    slots.map(|(index, name)| (name, narrow(index))).collect()
}

/// The model holds fewer types than that: see [`model::TABLE_LENGTH`].
pub(crate) fn narrow(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn record(record: &model::Record) -> Record {
    let slots = record.slots();
    Record {
        name: record.name.clone().into(),
        tag: record.tag.as_ref().map(|tag| slot(record, &tag.name)),
        slots: slots
            .iter()
            .map(|name| {
                let fragment = format!(",{}:", quoted(name));
                let head = Slot::head_of(&fragment);
                Slot { name: (*name).to_owned().into(), fragment: fragment.into(), head }
            })
            .collect(),
        branches: record
            .branches
            .iter()
            .map(|branch| {
                let known: BTreeMap<&str, &model::Member> =
                    branch.members.iter().rev().map(|one| (one.name.as_str(), one)).collect();
                let members = slots.iter().map(|name| member(record, name, known.get(name)));
                Branch {
                    tag: branch.tag.clone().into(),
                    members: members.collect(),
                    others: branch.others.map(|others| OtherMembers {
                        rule: rule(others.ty),
                        nullable: others.nullable,
                    }),
                }
            })
            .collect(),
        is_open: record.branches.iter().any(|branch| branch.others.is_some()),
    }
}

fn bound(bound: &model::Bound) -> Bound {
    Bound { value: bound.value.clone().into(), is_exclusive: bound.is_exclusive }
}

/// A name as canonical JSON: quotes and the escapes of RFC 8785.
fn quoted(name: &str) -> String {
    let plain = serde_json::Value::from(name).to_string();
    match tantamount_core::json::canonicalize(plain.as_bytes()) {
        Ok(bytes) => String::from_utf8(bytes).unwrap_or(plain),
        Err(_) => plain,
    }
}

fn member(record: &model::Record, name: &str, member: Option<&&model::Member>) -> Option<Member> {
    if let Some(tag) = &record.tag
        && tag.name == name
    {
        return Some(Member {
            rule: Rule::Choice(narrow(tag.choice)),
            nullable: false,
            absent: Absent::Required,
            emit_non_default: false,
            stored_absent_any: false,
        });
    }
    let member = member?;
    Some(Member {
        rule: rule(member.ty),
        nullable: member.nullable,
        absent: match &member.absence {
            Absence::Required => Absent::Required,
            Absence::Null => Absent::Null,
            Absence::Default(value) => Absent::Default(value.clone().into()),
            Absence::Inherit(index) => Absent::Inherit(narrow(*index)),
        },
        emit_non_default: member.emit_non_default,
        stored_absent_any: member.stored_absent_any,
    })
}

fn lower_array(model: &Model, array: &model::Array) -> ArrayRule {
    ArrayRule {
        items: rule(array.items),
        nullable_items: array.nullable_items,
        min_items: array.min_items,
        max_items: array.max_items,
        order: match &array.order {
            model::Order::List => Order::List,
            model::Order::Multiset => Order::Multiset,
            model::Order::Set(keys) => {
                let record = match array.items {
                    Type::Record(index) => model.records.get(index),
                    _ => None,
                };
                let slots = keys.iter().filter_map(|key| record.map(|record| slot(record, key)));
                Order::Set(slots.collect())
            }
        },
    }
}

fn reference(model: &Model, reference: &model::Reference) -> Option<Reference> {
    let root = model.root()?;
    let mut element = element(model, root, &reference.set)?;
    let set = slot(root, &reference.set);
    let key = slot(element, &reference.key);
    if reference.at_root {
        element = root;
    }
    let mut through = Vec::new();
    for name in &reference.through {
        through.push(slot(element, name));
        element = self::element(model, element, name)?;
    }
    Some(Reference {
        set,
        key,
        at_root: reference.at_root,
        through: through.into(),
        member: slot(element, &reference.member),
        acyclic: reference.acyclic,
        outside: reference.outside,
    })
}

/// The elements of the array that a member of the record holds.
fn element<'m>(model: &'m Model, record: &model::Record, name: &str) -> Option<&'m model::Record> {
    let member = record.branches.iter().find_map(|branch| branch.member(name))?;
    let Type::Array(array) = member.ty else { return None };
    let Type::Record(index) = model.arrays.get(array)?.items else { return None };
    model.records.get(index)
}
