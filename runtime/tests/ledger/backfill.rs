//! Rows of older systems and versions, before and after they are brought up to date.

use crate::cases::{cases, insert_stored, open, scope};
use crate::database::{
    Database, applied, batch, code, replayed, with_database, with_empty_database,
};
use sqlx::{AssertSqlSafe, Row as _};
use std::num::NonZeroU32;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tantamount_core::Digest;
use tantamount_runtime::{Backfill, RunId};
use tantamount_schema::{AppendRequest, MutationKey, Scope};

/// What older systems left, as it stands in a row.
const OLDER: &str =
    "digest = NULL, canonical_version = NULL, schema_version = NULL, first_step_id = NULL";

async fn execute(database: &Database, statement: impl Into<String>) -> u64 {
    let statement: String = statement.into();
    let query = sqlx::query(AssertSqlSafe(statement)).execute(&database.pool);
    query.await.expect("the statement runs").rows_affected()
}

async fn backfill(database: &Database, batch: u32) -> Backfill {
    let batch = NonZeroU32::new(batch).expect("not 0");
    let mut told = Vec::new();
    let tell = |done: &Backfill| told.push(done.rows);
    let done = database.ledger.backfill(batch, tell).await.expect("it runs");
    assert!(told.is_sorted() && told.last() == Some(&done.rows), "{told:?}");
    done
}

fn counted(done: &Backfill) -> (u64, u64, Vec<(&'static str, u64)>) {
    (done.rows, done.updated, done.counts.iter().map(|(code, count)| (*code, *count)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_changes_no_verdict_of_the_reference() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let mut runs = Vec::new();
        for case in cases() {
            let scope = scope(&case);
            let run = open(&database.ledger, &scope, "gate").await;
            insert_stored(&database, run, &case.stored).await;
            runs.push((case, scope, run));
        }
        let before = stored(&database).await;
        let done = backfill(&database, 7).await;
        let left: u64 = done.counts.values().sum();
        assert_eq!(done.rows, u64::try_from(runs.len()).expect("a count"));
        assert_eq!(done.updated + left, done.rows);
        assert_eq!(counted(&done).2, [("legacy", 1), ("windowless", 1)], "{:?}", done.left);
        for (row, before) in stored(&database).await.iter().zip(&before) {
            // Rows without a canonical form are what they were; the others hold it now.
            let Some(digest) = &row.2 else {
                assert_eq!(row, before);
                continue;
            };
            let request = AppendRequest::read(row.1.as_bytes()).expect("canonical");
            let case = runs.iter().find(|run| run.2.to_string() == row.0).expect("its case");
            assert_eq!(request.canonicalize(&case.1).digest().to_string(), *digest);
        }
        for (case, scope, run) in &runs {
            let request = AppendRequest::read(case.requested.as_bytes()).expect("valid");
            let key = MutationKey::new("key").expect("a key");
            let request = request.canonicalize(scope);
            let outcome = database.ledger.append(*run, &key, &request, None).await;
            let expected = if case.same { "replayed" } else { "conflict" };
            assert_eq!(code(&outcome), expected, "{}: {outcome:?}", case.name);
        }
        // It is idempotent: what was left is looked at again, and left again.
        let again = backfill(&database, 100).await;
        assert_eq!((again.rows, again.updated, &again.left), (left, 0, &done.left));
    })
    .await;
}

/// Run, request and digest of each row.
async fn stored(database: &Database) -> Vec<(String, String, Option<String>)> {
    let select = "SELECT workflow_run_id::text, request::text, digest FROM workflow_run_mutations \
                  ORDER BY workflow_run_id, mutation_key";
    sqlx::query_as(select).fetch_all(&database.pool).await.expect("rows")
}

/// Every form in which a row that means the same may stand, or be spoilt.
#[tokio::test(flavor = "multi_thread")]
async fn older_versions_are_brought_up_to_date_and_others_left() {
    with_database(async |database: Arc<Database>| {
        for key in ["sound", "older", "unversioned", "newer", "named", "wrong", "none"] {
            applied(database.append(key, &batch(&[key])).await);
        }
        let wrong = Digest::of(b"").to_string();
        for (key, change) in [
            ("older", "schema_version = '1'".to_owned()),
            ("unversioned", "schema_version = NULL".to_owned()),
            ("newer", "schema_version = '99'".to_owned()),
            ("named", "schema_version = 'next'".to_owned()),
            ("wrong", format!("schema_version = '1', digest = '{wrong}'")),
            ("none", format!("{OLDER}, request = request - 'steps'")),
        ] {
            let change = format!(
                "UPDATE workflow_run_mutations SET {change} WHERE mutation_key = '{key}'"
            );
            assert_eq!(execute(&database, change).await, 1);
        }
        let done = backfill(&database, 1).await;
        assert_eq!(counted(&done), (4, 2, vec![("other_digest", 1), ("unreadable", 1)]));
        let reasons: Vec<String> = done.left.iter().map(|row| row.reason.to_string()).collect();
        assert_eq!(
            reasons,
            ["no request of any age: `/steps`: required", "its digest is not that of its request"]
        );
        let versions = "SELECT string_agg(mutation_key || ' ' || coalesce(schema_version, '-'), ', ' \
                        ORDER BY mutation_key) AS versions FROM workflow_run_mutations";
        let row = sqlx::query(versions).fetch_one(&database.pool).await.expect("versions");
        assert_eq!(
            row.get::<String, _>("versions"),
            "named next, newer 99, none -, older 2, sound 2, unversioned 2, wrong 1"
        );
        for key in ["sound", "older", "unversioned", "newer", "named"] {
            replayed(database.append(key, &batch(&[key])).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_and_appends_do_not_get_in_each_other_s_way() {
    with_database(async |database: Arc<Database>| {
        for index in 0..40 {
            let key = format!("k{index:02}");
            applied(database.append(&key, &batch(&[&key])).await);
        }
        execute(&database, format!("UPDATE workflow_run_mutations SET {OLDER}")).await;
        let work = |one: u32| {
            let database = Arc::clone(&database);
            tokio::spawn(async move { backfill(&database, one).await.updated })
        };
        let (first, second) = (work(3), work(5));
        for index in 0..40 {
            let key = format!("k{index:02}");
            replayed(database.append(&key, &batch(&[&key])).await);
            applied(database.append(&format!("n{key}"), &batch(&[&format!("n{key}")])).await);
        }
        let updated = first.await.expect("it ends") + second.await.expect("it ends");
        assert_eq!(updated, 40, "each row once");
        assert_eq!(database.ledger.backfill_pending().await.expect("a count"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_that_is_killed_midway_goes_on_when_it_is_run_again() {
    with_database(async |database: Arc<Database>| {
        let run = database.run;
        for index in 0..60 {
            let key = format!("k{index:02}");
            applied(database.append(&key, &batch(&[&key])).await);
        }
        execute(&database, format!("UPDATE workflow_run_mutations SET {OLDER}")).await;
        // A row of the third batch is held, so that the command stands still there for sure.
        let mut holder = database.pool.begin().await.expect("a transaction");
        let hold = "SELECT 1 FROM workflow_run_mutations WHERE mutation_key = 'k25' FOR UPDATE";
        sqlx::query(hold).execute(&mut *holder).await.expect("a lock");

        let mut command = command(&database).spawn().expect("the command starts");
        wait_for_lock(&database, run).await;
        command.kill().expect("it is killed");
        command.wait().expect("it ends");
        assert_eq!(database.ledger.backfill_pending().await.expect("a count"), 40);
        holder.rollback().await.expect("the lock goes");

        let output = command_output(&database).await;
        assert!(
            output.contains("\"updated\":40") || output.contains("\"updated\": 40"),
            "{output}"
        );
        let output = command_output(&database).await;
        assert!(output.starts_with("{\"rows\":0,\"updated\":0,"), "{output}");
        let wrong = "SELECT COUNT(*) AS count FROM workflow_run_mutations \
                     WHERE digest IS NULL OR schema_version IS DISTINCT FROM '2'";
        let row = sqlx::query(wrong).fetch_one(&database.pool).await.expect("a count");
        assert_eq!(row.get::<i64, _>("count"), 0);
        for index in 0..60 {
            let key = format!("k{index:02}");
            replayed(database.append(&key, &batch(&[&key])).await);
        }
    })
    .await;
}

fn command(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tantamount"));
    command
        .args(["backfill", "--batch", "10", "--format", "json"])
        .env("DATABASE_URL", database.url())
        .stdout(Stdio::piped());
    command
}

async fn command_output(database: &Arc<Database>) -> String {
    let mut command = command(database);
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends");
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Waits until a statement that writes rows of this test's ledger waits for a lock.
async fn wait_for_lock(database: &Database, run: RunId) {
    let waiting = "SELECT COUNT(*) AS count FROM pg_stat_activity AS activity \
        WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE \"workflow_run_mutations\" SET%' \
        AND EXISTS (SELECT 1 FROM pg_locks WHERE pg_locks.pid = activity.pid \
            AND relation = 'workflow_run_mutations'::regclass)";
    loop {
        let row = sqlx::query(waiting).fetch_one(&database.pool).await.expect("a count");
        if row.get::<i64, _>("count") > 0 {
            return;
        }
        let pending = database.ledger.backfill_pending().await.expect("a count");
        assert!(pending >= 40, "the row of {run} was held by nobody");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The scope of rows is their run's.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_filled_under_the_organization_of_its_run() {
    with_empty_database(async |database: Arc<Database>| {
        database.ledger.migrate().await.expect("tables");
        let scope = Scope::organization(uuid::Uuid::from_u128(7));
        database.open(&scope).await;
        let first = applied(database.append_under("key", &batch(&["a"]), &scope).await);
        // Older rows do not name the organization that steps inherit.
        let change = format!(
            "UPDATE workflow_run_mutations SET {OLDER}, request = request #- '{{steps,0,organization_id}}'"
        );
        execute(&database, change).await;
        assert_eq!(backfill(&database, 10).await.updated, 1);
        let row = sqlx::query("SELECT digest FROM workflow_run_mutations");
        let digest: String = row.fetch_one(&database.pool).await.expect("a row").get("digest");
        assert_eq!(digest, first.digest().to_string());
        assert_eq!(replayed(database.append_under("key", &batch(&["a"]), &scope).await), first);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_names_what_it_leaves_and_audits_no_tables_of_ours() {
    with_database(async |database: Arc<Database>| {
        for key in ["a", "b"] {
            applied(database.append(key, &batch(&[key])).await);
        }
        let change = format!("UPDATE workflow_run_mutations SET {OLDER}");
        execute(&database, change).await;
        let change = "UPDATE workflow_run_mutations SET request = request - 'append_window_step_key' \
                      WHERE mutation_key = 'b'";
        execute(&database, change).await;
        let run = |arguments: &'static [&'static str], url: Option<String>| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tantamount"));
            command.args(arguments).env_remove("DATABASE_URL");
            command.envs(url.map(|url| ("DATABASE_URL", url)));
            async move {
                let output = tokio::task::spawn_blocking(move || command.output()).await;
                let output = output.expect("it ends").expect("it runs");
                let text = [output.stdout, output.stderr].concat();
                (output.status.code(), String::from_utf8(text).expect("UTF-8"))
            }
        };
        let (exit_code, text) = run(&["backfill"], Some(database.url())).await;
        let expected = format!(
            "run {}   key b   it names no append window, so it has no canonical form [windowless]\n\
             2 rows, 1 brought up to date\n         1 windowless\n",
            database.run
        );
        assert_eq!((exit_code, text), (Some(0), expected));
        let (exit_code, text) = run(&["audit"], Some(database.url())).await;
        assert_eq!(exit_code, Some(3));
        assert!(text.contains("[not_runledger]"), "{text}");
        let (exit_code, text) = run(&["audit"], None).await;
        assert_eq!(exit_code, Some(2));
        assert!(text.contains("[no_database]"), "{text}");
    })
    .await;
}
