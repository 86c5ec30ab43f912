//! The engine over a plan written by hand: what the shipped schema has no use for.
//!
//! The plan is that of a shop's order: lines (a set with two keys), tags (a multiset), notes (a
//! list), a gift flag and a currency that are left out at their defaults, a payment (a tagged
//! union), and a region that is inherited.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use tantamount_core::json::Output;
use tantamount_core::plan::*;
use tantamount_core::{
    NoScope, Request, Scope, Value, View, canonicalize_by, read, read_stored, read_within,
};

const fn member(
    rule: Rule,
    nullable: bool,
    absent: Absent,
    emit_non_default: bool,
) -> Option<Member> {
    Some(Member { rule, nullable, absent, emit_non_default, stored_absent_any: false })
}

macro_rules! slots {
    ($($name:literal),+ $(,)?) => {
        Cow::Borrowed(&[$(Slot {
            name: Cow::Borrowed($name),
            fragment: Cow::Borrowed(concat!(",\"", $name, "\":")),
            head: Slot::head_of(concat!(",\"", $name, "\":")),
        }),+])
    };
}

const TEXT: Rule = Rule::Text(0);
const COUNT: Rule = Rule::Integer(0);

static PLAN: Plan = Plan {
    title: Cow::Borrowed("Order"),
    id: Cow::Borrowed("urn:example:order:1"),
    version: Cow::Borrowed("1"),
    root: Rule::Record(0),
    records: Cow::Borrowed(&[
        Record {
            name: Cow::Borrowed("Order"),
            tag: None,
            slots: slots!["currency", "gift", "lines", "notes", "payment", "region", "tags"],
            branches: Cow::Borrowed(&[Branch {
                tag: Cow::Borrowed(""),
                members: Cow::Borrowed(&[
                    member(Rule::Choice(0), true, Absent::Default(Cow::Borrowed("\"EUR\"")), true),
                    member(Rule::Boolean, false, Absent::Default(Cow::Borrowed("false")), true),
                    member(Rule::Array(0), false, Absent::Required, false),
                    member(Rule::Array(1), false, Absent::Null, false),
                    member(Rule::Record(2), false, Absent::Required, false),
                    member(TEXT, true, Absent::Inherit(0), true),
                    member(Rule::Array(2), true, Absent::Default(Cow::Borrowed("[]")), false),
                ]),
                others: None,
            }]),
            is_open: false,
        },
        Record {
            name: Cow::Borrowed("Line"),
            tag: None,
            slots: slots!["article", "count", "position"],
            branches: Cow::Borrowed(&[Branch {
                tag: Cow::Borrowed(""),
                members: Cow::Borrowed(&[
                    member(TEXT, false, Absent::Required, false),
                    member(COUNT, false, Absent::Default(Cow::Borrowed("1")), false),
                    member(COUNT, false, Absent::Required, false),
                ]),
                others: None,
            }]),
            is_open: false,
        },
        Record {
            name: Cow::Borrowed("Payment"),
            tag: Some(2),
            slots: slots!["data", "iban", "kind", "limit"],
            branches: Cow::Borrowed(&[
                Branch {
                    tag: Cow::Borrowed("card"),
                    members: Cow::Borrowed(&[
                        member(Rule::Opaque, false, Absent::Null, false),
                        None,
                        None,
                        member(COUNT, true, Absent::Null, false),
                    ]),
                    others: None,
                },
                Branch {
                    tag: Cow::Borrowed("transfer"),
                    members: Cow::Borrowed(&[
                        member(TEXT, true, Absent::Null, false),
                        member(TEXT, false, Absent::Required, false),
                        None,
                        None,
                    ]),
                    others: None,
                },
            ]),
            is_open: false,
        },
    ]),
    arrays: Cow::Borrowed(&[
        ArrayRule {
            items: Rule::Record(1),
            nullable_items: false,
            min_items: 0,
            max_items: Some(3),
            order: Order::Set(Cow::Borrowed(&[0, 2])),
        },
        ArrayRule {
            items: TEXT,
            nullable_items: false,
            min_items: 0,
            max_items: None,
            order: Order::List,
        },
        ArrayRule {
            items: TEXT,
            nullable_items: false,
            min_items: 0,
            max_items: None,
            order: Order::Multiset,
        },
    ]),
    integers: Cow::Borrowed(&[IntegerRule { minimum: -5, maximum: 100 }]),
    numbers: Cow::Borrowed(&[]),
    texts: Cow::Borrowed(&[TextRule { not_blank: false, max_bytes: Some(8), form: Form::Plain }]),
    choices: Cow::Borrowed(&[ChoiceRule {
        name: Cow::Borrowed("Currency"),
        values: Cow::Borrowed(&[Cow::Borrowed("EUR"), Cow::Borrowed("USD")]),
    }]),
    scope: Cow::Borrowed(&[ScopeMember { name: Cow::Borrowed("region"), rule: TEXT }]),
    references: Cow::Borrowed(&[]),
};

#[derive(Clone, Debug, PartialEq)]
struct Region(Option<&'static str>);

impl Scope for Region {
    fn write(&self, _member: u16, out: &mut Vec<u8>) {
        match self.0 {
            Some(region) => out.extend_from_slice(format!("{region:?}").as_bytes()),
            None => out.extend_from_slice(b"null"),
        }
    }
}

struct Order_;

impl Value for Order_ {
    const RULE: Rule = Rule::Record(0);

    fn plan() -> &'static Plan {
        &PLAN
    }

    fn from_view(_view: View<'_>) -> Self {
        Order_
    }

    fn write_json(&self, out: &mut Output) {
        out.null();
    }
}

impl Request for Order_ {
    type Scope = Region;
}

const LEAST: &str = r#"{"lines":[],"payment":{"kind":"card"}}"#;

#[track_caller]
fn canonical(text: &str, region: Option<&'static str>) -> String {
    let checked = read::<Order_>(text.as_bytes()).expect(text);
    checked.canonicalize(&Region(region)).as_str().to_owned()
}

/// `code pointer`, one line each.
#[track_caller]
fn problems(text: &str) -> String {
    let problems = read::<Order_>(text.as_bytes()).expect_err(text);
    let lines: Vec<String> = problems.iter().map(|p| format!("{} {}", p.code, p.pointer)).collect();
    lines.join("\n")
}

#[track_caller]
fn differences(left: &str, right: &str, region: Option<&'static str>) -> String {
    let (left, right) =
        (read::<Order_>(left.as_bytes()).unwrap(), read::<Order_>(right.as_bytes()).unwrap());
    let (left, right) = (left.canonicalize(&Region(region)), right.canonicalize(&Region(region)));
    let found = left.compare(&right);
    assert_eq!(found.is_empty(), left.digest() == right.digest());
    found.to_string()
}

#[test]
fn members_at_their_default_are_left_out_where_the_schema_says_so() {
    let bare =
        r#"{"lines":[],"notes":null,"payment":{"data":null,"kind":"card","limit":null},"tags":[]}"#;
    assert_eq!(canonical(LEAST, None), bare);
    let spelt = r#"{"lines":[],"payment":{"kind":"card","limit":null},"currency":"EUR","gift":false,"region":null,"tags":null}"#;
    assert_eq!(canonical(spelt, None), bare);
    // What is inherited is left out under the scope that gives it, and stands under another.
    let north = LEAST.replace("}}", r#"},"region":"north"}"#);
    assert_eq!(canonical(&north, Some("north")), bare);
    assert_eq!(canonical(LEAST, Some("north")), bare);
    assert_eq!(canonical(&north, None), bare.replace(r#","tags""#, r#","region":"north","tags""#));
    let dollars = LEAST.replace("{\"lines\"", r#"{"currency":"USD","gift":true,"lines""#);
    assert!(canonical(&dollars, None).starts_with(r#"{"currency":"USD","gift":true,"lines":[]"#));
}

#[test]
fn sets_are_ordered_by_several_keys_and_multisets_by_their_bytes() {
    let text = r#"{"tags":["b","a","b"],"payment":{"kind":"card"},"lines":[
        {"article":"b","position":1},{"article":"a","position":10},{"article":"a","position":2.0}]}"#;
    assert_eq!(
        canonical(text, None),
        r#"{"lines":[{"article":"a","count":1,"position":2},{"article":"a","count":1,"position":10},{"article":"b","count":1,"position":1}],"notes":null,"payment":{"data":null,"kind":"card","limit":null},"tags":["a","b","b"]}"#
    );
}

#[test]
fn differences_name_set_elements_by_key_and_multiset_elements_by_value() {
    let text = |lines: &str, tags: &str| {
        format!(r#"{{"lines":[{lines}],"tags":[{tags}],"payment":{{"kind":"card"}}}}"#)
    };
    let left = text(
        r#"{"article":"a","position":1},{"article":"b","position":1,"count":2}"#,
        r#""x","y","y""#,
    );
    let right = text(
        r#"{"article":"b","position":1,"count":3},{"article":"a","position":2}"#,
        r#""y","x","z""#,
    );
    assert_eq!(
        differences(&left, &right, None),
        r#"lines["a", 1]: {"article":"a","count":1,"position":1} → (absent)
lines["a", 2]: (absent) → {"article":"a","count":1,"position":2}
lines["b", 1].count: 2 → 3
tags: "y" → (absent)
tags: (absent) → "z""#
    );
    assert_eq!(
        differences(LEAST, &LEAST.replace("}}", r#"},"region":"s"}"#), Some("n")),
        r#"region: "n" → "s""#
    );
    let transfer = r#"{"lines":[],"payment":{"kind":"transfer","iban":"DE1","data":"x"}}"#;
    assert_eq!(
        differences(LEAST, transfer, None),
        r#"payment.data: null → "x"
payment.iban: (absent) → "DE1"
payment.kind: "card" → "transfer"
payment.limit: null → (absent)"#
    );
    let notes =
        |notes: &str| LEAST.replace("{\"lines\"", &format!(r#"{{"notes":[{notes}],"lines""#));
    assert_eq!(
        differences(&notes(r#""a","b""#), &notes(r#""b""#), None),
        "notes[0]: \"a\" → \"b\"\nnotes[1]: \"b\" → (absent)"
    );
    assert_eq!(differences(LEAST, &notes(""), None), "notes: null → []");
}

#[test]
fn a_union_is_read_in_any_order_of_its_members() {
    let first = r#"{"lines":[],"payment":{"kind":"transfer","iban":"DE1","data":"x"}}"#;
    let last = r#"{"lines":[],"payment":{"data":"x","iban":"DE1","kind":"transfer"}}"#;
    assert_eq!(canonical(first, None), canonical(last, None));
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"data":"123456789","kind":"transfer","iban":1}}"#),
        "max_bytes /payment/data\ntype /payment/iban"
    );
    // A flaw in a value that is read twice is told once.
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"data":["\u0000"],"kind":"card"}}"#),
        "nul /payment/data/0"
    );
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"data":["\u0000"],"kind":"cash"}}"#),
        "nul /payment/data/0\none_of /payment/kind"
    );
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"data":1e999999}}"#),
        "required /payment/kind\nnumber_range /payment/data"
    );
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"iban":"DE1","kind":"card"}}"#),
        "not_allowed /payment/iban"
    );
    assert_eq!(
        problems(r#"{"lines":[],"payment":{"kind":"transfer","limit":null,"iban":"x"}}"#),
        "not_allowed /payment/limit"
    );
}

#[test]
fn a_tag_that_needs_escapes_is_not_taken_without_them() {
    let mut plan = PLAN.clone();
    for (branch, tag) in plan.records.to_mut()[2].branches.to_mut().iter_mut().zip(["a\"b", "a\\b"])
    {
        branch.tag = tag.into();
    }
    let read = |text: &str| canonicalize_by(&plan, Rule::Record(2), text.as_bytes(), &NoScope);
    // The first text teaches in which order the members come.
    for text in [r#"{"kind":"a\"b"}"#, r#"{"kind":"a\u0022b"}"#, r#"{"kind":"a\"b"}"#] {
        let canonical = read(text).unwrap();
        assert_eq!(canonical, br#"{"data":null,"kind":"a\"b","limit":null}"#, "{text}");
    }
    for text in [r#"{"kind":"a"b"}"#, r#"{"kind":"a\b"}"#, r#"{"kind":"a\"b}"#] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn every_problem_is_told_once() {
    assert_eq!(
        problems(
            r#"{"lines":[{"article":"a","position":1},{"article":"a","position":1.0,"count":-6},
            {"article":null,"position":1},{}],"gift":"yes","tags":[1],"payment":[],"curency":"EUR"}"#
        ),
        "max_items /lines\nduplicate_key /lines/1\nminimum /lines/1/count\ntype /lines/2/article\n\
         required /lines/3/article\nrequired /lines/3/position\ntype /gift\ntype /tags/0\n\
         type /payment\nunknown_member /curency"
    );
    assert_eq!(problems(r#"{"lines":[],"payment":{"kind":"card"}"#), "syntax ");
    assert_eq!(problems("\u{feff}{}"), "syntax ");
    assert_eq!(problems(""), "syntax ");
}

#[test]
fn hostile_texts_are_refused_without_harm() {
    use tantamount_core::json::Limits;
    let deep =
        format!(r#"{{"lines":[],"payment":{{"kind":"card","data":{}}}}}"#, "[".repeat(1_000_000));
    assert_eq!(problems(&deep), "too_deep ");
    let many =
        format!(r#"{{"lines":[{}],"payment":{{"kind":"card"}}}}"#, vec!["1"; 5000].join(","));
    let found = read::<Order_>(many.as_bytes()).unwrap_err();
    assert_eq!((found.as_slice().len(), found.omitted()), (1000, 4001));
    let found = read_within::<Order_>(LEAST.as_bytes(), &Limits::default().with_text_bytes(10))
        .unwrap_err();
    assert_eq!(found.as_slice()[0].code.as_str(), "too_long");
    let large = format!(
        r#"{{"lines":[],"payment":{{"kind":"card","data":[{}]}}}}"#,
        vec!["1e131071"; 513].join(",")
    );
    assert_eq!(problems(&large), "printed_too_large /payment/data/512");
    let allowed = large.replacen("1e131071,", "", 1);
    assert!(read::<Order_>(allowed.as_bytes()).is_ok());
}

#[test]
fn lines_and_columns_are_counted_in_characters() {
    let text =
        "{\"lines\":[],\n  \"payment\": {\"kind\": \"card\", \"data\": \"😀é\", \"limit\": \"x\"}}";
    let problems = read::<Order_>(text.as_bytes()).unwrap_err();
    let problem = &problems.as_slice()[0];
    assert_eq!((problem.line, problem.column), (2, 54));
    assert_eq!(problem.to_string(), "2:54: /payment/limit: `\"x\"` is not an integer [type]");
    assert_eq!(problem.fix, "write a whole number from -5 to 100, or leave it out");
}

#[test]
fn a_stored_row_is_read_tolerantly() {
    let row = r#"{"payment": {"kind": "card", "future": 1}, "lines": [{"article": "longer than 8", "position": 1000}], "later": {}}"#;
    let stored = read_stored::<Order_>(row.as_bytes()).unwrap();
    let request = read::<Order_>(LEAST.as_bytes()).unwrap();
    let canonical = request.canonicalize(&Region(None));
    assert_eq!(
        stored.compare(&canonical).to_string(),
        r#"lines["longer than 8", 1000]: {"article":"longer than 8","count":1,"position":1000} → (absent)"#
    );
    assert!(read_stored::<Order_>(LEAST.as_bytes()).unwrap().compare(&canonical).is_empty());
}

#[test]
fn objects_of_one_shape_are_each_read_in_full() {
    use tantamount_core::json::canonicalize;
    let check = |text: &str, expected: &str| {
        let canonical = canonicalize(text.as_bytes()).expect(text);
        assert_eq!(String::from_utf8(canonical).expect("UTF-8"), expected);
    };
    // A name with an escape is respelt every time, not only the first.
    check(
        r#"[{"\u0061":1,"b":2},{"\u0061":1,"b":2},{"a":1,"\u0062":2}]"#,
        r#"[{"a":1,"b":2},{"a":1,"b":2},{"a":1,"b":2}]"#,
    );
    // Objects that begin alike and go on otherwise: another name, one more, one fewer, one twice.
    check(
        r#"[{"bb":1,"aa":2,"cc":3},{"bb":1,"aa":2,"cc":3},{"bb":1,"aa":2},{"bb":1,"aa":2,"cc":3,"ab":4},
            {"bb":1,"aa":2,"aa":3},{"bb":1,"ac":2,"cc":3},{"bb" :1,"aa": 2,"cc":3.0},{"bb":1},{"bb":{"bb":1,"aa":2},"aa":2,"cc":3}]"#,
        r#"[{"aa":2,"bb":1,"cc":3},{"aa":2,"bb":1,"cc":3},{"aa":2,"bb":1},{"aa":2,"ab":4,"bb":1,"cc":3},{"aa":3,"bb":1},{"ac":2,"bb":1,"cc":3},{"aa":2,"bb":1,"cc":3},{"bb":1},{"aa":2,"bb":{"aa":2,"bb":1},"cc":3}]"#,
    );
    // More shapes than are remembered, each twice.
    let object = |number: usize| format!(r#"{{"n{number}":1,"a":2}}"#);
    let sorted = |number: usize| format!(r#"{{"a":2,"n{number}":1}}"#);
    let numbers = || (0..1000).flat_map(|number| [number, number, number / 2]);
    let join = |parts: Vec<String>| format!("[{}]", parts.join(","));
    check(&join(numbers().map(object).collect()), &join(numbers().map(sorted).collect()));
}
