//! The laws on a plan that no schema of the project has: whatever a plan can say, once.

use std::borrow::Cow;
use std::collections::BTreeSet;

use proptest::prelude::*;
use tantamount_core::arbitrary::Unstructured;
use tantamount_core::json::{Output, utf16};
use tantamount_core::plan::{
    Absent, ArrayRule, Bound, Branch, ChoiceRule, Form, IntegerRule, Member, Name, NumberRule,
    Order, Plan, Record, Reference, Rule, ScopeMember, Slot, TextRule,
};
use tantamount_core::strategy::{
    PlanScope, Predicate, different_pair, predicates, same_pair, valid, violated,
};
use tantamount_core::{Checked, Request, Value, View, arbitrary_support, read, read_stored};

use crate::case::Case;
use crate::runner::{law, law_of_each};

/// A document of the plan below; its values stay in the text.
#[derive(Debug)]
struct Anything;

impl Value for Anything {
    const RULE: Rule = Rule::Record(0);

    fn plan() -> &'static Plan {
        plan()
    }

    fn from_view(_: View<'_>) -> Anything {
        Anything
    }

    fn write_json(&self, out: &mut Output) {
        out.begin_object();
        out.end_object();
    }
}

impl Request for Anything {
    type Scope = PlanScope;
}

fn plan() -> &'static Plan {
    static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
    PLAN.get_or_init(build)
}

fn required(rule: Rule) -> Member {
    Member {
        rule,
        nullable: false,
        absent: Absent::Required,
        emit_non_default: false,
        stored_absent_any: false,
    }
}

fn optional(rule: Rule) -> Member {
    Member { nullable: true, absent: Absent::Null, ..required(rule) }
}

fn default(rule: Rule, value: &'static str) -> Member {
    Member { nullable: true, absent: Absent::Default(Cow::Borrowed(value)), ..required(rule) }
}

fn omitted(member: Member) -> Member {
    Member { emit_non_default: true, ..member }
}

type Named = (&'static str, Option<Member>);

/// A record whose slots are sorted here; the tag is the first name where there are tags.
fn record(name: &'static str, tag: Option<&str>, branches: &[(&'static str, &[Named])]) -> Record {
    let mut names: Vec<&'static str> = branches
        .iter()
        .flat_map(|(_, members)| members.iter().map(|member| member.0))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    names.sort_by(|left, right| utf16(left, right));
    let slots: Vec<Slot> = names
        .iter()
        .map(|name| {
            let fragment = format!(",{}:", serde_json::Value::from(*name));
            let head = Slot::head_of(&fragment);
            Slot { name: Cow::Borrowed(name), fragment: Cow::Owned(fragment), head }
        })
        .collect();
    let slot = |wanted: &str| names.iter().position(|name| *name == wanted).map(|at| at as u16);
    Record {
        name: Cow::Borrowed(name),
        tag: tag.and_then(slot),
        slots: Cow::Owned(slots),
        branches: branches
            .iter()
            .map(|(tag, members)| Branch {
                tag: Cow::Borrowed(tag),
                members: names
                    .iter()
                    .map(|name| {
                        members.iter().find(|member| member.0 == *name).and_then(|m| m.1.clone())
                    })
                    .collect(),
                others: None,
            })
            .collect(),
        is_open: false,
    }
}

fn slot(record: &Record, name: &str) -> u16 {
    record.slots.iter().position(|slot| slot.name == name).unwrap_or_else(|| panic!("{name}"))
        as u16
}

fn names(values: &[&'static str]) -> Cow<'static, [Name]> {
    values.iter().map(|value| Cow::Borrowed(*value)).collect()
}

const KEY: Rule = Rule::Text(0);
const TEXT: Rule = Rule::Text(1);
const UUID: Rule = Rule::Text(2);
const TIME: Rule = Rule::Text(3);
const SUM: Rule = Rule::Text(4);
const EXACT: Rule = Rule::Number(0);
const WHOLE: Rule = Rule::Number(1);
const SMALL: Rule = Rule::Integer(0);
const WIDE: Rule = Rule::Integer(1);
const COLOUR: Rule = Rule::Choice(0);
const NODES: Rule = Rule::Array(0);
const LINKS: Rule = Rule::Array(1);
const LIST: Rule = Rule::Array(2);
const BAG: Rule = Rule::Array(3);
const GRID: Rule = Rule::Array(4);
const TREES: Rule = Rule::Array(5);
const FEW: Rule = Rule::Array(6);

fn build() -> Plan {
    let root = record(
        "Anything",
        None,
        &[(
            "",
            &[
                ("nodes", Some(required(NODES))),
                // Sorted differently by UTF-8 and by UTF-16.
                ("\u{ff5e}", Some(optional(WIDE))),
                ("😀", Some(default(Rule::Boolean, "true"))),
                ("list", Some(optional(LIST))),
                ("bag", Some(omitted(default(BAG, "[]")))),
                ("grid", Some(default(GRID, "[]"))),
                ("trees", Some(omitted(default(TREES, "[]")))),
                ("few", Some(required(FEW))),
                ("must be null or text", Some(Member { nullable: true, ..required(TEXT) })),
                ("must", Some(Member { nullable: true, ..required(WHOLE) })),
                ("some", Some(default(LIST, "[1,-3,1]"))),
                ("any", Some(Member { nullable: false, ..optional(Rule::Opaque) })),
                ("else", Some(default(Rule::Opaque, "[1,{\"a\":2}]"))),
                ("count", Some(omitted(default(SMALL, "7")))),
                ("not null", Some(Member { nullable: false, ..default(COLOUR, "\"red\"") })),
                ("owner", Some(omitted(Member { absent: Absent::Inherit(0), ..optional(UUID) }))),
                ("quota", Some(Member { absent: Absent::Inherit(1), ..optional(WIDE) })),
            ],
        )],
    );
    let node = record(
        "Node",
        Some("kind"),
        &[
            (
                "leaf",
                &[
                    ("id", Some(required(KEY))),
                    ("kind", None),
                    ("value", Some(required(SMALL))),
                    ("links", Some(default(LINKS, "[]"))),
                    ("next", Some(Member { absent: Absent::Null, ..optional(KEY) })),
                ],
            ),
            (
                "knot",
                &[
                    ("id", Some(required(KEY))),
                    ("kind", None),
                    ("value", Some(optional(Rule::Null))),
                    ("links", Some(default(LINKS, "[]"))),
                    ("inner", Some(optional(Rule::Record(3)))),
                ],
            ),
        ],
    );
    let link = record(
        "Link",
        None,
        &[("", &[("to", Some(required(KEY))), ("flag", Some(required(Rule::Boolean)))])],
    );
    let tree = record(
        "Tree",
        None,
        &[("", &[("below", Some(default(TREES, "[]"))), ("colour", Some(required(COLOUR)))])],
    );
    let cell = record(
        "Cell",
        None,
        &[(
            "",
            &[
                ("x", Some(required(WIDE))),
                ("y", Some(required(SMALL))),
                ("owner", Some(required(UUID))),
                ("at", Some(required(TIME))),
                ("sum", Some(required(SUM))),
                ("size", Some(required(EXACT))),
                ("note", Some(optional(TEXT))),
            ],
        )],
    );
    let array = |items, least, most, order| ArrayRule {
        items,
        nullable_items: false,
        min_items: least,
        max_items: most,
        order,
    };
    let keys = |record: &Record, names: &[&str]| {
        Order::Set(names.iter().map(|name| slot(record, name)).collect())
    };
    let references = vec![
        Reference {
            set: slot(&root, "nodes"),
            key: slot(&node, "id"),
            at_root: false,
            through: vec![slot(&node, "links")].into(),
            member: slot(&link, "to"),
            acyclic: false,
            outside: false,
        },
        Reference {
            set: slot(&root, "nodes"),
            key: slot(&node, "id"),
            at_root: false,
            through: Vec::new().into(),
            member: slot(&node, "next"),
            acyclic: true,
            outside: true,
        },
    ];
    let arrays = vec![
        array(Rule::Record(1), 0, None, keys(&node, &["id"])),
        array(Rule::Record(2), 0, None, keys(&link, &["to", "flag"])),
        array(SMALL, 0, Some(3), Order::List),
        array(TEXT, 0, None, Order::Multiset),
        array(Rule::Record(4), 0, None, keys(&cell, &["y", "x", "size", "at", "sum", "owner"])),
        array(Rule::Record(3), 0, Some(2), Order::Multiset),
        array(Rule::Opaque, 1, Some(2), Order::Multiset),
    ];
    let text = |not_blank, max_bytes, form| TextRule { not_blank, max_bytes, form };
    Plan {
        title: "Anything".into(),
        id: "urn:example:anything:1".into(),
        version: "1".into(),
        root: Rule::Record(0),
        records: vec![root, node, link, tree, cell].into(),
        arrays: arrays.into(),
        integers: vec![
            IntegerRule { minimum: -3, maximum: 12 },
            IntegerRule { minimum: i64::MIN, maximum: i64::MAX },
        ]
        .into(),
        numbers: vec![
            NumberRule { is_whole: false, minimum: None, maximum: None },
            NumberRule {
                is_whole: true,
                minimum: Some(Bound { value: "-1e+30".into(), is_exclusive: true }),
                maximum: Some(Bound { value: "18446744073709551616".into(), is_exclusive: false }),
            },
        ]
        .into(),
        texts: vec![
            text(true, Some(40), Form::Plain),
            text(false, None, Form::Plain),
            text(false, None, Form::Uuid),
            text(false, None, Form::DateTime),
            text(false, None, Form::Decimal),
        ]
        .into(),
        choices: vec![ChoiceRule {
            name: "Colour".into(),
            values: names(&["red", "gr\"en", "blue"]),
        }]
        .into(),
        scope: vec![
            ScopeMember { name: "owner".into(), rule: UUID },
            ScopeMember { name: "quota".into(), rule: WIDE },
        ]
        .into(),
        references: references.into(),
    }
}

fn checked(text: &str) -> Checked<'_, Anything> {
    read(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_generated_request_is_its_own_canonical_form() {
    law("any_plan_canonicalising_twice", 150, valid(plan()), |case| {
        let first = checked(case.first());
        let canonical = first.canonicalize(&case.scope);
        let again = checked(canonical.as_str());
        let again = again.canonicalize(&case.scope);
        prop_assert_eq!(canonical.as_str(), again.as_str());
        Ok(())
    });
}

#[test]
fn a_respelling_changes_nothing() {
    law("any_plan_respelling", 200, same_pair(plan()), |case| {
        let (first, second) = (checked(case.first()), checked(case.second()));
        let (first, second) = (first.canonicalize(&case.scope), second.canonicalize(&case.scope));
        prop_assert_eq!(first.as_str(), second.as_str());
        let stored = read_stored::<Anything>(case.first().as_bytes()).unwrap();
        let differences = stored.compare(&second);
        prop_assert!(differences.is_empty(), "{}", differences);
        Ok(())
    });
}

#[test]
fn one_difference_changes_the_digest_and_is_listed() {
    let kinds = KINDS.iter().map(|kind| (*kind).to_owned());
    let pairs = || different_pair(plan());
    law_of_each("any_plan_one_difference", 600, pairs, kinds, |case: &Case| {
        let (first, second) = (checked(case.first()), checked(case.second()));
        let (first, second) = (first.canonicalize(&case.scope), second.canonicalize(&case.scope));
        prop_assert_ne!(first.digest(), second.digest());
        let stored = read_stored::<Anything>(case.first().as_bytes()).unwrap();
        for differences in [first.compare(&second), stored.compare(&second)] {
            prop_assert!(!differences.is_empty());
            for difference in &differences {
                let is_there = case.covers(&difference.path);
                prop_assert!(is_there, "{} lies outside {}", difference, case.place);
            }
        }
        Ok(())
    });
}

#[test]
fn a_violation_is_the_only_problem_and_where_it_is_told() {
    let wanted: BTreeSet<Predicate> = predicates(plan()).into_iter().collect();
    let names = wanted.iter().map(ToString::to_string);
    law_of_each(
        "any_plan_violation",
        2_000,
        || violated(plan()),
        names,
        |case| {
            let predicate: &str = &case.change;
            prop_assert!(
                wanted.iter().any(|wanted| wanted.to_string() == predicate),
                "{}",
                predicate
            );
            let Err(problems) = read::<Anything>(case.first().as_bytes()) else {
                return Err(TestCaseError::fail(format!("{predicate} holds")));
            };
            let found: Vec<String> = problems
                .iter()
                .map(|problem| format!("{} {}", problem.pointer, problem.code))
                .collect();
            prop_assert_eq!(found, [case.place.as_str()], "{}", predicate);
            Ok(())
        },
    );
}

#[test]
fn any_bytes_make_a_valid_request() {
    let bytes = proptest::collection::vec(any::<u8>(), 0..2_000);
    let strategy =
        bytes.prop_map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    law("any_plan_bytes", 300, strategy, |case: &Case| {
        let hexadecimal: &str = case.first();
        let bytes: Vec<u8> = hexadecimal
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let made = arbitrary_support::value::<Anything>(&mut Unstructured::new(&bytes));
        prop_assert!(made.is_ok(), "{:?}", made);
        Ok(())
    });
}

const KINDS: &[&str] = &[
    "branch changed",
    "default overridden",
    "element added",
    "element left out",
    "key changed",
    "member added",
    "member left out",
    "opaque element added",
    "opaque member renamed",
    "opaque null added",
    "opaque number changed",
    "opaque order changed",
    "opaque string changed",
    "order changed",
    "reference changed",
    "value changed",
    "value of one's own added",
    "value of one's own left out",
];
