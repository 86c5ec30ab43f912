//! Schemas of other shapes than the append request's, each through the same ledger against a real
//! PostgreSQL.
//!
//! | shape | parent | request's id | tables |
//! | --- | --- | --- | --- |
//! | alone | no | no | none: a ledger, with a column of the root |
//! | survey | no, but a scope | no | three, each below the one before, keys of two members |
//! | warehouse | yes | no | two side by side, one with ids; names outside of the request |
//! | recipe | no | yes | lists and multisets, below each other |

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "alone/generated/mod.rs"]
#[rustfmt::skip]
pub mod alone;
#[path = "../../../examples/laws/mod.rs"]
pub mod laws;
#[path = "recipe/generated/mod.rs"]
#[rustfmt::skip]
pub mod recipe;
#[path = "survey/generated/mod.rs"]
#[rustfmt::skip]
pub mod survey;
#[path = "warehouse/generated/mod.rs"]
#[rustfmt::skip]
pub mod warehouse;

use laws::Case;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPoolOptions;
use tantamount_core::NoScope;
use tantamount_core::strategy::PlanScope;
use tantamount_core::uuid::Uuid;
use tantamount_runtime::{Error, Ledger, NoParent, ParentId, Security, TenantPool};
use warehouse::storage::relation::{NewWarehouse, WarehouseId};

const SAMPLES: u32 = 120;

impl Case for alone::Note {
    fn scope(_: &PlanScope) -> NoScope {
        NoScope
    }

    fn key(text: &str) -> alone::Key {
        alone::Key::new(text).expect("a key")
    }

    async fn parent(_: &Ledger<Self>, _: &NoScope) -> NoParent {
        NoParent
    }
}

impl Case for survey::Survey {
    fn scope(scope: &PlanScope) -> survey::Scope {
        survey::Scope { owner_id: scope.text(0).and_then(|id| Uuid::parse_str(&id).ok()) }
    }

    fn key(text: &str) -> survey::Key {
        survey::Key::new(text).expect("a key")
    }

    async fn parent(_: &Ledger<Self>, _: &survey::Scope) -> NoParent {
        NoParent
    }
}

impl Case for warehouse::Delivery {
    fn scope(_: &PlanScope) -> NoScope {
        NoScope
    }

    fn key(text: &str) -> warehouse::Key {
        warehouse::Key::new(text).expect("a key")
    }

    async fn parent(ledger: &Ledger<Self>, scope: &NoScope) -> ParentId {
        let id = WarehouseId::new();
        let new = NewWarehouse { id, name: Some("north"), scope, window: None };
        ledger.open(&new).await.expect("a warehouse");
        id
    }
}

impl Case for recipe::Recipe {
    fn scope(_: &PlanScope) -> NoScope {
        NoScope
    }

    fn key(text: &str) -> recipe::Key {
        recipe::Key::new(text).expect("a key")
    }

    async fn parent(_: &Ledger<Self>, _: &NoScope) -> NoParent {
        NoParent
    }
}

#[test]
fn a_ledger_alone_keeps_the_laws() {
    laws::all::<alone::Note>(SAMPLES);
}

#[test]
fn tables_below_tables_keep_the_laws_without_a_parent() {
    laws::all::<survey::Survey>(SAMPLES);
    laws::rows_are_read_back(
        SAMPLES,
        |survey: survey::Survey| survey.rounds,
        |round: &mut survey::Round| {
            for question in &mut round.questions {
                question.answers = question.answers.take().filter(|answers| !answers.is_empty());
                sort(question.answers.iter_mut());
            }
            sort([&mut round.questions].into_iter());
        },
    );
}

/// Sets have no order.
fn sort<'a, T: std::fmt::Debug + 'a>(sets: impl Iterator<Item = &'a mut Vec<T>>) {
    sets.for_each(|set| set.sort_by_key(|element| format!("{element:?}")));
}

#[test]
fn tables_side_by_side_keep_the_laws() {
    laws::all::<warehouse::Delivery>(SAMPLES);
    laws::rows_are_read_back(
        SAMPLES,
        |delivery: warehouse::Delivery| delivery.crates,
        |_: &mut warehouse::Crate| {},
    );
    laws::ended_parents_are_refused::<warehouse::Delivery>(
        "warehouse",
        "sold",
        r#"{"crates": [{"label": "a", "weight": 5}]}"#,
    );
}

#[test]
fn lists_and_multisets_keep_the_laws() {
    laws::all::<recipe::Recipe>(SAMPLES);
    laws::rows_are_read_back(
        SAMPLES,
        |recipe: recipe::Recipe| recipe.courses,
        |course: &mut recipe::Course| {
            course.steps = course.steps.take().filter(|steps| !steps.is_empty());
            for step in course.steps.iter_mut().flatten() {
                step.uses = step.uses.take().filter(|uses| !uses.is_empty());
                sort(step.uses.iter_mut());
            }
        },
    );
}

/// What the request names outside of itself must be in the same warehouse, whoever names it: an
/// element, or the root.
#[test]
fn names_outside_of_a_delivery_are_looked_for_in_the_warehouse() {
    laws::database::with_database(
        async |database: &laws::database::Database<warehouse::Delivery>| {
            let parent = warehouse::Delivery::parent(&database.ledger, &NoScope).await;
            let append = async |key: &str, text: &str| {
                let request = warehouse::Delivery::read(text.as_bytes()).expect("valid");
                let key = warehouse::Delivery::key(key);
                database.ledger.append(parent, &key, &request.canonicalize(&NoScope), None).await
            };
            let text = r#"{"crates": [{"label": "b", "weight": 1, "on": "a"}], "first_out": "z"}"#;
            let error = append("one", text).await.expect_err("neither is there");
            assert_eq!(
                error.to_string(),
                format!(
                    "the request names 2 keys that no crate of it or of warehouse {parent} has"
                )
            );
            let Error::UnknownReference { keys, .. } = error else { panic!("{error}") };
            assert_eq!(keys.as_slice(), ["a", "z"]);
            let first = r#"{"crates": [{"label": "a", "weight": 1}, {"label": "z", "weight": 2}]}"#;
            assert_eq!(append("zero", first).await.expect("applied").code(), "applied");
            assert_eq!(append("one", text).await.expect("applied").code(), "applied");
            let error = append("two", first).await.expect_err("they are there");
            assert_eq!(
                error.to_string(),
                format!("warehouse {parent} has a crate under 2 keys of the request already")
            );
            let other = warehouse::Delivery::parent(&database.ledger, &NoScope).await;
            assert_ne!(other, parent);
        },
    );
}

/// Two schemas in one database: each has its migrations and its tables.
#[test]
fn schemas_share_a_database() {
    laws::database::with_database(async |database: &laws::database::Database<recipe::Recipe>| {
        let notes: Ledger<alone::Note> = Ledger::of(database.pool.clone());
        assert_eq!(notes.migrate().await.expect("migrated"), 1);
        assert_eq!(notes.migrate().await.expect("migrated"), 0);
        assert_eq!(database.ledger.migrate().await.expect("migrated"), 0);
    });
}

/// Without a parent the scope is the ledger row's: a key tells nothing to another scope.
#[test]
fn a_key_of_another_scope_tells_nothing() {
    laws::database::with_database(async |database: &laws::database::Database<survey::Survey>| {
        let request = survey::Survey::read(br#"{"rounds": []}"#).expect("valid");
        let key = survey::Survey::key("key");
        let (none, owner) = (survey::Scope::none(), survey::Scope::owner(Uuid::from_u128(7)));
        let ledger = &database.ledger;
        let first = ledger.append(NoParent, &key, &request.canonicalize(&none), None).await;
        assert_eq!(first.expect("applied").code(), "applied");
        let other = ledger.append(NoParent, &key, &request.canonicalize(&owner), None).await;
        let error = other.expect_err("another scope");
        assert_eq!(error.to_string(), "the key belongs to another scope");
        assert_eq!(error.code(), "scope_mismatch");
        for (scope, seen) in [(&owner, 0), (&none, 1)] {
            let own = ledger.under(scope);
            assert_eq!(own.history(NoParent).await.expect("asked").len(), seen);
            let entry = own.lookup(NoParent, &key).await.expect("asked");
            assert_eq!(usize::from(entry.is_some()), seen);
            let rows = own.rows::<survey::Round>(NoParent, &key).await.expect("asked");
            assert_eq!(usize::from(rows.is_some()), seen);
        }
    });
}

/// Without a parent the policies ask the ledger's row, which the same statement writes.
#[test]
fn a_ledger_alone_keeps_tenants_apart() {
    laws::database::with_database(async |database: &laws::database::Database<survey::Survey>| {
        let role = format!("application_{}", Uuid::now_v7().simple());
        let admin = |sql: String| sqlx::query(AssertSqlSafe(sql)).execute(&database.pool);
        admin(format!("CREATE ROLE {role}")).await.expect("a user that may create roles");
        let security =
            Security { row_security: Some(true), application: Some(&role), maintenance: None };
        database.ledger.secure(&security).await.expect("secured");
        let options = (*database.pool.connect_options()).clone().options([("role", &role)]);
        let pool = TenantPool::new(PgPoolOptions::new().max_connections(2), options);
        let text = br#"{"rounds": [{"city": "Bern", "year": 2026, "questions": [{"number": 1,
            "text": "?", "answers": [{"person": "secret", "urgent": true, "value": 1}]}]}]}"#;
        let request = survey::Survey::read(text).expect("valid");
        let key = survey::Survey::key("key");
        let (one, two) =
            (survey::Scope::owner(Uuid::from_u128(1)), survey::Scope::owner(Uuid::from_u128(2)));
        let (ours, theirs) = (pool.ledger::<survey::Survey>(&one), pool.ledger(&two));
        let first = ours.append(NoParent, &key, &request.canonicalize(&one), None).await;
        assert_eq!(first.expect("applied").code(), "applied");
        let again = ours.append(NoParent, &key, &request.canonicalize(&one), None).await;
        assert_eq!(again.expect("replayed").code(), "replayed");
        for scope in [&one, &two] {
            let other = theirs.append(NoParent, &key, &request.canonicalize(scope), None).await;
            assert_eq!(other.expect_err("another scope").code(), "scope_mismatch");
        }
        for scope in [&one, &two] {
            let seen = theirs.under(scope);
            assert_eq!(seen.lookup(NoParent, &key).await.expect("asked"), None);
            assert_eq!(seen.history(NoParent).await.expect("asked"), []);
        }
        assert_eq!(ours.under(&one).history(NoParent).await.expect("asked").len(), 1);
        // A row of one's own beside a request of another's.
        let mut transaction = theirs.begin_scoped(&two).await.expect("begun");
        let stray = "INSERT INTO survey_rounds (survey_key, city, year) VALUES ('key', 'Ulm', 1)";
        let refused = sqlx::query(stray).execute(&mut *transaction).await;
        let error = refused.expect_err("held to the scope");
        let state = error.as_database_error().and_then(|error| error.code());
        assert_eq!(state.as_deref(), Some("42501"), "{error}");
        drop(transaction);
        pool.pool().close().await;
        admin(format!("DROP OWNED BY {role}")).await.expect("nothing is left");
        admin(format!("DROP ROLE {role}")).await.expect("the role goes");
    });
}
