//! What the cases yield compiles, and does what their schemas say.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "cases/bare/generated/mod.rs"]
#[rustfmt::skip]
pub mod bare;
#[path = "cases/names/generated/mod.rs"]
#[rustfmt::skip]
pub mod names;
#[path = "cases/order/generated/mod.rs"]
#[rustfmt::skip]
pub mod order;
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
