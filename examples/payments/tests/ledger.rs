//! Batches of payments through the ledger, against a real PostgreSQL.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../laws/mod.rs"]
pub mod laws;

use laws::Case;
use laws::database::{Database, with_database};
use tantamount_core::NoScope;
use tantamount_core::strategy::PlanScope;
use tantamount_example_payments::payments::storage::relation::{AccountId, NewAccount};
use tantamount_example_payments::payments::{BatchKey, Currency, Payment, PaymentBatch};
use tantamount_runtime::{Ledger, Outcome};

const SAMPLES: u32 = 150;

impl Case for PaymentBatch {
    fn scope(_: &PlanScope) -> NoScope {
        NoScope
    }

    fn key(text: &str) -> BatchKey {
        BatchKey::new(text).expect("a key")
    }

    async fn parent(ledger: &Ledger<Self>, scope: &NoScope) -> AccountId {
        let id = AccountId::new();
        let new = NewAccount { id, name: Some("current account"), scope, window: None };
        ledger.open(&new).await.expect("an account");
        id
    }
}

#[test]
fn batches_of_payments_keep_the_laws() {
    laws::all::<PaymentBatch>(SAMPLES);
}

#[test]
fn payments_are_read_back_with_all_their_parts() {
    laws::rows_are_read_back(
        SAMPLES,
        |batch: PaymentBatch| batch.payments,
        |payment: &mut Payment| {
            // Their order means nothing; that of splits does.
            payment.tags.sort();
            payment.fees.sort_by_key(|fee| format!("{fee:?}"));
            payment.allocations.sort_by_key(|allocation| format!("{allocation:?}"));
        },
    );
}

#[test]
fn a_closed_account_takes_no_more_payments() {
    let text = r#"{"payments": [{"payment_id": "1", "creditor": "ACME", "amount": "10"}]}"#;
    laws::ended_parents_are_refused::<PaymentBatch>("account", "CLOSED", text);
}

const NOVEMBER: &str = r#"{
    "execute_at": "2026-11-30T00:00:00+01:00",
    "remarks": ["approved by ada", "second eyes: grace"],
    "payments": [
        {"payment_id": "rent", "creditor": "Haus & Grund", "amount": "1200.00",
         "due_at": "2026-12-01T00:00:00.500+01:00",
         "splits": [{"cost_center": 7, "amount": "800"}, {"cost_center": 9, "amount": "400.0"}]},
        {"payment_id": "chips", "creditor": "ACME", "amount": "0.1", "currency": "USD",
         "tags": ["parts", "november", "parts"],
         "fees": [{"kind": "EXCHANGE", "amount": "0.01"}, {"kind": "EXPRESS", "amount": "5"},
                  {"kind": "EXCHANGE", "amount": "0.010"}],
         "allocations": [{"invoice_id": "2026/17", "amount": "0.04", "settled_at": "2026-11-23T10:00:00Z"},
                         {"invoice_id": "2026/18", "amount": "0.06"}]}
    ]
}"#;

/// The same in another spelling: times in another zone, amounts with other zeros, what is no list
/// in another order, the default currency said.
const RETRY: &str = r#"{
    "payments": [
        {"allocations": [{"amount": "0.060", "invoice_id": "2026/18", "settled_at": null},
                         {"settled_at": "2026-11-23T11:00:00.000+01:00", "invoice_id": "2026/17", "amount": "4e-2"}],
         "fees": [{"kind": "EXPRESS", "amount": "5.00"}, {"kind": "EXCHANGE", "amount": "0.01"},
                  {"amount": "1E-2", "kind": "EXCHANGE"}],
         "tags": ["november", "parts", "parts"],
         "currency": "USD", "amount": "0.10", "creditor": "ACME", "payment_id": "chips"},
        {"splits": [{"amount": "800.00", "cost_center": 7.0}, {"amount": "4e2", "cost_center": 9}],
         "due_at": "2026-11-30T23:00:00.5Z", "currency": "EUR", "fees": null,
         "amount": "1200", "creditor": "Haus & Grund", "payment_id": "rent"}
    ],
    "remarks": ["approved by ada", "second eyes: grace"],
    "execute_at": "2026-11-29T23:00:00Z"
}"#;

#[test]
fn a_batch_is_accepted_once_however_it_is_spelt() {
    with_database(async |database: &Database<PaymentBatch>| {
        let ledger = &database.ledger;
        let account = PaymentBatch::parent(ledger, &NoScope).await;
        let key = PaymentBatch::key("november");
        let hand_in = async |text: &str| {
            let batch = PaymentBatch::read(text.as_bytes()).unwrap_or_else(|p| panic!("{p}"));
            ledger
                .append(account, &key, &batch.canonicalize(&NoScope), None)
                .await
                .expect("an answer")
        };
        let Outcome::Applied(receipt) = hand_in(NOVEMBER).await else { panic!("not applied") };
        let keys: Vec<&str> = receipt.elements().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["chips", "rent"]);
        assert_eq!(receipt.id(), None);
        assert_eq!(hand_in(RETRY).await, Outcome::Replayed(receipt));

        // The order of splits means something, the zone of a time and the order of fees do not.
        let other = RETRY
            .replace("\"cost_center\": 7.0", "\"cost_center\": 8")
            .replace("11:00:00.000+01:00", "11:00:00.001+01:00")
            .replace("\"amount\": \"5.00\"", "\"amount\": \"6\"")
            .replace("\"currency\": \"EUR\"", "\"currency\": \"CHF\"");
        let Outcome::Conflict(conflict) = hand_in(&other).await else { panic!("no conflict") };
        let differences = conflict.differences().to_string();
        for expected in [
            "payments[\"chips\"].allocations[\"2026/17\"].settled_at: \"2026-11-23T10:00:00Z\" → \
             \"2026-11-23T10:00:00.001Z\"",
            "payments[\"rent\"].currency: \"EUR\" → \"CHF\"",
            "payments[\"rent\"].splits[0].cost_center: 7 → 8",
        ] {
            assert!(differences.contains(expected), "{expected} is not in\n{differences}");
        }
        assert_eq!(database.counts().await.iter().sum::<i64>(), 2 + 2 + 3 + 2);

        let payments: Vec<Payment> =
            ledger.under(&NoScope).rows(account, &key).await.expect("rows").expect("a batch");
        let [chips, rent] = payments.as_slice() else { panic!("{payments:?}") };
        assert_eq!(chips.amount, "0.1".parse().expect("an amount"));
        assert_eq!((chips.fees.len(), chips.allocations.len(), chips.tags.len()), (3, 2, 3));
        assert_eq!(rent.currency, Currency::Eur);
        let centers: Vec<i32> = rent.splits.iter().map(|split| split.cost_center).collect();
        assert_eq!(centers, [7, 9]);
        assert_eq!(rent.due_at, Some("2026-11-30T23:00:00.5Z".parse().expect("a time")));

        // The database counts money exactly.
        let sum = sqlx::query_as::<_, (String,)>(
            "SELECT SUM(amount)::text FROM payment_allocations WHERE payment_id = 'chips'",
        );
        let sum = sum.fetch_one(&database.pool).await.expect("a sum");
        assert_eq!(sum.0, "0.10");
    });
}
