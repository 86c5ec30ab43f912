//! What the cases yield compiles, and does what their schemas say.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "cases/bare/generated/mod.rs"]
#[rustfmt::skip]
pub mod bare;
#[path = "cases/enqueue/generated/mod.rs"]
#[rustfmt::skip]
pub mod enqueue;
#[path = "cases/names/generated/mod.rs"]
#[rustfmt::skip]
pub mod names;
#[path = "cases/grid/generated/mod.rs"]
#[rustfmt::skip]
pub mod grid;
#[path = "cases/measures/generated/mod.rs"]
#[rustfmt::skip]
pub mod measures;
#[path = "cases/open/generated/mod.rs"]
#[rustfmt::skip]
pub mod open;
#[path = "cases/order/generated/mod.rs"]
#[rustfmt::skip]
pub mod order;
#[path = "cases/payments/generated/mod.rs"]
#[rustfmt::skip]
pub mod payments;
#[path = "cases/strange/generated/mod.rs"]
#[rustfmt::skip]
pub mod strange;
#[path = "cases/team/generated/mod.rs"]
#[rustfmt::skip]
pub mod team;
#[path = "cases/workshop/generated/mod.rs"]
#[rustfmt::skip]
pub mod workshop;

use schemars::JsonSchema;
use std::fs;
use std::path::Path;
use tantamount_core::serde::{Deserialize, Serialize};
use tantamount_core::{NoScope, Request};

/// What the source schema of a case says about a text, and what the type publishes about it.
fn plain_verdicts<R: JsonSchema>(case: &str, text: &str) -> (bool, bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case);
    let source = fs::read_to_string(path.join("schema.json")).unwrap();
    let source: serde_json::Value = serde_json::from_str(&source).unwrap();
    let published = schemars::schema_for!(R).to_value();
    let instance: serde_json::Value = serde_json::from_str(text).unwrap();
    let source = jsonschema::validator_for(&source).unwrap();
    let published = jsonschema::validator_for(&published).unwrap();
    (source.is_valid(&instance), published.is_valid(&instance))
}

/// The canonical form of a valid request; on the way, that its value survives every round trip.
fn canonical<R>(case: &str, text: &str, scope: &R::Scope) -> String
where
    R: Request + PartialEq + std::fmt::Debug + JsonSchema + Serialize + for<'de> Deserialize<'de>,
{
    let checked = tantamount_core::read::<R>(text.as_bytes()).unwrap();
    let canonical = checked.canonicalize(scope).as_str().to_owned();
    let value = checked.to_value();
    let rebuilt = tantamount_core::check(&value).unwrap();
    assert_eq!(rebuilt.canonicalize(scope).as_str(), canonical, "written by write_json");
    assert_eq!(rebuilt.to_value(), value);
    let serialized = serde_json::to_string(&value).unwrap();
    let deserialized: R = serde_json::from_str(&serialized).unwrap();
    assert_eq!(deserialized, value, "{serialized}");
    for text in [text, serialized.as_str(), rebuilt.text()] {
        assert_eq!(plain_verdicts::<R>(case, text), (true, true), "{text}");
    }
    canonical
}

/// The problems of a text: pointers with codes.
fn problems<R: Request>(text: &str) -> Vec<String> {
    let problems = tantamount_core::read::<R>(text.as_bytes()).expect_err(text);
    problems.iter().map(|problem| format!("{} {}", problem.pointer, problem.code)).collect()
}

#[test]
fn an_order_takes_defaults_and_keeps_lists() {
    let id = "018F3A52-0000-7000-8000-000000000001";
    let text = format!(
        r#"{{"id": "{id}", "type": "SALE", "lines": [{{"article": "b"}}, {{"article": "a", "pieces": 2.0, "sizes": [10, 2, 2]}}]}}"#
    );
    assert_eq!(
        canonical::<order::Order>("order", &text, &NoScope),
        format!(
            concat!(
                r#"{{"cents":5,"currency":"EUR","express":null,"extra":{{"a":null,"b":1}},"#,
                r#""giftWrap":true,"id":"{}","labels":[],"lines":[{{"article":"b","pieces":1,"#,
                r#""sizes":null}},{{"article":"a","pieces":2,"sizes":[10,2,2]}}],"notes":null,"#,
                r#""parent":null,"rest":null,"season":null,"type":"SALE"}}"#
            ),
            id.to_lowercase()
        )
    );
    let value = order::Order::read(text.as_bytes()).unwrap().to_value();
    assert_eq!(value.r#type, order::Kind::Sale);
    assert!(value.gift_wrap);
    assert_eq!(value.copies.get(), 1);
    assert_eq!(value.cents, 5_i64);
    assert_eq!(value.currency, "EUR");
    assert_eq!(value.extra, r#"{"a": null, "b": 1}"#.parse().unwrap());
    assert_eq!(value.id.to_string(), id.to_lowercase());
}

#[test]
fn an_order_says_what_differs_from_its_defaults() {
    let text = r#"{"id": "018f3a52-0000-7000-8000-000000000001", "type": "RETURN", "lines": [],
        "giftWrap": false, "express": false, "copies": 2, "cents": -9007199254740993,
        "currency": "", "labels": ["b", "a", "b"], "notes": [null, 1.50], "extra": null,
        "rest": [9007199254740993], "parent": "018f3a52-0000-7000-8000-000000000002",
        "season": "early summer"}"#;
    assert_eq!(
        canonical::<order::Order>("order", text, &NoScope),
        concat!(
            r#"{"cents":-9007199254740993,"copies":2,"currency":"","express":false,"extra":null,"#,
            r#""giftWrap":false,"id":"018f3a52-0000-7000-8000-000000000001","#,
            r#""labels":["a","b","b"],"lines":[],"notes":[null,1.5],"#,
            r#""parent":"018f3a52-0000-7000-8000-000000000002","rest":[9007199254740993],"#,
            r#""season":"early summer","type":"RETURN"}"#
        )
    );
    let value = order::Order::read(text.as_bytes()).unwrap().to_value();
    assert_eq!(value.season, Some(order::Season::EarlySummer));
    assert_eq!(value.notes.unwrap()[1].as_str(), "1.50");
}

#[test]
fn an_order_is_refused_with_every_problem() {
    assert_eq!(
        problems::<order::Order>(
            r#"{"id": "x", "type": null, "lines": [{}, {"article": " "}, {"article": "a", "sizes": []},
                {"article": "a", "sizes": [0]}], "copies": 100, "currency": "EURO", "giftWrap": null,
                "labels": [1], "gift_wrap": true}"#
        ),
        [
            "/id uuid",
            "/type type",
            "/lines max_items",
            "/lines/0/article required",
            "/lines/1/article blank",
            "/lines/2/sizes min_items",
            "/lines/3/sizes/0 minimum",
            "/copies maximum",
            "/currency max_bytes",
            "/giftWrap type",
            "/labels/0 type",
            "/gift_wrap unknown_member",
        ]
    );
}

#[test]
fn a_workshop_holds_unions_sets_of_two_keys_and_itself() {
    let text = r#"{"main": {"kind": "saw", "name": "s", "number": 1, "blades": 1},
        "owner": {"name": "o", "team": {"lead": "l"}},
        "machines": [{"kind": "drill", "name": "b", "number": 10}, {"kind": "saw", "name": "b", "number": 9, "blades": 2},
                     {"kind": "drill", "name": "a", "number": 99, "state": "on"}],
        "rooms": [{"name": "r", "rooms": [{"name": "z"}, {"name": "y", "rooms": []}]}],
        "grid": [[1, 2], [], [-5]]}"#;
    assert_eq!(
        canonical::<workshop::Workshop>("workshop", text, &NoScope),
        concat!(
            r#"{"grid":[[1,2],[],[-5]],"machines":["#,
            r#"{"kind":"drill","name":"a","number":99,"state":"on"},"#,
            r#"{"blades":2,"kind":"saw","name":"b","number":9,"teeth":null},"#,
            r#"{"kind":"drill","name":"b","number":10,"state":"off"}],"#,
            r#""main":{"kind":"saw","name":"s","number":1,"teeth":null},"#,
            r#""owner":{"name":"o","team":{"lead":"l"}},"#,
            r#""rooms":[{"name":"r","rooms":[{"name":"y","rooms":[]},{"name":"z","rooms":null}]}],"#,
            r#""spare":null}"#
        )
    );
    let value = workshop::Workshop::read(text.as_bytes()).unwrap().to_value();
    let workshop::Machine::Saw(saw) = &value.main else { panic!("{:?}", value.main) };
    assert_eq!((saw.blades, saw.name.as_str()), (1, "s"));
    assert_eq!(value.main.kind(), "saw");
    assert_eq!(*value.main.number(), 1);
    assert_eq!(value.machines.as_ref().unwrap().len(), 3);
}

#[test]
fn a_branch_alone_is_read_with_its_tag() {
    let drill: workshop::DrillMachine =
        serde_json::from_str(r#"{"kind": "drill", "name": "d", "number": 1}"#).unwrap();
    assert_eq!(drill, workshop::DrillMachine::new(workshop::MachineName::new("d").unwrap(), 1));
    let other = r#"{"kind": "saw", "name": "d", "number": 1}"#;
    let error = serde_json::from_str::<workshop::DrillMachine>(other).unwrap_err();
    assert!(error.to_string().contains("`kind` is not `drill`"), "{error}");
}

#[test]
fn a_workshop_is_refused_with_every_problem() {
    assert_eq!(
        problems::<workshop::Workshop>(
            r#"{"main": {"kind": "lathe"}, "owner": {"team": {"led": ""}},
                "machines": [{"kind": "saw", "name": "a", "number": 1, "teeth": 4, "state": "on"},
                             {"kind": "drill", "name": "a", "number": 1.0, "state": "idle"}]}"#
        ),
        [
            "/main/name required",
            "/main/number required",
            "/main/kind one_of",
            "/owner/name required",
            "/owner/team/led unknown_member",
            "/machines/0/teeth not_allowed",
            "/machines/0/state not_allowed",
            "/machines/1 duplicate_key",
            "/machines/1/state one_of",
        ]
    );
}

#[test]
fn a_team_inherits_and_refers() {
    let tenant = "018f3a52-0000-7000-8000-000000000001".parse().unwrap();
    let text =
        r#"{"members": [{"key": "b", "lead": "a"}, {"key": "a", "friends": [{"key": "b"}]}]}"#;
    assert_eq!(
        canonical::<team::Team>("team", text, &team::Scope::tenant(tenant)),
        concat!(
            r#"{"members":[{"friends":[{"key":"b","since":null}],"key":"a","lead":null,"#,
            r#""region":null},{"friends":null,"key":"b","lead":"a","region":null}],"#,
            r#""tenant_id":"018f3a52-0000-7000-8000-000000000001"}"#
        )
    );
    let scope = team::Scope { region: Some(tenant), ..team::Scope::none() };
    let text = r#"{"members": [{"key": "a"}], "era": "x"}"#;
    assert_eq!(
        canonical::<team::Team>("team", text, &scope),
        concat!(
            r#"{"era":"x","members":[{"friends":null,"key":"a","lead":null,"#,
            r#""region":"018f3a52-0000-7000-8000-000000000001"}],"tenant_id":null}"#
        )
    );
}

#[test]
fn a_team_is_refused_for_references_that_lead_nowhere_or_in_circles() {
    assert_eq!(
        problems::<team::Team>(
            r#"{"members": [{"key": "a", "lead": "b", "friends": [{"key": "a"}, {"key": "x"}]},
                            {"key": "b", "lead": "a"}, {"key": "c", "lead": "z"}]}"#
        ),
        [
            "/members cycle",
            "/members/0/friends/0/key self_reference",
            "/members/0/friends/1/key unknown_reference",
            "/members/2/lead unknown_reference",
        ]
    );
}

#[test]
fn a_whole_workflow_names_a_step_from_the_root() {
    let text = r#"{"result_step_key": "b", "steps": [
        {"step_key": "b", "execution_kind": "EXTERNAL", "payload": null},
        {"step_key": "a", "execution_kind": "JOB", "job_type": "j", "payload": 1.0,
         "dependencies": [{"prerequisite_step_key": "b"}]}]}"#;
    let text = canonical::<enqueue::EnqueueRequest>("enqueue", text, &enqueue::Scope::none());
    assert!(text.starts_with(r#"{"metadata":{},"result_step_key":"b","steps":[{"dep"#), "{text}");
    assert_eq!(
        problems::<enqueue::EnqueueRequest>(
            r#"{"result_step_key": "c", "active_key": " ", "steps": [
                {"step_key": "a", "execution_kind": "JOB", "job_type": "j", "payload": 1,
                 "dependencies": [{"prerequisite_step_key": "z"}]}]}"#
        ),
        [
            "/result_step_key unknown_reference",
            "/active_key blank",
            "/steps/0/dependencies/0/prerequisite_step_key unknown_reference",
        ]
    );
}

#[test]
fn payments_are_the_same_by_digits_and_instants() {
    let batch = |payment: &str| {
        let text =
            format!(r#"{{"payments": [{{"payment_id": "p", "creditor": "c", {payment}}}]}}"#);
        canonical::<payments::PaymentBatch>("payments", &text, &NoScope)
    };
    assert_eq!(
        batch(r#""amount": "10.50", "due_at": "2026-11-23T10:00:00.250+02:00""#),
        batch(r#""amount": "10.5", "due_at": "2026-11-23T08:00:00.25Z", "currency": "EUR""#)
    );
    let fee = |amounts: [&str; 2]| {
        let fees = amounts.map(|a| format!(r#"{{"kind": "EXPRESS", "amount": "{a}"}}"#)).join(",");
        batch(&format!(r#""amount": "1", "fees": [{fees}]"#))
    };
    assert_eq!(fee(["1", "2"]), fee(["2.0", "1.00"]));
    let split = |centers: [u8; 2]| {
        let split = |c| format!(r#"{{"cost_center": {c}, "amount": "1"}}"#);
        batch(&format!(r#""amount": "1", "splits": [{}]"#, centers.map(split).join(",")))
    };
    assert_ne!(split([1, 2]), split([2, 1]));
    assert_eq!(
        problems::<payments::PaymentBatch>(
            r#"{"payments": [{"payment_id": "p", "creditor": "c", "amount": "ten"},
                {"payment_id": "p", "creditor": "", "amount": "1", "due_at": "2026-11-23T23:59:60Z",
                 "fees": [{"kind": "TIP", "amount": "1"}]}]}"#
        ),
        [
            "/payments/0/amount decimal",
            "/payments/1/payment_id duplicate_key",
            "/payments/1/creditor blank",
            "/payments/1/due_at date_time",
            "/payments/1/fees/0/kind one_of",
        ]
    );
}

#[test]
fn the_least_there_can_be_works() {
    let none = r#"{"count":null,"empty":null,"nothing":null,"one":null,"self":null,"word":null}"#;
    assert_eq!(canonical::<bare::Bare>("bare", "{}", &NoScope), none);
    assert_eq!(bare::Bare::read(b"{}").unwrap().to_value(), bare::Bare::default());
    let text = r#"{"count": 9223372036854775807, "empty": {}, "nothing": null, "self": false,
        "word": "only", "one": {"is": "alone"}}"#;
    assert_eq!(
        canonical::<bare::Bare>("bare", text, &NoScope),
        concat!(
            r#"{"count":9223372036854775807,"empty":{},"nothing":null,"#,
            r#""one":{"is":"alone"},"self":false,"word":"only"}"#
        )
    );
    assert_eq!(
        problems::<bare::Bare>(r#"{"count": 9223372036854775808, "empty": {"a": 1}, "one": {}}"#),
        ["/count maximum", "/empty/a unknown_member", "/one/is required"]
    );
}

#[test]
fn types_hold_their_rules() {
    assert_eq!(workshop::MachineName::new("12345678").unwrap().to_string(), "12345678");
    assert!(workshop::MachineName::new("123456789").is_err());
    assert_eq!(order::Copies::try_from(99).unwrap().get(), 99);
    assert!(order::Copies::new(0).is_err());
    assert_eq!(order::Season::ALL.len(), 2);
    assert_eq!(order::Season::from_text("early summer"), Some(order::Season::EarlySummer));
    assert_eq!(order::Season::from_text("winter"), None);
    assert_eq!(workshop::State::default(), workshop::State::Off);
}

#[test]
fn names_of_every_kind_are_written_as_the_schema_spells_them() {
    let text = r#"{"type": "<=", "Größe": 9007199254740993, "gen": "g", "self": {"Value": [{}], "option": "o"},
        "super": {"plan": "", "write_json": "w", "clone": "c", "from": "From", "Plan": "p"},
        "crate": [{"vec": ["018f3a52-0000-7000-8000-000000000001"]}], "async": {"result": "Err"}, "+1":
        "018F3A52-0000-7000-8000-000000000001", "-1": 2, "2nd": {"3rd": true}, "": false, "…": "e", "注文": "c",
        "$ref": {"e": "F"}, "ref": "r", "user_id": "1", "userId": "2", "UserId": "3", "say \"hi\"\\": "",
        "none": "n", "problems": [{"serialize": {"deserialize": {"json_schema": {"schema": {"member": 2}}}}}],
        "any": {"Option": null}}"#;
    let written = canonical::<names::Limits>("names", text, &NoScope);
    assert!(written.contains(r#""Größe":9007199254740993"#), "{written}");
    assert!(written.contains(r#""+1":"018f3a52-0000-7000-8000-000000000001""#), "{written}");
    let value = names::Limits::read(text.as_bytes()).unwrap().to_value();
    assert_eq!(value.r#type, names::String::LessEqual);
    assert_eq!(names::String::CapitalA.as_str(), "A");
    assert_eq!(names::String::Itself.as_str(), "self");
    assert_eq!(names::String::from_text(""), Some(names::String::Empty));
    assert_eq!((value.minus_1, value.empty, value.ref_is()), (2, false, "r"));
    assert_eq!(value.user_id.as_deref(), Some("1"));
    assert_eq!(value.user_key.as_deref(), Some("2"));
    assert_eq!(value.person.as_deref(), Some("3"));
    let union = value.super_.unwrap();
    assert_eq!(
        (union.plan_(), union.write_json_().as_str(), union.clone_().as_str()),
        ("", "w", "c")
    );
}

impl names::Limits {
    /// `$ref` and `ref` stand side by side: one of them is spelt out.
    fn ref_is(&self) -> &str {
        assert!(self.dollar_ref.is_some());
        self.r#ref.as_deref().unwrap_or_default()
    }
}

#[test]
fn measures_are_compared_by_what_they_stand_for() {
    let text = r#"{"taken": "2026-03-01T01:30:00.2500+02:00", "total": "19.90", "checked": null,
        "share": 1.000, "count": 123456789012345678901234567890, "unsigned": 18446744073709551615,
        "near": 3.0, "ticks": 1e19, "sizes": [3, 1e0, 20, 1.00], "station": "x",
        "limits": {"lower": -5e-1},
        "samples": [
            {"at": "2026-01-01T00:00:00.5Z", "depth": "1", "step": 1},
            {"at": "2026-01-01T00:00:00Z", "depth": "10", "step": 10},
            {"at": "2026-01-01T00:00:00Z", "depth": "10.0", "step": 9.5, "value": 1e-7}]}"#;
    let scope = measures::Scope {
        offset: Some("0.50".parse().unwrap()),
        station: Some("x".to_owned()),
        ..measures::Scope::none()
    };
    assert_eq!(
        canonical::<measures::Measures>("measures", text, &scope),
        concat!(
            r#"{"checked":null,"count":1.2345678901234567890123456789e+29,"#,
            r#""limits":{"lower":-0.5,"upper":null},"near":3,"offset":0.5,"price":9.9,"#,
            r#""samples":[{"at":"2026-01-01T00:00:00.5Z","depth":"1","step":1,"value":null},"#,
            r#"{"at":"2026-01-01T00:00:00Z","depth":"10","step":9.5,"value":1e-7},"#,
            r#"{"at":"2026-01-01T00:00:00Z","depth":"10","step":10,"value":null}],"#,
            r#""share":1,"sizes":[1,1,20,3],"taken":"2026-02-28T23:30:00.25Z","#,
            r#""ticks":10000000000000000000,"total":"19.9","unsigned":18446744073709551615}"#
        )
    );
    let value = measures::Measures::read(text.as_bytes()).unwrap().to_value();
    assert_eq!(value.unsigned, Some(u64::MAX));
    assert_eq!(value.ticks.unwrap().get(), 10_000_000_000_000_000_000);
    assert_eq!(value.total, "1.99e1".parse().unwrap());
    assert_eq!(value.checked, None);
    let least =
        r#"{"taken": "2026-01-01T00:00:00Z", "total": "0", "checked": "2026-01-01t00:00:00z"}"#;
    assert_eq!(
        canonical::<measures::Measures>("measures", least, &measures::Scope::none()),
        concat!(
            r#"{"checked":"2026-01-01T00:00:00Z","count":null,"limits":{"lower":-1,"upper":10},"#,
            r#""near":null,"offset":null,"price":9.9,"samples":[],"share":null,"sizes":[1.5,2],"#,
            r#""taken":"2026-01-01T00:00:00Z","ticks":null,"total":"0","unsigned":null}"#
        )
    );
    let value = measures::Measures::read(least.as_bytes()).unwrap().to_value();
    assert_eq!(value.sizes.len(), 2);
    assert_eq!(value.limits.upper, Some(10.into()));
}

#[test]
fn measures_are_refused_with_every_problem() {
    assert_eq!(
        problems::<measures::Measures>(
            r#"{"taken": "2016-12-31T23:59:60Z", "total": "+1", "price": -1e-400, "share": 0.0,
                "count": 1.5, "unsigned": 18446744073709551616, "ticks": 0, "near": 4,
                "sizes": [null], "limits": {"middle": 1}, "samples": [
                    {"at": "2026-01-01T00:00:00Z", "depth": "1", "step": 2},
                    {"at": "2026-01-01T01:00:00+01:00", "depth": "1.0", "step": 2.0}]}"#
        ),
        [
            "/checked required",
            "/taken date_time",
            "/total decimal",
            "/price minimum",
            "/share minimum",
            "/count type",
            "/unsigned maximum",
            "/ticks minimum",
            "/near maximum",
            "/sizes/0 type",
            "/limits/middle unknown_member",
            "/samples/1 duplicate_key",
        ]
    );
}

#[test]
fn an_open_object_keeps_what_it_does_not_name() {
    let text = r#"{"zoo": {"b": 1.0, "a": null}, "name": "n", "owner": {"id": 1e30, "Ω": [1.0], "address": {"kind": "work"}},
        "gone": null, "labels": {"b": null, "a": "x"}, "stock": {"k": [{"sku": "s", "left": 2.0}]},
        "extra": {"y": 1, "x": {}}, "anything": {"z": 1, "a": 2}, "reactions": {"+1": 3, "$type": "-1"},
        "matrix": [[1.50, null], []], "list": [1, "a", null],
        "tree": {"value": 1, "left": {"value": 2, "right": {"value": 3, "right": null}}, "all": [{"value": 4}]},
        "event": {"inner": {"by": "b", "reason": ["kept"], "action": "opened", "before": {"action": "opened", "by": "c"}}, "bold": true, "action": "closed"},
        "last_opened": {"action": "opened", "by": "d", "more": 1},
        "self": {"name": "again", "owner": {"id": 2}, "gone": null},
        "person": {"name": "p", "age": 7, "more": false}, "friend": {"name": "f", "since": 2020},
        "view": {"other_members": "m", "others": 1}, "1st": 1, "\ud83d\ude00": 2, "\uff5e": 3}"#;
    let nulls = |text: &str| text.replace(char::is_whitespace, "");
    assert_eq!(
        canonical::<open::Shop>("open", text, &NoScope),
        nulls(
            r#"{"1st":1,"anything":{"a":2,"z":1},
            "event":{"action":"closed","bold":true,"inner":{"action":"opened",
                "before":{"action":"opened","before":null,"by":"c","note":null},
                "by":"b","note":null,"reason":["kept"]},"reason":null},
            "extra":{"x":{},"y":1},"friend":{"name":"f","since":2020},"gone":null,
            "labels":{"a":"x","b":null},
            "last_opened":{"action":"opened","before":null,"by":"d","more":1,"note":null},
            "list":[1,"a",null],"matrix":[[1.5,null],[]],"name":"n",
            "owner":{"address":{"kind":"work","street":null},"id":1e+30,"mail":null,"Ω":[1]},
            "person":{"age":7,"more":false,"name":"p"},
            "reactions":{"$type":"-1","+1":3,"-1":null},
            "self":{"anything":null,"event":null,"extra":null,"friend":null,"gone":null,"labels":null,
                "last_opened":null,"list":null,"matrix":null,"name":"again",
                "owner":{"address":null,"id":2,"mail":null},"person":null,"reactions":null,
                "self":null,"stock":null,"tree":null,"view":null},
            "stock":{"k":[{"left":2,"sku":"s"}]},
            "tree":{"all":[{"all":null,"left":null,"right":null,"value":4}],
                "left":{"all":null,"left":null,"right":{"all":null,"left":null,"right":null,"value":3},"value":2},
                "right":null,"value":1},
            "view":{"other_members":"m","others":1},"zoo":{"a":null,"b":1},"😀":2,"～":3}"#
        )
    );
    let value = open::Shop::read(text.as_bytes()).unwrap().to_value();
    assert_eq!(value.other_members.len(), 4);
    assert_eq!(value.labels.as_ref().unwrap().get("b"), Some(&None));
    assert_eq!(value.owner.address.unwrap().kind, Some(open::ShopOwnerAddressKind::Work));
    assert_eq!(value.last_opened.as_ref().unwrap().by, "d");
    assert_eq!(value.reactions.unwrap().plus_1, Some(3.into()));
}

#[test]
fn an_open_object_is_refused_with_every_problem() {
    assert_eq!(
        problems::<open::Shop>(
            r#"{"name": "n", "owner": {"id": "1"}, "gone": 1, "x": 1, "x": 1, "x": 2,
                "labels": {"a": 1, "a": "b"}, "stock": {"s": [{"sku": 1, "more": "m"}]},
                "event": {"bold": 1, "reason": "r", "action": "closed", "by": "b"},
                "last_opened": {"action": "closed", "by": "b"}, "reactions": {"0": 1},
                "extra": {"a": 1e999999}}"#
        ),
        [
            "/owner/id type",
            "/gone not_allowed",
            "/x duplicate_member",
            "/x duplicate_member",
            "/labels/a type",
            "/labels/a duplicate_member",
            "/stock/s/0/sku type",
            "/stock/s/0/more type",
            "/event/bold type",
            "/event/by type",
            "/last_opened/action one_of",
            "/reactions/0 unknown_member",
            "/extra/a number_range",
        ]
    );
}

#[test]
fn stored_rows_of_open_objects_are_read_tolerantly() {
    let stored = br#"{"x": 1, "name": "n", "x": {"a": 2.0}, "owner": {"id": 1}, "gone": null,
        "event": {"action": "opened", "action": "closed", "bold": false, "bold": true}}"#;
    let request = br#"{"gone": null, "owner": {"id": 1.0}, "name": "n", "x": {"a": 2},
        "event": {"action": "closed", "bold": true}}"#;
    let request = open::Shop::read(request).unwrap();
    let request = request.canonicalize(&NoScope);
    assert!(open::Shop::read_stored(stored).unwrap().compare(&request).is_empty());
    let other = br#"{"gone": null, "owner": {"id": 1, "more": 1}, "name": "n", "y": 1}"#;
    let differences = open::Shop::read_stored(other).unwrap().compare(&request);
    let paths: Vec<String> = differences.iter().map(|found| found.path.to_string()).collect();
    assert_eq!(paths, ["event", "owner.more", "x", "y"]);
}

#[test]
fn a_root_may_be_an_array() {
    let text = r#"[{"row": 2, "cells": ["a", null]}, {"cells": [], "row": 1.0}]"#;
    assert_eq!(
        canonical::<grid::Grid>("grid", text, &NoScope),
        r#"[{"cells":[],"row":1},{"cells":["a",null],"row":2}]"#
    );
    assert_eq!(grid::Grid::read(text.as_bytes()).unwrap().to_value().0.len(), 2);
    assert_eq!(problems::<grid::Grid>("[]"), [" min_items"]);
}

#[test]
fn what_has_no_type_is_exact_json_and_checked() {
    let text = r#"{"code": "AB", "amount": 19.90, "short": "ABCD", "either": [1.50, {"not": {"not": 2}}],
        "pair": ["a", 1], "tags": ["b", "a"], "mixed": null, "several": 5.0, "settings": {"x-b": 1, "x-a": 2},
        "list": [[], [[]]], "more": {}}"#;
    assert_eq!(
        canonical::<strange::Strange>("strange", text, &NoScope),
        concat!(
            r#"{"amount":19.9,"code":"AB","either":[1.5,{"not":{"not":2}}],"list":[[],[[]]],"#,
            r#""mixed":null,"more":{},"never":null,"pair":["a",1],"settings":{"x-a":2,"x-b":1},"#,
            r#""several":5,"short":"ABCD","tags":["b","a"]}"#
        )
    );
    assert_eq!(
        problems::<strange::Strange>(
            r#"{"code": "a1", "amount": 0.005, "either": [{"not": "x"}], "pair": [1, 2, 3],
                "tags": ["a", 1, "a"], "mixed": 2, "several": true, "never": 1,
                "settings": {"y": 1, "x-a": "1"}, "list": [1]}"#
        ),
        [
            "/short required",
            "/code pattern",
            "/amount multiple_of",
            "/either/0/not no_alternative",
            "/pair/0 type",
            "/pair/2 max_items",
            "/tags/1 type",
            "/tags/2 unique_items",
            "/mixed one_of",
            "/several type",
            "/never not_allowed",
            "/settings/y unknown_member",
            "/settings/x-a type",
            "/list/0 type",
        ]
    );
}

#[test]
fn parts_of_a_schema_are_checked_alone_too() {
    assert!(strange::Code::new("AB").is_ok());
    assert_eq!(strange::Code::new("ab").unwrap_err().code.as_str(), "pattern");
    assert_eq!(strange::Code::new("A").unwrap_err().code.as_str(), "min_length");
    assert!(strange::Amount::new("0.01".parse().unwrap()).is_ok());
    assert_eq!(
        strange::Amount::new("0.001".parse().unwrap()).unwrap_err().code.as_str(),
        "multiple_of"
    );
    assert!(strange::Serial::new(18_446_744_073_709_551_615).is_ok());
    assert_eq!(strange::Serial::new(4).unwrap_err().code.as_str(), "multiple_of");
    assert!(serde_json::from_str::<strange::Code>("\"A\"").is_err());
    let mut value = strange::Strange::new(strange::Code::new("AB").unwrap());
    assert!(value.check().is_ok());
    value.tags = Some(vec!["a".to_owned(), "a".to_owned()]);
    let problems = value.check().unwrap_err();
    assert_eq!(problems.as_slice()[0].pointer, "/tags/1");
}
