//! Rows in the shapes of older systems, made at random: the ledger judges them as the naive oracle does, before and
//! after they are brought up to date.

use crate::database::{Database, code, with_empty_database};
use std::num::NonZeroU32;
use std::sync::Arc;
use tantamount_fuzz::generators::Random;
use tantamount_fuzz::oracles;
use tantamount_runtime::{NewRun, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};
use uuid::Uuid;

const ROWS: usize = 200;
const ORGANIZATION: Uuid = Uuid::from_u128(0x018f_3a52_0000_7000_8000_0000_0000_0001);
const PAYLOADS: [&str; 5] = ["1", "1.0", "null", r#"{"b": [1e2], "a": 0.1}"#, r#""é""#];

#[derive(Clone, PartialEq)]
struct Step {
    key: &'static str,
    is_job: bool,
    organization: Option<Uuid>,
    payload: &'static str,
    priority: Option<usize>,
    stage: &'static str,
    continues: bool,
    resource: Option<&'static str>,
    dependencies: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, PartialEq)]
struct Batch {
    window: &'static str,
    steps: Vec<Step>,
}

fn batch(random: &mut Random) -> Batch {
    let keys: &[&str] = random.pick(&[&["a"] as &[&str], &["b", "a"], &["é", "a", "b"]]);
    let steps = keys.iter().enumerate().map(|(index, key)| {
        let is_job = random.one_in(2);
        let mut names = vec!["gate", "outside"];
        names.extend(keys.get(index + 1));
        random.shuffle(&mut names);
        names.truncate(random.below(3));
        let modes = ["ON_TERMINAL", "ON_SUCCESS"];
        Step {
            key,
            is_job,
            organization: random.one_in(3).then_some(Uuid::from_u128(7)),
            payload: random.pick(&PAYLOADS),
            priority: (is_job && random.one_in(2)).then(|| random.below(3)),
            stage: if is_job { random.pick(&["queued", "queued", "running"]) } else { "" },
            continues: is_job && random.one_in(3),
            resource: (is_job && random.one_in(3)).then_some("printer"),
            dependencies: names.into_iter().map(|name| (name, random.pick(&modes))).collect(),
        }
    });
    let steps = steps.collect();
    Batch { window: random.pick(&["gate", "door"]), steps }
}

/// The batch with one thing changed, or as it is.
fn change(random: &mut Random, batch: &Batch) -> Batch {
    let mut changed = batch.clone();
    let place = random.below(changed.steps.len());
    let (what, payload) = (random.below(14), random.pick(&PAYLOADS));
    let Some(step) = changed.steps.get_mut(place) else { return changed };
    match what {
        0 => step.payload = payload,
        1 if step.is_job => step.priority = Some(9),
        2 if step.is_job => step.stage = "completed",
        3 if step.is_job => step.continues = !step.continues,
        4 if step.is_job => step.resource = Some("scanner"),
        5 => step.organization = Some(Uuid::from_u128(8)),
        6 => step.dependencies.clear(),
        7 => step.dependencies.iter_mut().for_each(|dependency| dependency.1 = "ON_SUCCESS"),
        8 => changed.window = "hatch",
        9 => changed.steps.truncate(1),
        _ => {}
    }
    changed
}

/// A member in one of the spellings of its value: what is the default may be left out, or null.
fn member(random: &mut Random, name: &str, value: Option<String>, default: &str) -> Option<String> {
    match value {
        Some(value) if value != default || random.one_in(3) => {
            Some(format!(r#""{name}": {value}"#))
        }
        None | Some(_) => random.one_in(2).then(|| format!(r#""{name}": null"#)),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn object(random: &mut Random, mut members: Vec<String>, is_row: bool) -> String {
    if is_row && random.one_in(12) {
        members.push(r#""since": {"version": 3}"#.to_owned());
    }
    random.shuffle(&mut members);
    format!("{{{}}}", members.join(", "))
}

/// As JSON: of a request, or of a row of any age.
fn write(random: &mut Random, batch: &Batch, scope: Option<Uuid>, is_row: bool) -> String {
    let mut steps = Vec::new();
    for step in &batch.steps {
        let kind = if step.is_job { "JOB" } else { "EXTERNAL" };
        let mut members = vec![
            format!(r#""step_key": "{}""#, step.key),
            format!(r#""execution_kind": "{kind}""#),
            format!(r#""payload": {}"#, step.payload),
        ];
        if step.is_job {
            members.push(r#""job_type": "mail""#.to_owned());
        }
        // What is inherited may be said, in any case of letters, or left out.
        let own = step.organization.or(scope);
        let upper = own.map(|own| quoted(&own.to_string().to_uppercase()));
        let inherited = scope.map(|scope| quoted(&scope.to_string().to_uppercase()));
        let stage = step.is_job.then(|| quoted(step.stage));
        let mut dependencies: Vec<String> = Vec::new();
        for (name, mode) in &step.dependencies {
            let name = format!(r#""prerequisite_step_key": "{name}""#);
            let mode = member(random, "release_mode", Some(quoted(mode)), "\"ON_TERMINAL\"");
            let members = [Some(name), mode].into_iter().flatten().collect();
            dependencies.push(object(random, members, is_row));
        }
        random.shuffle(&mut dependencies);
        let dependencies = format!("[{}]", dependencies.join(", "));
        let continues = step.is_job.then(|| step.continues.to_string());
        for (name, value, default) in [
            ("organization_id", upper, inherited.unwrap_or_default()),
            ("priority", step.priority.map(|priority| priority.to_string()), String::new()),
            ("stage", stage, quoted("queued")),
            ("allow_handler_continuation", continues, "false".to_owned()),
            ("execution_resource_key", step.resource.map(quoted), String::new()),
            ("dependencies", Some(dependencies), "[]".to_owned()),
        ] {
            members.extend(member(random, name, value, &default));
        }
        steps.push(object(random, members, is_row));
    }
    random.shuffle(&mut steps);
    let mut members = vec![format!(r#""steps": [{}]"#, steps.join(", "))];
    let window = quoted(batch.window);
    // Rows of the first age name no window.
    match random.below(12) {
        0 if is_row => {}
        1 if is_row => members.push(r#""append_window_step_key": null"#.to_owned()),
        _ => members.push(format!(r#""append_window_step_key": {window}"#)),
    }
    object(random, members, is_row)
}

struct Case {
    key: String,
    row: String,
    request: String,
    same: bool,
}

fn case(random: &mut Random, index: usize, scope: Option<Uuid>) -> Case {
    let stored = batch(random);
    let asked = if random.one_in(2) { stored.clone() } else { change(random, &stored) };
    let row = write(random, &stored, scope, true);
    let request = write(random, &asked, scope, false);
    let organization = scope.map(|scope| scope.to_string());
    let same = oracles::stored_same(row.as_bytes(), request.as_bytes(), organization.as_deref());
    let same = same.unwrap_or_else(|| panic!("the oracle has no verdict:\n{row}\n{request}"));
    Case { key: format!("k{index}"), row, request, same }
}

async fn judge(database: &Database, run: RunId, scope: &Scope, case: &Case) {
    let request = AppendRequest::read(case.request.as_bytes()).expect("valid");
    let key = MutationKey::new(case.key.as_str()).expect("a key");
    let outcome = database.ledger.append(run, &key, &request.canonicalize(scope), None).await;
    let expected = if case.same { "replayed" } else { "conflict" };
    assert_eq!(code(&outcome), expected, "{outcome:?}\n{}\n{}", case.row, case.request);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_any_age_are_judged_as_the_oracle_judges_them_before_and_after_a_backfill() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let mut random = Random::new(11);
        let (mut same, mut filled) = (0, 0);
        for organization in [None, Some(ORGANIZATION)] {
            let scope = Scope { organization_id: organization };
            let run = RunId::new();
            let new = NewRun { id: run, name: None, scope: &scope, window: Some("gate") };
            database.ledger.open(&new).await.expect("a run");
            let cases: Vec<Case> =
                (0..ROWS / 2).map(|index| case(&mut random, index, organization)).collect();
            let insert = "INSERT INTO workflow_run_mutations (workflow_run_id, mutation_key, request) \
                          SELECT $1, sent.key, CAST(sent.row AS jsonb) \
                          FROM UNNEST($2::text[], $3::text[]) AS sent (key, row)";
            let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).collect();
            let rows: Vec<&str> = cases.iter().map(|case| case.row.as_str()).collect();
            let query = sqlx::query(insert).bind(run.as_uuid()).bind(keys).bind(rows);
            query.execute(&database.pool).await.expect("rows");
            for case in &cases {
                judge(&database, run, &scope, case).await;
            }
            let batch = NonZeroU32::new(9).expect("not 0");
            let done = database.ledger.backfill(batch, |_| {}).await.expect("it runs");
            for reason in done.counts.keys() {
                assert!(["windowless", "legacy"].contains(reason), "{:?}", done.left);
            }
            for case in &cases {
                judge(&database, run, &scope, case).await;
            }
            same += cases.iter().filter(|case| case.same).count();
            filled += done.updated;
        }
        assert!(same > ROWS / 4 && same < ROWS * 7 / 8, "{same} the same");
        assert!(filled > 80, "only {filled} rows were brought up to date");
    })
    .await;
}
