//! Experiment i: strings that would do harm if they were not bound, in every value that is, and
//! names that would if they were not quoted, in a schema that code is generated for.

use crate::world::World;
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{rust, sql};
use tantamount_core::json;
use tantamount_runtime::{NewRun, Outcome, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

const HOSTILE: [&str; 26] = [
    "'; DROP TABLE victim; --",
    "\"; DROP TABLE victim; --",
    "\\'; DROP TABLE victim; --",
    "$$; DROP TABLE victim; $$",
    "$_$; DROP TABLE victim; $_$",
    "\"#; DROP TABLE victim; /*",
    "*/ DROP TABLE victim; /*",
    "'); DELETE FROM victim; SELECT ('",
    "$1",
    "?",
    ":name",
    "{}",
    "{0}",
    "\"",
    "\"\"",
    "'",
    "\\",
    "select",
    "NULL",
    "a\nb",
    "a\r\nDROP TABLE victim",
    "../../x",
    "\u{202e}x",
    "🙂é\u{301}",
    "\u{feff}x",
    "E'\\x00'",
];

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

#[tokio::test(flavor = "multi_thread")]
async fn i_a_hostile_string_is_a_value_wherever_it_is_bound() {
    let world = World::new().await;
    world.execute("CREATE TABLE victim ()").await;
    let ledger = world.ledger();
    let scope = Scope::none();
    for hostile in HOSTILE {
        let run = RunId::new();
        let new = NewRun { id: run, name: Some(hostile), scope: &scope, window: Some(hostile) };
        ledger.open(&new).await.expect("opened");
        let step = format!("step {hostile}");
        let body = format!(
            r#"{{"append_window_step_key": {window}, "steps": [{{"step_key": {step},
                "execution_kind": "JOB", "job_type": {window}, "execution_resource_key": {window},
                "payload": {{{window}: [{window}]}},
                "dependencies": [{{"prerequisite_step_key": {window}}}]}}]}}"#,
            window = quoted(hostile),
            step = quoted(&step),
        );
        let request = AppendRequest::read(body.as_bytes()).expect("valid");
        let request = request.canonicalize(&scope);
        let key = MutationKey::new(hostile).expect("a key");
        let metadata: json::Text = quoted(hostile).parse().expect("JSON");
        for expected in ["applied", "replayed"] {
            let answer = ledger.append(run, &key, &request, Some(&metadata)).await;
            assert_eq!(answer.expect("an answer").code(), expected, "{hostile:?}");
        }
        let row = sqlx::query(
            "SELECT s.step_key, s.job_type, s.execution_resource_key, s.payload, m.mutation_key,
                m.metadata #>> '{}' AS metadata, r.name, d.prerequisite_step_key
            FROM workflow_steps s
            JOIN workflow_step_dependencies d USING (workflow_run_id, step_key)
            JOIN workflow_run_mutations m USING (workflow_run_id)
            JOIN workflow_runs r USING (workflow_run_id)
            WHERE workflow_run_id = $1 AND s.payload = CAST($2 AS jsonb)",
        );
        let payload = format!("{{{0}: [{0}]}}", quoted(hostile));
        let row = row.bind(run.as_uuid()).bind(payload).fetch_one(&world.pool).await;
        let row = row.expect("what was sent, as it was sent");
        assert_eq!(row.get::<String, _>("step_key"), step);
        for column in ["job_type", "execution_resource_key", "mutation_key", "metadata", "name"] {
            assert_eq!(row.get::<String, _>(column), hostile, "{column}");
        }
        assert_eq!(row.get::<String, _>("prerequisite_step_key"), hostile);
        let entry =
            ledger.under(&Scope::none()).lookup(run, &key).await.expect("asked").expect("an entry");
        assert_eq!(entry.elements.first().map(|(key, _)| key.as_str()), Some(step.as_str()));
        // What is told of a conflict and of a refusal is a value too.
        let other = body.replace("\"payload\": {", "\"payload\": {\"more\": 1, ");
        let other = AppendRequest::read(other.as_bytes()).expect("valid");
        let other = other.canonicalize(&scope);
        let answer = ledger.append(run, &key, &other, None).await.expect("an answer");
        assert!(matches!(answer, Outcome::Conflict(_)), "{hostile:?}");
        let taken = MutationKey::new("another").expect("a key");
        let error = ledger.append(run, &taken, &request, None).await.expect_err("taken");
        assert_eq!(error.code(), "key_taken");
        ledger.under(&Scope::none()).close_window(run, hostile).await.expect("closed");
        ledger.under(&Scope::none()).open_window(run, hostile).await.expect("opened");
    }
    assert_eq!(world.count("victim").await, 0);
    println!("i: {} strings in 9 bound values each", HOSTILE.len());
    world.remove().await;
}

/// What is put into the schema's text, by the kind of its place.
const PLACES: [(&str, &[&str]); 4] = [
    (
        "names of tables and columns",
        &[
            "accounts",
            "account_id",
            "title",
            "state",
            "batches",
            "batch_key",
            "sha256",
            "payment_id",
            "payment_status",
        ],
    ),
    ("values", &["closed", "done", "it's"]),
    ("names of members", &["note", "urgent", "cents", "factor"]),
    (
        "words",
        &[
            "Paid",
            "payment batch",
            "Payments and their lines: a table with ids, one below it, one beside it; no window.",
        ],
    ),
];

/// The schema with a hostile string in each of these places.
fn spoilt(text: &str, places: &[&str], hostile: &str) -> String {
    let mut text = text.to_owned();
    for (number, place) in places.iter().enumerate() {
        text = text.replace(&quoted(place), &quoted(&format!("{hostile}{number}")));
    }
    text
}

/// The statements among generated constants.
fn statements(rust: &str) -> Vec<String> {
    let file = syn::parse_file(rust);
    let file = file.unwrap_or_else(|error| panic!("no Rust is generated: {error}\n{rust}"));
    let constant = |item: &syn::Item| match item {
        syn::Item::Const(constant) => match &*constant.expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    file.items.iter().filter_map(constant).collect()
}

/// What Citus brings, as far as it reads a name: the name has to lead to a table.
const DISTRIBUTION: &str = "CREATE TABLE pg_dist_partition (logicalrelid regclass);
    CREATE FUNCTION create_distributed_table(
        name regclass, column_name text, colocate_with text DEFAULT 'default'
    ) RETURNS void LANGUAGE sql AS ''";

#[tokio::test(flavor = "multi_thread")]
async fn i_a_hostile_name_in_a_schema_is_quoted_or_refused() {
    let world = World::new().await;
    world.execute("CREATE TABLE victim ()").await;
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../codegen/tests/storage/payments/schema.json");
    let text = std::fs::read_to_string(file).expect("the schema");
    let (mut taken, mut refused, mut run) = (0, 0, 0);
    for hostile in HOSTILE {
        for (kind, places) in PLACES {
            let text = spoilt(&text, places, hostile);
            let Ok(schema) = Schema::read(&text, "schema.json") else {
                refused += 1;
                continue;
            };
            let types = rust::emit(&schema, "schema.json", Default::default());
            let (Ok(files), Ok(types)) = (sql::emit(&schema, "schema.json", "types"), types) else {
                refused += 1;
                continue;
            };
            taken += 1;
            for (_, text) in types {
                statements(&text);
            }
            let mut connection = world.pool.acquire().await.expect("a connection");
            let connection = &mut *connection;
            connection
                .execute("DROP SCHEMA IF EXISTS spoilt CASCADE; CREATE SCHEMA spoilt; SET search_path TO spoilt")
                .await
                .expect("a schema");
            let mut scripts: Vec<_> = files
                .iter()
                .filter(|(path, _)| path.extension().is_some_and(|extension| extension == "sql"))
                .collect();
            // Policies and privileges are about tables that are there.
            scripts.sort_by_key(|(path, _)| !path.starts_with("migrations"));
            connection.execute(DISTRIBUTION).await.expect("a function");
            for (_, text) in scripts {
                let text =
                    ["application", "maintenance"].into_iter().fold(text.clone(), |text, role| {
                        text.replace(&format!(":\"{role}\""), "CURRENT_USER")
                    });
                let made = sqlx::raw_sql(AssertSqlSafe(text.clone())).execute(&mut *connection);
                made.await.unwrap_or_else(|error| panic!("{hostile:?} in {kind}: {error}\n{text}"));
            }
            for (path, text) in &files {
                if path.ends_with("statements.rs") {
                    for statement in statements(text) {
                        let prepared =
                            connection.prepare(AssertSqlSafe(statement.clone()).into_sql_str());
                        prepared.await.unwrap_or_else(|error| {
                            panic!("{hostile:?} in {kind}: {error}\n{statement}")
                        });
                        run += 1;
                    }
                }
            }
            if kind == PLACES[0].0 {
                let names =
                    "SELECT relname FROM pg_class WHERE relnamespace = 'spoilt'::regnamespace";
                let names: Vec<String> =
                    sqlx::query_scalar(names).fetch_all(&mut *connection).await.expect("names");
                assert!(names.contains(&format!("{hostile}0")), "{hostile:?}: {names:?}");
            }
            let back = format!("DROP SCHEMA spoilt CASCADE; SET search_path TO {}", world.schema);
            connection.execute(AssertSqlSafe(back)).await.expect("all is as it was");
        }
    }
    assert_eq!(world.count("victim").await, 0);
    assert!(taken > 50, "{taken} schemas were taken");
    println!(
        "i: {taken} schemas with hostile names taken, {refused} refused, {run} statements prepared"
    );
    world.remove().await;
}
