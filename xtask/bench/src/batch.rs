//! The batches that the benchmarks read: generated from a seed, the same on every machine.

use std::fmt::Write;
use tantamount_fuzz::generators::Random;

const NAMES: &[&str] = &["Ada Lovelace", "Grace Hopper", "Barbara Liskov", "Edsger Dijkstra"];
const FOREIGN_NAMES: &[&str] = &["Zoë Müller", "Łukasz Żółć", "山田 太郎", "Ελένη Παπαδοπούλου"];
const CITIES: &[&str] = &["Berlin", "Lisbon", "Toronto", "Nairobi"];
const FOREIGN_CITIES: &[&str] = &["München", "São Paulo", "東京", "Αθήνα"];
const WORDS: &[&str] =
    &["ready", "for", "the", "next", "delivery", "window", "please", "call", "before", "noon"];
const FOREIGN_WORDS: &[&str] =
    &["bereit", "für", "die", "nächste", "Lieferung", "配達", "сегодня", "ζώνη", "à", "midi"];

/// What the payloads of a batch are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payloads {
    /// All of the others, step by step.
    Mixed,
    /// Members sorted by name or in the order of a program; text within ASCII or beyond.
    Only { sorted: bool, foreign: bool },
}

/// The request of a batch as compact JSON, about 1 kB a step.
pub(crate) fn request(steps: usize, payloads: Payloads, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut out = String::with_capacity(steps * 1100);
    out.push_str(r#"{"append_window_step_key":"gate","steps":["#);
    for index in 0..steps {
        if index > 0 {
            out.push(',');
        }
        let (sorted, foreign) = match payloads {
            Payloads::Mixed => (index % 2 == 0, index % 4 >= 2),
            Payloads::Only { sorted, foreign } => (sorted, foreign),
        };
        step(&mut random, index, sorted, foreign, &mut out);
    }
    out.push_str("]}");
    out
}

fn step(random: &mut Random, index: usize, sorted: bool, foreign: bool, out: &mut String) {
    let _ = write!(
        out,
        r#"{{"step_key":"step-{index:06}","execution_kind":"JOB","job_type":"{}","payload":"#,
        random.pick(&["billing.invoice.render", "mail.send", "warehouse.pick", "crm.sync"]),
    );
    object(out, sorted, payload(random, sorted, foreign));
    let _ = write!(
        out,
        r#","priority":{},"max_attempts":{},"timeout_seconds":{},"dependencies":["#,
        random.below(10),
        1 + random.below(9),
        30 + random.below(600),
    );
    if index > 0 {
        let before = index - 1 - random.below(index.min(8));
        let _ = write!(
            out,
            r#"{{"prerequisite_step_key":"step-{before:06}","release_mode":"ON_SUCCESS"}}"#
        );
    }
    out.push_str("]}");
}

/// Writes members in the order given, or sorted by name.
fn object(out: &mut String, sorted: bool, mut members: Vec<(&str, String)>) {
    if sorted {
        members.sort_unstable_by_key(|member| member.0);
    }
    out.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}\"{name}\":{value}");
    }
    out.push('}');
}

fn payload(random: &mut Random, sorted: bool, foreign: bool) -> Vec<(&'static str, String)> {
    let text = |value: &str| format!("\"{value}\"");
    let mut address = String::new();
    let city = random.pick(if foreign { FOREIGN_CITIES } else { CITIES });
    object(
        &mut address,
        sorted,
        vec![
            ("street", text(&format!("Main Street {}", random.below(200)))),
            ("city", text(city)),
            ("postal_code", text(&format!("{:05}", random.below(100_000)))),
            ("country", text("DE")),
        ],
    );
    let name = random.pick(if foreign { FOREIGN_NAMES } else { NAMES });
    let mut customer = String::new();
    object(
        &mut customer,
        sorted,
        vec![
            ("id", text(&format!("cus_{:016x}", random.bits()))),
            ("name", text(name)),
            ("email", text(&format!("user{}@example.com", random.below(1_000_000)))),
            ("address", address),
        ],
    );
    let mut items = String::from("[");
    for index in 0..3 {
        let mut item = String::new();
        object(
            &mut item,
            sorted,
            vec![
                ("sku", text(&format!("SKU-{:08}", random.below(100_000_000)))),
                ("quantity", (1 + random.below(12)).to_string()),
                ("unit_price", format!("{}.{:02}", random.below(500), 1 + random.below(98))),
                ("taxable", if random.below(4) == 0 { "false" } else { "true" }.to_owned()),
            ],
        );
        items.push_str(if index > 0 { "," } else { "" });
        items.push_str(&item);
    }
    items.push(']');
    let words = if foreign { FOREIGN_WORDS } else { WORDS };
    let note: Vec<&str> = (0..24).map(|_| random.pick(words)).collect();
    vec![
        ("order_id", text(&format!("{:08x}-{:04x}", random.below(1 << 32), random.below(1 << 16)))),
        ("created_at", text(&format!("2026-11-{:02}T08:30:00Z", 1 + random.below(28)))),
        ("customer", customer),
        ("items", items),
        ("total", format!("{}.{:02}", random.below(10_000), 1 + random.below(98))),
        ("currency", text("EUR")),
        ("discount", "null".to_owned()),
        ("sequence", (1_700_000_000_000 + random.below(1 << 40)).to_string()),
        ("note", text(&note.join(" "))),
    ]
}
